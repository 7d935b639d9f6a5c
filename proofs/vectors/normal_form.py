"""A normal form for sums over n components, and from it statements in a few real numbers.

A sum over the components is linear: factors that do not depend on the component leave it, products are expanded,
a sum of 1 is n, exp(v[j] + c) splits. There remain sums of products of kernels, each under its own name, so
that two expressions that are equal for every n and every vector usually look equal. Numbers that are positive (n,
sums of exponentials, parameters that are assumed positive) are written as exponentials, so that logarithms and
roots of them simplify.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..budget import Undecided
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..normal_forms import normal_form
from . import naming
from .algebra import Matrix, Vectors, is_vector


def positive_number(name: str) -> Expr:
    """A number that is positive, as the exponential of a real one."""
    return ex.exp(ex.name(naming.log(name)))


LOG_N = ex.name(naming.log("n"))
N = ex.exp(LOG_N)


def canonical(e: Expr) -> Expr:
    """The normal form. Raises Undecided where it would be too large."""
    try:
        return normal_form.canonical(_without_abs(e) if e.switching else e)
    except normal_form.TooComplex as reason:
        raise Undecided(f"no normal form of {to_text(readable(e))[:100]} ({reason})") from None


def _without_abs(e: Expr) -> Expr:
    """Even powers of abs(u) as powers of u."""
    even = e.op == "pow" and e.args[1].value is not None and e.args[1].value.q == 1 and e.args[1].value.p % 2 == 0
    if even and e.args[0].op == "abs":
        return ex.power(_without_abs(e.args[0].args[0]), e.args[1])
    return calculus.rebuild(e, _without_abs)


def readable(e: Expr) -> Expr:
    """The expression with positive numbers under their own names."""
    numbers = {name: naming.under_log(name) for name in ex.free_names(e)}
    logs = {name: ex.log(ex.name(number)) for name, number in numbers.items() if number is not None}
    return normal_form.simplest(calculus.substitute(e, logs))


@dataclass
class Sums:
    """The normal form over the aggregates of one statement, with some parameters known to be positive."""

    vectors: Vectors
    signs: dict[str, int] = field(default_factory=dict[str, int])
    """Parameters whose sign the condition gives."""
    bodies: dict[str, Expr] = field(default_factory=dict[str, Expr])
    """The body of each sum in normal form, by its name."""

    def normal(self, e: Expr) -> Expr:
        """The normal form of an expression with aggregates. Raises Undecided."""
        values: dict[str, Expr] = {}
        for name in ex.free_names(e):
            if name == "n":
                values[name] = N
            elif name in self.signs:
                values[name] = self.signs[name] * positive_number(name)
            elif name in self.vectors.aggregates:
                values[name] = self._aggregate(name)
        return canonical(calculus.substitute(e, values))

    def _aggregate(self, placeholder: str) -> Expr:
        aggregate = self.vectors.aggregates[placeholder]
        if isinstance(aggregate.body, Matrix):
            return ex.name(placeholder)
        if aggregate.kind == "at":
            raise Undecided("one component beside those that are summed over")
        body = self.normal(aggregate.body)
        if aggregate.kind == "sum":
            return self.total(body)
        return self._extreme(aggregate.kind, body)

    def total(self, body: Expr) -> Expr:
        """The sum over the components of a body in normal form. Raises Undecided."""
        if body is ex.ZERO:
            return body
        try:
            constant, upper, lower = normal_form.numerator_factors(body)
        except normal_form.TooComplex as reason:
            raise Undecided(f"no normal form of a sum ({reason})") from None
        outside = [factor**power for factor, power in upper if not is_vector(factor)]
        outside += [factor**-power for factor, power in lower if not is_vector(factor)]
        below = [factor**-power for factor, power in lower if is_vector(factor)]
        expanded = canonical(ex.mul(*(factor**power for factor, power in upper if is_vector(factor))))
        terms = expanded.args if expanded.op == "add" else (expanded,)
        return canonical(constant * ex.mul(*outside, ex.add(*(self._single(term, below) for term in terms))))

    def _single(self, term: Expr, below: list[Expr]) -> Expr:
        """The sum of one product of kernels, over a common denominator."""
        factors = term.args if term.op == "mul" else (term,)
        outside = [factor for factor in factors if not is_vector(factor)]
        core = ex.mul(*(factor for factor in factors if is_vector(factor)), *below)
        if not is_vector(core):
            return ex.mul(core, N, *outside)
        if any(map(naming.is_column, ex.free_names(core))):
            raise Undecided("a sum over one index of what does not separate from the other")
        name = f"sum({naming.without_index(to_text(readable(core)))})"
        self.bodies[name] = core
        return ex.mul(positive_number(name) if core.positive else ex.name(name), *outside)

    def _extreme(self, kind: str, body: Expr) -> Expr:
        """The largest or smallest of a monotone function of one vector's components."""
        rows = naming.rows(body)
        if len(rows) != 1 or body.switching:
            raise Undecided(f"{kind} of something other than a smooth function of one vector's components")
        if not _on_an_interval(body, rows[0]):  # 1 - 1/v rises beside 0 on both sides, and falls across it
            raise Undecided(f"{kind} of a function that is not visibly defined on one interval")
        slope = canonical(calculus.differentiate(body, rows[0]))
        if not slope.positive:
            slope = canonical(-slope)
            if not slope.positive:
                raise Undecided(f"{kind} of a function that is not visibly monotone in the component")
            kind = "min" if kind == "max" else "max"
        return calculus.substitute(body, {rows[0]: extreme(kind, rows[0])})


def _on_an_interval(e: Expr, row: str) -> bool:
    """Whether an expression is visibly continuous, and defined on one interval of its component, perhaps empty.

    Logarithms and roots of a strictly monotone total function are; whatever is made of them by total operations is
    defined where all of them are.
    """
    if e.total:
        return True
    inner = ex.children(e)
    match e.op:
        case "add" | "mul" | "exp" | "tanh" | "erf" | "erfc" | "atan" | "sinh" | "cosh":
            return all(_on_an_interval(child, row) for child in inner)
        case "log":
            return _rises_or_falls(inner[0], row)
        case "pow":
            power = e.args[1].value
            return power is not None and power.q != 1 and power > 0 and _rises_or_falls(e.args[0], row)
        case _:
            return False


def _rises_or_falls(e: Expr, row: str) -> bool:
    """Whether a total expression is visibly strictly monotone in the component, or free of it."""
    if not e.total or row not in ex.free_names(e):
        return e.total
    slope = canonical(calculus.differentiate(e, row))
    return slope.positive or canonical(-slope).positive


def extreme(kind: str, row: str) -> Expr:
    """The name of the largest or smallest component of a vector."""
    return ex.name(f"{kind}({naming.vector_of(row)})")

"""A product of n factors compared with c g^n, for every n, through one factor: with c = 1 or g = 1 in many statements.

Absolute values multiply: from abs(f) <= g at every argument and abs(f) <= c g follows abs(product) <= c g^n for every
n >= 1, one factor giving c g and the others g^(n-1) at most. From f >= g >= 0 and f >= c g follows product >= c g^n in
the same way. Either holds with < or > where it does for the one factor: 0 <= abs(f) < c g makes g more than 0, and
f > c g with f >= g makes f more than 0 where g is 0. At equal arguments a product is a power of the factor: where the
comparison fails there for some n, it fails; so it does where one factor has another argument, f(x) f(y)^(n-1). f, c
and g may depend on further names, the same in every factor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..language.syntax import Connective, Formula, Relation, Statement, relations
from .integrands import sides

COUNTS = (1, 2, 3)
"""Numbers of equal factors among which a comparison is looked for that fails."""
LARGE_COUNTS = (8, 64, 512)
"""Numbers of factors, all but one of them equal, for the same: enough for what grows by a hundredth with each."""


@dataclass(frozen=True)
class FactorComparison:
    """Comparisons of one factor from which that of the product follows, and those of the product at equal arguments."""

    premises: tuple[tuple[Statement, str], ...]
    """Statements about one factor, from each of which that about the product follows, and what each says."""
    powers: tuple[tuple[Statement, int], ...]
    """The comparison for equal factors, and how many."""
    unequal: tuple[tuple[Statement, int], ...]
    """The comparison for many factors, all but one of them equal, and how many."""
    count: str


def comparison(statement: Statement) -> FactorComparison | None:
    """The reduction of `product op c*g**n` to one factor, for a free n; None for another statement."""
    if len(statement.products) != 1:
        return None
    ((placeholder, (factor, count, variable)),) = statement.products.items()
    if any(placeholder in ex.free_names(f.body) for f in statement.functionals.values()):
        return None
    product = ex.name(placeholder)
    for side, other, op in sides(statement):
        if side not in (product, ex.switch("abs", product)) or count.op != "name":
            continue
        constant, base = _split_power(other, count)
        if {count.args[0], placeholder} & _names(statement, factor, constant, base):
            return None
        if variable in ex.free_names(constant * base):
            if variable in _names(statement):
                return None
            factor, variable = calculus.substitute(factor, {variable: ex.name(f"{variable}#")}), f"{variable}#"
        return _reduced(statement, op, factor, (constant, base), side is not product, count.args[0], variable)
    return None


def _reduced(
    statement: Statement, op: str, factor: Expr, bound: tuple[Expr, Expr], sized: bool, count: str, variable: str
) -> FactorComparison:
    constant, base = bound
    size, one = ex.switch("abs", factor), constant * base
    premises: list[list[Relation]] = []
    least = size if sized else factor
    if op.startswith(">"):
        premises.append([_relation(op, least, one), _relation(">=", least, base)][: 1 if constant is ex.ONE else 2])
        if not ex.is_nonnegative(base):
            premises[0].append(_relation(">=", base, ex.ZERO))
    if op.startswith("<") or not sized:
        # A product is not below -abs(product): of a lower bound the sizes are compared with its opposite.
        most = one if op.startswith("<") else -one
        premises.append([_relation(op.replace(">", "<"), size, most), _relation("<=", size, base)])
        del premises[-1][1 if most is base else 2 :]
    # Of a base above 0 a power has a value whatever n is taken to be: elsewhere nothing is refuted, and what is proved
    # holds for the powers that whole n have.
    positive = None if base.positive or base is ex.ZERO else _relation(">", base, ex.ZERO)
    parts = [part for part in (statement.where, positive) if part is not None]
    where = Connective("and", tuple(parts)) if parts else None
    plain = replace(statement, products={}, product_texts={})
    rest = calculus.substitute(least, {variable: ex.name(f"{variable} of the others")})

    def at_most_two_values(product: Expr, n: int) -> tuple[Statement, int]:
        return replace(plain, formula=_relation(op, product, constant * base**n), where=where), n

    powers = tuple(at_most_two_values(least**n, n) for n in COUNTS)
    free = variable not in _names(statement)
    unequal = tuple(at_most_two_values(least * rest ** (n - 1), n) for n in LARGE_COUNTS if free)
    notes = [f"every factor: {' and '.join(r.text for r in premise)}" for premise in premises]
    statements = [replace(plain, formula=_joined(premise)) for premise in premises]
    return FactorComparison(tuple(zip(statements, notes, strict=True)), powers, unequal, count)


def _joined(parts: list[Relation]) -> Formula:
    return parts[0] if len(parts) == 1 else Connective("and", tuple(parts))


def _relation(op: str, lhs: Expr, rhs: Expr) -> Relation:
    left, right = to_text(lhs), to_text(rhs)
    return Relation(op, lhs, rhs, f"{left} {op} {right}", left, right)


def _split_power(e: Expr, count: Expr) -> tuple[Expr, Expr]:
    """c and g of c*g**n: the factors that are n-th powers, and the others; 0 is 0**n."""
    powers = [factor for factor in ex.factors(e) if factor.op == "pow" and factor.args[1] is count]
    others = [factor for factor in ex.factors(e) if factor not in powers]
    constant, base = ex.mul(*others), ex.mul(*(power.args[0] for power in powers))
    return (ex.ONE, ex.ZERO) if constant is ex.ZERO else (constant, base)


def _names(statement: Statement, *parts: Expr) -> frozenset[str]:
    """The names in a condition and in parts of the formula, those inside numbers among them."""
    names: set[str] = set()
    formulas = [*parts]
    for leaf in [] if statement.where is None else relations(statement.where):
        if isinstance(leaf, Relation):
            formulas += [side for side in (leaf.lhs, leaf.rhs) if isinstance(side, Expr)]
    for e in formulas:
        names |= ex.free_names(e)
        for placeholder in ex.free_names(e) & statement.functionals.keys():
            names |= ex.free_names(statement.functionals[placeholder].body)
    return frozenset(names)

"""Numbers that statements compute from whole functions: sup, inf, lipschitz, continuity, E, E2, limit, roundings."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ..budget import Undecided
from ..enclosures.formats import FORMATS
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.landscape import decided_landscape
from ..functions.oscillation import extent, two_limits
from ..functions.pieces import one_sided_limit
from ..functions.regularity import continuity, lipschitz
from ..functions.step_functions import Line
from ..language.reader import Number, Reader, table
from ..language.source import quoted, source_text
from ..language.syntax import Functional, Infinity, StatementError
from ..means.correlated import correlated_expectation
from ..means.expectations import expectation
from ..means.integrals import integral
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, exact
from ..verdicts import Counterexample
from . import witnesses
from .values import closed_real, describe_extremum, digits, variable_of

PAIR = ("u", "v")
"""The names of two correlated normal variables."""


@dataclass(frozen=True)
class Found:
    """A value and the sentences that say how it was found."""

    value: Real
    notes: tuple[str, ...] = ()


def _no_points(_body: Expr, _variable: str, _region: Line[bool] | None, _bound: Real) -> Counterexample | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Computed(Number):
    """A word for a number that is computed from a function, or a rounding."""

    value: Callable[[Functional, Expr, Line[bool] | None], Found]
    """The number of a functional, its body with numbers filled in, where the condition holds: the body depends on the
    functional's variable alone. Raises Undecided or Undefined."""
    exact: bool = False
    """Whether a statement about it may be proved exactly; else it is proved by enclosures."""
    beyond: Callable[[Expr, str, Line[bool] | None, Real], Counterexample | None] = _no_points
    """Points that show the number of a function of one variable, where the condition holds, to be above a bound; None
    where none were found."""


def number_of_function(
    name: str,
    value: Callable[[Functional, Expr, Line[bool] | None], Found],
    *,
    variable: str = "x",
    of_product: bool = False,
    exact: bool = False,
    beyond: Callable[[Expr, str, Line[bool] | None, Real], Counterexample | None] = _no_points,
) -> Computed:
    """A word for a number taken from one function, of this variable where several are free."""

    def read(reader: Reader, node: ast.Call) -> Expr:
        body = reader.argument(node, name)
        over = reader.variable(body, node, variable, of_product=of_product)
        return reader.held.functional(Functional(name, body, source_text(node), over))

    return Computed(name, read, value=value, exact=exact, beyond=beyond)


# --- bounds, slopes, means


def _bound(f: Functional, body: Expr, region: Line[bool] | None) -> Found:
    shape = extent(body, variable_of(f), region)
    return Found((shape.sup if f.kind == "sup" else shape.inf).value, (describe_extremum(f.text, shape, f.kind),))


def _lipschitz(f: Functional, body: Expr, region: Line[bool] | None) -> Found:
    value = lipschitz(body, variable_of(f), region)
    return Found(value, (f"{f.text} = {digits(value)}, the supremum of abs of the derivative",))


def _steep(body: Expr, variable: str, region: Line[bool] | None, bound: Real) -> Counterexample | None:
    slope = decided_landscape(calculus.derivative(body, variable), variable, region)
    return witnesses.steep(witnesses.Curve(body, variable, region), slope, bound)


def _continuity(f: Functional, body: Expr, region: Line[bool] | None) -> Found:
    order = continuity(body, variable_of(f), region)
    value = PLUS_INFINITY if order == float("inf") else exact(int(order))
    return Found(value, (f"{f.text} = {value}: {_continuity_sentence(order)}",))


def _continuity_sentence(order: float) -> str:
    if order == float("inf"):
        return "all derivatives agree wherever two pieces meet"
    if order < 0:
        return "it has a jump, a pole or a hole"
    return f"derivatives up to order {int(order)} agree where pieces meet, order {int(order) + 1} does not"


def _mean(f: Functional, body: Expr, region: Line[bool] | None) -> Found:
    if region is not None:
        raise Undecided(f"{f.text} is a mean over all {f.variable}, not under a condition on {f.variable}")
    value = expectation(body, variable_of(f))
    return Found(value, (f"{f.text} = {digits(value)}",))


def _read_variance(reader: Reader, node: ast.Call) -> Expr:
    """E f^2 - (E f)^2: where E f^2 is finite so is E f, and that is the variance; where it is not, nothing is said."""
    body = reader.argument(node, "Var")
    over = reader.variable(body, node, "z")
    text = source_text(node.args[0])
    square, mean = (
        reader.held.functional(Functional("E", each, f"E({said})", over))
        for each, said in ((body**2, f"({text})**2"), (body, text))
    )
    return square - mean**2


def _read_correlated(reader: Reader, node: ast.Call) -> Expr:
    reader.arguments(node, "E2", 2)
    body, correlation = map(reader.expression, node.args)
    for variable in PAIR:
        reader.refuse_product(body, variable, node)
    u, v = PAIR
    if {u, v} & (ex.free_names(correlation) | reader.held.inside_numbers(body)):
        raise StatementError(f"{quoted(node)}: {u} and {v} are the two normal variables here, and nothing else")
    return reader.held.functional(Functional("E2", body, source_text(node), u, correlation, v))


def _correlated(f: Functional, body: Expr, region: Line[bool] | None) -> Found:
    if region is not None:
        raise Undecided(f"{f.text} is a mean over all {f.variable} and {f.second}, not under a condition on them")
    assert isinstance(f.at, Expr) and f.second is not None
    correlation = f.at
    if not ex.free_names(correlation):
        value = closed_real(correlation)
        if value.exact is None:
            raise Undecided(f"{f.text}: a correlation without an exact form")
        correlation = value.exact
    mean = correlated_expectation(body, variable_of(f), f.second, correlation)
    if mean.exact is not None and ex.free_names(mean.exact):
        return Found(mean, (f"{f.text} = {to_text(mean.exact)}",))
    return Found(mean, (f"{f.text} = {digits(mean)}",))


def _read_integral(reader: Reader, node: ast.Call) -> Expr:
    """The integral from a to b, as that of (b - a) f(a + (b - a) x) from 0 to 1."""
    reader.arguments(node, "integral", 4)
    body, low, high = (reader.expression(node.args[i]) for i in (0, 2, 3))
    match node.args[1]:
        case ast.Name(id=variable) if not reader.is_taken(variable):
            reader.refuse_product(body, variable, node)
        case _:
            raise StatementError(f"{quoted(node)}: expected integral(expression, variable, from, to)")
    if variable in ex.free_names(low) | ex.free_names(high):
        raise StatementError(f"{quoted(node)}: the ends of an integral over {variable} do not depend on {variable}")
    width = high - low
    moved = calculus.substitute(body, {variable: low + width * ex.name(variable)})
    return reader.held.functional(Functional("integral", width * moved, source_text(node), variable))


def _integral(f: Functional, body: Expr, region: Line[bool] | None) -> Found:
    if region is not None:
        raise Undecided(f"{f.text} is an integral between its ends, not under a condition on {f.variable}")
    value = integral(body, variable_of(f))
    return Found(value, (f"{f.text} = {digits(value)}",))


# --- limits


class NoLimit(Undefined):
    """A limit that is proved not to exist."""

    def __init__(self, f: Functional, why: str) -> None:
        super().__init__(f"{f.text} does not exist: {why}")
        self.functional = f


def _read_limit(reader: Reader, node: ast.Call) -> Expr:
    reader.arguments(node, "limit", 3)
    body, at = reader.expression(node.args[0]), reader.extended(node.args[2])
    match node.args[1]:
        case ast.Name(id=variable):
            reader.refuse_product(body, variable, node)
            return reader.held.functional(Functional("limit", body, source_text(node), variable, at))
        case _:
            raise StatementError(f"{quoted(node)}: expected limit(expression, variable, point)")


def _limit(f: Functional, body: Expr, _region: Line[bool] | None) -> Found:
    value = _limit_value(f, body, variable_of(f))
    end = to_text(f.at) if isinstance(f.at, Expr) else str(f.at)
    return Found(value, (f"{f.text} = {digits(value)}, from the leading term at {end}",))


def _limit_value(f: Functional, body: Expr, variable: str) -> Real:
    """Raises NoLimit, Undefined or Undecided."""
    if isinstance(f.at, Infinity):
        try:
            return one_sided_limit(body, variable, PLUS_INFINITY if f.at.sign > 0 else MINUS_INFINITY, 0)
        except Undecided:
            _refute_limit(f, body, None, f.at.sign)
            raise
    assert isinstance(f.at, Expr)
    at = closed_real(f.at)
    try:
        left, right = (one_sided_limit(body, variable, at, side) for side in (-1, 1))
    except Undecided:
        if at.exact is not None:
            for side in (1, -1):
                _refute_limit(f, body, at.exact, side)
        raise
    if compare(left, right) != 0:
        raise NoLimit(f, f"{left} from the left, {right} from the right")
    return left


def _refute_limit(f: Functional, body: Expr, at: Expr | None, side: int) -> None:
    """Raises NoLimit where two sequences with different limits are found."""
    if (limits := two_limits(body, variable_of(f), at, side)) is not None:
        raise NoLimit(f, f"along one sequence it tends to {limits[0]}, along another to {limits[1]}")


# --- roundings


def _read_rounding(name: str, reader: Reader, node: ast.Call) -> Expr:
    return reader.held.functional(Functional(name, reader.argument(node, name), source_text(node)))


def _rounded(f: Functional, body: Expr, _region: Line[bool] | None) -> Found:
    """The number a format rounds a real to."""
    if ex.free_names(body):
        raise Undecided(f"{f.text}: rounding is decided for numbers, not for functions of a free name")
    form = FORMATS[f.kind]
    value = closed_real(body)
    rational = value.rational
    if rational is None and value.exact is not None:
        rational = normal_form.simplest(value.exact).value
    try:
        result = form.round(rational if rational is not None else value.ball)
    except (ArithmeticError, ValueError) as error:
        raise Undecided(f"{f.text}: {error}") from None
    if result == "nan":
        raise Undefined(f"{f.text} is not a number: the format has no infinity and overflows to NaN")
    rounded = Real(infinite=1 if result == "inf" else -1) if isinstance(result, str) else exact(result)
    return Found(rounded, (f"{f.text}: {value} rounds to {rounded} in {f.kind}",))


WORDS = table(
    number_of_function("sup", _bound, of_product=True),
    number_of_function("inf", _bound, of_product=True),
    number_of_function("lipschitz", _lipschitz, beyond=_steep),
    number_of_function("continuity", _continuity, exact=True),
    number_of_function("E", _mean, variable="z", exact=True),
    Number("Var", _read_variance),
    Computed("E2", _read_correlated, value=_correlated, exact=True),
    Computed("integral", _read_integral, value=_integral, exact=True),
    Computed("limit", _read_limit, value=_limit, exact=True),
    *(Computed(name, partial(_read_rounding, name), value=_rounded, exact=True) for name in FORMATS),
)

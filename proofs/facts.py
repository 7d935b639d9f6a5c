"""Everything certified about one function: what `gradproof describe` prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from . import expressions as ex
from . import identities
from .catalogue import ParameterValue, UnknownActivation, activation
from .effort import Undecided, budget
from .evaluate import jet
from .expressions import Expr
from .gaussian import expectation
from .landscape import Landscape, decided_landscape, landscape, proved_parity
from .landscape import _differ_at as differ_at
from .lines import Line, constant, indicator, merge, sign_line, split_within
from .parsing import parse_expression
from .pieces import Pieces, Undefined, one_sided_limit, same, side_formula, smooth_limit, split, value_at
from .reals import PLUS_INFINITY, Real, compare, constant_sign, exact, larger, sign_of
from .sets import Interval
from .syntax import StatementError

T = TypeVar("T")

STEPS = 60_000
"""Steps spent on each fact before it is left undecided."""
MAX_SMOOTHNESS = 24
"""Derivatives compared at a breakpoint before giving up."""


PARITIES = {1: "even", -1: "odd", 0: None}


@dataclass(frozen=True)
class OrderFacts:
    """One derivative: its formula on each piece, and its landscape."""

    order: int
    formula: str
    pieces: Pieces | None
    landscape: Landscape

    def to_json(self) -> dict[str, Any]:
        shape = self.landscape
        result: dict[str, Any] = {
            "order": self.order, "formula": self.formula, "pieces": _pieces_json(self.pieces),
            "undecided": shape.undecided,
        }  # fmt: skip
        if shape.undecided is not None:
            return result
        inf, sup = shape.inf, shape.sup
        result["range"] = {
            "inf": inf.value.to_json(), "sup": sup.value.to_json(),
            "inf_attained": inf.attained, "sup_attained": sup.attained, "set": str(shape.range),
        }  # fmt: skip
        result["argmin"] = None if inf.among else [_where(p) for p in (*inf.at, *inf.on)]
        result["argmax"] = None if sup.among else [_where(p) for p in (*sup.at, *sup.on)]
        result["zeros"] = [_where(zero) for zero in shape.zeros]
        result["monotone"] = [
            {"from": run.low.to_json(), "to": run.high.to_json(), "direction": run.direction} for run in shape.monotone
        ]
        result["period"] = None if shape.period is None else exact(shape.period).to_json()
        result["limits"] = [None if value is None else value.to_json() for value in shape.limits]
        return result


@dataclass(frozen=True)
class KinkFacts:
    """A point where the function is continuous but its one-sided derivatives differ."""

    at: Real
    left: Real
    right: Real

    @property
    def subdifferential(self) -> tuple[Real, Real]:
        """The Clarke subdifferential [min, max] of the one-sided derivatives."""
        return (self.left, self.right) if compare(self.left, self.right) < 0 else (self.right, self.left)

    def to_json(self) -> dict[str, Any]:
        low, high = self.subdifferential
        return {
            "at": self.at.to_json(), "left": self.left.to_json(), "right": self.right.to_json(),
            "subdifferential": [low.to_json(), high.to_json()],
        }  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """A datasheet. What could not be decided is None and said in `undecided`."""

    name: str
    formula: str
    expr: Expr
    parameters: dict[str, str]
    orders: tuple[OrderFacts, ...]
    continuity: int | str | None
    lipschitz: Real | None
    parity: str | None
    """None also where both are refuted; where that was not decided, `undecided` says so."""
    kinks: tuple[KinkFacts, ...]
    gain: Real | None
    undecided: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """What `describe --json` prints."""
        return {
            "schema": 1, "name": self.name, "formula": self.formula, "parameters": self.parameters,
            "orders": [order.to_json() for order in self.orders], "continuity": self.continuity,
            "lipschitz": None if self.lipschitz is None else self.lipschitz.to_json(), "parity": self.parity,
            "kinks": [kink.to_json() for kink in self.kinks],
            "gain": None if self.gain is None else self.gain.to_json(), "undecided": list(self.undecided),
        }  # fmt: skip


def _where(place: Real | Interval) -> Any:
    if isinstance(place, Real):
        return place.to_json()
    return {"from": place.low.to_json(), "to": place.high.to_json(), "closed": [place.low_closed, place.high_closed]}


def _pieces_json(cut: Pieces | None) -> list[dict[str, Any]]:
    if cut is None:
        return []
    return [
        {"from": p.low.to_json(), "to": p.high.to_json(), "formula": None if p.expr is None else ex.text(p.expr)}
        for p in cut.pieces
    ]


def facts(function: str | Expr, *, orders: int = 3, **parameters: ParameterValue) -> Facts:
    """The certified facts of an activation by name, or of a formula in x.

    Raises UnknownActivation, StatementError or ValueError for a name, formula or parameter that is not known.
    """
    name, formula, e, values = _resolve(function, parameters)
    if free := sorted(ex.free_names(e) - {"x"}):
        raise StatementError(f"{name}: expected a function of x alone, found {', '.join(free)}")
    notes: list[str] = []
    kept = tuple(_order_facts(e, order) for order in range(orders))
    notes += [f"order {o.order}: {o.landscape.undecided}" for o in kept if o.landscape.undecided]
    parity = _try(lambda: _parity(e, "x"), "parity", notes)
    return Facts(
        name, formula, e, {k: ex.text(v) for k, v in values.items()}, kept,
        continuity=_try(lambda: continuity_json(continuity(e, "x")), "continuity", notes),
        lipschitz=_try(lambda: _with_digits(lipschitz(e, "x")), "Lipschitz constant", notes),
        parity=None if parity is None else PARITIES[parity],
        kinks=_try(lambda: kinks(e, "x"), "kinks", notes) or (),
        gain=_try(lambda: _with_digits(gain(e, "x")), "gain", notes),
        undecided=tuple(notes),
    )  # fmt: skip


def _resolve(function: str | Expr, parameters: dict[str, ParameterValue]) -> tuple[str, str, Expr, dict[str, Expr]]:
    if isinstance(function, Expr):
        return ex.text(function), ex.text(function), function, {}
    try:
        entry = activation(function)
    except UnknownActivation:
        if function.isidentifier() and function != "x":
            raise
        if parameters:
            raise StatementError("a formula takes no parameters; write their values into it") from None
        return function, function, parse_expression(function), {}
    if len(entry.inputs) > 1:
        raise StatementError(f"{entry.name} has inputs {', '.join(entry.inputs)}; facts are of functions of one input")
    return entry.name, entry.formula, entry.expr(**parameters), entry.parameter_values(**parameters)


def _try(question: Callable[[], T], what: str, notes: list[str]) -> T | None:
    try:
        with budget(STEPS):
            return question()
    except (Undecided, Undefined) as reason:
        notes.append(f"{what}: {reason}")
        return None


def _order_facts(e: Expr, order: int) -> OrderFacts:
    whole = ex.derivative(e, "x", order=order)
    with budget(STEPS):
        shape = _read(landscape(whole, "x"))
    try:
        with budget(STEPS):
            cut = split(whole, "x")
    except Undecided:
        return OrderFacts(order, ex.text(whole), None, shape)
    if order == 0:
        return OrderFacts(order, ex.text(whole), cut, shape)
    known = [(ex.text(_shorter(piece.expr)), piece) for piece in cut.pieces if piece.expr is not None]
    if len({formula for formula, _ in known}) == 1:
        return OrderFacts(order, known[0][0], cut, shape)
    shown = [f"{formula} on ({p.low}, {p.high})" for formula, p in known]
    return OrderFacts(order, "; ".join(shown), cut, shape)


def _with_digits(value: Real | None) -> Real | None:
    """A number that can be shown. Raises Undecided where its enclosures say nothing at any precision tried."""
    if value is not None:
        value.to_json()
    return value


def _read(shape: Landscape) -> Landscape:
    """The landscape with all that is read off it known, or undecided as a whole."""
    if shape.undecided is None:
        try:
            _ = shape.range, shape.zeros, shape.monotone
            for extremum in (shape.inf, shape.sup):
                _with_digits(extremum.value)
        except Undecided as reason:
            return Landscape(shape.expr, shape.variable, (), (), 0, str(reason))
    return shape


def _shorter(e: Expr) -> Expr:
    try:
        with budget(STEPS // 10):
            return identities.simplest(e) if e.size < 200 else e
    except Undecided:
        return e


# --- the facts one by one --------------------------------------------------------------------------------------


def _parity(e: Expr, variable: str) -> int:
    """1 for even, -1 for odd, 0 where both are refuted. Raises Undecided."""
    if (proved := proved_parity(e, variable)) is not None:
        return proved
    flipped = ex.substitute(e, {variable: -ex.name(variable)})
    for sign in (1, -1):
        difference = e - sign * flipped
        if not (differ_at(difference, variable) or _has_a_sign(difference, variable)):
            if not _one_sided(e, flipped, variable):
                raise Undecided(f"{PARITIES[sign]} neither proved nor refuted")
    return 0


def _has_a_sign(e: Expr, variable: str) -> bool:
    """Whether the expression is proved to be positive or negative somewhere. Raises Undecided."""
    line = sign_line(e, variable)
    return any((*line.gaps, *line.at))


def _one_sided(e: Expr, flipped: Expr, variable: str) -> bool:
    """Whether the function is defined somewhere and not at the opposite point. Raises Undecided."""
    lines = [sign_line(f, variable).map(lambda sign: sign is not None) for f in (e, flipped)]
    domains = merge(lines)
    return any(here != there for here, there in (*domains.gaps, *domains.at))


def continuity_json(order: float) -> int | str:
    """-1, k, or "oo"."""
    return "oo" if order == float("inf") else int(order)


def continuity(e: Expr, variable: str, region: Line[bool] | None = None) -> float:
    """-1 with a jump, k for C^k and not C^(k+1), infinity for smooth, inside the region. Raises Undecided."""
    cut = split_within(e, variable, region)
    defined = Line(cut.breakpoints, (True,) * len(cut.breakpoints), tuple(p.expr is not None for p in cut.pieces))
    inside = merge([defined, constant(True) if region is None else region])
    if not any(map(all, inside.gaps)) and not any(map(all, inside.at)):
        raise Undecided("the domain is empty")
    smallest = float("inf")
    for point in cut.breakpoints:
        if region is None or _inside(region, point):
            smallest = min(smallest, _smoothness_at(e, variable, point))
    return smallest


def _inside(region: Line[bool], point: Real) -> bool:
    """Whether a point lies inside a region, which is asked for with a neighbourhood. Raises Undecided at an end."""
    around = merge([region, indicator(point)])
    for i, (within, is_point) in enumerate(around.at):
        if is_point:
            if within and not (around.gaps[i][0] and around.gaps[i + 1][0]):
                raise Undecided(f"the smoothness at {point}, an end of the domain at which the formula changes")
            return within
    return False


def _smoothness_at(e: Expr, variable: str, at: Real) -> float:
    try:
        left, right = side_formula(e, variable, at, -1), side_formula(e, variable, at, 1)
    except Undefined:
        return _smoothness_at_end(e, variable, at)
    try:
        value = value_at(e, variable, at)
    except Undefined:
        return -1
    for side in (-1, 1):
        limit = one_sided_limit(e, variable, at, side)
        if limit.infinite or not same(limit, value):
            return -1
    if identities.is_zero(left - right) and _analytic_at(left, variable, at):
        return float("inf")
    for order in range(1, MAX_SMOOTHNESS):
        left, right = ex.differentiate(left, variable), ex.differentiate(right, variable)
        slopes = smooth_limit(left, variable, at, -1), smooth_limit(right, variable, at, 1)
        if any(s.infinite for s in slopes) or not same(*slopes):
            return order - 1
    raise Undecided(f"continuity: {MAX_SMOOTHNESS - 1} derivatives agree at {at}")


def _analytic_at(formula: Expr, variable: str, at: Real) -> bool:
    """Whether no root or logarithm is at its end there: jets of analytic operations only are finite."""
    return all(c.is_finite() for c in jet(formula, variable, at.ball(), 2))


def _smoothness_at_end(e: Expr, variable: str, at: Real) -> float:
    """At an end of the domain: one-sided, and only where the end belongs to the domain. Raises Undecided."""
    formulas: list[tuple[Expr, int]] = []
    for side in (-1, 1):
        try:
            formulas.append((side_formula(e, variable, at, side), side))
        except Undefined:
            continue
    try:
        value = value_at(e, variable, at)
    except Undefined:
        return float("inf")  # the end is not in the domain
    for formula, side in formulas:
        limit = smooth_limit(formula, variable, at, side)
        if limit.infinite or not same(limit, value):
            return -1
        if _analytic_at(formula, variable, at):
            continue  # hence smooth up to the end
        for order in range(1, MAX_SMOOTHNESS):
            formula = ex.differentiate(formula, variable)
            if smooth_limit(formula, variable, at, side).infinite:
                return order - 1
        raise Undecided(f"continuity: {MAX_SMOOTHNESS - 1} one-sided derivatives are finite at {at}")
    return float("inf")


def kinks(e: Expr, variable: str) -> tuple[KinkFacts, ...]:
    """All points where e is continuous and its one-sided derivatives differ. Raises Undecided."""
    found: list[KinkFacts] = []
    for point in split(e, variable).breakpoints:
        try:
            left, right = (side_formula(e, variable, point, side) for side in (-1, 1))
            value = value_at(e, variable, point)
        except Undefined:
            continue
        limits = [smooth_limit(f, variable, point, side) for f, side in ((left, -1), (right, 1))]
        if any(limit.infinite or not same(limit, value) for limit in limits):
            continue
        a = smooth_limit(ex.differentiate(left, variable), variable, point, -1)
        b = smooth_limit(ex.differentiate(right, variable), variable, point, 1)
        if compare(a, b) != 0:
            found.append(KinkFacts(point, a, b))
    return tuple(found)


def magnitude(x: Real) -> Real:
    """The absolute value."""
    if x.infinite:
        return PLUS_INFINITY
    if sign_of(x) >= 0:
        return x
    return exact(-x.exact) if x.exact is not None else Real(refine=lambda bits: -x.ball(bits))


def lipschitz(e: Expr, variable: str, region: Line[bool] | None = None) -> Real:
    """The smallest Lipschitz constant: sup abs(f') for a continuous f on an interval, else oo. Raises Undecided."""
    if variable not in ex.free_names(e):
        return exact(0)
    if region is not None or any(piece.expr is None for piece in split_within(e, variable, None).pieces):
        _require_closed_runs(decided_landscape(e, variable, region))
    elif continuity(e, variable) < 0:
        return _with_holes(e, variable)
    return steepest(e, variable, region)


def _with_holes(e: Expr, variable: str) -> Real:
    """The Lipschitz constant of what is not continuous: oo at a jump, or where the slope has no bound."""
    slope = steepest(e, variable)
    if not slope.infinite:
        for point in split_within(e, variable, None).breakpoints:
            try:
                value_at(e, variable, point)
            except Undefined as reason:
                raise Undecided(f"the Lipschitz constant on a domain without {point}: {reason}") from None
    return PLUS_INFINITY


def steepest(e: Expr, variable: str, region: Line[bool] | None = None) -> Real:
    """sup abs(f') over the points that have a derivative. Raises Undecided."""
    slope = decided_landscape(ex.derivative(e, variable), variable, region)
    high, low = magnitude(slope.sup.value), magnitude(slope.inf.value)
    if region is None and proved_parity(e, variable) == 1:
        return high  # f' is odd: both ends have the same size
    return larger(high, low)


def _require_closed_runs(shape: Landscape) -> None:
    """That the domain is one interval on which the function is continuous. Raises Undecided."""
    values = {id(place.at): place.value for place in shape.places}
    for before, after in pairwise(shape.runs):
        value = values.get(id(before.high))
        if before.high is not after.low or value is None:
            raise Undecided("the Lipschitz constant on a domain that is not an interval")
        if any(compare(value, limit) != 0 for limit in (before.end, after.start)):
            raise Undecided("the Lipschitz constant of a function with a jump in its domain")
    inner = {id(run.high) for run in shape.runs[:-1]}
    ends = [(shape.runs[0].low, shape.runs[0].start), (shape.runs[-1].high, shape.runs[-1].end)] if shape.runs else []
    for at, limit in ends:
        value = values.get(id(at))
        if value is not None and compare(value, limit) != 0:
            raise Undecided("the Lipschitz constant of a function with a jump at an end of its domain")
    if len(shape.places) > len(inner) + sum(id(at) in values for at, _ in ends) or not shape.runs:
        raise Undecided("the Lipschitz constant on a domain that is not an interval")


def gain(e: Expr, variable: str) -> Real | None:
    """1/sqrt(E[f(z)^2]), the factor that keeps the second moment of a standard normal. Raises Undecided."""
    second = expectation(e * e, variable)
    if second.infinite:
        raise Undecided("the second moment is infinite")
    if second.exact is not None:
        if constant_sign(second.exact) == 0:
            return None
        return exact(identities.simplest(ex.power(second.exact, -1 * ex.rational("1/2").args[0])))
    return Real(refine=lambda bits: 1 / second.ball(bits + 16).sqrt())

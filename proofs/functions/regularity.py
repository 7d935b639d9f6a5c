"""How smooth a function of one variable is: continuity, kinks, Lipschitz constants."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..budget import Undecided
from ..enclosures.jets import jet
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..reals.reals import PLUS_INFINITY, Real, compare, exact, extreme, sign_of
from ..verdicts import plain
from .landscape import Landscape, decided_landscape, proved_parity
from .pieces import side_formula, smooth_limit, split, value_at
from .sign_charts import split_within
from .step_functions import Line, constant, indicator, merge

MAX_SMOOTHNESS = 24
"""Derivatives compared at a breakpoint before giving up."""


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
        return plain({**vars(self), "subdifferential": self.subdifferential})


def continuity_json(order: float) -> int | str:
    """-1, k, or "oo"."""
    return "oo" if order == float("inf") else int(order)


def continuity(e: Expr, variable: str, region: Line[bool] | None = None) -> float:
    """-1 with a jump, k for C^k and not C^(k+1), infinity for smooth, inside the region. Raises Undecided."""
    cut = split_within(e, variable, region)
    gaps = tuple(p.expr is not None for p in cut.pieces)
    defined = Line(cut.breakpoints, tuple(a or b for a, b in pairwise(gaps)), gaps)
    inside = merge([defined, constant(True) if region is None else region])
    if not any(map(all, inside.gaps)) and not any(map(all, inside.at)):
        raise Undecided("the domain is empty")
    smallest = float("inf")
    for point in cut.breakpoints:
        if region is None or is_inside(region, point):
            smallest = min(smallest, _smoothness_at(e, variable, point))
    return smallest


def is_inside(region: Line[bool], point: Real) -> bool:
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
    if not _joined(left, right, variable, at, value):
        return -1
    if normal_form.is_zero(left - right) and (_analytic_at(left, variable, at) or _meromorphic_at(left, variable, at)):
        return float("inf")
    for order in range(1, MAX_SMOOTHNESS):
        left, right = calculus.differentiate(left, variable), calculus.differentiate(right, variable)
        slopes = smooth_limit(left, variable, at, -1), smooth_limit(right, variable, at, 1)
        if any(s.infinite for s in slopes) or compare(*slopes) != 0:
            return order - 1
    raise Undecided(f"{MAX_SMOOTHNESS - 1} derivatives agree at {at}; whether all do is not known")


def _joined(left: Expr, right: Expr, variable: str, at: Real, value: Real) -> bool:
    """Whether the limits of the formulas on both sides of a point are the value there."""
    limits = smooth_limit(left, variable, at, -1), smooth_limit(right, variable, at, 1)
    return not any(limit.infinite or compare(limit, value) != 0 for limit in limits)


def _analytic_at(formula: Expr, variable: str, at: Real) -> bool:
    """Whether no root or logarithm is at its end there: jets of analytic operations only are finite.

    In every part, as a factor 0 hides what has no value: x^2 sin(1/x) at 0.
    """
    finite = all(c.is_finite() for c in jet(formula, variable, at.ball(), 2))
    return finite and all(_analytic_at(part, variable, at) for part in ex.children(formula))


def _meromorphic_at(formula: Expr, variable: str, at: Real) -> bool:
    """Whether a formula is a quotient of functions that are analytic there: it is analytic itself if its limit is
    finite, as then its Laurent series has no negative powers."""
    try:
        _, above, below = normal_form.numerator_factors(formula)
    except normal_form.TooComplex:
        return False
    return all(_analytic_at(factor, variable, at) for factor, _ in (*above, *below))


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
        if limit.infinite or compare(limit, value) != 0:
            return -1
        if _analytic_at(formula, variable, at):
            continue  # hence smooth up to the end
        for order in range(1, MAX_SMOOTHNESS):
            formula = calculus.differentiate(formula, variable)
            if smooth_limit(formula, variable, at, side).infinite:
                return order - 1
        raise Undecided(f"{MAX_SMOOTHNESS - 1} one-sided derivatives are finite at {at}; whether all are is not known")
    return float("inf")


def kinks(e: Expr, variable: str) -> tuple[KinkFacts, ...]:
    """All points where e is continuous and its one-sided derivatives differ. Raises Undecided."""
    points: list[KinkFacts] = []
    for point in split(e, variable).breakpoints:
        try:
            left, right = (side_formula(e, variable, point, side) for side in (-1, 1))
            value = value_at(e, variable, point)
        except Undefined:
            continue
        if not _joined(left, right, variable, point, value):
            continue
        a = smooth_limit(calculus.differentiate(left, variable), variable, point, -1)
        b = smooth_limit(calculus.differentiate(right, variable), variable, point, 1)
        if compare(a, b) != 0:
            points.append(KinkFacts(point, a, b))
    return tuple(points)


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
        value_at(e, variable, exact(0))  # raises where it has no value
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
    slope = decided_landscape(calculus.derivative(e, variable), variable, region)
    high, low = magnitude(slope.sup.value), magnitude(slope.inf.value)
    if region is None and proved_parity(e, variable) == 1:
        return high  # f' is odd: both ends have the same size
    return extreme(high, low, 1)


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

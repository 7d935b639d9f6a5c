"""The landscape of a function on its domain: where it rises and falls, between which values.

The domain is cut at breakpoints, at the marks of a `where` condition, and at the certified zeros of the derivative.
Between two cuts the function is monotone, so its values there fill the interval between its two one-sided limits.
Everything else (range, extrema and where they are attained, limits, zeros) is read off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial, reduce
from math import inf
from typing import TypeAlias

from flint import fmpq

from ..budget import Undecided, budget, exhausted, spend
from ..disk_cache import on_disk
from ..enclosures.balls import excludes_zero
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.parity import structural_parity
from ..expressions.printing import to_text
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..reals.reals import (
    MINUS_INFINITY,
    PLUS_INFINITY,
    Real,
    compare,
    exact,
    extreme,
    image,
    opposite,
    proved_equal,
    sign_of,
)
from ..reals.sets import Interval, RealSet, point, union
from .periods import period
from .pieces import smooth_limit, split, value_at
from .piecewise_polynomials import piecewise_polynomial
from .sign_charts import common_period, sign_line, signs_within
from .step_functions import Line, constant, hull, merge
from .zeros import chart


@dataclass(frozen=True)
class Run:
    """An open interval on which the function is monotone: -1 falls, 0 constant, 1 rises."""

    low: Real
    high: Real
    direction: int
    start: Real
    """The one-sided limit at low."""
    end: Real
    """The one-sided limit at high."""


@dataclass(frozen=True)
class Place:
    """A point of the domain between runs and the value there."""

    at: Real
    value: Real


@dataclass(frozen=True)
class Extremum:
    """A least upper or greatest lower bound: its value, whether it is attained, and where."""

    value: Real
    attained: bool
    at: tuple[Real, ...]
    on: tuple[Interval, ...] = ()
    """Whole intervals on which it is attained (constant pieces)."""
    among: tuple[Real, ...] = ()
    """Where its values are not told apart: it is attained at one of these at least, and `at` is empty."""


@dataclass(frozen=True)
class Monotone:
    """A maximal interval with one direction: increasing, decreasing or constant."""

    low: Real
    high: Real
    direction: str


Candidate: TypeAlias = "tuple[Real, Real | Interval | None]"
"""A value that may be an extremum, and where it is attained, if it is."""

DIRECTIONS = {1: "increasing", -1: "decreasing", 0: "constant"}


@dataclass(frozen=True)
class Landscape:
    """The certified shape of a function on its domain, or why it was not found."""

    expr: Expr
    variable: str
    runs: tuple[Run, ...]
    places: tuple[Place, ...]
    cells: int
    undecided: str | None = None
    region: Line[bool] | None = None
    period: Expr | None = None
    """Where the function repeats: runs and places cover two periods from 0, so that every point is inside once."""

    @property
    def is_empty(self) -> bool:
        return not self.runs and not self.places

    @cached_property
    def range(self) -> RealSet:
        """The set of values."""
        parts = [point(place.value) for place in self.places]
        for run in self.runs:
            if run.direction == 0:
                parts.append(point(run.start))
            elif run.direction > 0:
                parts.append(Interval(run.start, run.end, False, False))
            else:
                parts.append(Interval(run.end, run.start, False, False))
        return union(parts)

    @cached_property
    def sup(self) -> Extremum:
        """The least upper bound."""
        return self._extremum(1)

    @cached_property
    def inf(self) -> Extremum:
        """The greatest lower bound."""
        return self._extremum(-1)

    def bound(self, sense: int) -> Real:
        """The value of the least upper bound (1) or the greatest lower bound (-1), attained or not."""
        best, _ = _leading(self._candidates(sense), sense)
        return reduce(partial(extreme, sense=sense), (value for value, _ in best))

    def _candidates(self, sense: int) -> list[Candidate]:
        if self.is_empty:
            raise Undecided("the domain is empty")
        places = [place for place in self.places if self._in_first_period(place.at)]
        candidates: list[Candidate] = [(place.value, place.at) for place in places]
        for run in self.runs:
            if run.direction == 0:
                candidates.append((run.start, Interval(run.low, run.high, False, False)))
            else:
                candidates.append((run.end if run.direction == sense else run.start, None))
        return candidates

    def _extremum(self, sense: int) -> Extremum:
        best, tied = _leading(self._candidates(sense), sense)
        if tied:
            return _tied(best, sense)
        at = tuple(where for _, where in best if isinstance(where, Real))
        on = tuple(where for _, where in best if isinstance(where, Interval))
        return Extremum(_with_exact_form([value for value, _ in best]), bool(at or on), at, on)

    @cached_property
    def monotone(self) -> tuple[Monotone, ...]:
        """Maximal intervals with one direction, joined across points where the function is continuous."""
        result: list[tuple[Real, Real, int, Real]] = []
        values = {id(place.at): place.value for place in self.places}
        for run in self.runs:
            if result:
                low, high, direction, end = result[-1]
                value = values.get(id(run.low))
                joined = high is run.low and value is not None and direction == run.direction
                if joined and value is not None and compare(end, value) == 0 == compare(value, run.start):
                    result[-1] = (low, run.high, direction, run.end)
                    continue
            result.append((run.low, run.high, run.direction, run.end))
        return tuple(Monotone(low, high, DIRECTIONS[d]) for low, high, d, _ in result if self._in_first_period(low))

    @property
    def limits(self) -> tuple[Real | None, Real | None]:
        """The limits at -oo and oo, None where the domain ends before."""
        first = self.runs[0].start if self.runs and self.runs[0].low.infinite else None
        last = self.runs[-1].end if self.runs and self.runs[-1].high.infinite else None
        return first, last

    @cached_property
    def zeros(self) -> tuple[Real | Interval, ...]:
        """Isolated zeros and intervals of zeros, in order; of a periodic function those in its first period."""
        signs = signs_within(self.expr, self.variable, self.region)
        inside = merge([signs, self.region or constant(True)])
        line = inside.map(lambda pair: pair[0] if pair[1] else None)
        zeros: list[Real | Interval] = []
        for i, gap in enumerate(line.gaps):
            if gap == 0:
                low, high = line.ends(i)
                low_closed = i > 0 and line.at[i - 1] == 0
                high_closed = i < len(line.at) and line.at[i] == 0
                if low_closed and zeros and zeros[-1] is low:
                    zeros.pop()
                zeros.append(Interval(low, high, low_closed, high_closed))
            elif i < len(line.at) and line.at[i] == 0:
                zeros.append(line.marks[i])
        return tuple(z for z in zeros if self._in_first_period(z.low if isinstance(z, Interval) else z))

    def _in_first_period(self, x: Real) -> bool:
        return self.period is None or compare(x, exact(self.period)) < 0


def _leading(candidates: list[Candidate], sense: int) -> tuple[list[Candidate], bool]:
    """The candidates that no other exceeds, and whether some of them are not told apart."""
    best: list[Candidate] = []
    tied = False
    for candidate in candidates:
        orders: list[int | None] = []
        for other, _ in best:
            try:
                orders.append(sense * compare(candidate[0], other))
            except Undecided:
                spend(0.1)
                orders.append(None)
        if -1 in orders:
            continue
        tied = None in orders or (tied and 1 not in orders)
        best = [kept for kept, order in zip(best, orders, strict=True) if order != 1] + [candidate]
    return best, tied


def _tied(best: list[Candidate], sense: int) -> Extremum:
    """The bound of numbers that may be equal is enclosed; that it is attained must not depend on which it is."""
    values = [value for value, _ in best]
    at = [(value, where) for value, where in best if isinstance(where, Real)]
    missed = [value for value, where in best if where is None and not any(proved_equal(value, v) for v, _ in at)]
    if (at and missed) or any(isinstance(where, Interval) for _, where in best):
        raise Undecided(f"whether {' and '.join(dict.fromkeys(map(str, values)))} are equal")
    bound = reduce(partial(extreme, sense=sense), values)
    return Extremum(bound, bool(at), (), (), tuple(where for _, where in at))


def _with_exact_form(values: list[Real]) -> Real:
    """Of equal numbers, one with an exact form where there is one."""
    return min(values, key=lambda value: inf if value.exact is None else len(to_text(value.exact)))


def landscape(e: Expr, variable: str = "x", region: Line[bool] | None = None) -> Landscape:
    """The landscape on the domain (where region holds and e is defined); `undecided` says why where it is not found."""
    try:
        return decided_landscape(e, variable, region)
    except Undecided as reason:
        return Landscape(e, variable, (), (), 0, str(reason))


@lru_cache(maxsize=1 << 9)
def decided_landscape(e: Expr, variable: str, region: Line[bool] | None = None) -> Landscape:
    """The landscape. Raises Undecided.

    Where the whole line has no finite cut, the hull of the region is looked at alone, or two periods of the function.
    """
    if region is None:
        return _on_the_line(e, variable)
    try:
        return _landscape(e, variable, region, MINUS_INFINITY, PLUS_INFINITY)
    except Undecided:
        low, high = hull(region)
        if low.infinite and high.infinite:
            raise
        return _landscape(e, variable, region, low, high)


@on_disk
def _on_the_line(e: Expr, variable: str) -> Landscape:
    """The landscape without a region. Raises Undecided."""
    try:
        return _landscape(e, variable, None, MINUS_INFINITY, PLUS_INFINITY)
    except Undecided:
        length = common_period(variable, e)
        if length is None:
            raise
    return _two_periods(e, variable, length)


def _two_periods(e: Expr, variable: str, length: Expr) -> Landscape:
    low, high = exact(0), exact(2 * length)
    region = Line((low, high), (True, True), (False, True, False))
    return replace(_landscape(e, variable, region, low, high), period=length)


def _landscape(e: Expr, variable: str, region: Line[bool] | None, low: Real, high: Real) -> Landscape:
    """The landscape on the region, which lies in [low, high]. Raises Undecided."""
    cut = split(e, variable, low, high)
    formulas = Line(cut.breakpoints, (None,) * len(cut.breakpoints), tuple(piece.expr for piece in cut.pieces))
    line = merge([formulas, (region or constant(True))])
    runs: list[Run] = []
    places: list[Place] = []
    cells = 0
    parity = proved_parity(e, variable) if region is None or _is_symmetric(region) else None
    for i, (formula, inside) in enumerate(line.gaps):
        low, high = line.ends(i)
        if inside and isinstance(formula, Expr):
            added, points, used = _monotone_runs(formula, variable, low, high)
            runs += added
            places += points
            cells += used
        if i < len(line.marks) and line.at[i][1]:
            try:
                places.append(Place(line.marks[i], value_at(e, variable, line.marks[i])))
            except Undefined:
                continue
    if parity == 1:
        places, runs = _mirror_values(places, runs)
    return Landscape(e, variable, tuple(runs), tuple(places), cells, region=region)


def _is_symmetric(region: Line[bool]) -> bool:
    """Whether a condition visibly holds at x where it holds at -x, as abs(x) <= 1 does."""
    marks = [mark.exact for mark in region.marks]
    opposite_ends = all(
        a is not None and b is not None and a is -b for a, b in zip(marks, reversed(marks), strict=True)
    )
    return opposite_ends and region.at == region.at[::-1] and region.gaps == region.gaps[::-1]


def _monotone_runs(formula: Expr, variable: str, low: Real, high: Real) -> tuple[list[Run], list[Place], int]:
    """The runs of one smooth formula and the critical points between them."""
    slope = calculus.differentiate(formula, variable)
    try:
        cuts = chart(slope, variable, low, high)
    except Undecided:
        direction = _repeating_direction(slope, variable) if low.infinite or high.infinite else 0
        if not direction:
            raise
        ends = smooth_limit(formula, variable, low, 1), smooth_limit(formula, variable, high, -1)
        return [Run(low, high, direction, *ends)], [], 0
    for zero in cuts.zeros:
        zero.recognise()
    first, last = smooth_limit(formula, variable, low, 1), smooth_limit(formula, variable, high, -1)
    places = [Place(zero, image(formula, variable, zero)) for zero in cuts.zeros]
    marks = [low, *cuts.zeros, high]
    values = [first, *(place.value for place in places), last]
    runs = [Run(marks[i], marks[i + 1], d, values[i], values[i + 1]) for i, d in enumerate(cuts.signs)]
    return runs, places, cuts.cells


def _repeating_direction(slope: Expr, variable: str) -> int:
    """The sign a periodic derivative has but at isolated points, where the function rises or falls; else 0."""
    length = period(variable, slope)
    if length is None:
        return 0
    shape = _two_periods(slope, variable, length)
    if any(run.direction == 0 for run in shape.runs):
        return 0
    if shape.inf.value.infinite or shape.sup.value.infinite:
        return 0
    return 1 if sign_of(shape.inf.value) >= 0 else -1 if sign_of(shape.sup.value) <= 0 else 0


def _mirror_values(places: list[Place], runs: list[Run]) -> tuple[list[Place], list[Run]]:
    """For an even function, give a place the value object of the place proved to lie opposite.

    Equal values become one object, which is how two numbers without exact forms are known to be equal.
    """
    mirrored = list(places)
    same: dict[int, Real] = {}
    for left, right in zip(range(len(places)), range(len(places) - 1, -1, -1), strict=True):
        if left < right and opposite(places[left].at, places[right].at):
            same[id(places[right].value)] = places[left].value
            mirrored[right] = Place(places[right].at, places[left].value)
    return mirrored, [
        Run(r.low, r.high, r.direction, same.get(id(r.start), r.start), same.get(id(r.end), r.end)) for r in runs
    ]


PARITY_STEPS = 1_000
"""Steps for a proof of a parity that the structure does not tell; most such proofs need no step at all."""
PROBES = (fmpq(5, 7), fmpq(23, 9))


def differ_at(e: Expr, variable: str) -> bool:
    """Whether the expression is proved not to be 0 at one of a few points: a quick no."""
    for probe in PROBES:
        try:
            value = value_at(e, variable, exact(probe))
        except (Undefined, Undecided):
            continue
        if excludes_zero(value.ball(256)):
            return True
    return False


@lru_cache(maxsize=1 << 10)
def proved_parity(e: Expr, variable: str) -> int | None:
    """1 for even, -1 for odd, None where neither is proved: by structure, else by a proof that costs little."""
    if (parity := structural_parity(e, variable)) is not None:
        return parity
    if (form := piecewise_polynomial(e, variable)) is not None:
        return form.parity
    flipped = calculus.substitute(e, {variable: -ex.name(variable)})
    for sign in (1, -1):
        if e.total and normal_form.is_zero(e - sign * flipped):
            return sign
        if differ_at(e - sign * flipped, variable):
            continue
        try:
            with budget(PARITY_STEPS):
                line = sign_line(e - sign * flipped, variable)
        except Undecided:
            if exhausted():
                raise
            continue
        if all(s == 0 for s in (*line.gaps, *(a for a in line.at if a is not None))):
            return sign
    return None

"""Points that show a shape to be false, at which certified values contradict it.

A shape is refuted by runs, steps and slopes; the points are for readers. Whatever proposes them, they are shown only
where exact forms of the values there are proved to contradict the shape, and left out where none were found soon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from flint import fmpq

from ..budget import Undecided, budget
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.landscape import Landscape
from ..functions.pieces import value_at
from ..functions.regularity import magnitude
from ..functions.step_functions import Line, sample
from ..normal_forms.signs import Undefined, constant_sign
from ..reals.reals import Real, compare, exact
from ..verdicts import Counterexample
from .values import digits

STEPS = 750
"""Steps that the search for points may take: no share of the verdict's cost."""
WIDTHS = tuple(fmpq(1, 4**k) for k in range(16))
"""Distances from a place that are tried."""
SHIFTS = (fmpq(0), fmpq(1, 2), fmpq(-1, 2), fmpq(1), fmpq(-1))
"""Where the middle of three points may lie, in distances from the place: on either side of a jump, or at it."""
FAR = tuple(4**k for k in range(6))
"""Distances from 0 that are tried on the way to an infinity."""


@dataclass(frozen=True)
class Curve:
    """A function of one variable on its domain."""

    body: Expr
    variable: str
    region: Line[bool] | None

    def __call__(self, x: fmpq) -> Expr:
        """The exact form of the value at a point. Raises Undefined outside the domain, Undecided where it has none."""
        at = exact(x)
        if self.region is not None and not _holds(self.region, at):
            raise Undefined(f"{at} is not in the domain")
        value = value_at(self.body, self.variable, at).exact
        if value is None:
            raise Undecided(f"the exact form of the value at {at}")
        return value

    def pair(self, low: fmpq, high: fmpq) -> dict[str, str]:
        """The names and values of two points."""
        return {f"{self.variable}1": str(low), f"{self.variable}2": str(high)}


def above_chord(curve: Curve, place: Real, sense: int) -> Counterexample | None:
    """Two points near a place, in whose middle the function lies above their chord (sense 1) or below it (-1)."""

    def contradict(low: fmpq, high: fmpq) -> Counterexample | None:
        middle = (low + high) / 2
        value, mean = curve(middle), (curve(low) + curve(high)) / 2
        if constant_sign(value - mean) != sense:
            return None
        chord = f"(f({low}) + f({high}))/2 = {digits(exact(mean))}"
        return Counterexample(curve.pair(low, high), f"f({middle}) = {digits(exact(value))}", chord)

    def pairs() -> Iterator[tuple[fmpq, fmpq]]:
        for h in WIDTHS:
            centre = _near(place, h)
            yield from ((centre + shift * h - h, centre + shift * h + h) for shift in SHIFTS)

    return _first(pairs(), contradict)


def step(curve: Curve, start: Real, end: Real, sense: int) -> Counterexample | None:
    """Two points, one at or just before the start, one at or just after the end of what may be no part of the domain,
    at the second of which the function is larger (sense 1), smaller (-1) or the same (0).
    """

    def contradict(low: fmpq, high: fmpq) -> Counterexample | None:
        left, right = curve(low), curve(high)
        if constant_sign(right - left) != sense:
            return None
        return Counterexample(curve.pair(low, high), digits(exact(left)), digits(exact(right)))

    return _first(_around(start, end), contradict)


def steep(curve: Curve, slope: Landscape, bound: Real) -> Counterexample | None:
    """Two points at which the function differs by more than a bound times their distance; `slope` is its derivative."""
    most = bound.exact or ex.rational(_above(bound))

    def contradict(low: fmpq, high: fmpq) -> Counterexample | None:
        rise = curve(high) - curve(low)
        rise = rise if constant_sign(rise) >= 0 else -rise
        allowed = most * (high - low)
        if constant_sign(rise - allowed) <= 0:
            return None
        said = f"abs(f({low}) - f({high})) = {digits(exact(rise))}"
        return Counterexample(curve.pair(low, high), said, f"the bound times {high - low} = {digits(exact(allowed))}")

    return _first(_steep_pairs(slope, bound), contradict)


def _steep_pairs(slope: Landscape, bound: Real) -> Iterator[tuple[fmpq, fmpq]]:
    """Points around the places, and on the way to the ends of runs, at which the derivative exceeds a bound."""
    for place in slope.places:
        if compare(magnitude(place.value), bound) > 0:
            yield from _around(place.at, place.at)
    for run in slope.runs:
        for end, value, inwards in ((run.low, run.start, 1), (run.high, run.end, -1)):
            if compare(magnitude(value), bound) <= 0:
                continue
            if end.infinite:
                yield from ((x, x + 1) for x in (fmpq(-inwards * far) for far in FAR))
            else:
                for h in WIDTHS:
                    ends = sorted((_near(end, h) + inwards * h, _near(end, h) + 2 * inwards * h))
                    yield ends[0], ends[1]
    for run in slope.runs:  # a jump of the function
        if not run.high.infinite:
            yield from _around(run.high, run.high)


def _around(start: Real, end: Real) -> Iterator[tuple[fmpq, fmpq]]:
    """Pairs of points around two places, or at one of them or both, nearer and nearer."""
    for h in WIDTHS:
        low, high = _near(start, h), _near(end, h)
        pairs = (low - h, high + h), (low - h, high), (low, high + h), (low, high)
        yield from (pair for pair in pairs if pair[0] < pair[1])


def _near(place: Real, distance: fmpq) -> fmpq:
    """A rational number at a place, or much nearer to it than a distance."""
    if place.rational is not None:
        return place.rational
    low, high = (fmpq(end.numerator, end.denominator) for end in place.interval)
    return sample(exact(low - distance / 16), exact(high + distance / 16)).rational or fmpq(0)


def _above(number: Real) -> fmpq:
    """A rational number just above one without an exact form."""
    high = number.interval[1]
    return fmpq(high.numerator, high.denominator)


def _first(
    pairs: Iterator[tuple[fmpq, fmpq]], contradict: Callable[[fmpq, fmpq], Counterexample | None]
) -> Counterexample | None:
    """The first contradiction among pairs of points; None where none is found in some steps."""
    with suppress(Undecided), budget(STEPS):
        for low, high in pairs:
            with suppress(Undecided, Undefined):
                if (counterexample := contradict(low, high)) is not None:
                    return counterexample
    return None


def _holds(region: Line[bool], at: Real) -> bool:
    """Whether a condition holds at a point. Raises Undecided."""
    for i, mark in enumerate(region.marks):
        order = compare(at, mark)
        if order <= 0:
            return region.gaps[i] if order < 0 else region.at[i]
    return region.gaps[-1]

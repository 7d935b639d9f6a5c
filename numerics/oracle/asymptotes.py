"""Where a function runs along a straight line with short coefficients, so closely that floats see only the side.

tanh(x) is x less a little for small x, and silu(x) is x less a little for large x. In such places no error bar helps:
what decides a rounding, or whether a result is exact, is on which side of the line the function lies. That side is a
theorem, found by the proof engine for the whole real line at once; here it is looked up for a block of inputs.

Coefficients are dyadic, but for the slope of a line through 0: mish(x) is 3/5 x and a little more for small x, and
3/5 x is a float32 for every fifth x.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, fmpq

from ...proofs.budget import Undecided
from ...proofs.enclosures.formats import FORMATS
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import smooth_limit
from ...proofs.functions.sign_charts import sign_line, window_signs
from ...proofs.functions.step_functions import Line
from ...proofs.normal_forms.signs import Undefined
from ...proofs.reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real
from ...proofs.reals.reals import exact as exactly
from ..floats.error_free import to_odd, two_sum
from .smooth_formulas import nth_derivative

FLOAT32 = FORMATS["float32"]
LONGEST = 10
"""Bits of a coefficient's numerator and denominator, powers of two aside. Longer ones leave no room in a float64 for
the line and the side together."""
NEARNESS = fmpq(1, 1 << 20)
"""How near to a line f has to run, in ULP or in steps of the line, to be taken for the line's upper or lower side."""
GRID = fmpq(1, 1 << 10)
"""The step, in ULP, of the numbers that the function is compared with; much more than NEARNESS."""
WINDOW = fmpq(1, 1 << 10)
"""How far from 0 signs are looked for where they are not found everywhere."""
MOVE = 2.0**-49
"""How far from a line that is not dyadic the function is taken to be, relatively: more than two roundings."""


@dataclass(frozen=True)
class Ends:
    """The smallest and the largest float of a block, 0 aside, and f there."""

    low: fmpq
    high: fmpq
    at_low: arb
    at_high: arb

    @cached_property
    def rough(self) -> tuple[float, float]:
        """f at the ends, rounded somehow: to see at once what is out of the question."""
        return float(self.at_low), float(self.at_high)


@dataclass(frozen=True)
class NearLine:
    """The line c0 + c1 x, and the signs of the function minus the line and of its derivative everywhere."""

    c0: fmpq
    c1: fmpq
    signs: Line[int | None]
    slopes: Line[int | None]

    @property
    def odd(self) -> int:
        """The odd part of the slope's denominator: 1 for a dyadic line."""
        return odd_part(int(self.c1.q))

    def beside(self, low: fmpq, high: fmpq) -> Beside:
        """The function on an interval on one side of 0 and of the line, near enough to it."""
        side = self.side(low, high)
        assert side is not None
        away = side if self.at(high or low) > 0 else -side
        c = self.c1 * self.odd
        return Beside(self.odd, float_of(c) * (1 + away * MOVE))

    def at(self, x: fmpq) -> fmpq:
        """The line's value."""
        return self.c0 + self.c1 * x

    def near(self, ends: Ends, q: fmpq) -> int:
        """At how many ends of a block f runs along the line, if it lies on one side and nears it monotonely; or 0.

        The floats of the block are multiples of q.
        """
        lines = self.at(ends.low), self.at(ends.high)
        if not any(_roughly_near(y, float_of(line)) for y, line in zip(ends.rough, lines, strict=True)):
            return 0
        unit = self.unit(ends, q)
        if unit is None:
            return 0
        apart = (abs(y - arb(line)) for y, line in zip((ends.at_low, ends.at_high), lines, strict=True))
        near = sum(bool(self.odd * distance < arb(unit * NEARNESS)) for distance in apart)
        certain = near and self.side(ends.low, ends.high) is not None and self.approaches(ends.low, ends.high)
        return near if certain else 0

    def unit(self, ends: Ends, q: fmpq) -> fmpq | None:
        """A number that divides all floats near the line; it, or GRID times it, divides the line's values at floats.

        For a line that is not dyadic, what `odd` times each of these is a multiple of.

        None where a float64 has no room for them and for what a hair to their side is, or the line crosses 0.
        """
        first, last = self.at(ends.low), self.at(ends.high)
        if first * last < 0:
            return None
        low, high = sorted((abs(first), abs(last)))
        unit = FLOAT32.ulp(low)
        if self.c1:
            unit = min(unit, _lowest_bit(self.odd * self.c1 * q))
        if self.c0 and self.c1 and _lowest_bit(self.c0) < unit * GRID:
            unit = _lowest_bit(self.c0)
        return None if self.odd * high >= unit * NEARNESS / 2 * (1 << 51) else unit

    def is_roughly_parallel(self, ends: Ends) -> bool:
        """Whether f less the line may hardly change from one end to the other."""
        low, high = ends.rough
        change = high - low - float_of(self.c1 * (ends.high - ends.low))
        return abs(change) < 2.0**-40 * max(abs(low), abs(high))

    def side(self, low: fmpq, high: fmpq) -> int | None:
        """The sign of the function minus the line on all of [low, high]; None where it is not the same or unknown."""
        return _constant_sign(self.signs, low, high)

    def approaches(self, low: fmpq, high: fmpq) -> bool:
        """Whether the function minus the line is monotone on [low, high], and so largest at one of the ends."""
        return _constant_sign(self.slopes, low, high) is not None


@dataclass(frozen=True)
class Beside:
    """A function along the line p / q x with odd q, on one side of it, as an exact form for every comparison.

    q f(x) is taken for c x, rounded, where c is p and a few units of its last place more or less. It is on the side of
    p x that q f(x) is on, and nearer than any other multiple of what q y can be a multiple of for float32s y near it.
    q y is exact in float64, and so is the difference unless it is more than half of the value, where it is rounded to
    odd, which no comparison with a number of less than 53 bits notices.
    """

    q: int
    c: float

    def distances(self, x: Any, y: Any, xp: Any = np) -> Any:
        """q abs(f(x) - y) for float32s y. The arrays are float64s of the library whose namespace is `xp`."""
        value, scaled = self.c * x, self.q * y
        apart = value - scaled
        if (2 * xp.abs(apart) > xp.abs(value)).any():
            apart = to_odd(*two_sum(value, -scaled), xp)
        return xp.abs(apart)


def _roughly_near(y: float, line: float) -> bool:
    """Whether NEARNESS, of at most an ULP of the line, may be more than the distance."""
    return abs(y - line) <= 2.0**-40 * abs(line) + 2.0**-160


def _constant_sign(signs: Line[int | None], low: fmpq, high: fmpq) -> int | None:
    for i, sign in enumerate(signs.gaps):
        below, above = signs.ends(i)
        if _less(below, low) and _greater(above, high):
            return sign
    return None


def _less(end: Real, x: fmpq) -> bool:
    return end.infinite < 0 or (not end.infinite and bool(end.ball(256) < arb(x)))


def _greater(end: Real, x: fmpq) -> bool:
    return end.infinite > 0 or (not end.infinite and bool(end.ball(256) > arb(x)))


def near_lines(smooth: Expr) -> tuple[NearLine, ...]:
    """The lines a smooth function of x may be near to: its asymptotes, its tangent and its value at 0, and 0."""
    coefficients: dict[tuple[fmpq, fmpq], None] = {}
    for place, side in ((MINUS_INFINITY, 1), (PLUS_INFINITY, -1), (exactly(0), 1), (exactly(0), -1)):
        slope = _limit(nth_derivative(smooth, 1), place, side)
        if slope is None:
            slope = fmpq(0)
        value = _limit(smooth - ex.rational(slope) * ex.name("x"), place, side)
        value = None if value is not None and odd_part(int(value.q)) > 1 else value
        if value is not None and (value == 0 or odd_part(int(slope.q)) == 1):
            coefficients[value, slope] = None
        if value is not None:
            coefficients[value, fmpq(0)] = None
        if odd_part(int(slope.q)) == 1:
            coefficients[fmpq(0), slope] = None  # what is added to it is little for large x
    coefficients[fmpq(0), fmpq(0)] = None
    lines = []
    for c0, c1 in coefficients:
        with suppress(Undecided):
            signs = _signs(smooth - ex.rational(c0) - ex.rational(c1) * ex.name("x"))
            slopes = _signs(nth_derivative(smooth, 1) - ex.rational(c1))
            lines.append(NearLine(c0, c1, signs, slopes))
    return tuple(lines)


def _signs(difference: Expr) -> Line[int | None]:
    """The signs on the whole real line; of what oscillates for ever, those near 0. Raises Undecided."""
    try:
        return sign_line(difference, "x")
    except Undecided:
        return window_signs(difference, "x", exactly(-WINDOW), exactly(WINDOW))


def _limit(smooth: Expr, place: Real, side: int) -> fmpq | None:
    """A limit that is a short rational, else None."""
    try:
        value = smooth_limit(smooth, "x", place, side).rational
    except (Undefined, Undecided):
        return None
    if value is None or int(value.q) >= 1 << 64:
        return None
    return value if all(odd_part(int(n)).bit_length() <= LONGEST for n in (value.p, value.q)) else None


def float_of(c: fmpq) -> float:
    """The nearest float64, or an infinity."""
    try:
        return int(c.p) / int(c.q)
    except OverflowError:
        return math.inf if c > 0 else -math.inf


def _lowest_bit(c: fmpq) -> fmpq:
    """The largest power of two of which a dyadic rational is a multiple."""
    p = int(c.p)
    return fmpq(abs(p) & -abs(p), c.q)


def odd_part(n: int) -> int:
    """The largest odd divisor of abs(n); 0 for 0."""
    return abs(n) // (n & -n or 1)

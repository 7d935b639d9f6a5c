"""Where a function runs along a straight line with dyadic coefficients, so closely that floats see only the side.

tanh(x) is x less a little for small x, and silu(x) is x less a little for large x. In such places no error bar helps:
what decides a rounding, or whether a result is exact, is on which side of the line the function lies. That side is a
theorem, found by the proof engine for the whole real line at once; here it is looked up for a block of inputs.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, fmpq

from ..proofs import expressions as ex
from ..proofs.effort import Undecided
from ..proofs.expressions import Expr
from ..proofs.lines import Line, sign_line
from ..proofs.pieces import Undefined, smooth_limit
from ..proofs.reals import MINUS_INFINITY, PLUS_INFINITY, Real
from ..proofs.reals import exact as exactly
from .smooth import nth_derivative

LONGEST = 10
"""Bits of a line's coefficients. Longer ones leave no room in a float64 for the line and the side together."""


@dataclass(frozen=True)
class NearLine:
    """The line c0 + c1 x, and the signs of the function minus the line and of its derivative everywhere."""

    c0: fmpq
    c1: fmpq
    signs: Line[int | None]
    slopes: Line[int | None]

    def at(self, x: fmpq) -> fmpq:
        """The line's value."""
        return self.c0 + self.c1 * x

    def side(self, low: fmpq, high: fmpq) -> int | None:
        """The sign of the function minus the line on all of [low, high]; None where it is not the same or unknown."""
        return _constant_sign(self.signs, low, high)

    def approaches(self, low: fmpq, high: fmpq) -> bool:
        """Whether the function minus the line is monotone on [low, high], and so largest at one of the ends."""
        return _constant_sign(self.slopes, low, high) is not None


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
    found: dict[tuple[fmpq, fmpq], None] = {}
    for place, side in ((MINUS_INFINITY, 1), (PLUS_INFINITY, -1), (exactly(0), 1), (exactly(0), -1)):
        slope = _limit(nth_derivative(smooth, 1), place, side)
        if slope is None:
            slope = fmpq(0)
        value = _limit(smooth - ex.rational(slope) * ex.name("x"), place, side)
        if value is not None:
            found[value, slope] = None
            found[value, fmpq(0)] = None
    found[fmpq(0), fmpq(0)] = None
    lines = []
    for c0, c1 in found:
        try:
            signs = sign_line(smooth - ex.rational(c0) - ex.rational(c1) * ex.name("x"), "x")
            slopes = sign_line(nth_derivative(smooth, 1) - ex.rational(c1), "x")
        except Undecided:
            continue
        lines.append(NearLine(c0, c1, signs, slopes))
    return tuple(lines)


def _limit(smooth: Expr, place: Real, side: int) -> fmpq | None:
    """A limit that is a short dyadic rational, else None."""
    try:
        value = smooth_limit(smooth, "x", place, side).rational
    except (Undefined, Undecided):
        return None
    return value if value is not None and _is_short(value) else None


def _is_short(c: fmpq) -> bool:
    odd = int(c.p)
    odd //= odd & -odd or 1
    return int(c.q) & (int(c.q) - 1) == 0 and abs(odd).bit_length() <= LONGEST and int(c.q) < 1 << 64

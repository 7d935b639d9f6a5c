"""Comparisons of exact values with decimals: enclosures at doubled precision until they decide."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

from flint import arb, fmpq

from ...numerics.floats.formats import to_float
from ...numerics.oracle.rounding import ExactReal
from ...proofs.enclosures.balls import precision
from ...proofs.enclosures.formats import Enclosures, Format

Level: TypeAlias = "fmpq | Enclosures"
FIRST, LAST = 128, 1 << 14
"""Precisions in bits; a value nearer to a level than the last shows is taken to be at it, as a tie is."""


class NotDecided(ArithmeticError):
    """The enclosures of a value never became narrow enough."""


def remembered(real: ExactReal) -> ExactReal:
    """The same number, never enclosed twice at one precision."""
    if not callable(real):
        return real
    balls: dict[int, arb] = {}

    def enclosure(bits: int) -> arb:
        if bits not in balls:
            balls[bits] = real(bits)
        return balls[bits]

    return enclosure


def side(real: ExactReal, level: Level) -> int:
    """The sign of real - level; 0 for equality, and for what LAST bits do not tell from it. Raises NotDecided."""
    if not callable(real) and not callable(level):
        return int(real > level) - int(real < level)
    bits = FIRST
    while True:
        ball, near = _ball(real, bits), _ball(level, bits)
        if ball > near:
            return 1
        if ball < near:
            return -1
        if bits >= LAST:
            break
        bits *= 2
    with precision(64):
        narrow = ball.is_finite() and near.is_finite() and (ball - near).rad() <= abs(near) * arb(2) ** (-LAST // 2)
    if not narrow:
        raise NotDecided(f"{LAST} bits do not decide it")
    return 0


def between(real: ExactReal, low: Level, high: Level) -> bool:
    """Whether low <= real <= high. Raises NotDecided."""
    return side(real, low) >= 0 and side(real, high) <= 0


def distance(real: ExactReal, value: Level, fmt: Format) -> float:
    """abs(value - real) in ULP of a format, to a few digits; infinite beyond the range of float64."""
    ball, near = _ball(real, FIRST), _ball(value, FIRST)
    if not ball.is_finite() or not near.is_finite():
        return math.inf
    with precision(FIRST):
        return float((abs(near - ball) / arb(fmt.ulp(fmt.clamped(ball.mid())))).mid())


def correct_digits(real: ExactReal, value: Level, most: int) -> int:
    """The significant digits to which a value agrees with the exact one, to half a unit of the last; at most `most`."""
    ball, near = _ball(real, FIRST), _ball(value, FIRST)
    with precision(FIRST):
        if not (ball.is_finite() and near.is_finite()) or ball.contains(0):
            return 0
        ratio = float((abs(near - ball) / abs(ball)).mid())
        if not ratio:
            return most
        leading = float((abs(ball).log() / arb(10).log()).mid()) % 1  # log10 of the mantissa in [1, 10)
    if math.isinf(ratio):
        return 0
    return max(0, min(most, math.floor(1 - math.log10(2 * ratio) - leading)))


def far_apart(real: ExactReal, near: float, fmt: Format) -> bool:
    """Whether a float is surely not the one that a value rounds to: a quick look, before rounding."""
    if not callable(real):
        return False
    ball = real(FIRST)
    if not ball.is_finite() or ball.rel_accuracy_bits() < 64:
        return False
    middle = float(ball.mid())
    return abs(middle - near) > math.ldexp(abs(middle), 2 - fmt.precision) + 2 * float(fmt.min_subnormal)


def nearest(number: Level, fmt: Format) -> float:
    """The float of a format that a number rounds to."""
    if not callable(number) and fmt.name == "float64":
        try:
            return int(number.p) / int(number.q)  # correctly rounded
        except OverflowError:
            return math.inf if number > 0 else -math.inf
    return to_float(fmt.round(number))


def _ball(number: fmpq | Callable[[int], arb], bits: int) -> arb:
    if callable(number):
        return number(bits)
    with precision(bits):
        return arb(number)

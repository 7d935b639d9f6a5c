"""Limits of curves, from values that settle or grow as they are taken further out, or closer to a point."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from flint import arb, fmpq

from ..enclosures.balls import precision
from .curves import BITS, DEEP_BITS, Curve, Estimate, infinite
from .witness import Undefined, Unknown, sign

FAR = (6, 12, 20, 34, 60, 110, 200, 400, 1000, 4000, 10**5, 10**7)
FARTHER = (10**20, 10**60, 10**200)
NOT_SO_FAR = tuple(range(4, 11))
"""Where cancellation leaves nothing of the values further out."""
COARSE = (1, 2, 3, 4, 5, 6)
"""Those for numbers of functions, each of which takes a while."""
NEAR = (6, 12, 20, 34, 60, 90, 120, 160, 200, 280)
NEARER = (700, 2000, 10_000)
"""Binary exponents of the points; the further ones only where an alarm depends on it."""
STRETCH = fmpq(8, 7)


def limit(curve: Curve, at: arb | fmpq | None, side: int) -> Estimate:
    """The limit at a point from one side, or (None) at an infinity. Raises Unknown.

    Raises Undefined where the function has certainly no values on that side.
    """
    exponents = FAR if at is None else NEAR
    if curve.careful:
        exponents += FARTHER if at is None else NEARER
    values: list[tuple[int, arb]] = []
    undefined = 0
    for exponent in exponents:
        try:
            values.append((exponent, _accurate(curve, at, side, exponent)))
        except Undefined:
            undefined += 1
        except Unknown:
            continue
    if undefined > 4 and not values:
        raise Undefined
    if at is None and len(values) < 5 and not undefined:
        return _steady(curve, side)
    if len(values) < 5 or undefined > 4:
        raise Unknown
    if _grows(values[-3:]):
        return infinite(1 if values[-1][1] > 0 else -1)
    return _settled([value for _, value in values])


def limit_of_number(number: Callable[[fmpq], arb], at: arb | fmpq | None, side: int) -> Estimate:
    """The limit of a number such as a mean in a name inside it, known to fewer digits than a curve: from values whose
    steps shrink like powers. Raises Unknown."""
    if isinstance(at, arb):
        raise Unknown
    places = [STRETCH * 2**k * side if at is None else at + STRETCH * fmpq(side, 2**k) for k in COARSE]
    values = [number(place) for place in places]
    steps = [abs(b - a).upper() for a, b in pairwise(values)]
    if not all(after < before * 3 / 4 for before, after in pairwise(steps[1:])):
        raise Unknown
    radius = 4 * steps[-1]
    return Estimate((values[-1] - radius).lower(), (values[-1] + radius).upper())


def _grows(values: list[tuple[int, arb]]) -> bool:
    """Whether the last values grow, and not ever more slowly: at least like a power of the exponents."""
    if len({sign(v) for _, v in values}) > 1 or not abs(values[-1][1]) > 10**6:
        return False
    growth = [(abs(v) / abs(u), arb(n) / m) for (m, u), (n, v) in pairwise(values)]
    if not all(ratio > 1.5 for ratio, _ in growth):
        return False
    first, second = (ratio.log() / step.log() for ratio, step in growth)
    return bool(second > first * 9 / 10)


def _settled(values: list[arb]) -> Estimate:
    """The limit of values of which the last are equal, as far as they are computed, or come ever closer together."""
    *_, first, second, third = values
    steps = second - first, third - second
    spread = max((abs(v - third) for v in values), key=lambda v: v.mid())
    shrinking = abs(steps[1]) < abs(steps[0]) * 6 / 10 and abs(steps[1]) <= spread / 1000
    if not shrinking and not all(step.contains(0) for step in steps):
        raise Unknown
    radius = (4 * abs(steps[1]) + arb(2) ** -1000).upper()
    return Estimate((third - radius).lower(), (third + radius).upper())


def _steady(curve: Curve, side: int) -> Estimate:
    """An infinite limit, where values grow like a power or faster as far as they are computed. Raises Unknown."""
    values = [_accurate(curve, None, side, exponent) for exponent in NOT_SO_FAR]
    if len({sign(v) for v in values}) > 1 or not all(abs(v) > 0 for v in values):
        raise Unknown
    rates = [(abs(v) / abs(u)).log() for u, v in pairwise(values)]
    if not (rates[0] > arb(1) / 3 and all(after > before * 98 / 100 for before, after in pairwise(rates))):
        raise Unknown
    return infinite(1 if values[-1] > 0 else -1)


def _accurate(curve: Curve, at: arb | fmpq | None, side: int, exponent: int) -> arb:
    """The value at a point, to many digits. Raises Undefined or Unknown."""
    for bits in (DEEP_BITS,) if curve.careful else (BITS, 600, 2400):
        with precision(bits + (0 if at is None else exponent)):
            if at is None:
                x = arb(STRETCH) * arb(2) ** exponent * side
            else:
                x = arb(at) + arb(STRETCH) * arb(2) ** -exponent * side
            value = curve.at(x)
            if value.rad() < abs(value.mid()) * arb(2) ** -40 or value.rad() < arb(10) ** -40:
                return value
    raise Unknown

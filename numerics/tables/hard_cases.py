"""Hard cases: floats whose exact value lies next to the midpoint of two floats, where rounding is hardest.

Beside a float c the value in ULP is a polynomial of degree 3 in the number of steps k from c, and what decides about
rounding is its fractional part. Unsigned 64-bit integers wrap around, so they compute exactly that, for many k at
once. It only finds candidates: how hard they are is for the oracle to say.
"""

from __future__ import annotations

import math

import numpy as np
from flint import arb

from ...proofs.enclosures.balls import precision
from ...proofs.enclosures.formats import Format
from ...proofs.enclosures.jets import program, series
from ...proofs.expressions.expr import Expr
from ..floats.formats import Floats, dtype_of, exact, from_bits, shifted, ulp_exponents
from ..oracle.reference import reference
from ..oracle.smooth_formulas import formula_inside

DEGREE = 3
BITS = 192
"""The working precision: enough for the fractional part of a float64's value in 2**-64 ULP."""
BINADES = range(-10, 6)
"""Exponents of the inputs looked at: activations are neither their own tangents nor their asymptotes there."""
HARD = 2.0**-4
"""The distance from a midpoint, in ULP, below which a value is a hard case: a linear piece has none."""


def hard_cases(expr: Expr, order: int, fmt: Format, count: int) -> Floats:
    """At most `count` floats at which the derivative of this order is nearest to a midpoint of the format.

    The best of each of some stretches of consecutive floats, spread over binades and signs.
    """
    found = sorted({best for c in centres(fmt) if (best := _best_beside(expr, order, fmt, c)) is not None})
    x = np.array([x for distance, x in found[: 3 * count] if distance < HARD], np.float64).astype(dtype_of(fmt))
    distance = 0.5 - np.abs(reference(expr, x, order=order).residual)
    best = np.argsort(distance, kind="stable")[:count]
    return x[best[distance[best] < HARD]]


def centres(fmt: Format) -> Floats:
    """The floats at which stretches begin, in the same places on every machine."""
    fraction_bits = fmt.precision - 1
    number = 64 if fmt.bits > 16 else 384
    patterns = []
    for i in range(number):
        exponent = BINADES[i // 2 % len(BINADES)]
        fraction = weyl(i) >> (64 - fraction_bits) & -steps(fmt)
        patterns.append((i % 2) << (fmt.bits - 1) | (exponent - fmt.emin + 1) << fraction_bits | fraction)
    return from_bits(patterns, fmt)


def steps(fmt: Format) -> int:
    """How many consecutive floats one polynomial is good for: to 2**-20 ULP or so, in formats of 32 bits and more."""
    return 1 << min(17, max(3, (3 * fmt.precision - 20) // 4))


def weyl(i: int) -> int:
    """The i-th multiple of the golden section, as 64 bits of its fraction: evenly spread, the same everywhere."""
    return i * 0x9E3779B97F4A7C15 % (1 << 64)


def _best_beside(expr: Expr, order: int, fmt: Format, centre: np.generic) -> tuple[float, float] | None:
    """The float nearest to a midpoint in a stretch, and its distance from it in ULP."""
    polynomial = _fractions(expr, order, fmt, centre)
    if polynomial is None:
        return None
    k = np.arange(steps(fmt), dtype=np.uint64)
    total = np.full(k.shape, polynomial[DEGREE], np.uint64)
    for coefficient in reversed(polynomial[:DEGREE]):
        total = total * k + np.uint64(coefficient)
    distance = np.abs((total - np.uint64(1 << 63)).view(np.int64).astype(np.float64))
    at = int(np.argmin(distance))
    return float(distance[at]) / 2.0**64, float(shifted(np.asarray([centre]), at if float(centre) > 0 else -at)[0])


def _fractions(expr: Expr, order: int, fmt: Format, centre: np.generic) -> list[int] | None:
    """The polynomial in 2**-64 ULP modulo 2**64; None where the function has no jet or leaves the range."""
    c = float(centre)
    sign = 1 if c > 0 else -1
    formula = formula_inside(expr, exact(c))
    if formula is None:
        return None
    step = arb(2) ** int(ulp_exponents(np.array([c]), fmt)[0]) * sign
    with precision(BITS, order + DEGREE + 1):
        try:
            jet = series(program(formula), "x", arb(exact(c)), order + DEGREE + 1)
        except (ValueError, ZeroDivisionError):  # how python-flint reports a series without a reciprocal
            return None
        jet = [a * math.perm(k, order) for k, a in enumerate(jet)][order:]
        size = abs(jet[0].mid())
        if not (all(a.is_finite() for a in jet) and fmt.min_normal < size < fmt.max_finite):
            return None
        ulp = int(ulp_exponents(np.array([float(jet[0].mid())]), fmt)[0])
        scaled = [_nearest_whole(a * step**k * arb(2) ** (64 - ulp)) for k, a in enumerate(jet)]
        return [a % (1 << 64) for a in scaled if a is not None] if None not in scaled else None


def _nearest_whole(value: arb) -> int | None:
    """None beyond the working precision."""
    found = (value.mid() + 0.5).floor().unique_fmpz()
    return None if found is None else int(found)

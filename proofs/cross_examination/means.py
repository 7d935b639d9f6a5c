"""Means of curves over a standard normal variable, enclosed cell by cell."""

from __future__ import annotations

import math
from contextlib import suppress
from itertools import pairwise

from flint import arb, arb_series, fmpq

from ..enclosures.balls import precision
from .curves import BITS, Curve, Estimate, infinite
from .witness import Undefined, Unknown, sign

EDGES = (-9.0, -7.0, *(k / 2 for k in range(-12, 13)), 7.0, 9.0)
ORDER = 10
"""Taylor polynomials of this degree enclose a cell; it is even."""
MAX_CELLS = 3_000


def mean(curve: Curve) -> Estimate:
    """The mean over a standard normal variable, enclosed but for what lies beyond the reach or in a seam.

    Raises Unknown, or Undefined for a difference of infinities.
    """
    ends = [_end(curve, side) for side in (-1, 1)]
    if any(ends):
        if {*ends} == {-1, 1}:
            raise Undefined
        return infinite(ends[0] or ends[1])
    waiting = list(pairwise(EDGES))
    total = arb(0)
    tolerance = 2.0 ** (-37 if curve.careful else -30)
    with precision(BITS, ORDER + 1):
        for _ in range(MAX_CELLS):
            if not waiting:
                radius = arb(10) ** -12 * (1 + abs(total))
                return Estimate((total - radius).lower(), (total + radius).upper())
            a, b = waiting.pop()
            middle = (a + b) / 2
            part = _taylor_integral(curve, a, b)
            if part is not None and part.rad() < tolerance * (b - a):
                total += part
            elif b - a < tolerance / 8 * (1 + abs(a)):  # a seam or a pole
                total += arb(0, 8 * (b - a) * abs(curve.at(arb(middle))).upper())
            else:
                waiting += [(a, middle), (middle, b)]
    raise Unknown


def _taylor_integral(curve: Curve, a: float, b: float) -> arb | None:
    """The integral over a cell: a Taylor polynomial around its middle, with the last coefficient of the whole cell.

    None where that is not known. Raises Undefined where the curve has no values on the cell.
    """
    half = arb(b - a) / 2
    try:
        over = _weighted(curve, arb(a).union(arb(b)))
        with suppress(Undefined):
            around = _weighted(curve, arb(a) + half)
            terms = [2 * (around if k < ORDER else over)[k] * half ** (k + 1) / (k + 1) for k in range(0, ORDER + 1, 2)]
            return sum(terms, arb(0))
    except (Unknown, ValueError):
        pass
    return None


def _weighted(curve: Curve, x: arb) -> arb_series:
    """The Taylor polynomial of the curve times the normal density."""
    values = arb_series([d / math.factorial(k) for k, d in enumerate(curve.jet(x, ORDER))])
    z = arb_series([x, arb(1)])
    return values * (z * z / -2).exp() / (2 * arb.pi()).sqrt()


def _end(curve: Curve, side: int) -> int:
    """0 where the integrand vanishes far out, else the sign with which it grows. Raises Unknown."""
    distances = (9, 20, 40, 1000) if curve.careful else (9, 20, 40)
    with precision(BITS):
        parts = [curve.at(fmpq(side * z)) * (-arb(z) * z / 2).exp() for z in distances]
    sizes = [abs(p) for p in parts]
    if sizes[0] < arb(10) ** -13 and all(b.upper() <= a.upper() for a, b in pairwise(sizes)):
        return 0
    signs = {sign(p) for p in parts}
    if len(signs) == 1 and sizes[1] > 1 and all(b > a for a, b in pairwise(sizes)):
        return signs.pop() or 0
    raise Unknown

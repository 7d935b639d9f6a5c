"""Means of curves over a standard normal variable: by quadrature, and where an alarm depends on it by enclosures."""

from __future__ import annotations

import math
from contextlib import suppress
from itertools import pairwise

from flint import arb, arb_series, fmpq

from ..enclosures.balls import precision
from .curves import BITS, Curve, Estimate, infinite
from .witness import Undefined, Unknown, sign

NODES = 8
WIDTH, REACH = 2, 10
MAX_SPLITS = 14
ORDER = 6
"""Taylor polynomials of this degree enclose a cell; it is even."""
MAX_CELLS = 3_000
NARROWEST = 2.0**-48
"""Cells that are halved no more: a seam or a pole."""


def _legendre(n: int) -> list[tuple[float, float]]:
    """Nodes and weights of Gauss and Legendre's rule on [-1, 1]."""
    rule = (arb.legendre_p_root(n, k, weight=True) for k in range(n))
    return [(float(node.mid()), float(weight.mid())) for node, weight in rule]


_RULE = _legendre(NODES)


def mean(curve: Curve) -> Estimate:
    """The mean over a standard normal variable. Raises Unknown, or Undefined for a difference of infinities."""
    ends = [_end(curve, side) for side in (-1, 1)]
    if any(ends):
        if {*ends} == {-1, 1}:
            raise Undefined
        return infinite(ends[0] or ends[1])
    return _enclosed(curve) if curve.careful else _quadrature(curve)


def _quadrature(curve: Curve) -> Estimate:
    """The mean, from two quadratures of different fineness."""
    total = error = 0.0
    splits = 0
    waiting = [(a, b, _panel(curve, a, b)) for a, b in _cells(WIDTH)]
    while waiting:
        a, b, coarse = waiting.pop()
        middle = (a + b) / 2
        halves = [(a, middle, _panel(curve, a, middle)), (middle, b, _panel(curve, middle, b))]
        fine = halves[0][2] + halves[1][2]
        if abs(fine - coarse) > 1e-9 and splits < MAX_SPLITS:
            splits += 1
            waiting += halves
            continue
        total += fine
        error += abs(fine - coarse)
    radius = 4 * error + 1e-12 * (1 + abs(total))
    if not math.isfinite(total) or error > 1e-2 * (1 + abs(total)):
        raise Unknown
    return Estimate(arb(total - radius), arb(total + radius))


def _cells(width: int) -> list[tuple[float, float]]:
    return [(float(a), float(a + width)) for a in range(-REACH, REACH, width)]


def _panel(curve: Curve, a: float, b: float) -> float:
    middle, half = (a + b) / 2, (b - a) / 2
    total = 0.0
    with precision(64):
        for node, weight in _RULE:
            z = middle + half * node
            total += weight * float(curve.at(arb(z)).mid()) * math.exp(-z * z / 2)
    return total * half / math.sqrt(2 * math.pi)


def _enclosed(curve: Curve) -> Estimate:
    """The mean enclosed, but for what lies beyond the reach or in a seam: cells are halved until little is unknown."""
    waiting = _cells(1)
    total = arb(0)
    with precision(BITS, ORDER + 1):
        for _ in range(MAX_CELLS):
            if not waiting:
                radius = arb(10) ** -12 * (1 + abs(total))
                return Estimate((total - radius).lower(), (total + radius).upper())
            a, b = waiting.pop()
            middle = (a + b) / 2
            part = _taylor_integral(curve, a, b)
            if part is not None and part.rad() < arb(10) ** -11 * (b - a):
                total += part
            elif b - a < NARROWEST * (1 + abs(a)):
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
    distances = (10, 20, 40, 1000) if curve.careful else (10, 20, 40)
    with precision(BITS):
        parts = [curve.at(fmpq(side * z)) * (-arb(z) * z / 2).exp() for z in distances]
    sizes = [abs(p) for p in parts]
    if sizes[0] < arb(10) ** -13 and all(b.upper() <= a.upper() for a, b in pairwise(sizes)):
        return 0
    signs = {sign(p) for p in parts}
    if len(signs) == 1 and sizes[1] > 1 and all(b > a for a, b in pairwise(sizes)):
        return signs.pop() or 0
    raise Unknown

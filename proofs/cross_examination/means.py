"""Means over one standard normal variable or two, enclosed cell by cell."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from heapq import heappop, heappush
from itertools import pairwise
from typing import TypeAlias

from flint import arb, arb_series, fmpq

from ..enclosures.balls import precision
from .as_written import Node
from .curves import BITS, Curve, Estimate, infinite
from .witness import Place, Undefined, Unknown, Witness, sign

EDGES = (-9.0, -7.0, *(k / 2 for k in range(-12, 13)), 7.0, 9.0)
ORDER = 10
"""Taylor polynomials of this degree enclose a cell; it is even."""
MAX_CELLS = 3_000
REACH, STEEP, TAIL, CUTS = 8.0, 1e4, 1e-9, 600
"""How far a mean over two variables reaches, the largest value there, the part beyond, and rectangles cut in two."""

Side: TypeAlias = "tuple[float, float]"


def mean(curve: Curve, *, weighted: bool = True) -> Estimate:
    """The mean over a standard normal variable, enclosed but for what lies beyond the reach or in a seam; -oo for the
    logarithm of what is 0 on an interval. Without the weight, the mean over [0, 1].

    Raises Unknown, or Undefined for a difference of infinities.
    """
    if not weighted:
        return _total(curve, [(0.0, 1.0)], weighted)
    if curve.body.op == "log" and not curve.order and _vanishes(replace(curve, body=curve.body.args[0])):
        return infinite(-1)
    ends = [_end(curve, side) for side in (-1, 1)]
    if any(ends):
        if {*ends} == {-1, 1}:
            raise Undefined
        return infinite(ends[0] or ends[1])
    return _total(curve, list(pairwise(EDGES)), weighted)


def _total(curve: Curve, waiting: list[tuple[float, float]], weighted: bool) -> Estimate:
    """The integral over cells, each halved until it is known. Raises Unknown or Undefined."""
    total = arb(0)
    tolerance = 2.0 ** (-37 if curve.careful else -30)
    with precision(BITS, ORDER + 1):
        for _ in range(MAX_CELLS):
            if not waiting:
                radius = arb(10) ** -12 * (1 + abs(total))
                return Estimate((total - radius).lower(), (total + radius).upper())
            a, b = waiting.pop()
            middle = (a + b) / 2
            part = _taylor_integral(curve, a, b, weighted)
            if part is not None and part.rad() < tolerance * (b - a):
                total += part
            elif b - a < tolerance / 8 * (1 + abs(a)):  # a seam or a pole
                total += arb(0, 8 * (b - a) * _size(curve, a, middle, b))
            else:
                waiting += [(a, middle), (middle, b)]
    raise Unknown


def _size(curve: Curve, *places: float) -> arb:
    """The largest absolute value at some points, of which the middle one must have one: a jump is between two."""
    sizes = [abs(curve.at(arb(places[1]))).upper()]
    for place in (places[0], places[2]):
        with suppress(Undefined, Unknown):
            sizes.append(abs(curve.at(arb(place))).upper())
    return max(sizes, key=float)


def _taylor_integral(curve: Curve, a: float, b: float, weighted: bool) -> arb | None:
    """The integral over a cell: a Taylor polynomial around its middle, with the last coefficient of the whole cell.

    None where that is not known. Raises Undefined where the curve has no values on the cell.
    """
    half = arb(b - a) / 2
    try:
        over = _polynomial(curve, arb(a).union(arb(b)), weighted)
        with suppress(Undefined):
            around = _polynomial(curve, arb(a) + half, weighted)
            terms = [2 * (around if k < ORDER else over)[k] * half ** (k + 1) / (k + 1) for k in range(0, ORDER + 1, 2)]
            return sum(terms, arb(0))
    except (Unknown, ValueError):
        pass
    return None


def _polynomial(curve: Curve, x: arb, weighted: bool) -> arb_series:
    """The Taylor polynomial of the curve, with the weight times the normal density."""
    values = arb_series([d / math.factorial(k) for k, d in enumerate(curve.jet(x, ORDER))])
    if not weighted:
        return values
    z = arb_series([x, arb(1)])
    return values * (z * z / -2).exp() / (2 * arb.pi()).sqrt()


def _vanishes(curve: Curve) -> bool:
    """Whether a curve is exactly 0 on a short interval, one of some."""
    for a, b in pairwise(EDGES):
        with suppress(Unknown, Undefined), precision(BITS):
            if curve.at(arb((a + b) / 2, 2.0**-10)).is_zero():
                return True
    return False


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


def mean_of_two(witness: Witness, node: Node, place: Place, *, careful: bool) -> Estimate:
    """The mean over two correlated normal variables, enclosed on rectangles of which the worst is cut in two.

    Raises Unknown, also for a function that is so large at the reach that the part beyond may matter, or Undefined.
    """
    with precision(BITS):
        c = witness.ball(node.args[1], place)
        if abs(c) > 1:
            raise Undefined
        independent = (1 - c * c).max(arb(0)).sqrt()

        def part(u: Side, w: Side) -> tuple[float, Side, Side, arb]:
            across, along = (arb(a).union(arb(b)) for a, b in (u, w))
            at = {**place, node.extra[0]: across, node.extra[1]: c * across + independent * along}
            value = witness.ball(node.args[0], at)
            if max(map(abs, (*u, *w))) == REACH and not abs(value) < STEEP:
                raise Unknown
            integral = value * _mass(u) * _mass(w)
            return -float(integral.rad()), u, w, integral

        halves: list[Side] = [(-REACH, 0.0), (0.0, REACH)]
        parts = [part(u, w) for u in halves for w in halves]
        for _ in range(CUTS * 16 if careful else CUTS):
            _, u, w, _ = heappop(parts)
            wide = u[1] - u[0] >= w[1] - w[0]
            for half in _halved(u if wide else w):
                heappush(parts, part(half, w) if wide else part(u, half))
        total = sum((each[-1] for each in parts), arb(0)) + arb(0, TAIL)
    return Estimate(total.lower(), total.upper())


def _halved(side: Side) -> list[Side]:
    middle = (side[0] + side[1]) / 2
    return [(side[0], middle), (middle, side[1])]


def _mass(side: Side) -> arb:
    low, high = (arb(end) / arb(2).sqrt() for end in side)
    return (high.erf() - low.erf()) / 2

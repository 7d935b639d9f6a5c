"""Certified integrals of smooth functions over bounded intervals, by Taylor polynomials with a ball remainder."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from flint import arb

from ..budget import Undecided

MAX_BITS = 320
"""Bits of a mean that are computed at most: equality is never decided by digits."""
MAX_CELLS = 6_000

Coefficients: TypeAlias = Callable[[arb, int], list[arb]]
"""The first Taylor coefficients of a function, as many as asked for, valid on all of a ball."""


def taylor_integral(coefficients: Coefficients, low: arb, high: arb, length: int, tolerance: arb) -> arb:
    """The integral of a function between two balls, from its Taylor coefficients on cells that are halved until the
    last one bounds an error below the tolerance. Raises Undecided."""
    total = arb(0)
    cells = [(low, high)]
    steps = 0
    while cells:
        a, b = cells.pop()
        steps += 1
        if steps > MAX_CELLS:
            raise Undecided(f"its integral needs more than the {MAX_CELLS} pieces that are tried")
        middle = ((a + b) / 2).mid()
        offset = (a - middle).union(b - middle)
        remainder = coefficients(a.union(b), length + 1)[length]
        spread = abs(offset).upper()
        error = abs(remainder) * spread ** (length + 1) * 2 / (length + 1)
        if not error < tolerance:
            cells += [(middle, b), (a, middle)]
            continue
        around = coefficients(middle, length)
        for sign, end in ((1, b - middle), (-1, a - middle)):
            value = arb(0)
            for k in range(length - 1, -1, -1):
                value = (value + around[k] / (k + 1)) * end
            total += sign * value
        bound = error.upper()
        total += (-bound).union(bound)
    return total

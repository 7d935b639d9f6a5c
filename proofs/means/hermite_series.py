"""Means E[f(u) g(v)] of two normal variables by the Hermite coefficients of f and g: Mehler's formula.

With a_n = E[f(s z) h_n(z)] and b_n = E[g(s z) h_n(z)] the mean is sum a_n b_n c^n for u and v of deviation s and
correlation c. The terms from the N-th on add up to at most abs(c)^N sqrt(A B), with A = E f^2 - a_0^2 - ... -
a_(N-1)^2 the sum of all other squares (Parseval's identity) and B that of g, by Cauchy and Schwarz; for g = f and
c >= 0 they are not negative.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

from ..enclosures.balls import precision
from .scaled_means import ScaledMeans


class HermiteCoefficients:
    """The Hermite coefficients of a function, from its means and those of its square, where the normal variable has a
    deviation known by balls of any precision."""

    def __init__(self, means: ScaledMeans, square: ScaledMeans, deviation: Callable[[int], arb]) -> None:
        self.means, self.square, self.deviation = means, square, deviation
        self._first: dict[tuple[int, int], tuple[list[arb], arb]] = {}

    def first(self, count: int, bits: int) -> tuple[list[arb], arb]:
        """The first coefficients, and an upper bound on the sum of the squares of all others."""
        if (count, bits) not in self._first:
            with precision(2 * bits):
                s = self.deviation(2 * bits)
                coefficients = self.means.at(s, count, bits)
                others = self.square.at(s, 1, bits)[0] - sum((a * a for a in coefficients), arb(0))
                self._first[count, bits] = coefficients, others.upper().max(arb(0))
        return self._first[count, bits]


def correlated_mean(f: HermiteCoefficients, g: HermiteCoefficients, c: arb, count: int, bits: int) -> arb:
    """E[f(u) g(v)] at a correlation c in [-1, 1], from `count` coefficients of either, at the precision in force."""
    (left, left_rest), (right, right_rest) = (each.first(count, bits) for each in (f, g))
    total = arb(0)
    for a, b in zip(reversed(left), reversed(right), strict=True):
        total = total * c + a * b
    rest = (abs(c).upper() ** count * (left_rest * right_rest).sqrt()).upper()
    return total + rest.union(arb(0) if f is g and c >= 0 else -rest)

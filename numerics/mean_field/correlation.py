"""The correlation map of two inputs through a layer of infinite width, at a fixed point q of the length map.

By Mehler's formula (:mod:`gradproof.proofs.means.hermite_series`) it is c -> (sigma_w^2 sum a_n^2 c^n + sigma_b^2)/q.
No term is negative, so that it is convex on [0, 1], with the fixed point 1. Its slope there is chi, the mean factor
of the squared gradient, where f is continuous (Poole et al. 2016, Schoenholz et al. 2017): for chi > 1 there is
exactly one other fixed point c* in [0, 1), for chi <= 1 none, unless the map is linear.
"""

from __future__ import annotations

from functools import cached_property

from flint import arb, fmpq

from ...proofs.budget import Undecided
from ...proofs.enclosures.balls import exact_rational, known_sign, precision
from ...proofs.functions.landscape import proved_parity
from ...proofs.means.hermite_series import HermiteCoefficients, correlated_mean
from ...proofs.means.scaled_means import ScaledMeans
from ...proofs.reals.reals import Real, exact
from .length_map import LengthMap

TERMS = (24, 48, 96, 192)
"""Numbers of Hermite coefficients that are tried."""
BITS = 80
FAR = "c* is too near 1 for the sums of Hermite coefficients that are tried"
HALVINGS, NEWTON, LEAST = 16, 3, 12
"""Halvings of the bracket of c*, steps of Newton's after them, and bits of it without which it is not given."""


class CorrelationMap:
    """The correlation map of an activation at a variance q, and the mean of f'(u) f'(v)."""

    def __init__(self, mapping: LengthMap, q: Real) -> None:
        self.mapping, self.q = mapping, q
        self.value = HermiteCoefficients(ScaledMeans(mapping.f), mapping.square, self._deviation)
        self.slope = HermiteCoefficients(ScaledMeans(mapping.derivative), mapping.slope_square, self._deviation)

    def _deviation(self, bits: int) -> arb:
        return self.q.ball(bits).sqrt()

    def at(self, c: fmpq, terms: int) -> arb:
        """The map at a correlation c in [0, 1)."""
        with precision(2 * BITS):
            mean = correlated_mean(self.value, self.value, arb(c), terms, BITS)
            return (self.mapping.weights_ball(BITS) * mean + self.mapping.biases_ball(BITS)) / self.q.ball(2 * BITS)

    def slope_at(self, c: arb, terms: int) -> arb:
        """The map's slope sigma_w^2 E[f'(u) f'(v)], by which a layer multiplies a small change of the correlation."""
        with precision(2 * BITS):
            return self.mapping.weights_ball(BITS) * correlated_mean(self.slope, self.slope, c, terms, BITS)

    @cached_property
    def fixed_point(self) -> Real:
        """c*, for chi > 1. Raises Undecided where the sums leave too much out."""
        odd = proved_parity(self.mapping.f, "x") == -1
        if odd and self.mapping.biases.value == 0:
            return exact(0)
        low, high, terms = fmpq(0), fmpq(1), 0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            sign, terms = self._side(middle, terms)
            if not sign:
                break
            low, high = (middle, high) if sign > 0 else (low, middle)
        ball = self._nearer(low, high)
        return Real(refine=lambda _: ball)

    def _nearer(self, low: fmpq, high: fmpq) -> arb:
        """The narrowest ball around a step of Newton's from the middle that shows its signs at both ends."""
        root = (low + high) / 2
        with precision(2 * BITS):
            for _ in range(NEWTON):
                slope = self.slope_at(arb(root), TERMS[-1]) - 1
                step = (self.at(root, TERMS[-1]) - arb(root)) / slope
                if not step.is_finite():
                    raise Undecided(FAR)
                root = exact_rational((arb(root) - step).mid())
        if not 0 < root < 1:
            raise Undecided(FAR)
        for bits in range(BITS, LEAST, -2):
            ends = root - fmpq(1, 1 << bits), root + fmpq(1, 1 << bits)
            if ends[0] >= 0 and ends[1] < 1 and [self._side(end, len(TERMS) - 1)[0] for end in ends] == [1, -1]:
                with precision(2 * BITS):
                    return arb(ends[0]).union(arb(ends[1]))
        raise Undecided(FAR)

    def _side(self, c: fmpq, first: int) -> tuple[int | None, int]:
        """The sign of the map minus c, and the number of terms, among TERMS from `first` on, that shows it."""
        for index in range(first, len(TERMS)):
            with precision(2 * BITS):
                sign = known_sign(self.at(c, TERMS[index]) - arb(c))
            if sign:
                return sign, index
        return None, first

    @cached_property
    def fixed_slope(self) -> Real:
        """The map's slope at c*."""
        point = self.fixed_point
        with precision(2 * BITS):
            ball = self.slope_at(point.ball(2 * BITS), TERMS[-1])
        return Real(refine=lambda _: ball)

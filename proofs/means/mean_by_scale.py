"""m(t) = E[F(t z)] as a function of t >= 0: where it rises or falls, its ends, and enclosures over boxes of t.

z and -z are alike, so m is the mean of (F(t z) + F(-t z))/2: where that is monotone in x = t z > 0, for each z the
integrand is in t, and so is m; nothing is differentiated under the integral sign. Over a box the mean value theorem
gives m(middle) + m'(box) (box - middle), with m'(t) = E[F(t z) (z^2 - 1)]/t; near 0, abs(m(t) - F(0)) <= L t E abs(z)
for a Lipschitz constant L.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from math import ceil, log2

from flint import arb, fmpq

from ..budget import Undecided
from ..enclosures.balls import precision
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.closed_terms import closed_value
from ..functions.landscape import decided_landscape
from ..functions.pieces import one_sided_limit, value_at
from ..functions.regularity import continuity, lipschitz
from ..functions.sign_charts import sign_line
from ..functions.step_functions import Line
from ..normal_forms import normal_form
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, exact
from .expectations import expectation
from .scaled_means import ScaledMeans

BITS = 40


class MeanByScale:
    """The mean of one function of x = t z. Raises Undecided for one that is undefined somewhere, or not proved to stay
    below a power of x."""

    least, most = fmpq(0), None
    bounded_by = "the integrand comes to"

    def __init__(self, f: Expr, variable: str = "x") -> None:
        self.f, self.variable = f, variable
        self.means = ScaledMeans(f, variable)

    @cached_property
    def sense(self) -> int:
        """1 where the mean is proved to rise (not strictly) in t, -1 where it falls, 0 where neither is proved."""
        return 1 if self._signs <= {0, 1} else -1 if self._signs <= {0, -1} else 0

    @property
    def is_strict(self) -> bool:
        """Whether a mean that rises or falls does so strictly: G(t z) = G(s z) for all z and 0 <= s < t makes the even
        part G of F constant, as G(z) = G(z s^k/t^k) tends to G(0)."""
        return bool(self._signs & {1, -1})

    @cached_property
    def _signs(self) -> frozenset[int]:
        """The signs of the slope of F's even part, outwards; both where they are not found."""
        x = ex.name(self.variable)
        with suppress(Undecided):
            if self.is_continuous:
                both = self.f + calculus.substitute(self.f, {self.variable: -x})
                signs = {*sign_line(x * calculus.derivative(both, self.variable), self.variable).gaps}
                if None not in signs:
                    return frozenset(sign for sign in signs if sign is not None)
        return frozenset((-1, 1))

    @cached_property
    def is_continuous(self) -> bool:
        """Whether F is continuous, with a value everywhere."""
        return continuity(self.f, self.variable) >= 0

    def is_continuous_at(self, t: Expr) -> bool:
        """Whether the mean is proved to be continuous at t: for bounded t a continuous F(t z) stays below a power of z
        up to a factor, and dominated convergence applies."""
        return self.is_continuous

    def far(self) -> Real:
        """The limit for t to oo: the mean of the limits of a continuous F, which is bounded where they are finite
        (dominated convergence), and bounded below where none is -oo (Fatou's lemma). Raises Undecided."""
        if not self.is_continuous:
            raise Undecided("the limit of a mean for large deviations, of a function with jumps")
        ends = [one_sided_limit(self.f, self.variable, end, 0) for end in (MINUS_INFINITY, PLUS_INFINITY)]
        infinite = {end.infinite for end in ends} - {0}
        if len(infinite) == 1:
            return PLUS_INFINITY if infinite == {1} else MINUS_INFINITY
        left, right = (end.exact for end in ends)
        if infinite or left is None or right is None:
            raise Undecided("the limit of a mean for large deviations")
        return exact(normal_form.simplest((left + right) * fmpq(1, 2)))

    def at(self, t: Real) -> Real:
        """The mean at an exact t >= 0; at oo its limit. Raises Undecided."""
        if t.infinite:
            return self.far()
        if t.exact is None:
            raise Undecided("a mean at a deviation without an exact form")
        if t.exact is ex.ZERO:
            return value_at(self.f, self.variable, exact(0))
        stretched = calculus.substitute(self.f, {self.variable: t.exact * ex.name(self.variable)})
        return expectation(stretched, self.variable)

    def bound(self, side: int) -> Real:
        """A number that F does not exceed (1), or does not fall below (-1): the mean neither. Raises Undecided."""
        return decided_landscape(self.f, self.variable).bound(side)

    def beyond(self, start: fmpq) -> arb:
        """A ball that holds the mean for every t >= start > 0, of a bounded F. Raises Undecided.

        With a probability of at most sqrt(2/pi) reach/start, t z is nearer to 0 than `reach`; there F is between its
        bounds, and else between those beyond the reach, on either side with probability 1/2.
        """
        reach = fmpq(2) ** ceil(log2(float(start)) / 2)
        outside = [
            decided_landscape(self.f, self.variable, Line((exact(mark),), (True,), gaps))
            for mark, gaps in ((reach, (False, True)), (-reach, (True, False)))
        ]
        with precision(2 * BITS):
            near = (2 / arb.pi()).sqrt() * arb(reach / start)
            ends: list[arb] = []
            for sense in (1, -1):
                bounds = [self.bound(sense), *(shape.bound(sense) for shape in outside)]
                if any(bound.infinite for bound in bounds):
                    raise Undecided("a mean for large deviations, of a function without bounds")
                anywhere, right, left = (bound.ball(BITS) for bound in bounds)
                far = (right + left) / 2
                ends.append(far + near * (anywhere - far))
            return ends[0].union(ends[1])

    @cached_property
    def _near_zero(self) -> tuple[Real, Real]:
        """F(0), and a Lipschitz constant."""
        if not self.is_continuous:
            raise Undecided("a mean near a deviation of 0, of a function with jumps")
        steepness = lipschitz(self.f, self.variable)
        if steepness.infinite:
            raise Undecided("a mean near a deviation of 0, of a function without a Lipschitz constant")
        return value_at(self.f, self.variable, exact(0)), steepness

    @cached_property
    def _stretch(self) -> Real | None:
        """A bound K on abs(x F'(x)) of a continuous F, None where there is none: abs(F(t z) - F(s z)) <= K log(t/s), as
        that is the integral of z F'(u z) over u, at most K/u."""
        x = ex.name(self.variable)
        with suppress(Undecided):
            if self.is_continuous:
                shape = decided_landscape(x * calculus.derivative(self.f, self.variable), self.variable)
                bounds = shape.bound(1), shape.bound(-1)
                if not any(bound.infinite for bound in bounds):
                    high, low = (ex.switch("abs", ex.name(name)) for name in ("h", "l"))
                    return closed_value(ex.switch("max", high, low), {"h": bounds[0], "l": bounds[1]})
        return None

    def over(self, low: fmpq, high: fmpq) -> arb:
        """A ball that holds the mean for every t of a box with 0 <= low <= high > 0. Raises Undecided."""
        with precision(2 * BITS + 64):
            if low == high:
                return self.means.at(arb(low), 1, BITS)[0]
            if not low:
                start, steepness = self._near_zero
                change = (steepness.ball(BITS) * arb(high) * (2 / arb.pi()).sqrt()).upper()
                return start.ball(BITS) + (-change).union(change)
            box, middle = arb(low).union(arb(high)), (low + high) / 2
            second = self.means.at(box, 3, BITS)[2]
            step = arb(high - middle)
            change = (abs(second) * arb(2).sqrt() / box * step).upper()
            if self._stretch is not None:
                change = change.min((self._stretch.ball(BITS) * (middle / arb(low)).log()).upper())
            return self.means.at(arb(middle), 1, BITS)[0] + (-change).union(change)

"""m(c) = E[e(u, v)] as a function of the correlation c of two standard normals, -1 <= c <= 1.

For f and g that rise, with finite second moments, E[f(u) g(v)] rises in c: by Hoeffding's identity the covariance is
the integral of P(u <= x, v <= y) - P(u <= x) P(v <= y) over df(x) dg(y), and P(u <= x, v <= y) has the density of
(u, v) at (x, y) for its derivative by c (Plackett 1954). By Cauchy and Schwarz abs(E[f(u) g(v)]) is at most
sqrt(E f^2 E g^2). Over a box of c the Hermite series is evaluated with a ball for c.
"""

from __future__ import annotations

from functools import cached_property

from flint import arb, fmpq

from ..budget import Undecided
from ..enclosures.balls import precision
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.closed_terms import closed_value
from ..functions.regularity import continuity
from ..functions.sign_charts import sign_line
from ..normal_forms.signs import constant_sign
from ..reals.reals import Real
from .correlated import coefficients, correlated_expectation, separated
from .expectations import expectation
from .hermite_series import correlated_mean

COUNT, BITS = 48, 96
"""Hermite coefficients over a box, and bits with which they are computed."""


class MeanByCorrelation:
    """The mean of a sum of products f(u) g(v). Raises Undecided for another function of u and v."""

    least, most = fmpq(-1), fmpq(1)
    bounded_by = "by Cauchy and Schwarz at most"

    def __init__(self, e: Expr, u: str, v: str) -> None:
        # With the usual name of one variable, at c = 1 it is the same number as one that a statement compares with.
        u, v, self.e = "z", f"{v}#", calculus.substitute(e, {u: ex.name("z"), v: ex.name(f"{v}#")})
        self.u, self.v = u, v
        self.products = separated(self.e, u, v)

    @cached_property
    def sense(self) -> int:
        """1 where the mean is proved to rise (not strictly) in c, -1 where it falls, 0 where neither is proved."""
        signs = {sense for sense, _ in self._senses}
        return 1 if signs <= {1} else -1 if signs <= {-1} else 0

    @property
    def is_strict(self) -> bool:
        """Whether a mean that rises or falls does so strictly: some product has no constant factor, and so a density of
        (u, v), which is positive between -1 and 1, to integrate."""
        return any(strictly for _, strictly in self._senses)

    @cached_property
    def _senses(self) -> list[tuple[int, bool]]:
        """For each product: 1 where it rises, -1 where it falls, and whether strictly; 0 where that is not proved."""
        try:
            self.second_moments()
            pairs = [(_signs(f, self.u), _signs(g, self.v)) for f, g in self.products]
        except Undecided:
            return [(0, False)]
        return [
            (1 if signs <= {0, 1} else -1 if signs <= {0, -1} else 0, bool(signs & {1, -1}))
            for signs in ({a * b for a in left for b in right} for left, right in pairs)
        ]

    def second_moments(self) -> list[tuple[Real, Real]]:
        """E f^2 and E g^2 of every product. Raises Undecided where one is infinite or not found."""
        g_of_u = [calculus.substitute(g, {self.v: ex.name(self.u)}) for _, g in self.products]
        moments = [
            (expectation(f * f, self.u), expectation(g * g, self.u))
            for (f, _), g in zip(self.products, g_of_u, strict=True)
        ]
        if any(second.infinite for pair in moments for second in pair):
            raise Undecided("a second moment that is infinite")
        return moments

    def is_continuous_at(self, c: Expr) -> bool:
        """Whether the mean is proved to be continuous around c: a power series that converges absolutely up to 1 where
        the second moments are finite. Raises Undecided."""
        self.second_moments()
        return constant_sign(1 - c * c) > 0

    def at(self, c: Real) -> Real:
        """The mean at an exact c. Raises Undecided."""
        if c.exact is None:
            raise Undecided("a mean at a correlation without an exact form")
        return correlated_expectation(self.e, self.u, self.v, c.exact)

    def bound(self, side: int) -> Real:
        """A number that the mean does not exceed (1), or does not fall below (-1). Raises Undecided."""
        moments = self.second_moments()
        if len(moments) == 1 and side > 0 and moments[0][0] is moments[0][1]:
            return moments[0][0]
        numbers = {f"m{i}": second for i, pair in enumerate(moments) for second in pair[:1]}
        numbers |= {f"n{i}": second for i, pair in enumerate(moments) for second in pair[1:]}
        sizes = [ex.sqrt(ex.name(f"m{i}") * ex.name(f"n{i}")) for i in range(len(moments))]
        return closed_value(side * ex.add(*sizes), numbers)

    def over(self, low: fmpq, high: fmpq) -> arb:
        """A ball that holds the mean for every c of a box in [-1, 1]. Raises Undecided."""
        with precision(2 * BITS):
            c = arb(low).union(arb(high))
            series = ((coefficients(f, self.u), coefficients(g, self.v)) for f, g in self.products)
            return sum((correlated_mean(f, g, c, COUNT, BITS) for f, g in series), arb(0))


def _signs(f: Expr, variable: str) -> set[int]:
    """The signs of the slope of a continuous function. Raises Undecided."""
    if continuity(f, variable) < 0:
        raise Undecided("a function with jumps")
    gaps = sign_line(calculus.derivative(f, variable), variable).gaps
    if None in gaps:
        raise Undecided("a function without a value")
    return {sign for sign in gaps if sign is not None}

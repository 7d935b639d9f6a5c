"""E[log abs(g(s z))] over a standard normal z, as a function of the deviation s: the typical rate of products of g.

In x = s z the logarithm has singularities where g is 0. Beside such a point r, where the first derivative that does
not vanish is the m-th, abs(g(x)) = abs(x - r)^m abs(g^(m)(y))/m! for a y between: on a short cell the mean of
log abs(x - r) is known, and the rest is a ball. Between those cells the integrand is smooth. Beyond them, where
abs(log abs(g)) <= x^p is proved, the rest is at most E[(s z)^p beyond]. Where g is 0 on a whole interval, and the rest
has a finite mean, the mean is -oo: log 0 is -oo there, with positive probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property, lru_cache
from itertools import pairwise
from math import ceil, factorial

from flint import arb, arb_series, ctx, fmpq

from ..asymptotics.limits import End, tail_sign
from ..budget import Undecided, spend
from ..enclosures.balls import NAN, excludes_zero, precision
from ..enclosures.jets import Program, enclose, program
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.pieces import smooth_limit, split
from ..functions.zeros import chart
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, exact
from .taylor_integral import MAX_BITS, taylor_integral

POWERS = (2, 4, 8)
"""Powers of x that the logarithm is proved to stay below on its tails."""
MAX_ORDER = 6


class _Stretch:
    """An interval on which a function is smooth and not 0: its sign times it, and its ends."""

    def __init__(self, low: Real, high: Real, g: Expr, variable: str, zeros: Sequence[Real]) -> None:
        self.low, self.high, self.g, self.variable = low, high, g, variable
        self.zeros = zeros
        """Ends at which g is proved to be 0."""
        self.logarithm = program(ex.log(g))

    def order(self, side: int) -> int:
        """The order of the zero at the right end (1) or the left one (-1), 0 where there is none. Raises Undecided."""
        at = self.high if side > 0 else self.low
        if at.infinite:
            return 0
        derivative = self.g
        for order in range(MAX_ORDER):
            value = smooth_limit(derivative, self.variable, at, -side)
            if value.infinite:
                raise Undecided(f"the logarithm of a function with a pole at {at}")
            if excludes_zero(value.ball(256)):
                return order
            if (order or at not in self.zeros) and compare(value, exact(0)):
                return order
            derivative = calculus.differentiate(derivative, self.variable)
        raise Undecided(f"the order of the zero at {at}")

    @cached_property
    def orders(self) -> tuple[int, int]:
        """The orders of the zeros at both ends."""
        return self.order(-1), self.order(1)


class LogMean:
    """The mean of log abs(g(s z)) for every s > 0. Raises Undecided for a g that is undefined somewhere, or whose
    logarithm is not proved to stay below a power of x."""

    def __init__(self, g: Expr, variable: str = "x") -> None:
        self.variable = variable
        self.vanishes = self.is_negative = False
        """Whether g is 0 on a whole interval (then the mean is -oo, if the others have one), or below 0 on one."""
        self.stretches: list[_Stretch] = []
        for piece in split(g, variable).pieces:
            if piece.expr is None:
                raise Undecided(f"{to_text(g)} is undefined between {piece.low} and {piece.high}")
            signs = chart(piece.expr, variable, piece.low, piece.high)
            marks = [piece.low, *signs.zeros, piece.high]
            for (low, high), sign in zip(pairwise(marks), signs.signs, strict=True):
                if sign == 0:
                    self.vanishes = True
                    continue
                self.is_negative |= sign < 0
                self.stretches.append(_Stretch(low, high, piece.expr * sign, variable, signs.zeros))
        self.power, self.start = self._growth()

    @classmethod
    @lru_cache(maxsize=256)
    def of_logarithm(cls, u: Expr, variable: str) -> LogMean:
        """The mean of log(u), for a u that is below 0 on no interval. Raises Undecided for others, and without a
        mean."""
        factor, rest = ex.split_coefficient(u)
        if rest.op == "abs" and factor > 0:
            means = cls(factor * rest.args[0], variable)
        elif (means := cls(u, variable)).is_negative:
            raise Undecided(f"log({to_text(u)}) is undefined on an interval")
        means.mean(exact(1))
        return means

    def _growth(self) -> tuple[int, fmpq]:
        """A power p, and from where on abs(log abs(g(x))) <= x^p holds on both sides, beyond all marks."""
        marks = [end for part in self.stretches for end in (part.low, part.high) if not end.infinite]
        beyond = max((fmpq(ceil(abs(float(end)))) + 2 for end in marks), default=fmpq(1))
        for power in POWERS:
            with suppress(Undecided):
                starts = [self._dominated(part, side, power) for part in self.stretches for side in (-1, 1)]
                return power, max([beyond, *starts])
        raise Undecided(f"a logarithm is not proved to stay below x^{POWERS[-1]}")

    def _dominated(self, part: _Stretch, side: int, power: int) -> fmpq:
        if (part.high if side > 0 else part.low).infinite != side:
            return fmpq(0)
        bound = ex.power(ex.name(self.variable), power)
        end, start = End(PLUS_INFINITY if side > 0 else MINUS_INFINITY, -side), fmpq(0)
        for sign in (1, -1):
            tail = tail_sign(bound + sign * ex.log(part.g), self.variable, end)
            if tail.sign < 0:
                raise Undecided("the logarithm grows too fast")
            start = max(start, tail.start)
        return start

    def mean(self, s: Real) -> Real:
        """The mean at a deviation s > 0, perhaps -oo. Raises Undecided."""
        with precision(96):
            self.at(s.ball(96), 16)
        if self.vanishes:
            return MINUS_INFINITY
        enclosures: dict[int, arb] = {}

        def refine(bits: int) -> arb:
            bits = min(bits, MAX_BITS)
            if bits not in enclosures:
                with precision(2 * bits + 64):
                    enclosures[bits] = self.at(s.ball(2 * bits + 64), bits)
            return enclosures[bits]

        return Real(refine=refine)

    def at(self, s: arb, bits: int) -> arb:
        """The mean where g is not 0 on an interval, for every s > 0 of a ball, with an error near 2^-bits and that
        which the ball's width makes. Raises Undecided."""
        if not s > 0:
            raise Undecided("a mean over a normal variable whose deviation may be 0")
        length = 16 + bits // 6
        with precision(2 * bits + 64, length + 1):
            reach = max(arb(self.start), s.upper() * (2 * arb(bits).sqrt() + 4)).ceil()
            total = self._beyond(reach, s)
            for part in self.stretches:
                total += self._over(part, reach, s, bits, length)
            return total

    def _beyond(self, reach: arb, s: arb) -> arb:
        """A ball around 0 that holds the mean's part beyond the reach: E[(s z)^p; abs(z) > reach/s] at most."""
        edge = reach / s
        half = (arb(self.power) + 1) / 2
        moment = arb(2) ** (half - arb(1) / 2) * (edge**2 / 2).gamma_upper(half) / arb.pi().sqrt()
        rest = (s**self.power * moment).upper()
        return (-rest).union(rest)

    def _over(self, part: _Stretch, reach: arb, s: arb, bits: int, length: int) -> arb:
        """The mean's part on one stretch, cut at the reach."""
        working = 2 * bits + 64
        low = -reach if part.low.infinite else part.low.ball(working)
        high = reach if part.high.infinite else part.high.ball(working)
        total = arb(0)
        short = arb(2) ** -(bits // 2 + 8)
        if not high - low > 0:
            raise Undecided("two zeros of the logarithm's argument are not told apart")
        while not short < (high - low) / 4:
            short /= 2
        for side, order in zip((-1, 1), part.orders, strict=True):
            if order:
                end = high if side > 0 else low
                total += self._singular(part, end, side, order, short, s)
                low, high = (low, end - short) if side > 0 else (end + short, high)

        def coefficients(x: arb, count: int) -> list[arb]:
            return _weighted(part.logarithm, self.variable, x, count, s)

        return total + taylor_integral(coefficients, low, high, length, arb(2) ** (-bits - 8))

    def _singular(self, part: _Stretch, end: arb, side: int, order: int, width: arb, s: arb) -> arb:
        """The integral of the logarithm times the density over the cell beside a zero: the integral of
        log abs(x - r) over the cell is width (log(width) - 1), and it has one sign there."""
        cell = (end - width).union(end) if side > 0 else end.union(end + width)
        derivative = part.g
        for _ in range(order):
            derivative = calculus.differentiate(derivative, self.variable)
        factor = abs(enclose(derivative, {self.variable: cell}, prec=ctx.prec)) / factorial(order)
        if not factor > 0:
            raise Undecided("a zero of the logarithm's argument is not told apart")
        weight = _density(cell, s)
        # The two parts have means of the density of their own: what they have in common must not cancel.
        return weight * width * order * (width.log() - 1) + weight * width * factor.log()


def _density(x: arb, s: arb) -> arb:
    return (-((x / s) ** 2) / 2).exp() / (s * (2 * arb.pi()).sqrt())


def _weighted(logarithm: Program, variable: str, x: arb, count: int, s: arb) -> list[arb]:
    """Taylor coefficients of a logarithm times the density of s z."""
    spend(0.2 + 2 * logarithm.cost)
    moving = arb_series([x, arb(1)])
    values = logarithm.run({variable: moving})
    weighted = (moving * moving * (-1 / (2 * s * s))).exp() * values * (1 / (s * (2 * arb.pi()).sqrt()))
    return [weighted[k] if k < weighted.prec else NAN for k in range(count)]

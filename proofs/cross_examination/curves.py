"""Functions of one variable that can be looked at (values, Taylor coefficients, samples, jumps), and estimates.

An estimate is an interval in which a number is expected. An end that is left open contradicts nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from flint import arb, arb_series, ctx, fmpq

from ..enclosures.balls import precision
from .as_written import Node
from .witness import Place, Undefined, Unknown, Witness

INFINITY = arb("inf")
BITS = 120
DEEP_BITS = 4000
"""Precision of a careful look: of a smooth function nothing is lost to rounding that literals can write."""


@dataclass(frozen=True)
class Estimate:
    """An interval for a number; None where nothing is known on that side."""

    low: arb | None
    high: arb | None

    def ball(self) -> arb:
        """The interval as one ball. Raises Unknown where an end is open."""
        if self.low is None or self.high is None:
            raise Unknown
        if not self.low.is_finite() or not self.high.is_finite():
            if self.low == self.high:
                return self.low
            raise Unknown
        return self.low.union(self.high)

    def __neg__(self) -> Estimate:
        return Estimate(None if self.high is None else -self.high, None if self.low is None else -self.low)

    def is_below(self, other: Estimate) -> bool:
        """Whether it is certainly less than another."""
        return self.high is not None and other.low is not None and bool(self.high < other.low)

    def is_at_most(self, other: Estimate) -> bool:
        """Whether it is certainly less than another, or equal to it."""
        return self.high is not None and other.low is not None and bool(self.high <= other.low)

    def is_apart_from(self, other: Estimate) -> bool:
        """Whether it is certainly another number."""
        return self.is_below(other) or other.is_below(self)


def estimate(value: arb) -> Estimate:
    """A ball, or an infinity, as an interval."""
    return Estimate(value, value) if not value.is_finite() else Estimate(value.lower(), value.upper())


def infinite(sign: int) -> Estimate:
    """An infinity as an interval."""
    return Estimate(INFINITY * sign, INFINITY * sign)


def hull(parts: Sequence[Estimate]) -> Estimate:
    """The smallest interval around several."""
    lows = [p.low for p in parts if p.low is not None]
    return Estimate(min(lows) if len(lows) == len(parts) else None, highest(parts).high)


def highest(parts: Sequence[Estimate]) -> Estimate:
    """The largest of several numbers."""
    lows = [p.low for p in parts if p.low is not None]
    highs = [p.high for p in parts if p.high is not None]
    return Estimate(max(lows, default=None), max(highs) if len(highs) == len(parts) else None)


Sample: TypeAlias = tuple[fmpq, arb]
"""A point with the value there."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A function of one variable: the derivative, of an order, of a body in a symbol, other symbols in place."""

    witness: Witness
    body: Node
    symbol: int
    place: Place
    points: Sequence[fmpq] = ()
    """Where it is sampled, in order."""
    inside: Callable[[fmpq | arb], bool | None] = lambda x: True
    """Whether a point, or all of a cell, is in the domain."""
    careful: bool = False
    """Whether an alarm depends on it: estimates are confirmed, with more work and precision."""
    order: int = 0

    def derived(self, order: int = 1) -> Curve:
        """The derivative as a curve."""
        return replace(self, order=self.order + order)

    def at(self, x: fmpq | arb) -> arb:
        """The value at a point. Raises Undefined or Unknown."""
        if self.order:
            return self.jet(x, 0)[0]
        value = self.witness.ball(self.body, {**self.place, self.symbol: x})
        if not value.is_finite():
            raise Unknown
        return value

    def jet(self, x: fmpq | arb, order: int) -> list[arb]:
        """Value and derivatives up to an order. Raises Undefined or Unknown."""
        length = self.order + order + 1
        with precision(ctx.prec, length):
            value = self.witness.value(self.body, {**self.place, self.symbol: arb_series([arb(x), arb(1)])})
            coefficients = [value[k] if isinstance(value, arb_series) else value * (k == 0) for k in range(length)]
            derivatives = [c * math.factorial(k) for k, c in enumerate(coefficients)][self.order :]
        if not all(d.is_finite() for d in derivatives):
            raise Unknown
        return derivatives

    @cached_property
    def samples(self) -> list[Sample]:
        """Points of the domain with their values, in order."""
        samples: list[Sample] = []
        with precision(BITS):
            for x in self.points:
                if self.inside(x):
                    try:
                        samples.append((x, self.at(x)))
                    except (Undefined, Unknown):
                        continue
        return samples

    def jumps(self, places: Sequence[fmpq]) -> bool:
        """Whether the curve jumps at one of some places, or has another value there than beside it."""
        return any(self._jumps_at(place) for place in places)

    def _jumps_at(self, place: fmpq) -> bool:
        """Differences beside a point, or from the value there, that do not shrink as they are taken closer to it.

        From 2^-40 to 2^-80 a smooth function's shrink by 2^40, those of |x|^(1/1000) by 3 %.
        """
        near, nearer = (fmpq(1, 2**640), fmpq(1, 2**1280)) if self.careful else (fmpq(1, 2**40), fmpq(1, 2**80))
        with precision(DEEP_BITS if self.careful else 240):
            try:
                if not all(self.inside(place + s * e) for s in (-1, 0, 1) for e in (near, nearer)):
                    return False
                value = replace(self, order=0).at(place)  # the function itself has a value there
                left, right = ([self.at(place + s * e) for e in (near, nearer)] for s in (-1, 1))
            except (Undefined, Unknown):
                return False
            pairs = [(left, right)] if self.order else [(left, right), ([value, value], right), ([value, value], left)]
            for a, b in pairs:
                wide, narrow = b[0] - a[0], b[1] - a[1]
                if abs(wide - narrow) < abs(narrow) * arb(2) ** -20:
                    return True
        return False

"""95 % confidence intervals: of a mean by Student's t, of a proportion by the binomial distribution itself.

The samples are independent networks, never the units of one network, which share its inputs and its earlier layers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

OUTSIDE = 0.05
"""How often an interval may miss what it estimates."""
MOST_TERMS = 10_000
"""Of a continued fraction that needs about the square root of its larger parameter."""


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % confidence interval."""

    mean: float
    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def map(self, function: Callable[[float], float]) -> Interval:
        """The interval of an increasing function of what is estimated."""
        return Interval(function(self.mean), function(self.low), function(self.high))

    def to_json(self) -> dict[str, float]:
        return dict(vars(self))


def strict(value: Any) -> Any:
    """A document with its numbers that are not finite as text, which JSON has no other way to write."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case Mapping():
            return {k: strict(v) for k, v in value.items()}
        case list() | tuple():
            return [strict(v) for v in value]
        case _:
            return value


def confidence(samples: Array) -> Interval:
    """The mean of independent samples with its interval by Student's t; NaN without samples."""
    if samples.size == 0:
        return Interval(math.nan, math.nan, math.nan)
    mean = float(samples.mean())
    if samples.size == 1:
        return Interval(mean, -math.inf, math.inf)
    half = student_quantile(samples.size - 1) * float(samples.std(ddof=1)) / math.sqrt(samples.size)
    return Interval(mean, mean - half, mean + half)


def proportion(successes: float, trials: float) -> Interval:
    """The exact binomial interval of a proportion (Clopper and Pearson 1934), inside [0, 1].

    Both may be fractions, as an effective number of trials is; their meaning is that of the beta distribution.
    """
    failures = trials - successes
    tail = OUTSIDE / 2
    return Interval(
        successes / trials,
        beta_quantile(tail, successes, failures + 1) if successes > 0 else 0.0,
        beta_quantile(1 - tail, successes + 1, failures) if failures > 0 else 1.0,
    )


def clustered_proportion(fractions: Array, size: int) -> Interval:
    """The mean of the fractions of independent groups of `size` members, with its binomial interval.

    Members of a group need not be independent, so that groups times size would be too many trials. Their effective
    number is the one whose binomial variance is the variance seen between the groups, made smaller by the uncertainty
    of that variance (Korn and Graubard 1998). It is at least the number of groups, which would be right if the members
    of a group always agreed, and that number where no variance is seen.
    """
    groups, mean = fractions.size, float(fractions.mean())
    variance = float(fractions.var(ddof=1)) / groups if groups > 1 else 0.0
    effective = float(groups)
    if variance > 0:
        members = groups * size
        doubt = student_quantile(members - 1) / student_quantile(groups - 1)
        effective = min(max(mean * (1 - mean) / variance * doubt**2, groups), members)
    return proportion(mean * effective, effective)


@lru_cache(maxsize=256)
def student_quantile(freedom: int, outside: float = OUTSIDE) -> float:
    """The t with P(abs(T) > t) = `outside` for Student's distribution: for 5 % 12.706 at 1 degree of freedom, 1.96 at
    many."""
    # P(abs(T) > t) = I_x(freedom/2, 1/2) at x = freedom/(freedom + t^2)
    x = beta_quantile(outside, freedom / 2, 0.5)
    return math.sqrt(freedom * (1 - x) / x)


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The x with I_x(a, b) = probability, by bisection."""
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if beta_probability(middle, a, b) < probability else (low, middle)
    return middle


def beta_probability(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b) for 0 < x < 1, by its continued fraction (DLMF 8.17.22)."""
    if x * (a + b + 2) > a + 1:  # the fraction of the other side converges faster
        return 1 - beta_probability(1 - x, b, a)
    value = last = 1.0  # value = product of the ratios C/D (Lentz's method); all of them stay positive
    ratio = 0.0
    for m in range(1, MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m - 1) * (a + b + m - 1) * x / ((a + 2 * m - 2) * (a + 2 * m - 1))
        before = value
        for term in (odd, even):
            ratio = 1 / (1 + term * ratio)
            last = 1 + term / last
            value *= last * ratio
        if abs(value - before) <= 1e-15 * value:
            break
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(scale) / (a * value)

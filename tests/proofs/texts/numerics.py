"""Numbers by mpmath alone: points, suprema, derivatives, limits and means, by which texts are checked by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import pairwise, product
from typing import Any

import mpmath as mp

DIGITS = 40
"""Decimal digits of every evaluation; two sides that differ by less than 10^-25 are taken for equal."""
Real = Callable[..., Any]


def reals(*texts: str) -> list[Any]:
    """Numbers from their decimals, exact to `DIGITS`."""
    with mp.workdps(DIGITS):
        return [mp.mpf(text) for text in texts]


POSITIVE = reals("1e-6", "0.01", "0.1", "0.3", "0.7", "1", "1.37", "1.9", "2.5", "3.16", "4.2", "5.5", "7", "11", "23")
NONNEGATIVE = [mp.mpf(0), *POSITIVE]
NEGATIVE = [-x for x in POSITIVE]
LINE = [*NEGATIVE, *NONNEGATIVE]
SCALES = reals("0.2", "1", "3.5")
"""Values of a parameter that is positive."""
SIGNED = [-s for s in SCALES] + SCALES
VECTORS = [reals(*texts) for texts in (("0.7",), ("0", "0"), ("1", "-2", "0.5"), ("3", "3", "-1", "10"))]


def everywhere(test: Callable[..., bool], *axes: Iterable[Any]) -> bool:
    """Whether a relation holds at every point of a grid."""
    return all(test(*point) for point in product(*map(tuple, axes)))


def equal(left: Any, right: Any) -> bool:
    return bool(abs(left - right) <= mp.mpf(10) ** -25 * (1 + abs(left)))


def same(left: Real, right: Real, *axes: Iterable[Any]) -> bool:
    """Whether two functions agree at every point of a grid."""
    return everywhere(lambda *point: equal(left(*point), right(*point)), *axes)


def rounded(value: Any, decimals: str, digits: int) -> bool:
    """Whether `decimals` is the value rounded to so many significant digits."""
    target = mp.mpf(decimals)
    unit = mp.mpf(10) ** (int(mp.floor(mp.log10(abs(target)))) - digits + 1)
    assert equal(mp.nint(target / unit) * unit, target), "more digits are written than are claimed"
    return bool(abs(value - target) <= unit / 2)


def slope(f: Real, x: Any, order: int = 1) -> Any:
    """A derivative by differences at ten times the precision."""
    with mp.workdps(10 * DIGITS):
        return mp.diff(f, x, order, h=mp.mpf(10) ** (-2 * DIGITS))


def derivative(f: Real, claimed: Real, points: Iterable[Any], order: int = 1) -> bool:
    """Whether `claimed` is a derivative of f at the points."""
    return same(lambda x: slope(f, x, order), claimed, points)


def largest(f: Real, low: Any, high: Any, cells: int = 1500) -> Any:
    """The largest value of f on a fine grid: below the supremum, by little where f is smooth."""
    step = (mp.mpf(high) - low) / cells
    with mp.workdps(20):
        best = max(range(cells + 1), key=lambda k: f(low + k * step))
    centre, width = low + best * step, step
    for _ in range(12):
        points = [min(max(centre + k * width / 8, mp.mpf(low)), mp.mpf(high)) for k in range(-8, 9)]
        centre, width = max(points, key=f), width / 8
    return f(centre)


def tends(f: Real, target: Any, points: Sequence[Any]) -> bool:
    """Whether f comes close to a number along points, closer with each."""
    with mp.workdps(8 * DIGITS):
        distances = [abs(f(x) - target) for x in points]
    return bool(distances[-1] < mp.mpf(10) ** -3 and all(b <= a for a, b in pairwise(distances)))


TO_INFINITY = [mp.mpf(10) ** k for k in (1, 2, 3, 4)]
TO_MINUS_INFINITY = [-x for x in TO_INFINITY]
TO_ZERO = [mp.mpf(10) ** -k for k in (1, 2, 3, 4)]


@cache
def mean(f: Real) -> Any:
    """The mean over a standard normal variable of a function that has at most a kink at 0."""
    def density(z: Any) -> Any:
        return f(z) * mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi)

    return mp.quad(density, [-14, -6, -2, 0, 2, 6, 14])


def variance(f: Real) -> Any:
    return mean(lambda z: f(z) ** 2) - mean(f) ** 2


def to_float(value: Any, bits: int, smallest: int) -> Any:
    """The nearest float with so many bits, and 2^smallest the last subnormal."""
    if value == 0:
        return mp.mpf(0)
    unit = mp.mpf(2) ** max(int(mp.floor(mp.log(abs(value), 2))) - bits + 1, smallest)
    return mp.nint(value / unit) * unit


def float32(value: Any) -> Any:
    return to_float(mp.mpf(value), 24, -149)


def float16(value: Any) -> Any:
    return to_float(mp.mpf(value), 11, -24)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def softplus(x: Any) -> Any:
    return mp.log(1 + mp.exp(-abs(x))) + max(x, mp.mpf(0))


def normal(x: Any) -> Any:
    """The normal distribution function."""
    return mp.erfc(-x / mp.sqrt(2)) / 2


def density(x: Any) -> Any:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def gelu(x: Any) -> Any:
    return x * normal(x)


def gelu_tanh(x: Any) -> Any:
    return x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mp.mpf("0.044715") * x**3)))


def silu(x: Any) -> Any:
    return x * sigmoid(x)


def relu(x: Any) -> Any:
    return max(x, mp.mpf(0))


def softmax(v: Sequence[Any]) -> list[Any]:
    total = sum(mp.exp(x) for x in v)
    return [mp.exp(x) / total for x in v]


def logsumexp(v: Sequence[Any]) -> Any:
    return mp.log(sum(mp.exp(x) for x in v))

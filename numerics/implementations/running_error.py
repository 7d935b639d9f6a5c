"""float64 arithmetic that knows its own error: every operation returns a value and a bound on abs(error).

The bounds are the usual first-order running error analysis (Higham, Accuracy and Stability of Numerical
Algorithms, 3.3), written so that an overflow, a NaN or a lost digit shows as a large or infinite bound and never
as a small one. Library functions are taken to be good to LIBRARY_ULP units in the last place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

U = 2.0**-53
"""Unit roundoff of float64: the relative error of one correctly rounded operation."""
TINY = 2.0**-1074
"""The absolute error an underflow can add."""
LIBRARY_ULP = 2.0
"""Assumed accuracy of NumPy's elementary functions, in ULP (the worst measured was 1.12, by tanh with AVX-512), and
in ERF_ULP that of the C library's erf and erfc."""
ERF_ULP = 4.0

_erf = np.frompyfunc(math.erf, 1, 1)
_erfc = np.frompyfunc(math.erfc, 1, 1)


@dataclass(frozen=True, slots=True)
class Bounded:
    """Values and error bounds: abs(value - exact) <= error, elementwise; error is infinite where nothing is known."""

    value: Any
    error: Any

    def __add__(self, other: Bounded) -> Bounded:
        value = self.value + other.value
        part = value - self.value
        lost = (self.value - (value - part)) + (other.value - part)  # what rounding cut off, exactly (Knuth's TwoSum)
        return _checked(value, self.error + other.error + np.abs(lost))

    def __mul__(self, other: Bounded) -> Bounded:
        value = self.value * other.value
        error = np.abs(self.value) * other.error + np.abs(other.value) * self.error + self.error * other.error
        return _rounded(value, error, exact=_scaling(self, other, value) | _scaling(other, self, value))


@lru_cache(maxsize=4096)
def constant(value: fmpq) -> Bounded:
    """A rational as the nearest float64."""
    nearest = int(value.p) / int(value.q)
    p, q = nearest.as_integer_ratio()
    return Bounded(np.float64(nearest), np.float64(0.0 if fmpq(p, q) == value else U * abs(nearest)))


def inputs(value: NDArray[np.float64]) -> Bounded:
    """Exact inputs."""
    return Bounded(value, np.zeros_like(value))


def _checked(value: Any, error: Any) -> Bounded:
    return Bounded(value, np.where(np.isfinite(value) & ~np.isnan(error), error, np.inf))


def _rounded(value: Any, error: Any, ulps: float = 0.5, exact: Any = False) -> Bounded:
    """A result whose rounding adds `ulps`, at least TINY for an underflow; nothing where it is known to be exact."""
    rounding = np.where(exact, 0.0, np.maximum(ulps * np.spacing(np.abs(value)), TINY))
    return _checked(value, error + rounding)


def _is_zero(u: Bounded) -> Any:
    """Where u is exactly 0: there every product with it, and every f with f(0) = 0, is exact."""
    return (u.value == 0) & (u.error == 0)


def _relative(u: Bounded) -> Any:
    """error / abs(value), 0 for an exact 0, infinite above 1/4, where first-order bounds stop being safe."""
    ratio = u.error / np.abs(u.value)
    ratio = np.where(u.error == 0, 0.0, ratio)
    return np.where(ratio <= 0.25, ratio, np.inf)


def _scaling(factor: Bounded, u: Bounded, product: Any) -> Any:
    """Where a product is exact: the factor is exactly 0, or a power of two and the product no subnormal."""
    power_of_two = (np.abs(np.frexp(factor.value)[0]) == 0.5) & (factor.error == 0)
    return _is_zero(factor) | (power_of_two & (np.abs(product) >= 2.0**-1021)) | (power_of_two & _is_zero(u))


def power(u: Bounded, exponent: fmpq) -> Bounded:
    """u to a rational power."""
    n, size = int(exponent.p), abs(int(exponent.p)) / int(exponent.q)
    if exponent.q == 2:
        root = np.sqrt(u.value)
        return power(_rounded(root, 0.6 * _relative(u) * root, exact=_is_zero(u)), fmpq(n))
    if exponent.q == 1:
        value = np.ones_like(u.value)
        for _ in range(abs(n)):
            value = value * u.value
        value, operations = (1 / value, abs(n)) if n < 0 else (value, n - 1)
        rounding = 1.001 * U * operations * np.abs(value)
    else:
        value = np.power(u.value, n / int(exponent.q))
        rounding = (2 * LIBRARY_ULP + size * np.abs(np.log(u.value))) * 2 * U * np.abs(value)
    if n > 0 and size >= 1:  # convex: safe at and around 0 as well
        error = size * u.error * (np.abs(u.value) + u.error) ** (size - 1)
    else:
        error = np.abs(value) * np.where(u.error == 0, 0.0, np.expm1(-size * np.log1p(-_relative(u))))
    if n < 0:  # an overflow of u, or an underflow of its power, would pass unseen through the reciprocal
        unseen = np.isinf(u.value) | np.isinf(u.error) | (value == 0) | (np.abs(value) > 2.0**1020)
        error = np.where(unseen, np.inf, error)
    rounding = np.where(_is_zero(u) & (n > 0), 0.0, rounding + np.where(np.abs(value) < 2.0**-1020, TINY * abs(n), 0.0))
    return _checked(value, error + rounding)


def exp(u: Bounded) -> Bounded:
    value = np.exp(u.value)
    return _rounded(value, value * np.expm1(u.error), LIBRARY_ULP)


def expm1(u: Bounded) -> Bounded:
    value = np.expm1(u.value)
    return _rounded(value, (value + 1) * np.expm1(u.error), LIBRARY_ULP, _is_zero(u))


def log(u: Bounded) -> Bounded:
    return _rounded(np.log(u.value), -np.log1p(-_relative(u)), LIBRARY_ULP)


def log1p(u: Bounded) -> Bounded:
    ratio = u.error / (1 + u.value)
    return _rounded(np.log1p(u.value), -np.log1p(-np.where(ratio <= 0.25, ratio, np.inf)), LIBRARY_ULP, _is_zero(u))


def _decay(u: Bounded) -> Bounded:
    """exp(-abs(u)), the error of u left out."""
    return exp(Bounded(-np.abs(u.value), np.zeros_like(u.value)))


def softplus(u: Bounded) -> Bounded:
    """log(1 + exp(u)) without overflow or cancellation."""
    small = _decay(u)
    result = Bounded(np.maximum(u.value, 0.0), np.zeros_like(u.value)) + log1p(small)
    slope = np.where(u.value >= 0, 1.0, small.value)
    return _checked(result.value, result.error + slope * np.expm1(u.error))


def tanh(u: Bounded) -> Bounded:
    slope = np.minimum(1.0, 4 * np.exp(-2 * np.maximum(np.abs(u.value) - u.error, 0.0)))
    return _rounded(np.tanh(u.value), slope * u.error, LIBRARY_ULP, _is_zero(u))


def _gaussian_slope(u: Bounded) -> Any:
    return 1.1284 * np.exp(-(np.maximum(np.abs(u.value) - u.error, 0.0) ** 2))


def erf(u: Bounded) -> Bounded:
    return _rounded(np.asarray(_erf(u.value), np.float64), _gaussian_slope(u) * u.error, ERF_ULP, _is_zero(u))


def erfc(u: Bounded) -> Bounded:
    return _rounded(np.asarray(_erfc(u.value), np.float64), _gaussian_slope(u) * u.error, ERF_ULP)


def sinh(u: Bounded) -> Bounded:
    return _rounded(np.sinh(u.value), np.cosh(np.abs(u.value) + u.error) * u.error, LIBRARY_ULP, _is_zero(u))


def cosh(u: Bounded) -> Bounded:
    return _rounded(np.cosh(u.value), np.sinh(np.abs(u.value) + u.error) * u.error, LIBRARY_ULP)


def sin(u: Bounded) -> Bounded:
    return _rounded(np.sin(u.value), u.error, LIBRARY_ULP, _is_zero(u))


def cos(u: Bounded) -> Bounded:
    return _rounded(np.cos(u.value), u.error, LIBRARY_ULP)


def tan(u: Bounded) -> Bounded:
    value = np.tan(u.value)
    steep = (1 + value * value) * u.error
    return _rounded(value, np.where(steep * np.abs(value) <= 0.1, 1.5 * steep, np.inf), LIBRARY_ULP, _is_zero(u))


def atan(u: Bounded) -> Bounded:
    return _rounded(np.arctan(u.value), u.error, LIBRARY_ULP, _is_zero(u))

"""Wrong kernels, each with its cause, and near misses whose cause must not be named. Imported by worker processes."""

from __future__ import annotations

import functools
import math

import numpy as np

_erf = np.vectorize(math.erf)


def quiet(function):
    """A kernel without warnings, whose results have the dtype of its first input."""

    @functools.wraps(function)
    def called(*inputs):
        with np.errstate(all="ignore"):
            return np.asarray(function(*inputs)).astype(inputs[0].dtype)

    return called


def _sigmoid(x):
    return np.where(x > 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))


def _gelu(x):
    wide = x.astype(np.float64)
    return wide * np.vectorize(math.erfc)(-wide / math.sqrt(2)) / 2


def _gelu_tanh(x):
    wide = x.astype(np.float64)
    return wide / (1 + np.exp(-2 * math.sqrt(2 / math.pi) * (wide + 0.044715 * wide**3)))


@quiet
def gelu_by_erf(x):
    return x.dtype.type(0.5) * x * (1 + _erf((x / x.dtype.type(2**0.5)).astype(np.float64)).astype(x.dtype))


@quiet
def gelu_half_way(x):
    """Neither gelu nor its approximation."""
    return (_gelu(x) + _gelu_tanh(x)) / 2


@quiet
def gelu_noisy_tail(x):
    """Digits are lost, but not as 1 + erf loses them."""
    y = _gelu(x)
    return np.where(x < -2, y * (1 + 1e-3 * np.sin(1e4 * x.astype(np.float64))), y)


@quiet
def gelu_cut(x):
    """Zero where 1 + erf would be next to nothing, and right before."""
    return np.where(x < -5, 0 * x, _gelu(x))


@quiet
def gelu_tanh_by_tanh(x):
    inner = x.dtype.type(math.sqrt(2 / math.pi)) * (x + x.dtype.type(0.044715) * x**3)
    return x.dtype.type(0.5) * x * (1 + np.tanh(inner))


@quiet
def gelu_by_rounded_tanh(x):
    """Each operation is rounded: far from gelu where it is next to 0, and not as 1 + erf is."""
    return 0.5 * x * (1 + np.tanh(x * 0.79788456 * (1 + 0.044715 * x * x)))


@quiet
def mish_by_squares(x):
    """Its product with x overflows before the square of exp(x) does."""
    e = np.exp(x)
    n = e * e + 2 * e
    return x * n / (n + 2)


@quiet
def softplus_by_log(x):
    return np.log(1 + np.exp(x))


@quiet
def silu_slope(x):
    s = _sigmoid(x.astype(np.float32))
    return s * (1 + x * (1 - s))


@quiet
def silu(x):
    return x * _sigmoid(x)


@quiet
def silu_by_division(x):
    return x / (1 + np.exp(-x))


@quiet
def silu_nan_beyond_50(x):
    return np.where(x < -50, np.nan, x * _sigmoid(x))


@quiet
def leaky_02(x):
    return np.where(x >= 0, x, x * x.dtype.type(0.2))


@quiet
def leaky_two_slopes(x):
    return np.where(x >= 0, x, np.where(x < -1, x * x.dtype.type(0.2), x * x.dtype.type(0.01)))


@quiet
def exponential_less_one(x):
    return np.expm1(x)


@quiet
def tanh(x):
    return np.tanh(x)


@quiet
def one_minus_square(x):
    return 1 - np.tanh(x) ** 2


@quiet
def negated_left(x):
    return np.abs(np.tanh(x))


@quiet
def negated_far_left(x):
    return np.where(x < -1, -np.tanh(x), np.tanh(x))


@quiet
def clamped(x):
    return np.tanh(np.clip(x, -2, 2))


@quiet
def nearly_clamped(x):
    return np.where(np.abs(x) > 2, np.tanh(2 + (np.abs(x) - 2) / 100) * np.sign(x), np.tanh(x))


@quiet
def eight_bits(x):
    return np.round(np.tanh(x) * 127) / 127


@quiet
def wavy(x):
    return np.tanh(x) * (1 + 3e-6 * np.sin(1e5 * x.astype(np.float64)))


@quiet
def through_float32(x):
    return np.tanh(x.astype(np.float32))


@quiet
def as_bad_as_float32(x):
    return np.tanh(x) * (1 + 1e-7 * np.sin(1e3 * x))


@quiet
def hard_sigmoid_slope(x):
    return np.where(np.abs(x) < 3, np.float64(np.float32(1 / 6)), 0.0)


@quiet
def softplus_above_20(x):
    return np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 30))))


@quiet
def gates_exchanged(a, b):
    return _sigmoid(a) * b


@quiet
def gates_scaled(a, b):
    return a * _sigmoid(b) * a.dtype.type(1.001)


@quiet
def logit(x):
    """Each operation is rounded to the format of x."""
    return np.log(x / (1 - x))


@quiet
def logit_slope(x):
    return np.where((x > 0) & (x < 1), 1 / (x * (1 - x)), np.nan)


@quiet
def logit_of_rounded_quotient(x):
    """Two of three operations are rounded."""
    return np.log((x / (1 - x)).astype(np.float32) * (1 + np.float32(1e-4)))

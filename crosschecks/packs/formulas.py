"""Activations and their derivatives as tutorials write them: one line of NumPy each, with SciPy's erf.

They are under test, not for use: a formula that is true of real numbers can lose every digit in floats. The pack
`formulas` tests those named like an activation, with `NAME_derivative`; the others are further ways to write the same,
to be tested by name (`gradproof check gradproof.crosschecks.packs.formulas:softplus_logaddexp`).
Constants are Python's floats, so that the result keeps the dtype of x.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import erf  # pyright: ignore[reportMissingTypeStubs]  # SciPy has none

from ...numerics.floats.formats import Floats

SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def sigmoid(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-x))


def sigmoid_by_tanh(x: Floats) -> Floats:
    return 0.5 * (1 + np.tanh(0.5 * x))


def sigmoid_by_sign(x: Floats) -> Floats:
    """Never takes the exponential of a large number: what is usually called the stable one."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def sigmoid_derivative(x: Floats) -> Floats:
    s = sigmoid(x)
    return s * (1 - s)


def log_sigmoid(x: Floats) -> Floats:
    return -np.log(1 + np.exp(-x))


def log_sigmoid_derivative(x: Floats) -> Floats:
    return 1 - sigmoid(x)


def tanh(x: Floats) -> Floats:
    return np.tanh(x)


def tanh_by_exp(x: Floats) -> Floats:
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


def tanh_by_sigmoid(x: Floats) -> Floats:
    return 2 * sigmoid(2 * x) - 1


def tanh_derivative(x: Floats) -> Floats:
    return 1 - np.tanh(x) ** 2


def tanhshrink(x: Floats) -> Floats:
    return x - np.tanh(x)


def tanhshrink_derivative(x: Floats) -> Floats:
    return np.tanh(x) ** 2


def relu(x: Floats) -> Floats:
    return np.maximum(x, 0)


def relu_derivative(x: Floats) -> Floats:
    return (x > 0).astype(x.dtype)


def relu6(x: Floats) -> Floats:
    return np.minimum(np.maximum(x, 0), 6)


def relu6_derivative(x: Floats) -> Floats:
    return ((x > 0) & (x < 6)).astype(x.dtype)


def relu_squared(x: Floats) -> Floats:
    return np.maximum(x, 0) ** 2


def relu_squared_derivative(x: Floats) -> Floats:
    return 2 * np.maximum(x, 0)


def leaky_relu(x: Floats, negative_slope: float = 0.01) -> Floats:
    return np.where(x > 0, x, negative_slope * x)


def leaky_relu_derivative(x: Floats, negative_slope: float = 0.01) -> Floats:
    return np.where(x > 0, np.ones_like(x), negative_slope)


def elu(x: Floats, alpha: float = 1.0) -> Floats:
    return np.where(x > 0, x, alpha * np.expm1(x))


def elu_by_exp(x: Floats, alpha: float = 1.0) -> Floats:
    return np.where(x > 0, x, alpha * (np.exp(x) - 1))


def elu_derivative(x: Floats, alpha: float = 1.0) -> Floats:
    return np.where(x > 0, 1.0, alpha * np.exp(x))


def celu(x: Floats, alpha: float = 1.0) -> Floats:
    return np.maximum(x, 0) + np.minimum(0, alpha * np.expm1(x / alpha))


def celu_derivative(x: Floats, alpha: float = 1.0) -> Floats:
    return np.where(x > 0, 1.0, np.exp(x / alpha))


def selu(x: Floats) -> Floats:
    return SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(x))


def selu_by_exp(x: Floats) -> Floats:
    return SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * (np.exp(x) - 1))


def selu_derivative(x: Floats) -> Floats:
    return SELU_SCALE * np.where(x > 0, 1.0, SELU_ALPHA * np.exp(x))


def gelu(x: Floats) -> Floats:
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))


def gelu_derivative(x: Floats) -> Floats:
    return 0.5 * (1 + erf(x / math.sqrt(2))) + x * np.exp(-0.5 * x**2) / math.sqrt(2 * math.pi)


def gelu_tanh(x: Floats) -> Floats:
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def gelu_tanh_derivative(x: Floats) -> Floats:
    t = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x**2)


def quick_gelu(x: Floats) -> Floats:
    return x * sigmoid(1.702 * x)


def quick_gelu_derivative(x: Floats) -> Floats:
    s = sigmoid(1.702 * x)
    return s + 1.702 * x * s * (1 - s)


def silu(x: Floats) -> Floats:
    return x * sigmoid(x)


def silu_by_division(x: Floats) -> Floats:
    return x / (1 + np.exp(-x))


def silu_derivative(x: Floats) -> Floats:
    s = sigmoid(x)
    return s + x * s * (1 - s)


def swish(x: Floats, beta: float = 1.0) -> Floats:
    return x * sigmoid(beta * x)


def swish_derivative(x: Floats, beta: float = 1.0) -> Floats:
    s = sigmoid(beta * x)
    return beta * x * s + s * (1 - beta * x * s)


def softplus(x: Floats) -> Floats:
    return np.log1p(np.exp(x))


def softplus_logaddexp(x: Floats) -> Floats:
    return np.logaddexp(x, 0)


def softplus_by_log(x: Floats) -> Floats:
    return np.log(1 + np.exp(x))


def softplus_by_sign(x: Floats) -> Floats:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def softplus_derivative(x: Floats) -> Floats:
    return sigmoid(x)


def mish(x: Floats) -> Floats:
    return x * np.tanh(softplus(x))


def mish_derivative(x: Floats) -> Floats:
    t = np.tanh(softplus(x))
    return t + x * sigmoid(x) * (1 - t**2)


def softsign(x: Floats) -> Floats:
    return x / (1 + np.abs(x))


def softsign_derivative(x: Floats) -> Floats:
    return 1 / (1 + np.abs(x)) ** 2


def squareplus(x: Floats, b: float = 4.0) -> Floats:
    return 0.5 * (x + np.sqrt(x**2 + b))


def squareplus_derivative(x: Floats, b: float = 4.0) -> Floats:
    return 0.5 * (1 + x / np.sqrt(x**2 + b))


def hard_sigmoid(x: Floats) -> Floats:
    return np.clip(x / 6 + 0.5, 0, 1)


def hard_sigmoid_derivative(x: Floats) -> Floats:
    return ((x > -3) & (x < 3)).astype(x.dtype) / 6


def hard_tanh(x: Floats, min_val: float = -1.0, max_val: float = 1.0) -> Floats:
    return np.clip(x, min_val, max_val)


def hard_tanh_derivative(x: Floats, min_val: float = -1.0, max_val: float = 1.0) -> Floats:
    return ((x > min_val) & (x < max_val)).astype(x.dtype)


def hard_swish(x: Floats) -> Floats:
    return x * np.clip(x + 3, 0, 6) / 6


def hard_swish_derivative(x: Floats) -> Floats:
    return np.where(x < -3, 0.0, np.where(x > 3, 1.0, x / 3 + 0.5))


def hard_shrink(x: Floats, lambd: float = 0.5) -> Floats:
    return np.where(np.abs(x) > lambd, x, 0)


def hard_shrink_derivative(x: Floats, lambd: float = 0.5) -> Floats:
    return (np.abs(x) > lambd).astype(x.dtype)


def soft_shrink(x: Floats, lambd: float = 0.5) -> Floats:
    return np.sign(x) * np.maximum(np.abs(x) - lambd, 0)


def soft_shrink_derivative(x: Floats, lambd: float = 0.5) -> Floats:
    return (np.abs(x) > lambd).astype(x.dtype)


def gaussian(x: Floats) -> Floats:
    return np.exp(-(x**2))


def gaussian_derivative(x: Floats) -> Floats:
    return -2 * x * np.exp(-(x**2))


def logcosh(x: Floats) -> Floats:
    return np.log(np.cosh(x))


def logcosh_derivative(x: Floats) -> Floats:
    return np.tanh(x)

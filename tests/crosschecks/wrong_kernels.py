"""Kernels with the faults that people report, each next to what it should compute; and right ones in many forms.

A wrong kernel is (name, activation, options of `check`, function of a float32 array); all of it in plain NumPy float32.
"""

from __future__ import annotations

import math

import numpy as np

F = np.float32
erf = np.vectorize(math.erf, otypes=[np.float32])
ROOT2 = F(math.sqrt(2))
SELU_ALPHA, SELU_SCALE = F(1.6732632423543772), F(1.0507009873554805)


def exact(function):
    """The function computed in float64 and rounded once."""

    def kernel(x):
        return np.asarray(function(x.astype(np.float64))).astype(np.float32)

    return kernel


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def silu(x):
    return np.maximum(x, -200) * stable_sigmoid(x)


def stable_sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def windowed(function, first, factor=1.0001, count=128):
    """The function, wrong in a window of neighbouring float32s whose first has this bit pattern."""

    def kernel(x):
        bits = x.view(np.uint32).astype(np.int64)
        y = function(x)
        return np.where((bits >= first) & (bits < first + count), y * F(factor), y)

    return kernel


def table(function, low, high, steps):
    """Piecewise constant in equal steps, the ends beyond."""

    def kernel(x):
        grid = np.linspace(low, high, steps)
        values = function(grid)
        at = np.clip(np.rint((np.nan_to_num(x.astype(np.float64)) - low) / (high - low) * (steps - 1)), 0, steps - 1)
        return np.where(np.isnan(x), np.nan, values[at.astype(int)]).astype(np.float32)

    return kernel


def lerp(function, low, high, steps):
    """Interpolated between equal steps, constant beyond."""

    def kernel(x):
        grid = np.linspace(low, high, steps)
        return np.interp(x.astype(np.float64), grid, function(grid)).astype(np.float32)

    return kernel


def tail(right, wrong, width=8):
    """The first function in whole vectors, the other in what is left of an array."""

    def kernel(x):
        y = right(x)
        if y.ndim == 1 and len(x) % width:
            cut = len(x) - len(x) % width
            y[cut:] = wrong(x[cut:])
        return y

    return kernel


def strided(right, wrong):
    def kernel(x):
        return right(x) if x.flags.c_contiguous else wrong(x)

    return kernel


right_sigmoid, right_tanh, right_silu = exact(stable_sigmoid), exact(np.tanh), exact(silu)
right_gelu = exact(lambda x: np.maximum(x, -40) * 0.5 * np.vectorize(math.erfc, otypes=[float])(-x / math.sqrt(2)))
right_softplus, right_exp = exact(softplus), exact(np.exp)
DERIVATIVE = {"implements": 1}


def tanh_by_expm1(x):
    e = np.expm1(-2 * np.minimum(np.abs(x), 20))
    return np.copysign(-e / (2 + e), x)


def tanh_slope(x):
    return 1 - np.tanh(x) ** 2


def gelu_slope(x):
    phi = np.exp(-x * x / 2) / F(math.sqrt(2 * math.pi))
    return (1 + erf(x / ROOT2)) / 2 + x * phi


WRONG = [
    # values: overflow, cancellation, saturation
    ("silu by division", "silu", {}, lambda x: x / (1 + np.exp(-x))),
    ("gelu by 1 + erf", "gelu", {}, lambda x: x * (1 + erf(x / ROOT2)) / 2),
    ("gelu in the tanh form", "gelu", {}, lambda x: x / 2 * (1 + np.tanh(F(0.7978846) * (x + F(0.044715) * x**3)))),
    ("gelu in the sigmoid form", "gelu", {}, lambda x: x * stable_sigmoid(F(1.702) * x)),
    ("gelu_tanh as gelu", "gelu_tanh", {}, right_gelu),
    ("gelu_tanh with 0.044", "gelu_tanh", {}, lambda x: x / 2 * (1 + np.tanh(F(0.79788456) * (x + F(0.044) * x**3)))),
    ("softplus by log of 1 + exp", "softplus", {}, lambda x: np.log(1 + np.exp(x))),
    ("softplus with a threshold of 10", "softplus", {}, lambda x: np.where(x > 10, x, softplus(x))),
    ("softplus with base 2", "softplus", {}, lambda x: np.log2(1 + np.exp2(np.minimum(x, 100)))),
    ("log_sigmoid by log of sigmoid", "log_sigmoid", {}, lambda x: np.log(sigmoid(x))),
    ("log_sigmoid clipped", "log_sigmoid", {}, lambda x: np.log(np.maximum(stable_sigmoid(x), F(1e-7)))),
    ("elu by exp - 1", "elu", {}, lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)),
    ("mish by softplus of exp", "mish", {}, lambda x: x * np.tanh(np.log(1 + np.exp(x)))),
    ("tanh by exponentials", "tanh", {}, lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))),
    ("tanh by 2 sigmoid - 1", "tanh", {}, lambda x: 2 * stable_sigmoid(2 * x) - 1),
    ("tanh clipped at 4", "tanh", {}, lambda x: np.tanh(np.clip(x, -4, 4))),
    ("tanh as a rational function", "tanh", {}, lambda x: x * (27 + x * x) / (27 + 9 * x * x)),
    ("tanhshrink by difference", "tanhshrink", {}, lambda x: x - np.tanh(x)),
    ("logit by division", "logit", {"max_ulp": 8}, lambda p: np.log(p / (1 - p))),
    ("erf by a polynomial", "erf", {}, lambda x: np.sign(x) * (1 - 1 / (1 + F(0.278393) * abs(x) + F(0.230389) * x * x
        + F(0.000972) * abs(x) ** 3 + F(0.078108) * x**4) ** 4)),
    ("exponential by a short series", "exponential", {}, lambda x: 1 + x + x * x / 2 + x**3 / 6),
    ("exponential clipped at 80", "exponential", {}, lambda x: np.exp(np.minimum(x, 80))),
    ("gaussian of abs", "gaussian", {}, lambda x: np.exp(-np.abs(x))),
    # parameters and signs
    ("leaky_relu with slope 0.2", "leaky_relu", {}, lambda x: np.where(x > 0, x, F(0.2) * x)),
    ("leaky_relu with slope 0.1", "leaky_relu", {}, lambda x: np.where(x > 0, x, F(0.1) * x)),
    ("leaky_relu as relu", "leaky_relu", {}, lambda x: np.maximum(x, 0)),
    ("leaky_relu with the other sign", "leaky_relu", {}, lambda x: np.where(x > 0, x, F(-0.01) * x)),
    ("elu with alpha 2", "elu", {}, lambda x: np.where(x > 0, x, 2 * np.expm1(np.minimum(x, 0)))),
    ("elu as selu", "elu", {}, lambda x: SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0)))),
    ("selu with rounded constants", "selu", {}, lambda x: F(1.0507) * np.where(x > 0, x, F(1.6733)
        * np.expm1(np.minimum(x, 0)))),
    ("selu without its scale", "selu", {}, lambda x: np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0)))),
    ("hard_sigmoid with slope 0.2", "hard_sigmoid", {}, lambda x: np.clip(F(0.2) * x + F(0.5), 0, 1)),
    ("hard_swish with slope 1/5", "hard_swish", {}, lambda x: x * np.clip(x / 5 + F(0.5), 0, 1)),
    ("hard_tanh to 0.9", "hard_tanh", {}, lambda x: np.clip(x, F(-0.9), F(0.9))),
    ("relu6 to 5", "relu6", {}, lambda x: np.clip(x, 0, 5)),
    ("relu6 as relu", "relu6", {}, lambda x: np.maximum(x, 0)),
    ("soft_shrink with the threshold left", "soft_shrink", {}, lambda x: np.where(np.abs(x) > 0.5, x, F(0))),
    ("hard_shrink with the threshold taken", "hard_shrink", {}, lambda x: np.sign(x)
        * np.maximum(np.abs(x) - F(0.5), 0)),
    ("sigmoid as silu", "sigmoid", {}, right_silu),
    ("silu as gelu", "silu", {}, right_gelu),
    ("sigmoid of -x", "sigmoid", {}, exact(lambda x: stable_sigmoid(-x))),
    ("sigmoid of 2x", "sigmoid", {}, exact(lambda x: stable_sigmoid(2 * x))),
    ("softsign by its square", "softsign", {}, lambda x: x / np.sqrt(1 + x * x)),
    ("sine in degrees", "sine", {}, lambda x: np.sin(x * F(math.pi / 180))),
    ("sine by a series", "sine", {}, lambda x: x - x**3 / 6 + x**5 / 120),
    ("relu without NaN", "relu", {}, lambda x: np.where(x > 0, x, F(0))),
    ("relu of infinity", "relu", {}, lambda x: x * (x > 0)),
    ("sigmoid above 1", "sigmoid", {}, lambda x: right_sigmoid(x) * F(1.00001)),
    ("a sigmoid that steps back", "sigmoid", {}, lambda x: np.where((x > 1) & (x < 1.01), F(0.7), right_sigmoid(x))),
    # derivatives
    ("tanh' by 1 - y^2", "tanh", DERIVATIVE, tanh_slope),
    ("sigmoid' by y (1 - y)", "sigmoid", DERIVATIVE, lambda x: stable_sigmoid(x) * (1 - stable_sigmoid(x))),
    ("sigmoid' of the output", "sigmoid", DERIVATIVE, lambda x: right_sigmoid(right_sigmoid(x))),
    ("silu' without its second term", "silu", DERIVATIVE, right_sigmoid),
    ("silu as silu'", "silu", DERIVATIVE, right_silu),
    ("gelu' by 1 + erf", "gelu", DERIVATIVE, gelu_slope),
    ("relu' of 2 at 0", "relu", DERIVATIVE, lambda x: np.where(x > 0, F(1), np.where(x == 0, F(2), F(0)))),
    ("relu' negative at 0", "relu", DERIVATIVE, lambda x: np.where(x > 0, F(1), np.where(x == 0, F(-1), F(0)))),
    ("leaky_relu' at the kink", "leaky_relu", DERIVATIVE, lambda x: np.where(x > 0, F(1), np.where(x == 0, F(0),
        F(0.01)))),
    ("elu' with alpha 2", "elu", DERIVATIVE, lambda x: np.where(x > 0, F(1), 2 * np.exp(np.minimum(x, 0)))),
    ("elu' by its value", "elu", DERIVATIVE, lambda x: np.where(x > 0, F(1), np.exp(np.minimum(x, 0)) - 1)),
    ("softplus' as sigmoid of -x", "softplus", DERIVATIVE, exact(lambda x: stable_sigmoid(-x))),
    ("hard_swish' without its kinks", "hard_swish", DERIVATIVE, lambda x: (2 * x + 3) / 6),
    # windows of neighbouring inputs, tables
    ("sigmoid in a window near 1", "sigmoid", {}, windowed(right_sigmoid, 0x3F812340)),
    ("sigmoid in a window near -7", "sigmoid", {}, windowed(right_sigmoid, 0xC0E23456)),
    ("tanh in a window near 0.3", "tanh", {}, windowed(right_tanh, 0x3E9ABCD0)),
    ("gelu in a window near -2", "gelu", {}, windowed(right_gelu, 0xC0012345)),
    ("silu in a window near 12", "silu", {}, windowed(right_silu, 0x41412345)),
    ("softplus in a window near -0.01", "softplus", {}, windowed(right_softplus, 0xBC23D70A)),
    ("exponential in a window near 55", "exponential", {}, windowed(right_exp, 0x425C1234)),
    ("sigmoid as a table of 256", "sigmoid", {}, table(stable_sigmoid, -8, 8, 256)),
    ("sigmoid as a table of 65536", "sigmoid", {}, table(stable_sigmoid, -8, 8, 65536)),
    ("tanh interpolated from 1024", "tanh", {}, lerp(np.tanh, -5, 5, 1024)),
    ("gelu interpolated from 4096", "gelu", {}, lerp(lambda x: right_gelu(x.astype(F)).astype(float), -6, 6, 4096)),
    # lanes and strides
    ("sigmoid with a rough tail", "sigmoid", {}, tail(right_sigmoid, lambda x: right_sigmoid(x) * F(1.0001))),
    ("tanh with a rough tail", "tanh", {}, tail(right_tanh, lambda x: x)),
    ("silu of strides", "silu", {}, strided(right_silu, lambda x: right_silu(np.ascontiguousarray(x)) * F(1.001))),
    ("sigmoid with a shifted lane", "sigmoid", {}, lambda x: right_sigmoid(np.where(
        np.arange(x.size).reshape(x.shape) % 8 == 7, x + F(0.25), x))),
    ("tanh of the first element", "tanh", {}, tail(right_tanh, lambda x: np.full_like(x, np.tanh(x.flat[0])))),
]  # fmt: skip

RIGHT = [
    ("sigmoid by two branches", "sigmoid", {}, stable_sigmoid),
    ("sigmoid by 1/(1 + exp(-x))", "sigmoid", {}, sigmoid),
    ("sigmoid by tanh", "sigmoid", {}, exact(lambda x: np.where(x < -5, stable_sigmoid(x), (1 + np.tanh(x / 2)) / 2))),
    ("sigmoid in float64", "sigmoid", {}, right_sigmoid),
    ("silu by sigmoid", "silu", {}, silu),
    ("silu in float64", "silu", {}, right_silu),
    ("tanh", "tanh", {}, np.tanh),
    ("tanh by expm1", "tanh", {}, tanh_by_expm1),
    ("tanh in float64", "tanh", {}, right_tanh),
    ("softplus by log1p", "softplus", {}, softplus),
    ("softplus by logaddexp", "softplus", {}, lambda x: np.logaddexp(F(0), x)),
    ("log_sigmoid by log1p", "log_sigmoid", {}, lambda x: np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))),
    ("log_sigmoid by logaddexp", "log_sigmoid", {}, lambda x: -np.logaddexp(F(0), -x)),
    ("gelu by erfc in float64", "gelu", {}, right_gelu),
    ("elu by expm1", "elu", {}, lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0)))),
    ("selu by expm1", "selu", {}, lambda x: SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0)))),
    ("celu by expm1", "celu", {}, lambda x: np.maximum(x, 0) + np.minimum(np.expm1(np.minimum(x, 0)), 0)),
    ("relu by maximum", "relu", {}, lambda x: np.maximum(x, 0)),
    ("leaky_relu by where", "leaky_relu", {}, lambda x: np.where(x > 0, x, F(0.01) * x)),
    ("hard_tanh by clip", "hard_tanh", {}, lambda x: np.clip(x, -1, 1)),
    ("hard_sigmoid by clip", "hard_sigmoid", {}, exact(lambda x: np.clip(x / 6 + 0.5, 0, 1))),
    ("relu6 by clip", "relu6", {}, lambda x: np.clip(x, 0, 6)),
    ("softsign", "softsign", {}, exact(lambda x: np.where(np.isinf(x), np.sign(x), x / (1 + np.abs(x))))),
    ("exponential", "exponential", {}, np.exp),
    ("arctan", "arctan", {}, np.arctan),
    ("erf", "erf", {}, erf),
    ("tanh' by cosh in float64", "tanh", DERIVATIVE, exact(lambda x: 4 / (np.exp(np.minimum(np.abs(x), 350))
        + np.exp(-np.minimum(np.abs(x), 350))) ** 2 + 0 * np.where(np.isnan(x), x, 0))),
    ("sigmoid' by exp", "sigmoid", DERIVATIVE, exact(lambda x: np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))) ** 2)),
    ("softplus' as sigmoid", "softplus", DERIVATIVE, stable_sigmoid),
    ("relu' by comparison", "relu", DERIVATIVE, lambda x: (x > 0).astype(F)),
    ("elu' by exp", "elu", DERIVATIVE, lambda x: np.where(x > 0, F(1), np.exp(np.minimum(x, 0)))),
]  # fmt: skip

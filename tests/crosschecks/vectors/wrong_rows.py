"""Kernels of functions of a row with one known fault each; gradients take the row and a cotangent."""

from __future__ import annotations

import math

import numpy as np

from . import right_rows as right


def softmax_without_the_largest(x):
    """Overflows."""
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True)


def softmax_over_the_wrong_axis(x):
    """Down the batch."""
    return right.softmax(x.T).T


def softmax_over_the_batch(x):
    """All rows sum to 1 together."""
    return right.softmax(x.reshape(1, -1)).reshape(x.shape)


def softmax_less_the_largest_of_the_batch(x):
    """Rows far below it vanish."""
    e = np.exp(x - x.max())
    return e / e.sum(axis=-1, keepdims=True)


def softmax_of_masks_is_nan(x):
    """0 times -inf."""
    return right.softmax(x) + 0 * x


def softmax_of_masks_counts_them(x):
    """A mask as a large number below."""
    return right.softmax(np.maximum(x, -20).astype(x.dtype))


def softmax_without_the_tail(x):
    """Sums in blocks of 8 only."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    whole = x.shape[-1] // 8 * 8
    return e / (e[..., :whole] if whole else e).sum(axis=-1, keepdims=True)


def softmax_without_number_1024(x):
    """Off by one where a row is longer than a block."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e[..., :1024].sum(axis=-1, keepdims=True)


def softmax_guarded(x):
    """A small number against division by 0."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / (e.sum(axis=-1, keepdims=True) + x.dtype.type(2e-6))


def softmax_by_bfloat16(x):
    """The exponential's argument loses digits."""
    shifted = (x - x.max(axis=-1, keepdims=True)).astype(np.float32)
    e = np.exp((shifted.view(np.uint32) & 0xFFFF0000).view(np.float32))
    return (e / e.sum(axis=-1, keepdims=True)).astype(x.dtype)


def softmax_swallows_nan(x):
    """NaN is taken for 0."""
    return right.softmax(np.nan_to_num(x, nan=0, posinf=np.inf, neginf=-np.inf))


def softmax_poisoned_by_a_neighbour(x):
    """A NaN anywhere is a NaN everywhere."""
    return right.softmax(x) + 0 * np.sum(x[np.isnan(x)], dtype=x.dtype)


def softmax_in_place(x):
    """Writes into its input."""
    result = right.softmax(x)
    x[:] = result
    return result


def softmax_of_float64(x):
    """Another dtype."""
    return right.softmax(x.astype(np.float64))


def softmax_summed_in_float16(x):
    """The sum loses its last digits over many numbers."""
    e = np.exp((x - x.max(axis=-1, keepdims=True)).astype(np.float32)).astype(np.float16)
    total = np.add.accumulate(e, axis=-1, dtype=np.float16)[..., -1:]
    return (e.astype(np.float32) / total).astype(x.dtype)


def softmin_as_softmax(x):
    """The sign is missing."""
    return right.softmax(x)


def log_softmax_by_log(x):
    """The logarithm of an underflow."""
    return np.log(right.softmax(x))


def log_softmax_without_the_largest(x):
    """Overflows."""
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def log_softmax_to_base_2(x):
    """Another logarithm."""
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log2(np.exp(shifted).sum(axis=-1, keepdims=True))


def log_softmax_of_a_large_row(x):
    """logsumexp of the row is rounded before it is taken away."""
    return x - right.logsumexp(x)[..., None]


def logsumexp_without_the_largest(x):
    """Overflows."""
    return np.log(np.exp(x).sum(axis=-1))


def logsumexp_of_the_mean(x):
    """The logarithm of a mean."""
    return right.logsumexp(x) - x.dtype.type(math.log(x.shape[-1]))


def layer_norm_unbiased(x):
    """Divides by n - 1."""
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred * centred).sum(axis=-1, keepdims=True) / max(x.shape[-1] - 1, 1)
    return (centred / np.sqrt(variance + x.dtype.type(1e-5))).astype(x.dtype)


def layer_norm_eps_outside(x):
    """eps beside the root."""
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / (np.sqrt((centred * centred).mean(axis=-1, keepdims=True)) + x.dtype.type(1e-5))


def layer_norm_by_squares(x):
    """E[x^2] - E[x]^2 cancels."""
    mean = x.mean(axis=-1, keepdims=True)
    variance = np.maximum((x * x).mean(axis=-1, keepdims=True) - mean * mean, 0)
    return (x - mean) / np.sqrt(variance + x.dtype.type(1e-5))


def layer_norm_without_eps(x):
    """A row of equal numbers is 0 / 0."""
    return right.layer_norm(x, 0)


def layer_norm_with_another_eps(x):
    """rms_norm's."""
    return right.layer_norm(x, 1e-6)


def layer_norm_of_the_batch(x):
    """Mean and variance of everything."""
    return right.layer_norm(x.reshape(1, -1)).reshape(x.shape)


def rms_norm_squared_in_float16(x):
    """Squares overflow."""
    return right.rms_norm(x.astype(np.float16)).astype(x.dtype)


def rms_norm_eps_outside(x):
    """eps beside the root."""
    return x / (np.sqrt((x * x).mean(axis=-1, keepdims=True)) + x.dtype.type(1e-6))


def rms_norm_less_the_mean(x):
    """layer_norm."""
    return right.layer_norm(x, 1e-6)


def rms_norm_of_the_sum(x):
    """The n is missing."""
    return x / np.sqrt((x * x).sum(axis=-1, keepdims=True) + x.dtype.type(1e-6))


def glu_with_swapped_halves(x):
    """The sigmoid of the wrong half."""
    a, b = np.split(x, 2, axis=-1)
    return b * right.sigmoid(a)


def glu_of_pairs(x):
    """Neighbours instead of halves."""
    return x[..., ::2] * right.sigmoid(x[..., 1::2])


def swiglu_with_sigmoid(x):
    """glu the other way round."""
    a, b = np.split(x, 2, axis=-1)
    return right.sigmoid(a) * b


def geglu_by_tanh(x):
    """The approximation of GELU."""
    a, b = np.split(x.astype(np.float64), 2, axis=-1)
    return (a / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (a + 0.044715 * a**3))) * b).astype(x.dtype)


def softmax_gradient_without_the_product(x, c):
    """The diagonal of the Jacobian only."""
    y = right.softmax(x)
    return y * (1 - y) * c


def softmax_gradient_of_the_batch(x, c):
    """The product is summed over all rows."""
    y = right.softmax(x)
    return y * (c - (y * c).sum())


def log_softmax_gradient_without_the_sum(x, c):
    """softmax times each cotangent."""
    return c - right.softmax(x) * c


def layer_norm_gradient_without_the_mean(x, c):
    """What lies along the ones is left."""
    centred = x - x.mean(axis=-1, keepdims=True)
    root = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + x.dtype.type(1e-5))
    y = centred / root
    return (c - y * (c * y).mean(axis=-1, keepdims=True)) / root


def rms_norm_gradient_by_the_root_alone(x, c):
    """The root as a constant."""
    return c / np.sqrt((x * x).mean(axis=-1, keepdims=True) + x.dtype.type(1e-6))


def logsumexp_gradient_without_the_cotangent(x, c):
    """softmax alone."""
    return right.softmax(x)


def glu_gradient_with_swapped_halves(x, c):
    """Right numbers in the wrong order."""
    a, b = np.split(right.glu_gradient(x, c), 2, axis=-1)
    return np.concatenate([b, a], axis=-1)

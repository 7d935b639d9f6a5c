"""Kernels of functions of a row that are right, in different stable forms; gradients take the row and a cotangent."""

from __future__ import annotations

import math

import numpy as np

erfc = np.vectorize(math.erfc, otypes=[float])


def _exps(x):
    return np.exp(x - x.max(axis=-1, keepdims=True))


def softmax(x):
    """Less the largest number."""
    e = _exps(x)
    return e / e.sum(axis=-1, keepdims=True)


def softmax_by_reciprocal(x):
    """The sum inverted once."""
    e = _exps(x)
    return e * (1 / e.sum(axis=-1, keepdims=True))


def softmax_by_exp2(x):
    """In powers of 2, as kernels for accelerators have it."""
    log2_e = x.dtype.type(1.4426950408889634)
    e = np.exp2((x - x.max(axis=-1, keepdims=True)) * log2_e)
    return e / e.sum(axis=-1, keepdims=True)


def softmax_by_log_softmax(x):
    """The exponential of the logarithm."""
    return np.exp(log_softmax(x))


def softmax_online(x):
    """One pass, the sum rescaled whenever the largest number so far grows."""
    largest, total = x[..., 0].copy(), np.ones_like(x[..., 0])
    with np.errstate(invalid="ignore"):
        for k in range(1, x.shape[-1]):
            new = np.maximum(largest, x[..., k])
            moved = np.where(np.isneginf(largest) & np.isneginf(new), 1, np.exp(largest - new))
            total = total * moved + np.where(np.isneginf(x[..., k]), 0, np.exp(x[..., k] - new))
            largest = new
        return np.exp(x - largest[..., None]) / total[..., None]


def softmax_summed_in_order(x):
    """One number after the other."""
    e = _exps(x)
    return e / np.add.accumulate(e, axis=-1, dtype=e.dtype)[..., -1:]


def softmax_in_float32(x):
    """Rounded once, whatever the format."""
    return softmax(x.astype(np.float32)).astype(x.dtype)


def softmin(x):
    """softmax of the negative."""
    return softmax(-x)


def logsumexp(x):
    """Less the largest number; of -inf alone -inf."""
    largest = x.max(axis=-1, keepdims=True)
    finite = np.where(np.isfinite(largest), largest, 0)
    return (np.log(np.exp(x - finite).sum(axis=-1, keepdims=True)) + finite)[..., 0]


def log_softmax(x):
    """Less the largest number, less the logarithm of the sum."""
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def log_softmax_by_logsumexp(x):
    """Less logsumexp of the shifted row."""
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - logsumexp(shifted)[..., None]


def _root(x, axis_mean, eps):
    return np.sqrt(axis_mean + x.dtype.type(eps))


def layer_norm(x, eps=1e-5):
    """Mean first, then variance."""
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / _root(x, (centred * centred).mean(axis=-1, keepdims=True), eps)


def layer_norm_by_welford(x, eps=1e-5):
    """Mean and variance in one pass."""
    mean, squares = np.zeros_like(x[..., 0]), np.zeros_like(x[..., 0])
    for k in range(x.shape[-1]):
        delta = x[..., k] - mean
        mean = mean + delta / x.dtype.type(k + 1)
        squares = squares + delta * (x[..., k] - mean)
    variance = squares / x.dtype.type(x.shape[-1])
    return (x - mean[..., None]) / _root(x, variance[..., None], eps)


def layer_norm_in_float64(x, eps=1e-5):
    """Rounded once."""
    return layer_norm(x.astype(np.float64), eps).astype(x.dtype)


def rms_norm(x, eps=1e-6):
    """The mean of squares."""
    return x / _root(x, (x * x).mean(axis=-1, keepdims=True), eps)


def rms_norm_by_reciprocal(x, eps=1e-6):
    """The root inverted once."""
    return x * (1 / _root(x, (x * x).mean(axis=-1, keepdims=True), eps))


def rms_norm_in_float32(x, eps=1e-6):
    """Rounded once, whatever the format."""
    return rms_norm(x.astype(np.float32), eps).astype(x.dtype)


def sigmoid(x):
    """Never the exponential of a large number."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def _halves(x):
    return np.split(x, 2, axis=-1)


def glu(x):
    """The first half times the sigmoid of the second."""
    a, b = _halves(x)
    return a * sigmoid(b)


def swiglu(x):
    """SiLU of the first half times the second."""
    a, b = _halves(x)
    return a * sigmoid(a) * b


def geglu(x):
    """GELU of the first half times the second."""
    a, b = _halves(x)
    return (a * (0.5 * erfc(-a.astype(np.float64) / math.sqrt(2))) * b).astype(x.dtype)


def softmax_gradient(x, c):
    """The Jacobian has a diagonal less a product."""
    y = softmax(x)
    return y * (c - (y * c).sum(axis=-1, keepdims=True))


def log_softmax_gradient(x, c):
    """The cotangent less softmax times its sum."""
    return c - softmax(x) * c.sum(axis=-1, keepdims=True)


def logsumexp_gradient(x, c):
    """softmax."""
    return softmax(x) * c[..., None]


def layer_norm_gradient(x, c, eps=1e-5):
    """Less the mean, and less what lies along the result."""
    centred = x - x.mean(axis=-1, keepdims=True)
    root = _root(x, (centred * centred).mean(axis=-1, keepdims=True), eps)
    y = centred / root
    return (c - c.mean(axis=-1, keepdims=True) - y * (c * y).mean(axis=-1, keepdims=True)) / root


def rms_norm_gradient(x, c, eps=1e-6):
    """Less what lies along the result."""
    root = _root(x, (x * x).mean(axis=-1, keepdims=True), eps)
    y = x / root
    return (c - y * (c * y).mean(axis=-1, keepdims=True)) / root


def glu_gradient(x, c):
    """Both halves in a row."""
    a, b = _halves(x)
    s, t = sigmoid(b), sigmoid(-b)
    return np.concatenate([c * s, s * t * a * c], axis=-1)

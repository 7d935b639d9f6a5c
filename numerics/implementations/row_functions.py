"""NumPy implementations of the functions of a row, along the last axis, and of their vector-Jacobian products.

Everything is computed in float64 from differences to the row's largest number, or from a row scaled by a power of 2, so
that nothing overflows that need not; narrower formats are rounded once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..floats.formats import Floats, as_float64, format_of, rounded_from_float64
from ..vectors.definitions import RowFunction, row_functions
from .numpy_functions import implementation

Rows = NDArray[np.float64]

_SIGNS = {"softmax": 1, "softmin": -1}
_CENTRED = {"layer_norm": True, "rms_norm": False, "l2_normalize": False}

_LEAST_EXPONENT = -400
"""Rows below 2 to this are nothing beside eps, which must not overflow when it is scaled with them."""


def row_values(name: str, x: Floats, **parameters: float) -> Floats:
    """A function of each row of x; its parameters as floats."""
    function = row_functions()[name]
    with np.errstate(all="ignore"):
        return rounded_from_float64(_value(function, as_float64(x), parameters), format_of(x))


def row_products(name: str, x: Floats, cotangents: Floats, **parameters: float) -> Floats:
    """The product of each row's cotangent with the Jacobian at the row."""
    function = row_functions()[name]
    with np.errstate(all="ignore"):
        product = _product(function, as_float64(x), as_float64(cotangents), parameters)
        return rounded_from_float64(product, format_of(x))


def _value(function: RowFunction, x: Rows, parameters: Mapping[str, float]) -> Rows:
    match function.name:
        case "softmax" | "softmin" as name:
            return _weights(_SIGNS[name] * x)
        case "log_softmax":
            shifted = x - x.max(axis=-1, keepdims=True)
            return shifted - np.log(_total(np.exp(shifted)))
        case "logsumexp":
            largest = x.max(axis=-1, keepdims=True)
            centre = np.where(np.isfinite(largest), largest, 0)
            return (centre + np.log(_total(np.exp(x - centre))))[..., 0]
        case "center":
            return x - _mean(x)
        case name if name in _CENTRED:
            return _normed(function, x, parameters)[0]
        case _:
            return _gate(function, x, 0, 0, parameters)


def _product(function: RowFunction, x: Rows, c: Rows, parameters: Mapping[str, float]) -> Rows:
    match function.name:
        case "softmax" | "softmin" as name:
            y = _weights(_SIGNS[name] * x)
            return _SIGNS[name] * y * (c - _total(y * c))
        case "log_softmax":
            return c - _weights(x) * _total(c)
        case "logsumexp":
            return _weights(x) * c.reshape(*x.shape[:-1], 1)
        case "center":
            return c - _mean(c)
        case name if name in _CENTRED:
            y, root = _normed(function, x, parameters)
            along = y * (_total if name == "l2_normalize" else _mean)(c * y)
            return ((c - _mean(c) if _CENTRED[name] else c) - along) / root
        case _:
            return np.concatenate([c * _gate(function, x, 1, k, parameters) for k in (0, 1)], axis=-1)


def _weights(x: Rows) -> Rows:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / _total(e)


def _normed(function: RowFunction, x: Rows, parameters: Mapping[str, float]) -> tuple[Rows, Rows]:
    """The normed rows, and what they were divided by."""
    eps = {p.name: float(p.default) for p in function.parameters} | dict(parameters)
    exponents = np.frexp(np.abs(x).max(axis=-1, keepdims=True))[1]
    scale = np.ldexp(1.0, np.maximum(exponents, _LEAST_EXPONENT) if eps else exponents)
    scaled = x / scale
    deviations = scaled - _mean(scaled) if _CENTRED[function.name] else scaled
    squares = (_total if function.name == "l2_normalize" else _mean)(deviations * deviations)
    root = np.sqrt(squares + eps.get("eps", 0.0) / scale / scale)
    return deviations / root, root * scale


def _gate(function: RowFunction, x: Rows, order: int, variable: int, parameters: Mapping[str, float]) -> Rows:
    """The gate of the halves of each row, or its derivative by one of them."""
    by = function.vectors[variable]
    name = function.definition.name
    computed = implementation(name, order=order, variable=by, parameters=dict(parameters))
    halves = np.split(x, 2, axis=-1)
    return computed(*(half.reshape(-1) for half in halves)).reshape(halves[0].shape)


def _total(x: Rows) -> Rows:
    return x.sum(axis=-1, keepdims=True)


def _mean(x: Rows) -> Rows:
    return x.mean(axis=-1, keepdims=True)

"""The ways an array can lie in memory. An elementwise function gives the same results for each of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def _contiguous(values: np.ndarray) -> np.ndarray:
    return values.copy()


def _offset(values: np.ndarray) -> np.ndarray:
    """Starts one element into its buffer, so that vector loads are unaligned."""
    return np.concatenate([values[:1], values])[1:]


def _strided(values: np.ndarray) -> np.ndarray:
    """Every second element of its buffer."""
    return np.repeat(values, 2)[::2]


def _reversed(values: np.ndarray) -> np.ndarray:
    """Walks its buffer backwards: a negative stride."""
    return values[::-1].copy()[::-1]


def _matrix(values: np.ndarray) -> np.ndarray:
    """Two rows. Needs an even number of elements."""
    return values.copy().reshape(2, -1)


def _transposed(values: np.ndarray) -> np.ndarray:
    """Two rows in column-major order. Needs an even number of elements."""
    return np.asfortranarray(values.reshape(2, -1))


def _columns(values: np.ndarray) -> np.ndarray:
    """A matrix as it is, column by column in memory."""
    return np.asfortranarray(values)


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "contiguous": _contiguous,
    "exact": _contiguous,
    "offset": _offset,
    "strided": _strided,
    "reversed": _reversed,
    "matrix": _matrix,
    "transposed": _transposed,
    "columns": _columns,
}
"""Each takes a flat array (`contiguous`, `exact` and `columns` also a matrix) and returns the same elements, in the
same logical order, laid out its way."""
FILLED = ("contiguous", "columns")
"""Layouts of arrays that may be cut, and filled up, to lengths that a library has compiled for."""

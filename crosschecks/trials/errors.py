"""Distances of results from the truth, in ULP, and the results that only flush subnormals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, as_float64
from ...numerics.floats.ulp import conditioned, ulp_errors
from ...proofs.enclosures.formats import Format
from .references import Truth

_CHUNK = 64


@dataclass(frozen=True)
class Measured:
    """Arrays over the sample. Errors are 0 where nothing is judged."""

    judged: NDArray[np.bool_]
    """The exact value is known and is a real number, and the input is finite."""
    flushed: NDArray[np.bool_]
    """Zero came back for a subnormal number. Counted apart: not in the errors."""
    error: NDArray[np.float64]
    """In ULP."""
    conditioned: NDArray[np.float64]
    """The error over 1 + kappa: what the implementation can be blamed for. Worked out where it might be the largest
    or above what is allowed, 0 elsewhere."""

    @property
    def worst(self) -> int:
        """The index of the largest error; among equals, of the largest conditioned error."""
        return int(np.lexsort([self.conditioned, self.error])[-1])


def measured(values: Floats, truth: Truth, fmt: Format, max_ulp: float) -> Measured:
    """Compares results with the truth."""
    judged = truth.defined
    nearest = as_float64(truth.reference.value)
    flushed = judged & (as_float64(values) == 0) & (nearest != 0) & (np.abs(nearest) < float(fmt.min_normal))
    error = np.where(judged & ~flushed, ulp_errors(values, truth.reference), 0.0)
    return Measured(judged, flushed, error, _conditioned(error, truth.kappa, max_ulp))


def _conditioned(
    error: NDArray[np.float64], kappa: Callable[[NDArray[np.intp]], NDArray[np.float64]], max_ulp: float
) -> NDArray[np.float64]:
    """Conditioned errors, from the largest error down until no smaller one can matter: a condition number is dear."""
    conditioned_errors = np.zeros_like(error)
    order = np.argsort(-error, kind="stable")
    for start in range(0, len(order), _CHUNK):
        chunk = order[start : start + _CHUNK]
        if error[chunk[0]] <= min(conditioned_errors.max(), max_ulp):
            break
        conditioned_errors[chunk] = conditioned(error[chunk], kappa(chunk))
    return conditioned_errors

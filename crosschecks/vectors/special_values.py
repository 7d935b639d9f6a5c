"""A NaN in a row comes through: in every component that depends on it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import as_float64
from ..findings import Finding
from .trial import Answered, RowTrial

NAME = "special values"


def findings(trial: RowTrial) -> Iterator[Finding]:
    """At most one: the shortest row with a NaN that is answered by numbers."""
    swallowed = [(a, _depends_on_nan(trial, a) & ~np.isnan(a.got)) for a in trial.values_only]
    count = sum(int(mask.any(axis=1).sum()) for _, mask in swallowed)
    for answered, mask in swallowed:
        if mask.any():
            row, component = map(int, np.argwhere(mask)[0])
            message = "a NaN does not come through"
            yield trial.finding(NAME, answered, row, component, message, count=count, expected="nan")
            return


def _depends_on_nan(trial: RowTrial, answered: Answered) -> NDArray[np.bool_]:
    missing = np.isnan(as_float64(answered.batch.rows))
    if trial.function.is_gate:
        return np.logical_or(*np.split(missing, 2, axis=1))
    return np.broadcast_to(missing.any(axis=1, keepdims=True), answered.values.shape)

"""A NaN in a row comes through: in every component that depends on it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import as_float64
from .trial import Answered, RowTrial, Seen

NAME = "special values"


def seen(trial: RowTrial) -> Iterator[Seen]:
    """At most one: the shortest row with a NaN that is answered by numbers."""
    for answered in trial.values_only:
        swallowed = depends_on_nan(trial, answered) & ~np.isnan(as_float64(answered.values))
        if swallowed.any():
            row, component = map(int, np.argwhere(swallowed)[0])
            yield trial.seen(NAME, answered, row, component, "a NaN does not come through", expected="nan")
            return


def depends_on_nan(trial: RowTrial, answered: Answered) -> NDArray[np.bool_]:
    """A mask of the components that depend on a NaN."""
    missing = np.isnan(as_float64(answered.batch.rows))
    if trial.function.is_gate:
        return np.logical_or(*np.split(missing, 2, axis=1))
    return np.broadcast_to(missing.any(axis=1, keepdims=True), answered.values.shape)

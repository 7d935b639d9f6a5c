"""Norms of rows whose squares overflow the format that they are summed in: a note, whatever comes back.

A kernel can scale the row first; hardly any does, so nobody is failed for it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...numerics.floats.formats import as_float64
from ...numerics.floats.ulp import ulp_errors
from .trial import NOTE, RowTrial, Seen

NAME = "range"


def seen(trial: RowTrial) -> Iterator[Seen]:
    """At most one: the shortest such row with a result that would have failed otherwise."""
    for answered in trial.answered:
        error = ulp_errors(answered.values, answered.reference)
        with np.errstate(invalid="ignore", over="ignore"):
            off = np.where(np.isinf(error), np.inf, error / (1 + answered.unavoidable))
        wrong = answered.defined & answered.apart[:, None] & (off > trial.limit)
        if wrong.any():
            row, component = map(int, np.argwhere(wrong)[0])
            largest = np.abs(as_float64(answered.batch.rows[row])).max()
            message = f"the squares of a row with {largest:.3g} overflow the format that they are summed in"
            yield trial.seen(NAME, answered, row, component, message, severity=NOTE)
            return

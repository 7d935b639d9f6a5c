"""The components of softmax and softmin sum to 1, as nearly as their rounding lets them.

Each component may be half an ULP off by its own rounding, and all of them together by the rounding of the sum that
they are divided by: an ULP of 1, and 1 more for every doubling of the row in formats of more than 16 bits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ...numerics.floats.formats import as_float64
from ...numerics.floats.ulp import ulps
from .trial import RowTrial, Seen

NAME = "sum"

FUNCTIONS = ("softmax", "softmin")


def seen(trial: RowTrial) -> Iterator[Seen]:
    """At most one: the shortest row whose sum is too far from 1."""
    if trial.function.name not in FUNCTIONS:
        return
    unit = 2.0 ** (1 - trial.format.precision)
    for answered in trial.values_only:
        values, length = as_float64(answered.values), answered.batch.rows.shape[1]
        growth = 1 + math.log2(length) if trial.format.bits > 16 else 1.0
        with np.errstate(invalid="ignore"):
            off = np.abs([math.fsum(row) - 1 if np.isfinite(row).all() else math.nan for row in values])
            allowed = trial.limit * (growth * unit + np.nansum(ulps(answered.values), axis=1) / 2)
            wrong = np.flatnonzero(answered.judged.all(axis=1) & (off > allowed))
        if len(wrong):
            row = int(wrong[0])
            total = math.fsum(values[row])
            message = f"the components sum to {total!r}; {allowed[row]:.3g} off 1 is allowed"
            yield trial.seen(NAME, answered, row, int(np.argmax(values[row])), message, got=total, expected=1.0)
            return

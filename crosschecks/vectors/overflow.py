"""Norms of rows whose numbers or their squares overflow the format they are summed in: a note, whatever comes back.

A kernel can scale the row first; hardly any does, so nobody is failed for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...numerics.floats.formats import as_float64
from ..findings import NOTE, Finding
from .trial import RowTrial

NAME = "range"


def findings(trial: RowTrial) -> Iterator[Finding]:
    """At most one: the shortest such row with a result that would have failed otherwise."""
    for answered in trial.answered:
        wrong = answered.apart[:, None] & replace(answered, apart=np.zeros_like(answered.apart)).failing
        if wrong.any():
            row, component = map(int, np.argwhere(wrong)[0])
            largest = np.abs(as_float64(answered.batch.rows[row])).max()
            message = f"sums over a row with {largest:.3g}, or its square, overflow the format that they are summed in"
            yield trial.finding(NAME, answered, row, component, message, severity=NOTE)
            return

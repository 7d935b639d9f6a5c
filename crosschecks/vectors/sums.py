"""The components of softmax and softmin sum to 1, as nearly as their rounding lets them.

Each component may be half an ULP off by its own rounding, and all of them together by the rounding of the sum that
they are divided by: an ULP of 1, and in formats of more than 16 bits 1 + sqrt(n) of these for n numbers. Four times
that passes, in formats of at most 16 bits once. Where an author promised other errors, a sum further off is a note.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ...numerics.floats.ulp import ulps
from ..findings import FAILURE, NOTE, Finding
from ..gates import Gates
from .trial import RowTrial

NAME = "sum"

FUNCTIONS = ("softmax", "softmin")


def findings(trial: RowTrial) -> Iterator[Finding]:
    """At most one: the shortest row whose sum is too far from 1."""
    if trial.function.name not in FUNCTIONS:
        return
    unit, limit = 2.0 ** (1 - trial.format.precision), Gates().limits(trial.format)["max_conditioned_ulp"]
    severity = NOTE if trial.options.gates.promised() else FAILURE
    for answered in trial.values_only:
        length = answered.batch.rows.shape[1]
        growth = 1 + math.sqrt(length) if trial.format.bits > 16 else 1.0
        totals = np.array([math.fsum(row) if np.isfinite(row).all() else math.nan for row in answered.got])
        allowed = limit * (growth * unit + np.nansum(ulps(answered.values), axis=1) / 2)
        wrong = np.flatnonzero(answered.judged.all(axis=1) & (np.abs(totals - 1) > allowed))
        if len(wrong):
            row = int(wrong[0])
            message = f"the components sum to {totals[row]!s}; {allowed[row]:.3g} off 1 is allowed"
            largest = int(np.argmax(answered.got[row]))
            yield trial.finding(
                NAME, answered, row, largest, message, severity=severity, got=totals[row], expected=1.0
            )
            return

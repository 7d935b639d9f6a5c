"""A row's result depends on that row only: alone, in batches of 3 and 64, beside a row of NaN, and in other memory.

A difference within the errors allowed is a note, and so is one in the same call repeated.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...numerics.floats.formats import Floats, as_float64
from ..workers.worker_process import Failed
from .trial import FAILURE, NOTE, Answered, RowTrial, Seen

NAME = "row independence"

_LENGTHS = (3, 8, 20, 33, 64, 66, 1025)


def seen(trial: RowTrial) -> Iterator[Seen]:
    """At most one failure and one note."""
    told: set[str] = set()
    for answered in trial.answered:
        if answered.batch.rows.shape[1] not in _LENGTHS:
            continue
        for described, index, rows, cotangents, layout, at in _settings(answered):
            values = trial.again(rows, cotangents, layout)
            found = _difference(trial, answered, index, values, at, described)
            if found is not None and found.severity not in told:
                told.add(found.severity)
                yield found


def _settings(answered: Answered) -> Iterator[tuple[str, int, Floats, Floats | None, str, int]]:
    """The words for a setting, the row's index, the rows and cotangents of the call, their layout, the row's place."""
    rows, cotangents = answered.batch.rows, answered.cotangents
    row, cotangent = rows[:1], None if cotangents is None else cotangents[:1]

    def beside(others: Floats, count: int) -> tuple[Floats, Floats | None]:
        joined = np.concatenate([row, np.resize(others, (count - 1, rows.shape[1]))])
        if cotangents is None or cotangent is None:
            return joined, None
        return joined, np.concatenate([cotangent, np.resize(cotangents, (count - 1, *cotangents.shape[1:]))])

    nan = np.full_like(rows, np.nan)
    yield "alone", 0, row, cotangent, "contiguous", 0
    yield "in a batch of 3", 0, *beside(rows[::-1], 3), "contiguous", 0
    yield "beside a row of NaN", 0, *beside(nan, 2), "contiguous", 0
    yield "in a batch of 64", 0, *beside(rows[::-1], 64), "contiguous", 0
    if len(rows) > 1:
        yield "in a batch whose memory lies column by column", 1, rows, cotangents, "columns", 1
        yield "when called again", 1, rows, cotangents, "contiguous", 1


def _difference(
    trial: RowTrial, answered: Answered, index: int, values: Floats | Failed, at: int, described: str
) -> Seen | None:
    if isinstance(values, Failed):
        message = f"{values.how} {described}: {values.message}"
        return trial.seen(NAME, answered, index, 0, message, got=np.nan)
    before, after = as_float64(answered.values[index]), as_float64(values[at])
    different = (before != after) & ~(np.isnan(before) & np.isnan(after))
    if not different.any():
        return None
    with np.errstate(invalid="ignore", over="ignore"):
        unit = np.ldexp(1.0, answered.reference.ulp_exponent[index]) * (1 + answered.unavoidable[index])
        apart = np.where(np.isfinite(after - before), np.abs(after - before) / unit, np.inf)
    apart = np.where(different, apart, 0.0)
    component = int(np.argmax(apart))
    severity = NOTE if answered.apart[index] or apart[component] <= 2 * trial.limit else FAILURE
    message = f"a different result {described} than in a batch of {len(answered.batch.rows)}"
    return trial.seen(
        NAME, answered, index, component, message, severity=severity, got=values[at][component],
        expected=float(before[component]),
    )  # fmt: skip

"""The components stand in the order of the row's numbers: in the reverse order for softmin.

Of two components in the wrong order by more than the gates allow, one fails by itself; the others are a note.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...numerics.floats.formats import as_float64
from ...numerics.floats.ulp import ulps
from ..findings import FAILURE, NOTE, Finding
from .trial import Answered, RowTrial

NAME = "order"

_DIRECTION = {"softmax": 1, "log_softmax": 1, "softmin": -1, "layer_norm": 1, "rms_norm": 1, "center": 1,
              "l2_normalize": 1}  # fmt: skip


def findings(trial: RowTrial) -> Iterator[Finding]:
    """At most one failure and one note: the largest step back of each kind, in ULP."""
    direction = _DIRECTION.get(trial.function.name)
    if direction is None:
        return
    worst: dict[str, tuple[float, Answered, int, int, int]] = {}
    counts = {FAILURE: 0, NOTE: 0}
    for answered in trial.values_only:
        for row in np.flatnonzero(answered.judged.all(axis=1) & np.isfinite(answered.got).all(axis=1)).tolist():
            size, before, after = _largest_step_back(answered, row, direction)
            if size > 0:
                severity = FAILURE if answered.failing[row, [before, after]].any() else NOTE
                counts[severity] += 1
                if severity not in worst or size > worst[severity][0]:
                    worst[severity] = size, answered, row, before, after
    for severity, (size, answered, row, before, after) in worst.items():
        x, y = as_float64(answered.batch.rows[row]), answered.got[row]
        message = (
            f"the numbers {before} and {after} of the row, {x[before]!s} <= {x[after]!s}, give {y[before]!s} and "
            f"{y[after]!s}: {size:.3g} ULP in the wrong order"
        )
        words = "at least" if direction > 0 else "at most"
        yield trial.finding(
            NAME, answered, row, after, message, severity=severity, count=counts[severity],
            expected=f"{words} {y[before]!s}",
        )  # fmt: skip


def _largest_step_back(answered: Answered, row: int, direction: int) -> tuple[float, int, int]:
    """Its size in ULP, and the two components; a size of 0 where there is none."""
    x, y = as_float64(answered.batch.rows[row]), direction * answered.got[row]
    order = np.lexsort([y, x])  # equal numbers in the order of their results
    y = y[order]
    if len(y) < 2:
        return 0.0, 0, 0
    with np.errstate(over="ignore"):
        back = (np.maximum.accumulate(y)[:-1] - y[1:]) / ulps(answered.values[row])[order][1:]
    worst = int(np.argmax(back))
    return float(back[worst]), int(order[int(np.argmax(y[: worst + 1]))]), int(order[worst + 1])

"""The components stand in the order of the row's numbers: in the reverse order for softmin."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...numerics.floats.formats import as_float64
from ...numerics.floats.ulp import ulps
from .trial import FAILURE, NOTE, Answered, RowTrial, Seen

NAME = "order"

_DIRECTION = {"softmax": 1, "log_softmax": 1, "softmin": -1, "layer_norm": 1, "rms_norm": 1, "center": 1,
              "l2_normalize": 1}  # fmt: skip


def seen(trial: RowTrial) -> Iterator[Seen]:
    """At most one failure and one note: the largest step back, in conditioned ULP."""
    direction = _DIRECTION.get(trial.function.name)
    if direction is None:
        return
    worst: dict[str, tuple[float, Answered, int, int, int]] = {}
    for answered in trial.values_only:
        for row in range(len(answered.values)):
            step = _largest_step_back(answered, row, direction)
            if step is not None:
                severity = FAILURE if step[0] > trial.limit / 2 else NOTE
                if severity not in worst or step[0] > worst[severity][0]:
                    worst[severity] = step[0], answered, row, step[1], step[2]
    for severity, (size, answered, row, before, after) in worst.items():
        x, y = as_float64(answered.batch.rows[row]), as_float64(answered.values[row])
        message = (
            f"numbers {before} and {after} of the row, {x[before]:.9g} <= {x[after]:.9g}, give {y[before]:.9g} and "
            f"{y[after]:.9g}: {size:.3g} conditioned ULP in the wrong order"
        )
        words = "at least" if direction > 0 else "at most"
        yield trial.seen(NAME, answered, row, after, message, severity=severity, expected=f"{words} {y[before]:.9g}")


def _largest_step_back(answered: Answered, row: int, direction: int) -> tuple[float, int, int] | None:
    x, y = as_float64(answered.batch.rows[row]), direction * as_float64(answered.values[row])
    if not (answered.judged[row].all() and np.isfinite(y).all()):
        return None
    order = np.lexsort([y, x])  # equal numbers in the order of their results, so that those count apart
    highest = np.maximum.accumulate(y[order])
    back = highest[:-1] - y[order][1:]
    with np.errstate(invalid="ignore", over="ignore"):
        back = back / (ulps(answered.values[row])[order][1:] * (1 + answered.unavoidable[row][order][1:]))
    if not len(back) or not np.nanmax(back) > 0:
        return None
    worst = int(np.nanargmax(back))
    return float(back[worst]), int(order[int(np.argmax(y[order][: worst + 1]))]), int(order[worst + 1])

"""What leaves the function alone leaves its results alone: adding one number to all, or multiplying all by one.

The rows and what is done to them are chosen so that both the row and the changed row are exact in the format; a norm
is scaled where eps is far below an ULP of the mean square.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...numerics.floats.formats import Floats, as_float64, rounded_from_float64
from ...proofs.enclosures.formats import Format
from .rows import Batch
from .trial import FAILURE, NOTE, Answered, RowTrial, Seen

NAME = "invariance"

_SHIFTED = ("softmax", "log_softmax", "softmin", "layer_norm", "center")
_SCALED = ("layer_norm", "rms_norm", "l2_normalize")
_SHIFTS = {"float64": 2.0**20, "float32": 1024.0, "float16": 16.0, "bfloat16": 8.0}
_LENGTHS = (5, 16, 33)
_EXPONENTS = {"float64": (30, 32), "float32": (10, 12), "float16": (10, 12), "bfloat16": (10, 12)}
"""Powers of 2 that rows are scaled by: of the row compared with, and of the other."""


def seen(trial: RowTrial) -> Iterator[Seen]:
    """At most one failure and one note for each of the two."""
    if trial.implementation.order or trial.format.name not in _SHIFTS:
        return
    if trial.function.name in _SHIFTED:
        shift = _SHIFTS[trial.format.name]
        pairs = [(row, row + shift) for row in _drawn(trial)]
        yield from _compared(trial, pairs, f"the row with {shift:g} added to all numbers")
    if trial.function.name in _SCALED:
        low, high = _EXPONENTS[trial.format.name]
        pairs = [(np.ldexp(row, low), np.ldexp(row, high)) for row in _drawn(trial)]
        yield from _compared(trial, pairs, f"the row with all numbers multiplied by {2 ** (high - low)}")


def _drawn(trial: RowTrial) -> Iterator[np.ndarray]:
    rng = np.random.default_rng([trial.options.seed, 1])
    for length in _LENGTHS:
        yield rng.integers(-56, 57, (2, length)) / 16


def _compared(trial: RowTrial, pairs: list[tuple[np.ndarray, np.ndarray]], changed: str) -> Iterator[Seen]:
    told: set[str] = set()
    for first, second in pairs:
        before, after = (_answers(trial, _in_format(rows, trial.format)) for rows in (first, second))
        if before is None or after is None:
            continue
        a, b = as_float64(before.values), as_float64(after.values)
        different = (a != b) & ~(np.isnan(a) & np.isnan(b))
        if not different.any():
            continue
        with np.errstate(invalid="ignore"):
            unit = np.ldexp(1.0, after.reference.ulp_exponent) * (2 + before.unavoidable + after.unavoidable)
            apart = np.where(different, np.where(np.isfinite(a - b), np.abs(a - b) / unit, np.inf), 0.0)
        row, component = map(int, np.unravel_index(np.argmax(apart), apart.shape))
        severity = FAILURE if apart[row, component] > trial.limit else NOTE
        if severity not in told:
            told.add(severity)
            message = f"{changed} gives another result; {apart[row, component]:.3g} conditioned ULP apart"
            yield trial.seen(NAME, after, row, component, message, severity=severity, expected=float(a[row, component]))


def _answers(trial: RowTrial, rows: Floats) -> Answered | None:
    answered = trial.at(Batch(rows, ("multiples of 1/16",) * len(rows)), None)
    return answered if isinstance(answered, Answered) else None


def _in_format(rows: np.ndarray, fmt: Format) -> Floats:
    return rounded_from_float64(rows, fmt)

"""Rows that have the same exact result get the same: shifted rows, scaled rows.

The rows and what is done to them are exact in the format; a norm is scaled where eps is far below an ULP of the mean
square. Two results that differ by more than the gates allow do not both pass by themselves; the others are a note.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import rounded_from_float64
from ..findings import FAILURE, NOTE, Finding
from .rows import Batch
from .trial import Answered, RowTrial

NAME = "invariance"

_SHIFTED = ("softmax", "log_softmax", "softmin", "layer_norm", "center")
_SCALED = ("layer_norm", "rms_norm", "l2_normalize")
_SHIFTS = {"float64": 2.0**20, "float32": 1024.0, "float16": 16.0, "bfloat16": 8.0}
"""Numbers that can be added to multiples of 1/16 below 4 without rounding."""
_EXPONENTS = {"float64": (30, 32), "float32": (10, 12), "float16": (10, 12), "bfloat16": (10, 12)}
"""Exponents of the powers of 2 that rows are scaled by: of the row compared with, and of the other."""
_LENGTHS = (8, 17)

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]


def findings(trial: RowTrial) -> Iterator[Finding]:
    """At most one failure and one note for shifts, and one of each for scales."""
    if trial.implementation.order or trial.options.at or trial.format.name not in _SHIFTS:
        return
    if trial.function.name in _SHIFTED:
        shift = _SHIFTS[trial.format.name]
        pairs = [(row, row + shift) for row in _drawn(trial)]
        yield from _compared(trial, pairs, f"for the row less {shift:g}")
    if trial.function.name in _SCALED:
        low, high = _EXPONENTS[trial.format.name]
        pairs = [(np.ldexp(row, low), np.ldexp(row, high)) for row in _drawn(trial)]
        yield from _compared(trial, pairs, f"for the row divided by {2 ** (high - low)}")


def _drawn(trial: RowTrial) -> Iterator[NDArray[np.float64]]:
    rng = np.random.default_rng([trial.options.seed, 1])
    for length in _LENGTHS:
        yield rng.integers(-56, 57, (2, length)) / 16


def _compared(trial: RowTrial, pairs: list[Pair], words: str) -> Iterator[Finding]:
    worst: dict[str, tuple[float, Finding]] = {}
    for pair in pairs:
        before, after = (_answers(trial, rows) for rows in pair)
        if before is None or after is None:
            continue
        different = (before.got != after.got) & ~(np.isnan(before.got) & np.isnan(after.got))
        fails = before.failing | after.failing
        for severity, mask in ((FAILURE, different & fails), (NOTE, different & ~fails)):
            if mask.any():
                with np.errstate(invalid="ignore", over="ignore"):
                    apart = np.abs(np.ldexp(before.got - after.got, -after.reference.ulp_exponent))
                apart = np.where(mask, np.nan_to_num(apart, nan=np.inf), 0)
                row, component = map(int, np.unravel_index(np.argmax(apart), apart.shape))
                size = float(apart[row, component])
                if severity not in worst or size > worst[severity][0]:
                    message = f"not the result {words}; {size:.4g} ULP apart"
                    other = str(before.values[row, component])
                    worst[severity] = size, trial.finding(
                        NAME, after, row, component, message, severity=severity, expected=other
                    )
    yield from (finding for _, finding in worst.values())


def _answers(trial: RowTrial, rows: NDArray[np.float64]) -> Answered | None:
    kinds = ("multiples of a power of 2",) * len(rows)
    answered = trial.at(Batch(rounded_from_float64(rows, trial.format), kinds), None)
    return answered if isinstance(answered, Answered) else None

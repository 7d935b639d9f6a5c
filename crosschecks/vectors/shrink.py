"""A failing row cut down to a simpler one that still fails: fewer numbers, and these shorter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, as_float64, rounded_from_float64
from .rows import Batch
from .trial import Answered, RowTrial

_CALLS = 24
"""The most rows that are tried."""
_Row: TypeAlias = "tuple[Floats, Floats | None, str]"
"""A batch of one row, its cotangents, and the kind of row it is."""


def simplest(trial: RowTrial, answered: Answered, shows: Callable[[Answered], NDArray[np.bool_]]) -> Answered:
    """One row of a batch that shows a fault, alone, and as simple as some tries make it; the batch if none does alone.

    `shows` says which components of a batch show the fault.
    """
    current = next(filter(None, (_showing(trial, row, shows) for row in _rows(answered, shows))), None)
    if current is None:
        return answered
    calls = 0
    improved = True
    while improved and calls < _CALLS:
        improved = False
        for simpler in _simpler(trial, current):
            calls += 1
            better = _showing(trial, simpler, shows)
            if better is not None:
                current, improved = better, True
                break
            if calls >= _CALLS:
                break
    return current


def _rows(answered: Answered, shows: Callable[[Answered], NDArray[np.bool_]]) -> Iterator[_Row]:
    for i in np.flatnonzero(shows(answered).any(axis=1)).tolist()[:3]:
        cotangents = answered.cotangents
        by = None if cotangents is None else cotangents[i : i + 1]
        yield answered.batch.rows[i : i + 1], by, answered.batch.kinds[i]


def _showing(
    trial: RowTrial, row: _Row, shows: Callable[[Answered], NDArray[np.bool_]]
) -> Answered | None:
    answered = trial.at(Batch(row[0], (row[2],)), row[1])
    return answered if isinstance(answered, Answered) and shows(answered).any() else None


def _simpler(trial: RowTrial, current: Answered) -> Iterator[_Row]:
    """Halves of a row, the row without its last number, and its numbers rounded to two and to five bits."""
    rows, cotangents, kind = current.batch.rows, current.cotangents, current.batch.kinds[0]
    whole: int = len(trial.function.vectors)
    part = rows.shape[1] // whole
    for kept in (slice(0, part // 2), slice(part // 2, part), slice(0, part - 1)):
        if len(range(part)[kept]) and len(range(part)[kept]) < part:
            cut = rows.reshape(whole, part)[:, kept].reshape(1, -1)
            yield cut, cotangents if cotangents is None or cotangents.ndim == 1 else cotangents[:, kept], kind
    for bits in (2, 5):
        simple = _rounded(rows, bits)
        same = np.array_equal(simple, rows, equal_nan=True)
        if not same and np.array_equal(np.isfinite(as_float64(simple)), np.isfinite(as_float64(rows))):
            yield simple.astype(rows.dtype), cotangents, kind


def _rounded(rows: Floats, bits: int) -> Floats:
    mantissa, exponent = np.frexp(as_float64(rows))
    with np.errstate(over="ignore"):
        return rounded_from_float64(np.ldexp(np.round(np.ldexp(mantissa, bits)), exponent - bits), rows.dtype.name)

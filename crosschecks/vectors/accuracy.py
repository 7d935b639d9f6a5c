"""Every component is within the limit of the exact one, once what rounding may move is taken out of its error.

Seen apart by symptom, each at the shortest row that shows it: NaN or an infinity for a number, a number for an
infinity, a zero for a number that is none, no correct digit, or merely too far off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import as_float64
from ...proofs.enclosures.formats import FORMATS
from .shrink import simplest
from .trial import NOTE, Answered, RowTrial, Seen

NAME = "accuracy"

Mask = NDArray[np.bool_]


def _expected(a: Answered) -> NDArray[np.float64]:
    return as_float64(a.reference.value)


def _got(a: Answered) -> NDArray[np.float64]:
    return as_float64(a.values)


def _zero(a: Answered) -> Mask:
    return (_got(a) == 0) & (np.abs(_expected(a)) >= float(FORMATS[a.values.dtype.name].min_normal))


SYMPTOMS: dict[str, Callable[[Answered], Mask]] = {
    "returns NaN": lambda a: np.isnan(_got(a)),
    "returns a number for an infinity": lambda a: np.isinf(_expected(a)),
    "returns an infinity": lambda a: np.isinf(_got(a)),
    "returns zero for a normal number": _zero,
    "loses every digit": lambda a: np.abs(_got(a) - _expected(a)) >= np.abs(_expected(a)) / 2,
    "is inaccurate": lambda a: np.ones(a.values.shape, bool),
}
"""Symptoms from worst to mildest; a failure counts for the first that fits."""


def seen(trial: RowTrial) -> Iterator[Seen]:
    """For each symptom the shortest row that shows it; as a note, the largest error that is none of these."""
    failed = False
    for symptom in SYMPTOMS:
        showing = [a for a in trial.answered if _shows(trial, a, symptom).any()]
        if not showing:
            continue
        failed = True
        rows = sum(int(_shows(trial, a, symptom).any(axis=1).sum()) for a in showing)
        lengths = sorted({a.batch.rows.shape[1] for a in showing})
        extent = f"{rows} of {sum(len(a.batch.rows) for a in trial.answered)} rows, of lengths {_some(lengths)}"
        first = simplest(trial, showing[0], lambda a, s=symptom: _shows(trial, a, s))
        yield _told(trial, first, symptom, extent)
    if not failed and trial.answered:
        worst = max(trial.answered, key=lambda a: float(a.error.max(initial=0)))
        if worst.error.max(initial=0) > trial.limit:
            yield _explained(trial, worst)


def _explained(trial: RowTrial, answered: Answered) -> Seen:
    """The note about an error beyond the limit that rounding alone may cause."""
    row, component = map(int, np.unravel_index(np.argmax(answered.error), answered.error.shape))
    plain, conditioned = answered.error[row, component], answered.conditioned[row, component]
    message = f"{plain:.4g} ULP off, {conditioned:.4g} after conditioning; {_of_largest(answered, row, component)}"
    return trial.seen(NAME, answered, row, component, message, severity=NOTE)


def _shows(trial: RowTrial, answered: Answered, symptom: str) -> Mask:
    """A mask of the components that have this symptom and no worse one."""
    with np.errstate(invalid="ignore"):
        left = answered.conditioned > trial.limit
        for other, applies in SYMPTOMS.items():
            if other == symptom:
                return left & applies(answered)
            left &= ~applies(answered)
    raise KeyError(symptom)


def _told(trial: RowTrial, answered: Answered, symptom: str, extent: str) -> Seen:
    mask = _shows(trial, answered, symptom)
    conditioned = np.where(mask, answered.conditioned, -1)
    row, component = map(int, np.unravel_index(np.argmax(conditioned), mask.shape))
    error = answered.error[row, component]
    off = ""
    if np.isfinite(error):
        off = f"{error:.4g} ULP off, {conditioned[row, component]:.4g} after conditioning, {trial.limit:g} allowed"
        off = f"; {off}; {_of_largest(answered, row, component)}"
    return trial.seen(NAME, answered, row, component, f"{symptom}{off}; {extent}")


def _of_largest(answered: Answered, row: int, component: int) -> str:
    """The error as a part of the largest component of its row."""
    expected, got = _expected(answered)[row], _got(answered)[row, component]
    with np.errstate(all="ignore"):
        part = abs(got - expected[component]) / np.nanmax(np.abs(expected))
    return f"{part:.3g} of the row's largest"


def _some(lengths: list[int]) -> str:
    return ", ".join(map(str, lengths)) if len(lengths) <= 5 else f"{lengths[0]} to {lengths[-1]}"

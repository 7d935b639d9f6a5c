"""Every component is as near to the exact one as the gates ask for.

Findings are told apart by symptom, each at the shortest row that shows it: a NaN, an infinity, a zero for a number that
is none, no correct digit left, or merely too far off. An error that rounding explains is a note.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..findings import NOTE, Finding
from ..gates import ulp_words
from ..trials.symptoms import SYMPTOMS, symptoms
from .shrink import simplest
from .trial import Answered, RowTrial

NAME = "accuracy"


def findings(trial: RowTrial) -> Iterator[Finding]:
    """For each symptom the shortest row that shows it; or a note."""
    failed = False
    for symptom in range(len(SYMPTOMS)):
        showing = [a for a in trial.answered if _shows(a, symptom).any()]
        if showing:
            failed = True
            first = simplest(trial, showing[0], lambda a, s=symptom: _shows(a, s))
            count = sum(int(_shows(a, symptom).any(axis=1).sum()) for a in showing)
            lengths = sorted({a.batch.rows.shape[1] for a in showing})
            extent = f"{count} of {sum(len(a.batch.rows) for a in trial.answered)} rows, of lengths {_some(lengths)}"
            yield _finding(trial, first, symptom, extent, count)
    if not failed and trial.answered and set(trial.answered[0].limits) == {"max_conditioned_ulp"}:
        yield from _explained(trial)


def _shows(answered: Answered, symptom: int) -> NDArray[np.bool_]:
    """A mask of the failing components that have this symptom and no worse one."""
    return answered.failing & (symptoms(answered.got, answered.expected, answered.format) == symptom)


def _finding(trial: RowTrial, answered: Answered, symptom: int, extent: str, count: int) -> Finding:
    gate = next(iter(answered.limits))
    errors = np.where(_shows(answered, symptom), answered.by_gate[gate], -1)
    row, component = map(int, np.unravel_index(np.argmax(errors), errors.shape))
    return trial.finding(
        NAME, answered, row, component, f"{SYMPTOMS[symptom]}; {_off(answered, row, component)}; {extent}", count=count
    )


def _explained(trial: RowTrial) -> Iterator[Finding]:
    """The largest plain error above the limit of the conditioned one."""
    worst = max(trial.answered, key=lambda a: float(a.error.max(initial=0)))
    limit = worst.limits["max_conditioned_ulp"]
    if worst.error.max(initial=0) > limit:
        row, component = map(int, np.unravel_index(np.argmax(worst.error), worst.error.shape))
        count = sum(int((a.error > limit).any(axis=1).sum()) for a in trial.answered)
        message = f"far from the exact value, as rounding alone may carry it; {_off(worst, row, component)}"
        yield trial.finding(NAME, worst, row, component, message, severity=NOTE, count=count)


def _off(answered: Answered, row: int, component: int) -> str:
    """The error in the units of the gates, and as a part of the row's largest component."""
    words = ulp_words(float(answered.error[row, component]), answered.format)
    expected, got = answered.expected[row], answered.got[row, component]
    with np.errstate(all="ignore"):
        part = abs(got - expected[component]) / np.nanmax(np.abs(expected))
    largest = f", {part:.3g} of the row's largest" if np.isfinite(part) else ""
    return f"{words} ({answered.allowed(row, component)}{largest})"


def _some(lengths: list[int]) -> str:
    return ", ".join(map(str, lengths)) if len(lengths) <= 5 else f"{lengths[0]} to {lengths[-1]}"

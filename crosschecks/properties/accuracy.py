"""Every result is as near to the exact value as the gates ask for.

Findings are told apart by symptom, each at the simplest input that shows it: a NaN, an infinity, a zero for a number
that is none, no correct digit left, or merely too far off. Where nothing was promised, a large error that the condition
number explains is a note. Subnormals flushed to zero are no errors here (:mod:`flushing`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...numerics.floats.formats import as_float64
from ..findings import FAILURE, NOTE, Finding, shown
from ..gates import ulp_words
from ..trials.search import simplest
from ..trials.symptoms import SYMPTOMS, symptoms
from ..trials.trial import Subject

NAME = "accuracy"


def findings(subject: Subject) -> Iterator[Finding]:
    """For each symptom the simplest input that shows it, and for inaccuracy also the worst; or a note."""
    failing = _by_symptom(subject)
    for symptom, mask in failing.items():
        indices = np.flatnonzero(mask)
        if not indices.size:
            continue
        indices = indices[np.argsort(np.abs(subject.x[indices]), kind="stable")]
        count, extent = _extent(subject, symptom, indices)
        point = simplest(subject, indices, lambda probe, s=symptom: bool(_by_symptom(probe)[s].any()))
        if point is None:
            yield _finding(subject, int(indices[0]), f"{symptom}, but not alone; {extent}", count)
        else:
            probe = subject.at([np.full(65, x) for x in point])
            assert probe is not None
            yield _finding(probe, probe.measured.worst, f"{symptom}; {extent}", count)
        if symptom == SYMPTOMS[-1] and len(indices) > 1:
            yield _finding(subject, _worst(subject, indices), "the worst of these", count)
    explained = _explained(subject)
    if explained is not None and not any(mask.any() for mask in failing.values()):
        yield explained


def _by_symptom(subject: Subject) -> dict[str, np.ndarray]:
    """Masks of the failing inputs by symptom; every failing input is in one."""
    first = symptoms(subject.got, as_float64(subject.truth.reference.value), subject.format)
    return {symptom: subject.measured.failing & (first == k) for k, symptom in enumerate(SYMPTOMS)}


def _worst(subject: Subject, indices: np.ndarray) -> int:
    """The index of the error that is furthest above the first gate that it does not pass."""
    measured = subject.measured
    gate = next(
        (name for name, limit in measured.limits.items() if (measured.by_gate[name][indices] > limit).any()),
        next(iter(measured.limits)),
    )
    return int(indices[np.argmax(measured.by_gate[gate][indices])])


def _finding(subject: Subject, index: int, message: str, count: int, severity: str = FAILURE) -> Finding:
    expected = shown(subject.truth.reference.value[index])
    off = ulp_words(float(subject.measured.error[index]), subject.format)
    gates = subject.measured.allowed(index)
    return subject.finding(NAME, index, expected, f"{message}; {off} ({gates})", severity=severity, count=count)


def _explained(subject: Subject) -> Finding | None:
    """A plain error above the limit of the conditioned one, where nothing else was promised."""
    limit = subject.limits.get("max_conditioned_ulp")
    if limit is None or len(subject.limits) > 1 or not (subject.measured.error > limit).any():
        return None
    message = "far from the exact value where the function is steep: the input's last digit weighs as much"
    count = int((subject.measured.error > limit).sum())
    return _finding(subject, subject.measured.worst, message, count, NOTE)


def _extent(subject: Subject, symptom: str, indices: np.ndarray) -> tuple[int, str]:
    """The number of inputs that show a symptom, and in words how many of how many they are, and from where to where."""
    x, judged, count = subject.x[indices], int(subject.measured.judged.sum()), len(indices)
    low, high = float(x.min()), float(x.max())
    if subject.survey is not None:
        judged += subject.survey.inputs
        seen = subject.survey.failing.get(symptom)
        if seen is not None:
            count, low, high = max(count, seen.count), min(low, seen.low), max(high, seen.high)
    return count, f"{count} of the {judged} inputs tested, {low:.6g} to {high:.6g}"

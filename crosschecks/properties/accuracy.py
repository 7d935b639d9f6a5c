"""Every result is within `max_ulp` ULP of the exact value, once the condition number is taken out of the error.

Findings are told apart by symptom, each at the simplest input that shows it: a NaN, an infinity, a zero for a number
that is none, no correct digit left, or merely too far off. Subnormals flushed to zero are no findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ..findings import Finding, shown
from ..trials.search import simplest
from ..trials.trial import Subject

NAME = "accuracy"


def _digits_lost(subject: Subject) -> np.ndarray:
    exact = np.abs(subject.truth.reference.value.astype(np.float64))
    return np.abs(subject.got - subject.truth.reference.value.astype(np.float64)) >= exact / 2


def _zero(subject: Subject) -> np.ndarray:
    return (subject.got == 0) & (
        np.abs(subject.truth.reference.value.astype(np.float64)) >= float(subject.format.min_normal)
    )


SYMPTOMS: dict[str, Callable[[Subject], np.ndarray]] = {
    "returns NaN": lambda s: np.isnan(s.got),
    "returns an infinity": lambda s: np.isinf(s.got),
    "returns zero for a normal number": _zero,
    "loses every digit": _digits_lost,
    "is inaccurate": lambda s: np.ones(len(s.got), dtype=bool),
}
"""Symptoms from worst to mildest; a failure counts for the first that fits."""


def findings(subject: Subject) -> Iterator[Finding]:
    """For each symptom the simplest input that shows it, and for inaccuracy also the worst."""
    measured = subject.measured
    for symptom, failing in _by_symptom(subject).items():
        if not failing.any():
            continue
        indices = np.flatnonzero(failing)
        indices = indices[np.argsort(np.abs(subject.x[indices]), kind="stable")]
        extent = f"{len(indices)} of the {measured.judged.sum()} inputs sampled, {_extent(subject, indices)}"
        point = simplest(subject, indices, lambda probe, s=symptom: bool(_by_symptom(probe)[s].any()))
        if point is None:
            yield _finding(subject, int(indices[0]), f"{symptom}, but not alone; {extent}")
        else:
            probe = subject.at([np.full(65, x) for x in point])
            assert probe is not None
            yield _finding(probe, probe.measured.worst, f"{symptom}; {extent}")
        if symptom == "is inaccurate" and len(indices) > 1:
            worst = int(indices[np.argmax(measured.conditioned[indices])])
            yield _finding(subject, worst, "the worst of these")


def _by_symptom(subject: Subject) -> dict[str, np.ndarray]:
    """Masks of the failing inputs by symptom; every failing input is in one."""
    left = subject.measured.conditioned > subject.options.max_ulp
    masks: dict[str, np.ndarray] = {}
    for symptom, applies in SYMPTOMS.items():
        with np.errstate(invalid="ignore"):
            masks[symptom] = left & applies(subject)
        left = left & ~masks[symptom]
    return masks


def _finding(subject: Subject, index: int, message: str) -> Finding:
    measured = subject.measured
    expected = shown(subject.truth.reference.value[index])
    off = f"{measured.error[index]:.4g} ULP off, {measured.conditioned[index]:.4g} after conditioning"
    return subject.finding(NAME, index, expected, f"{message}; {off}, {subject.options.max_ulp:g} allowed")


def _extent(subject: Subject, indices: np.ndarray) -> str:
    x = subject.x[indices]
    return f"{x.min():.6g} to {x.max():.6g}"

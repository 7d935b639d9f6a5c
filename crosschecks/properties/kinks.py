"""At a kink the derivative does not exist; what an implementation returns there lies in the Clarke subdifferential."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...proofs.functions.regularity import KinkFacts
from ..findings import Finding
from ..trials.references import rounded
from ..trials.trial import Subject

NAME = "kinks"


def findings(subject: Subject) -> Iterator[Finding]:
    """One for each kink whose value is outside."""
    for index, kink in kinks_met(subject):
        low, high = (rounded(end, subject.format) for end in kink.subdifferential)
        if not low <= subject.got[index] <= high:
            message = "outside the Clarke subdifferential at a kink"
            yield subject.finding(NAME, index, f"in [{low!r}, {high!r}]", message)


def kinks_met(subject: Subject) -> Iterator[tuple[int, KinkFacts]]:
    """The inputs that are kinks, as indices. Both zeros count."""
    if subject.facts is None or subject.implementation.order != 1:
        return
    for kink in subject.facts.kinks:
        at = float(kink.at)
        for index in np.flatnonzero((subject.x == at) & ~subject.truth.defined):
            yield int(index), kink

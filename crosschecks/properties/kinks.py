"""At a kink the derivative does not exist; what an implementation returns there lies in the Clarke subdifferential.

Which value of it is chosen is a note.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...proofs.functions.regularity import KinkFacts
from ..findings import NOTE, Finding
from ..trials.references import rounded
from ..trials.trial import Subject

NAME, CHOICE = "kinks", "kink choice"


def findings(subject: Subject) -> Iterator[Finding]:
    """One for each kink whose value is outside, and a note where another is inside."""
    chosen: list[int] = []
    kinks = dict(kinks_met(subject))
    for index, kink in kinks.items():
        low, high = (rounded(end, subject.format) for end in kink.subdifferential)
        if not low <= subject.got[index] <= high:
            message = "outside the Clarke subdifferential at a kink"
            yield subject.finding(NAME, index, f"in [{low!r}, {high!r}]", message)
        else:
            chosen.append(index)
    if chosen:
        low, high = (rounded(end, subject.format) for end in kinks[chosen[0]].subdifferential)
        message = "the value chosen at a kink, inside the Clarke subdifferential"
        expected = f"in [{low!r}, {high!r}]"
        yield subject.finding(CHOICE, chosen[0], expected, message, severity=NOTE, count=len(chosen))


def kinks_met(subject: Subject) -> Iterator[tuple[int, KinkFacts]]:
    """The inputs that are kinks, as indices. Both zeros count."""
    if subject.facts is None or subject.implementation.order != 1:
        return
    for kink in subject.facts.kinks:
        at = float(kink.at)
        for index in np.flatnonzero((subject.x == at) & ~subject.truth.defined):
            yield int(index), kink

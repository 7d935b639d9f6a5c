"""Subnormal numbers go in and come out. What takes them for zero is noted: many libraries do on purpose.

An input is flushed where a subnormal is answered as zero would be; a result is flushed where zero comes back for a
number that the format holds as a subnormal, though the input was none.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..findings import NOTE, Finding, shown
from ..trials.trial import Subject

NAME = "flushed subnormals"


def findings(subject: Subject) -> Iterator[Finding]:
    """At most one note for inputs and one for results."""
    masks = subject.measured.flushed_inputs, subject.measured.flushed_results
    for side, mask, count in zip(("input", "result"), masks, subject.flushed, strict=True):
        indices = np.flatnonzero(mask)
        if indices.size:
            index = int(indices[np.argmax(np.abs(subject.x[indices]))])
            expected = shown(subject.truth.reference.value[index])
            message = f"a subnormal {side} is taken for zero"
            yield subject.finding(NAME, index, expected, message, severity=NOTE, count=count)

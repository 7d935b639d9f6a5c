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
    seen, measured = subject.survey, subject.measured
    for side, mask, more in (
        ("input", measured.flushed_inputs, seen.flushed_inputs if seen is not None else 0),
        ("result", measured.flushed_results, seen.flushed_results if seen is not None else 0),
    ):
        indices = np.flatnonzero(mask)
        if indices.size:
            index = int(indices[np.argmax(np.abs(subject.x[indices]))])
            expected = shown(subject.truth.reference.value[index])
            message = f"a subnormal {side} is taken for zero"
            yield subject.finding(NAME, index, expected, message, severity=NOTE, count=len(indices) + more)

"""The same array gives the same results again, after the implementation has seen other data.

A difference that the gates let pass is a note.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import FAILURE, NOTE, Finding, shown
from ..trials.trial import Subject
from ..workers.worker_process import Failed
from .independence import differing

NAME = "determinism"


def findings(subject: Subject) -> Iterator[Finding]:
    """At most one: the first element that came out differently."""
    subject.call([a[::-1].copy() for a in subject.inputs])
    again = subject.call(subject.inputs)
    if isinstance(again, Failed):
        message = f"{again.how} when called again: {again.message}"
        yield subject.finding(NAME, 0, shown(subject.values[0]), message, got=float("nan"))
        return
    values = again.values.reshape(-1)
    different = differing(values, subject.values)
    if different:
        fails = [k for k in different if subject.truth.defined[k] and not subject.passes(k, values[k])]
        first = (fails or different)[0]
        message = "a different result for the same array, after other data"
        yield subject.finding(
            NAME, first, shown(subject.values[first]), message, got=values[first],
            severity=FAILURE if fails else NOTE, count=len(different),
        )  # fmt: skip

"""The first call of an implementation on a sample: a subject to judge, and what already went wrong.

Found here: a crash, a hang, an exception, no array, a wrong shape or dtype, and writing into the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...numerics.floats.formats import Floats
from ...proofs.datasheets.function import Facts
from ...proofs.enclosures.formats import Format
from ..findings import FAILURE, NOTE, Finding, Shown, finding
from ..implementation import Implementation
from ..workers.bisect import Blamed, call_on_sample
from ..workers.in_process import Caller
from .references import joined, truth_for
from .trial import Options, Subject


@dataclass(frozen=True)
class Observed:
    """A subject, or None where nothing came back that could be judged, and the findings of the call itself."""

    subject: Subject | None
    findings: tuple[Finding, ...]


def observe(
    implementation: Implementation,
    fmt: Format,
    inputs: Sequence[Floats],
    *,
    caller: Caller,
    facts: Facts | None,
    options: Options,
) -> Observed:
    """Calls an implementation on a sample."""
    outcome = call_on_sample(caller, implementation, inputs, meanwhile=lambda: truth_for(implementation, inputs))
    findings = [blame(b, implementation, fmt, inputs) for b in outcome.blamed]
    returned = outcome.returned
    if returned is None:
        return Observed(None, tuple(findings))
    answered = [a[outcome.answered] for a in inputs]
    first = [a[0] for a in answered]

    def violated(name: str, got: Shown, expected: Shown, message: str, severity: str = FAILURE) -> None:
        point = first if severity == FAILURE else []  # a note is of the implementation, not of an input
        findings.append(finding(implementation, fmt.name, name, point, got, expected, message, severity=severity))

    values = returned.values
    if implementation.array == "scalar":
        violated("call", "one number at a time", "arrays", "it takes no array, and is called once per number", NOTE)
    if returned.mutated:
        violated("no mutation", "changed", "unchanged", "the implementation writes into its input")
    if values.dtype != answered[0].dtype:
        violated("dtype", values.dtype.name, fmt.name, "the result's dtype is not the input's")
    if values.shape != answered[0].shape:
        violated("shape", str(values.shape), str(answered[0].shape), "the result's shape is not the input's")
    if values.dtype != answered[0].dtype or values.shape != answered[0].shape:
        return Observed(None, tuple(findings))
    truth = truth_for(implementation, answered)
    subject = Subject(implementation, fmt, caller, facts, options, tuple(answered), values, truth)
    return Observed(subject, tuple(findings))


def extended(subject: Subject, more: Sequence[Floats]) -> Subject:
    """The subject with further inputs in its sample, those that are asked for; as it was where there are none, or the
    implementation fails on them."""
    asked = subject.asked(more)
    if not asked.any():
        return subject
    more = [a[asked] for a in more]
    inputs = tuple(np.concatenate([a, b]) for a, b in zip(subject.inputs, more, strict=True))
    whole = subject.at(inputs, joined(subject.truth, truth_for(subject.implementation, more)))
    return whole if whole is not None else subject


def blame(blamed: Blamed, implementation: Implementation, fmt: Format, inputs: Sequence[Floats]) -> Finding:
    """The finding of a failed call."""
    point = [a[blamed.low] for a in inputs]
    count = blamed.high - blamed.low
    among = "" if count == 1 else f" (on one of {count} inputs from here on)"
    message = blamed.failed.message + among
    return finding(implementation, fmt.name, "call", point, blamed.failed.how, "a result", message)

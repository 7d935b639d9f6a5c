"""From what was judged to one result: a function, or all the partial derivatives of a function of several inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...numerics.floats.formats import to_bits
from ...proofs.catalogue.parse import definition
from ...proofs.enclosures.formats import Format
from ..findings import Finding, point_hex, shown, shown_point
from ..implementation import Implementation
from ..trials.trial import Options, Subject
from .results import CheckResult, Worst


@dataclass(frozen=True)
class Judged:
    """One implementation with everything found. Without a subject nothing came back that could be measured."""

    implementation: Implementation
    subject: Subject | None
    findings: tuple[Finding, ...]
    conventions: Mapping[str, str]


def combined(parts: Sequence[Judged], fmt: Format, coverage: str, options: Options) -> CheckResult:
    """The worst of all parts. Where there are several, each finding says by which input the derivative was taken."""
    first = parts[0].implementation
    names = definition(first.activation).inputs
    findings: list[Finding] = []
    for part in parts:
        by = f"derivative by {names[part.implementation.variable]}: " if len(parts) > 1 else ""
        findings += [replace(f, message=by + f.message) for f in part.findings]
    subjects = [p.subject for p in parts if p.subject is not None]
    errors = [float(s.measured.error.max()) for s in subjects]
    return CheckResult(
        target=first.target,
        activation=first.activation,
        parameters=dict(first.parameters),
        order=first.order,
        dtype=fmt.name,
        coverage=coverage if len(subjects) == len(parts) else "sampled",  # a part that failed saw no input
        inputs=sum(_distinct(s) for s in subjects),
        max_ulp=max(errors, default=None),
        worst=_worst(subjects[int(np.argmax(errors))]) if errors else None,
        max_ulp_conditioned=max((float(s.measured.conditioned.max()) for s in subjects), default=None),
        flushes_subnormals=any(bool(s.measured.flushed.any()) for s in subjects),
        findings=tuple(findings),
        seed=options.seed,
        conventions=parts[0].conventions,
    )


def _distinct(subject: Subject) -> int:
    """The number of different inputs in the sample."""
    return np.unique(np.stack([to_bits(a) for a in subject.inputs]), axis=1).shape[1]


def _worst(subject: Subject) -> Worst:
    index = subject.measured.worst
    point = tuple(a[index] for a in subject.inputs)
    expected = subject.truth.reference.value[index]
    return Worst(shown_point(point), point_hex(point), shown(subject.values[index]), shown(expected))

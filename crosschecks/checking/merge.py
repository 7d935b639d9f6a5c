"""From what was judged to one result: a function, or all the partial derivatives of a function of several inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...numerics.floats.formats import as_float64
from ...proofs.catalogue.parse import definition
from ...proofs.enclosures.formats import Format
from ..findings import FAILURE, Finding, point_hex, shown, shown_point
from ..gates import NAMES, Gate
from ..implementation import Implementation
from ..trials.survey import Seen
from ..trials.symptoms import SYMPTOMS, symptoms
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
        findings += [replace(with_severity(f, options), message=by + f.message) for f in part.findings]
    findings = [f for f in findings if f.property not in options.ignored]
    subjects = [p.subject for p in parts if p.subject is not None]
    largest = {
        gate: max((float(s.measured.by_gate[gate].max()) for s in subjects), default=None)
        for gate in NAMES
    }
    surveys = [s.survey for s in subjects if s.survey is not None]
    # a part that failed saw none, and all of a range is not all of a format
    whole = coverage == "exhaustive" or (len(surveys) == len(subjects) and all(s.whole for s in surveys))
    flushed_inputs, flushed_outputs = (sum(s.flushed[side] for s in subjects) for side in (0, 1))
    return CheckResult(
        target=first.target,
        activation=first.activation,
        parameters=dict(first.parameters),
        order=first.order,
        dtype=fmt.name,
        coverage="exhaustive" if whole and len(subjects) == len(parts) and options.span is None else "sampled",
        inputs=sum(_inputs(s) for s in subjects),
        max_ulp=largest["max_ulp"],
        worst=_worst(max(subjects, key=lambda s: float(s.measured.error.max()))) if subjects else None,
        max_ulp_conditioned=largest["max_conditioned_ulp"],
        max_abs_error=largest["max_abs_error"],
        max_rel_error=largest["max_rel_error"],
        mean_signed_ulp=surveys[0].mean_signed if len(surveys) == 1 and surveys[0].inexact else None,
        flushes_subnormals=bool(flushed_inputs or flushed_outputs),
        flushed_inputs=flushed_inputs,
        flushed_outputs=flushed_outputs,
        gates=() if "accuracy" in options.ignored else gates_of(largest, fmt, options),
        findings=tuple(f for f in findings if f.severity == FAILURE),
        notes=tuple(f for f in findings if f.severity != FAILURE),
        seed=options.seed,
        conventions=parts[0].conventions,
        failing=_failing(subjects),
        large=any(survey.large for survey in surveys),
    )


def with_severity(finding: Finding, options: Options) -> Finding:
    """A finding with the severity that the options give it."""
    return replace(finding, severity=FAILURE) if finding.property in options.strict else finding


def gates_of(largest: Mapping[str, float | None], fmt: Format, options: Options) -> tuple[Gate, ...]:
    limits = options.gates.limits(fmt)
    measured = {name: value for name in limits if (value := largest[name]) is not None}
    return tuple(Gate(name, limits[name], value, value <= limits[name]) for name, value in measured.items())


def _inputs(subject: Subject) -> int:
    """The number of different inputs in the sample and in the survey."""
    sample = subject.distinct(np.arange(len(subject.values)))
    if subject.survey is None:
        return sample
    return subject.survey.inputs if subject.survey.whole else sample + subject.survey.inputs


def _failing(subjects: Sequence[Subject]) -> dict[str, Seen]:
    """The inputs at which a gate does not hold, by symptom: those of the sample, or of the survey if it saw more."""
    failing: dict[str, Seen] = {}
    for subject in subjects:
        kinds = symptoms(subject.got, as_float64(subject.truth.reference.value), subject.format)
        for kind, symptom in enumerate(SYMPTOMS):
            x = subject.x[subject.measured.failing & (kinds == kind)]
            seen = Seen(len(x), float(x.min()), float(x.max())) if len(x) else None
            more = subject.survey.failing.get(symptom) if subject.survey is not None else None
            if seen and more:
                seen = replace(seen + more, count=max(seen.count, more.count))
            if seen := seen or more:
                failing[symptom] = failing[symptom] + seen if symptom in failing else seen
    return failing


def _worst(subject: Subject) -> Worst:
    index = subject.measured.worst
    point = tuple(a[index] for a in subject.inputs)
    expected = subject.truth.reference.value[index]
    got = "exception" if subject.raising[index] else shown(subject.values[index])
    return Worst(shown_point(point), point_hex(point), got, shown(expected))

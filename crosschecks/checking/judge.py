"""One activation of one target: every order and format, judged by every property."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from itertools import chain, groupby
from typing import Any

import numpy as np

from ...numerics.floats.formats import Floats, all_values, dtype_of
from ...numerics.floats.test_points import landmarks, ordered
from ...proofs.catalogue.parse import definition
from ...proofs.datasheets.function import Facts, facts
from ...proofs.enclosures.formats import FORMATS, Format
from ..causes.recognisers import grouped
from ..findings import Finding
from ..implementation import Implementation
from ..inputs.bit_patterns import PatternsError, between, span_of
from ..inputs.points import float_of
from ..inputs.samples import pairs, sample, within
from ..properties import PROPERTIES
from ..targets.resolve import PACKS
from ..targets.versions import libraries
from ..trials.first_call import blame, extended, observe
from ..trials.references import rounded
from ..trials.search import climb, edges, zoomed
from ..trials.survey import Asked, surveyed
from ..trials.trial import Options, Subject
from ..vectors.judge import formats_taken as formats_of_rows
from ..vectors.judge import is_of_rows
from ..workers.in_process import Caller
from ..workers.pool import Process, in_order, served
from ..workers.worker_process import Failed, Worker
from .conventions import conventions
from .exhaustive import by_sweep
from .joining import one_per_cause
from .merge import Judged, combined
from .results import CheckResult
from .rows import result_of_rows

IN_SPAN = 500
"""Inputs of the sample that are drawn from a span, besides those that are in it anyway."""


def judge(implementations: Iterable[Implementation], caller: Caller, options: Options) -> Iterator[CheckResult]:
    """A result for each activation, order and format, as they come."""
    for same in by_activation_and_order(implementations):
        versions = libraries(same[0])
        for fmt in _formats(same[0], caller, options):
            asked = options.of(same[0], fmt)
            checked = result_of_rows if is_of_rows(same[0]) else _check
            yield replace(checked(same, fmt, caller, asked), options=asked, versions=versions)


def _formats(implementation: Implementation, caller: Caller, options: Options) -> Sequence[Format]:
    """The formats asked for or taken; of a pack, a function with parameters for one format has no others."""
    if options.formats is None:
        taken = formats_taken(implementation, caller)
        return taken if options.span is None else _formats_in(options.span, taken)
    if implementation.target in PACKS and implementation.formats:
        return [fmt for fmt in options.formats if fmt.name in implementation.formats]
    return options.formats


def _formats_in(span: str, formats: Sequence[Format]) -> Sequence[Format]:
    """The formats that have a float in a range. Raises PatternsError where none has."""
    having: list[Format] = []
    for fmt in formats:
        try:
            span_of(span, fmt)
        except PatternsError:
            continue
        having.append(fmt)
    if not having:
        span_of(span, formats[0])
    return having


def judge_in_parallel(
    implementations: Sequence[Implementation], options: Options, *, jobs: int, seconds: float
) -> Iterator[CheckResult]:
    """The results that :func:`judge` yields, in the same order, from `jobs` processes: an activation at a time each."""
    parts = [tuple(same) for _, same in groupby(implementations, key=lambda i: i.activation)]
    results = served(
        enumerate(parts), [Process() for _ in range(min(jobs, len(parts)))],
        lambda process, numbered: process.call(_judge_part, numbered[1], options, seconds),
    )  # fmt: skip
    with closing(results):
        yield from chain.from_iterable(in_order(results))


def _judge_part(
    implementations: tuple[Implementation, ...], options: Options, seconds: float
) -> tuple[CheckResult, ...]:
    return tuple(judge(implementations, _own_worker(seconds), options))


@lru_cache(maxsize=1)
def _own_worker(seconds: float) -> Worker:
    """In a process that judges: the worker of all of its parts. It ends with the process, whose pipe it reads."""
    return Worker(seconds=seconds)


def _check(same: Sequence[Implementation], fmt: Format, caller: Caller, options: Options) -> CheckResult:
    """One result: a function, or the partial derivatives by each of its inputs."""
    entry = definition(same[0].activation)
    datasheet = _facts(entry.name, same[0].parameters) if len(entry.inputs) == 1 else None
    inputs, coverage = _inputs(same[0], fmt, datasheet, options)
    return combined([_judge(i, fmt, inputs, caller, datasheet, options) for i in same], fmt, coverage, options)


def _judge(
    implementation: Implementation,
    fmt: Format,
    inputs: Sequence[Floats],
    caller: Caller,
    datasheet: Facts | None,
    options: Options,
) -> Judged:
    observed = observe(implementation, fmt, inputs, caller=caller, facts=datasheet, options=options)
    subject = observed.subject
    if subject is None:
        return Judged(implementation, None, observed.findings, {})
    findings = list(observed.findings)
    if not options.at and fmt.bits > 8:
        if datasheet is not None and options.survey:
            subject, more = _with_survey(subject)
            findings += [f for f in more if all((f.property, f.got) != (g.property, g.got) for g in findings)]
        if options.examples and not (subject.survey is not None and subject.survey.whole):  # no input is left to find
            subject = extended(subject, climb(subject))
            if len(inputs) == 1 and fmt.bits > 16 and subject.measured.to_explain.any():
                subject = extended(subject, [edges(subject)])
                subject = extended(subject, [zoomed(subject)])
    if not options.at and "accuracy" not in options.ignored:
        subject = grouped(subject)
    asked = [p for p in PROPERTIES if p.NAME not in options.ignored]
    findings += one_per_cause(subject, [finding for p in asked for finding in p.findings(subject)])
    return Judged(implementation, subject, tuple(findings), conventions(subject))


def _with_survey(subject: Subject) -> tuple[Subject, list[Finding]]:
    """The subject with a survey, whose most telling inputs join its sample, and the calls that failed in it."""
    landscape, options = subject.landscape, subject.options
    bounds = None
    if landscape is not None:
        low, high = (rounded(e.value, subject.format) for e in (landscape.inf, landscape.sup))
        bounds = low, high
    if options.exhaustive and subject.format.bits == 32:
        survey = by_sweep(subject)
    else:
        asked = Asked(
            subject.implementation, subject.format, subject.limits, bounds, options.seed, options.span,
            options.thin, options.large,
        )  # fmt: skip
        survey = surveyed(asked, subject.caller)
    if survey is None:
        return subject, []
    subject = replace(subject, survey=survey)
    if survey.candidates is not None:
        subject = extended(subject, [survey.candidates])
    chunk = survey.chunk
    blamed = [] if chunk is None else [blame(b, subject.implementation, subject.format, [chunk]) for b in survey.blamed]
    return subject, blamed


def _inputs(
    implementation: Implementation, fmt: Format, datasheet: Facts | None, options: Options
) -> tuple[tuple[Floats, ...], str]:
    """The sample, and whether it is exhaustive."""
    count = len(definition(implementation.activation).inputs)
    if options.at:
        columns = zip(*(text.split(",") for text in options.at), strict=True)
        points = [np.array([float_of(t, fmt) for t in column], dtype=dtype_of(fmt)) for column in columns]
        if len(points) != count:
            raise ValueError(f"at={list(options.at)!r}: expected {count} coordinates, separated by commas")
        return tuple(np.tile(a, 65) for a in points), "sampled"  # vector lanes and a scalar tail
    rng = np.random.default_rng([options.seed, zlib.crc32(f"{implementation.activation} {fmt.name}".encode())])
    if datasheet is None:
        return pairs(fmt, rng, count, span=options.span), "sampled"
    if fmt.bits == 8 and options.span is None:
        return (all_values(fmt),), "exhaustive"
    chosen = sample(fmt, landmarks(datasheet), rng, options.every)
    if options.span is not None:
        chosen = ordered(np.concatenate([within(chosen, options.span), between(options.span, fmt, rng, IN_SPAN)]))
    return (chosen,), "sampled"


@lru_cache(maxsize=256)
def _facts(name: str, parameters: tuple[tuple[str, float | str], ...]) -> Facts:
    values: dict[str, Any] = dict(parameters)
    return facts(name, **values)


def formats_taken(implementation: Implementation, caller: Caller) -> list[Format]:
    """The formats a target takes: those it says, or does not refuse. One that refuses all is checked in float64.

    A library that turns a short format into a longer one does not ship it.
    """
    if is_of_rows(implementation):
        return formats_of_rows(implementation, caller)
    if implementation.formats:
        return [FORMATS[name] for name in implementation.formats]
    taken: list[Format] = []
    count = len(definition(implementation.activation).inputs)
    for fmt in FORMATS.values():
        probe = np.array([0.5, 1.0]).astype(dtype_of(fmt))
        answer = caller.call(implementation, [probe] * count)
        refused = answer.how == "exception" if isinstance(answer, Failed) else _is_widened(answer.values, fmt)
        if not refused:
            taken.append(fmt)
    return taken or [FORMATS["float64"]]


def _is_widened(values: np.ndarray, fmt: Format) -> bool:
    return fmt.bits <= 16 and values.dtype.name in ("float32", "float64")


def by_activation_and_order(implementations: Iterable[Implementation]) -> Iterable[list[Implementation]]:
    """The implementations of one function: several where it is the derivative of a function of several inputs."""
    groups: dict[tuple[object, ...], list[Implementation]] = {}
    for one in implementations:
        groups.setdefault((one.target, one.activation, one.parameters, one.order), []).append(one)
    return groups.values()

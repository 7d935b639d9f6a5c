"""One function of a row judged: called on every batch, beside its references, by every property."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...numerics.floats.formats import Floats, as_float64, dtype_of
from ...numerics.vectors.definitions import row_functions
from ...proofs.enclosures.formats import FORMATS, Format
from ..findings import Finding
from ..implementation import Implementation
from ..trials.trial import Options
from ..workers.in_process import Caller
from ..workers.worker_process import Failed
from . import accuracy, independence, invariance, order, overflow, special_values, sums
from .replay import rows_from_hex
from .rows import Batch, batches, cotangents
from .trial import Answered, RowTrial

_FORMATS = ("float64", "float32", "float16", "bfloat16")
_PROBE = 8
"""The length of the row that tells whether a target takes a format: one of FEW_LENGTHS, which may be compiled for."""


class Property(Protocol):
    """The shape of the modules of properties."""

    @property
    def NAME(self) -> str:
        """The property's name in findings."""
        ...

    def findings(self, trial: RowTrial) -> Iterator[Finding]:
        """The violations in a trial, and what is worth a note."""
        ...


PROPERTIES: tuple[Property, ...] = (accuracy, special_values, sums, order, invariance, independence, overflow)


@dataclass(frozen=True)
class RowsJudged:
    """One function of a row, judged at one order in one format."""

    trial: RowTrial
    findings: tuple[Finding, ...]
    conventions: Mapping[str, str]


def is_of_rows(implementation: Implementation) -> bool:
    """Whether an implementation computes a function of a row."""
    return implementation.activation in row_functions()


def judge_rows(implementation: Implementation, fmt: Format, caller: Caller, options: Options) -> RowsJudged:
    """Everything seen of one implementation in one format."""
    function = row_functions()[implementation.activation]
    answered: list[Answered] = []
    findings: list[Finding] = []
    empty = RowTrial(implementation, function, fmt, caller, options, ())
    for batch, by in _batches(empty):
        result = empty.at(batch, by)
        if isinstance(result, Answered):
            answered.append(result)
        elif all(f.got != result.how for f in findings):
            findings.append(_blamed(empty, batch, by, result))
    trial = RowTrial(implementation, function, fmt, caller, options, tuple(answered))
    findings += [
        trial.finding("no mutation", a, 0, 0, "the implementation writes into its input", got="changed",
                      expected="unchanged")
        for a in answered if a.mutated
    ][:1]  # fmt: skip
    asked = [p for p in PROPERTIES if p.NAME not in options.ignored]
    findings += [finding for p in asked for finding in p.findings(trial)]
    return RowsJudged(trial, tuple(findings), _conventions(trial))


def formats_taken(implementation: Implementation, caller: Caller) -> list[Format]:
    """The formats a target takes: those it does not refuse. A target that refuses all is checked in float64."""
    if implementation.formats:
        return [FORMATS[name] for name in implementation.formats]
    function = row_functions()[implementation.activation]
    taken: list[Format] = []
    for fmt in map(FORMATS.__getitem__, _FORMATS):
        rows = np.tile(np.array([[0.5, 1.0], [0.25, 2.0]], dtype_of(fmt)), _PROBE // 2 * len(function.vectors))
        inputs = [rows]
        if implementation.order:
            inputs.append(rows[:, 0] if function.is_number else rows[:, :_PROBE])
        answer = caller.call(implementation, inputs)
        if not (isinstance(answer, Failed) and answer.how == "exception"):
            taken.append(fmt)
    return taken or [FORMATS["float64"]]


def _batches(trial: RowTrial) -> Iterator[tuple[Batch, Floats | None]]:
    """The rows to try, with cotangents for a gradient."""
    implementation, function, fmt, options = trial.implementation, trial.function, trial.format, trial.options
    if options.at:
        for text in options.at:
            row, cotangent = rows_from_hex(text, function, fmt)
            shape = (1,) if function.is_number else (1, -1)
            yield Batch(row[None], ("the row given",)), cotangent.reshape(shape) if implementation.order else None
        return
    rng = np.random.default_rng([options.seed, zlib.crc32(f"{function.name} {fmt.name}".encode())])
    for batch in batches(function, fmt, rng, few=trial.few):
        yield batch, cotangents(function, batch, rng) if implementation.order else None


def _blamed(trial: RowTrial, batch: Batch, cotangents: Floats | None, failed: Failed) -> Finding:
    """The first row of a batch on which the implementation fails alone, or else the first row at all."""
    index, blame = 0, failed
    if failed.how == "exception":
        for i in range(len(batch.rows)):
            alone = trial.call(batch.rows[i : i + 1], None if cotangents is None else cotangents[i : i + 1])
            if isinstance(alone, Failed):
                index, blame = i, alone
                break
    name = blame.how if blame.how in ("shape", "dtype") else "call"
    by = None if cotangents is None else cotangents[index]
    message = f"{blame.message} ({batch.kinds[index]})"
    return trial.finding_at(name, batch.rows[index], by, blame.how, "a result", message)


def _conventions(trial: RowTrial) -> dict[str, str]:
    """The different results in rows that have no value by definition: of -inf alone, with +inf, of zeros."""
    chosen: dict[str, str] = {}
    for answered in trial.values_only:
        for kind in ("all -inf", "an infinity", "all zero"):
            if kind in answered.batch.kinds and kind not in chosen:
                row = answered.batch.kinds.index(kind)
                if not answered.defined[row].all():
                    results = dict.fromkeys(map(str, as_float64(answered.values[row]).tolist()))
                    chosen[f"a row, {kind}"] = ", ".join(results)
    return chosen


"""One function of a row judged: called on every batch, beside its references, by every property."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...numerics.floats.formats import as_float64, dtype_of
from ...numerics.vectors.definitions import RowFunction, row_functions
from ...proofs.enclosures.formats import FORMATS, Format
from ..implementation import Implementation
from ..trials.trial import Options
from ..workers.in_process import Caller
from ..workers.worker_process import Failed
from . import accuracy, independence, invariance, order, special_values, squares, sums
from .replay import rows_from_hex
from .rows import Batch, batches, cotangents
from .trial import FAILURE, Answered, RowTrial, Seen

FEW_EXAMPLES = 8
"""The examples of a check of a whole pack, whose rows are fewer."""
_FORMATS = ("float64", "float32", "float16", "bfloat16")


class Property(Protocol):
    """The shape of the modules of properties."""

    @property
    def NAME(self) -> str:
        """The property's name in findings."""
        ...

    def seen(self, trial: RowTrial) -> Iterator[Seen]:
        """The violations in a trial."""
        ...


PROPERTIES: tuple[Property, ...] = (accuracy, special_values, sums, order, invariance, independence, squares)


@dataclass(frozen=True)
class RowsJudged:
    """One function of a row, judged at one order in one format."""

    implementation: Implementation
    trial: RowTrial
    seen: tuple[Seen, ...]
    conventions: Mapping[str, str]


def is_of_rows(implementation: Implementation) -> bool:
    """Whether an implementation computes a function of a row."""
    return implementation.activation in row_functions()


def judge_rows(implementation: Implementation, fmt: Format, caller: Caller, options: Options) -> RowsJudged:
    """Everything seen of one implementation in one format."""
    function = row_functions()[implementation.activation]
    answered, seen, mutated = [], [], False
    empty = RowTrial(implementation, function, fmt, caller, options, ())
    for batch, cotangent in _batches(implementation, function, fmt, options):
        result = empty.at(batch, cotangent)
        if isinstance(result, Answered):
            answered.append(result)
        elif all(s.finding.property != _name(result) for s in seen):
            seen.append(_blamed(empty, batch, cotangent, result))
    trial = RowTrial(implementation, function, fmt, caller, options, tuple(answered))
    seen += [s for p in PROPERTIES for s in p.seen(trial)]
    return RowsJudged(implementation, trial, tuple(seen), _conventions(trial))


def formats_taken(implementation: Implementation, caller: Caller) -> list[Format]:
    """The formats a target takes: those it does not refuse. A target that refuses all is checked in float64."""
    function = row_functions()[implementation.activation]
    taken: list[Format] = []
    for fmt in map(FORMATS.__getitem__, _FORMATS):
        rows = np.array([[0.5, 1.0], [0.25, 2.0]], dtype_of(fmt))
        inputs = [rows]
        if implementation.order:
            inputs.append(rows[:, 0] if function.is_number else rows[:, : 2 // len(function.vectors)])
        answer = caller.call(implementation, inputs)
        if not (isinstance(answer, Failed) and answer.how == "exception"):
            taken.append(fmt)
    return taken or [FORMATS["float64"]]


def _batches(
    implementation: Implementation, function: RowFunction, fmt: Format, options: Options
) -> Iterator[tuple[Batch, np.ndarray | None]]:
    """The rows to try, with cotangents for a gradient."""
    if options.at:
        for text in options.at:
            row, cotangent = rows_from_hex(text, function, fmt)
            shape = (1,) if function.is_number else (1, -1)
            yield Batch(row[None], ("the row given",)), cotangent.reshape(shape) if implementation.order else None
        return
    rng = np.random.default_rng([options.seed, zlib.crc32(f"{function.name} {fmt.name}".encode())])
    for batch in batches(function, fmt, rng, few=options.examples <= FEW_EXAMPLES):
        yield batch, cotangents(function, batch, rng) if implementation.order else None


def _name(failed: Failed) -> str:
    return failed.how if failed.how in ("shape", "dtype") else "call"


def _blamed(trial: RowTrial, batch: Batch, cotangent: np.ndarray | None, failed: Failed) -> Seen:
    """The first row of a batch on which the implementation fails alone, or else the first row at all."""
    index, blame = 0, failed
    if failed.how == "exception":
        for i in range(len(batch.rows)):
            alone = trial.again(batch.rows[i : i + 1], None if cotangent is None else cotangent[i : i + 1])
            if isinstance(alone, Failed):
                index, blame = i, alone
                break
    row = batch.rows[index], None if cotangent is None else cotangent[index]
    message = f"{blame.message} ({batch.kinds[index]})"
    return Seen(FAILURE, trial.finding(_name(blame), *row, blame.how, "a result", message))


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


def total_rows(judged: Sequence[RowsJudged]) -> int:
    """The number of rows that were answered."""
    return sum(len(answered.batch.rows) for one in judged for answered in one.trial.answered)

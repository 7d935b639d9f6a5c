"""Functions of a row: from what was judged to one result. Its inputs are rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...proofs.enclosures.formats import Format
from ..findings import FAILURE, shown
from ..gates import NAMES
from ..implementation import Implementation
from ..trials.trial import Options
from ..vectors.judge import RowsJudged, judge_rows
from ..vectors.replay import row_hex, row_text
from ..vectors.trial import Answered
from ..workers.in_process import Caller
from .merge import gates_of, with_severity
from .results import CheckResult, Worst


def result_of_rows(
    same: Sequence[Implementation], fmt: Format, caller: Caller, options: Options
) -> CheckResult:
    """The result for a function of a row in one format. Raises ValueError where a range of inputs is asked for."""
    (implementation,) = same
    if options.span is not None:
        name = implementation.activation
        raise ValueError(f"span={options.span!r}: expected a function of numbers, {name} is one of rows")
    return _result(judge_rows(implementation, fmt, caller, options), options)


def _result(judged: RowsJudged, options: Options) -> CheckResult:
    trial = judged.trial
    implementation, answered = trial.implementation, trial.answered
    findings = [with_severity(f, options) for f in judged.findings if f.property not in options.ignored]
    largest = {
        gate: max((float(a.by_gate[gate].max(initial=0)) for a in answered), default=None)
        for gate in NAMES
    }
    flushed = sum(int(a.flushed.sum()) for a in answered)
    return CheckResult(
        target=implementation.target,
        activation=implementation.activation,
        parameters=dict(implementation.parameters),
        order=implementation.order,
        dtype=trial.format.name,
        coverage="sampled",
        inputs=sum(len(a.batch.rows) for a in answered),
        max_ulp=largest["max_ulp"],
        worst=_worst(max(answered, key=lambda a: float(a.error.max(initial=0)))) if answered else None,
        max_ulp_conditioned=largest["max_conditioned_ulp"],
        max_abs_error=largest["max_abs_error"],
        max_rel_error=largest["max_rel_error"],
        mean_signed_ulp=None,
        flushes_subnormals=bool(flushed),
        flushed_inputs=0,
        flushed_outputs=flushed,
        gates=() if "accuracy" in options.ignored else gates_of(largest, trial.format, options),
        findings=tuple(f for f in findings if f.severity == FAILURE),
        notes=tuple(f for f in findings if f.severity != FAILURE),
        seed=options.seed,
        conventions=judged.conventions,
    )


def _worst(answered: Answered) -> Worst:
    row, component = map(int, np.unravel_index(np.argmax(answered.error), answered.error.shape))
    cotangent = None if answered.cotangents is None else answered.cotangents[row]
    numbers, exact = answered.batch.rows[row], answered.reference.value[row, component]
    got = shown(answered.values[row, component])
    return Worst(row_text(numbers, cotangent), row_hex(numbers, cotangent), got, shown(exact))

"""Functions of a row: from what was judged to one result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..findings import shown
from ..implementation import Implementation
from ..trials.trial import Options
from ..vectors.judge import RowsJudged, formats_taken, judge_rows
from ..vectors.replay import row_hex, row_text
from ..vectors.trial import FAILURE, Answered
from ..workers.in_process import Caller
from .results import CheckResult, Worst


def results_of_rows(
    same: Sequence[Implementation], caller: Caller, options: Options
) -> Iterator[CheckResult]:
    """A result for each format in which a function of a row is checked."""
    (implementation,) = same
    for fmt in options.formats or formats_taken(implementation, caller):
        yield result_of(judge_rows(implementation, fmt, caller, options), options)


def result_of(judged: RowsJudged, options: Options) -> CheckResult:
    """The result of one function of a row in one format. Its inputs are rows."""
    implementation, trial = judged.implementation, judged.trial
    answered = [a for a in trial.answered if a.error.size]
    errors = [float(a.error.max()) for a in answered]
    return CheckResult(
        target=implementation.target,
        activation=implementation.activation,
        parameters=dict(implementation.parameters),
        order=implementation.order,
        dtype=trial.format.name,
        coverage="sampled",
        inputs=sum(len(a.batch.rows) for a in answered),
        max_ulp=max(errors, default=None),
        worst=_worst(answered[int(np.argmax(errors))]) if errors else None,
        max_ulp_conditioned=max((float(a.conditioned.max()) for a in answered), default=None),
        flushes_subnormals=any(bool(a.flushed.any()) for a in answered),
        findings=tuple(s.finding for s in judged.seen if s.severity == FAILURE),
        seed=options.seed,
        conventions=judged.conventions,
    )


def _worst(answered: Answered) -> Worst:
    row, component = map(int, np.unravel_index(np.argmax(answered.error), answered.error.shape))
    cotangent = None if answered.cotangents is None else answered.cotangents[row]
    numbers = answered.batch.rows[row]
    return Worst(
        row_text(numbers, cotangent), row_hex(numbers, cotangent), shown(answered.values[row, component]),
        shown(answered.reference.value[row, component]),
    )  # fmt: skip

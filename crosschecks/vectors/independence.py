"""A row's result depends on that row only: alone, in batches of 3 and 64, beside a row of NaN, in other memory, again.

A difference between results that the gates let pass is a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...numerics.floats.formats import Floats
from ..findings import FAILURE, NOTE, Finding
from ..workers.worker_process import Failed
from .trial import Answered, RowTrial

NAME = "row independence"

_LENGTHS, _FEW_LENGTHS = (3, 8, 20, 33, 64, 66, 1025), (17, 34)


@dataclass(frozen=True)
class _Setting:
    """A call in which a row of a batch stands at a place among others."""

    words: str
    row: int
    place: int
    rows: Floats
    cotangents: Floats | None
    layout: str = "contiguous"


def findings(trial: RowTrial) -> Iterator[Finding]:
    """At most one failure and one note."""
    told: set[str] = set()
    lengths = _FEW_LENGTHS if trial.few else _LENGTHS
    for answered in trial.answered:
        if answered.batch.rows.shape[1] in lengths or trial.options.at:
            for setting in _settings(answered, few=trial.few):
                finding = _difference(trial, answered, setting)
                if finding is not None and finding.severity not in told:
                    told.add(finding.severity)
                    yield finding


def _settings(answered: Answered, *, few: bool) -> Iterator[_Setting]:
    rows, cotangents = answered.batch.rows, answered.cotangents

    def first(words: str, others: Floats, count: int) -> _Setting:
        """The first row with others below it, `count` in all; one or two are not filled up."""
        layout = "exact" if count <= 2 else "contiguous"
        below = np.resize(others, (count - 1, rows.shape[1]))
        if cotangents is None:
            return _Setting(words, 0, 0, np.concatenate([rows[:1], below]), None, layout)
        more = np.resize(cotangents, (count - 1, *cotangents.shape[1:]))
        by = np.concatenate([cotangents[:1], more])
        return _Setting(words, 0, 0, np.concatenate([rows[:1], below]), by, layout)

    yield first("alone", rows[:0], 1) if len(rows) > 1 else first("in a batch of 2", rows, 2)
    yield first("in a batch of 64", rows[::-1], 64)
    yield first("beside rows of NaN", np.full_like(rows, np.nan), 64)
    if not few:
        yield first("in a batch of 3", rows[::-1], 3)
    last = len(rows) - 1
    yield _Setting("where memory lies column by column", last, last, rows, cotangents, "columns")
    yield _Setting("when called again", last, last, rows, cotangents)


def _difference(trial: RowTrial, answered: Answered, setting: _Setting) -> Finding | None:
    returned = trial.call(setting.rows, setting.cotangents, setting.layout)
    if isinstance(returned, Failed):
        message = f"{returned.how} {setting.words}: {returned.message}"
        return trial.finding(NAME, answered, setting.row, 0, message, got=np.nan)
    usual = answered.only(setting.row, answered.values[setting.row])
    other = answered.only(setting.row, returned.values[setting.place])
    different = ((usual.got != other.got) & ~(np.isnan(usual.got) & np.isnan(other.got)))[0]
    if not different.any():
        return None
    worse = different & (other.failing | usual.failing)[0]
    component = int(np.argmax(worse if worse.any() else different))
    message = f"a different result {setting.words} than in a batch of {len(answered.batch.rows)}"
    return trial.finding(
        NAME, answered, setting.row, component, message, severity=FAILURE if worse.any() else NOTE,
        got=other.values[0, component], expected=str(usual.values[0, component]),
    )  # fmt: skip

"""Results beside a baseline: what is worse and by how much, what is better, and what could not be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...proofs.enclosures.formats import format_named
from ..checking.results import CheckResult
from ..findings import Shown
from ..gates import NAMES
from ..properties.special_values import NAME as SPECIAL_VALUES
from ..trials.survey import Seen
from ..trials.symptoms import SYMPTOMS
from .baseline import EVERYTHING, Baseline, Scope, settings_of
from .rows import Key, Row, Violated, row_of
from .settings import Setting, setting_of

NOISE = 1e-9
"""Relative differences of errors that are rounding of the errors themselves."""


@dataclass(frozen=True)
class Change:
    """A difference between a row and its result."""

    row: str
    """The target, the function and the format."""
    what: str
    """The property or error, what it was and what it is."""

    def __str__(self) -> str:
        return f"{self.row}: {self.what}"


@dataclass(frozen=True)
class Comparison:
    """Results beside a baseline."""

    compared: int
    """The rows that were compared."""
    worse: tuple[Change, ...]
    better: tuple[Change, ...]
    remarks: tuple[str, ...]
    """The points on which the comparison could not be exact, a line each."""


def compare(results: Sequence[CheckResult], baseline: Baseline, scope: Scope | None = EVERYTHING) -> Comparison:
    """The comparison with a baseline: the worse and the better; nothing where the results are as they were.

    `scope` is what was asked for: rows in it without a result are gone. None: the check was cut short.
    Checks whose results are compared should be made with `effort=baseline.effort`, so that they judge the same inputs.
    """
    worse: list[Change] = []
    better: list[Change] = []
    elsewhere: Counter[tuple[Setting, Setting]] = Counter()
    unknown: list[Row] = []
    otherwise: list[Row] = []
    compared = 0
    for result in results:
        row, here = row_of(result), setting_of(result.target, result.versions)
        nearest = baseline.nearest(row.key, here)
        if nearest is None:
            unknown.append(row)
            continue
        setting, before = nearest
        if before.effort != row.effort:
            otherwise.append(row)
            continue
        compared += 1
        if setting != here:
            elsewhere[here, setting] += 1
        worse += [Change(str(row.key), what) for what in _worse(before, row)]
        better += [Change(str(row.key), what) for what in _worse(row, before, better=True)]
    uncompared = [row for row in (*unknown, *otherwise) if row.verdict == "fail"]
    worse += [Change(str(row.key), "fails, and has no row to be compared with") for row in uncompared]
    if scope is not None:
        worse += [Change(str(key), "is gone") for _, key in baseline.gone(results, scope)]
    remarks = [_elsewhere(here, setting, count) for (here, setting), count in elsewhere.items()]
    remarks += list(_unknown(unknown, baseline))
    if otherwise:
        remarks.append(
            f"{_rows(len(otherwise))} of which other inputs were judged ({otherwise[0].key}): not compared; "
            "check with the baseline's effort"
        )
    return Comparison(compared, tuple(worse), tuple(better), tuple(remarks))


def nothing_compared(results: Sequence[CheckResult], baseline: Baseline) -> str:
    """Why nothing could be compared, in one line."""
    targets = sorted({key.target for rows in baseline.rows.values() for key in rows})
    here = "; ".join(map(str, settings_of(results)))
    known = ", ".join(targets[:6]) + (", …" if len(targets) > 6 else "") if targets else "nothing"
    return f"nothing could be compared: the baseline has {known}, and no row of this check and its options on {here}"


def _worse(before: Row, now: Row, *, better: bool = False) -> Iterator[str]:
    """The respects in which a row is worse than another. `better`: the two are exchanged, and so are the words."""
    tolerance = max(before.tolerance, now.tolerance)
    for gate in now.gates:
        if gate in before.errors and gate in now.errors:
            yield from _larger_error(gate, before.errors[gate], now.errors[gate], tolerance, better)
    yield from _more_failing(before, now, tolerance, better)
    for name, violated in now.violated.items():
        if name == "accuracy" and (now.failing or before.failing):
            continue  # counted by symptom
        yield from _more_violated(name, before.violated.get(name), violated, tolerance, better)


def _larger_error(gate: str, before: float, now: float, tolerance: float, better: bool) -> Iterator[str]:
    if now > before * (1 + NOISE) * tolerance:
        old, new = (now, before) if better else (before, now)
        times = f" ({now / before:.3g} times)" if not better and before > 0 and now < float("inf") else ""
        yield f"{NAMES[gate]} {old:.4g} → {new:.4g}{times}"


def _more_failing(before: Row, now: Row, tolerance: float, better: bool) -> Iterator[str]:
    """Symptoms of more inputs, counted from the worst symptom: an input whose symptom is milder now is no new one."""
    were, are = 0, 0
    worst: Seen | None = None
    for symptom in SYMPTOMS:
        old, new = before.failing.get(symptom), now.failing.get(symptom)
        were, are = were + (old.count if old else 0), are + (new.count if new else 0)
        worst = worst + old if worst and old else worst or old
        if new is None or (tolerance > 1 and are <= were * tolerance):
            continue
        if are > were:
            counts = (new.count, old.count if old else 0)
            yield _counts(symptom, *(counts if better else counts[::-1]))
        elif not better and worst is not None and (new.low < worst.low or new.high > worst.high):
            at = new.low if new.low < worst.low else new.high
            yield f"{symptom} at {_number(at, now.key)}, which was right"


def _more_violated(
    name: str, before: Violated | None, now: Violated, tolerance: float, better: bool
) -> Iterator[str]:
    if before is None:
        first = f" at {now.at[0][0]}: got {now.at[0][1]}" if now.at and now.at[0][0] else ""
        yield f"{name} holds" if better else f"fails {name}, which held{first}"
    elif now.count > before.count * tolerance:
        yield _counts(f"fails {name}", *((now.count, before.count) if better else (before.count, now.count)))
    elif name == SPECIAL_VALUES and not better and tolerance == 1:
        right: dict[str, Shown] = {x: got for x, got in now.at if x not in dict(before.at)}
        yield from (f"{name}: got {got} at {x}, which was right" for x, got in right.items())


def _counts(what: str, before: int, now: int) -> str:
    return f"{what}: {before:,} → {now:,} inputs"


def _number(value: float, key: Key) -> str:
    digits = 2 + int(format_named(key.dtype).precision * 0.30103)
    return f"{value:.{digits}g}"


def _elsewhere(here: Setting, setting: Setting, count: int) -> str:
    there = setting.platform if setting.platform != here.platform else ""
    versions = ", ".join(f"{name} {v}" for name, v in setting.versions if (name, v) not in here.versions)
    return f"the baseline has no {here}: {_rows(count)} compared with {', '.join(filter(None, (there, versions)))}"


def _unknown(rows: Sequence[Row], baseline: Baseline) -> Iterator[str]:
    """The words for results without a row: that it is new, or was saved with other options."""
    asked = {key.function: dict(key.asked) for some in baseline.rows.values() for key in some}
    new = [row.key for row in rows if row.key.function not in asked]
    other = [row.key for row in rows if row.key.function in asked]
    if new:
        names = f"{new[0]}{', …' if len(new) > 1 else ''}"
        yield f"{_rows(len(new))} not in the baseline ({names}): save again to compare them"
    if other:
        saved = asked[other[0].function]
        options = ", ".join(f"{name} {value}" for name, value in saved.items()) or "none"
        yield f"{_rows(len(other))} not compared: saved with other parameters or options ({other[0]}: {options})"


def _rows(count: int) -> str:
    return f"{count} row{'s' if count != 1 else ''}"

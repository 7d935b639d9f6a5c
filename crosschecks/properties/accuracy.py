"""Every result is as near to the exact value as the gates ask for.

One finding for each cause of wrong results; where no cause is recognised, for NaNs, infinities and numbers each. It
stands at the input where a gate is exceeded most, and says which input is the simplest and from where to where results
are wrong. Where nothing was promised, a large error that the condition number explains is a note. Subnormals flushed to
zero are no errors here (:mod:`flushing`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...numerics.floats.formats import as_float64, to_bits
from ..findings import FAILURE, NOTE, Cause, Extent, Finding, digits_of, in_digits, point_hex, shown
from ..gates import ulp_words
from ..trials.groups import Group, by_kind
from ..trials.search import simplest
from ..trials.symptoms import SYMPTOMS, symptoms
from ..trials.trial import Subject

NAME = "accuracy"
COPIES, TRIED = 64, 8
"""Copies of an input in one call, which fill vector lanes and leave none over; how many of the worst are tried so."""


def findings(subject: Subject) -> Iterator[Finding]:
    """One for each group of failing inputs; or a note."""
    measured = subject.measured
    if not measured.failing.any():
        if measured.explained.any():
            yield _explained(subject)
        return
    groups = by_kind(measured.failing, _symptoms(subject)) if subject.groups is None else subject.groups
    for group in groups:
        yield _of_group(subject, group)


def _symptoms(subject: Subject) -> np.ndarray:
    return symptoms(subject.got, as_float64(subject.truth.reference.value), subject.format)


def _of_group(subject: Subject, group: Group) -> Finding:
    """The finding at the worst input of a group."""
    indices = np.flatnonzero(group.mask)
    worst = _worst_alone(subject, indices)
    indices = indices[np.argsort(np.abs(subject.x[indices]), kind="stable")]
    point = simplest(subject, indices, lambda probe: _is_in(subject, group, probe))
    found = tuple(a[indices[0]] for a in subject.inputs) if point is None else point
    extent = _extent(subject, group, indices, point_hex(found))
    remedy = "" if group.cause is None or not group.cause.remedy else f"{group.cause.remedy} tests it as that"
    simplest_one = _simplest_words(subject, found, worst, alone=point is not None)
    counted = _extent_words(extent, subject.format.name)
    words = [remedy, _symptom_words(subject, indices, worst), simplest_one, counted]
    return _finding(subject, worst, "; ".join(filter(None, words)), extent, group.cause)


def _is_in(subject: Subject, group: Group, probe: Subject) -> bool:
    """Whether a sample of one input fails as a group does: in its range, with a result of the same kind."""
    x = subject.x[group.mask]
    some = probe.measured.failing & (probe.x >= x.min()) & (probe.x <= x.max())
    return bool(np.isin(_symptoms(probe)[some], np.unique(_symptoms(subject)[group.mask])).any())


def _symptom_words(subject: Subject, indices: np.ndarray, worst: int) -> str:
    """The symptom of the worst result, where the finding does not say already that it is an exception, and the others'.
    """
    shown_by, raises = _symptoms(subject)[indices], subject.raising[indices]
    words = ["raises an exception"] if raises.any() else []
    words += [SYMPTOMS[k] for k in range(len(SYMPTOMS)) if (shown_by[~raises] == k).any()]
    raised, symptom = bool(subject.raising[worst]), SYMPTOMS[int(_symptoms(subject)[worst])]
    others = ", ".join(word for word in words if word != (words[0] if raised else symptom))
    own = [] if raised else [symptom]
    return "; ".join([*own, f"elsewhere {others}"] if others else own)


def _simplest_words(subject: Subject, point: tuple[object, ...], worst: int, *, alone: bool) -> str:
    """The simplest input, with its result, unless it is the worst."""
    if not alone:
        return "not where the input is alone"
    if point_hex(point) == point_hex(tuple(a[worst] for a in subject.inputs)):
        return ""
    probe = subject.at([np.full(65, x) for x in point])
    if probe is None:
        return ""
    digits, index = digits_of(subject.format.name), probe.measured.worst
    x = ", ".join(in_digits(shown(v), digits) for v in point)
    got, expected = (in_digits(shown(v[index]), digits) for v in (probe.values, probe.truth.reference.value))
    got = "an exception" if probe.raising[index] else got
    return f"simplest at x = {x} ({point_hex(point)}): {got}, not {expected}"


def _worst_alone(subject: Subject, indices: np.ndarray) -> int:
    """The index of the worst result that comes back where nothing but its input is in the array; or else of the worst.

    What vector lanes give and what is left over may differ: a finding should be seen again.
    """
    ranked = _worst_first(subject, indices)[:TRIED]
    again = subject.call([np.repeat(a[ranked], COPIES) for a in subject.inputs])
    values = getattr(again, "values", None)
    if values is None or values.dtype != subject.values.dtype or values.size != COPIES * len(ranked):
        return int(ranked[0])
    same = to_bits(values.reshape(-1, COPIES)) == to_bits(subject.values[ranked])[:, None]
    return int(ranked[np.argmax(same.all(axis=1))])


def _worst_first(subject: Subject, indices: np.ndarray) -> np.ndarray:
    """The indices by how far their errors are above the first gate that one of them does not pass."""
    measured = subject.measured
    gate = next(
        (name for name, limit in measured.limits.items() if (measured.by_gate[name][indices] > limit).any()),
        next(iter(measured.limits)),
    )
    return indices[np.argsort(-measured.by_gate[gate][indices], kind="stable")]


def _finding(
    subject: Subject, index: int, message: str, extent: Extent, cause: Cause | None, severity: str = FAILURE
) -> Finding:
    off = ulp_words(float(subject.measured.error[index]), subject.format)
    off = "no result" if subject.raising[index] else off
    gates = subject.measured.allowed(index)
    return subject.finding(
        NAME, index, subject.expected(index), f"{message}; {off} ({gates})", severity=severity, count=extent.count,
        cause=cause, extent=extent,
    )  # fmt: skip


def _explained(subject: Subject) -> Finding:
    """The note on errors that the condition number lets pass."""
    mask, index = subject.measured.explained, subject.measured.worst
    (group, *_) = [*(subject.groups or ()), Group(None, mask)]
    indices = np.flatnonzero(mask)
    extent = _extent(subject, Group(None, mask), indices, point_hex(tuple(a[index] for a in subject.inputs)))
    message = (
        "far from the exact value where the function is steep: half an ULP of the input moves the value as much; "
        f"{_extent_words(extent, subject.format.name)}"
    )
    return _finding(subject, index, message, extent, group.cause, NOTE)


def _extent(subject: Subject, group: Group, indices: np.ndarray, simplest_hex: str) -> Extent:
    """The inputs of a group. Those of the survey count where the group has all of the sample's of one symptom."""
    x, count = subject.x[indices], subject.distinct(indices)
    judged = subject.distinct(np.flatnonzero(subject.measured.judged))
    low, high, error = float(np.nanmin(x)), float(np.nanmax(x)), float(subject.measured.error[indices].max())
    if subject.survey is None:
        return Extent(count, judged, low, high, simplest_hex, error)
    first, failing = _symptoms(subject), subject.measured.failing
    for k, symptom in enumerate(SYMPTOMS):
        seen, mine = subject.survey.failing.get(symptom), group.mask & (first == k)
        if seen is not None and mine.any() and not (failing & (first == k) & ~group.mask).any():
            count += max(0, seen.count - subject.distinct(np.flatnonzero(mine)))
            low, high = min(low, seen.low), max(high, seen.high)
    tested = subject.survey.inputs if subject.survey.whole else judged + subject.survey.inputs
    return Extent(count, tested, low, high, simplest_hex, error)


def _extent_words(extent: Extent, dtype: str) -> str:
    """How many of how many inputs fail, and from where to where."""
    if extent.tested == 1:
        return "the one input tested"
    low, high = _end(extent.low, 1, dtype), _end(extent.high, -1, dtype)
    ends = f"{low} to {high}" if extent.low < extent.high else f"at {low}"
    return f"{extent.count} of the {extent.tested} inputs tested, {ends}"


def _end(x: float, inward: int, dtype: str) -> str:
    """An end of a range in six digits, and in all of them where those would say more than was tested."""
    short = f"{x:.6g}"
    return short if inward * float(short) >= inward * x else in_digits(x, digits_of(dtype))

"""Findings of one cause as one: what is out of bounds or out of order where results are wrong is no finding of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ..findings import FAILURE, Finding
from ..trials.trial import Subject

ACCURACY = "accuracy"
ALSO = {
    "bounds": "also passes a bound",
    "monotone": "also turns back",
    "symmetry": "also breaks the symmetry",
    "element independence": "also depends on the other elements",
}
"""The properties that wrong results break as well, in words."""
OF_ANOTHER = {"special values": "also at an infinity or NaN", "kinks": "also at kinks"}
"""The same where the implementation computes another function altogether."""
OF_ASKED = frozenset({*ALSO, *OF_ANOTHER, "flushed subnormals", "kink choice", "bias"}) - {"element independence"}
"""The properties of the function asked for, of which another one's results say nothing: no note is taken of them."""
ANOTHER = frozenset({
    "other-function", "other-parameter", "other-order", "float32-parameter", "wrong-sign", "saturates", "steps",
})  # fmt: skip
"""The kinds of causes that are another function."""


def one_per_cause(subject: Subject, findings: Iterable[Finding]) -> list[Finding]:
    """The findings, without those that lie at failing inputs: they are said in a finding of accuracy."""
    listed = list(findings)
    groups = [k for k, finding in enumerate(listed) if _is_wrong(finding)]
    if not groups:
        return listed
    another = any(_kind(listed[k]) in ANOTHER for k in groups)
    kept, also = list[int](), dict[int, list[str]]()
    for k, finding in enumerate(listed):
        if another and finding.severity != FAILURE and finding.property in OF_ASKED:
            continue
        home = None if finding.severity != FAILURE or k in groups else _home(subject, finding, groups, listed)
        if home is None:
            kept.append(k)
        else:
            also.setdefault(home, []).append((ALSO | OF_ANOTHER)[finding.property])
    return [
        replace(listed[k], message=", ".join([listed[k].message, *dict.fromkeys(also[k])])) if k in also else listed[k]
        for k in kept
    ]


def _is_wrong(finding: Finding) -> bool:
    return finding.property == ACCURACY and finding.severity == FAILURE


def _home(subject: Subject, finding: Finding, groups: list[int], listed: list[Finding]) -> int | None:
    """The index of the finding of accuracy that a finding belongs to; None where it stands for itself."""
    if finding.property in OF_ANOTHER:
        another = [k for k in groups if _kind(listed[k]) in ANOTHER]
        return another[0] if another else None
    if finding.property not in ALSO or finding.got == "nan":
        return None
    if len(groups) == 1:
        return groups[0]
    at = np.flatnonzero(subject.x == float(finding.x)) if isinstance(finding.x, float) else np.array([], np.intp)
    for k, group in zip(groups, subject.groups or (), strict=False):
        if at.size and group.mask[at].any():
            return k
    return groups[0]


def _kind(finding: Finding) -> str | None:
    cause = None if finding.details is None else finding.details.cause
    return None if cause is None else cause.kind

"""The failures of a check by cause: the same cause in several formats and orders of a function is one issue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...crosschecks.checking.results import CheckResult
from ...crosschecks.findings import Details, Finding

_FIRST = ("float32", "float64", "float16", "bfloat16")
"""The formats in which an issue is shown first."""
_ORDERS = ("", "-derivative", "-second-derivative")


@dataclass(frozen=True)
class Case:
    """One failure with the result that it is part of."""

    result: CheckResult
    finding: Finding
    details: Details


@dataclass(frozen=True)
class Issue:
    """The failures of one cause; the first is the one that a report shows."""

    kind: str
    title: str
    cases: tuple[Case, ...]

    @property
    def stem(self) -> str:
        """The name of the report's file, the same in every run: "torch-gelu-float32-cancellation"."""
        result = self.cases[0].result
        words = (result.target, result.activation + _ORDERS[result.order], result.dtype, self.kind)
        return "-".join(re.sub(r"[^A-Za-z0-9_.]+", "-", word).strip("-.") for word in words)


def issues(results: Sequence[CheckResult]) -> tuple[Issue, ...]:
    """The issues of a run, in the order in which their first failures come."""
    groups: dict[tuple[str, ...], list[Case]] = {}
    for result in results:
        for finding in result.findings:
            if finding.details is not None:
                case = Case(result, finding, finding.details)
                groups.setdefault((result.target, result.activation, *_kind(case)), []).append(case)
    return tuple(Issue(kind, title, tuple(sorted(cases, key=_rank))) for (*_, kind, title), cases in groups.items())


def _kind(case: Case) -> tuple[str, str]:
    """The kind of a failure, as part of a file's name, and its title."""
    cause = case.details.cause
    if cause is not None:
        return cause.kind, cause.title
    if case.finding.property != "accuracy":
        return case.finding.property.replace(" ", "-"), case.finding.property
    got = str(case.finding.got)
    if got == "nan":
        return "nan", "returns NaN"
    return ("infinity", "returns an infinity") if got in ("inf", "-inf") else ("accuracy", "is inaccurate")


def _rank(case: Case) -> tuple[int, int, str]:
    dtype = case.result.dtype
    return case.result.order, _FIRST.index(dtype) if dtype in _FIRST else len(_FIRST), dtype

"""Baselines in a run of checks: files read before it, results compared and saved after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...crosschecks.baselines.baseline import Baseline, Scope
from ...crosschecks.baselines.comparison import compare, nothing_compared
from ...crosschecks.baselines.files import BaselineError, read_baseline, write_baseline
from ...crosschecks.baselines.rows import row_of
from ...crosschecks.checking.check import check
from ...crosschecks.checking.results import CheckResult
from ...crosschecks.documents import plain
from ..errors import BadInput, describe_os_error

REPEATS = 4
"""How often what differs from call to call is checked again before it is saved."""


@dataclass
class Files:
    """The baseline that results are compared with and the one that they are saved in, each perhaps None.

    Raises BadInput for a file that is no baseline, and for a replay, which has no baseline.
    """

    compared: Path | None
    saved: Path | None
    at: Sequence[str] = ()
    known: Baseline = field(init=False)
    """The baseline whose effort the checks repeat."""

    def __post_init__(self) -> None:
        if self.at and (self.compared or self.saved):
            option = "--baseline" if self.compared else "--save-baseline"
            raise BadInput(f"--at and {option}: expected a replay, or a check of all inputs")
        self._old = _read(self.saved) if self.saved and self.saved.exists() else Baseline()
        self.known = _read(self.compared) if self.compared else self._old

    def handle(
        self, target: str, request: Mapping[str, Any], results: Sequence[CheckResult], *, interrupted: bool
    ) -> dict[str, Any]:
        """Compares and saves; returns what belongs in the document. After an interruption nothing is saved.

        `request` holds the options of `checks`.
        """
        activations = {result.activation for result in results} if request["as_"] else None
        scope = Scope(activations, request["orders"], request["dtypes"])
        document: dict[str, Any] = {}
        if self.compared:
            comparison = compare(results, self.known, None if interrupted else scope)
            document["baseline"] = {"file": str(self.compared), **plain(comparison)}
        if self.saved:
            document["saved"] = {"file": str(self.saved), "rows": 0 if interrupted else len(results)}
            if not interrupted:
                more = _again(target, request, results)
                try:
                    write_baseline(self.saved, self._old.updated([*results, *more], scope))
                except OSError as error:
                    raise BadInput(f"--save-baseline: {describe_os_error(error)}") from error
        return document

    def require_compared(self, results: Sequence[CheckResult], document: Mapping[str, Any]) -> None:
        """That something could be compared. Raises BadInput."""
        if not document["baseline"]["compared"]:
            raise BadInput(f"{self.compared}: {nothing_compared(results, self.known)}")


def _read(path: Path) -> Baseline:
    try:
        return read_baseline(path)
    except BaselineError as error:
        raise BadInput(str(error)) from error
    except OSError as error:
        raise BadInput(describe_os_error(error)) from error


def _again(target: str, request: Mapping[str, Any], results: Sequence[CheckResult]) -> list[CheckResult]:
    """Further results for what differs from call to call, of which the worst is to be saved."""
    same = Baseline().updated(results).effort
    more: list[CheckResult] = []
    for result in results:
        if row_of(result).tolerance > 1:
            own = {"as_": request["as_"] or result.activation, "dtypes": [result.dtype], "orders": [result.order]}
            for _ in range(REPEATS):
                more += check(target, **{**request, **own, "effort": same})
    return more

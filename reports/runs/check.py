"""Runs a cross-check result by result, with progress, keeping what is done when it is interrupted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...crosschecks.checking.check import checks
from ...crosschecks.checking.results import CheckResult
from ..writing.progress import Progress


def run(target: str, options: Mapping[str, Any]) -> tuple[list[CheckResult], bool]:
    """The results, and whether Ctrl-C cut the run short. `options` are the options of `checks`."""
    results: list[CheckResult] = []
    try:
        with Progress() as progress:
            for result in checks(target, **options):
                results.append(result)
                progress.step(f"{result.activation} order {result.order} {result.dtype}: {result.verdict}")
    except KeyboardInterrupt:
        return results, True
    return results, False

"""Runs a cross-check result by result, with progress, keeping what is done when it is interrupted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...crosschecks.checking.check import checks
from ...crosschecks.checking.results import CheckResult
from ..writing.progress import Progress


def run(target: str, asked: Mapping[str, Any]) -> tuple[list[CheckResult], bool]:
    """The results, and whether Ctrl-C cut the run short. `asked` holds the options of `checks`."""
    results: list[CheckResult] = []
    progress = Progress(None)
    try:
        for result in checks(target, **asked):
            results.append(result)
            progress.step(f"{result.activation} order {result.order} {result.dtype}: {result.verdict}")
    except KeyboardInterrupt:
        return results, True
    finally:
        progress.close()
    return results, False

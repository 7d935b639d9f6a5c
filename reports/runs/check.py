"""Runs a cross-check result by result, with progress, keeping what is done when it is interrupted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...crosschecks.checking.check import checks
from ...crosschecks.checking.results import CheckResult
from ...crosschecks.targets.resolve import PACKS
from ...crosschecks.workers.pool import available_cores
from ..writing.progress import Progress
from .pool import MOST_PROCESSES


def run(target: str, options: Mapping[str, Any], workers: int | None = None) -> tuple[list[CheckResult], bool]:
    """The results, and whether Ctrl-C cut the run short. `options` are those of `checks`; `workers` share a pack."""
    results: list[CheckResult] = []
    shared = target in PACKS and options.get("as_") is None
    jobs = (workers or available_cores(MOST_PROCESSES)) if shared else 1
    try:
        with Progress() as progress:
            for result in checks(target, jobs=jobs, **options):
                results.append(result)
                progress.step(f"{result.activation} order {result.order} {result.dtype}: {result.verdict}")
    except KeyboardInterrupt:
        return results, True
    return results, False

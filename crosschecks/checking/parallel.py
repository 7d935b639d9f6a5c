"""Judging on several processes, an activation at a time each. Results come in the order of a single process."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby, repeat

from ..implementation import Implementation
from ..trials.trial import Options
from ..workers.worker_process import Worker
from .judge import judge
from .results import CheckResult

_worker: Worker | None = None
"""In a process of the pool: the worker that serves all of its parts. It ends with the process, whose pipe it reads."""


def judge_in_parallel(
    implementations: Sequence[Implementation], options: Options, *, jobs: int, seconds: float
) -> Iterator[CheckResult]:
    """The results that `judge` yields, computed by `jobs` processes."""
    parts = [tuple(same) for _, same in groupby(implementations, key=lambda i: i.activation)]
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(seconds,))
    try:
        for results in pool.map(_judge_part, parts, repeat(options)):
            yield from results
    finally:
        pool.shutdown(cancel_futures=True)


def _start(seconds: float) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one decides what Ctrl-C means
    _worker = Worker(seconds=seconds)


def _judge_part(implementations: tuple[Implementation, ...], options: Options) -> tuple[CheckResult, ...]:
    assert _worker is not None
    return tuple(judge(implementations, _worker, options))

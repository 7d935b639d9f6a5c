"""Runs independent parts of a report on a few processes; one part that fails loses only itself.

Knows nothing of what a part computes: a part is a module-level function with plain arguments that
returns JSON data.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Part:
    """One independent piece of work: where its data belongs, and how it is computed."""

    section: str
    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Done:
    """What became of a part: its data, or the reason why there is none."""

    part: Part
    data: Any = None
    failure: str | None = None
    seconds: float = 0.0


@dataclass
class Outcome:
    """The parts that ended, in the order in which they were asked for, and whether the run was cut short."""

    done: list[Done] = field(default_factory=list)
    interrupted: bool = False


def available_cores() -> int:
    """How many processes this one may run at once, at most 64."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, 64)


def run_parts(parts: Sequence[Part], *, jobs: int, on_done: Callable[[Done], None]) -> Outcome:
    """Runs `parts` on `jobs` processes, telling `on_done` about each as it ends; Ctrl-C keeps what is done."""
    results: dict[int, Done] = {}
    outcome = Outcome()
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_ignore_interrupts)
    futures: dict[Future[Done], int] = {}
    try:
        futures = {pool.submit(_run_one, part): index for index, part in enumerate(parts)}
        for future in as_completed(futures):
            index = futures[future]
            results[index] = _result_of(future, parts[index])
            on_done(results[index])
    except KeyboardInterrupt:
        outcome.interrupted = True
        _stop(pool)
    finally:
        pool.shutdown(wait=not outcome.interrupted, cancel_futures=True)
    outcome.done = [results[index] for index in sorted(results)]
    return outcome


def _run_one(part: Part) -> Done:
    started = time.perf_counter()
    try:
        data, failure = part.function(*part.arguments), None
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
        data, failure = None, f"{type(error).__name__}: {error} ({where})"
    return Done(part, data, failure, time.perf_counter() - started)


def _result_of(future: Future[Done], part: Part) -> Done:
    try:
        return future.result()
    except BrokenProcessPool:
        return Done(part, failure="a worker process died (out of memory?)")
    except Exception as error:  # what a part returned could not be sent back
        return Done(part, failure=f"{type(error).__name__}: {error}")


def _ignore_interrupts() -> None:
    """Ctrl-C reaches the whole process group; only the parent decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _stop(pool: ProcessPoolExecutor) -> None:
    """Ends this pool's own processes, so that an interrupted run does not wait for the parts under way."""
    for process in list((pool._processes or {}).values()):
        process.terminate()

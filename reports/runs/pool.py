"""Runs independent parts of a report on a few processes; one part that fails loses only itself.

Knows nothing of what a part computes: a part is a module-level function with plain arguments that
returns JSON data.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

DIED = "a worker process died (out of memory?)"
PATIENCE = 1.0
"""Seconds that parts are run in this process, before it pays to start others."""


@dataclass(frozen=True)
class Part:
    """One independent piece of work: where its data belongs, and how it is computed."""

    section: str
    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Done:
    """The outcome of a part: its data, or the reason why there is none."""

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


def run_few(parts: Sequence[Part], *, jobs: int | None, on_done: Callable[[Done], None]) -> Outcome:
    """run_parts for parts that are often quick: without `jobs`, those of the first second run in this process."""
    here = Outcome()
    workers = available_cores() if jobs is None else jobs
    patience = PATIENCE if jobs is None else 0.0
    started = time.perf_counter()
    try:
        for part in parts:
            if min(workers, len(parts) - len(here.done)) > 1 and time.perf_counter() - started >= patience:
                break
            here.done.append(_run_one(part))
            on_done(here.done[-1])
    except KeyboardInterrupt:
        here.interrupted = True
        return here
    rest = run_parts(parts[len(here.done) :], jobs=workers, on_done=on_done, start=_quickest_start())
    return Outcome(here.done + rest.done, rest.interrupted)


def _quickest_start() -> str:
    """A copy of this process has imported everything and knows what it found out; it must have one thread."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def run_parts(parts: Sequence[Part], *, jobs: int, on_done: Callable[[Done], None], start: str = "spawn") -> Outcome:
    """Runs `parts` on `jobs` processes, telling `on_done` about each as it ends; Ctrl-C keeps what is done."""
    results: dict[int, Done] = {}

    def finish(index: int, done: Done) -> None:
        results[index] = done
        on_done(done)

    waiting = list(range(len(parts)))
    interrupted = False
    try:
        while waiting:
            lost = _on_pool(parts, waiting, jobs, finish, start)
            # Parts start in order, so that one of the first of those lost ended its process: each is tried alone.
            suspects, waiting = lost[: jobs + 1], lost[jobs + 1 :]
            for index in suspects:
                if _on_pool(parts, [index], 1, finish, start):
                    finish(index, Done(parts[index], failure=DIED))
    except KeyboardInterrupt:
        interrupted = True
    return Outcome([results[index] for index in sorted(results)], interrupted)


def _on_pool(
    parts: Sequence[Part], indices: Sequence[int], jobs: int, finish: Callable[[int, Done], None], start: str
) -> list[int]:
    """Runs some parts on processes of their own; returns those that were lost because one of the processes died."""
    context = multiprocessing.get_context(start)
    pool = ProcessPoolExecutor(min(jobs, len(indices)), context, initializer=_ignore_interrupts)
    futures: dict[Future[Done], int] = {}
    lost: list[int] = []
    finished = False
    try:
        with _interrupts_held():
            for index in indices:
                try:
                    futures[pool.submit(_run_one, parts[index])] = index
                except BrokenProcessPool:
                    lost.append(index)
        for future in as_completed(futures):
            done = _result_of(future, parts[futures[future]])
            if done is None:
                lost.append(futures[future])
            else:
                finish(futures[future], done)
        finished = True
    finally:
        if not finished:
            _stop(pool)
        pool.shutdown(wait=finished, cancel_futures=True)
    return sorted(lost)


def _run_one(part: Part) -> Done:
    started = time.perf_counter()
    try:
        data, failure = part.function(*part.arguments), None
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
        data, failure = None, f"{type(error).__name__}: {error} ({where})"
    return Done(part, data, failure, time.perf_counter() - started)


def _result_of(future: Future[Done], part: Part) -> Done | None:
    """The outcome of a part; None where a process died, which need not have been this part's."""
    try:
        return future.result()
    except BrokenProcessPool:
        return None
    except Exception as error:  # what a part returned could not be sent back
        return Done(part, failure=f"{type(error).__name__}: {error}")


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Processes started inside never see Ctrl-C, not even while they import; this one sees it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ignore_interrupts() -> None:
    """Ctrl-C reaches the whole process group; only the parent decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _stop(pool: ProcessPoolExecutor) -> None:
    """Ends this pool's own processes, so that an interrupted run does not wait for the parts under way."""
    for process in list((pool._processes or {}).values()):
        process.terminate()

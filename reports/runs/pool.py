"""Runs independent parts of a report on a few processes; one part that fails loses only itself.

Knows nothing of what a part computes: a part is a module-level function with plain arguments that
returns JSON data.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from ...crosschecks.workers.pool import Died, Process, Stopped, available_cores, served
from ..errors import BadInput
from ..writing.progress import Progress

MOST_PROCESSES = 64
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


def run_few(parts: Sequence[Part], *, jobs: int | None, on_done: Callable[[Done], None]) -> Outcome:
    """run_parts for parts that are often quick: without `jobs`, those of the first second run in this process."""
    quick = Outcome()
    workers = available_cores(MOST_PROCESSES) if jobs is None else jobs
    patience = PATIENCE if jobs is None else 0.0
    started = time.perf_counter()
    try:
        for part in parts:
            if min(workers, len(parts) - len(quick.done)) > 1 and time.perf_counter() - started >= patience:
                break
            quick.done.append(_run_one(part))
            on_done(quick.done[-1])
    except KeyboardInterrupt:
        quick.interrupted = True
        return quick
    rest = run_parts(parts[len(quick.done) :], jobs=workers, on_done=on_done, start=quickest_start())
    return Outcome(quick.done + rest.done, rest.interrupted)


def run_all(parts: Sequence[Part], workers: int | None) -> tuple[list[Any], dict[str, Any]]:
    """The data of parts none of which may fail, and of an interrupted run `interrupted` and the number `asked` for.

    Raises BadInput for the first part that failed.
    """
    with Progress(len(parts)) as progress:
        outcome = run_few(parts, jobs=workers, on_done=lambda done: progress.step(done.part.name))
    for done in outcome.done:
        if done.failure is not None:
            raise BadInput(done.failure)
    cut = {"interrupted": True, "asked": len(parts)} if outcome.interrupted else {}
    return [done.data for done in outcome.done], cut


def quickest_start() -> str:
    """A copy of this process has imported everything and knows what it found out; it must have one thread."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def run_parts(parts: Sequence[Part], *, jobs: int, on_done: Callable[[Done], None], start: str = "spawn") -> Outcome:
    """Runs `parts` on `jobs` processes, telling `on_done` about each as it ends; Ctrl-C keeps what is done."""
    results: dict[int, Done] = {}
    crew = [Process(start) for _ in range(min(jobs, len(parts)))]
    interrupted = False
    try:
        with closing(served(enumerate(parts), crew, _run_on)) as outcomes:
            for (index, _), done in outcomes:
                results[index] = done
                on_done(done)
    except KeyboardInterrupt:
        interrupted = True
    return Outcome([results[index] for index in sorted(results)], interrupted)


def _run_on(process: Process, numbered: tuple[int, Part]) -> Done:
    """A part that ends its process, or whose data cannot be sent, has failed like any other."""
    part = numbered[1]
    try:
        return process.call(_run_one, part)
    except Died as error:
        return Done(part, failure=str(error))
    except Stopped:
        raise
    except Exception as error:
        return Done(part, failure=f"{type(error).__name__}: {error}")


def _run_one(part: Part) -> Done:
    started = time.perf_counter()
    try:
        data, failure = part.function(*part.arguments), None
    except BadInput as error:
        data, failure = None, str(error)
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
        data, failure = None, f"{type(error).__name__}: {error} ({where})"
    return Done(part, data, failure, time.perf_counter() - started)

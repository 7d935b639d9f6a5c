"""Sweeps everything a target ships, one implementation and format after the other, with progress."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby, product
from pathlib import Path
from typing import Any

from ...crosschecks.implementation import Implementation
from ...crosschecks.inputs.bit_patterns import patterns as patterns_named
from ...crosschecks.sweeps.result import SweepResult
from ...crosschecks.sweeps.schedulers import available_cores
from ...crosschecks.sweeps.sweep import sweep
from ...crosschecks.sweeps.tile_worker import Guarded, Stopped, SweepError, Task
from ...crosschecks.targets.resolve import Request, resolve
from ...crosschecks.workers.worker_process import Worker
from ...proofs.catalogue.parse import definition
from ...proofs.enclosures.formats import format_named
from ..writing.progress import Progress

_ASKED = ("as_", "parameters", "orders", "implements", "derivative", "array")


@dataclass
class Swept:
    """The results, and what there are none of."""

    results: list[SweepResult] = field(default_factory=list)
    asked: int = 0
    """How many sweeps were to be made."""
    left_out: list[str] = field(default_factory=list)
    """Activations of several inputs, which cannot be swept."""
    problems: list[str] = field(default_factory=list)
    """Sweeps that could not be made, one line each."""
    interrupted: bool = False


def run(target: str, formats: Sequence[str], given: Mapping[str, Any]) -> Swept:
    """`given` holds the options of the target, of which checks.py says more, and those of `sweep`.

    Raises what `sweep` raises where there is only one to make.
    """
    for name in formats:
        patterns_named(given["patterns"], format_named(name))
    with Worker() as worker:
        found = resolve(Request(target, **{name: given[name] for name in _ASKED}), worker)
    swept = Swept()
    one_input = [i for i in found if len(definition(i.activation).inputs) == 1]
    swept.left_out = list(dict.fromkeys(i.activation for i in found if i not in one_input))
    if not one_input:
        raise SweepError(f"{', '.join(swept.left_out)}: of several inputs, and a sweep goes through those of one")
    wanted = list(product(one_input, formats))
    swept.asked = len(wanted)
    options = {name: given[name] for name in ("patterns", "device", "workers", "dask", "seconds")}
    if (folder := given["checkpoint"]) is not None and len(wanted) > 1:
        if folder.exists() and not folder.is_dir():
            raise SweepError(f"{folder}: expected a folder for the checkpoints of {len(wanted)} sweeps")
        folder.mkdir(exist_ok=True)
    files = [_checkpoint(given["checkpoint"], one, fmt, alone=len(wanted) == 1) for one, fmt in wanted]
    jobs = [_Job(one, fmt, file) for (one, fmt), file in zip(wanted, files, strict=True)]
    small = [job for job in jobs if len(jobs) > 1 and not given["dask"] and format_named(job.format).bits <= 16]
    shown = Shown(len(jobs))
    try:
        _side_by_side(small, options, shown)
        for job in jobs:
            if job not in small:
                job.make(shown, options)
    except KeyboardInterrupt:
        swept.interrupted = True
    finally:
        shown.close()
    if len(jobs) == 1 and jobs[0].problem is not None:
        raise jobs[0].problem
    swept.problems = [str(job.problem) for job in jobs if job.problem is not None]
    swept.results = [job.result for job in jobs if job.result is not None]
    swept.interrupted |= not all(result.finished for result in swept.results)
    return swept


@dataclass
class _Job:
    """One sweep, and what came of it."""

    implementation: Implementation
    format: str
    checkpoint: Path | None
    result: SweepResult | None = None
    problem: SweepError | None = None

    def make(self, shown: Shown, options: Mapping[str, Any], guarded: Guarded | None = None) -> None:
        """Makes the sweep. Raises KeyboardInterrupt where that ended it, and Stopped where the process does."""
        one = self.implementation
        told = shown.of(one.activation + "'" * one.order + f" {self.format}")
        try:
            self.result = sweep(
                one, fmt=self.format, checkpoint=self.checkpoint, progress=told, guarded=guarded, **options
            )
        except SweepError as error:
            self.problem = error
        shown.ended()
        if self.result is not None and not self.result.finished:
            raise KeyboardInterrupt


def _side_by_side(jobs: Sequence[_Job], options: Mapping[str, Any], shown: Shown) -> None:
    """Small sweeps, each whole on one of the processes; those of one function after the other on the same."""
    of_function = [list(same) for _, same in groupby(jobs, key=lambda job: job.implementation)]
    waiting, stopping = iter(of_function), threading.Event()
    taking = threading.Lock()
    crew: list[Guarded] = []

    def serve(guarded: Guarded) -> None:
        with guarded, suppress(Stopped):
            while not stopping.is_set():
                with taking:
                    same = next(waiting, None)
                if same is None:
                    return
                for job in same:
                    job.make(shown, options, guarded)

    workers = min(options["workers"] or available_cores(), len(of_function))
    try:
        with ThreadPoolExecutor(max(1, workers)) as pool:
            for job in jobs[:workers]:
                task = Task(job.implementation, job.format, seconds=options["seconds"])
                crew.append(Guarded(task, stopped=stopping.is_set))
            for done in as_completed([pool.submit(serve, guarded) for guarded in crew]):
                done.result()
    finally:
        stopping.set()
        for guarded in crew:
            guarded.kill()


def _checkpoint(path: Path | None, one: Implementation, fmt: str, *, alone: bool) -> Path | None:
    if path is None or alone:
        return path
    return path / f"{one.activation}-{one.order}-{fmt}.sweep"


class Shown:
    """One line on a terminal: how far, how fast, how long still."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0
        self._line = Progress(None)
        self._next = 0.0

    def of(self, name: str) -> Callable[[int, int, float], None]:
        """Tells of one sweep how much is done, at most ten times a second."""

        def told(done: int, total: int, rate: float) -> None:
            if time.perf_counter() >= self._next:
                self._next = time.perf_counter() + 0.1
                count = f"[{self._done + 1}/{self._total}] " if self._total > 1 else ""
                self._line.say(f"{count}{name}: {sentence(done, total, rate)}")

        return told

    def ended(self) -> None:
        """One sweep more is done."""
        self._done += 1

    def close(self) -> None:
        """Leaves the terminal's line empty."""
        self._line.close()


def sentence(done: int, total: int, rate: float) -> str:
    """`43.0 %, 81.2 million inputs/s, 2 min 31 s left`; the first part only, as long as no more is known."""
    if not rate:
        return f"{100 * done / total:.1f} %"
    speed = f"{rate / 1e6:.1f} million" if rate >= 1e6 else f"{rate:.0f}"
    return f"{100 * done / total:.1f} %, {speed} inputs/s, {duration((total - done) / rate)} left"


def duration(seconds: float) -> str:
    """A time in its two largest units."""
    whole = round(seconds)
    for unit, size, lower in (("d", 86400, "h"), ("h", 3600, "min"), ("min", 60, "s")):
        if whole >= size:
            part = {"h": 3600, "min": 60, "s": 1}[lower]
            return f"{whole // size} {unit} {whole % size // part} {lower}"
    return f"{whole} s"

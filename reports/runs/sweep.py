"""Sweeps everything a target ships, one implementation and format after the other, with progress."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby, product
from pathlib import Path

from ...crosschecks.implementation import Implementation
from ...crosschecks.inputs.bit_patterns import patterns as patterns_named
from ...crosschecks.sweeps.result import SweepResult
from ...crosschecks.sweeps.sweep import SweepOptions, swept
from ...crosschecks.sweeps.tile_worker import Guarded, SweepError, Task
from ...crosschecks.targets.resolve import Request, resolve
from ...crosschecks.workers.pool import available_cores, served
from ...crosschecks.workers.worker_process import Worker
from ...numerics.vectors.definitions import row_functions
from ...proofs.catalogue.parse import definition
from ...proofs.enclosures.formats import format_named
from ..writing.progress import Progress


@dataclass
class Swept:
    """The results of sweeps, and the sweeps that have none."""

    results: list[SweepResult] = field(default_factory=list)
    asked: int = 0
    """The number of sweeps that were to be made."""
    left_out: list[str] = field(default_factory=list)
    """Activations of several inputs, which cannot be swept."""
    problems: list[str] = field(default_factory=list)
    """Sweeps that could not be made, one line each."""
    interrupted: bool = False


def run(
    request: Request, formats: Sequence[str] | None, options: SweepOptions, checkpoint: Path | None = None
) -> Swept:
    """Sweeps all that a request names, in every format; None: those that it says it takes, else float32. The
    checkpoint is a folder where there are several sweeps.

    Raises TargetError, PatternsError, OSError and, where no sweep or the only one cannot be made, SweepError.
    """
    with Worker() as worker:
        implementations = resolve(request, worker)
    formats = formats or implementations[0].formats or ("float32",)
    for name in formats:
        patterns_named(options.patterns, format_named(name))
    of_numbers = [i for i in implementations if i.activation not in row_functions()]
    one_input = [i for i in of_numbers if len(definition(i.activation).inputs) == 1]
    left_out = list(dict.fromkeys(i.activation for i in implementations if i not in one_input))
    if not one_input:
        raise SweepError(f"{', '.join(left_out)}: of several inputs, and a sweep goes through those of one")
    jobs = [_Job(implementation, name, options) for implementation, name in product(one_input, formats)]
    if checkpoint is not None:
        _keep(jobs, checkpoint)
    done = Swept(asked=len(jobs), left_out=left_out)
    small = [job for job in jobs if len(jobs) > 1 and not options.dask and format_named(job.format).bits <= 16]
    with Progress(len(jobs)) as progress:
        try:
            _side_by_side(small, options, progress)
            for job in jobs:
                if job not in small:
                    job.make(progress)
        except KeyboardInterrupt:
            done.interrupted = True
    if jobs[0].problem is not None and not any(job.result for job in jobs):
        raise jobs[0].problem
    done.problems = [str(job.problem) for job in jobs if job.problem is not None]
    done.results = [job.result for job in jobs if job.result is not None]
    done.interrupted |= not all(result.finished for result in done.results)
    return done


@dataclass
class _Job:
    """One sweep, and what came of it."""

    implementation: Implementation
    format: str
    options: SweepOptions
    checkpoint: Path | None = None
    result: SweepResult | None = None
    problem: SweepError | None = None

    def make(self, progress: Progress, guarded: Guarded | None = None) -> None:
        """Makes the sweep. Raises KeyboardInterrupt where that ended it, and Stopped where the process does."""
        name = self.implementation.activation + "'" * self.implementation.order + f" {self.format}"
        try:
            self.result = swept(
                self.implementation, format_named(self.format), self.options,
                guarded=guarded, checkpoint=self.checkpoint, progress=progress.of(name),
            )  # fmt: skip
        except SweepError as error:
            self.problem = error
        progress.step(name)
        if self.result is not None and not self.result.finished:
            raise KeyboardInterrupt


def _side_by_side(jobs: Sequence[_Job], options: SweepOptions, progress: Progress) -> None:
    """Small sweeps, each whole on one of the processes; those of one function after the other on the same."""
    of_function = [list(same) for _, same in groupby(jobs, key=lambda job: job.implementation)]
    workers = min(options.workers or available_cores(), len(of_function))
    crew = [Guarded(Task(job.implementation, job.format, seconds=options.seconds)) for job in jobs[:workers]]

    def serve(guarded: Guarded, same: Sequence[_Job]) -> None:
        for job in same:
            job.make(progress, guarded)

    with closing(served(of_function, crew, serve)) as ended:
        for _ in ended:
            pass


def _keep(jobs: Sequence[_Job], checkpoint: Path) -> None:
    """Gives each job its checkpoint: the file of this name, or one of its own in the folder of this name."""
    if len(jobs) == 1:
        jobs[0].checkpoint = checkpoint
        return
    if checkpoint.exists() and not checkpoint.is_dir():
        raise SweepError(f"{checkpoint}: expected a folder for the checkpoints of {len(jobs)} sweeps")
    checkpoint.mkdir(exist_ok=True)
    for job in jobs:
        i = job.implementation
        name = i.activation if ":" not in i.target else f"{i.activation}-{i.target.rpartition(':')[2]}"
        job.checkpoint = checkpoint / f"{name}-{i.order}-{job.format}.sweep"

"""Sweeps: every input of a set, however large, compared with the certified truth, on all cores or on a cluster.

A sweep is chunks in any order on any number of processes; what they find merges into one profile, which depends on
the implementation and on the set of inputs alone.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from ...proofs.catalogue.entries import Activation
from ...proofs.catalogue.parse import definition
from ...proofs.enclosures.formats import Format, format_named
from ..implementation import Implementation
from ..inputs.bit_patterns import ALL, Patterns
from ..inputs.bit_patterns import patterns as patterns_named
from ..targets.foreign import is_program
from ..targets.resolve import Request, resolve
from ..targets.versions import libraries
from ..workers.pool import available_cores
from ..workers.worker_process import Worker
from .checkpoint import Checkpoint, Progressing, State
from .profile import Profile
from .result import SweepResult
from .schedulers import Chunk, on_dask, on_one, on_processes
from .tile_worker import PROFILE_OF, Guarded, SweepError, Task
from .tiles import TILE

PIECES, FAIR = 16, 4
"""The most tiles a process judges before it tells what it found; fewer where needed for each to have FAIR turns."""
DEVICE_TILE, DEVICE_WORKERS = 1 << 23, 4
"""On a device besides the processor: a tile's inputs, a whole binade, and the most processes to share it by default."""
PROGRAM_TILE = 1 << 21
"""The tile of a program, which is started for each."""
SMALL_TILE = 1 << 12
"""The tile of the formats of 16 bits, whose few inputs are judged one by one: enough for every core to have some."""

Tell = Callable[[int, int, float], object]
"""Told of progress: inputs done, inputs in all, inputs a second."""


@dataclass(frozen=True)
class SweepOptions:
    """The options of a sweep that do not say what is swept; see :func:`sweep`."""

    patterns: str = ALL
    device: str | None = None
    workers: int | None = None
    dask: str | None = None
    seconds: float = 60.0
    chunk: int | None = None
    tile: int | None = None
    judge: str = PROFILE_OF


@dataclass(frozen=True)
class _Plan:
    """A sweep, and how its work is cut."""

    task: Task
    inputs: Patterns
    tile: int
    chunk: int
    """The most tiles of a chunk."""
    workers: int
    versions: Mapping[str, str]

    def identity(self) -> dict[str, Any]:
        """All that the profile of the sweep depends on."""
        implementation = self.task.to_json()["implementation"]
        del implementation["formats"], implementation["asked"]  # they say nothing about what is swept
        return {
            **implementation,
            "format": self.task.format,
            "patterns": self.inputs.spec,
            "inputs": self.inputs.inputs,
            "runs": hashlib.sha256(repr(self.inputs.runs).encode()).hexdigest(),
            "tile": self.tile,
            "judge": self.task.judge,
            "seconds": self.task.seconds,
            "versions": self.versions,
        }

    def chunks(self, done: tuple[tuple[int, int], ...]) -> Iterator[Chunk]:
        """The chunks of work that are not done."""
        pieces, number = self.inputs.pieces(self.tile), 0
        for first, end in chain(done, [(sys.maxsize, sys.maxsize)]):
            while number < first and (runs := tuple(islice(pieces, min(self.chunk, first - number)))):
                yield Chunk(number, runs)
                number += len(runs)
            if number < first:
                return
            number += sum(1 for _ in islice(pieces, end - first))


def sweep(
    implementation: Implementation | str,
    *,
    fmt: str | Format,
    as_: str | Activation | None = None,
    order: int = 0,
    parameters: Mapping[str, Any] | None = None,
    signature: str | None = None,
    patterns: str = ALL,
    device: str | None = None,
    workers: int | None = None,
    dask: str | None = None,
    guarded: Guarded | None = None,
    checkpoint: str | Path | None = None,
    progress: Tell | None = None,
    seconds: float = 60.0,
    chunk: int | None = None,
    tile: int | None = None,
    judge: str = PROFILE_OF,
) -> SweepResult:
    """Compares an implementation with the truth at every input of a set.

    Ctrl-C ends it early: the result then holds what is done, and is not `finished`.

    Args:
        implementation: one implementation at one order; or a target, of which `as_`, `order`, `parameters` and
            `signature` say more, as in :func:`gradproof.crosschecks.checks`.
        fmt: the format of its inputs and results.
        patterns: which inputs, in the words of :mod:`gradproof.crosschecks.inputs.bit_patterns`.
        device: where its tensors are made and judged, in torch's words: `cuda`, `cuda:1`, `cpu`. Where none is given,
            NumPy judges. The profile of the same results is the same.
        workers: processes on this machine; as many as there are cores, or a few that share a device. They call the
            implementation, so that a crash is a failure in the profile.
        dask: the address of a Dask scheduler, to use its cluster instead. The target must be importable there.
        guarded: a process to use instead, which may have made other sweeps.
        checkpoint: a file that keeps how far the sweep came. Where it is there, the sweep goes on from it.
        progress: told of progress whenever a chunk is done.
        seconds: how long the implementation may take for one tile of inputs.
        chunk, tile, judge: how the work is cut, and who judges a tile.

    Raises SweepError for what cannot be swept, TargetError and UnknownActivation for a target, PatternsError for the
    words, OSError for a checkpoint that cannot be read or made, and Stopped where `guarded` does.
    """
    if not isinstance(implementation, Implementation | str):  # pyright: ignore[reportUnnecessaryIsInstance]  # a user's
        raise TypeError(f"target={implementation!r}: expected an implementation, or a name such as torch")
    if isinstance(implementation, str):
        implementation = _only(Request(implementation, as_, dict(parameters or {}), (order,), signature=signature))
    options = SweepOptions(patterns, device, workers, dask, seconds, chunk, tile, judge)
    form = fmt if isinstance(fmt, Format) else format_named(fmt)
    return swept(implementation, form, options, guarded=guarded, checkpoint=checkpoint, progress=progress)


def swept(
    implementation: Implementation,
    fmt: Format,
    options: SweepOptions,
    *,
    guarded: Guarded | None = None,
    checkpoint: str | Path | None = None,
    progress: Tell | None = None,
) -> SweepResult:
    """The sweep of one implementation; see :func:`sweep`."""
    plan = _planned(implementation, fmt, options)
    task, inputs = plan.task, plan.inputs.inputs
    file = Checkpoint(Path(checkpoint), plan.identity()) if checkpoint is not None else None
    progressing = Progressing((file and file.load()) or State(Profile(fmt.name)), file)
    chunks = plan.chunks(progressing.state().done)
    if guarded is not None:
        judged = on_one(guarded, task, chunks)
    elif options.dask:
        judged = on_dask(task, chunks, address=options.dask, versions=plan.versions)
    else:
        judged = on_processes(task, chunks, workers=plan.workers)
    finished = False
    try:
        with closing(judged):
            for part in judged:
                progressing.add(part)
                if progress is not None:
                    progress(progressing.inputs, inputs, progressing.rate)
        finished = True
    except KeyboardInterrupt:
        pass
    finally:
        problem = progressing.save()
    state = progressing.state()
    return SweepResult(
        task.implementation, fmt.name, options.patterns, inputs, state.inputs, state.profile, state.seconds, finished,
        plan.versions, problem,
    )  # fmt: skip


def _planned(implementation: Implementation, fmt: Format, options: SweepOptions) -> _Plan:
    """Raises SweepError for what cannot be swept, and PatternsError."""
    if len(inputs := definition(implementation.activation).inputs) > 1:
        raise SweepError(f"{implementation.activation} takes {len(inputs)} inputs: a sweep goes through those of one")
    if options.device is not None:
        if implementation.array != "torch":
            expected = f"{implementation.target} takes arrays of {implementation.array}, expected torch's tensors"
            raise SweepError(f"device={options.device!r}: {expected}")
        implementation = replace(implementation, device=options.device)
    away = implementation.device not in (None, "cpu")
    chosen = patterns_named(options.patterns, fmt)
    large = DEVICE_TILE if away else PROGRAM_TILE if is_program(implementation) else TILE
    tile = options.tile or (large if fmt.bits > 16 else SMALL_TILE)
    workers = options.workers or available_cores(DEVICE_WORKERS if away else None)
    size = options.chunk or max(1, min(PIECES, (len(chosen.runs) + chosen.inputs // tile) // (FAIR * workers)))
    task = Task(implementation, fmt.name, options.judge, options.seconds)
    return _Plan(task, chosen, tile, size, workers, libraries(implementation))


def _only(request: Request) -> Implementation:
    with Worker() as worker:
        named = resolve(request, worker)
    if len(named) != 1:
        names = ", ".join(dict.fromkeys(i.activation for i in named))
        raise SweepError(f"target={request.target!r}: expected one implementation, got {len(named)} ({names[:80]})")
    return named[0]

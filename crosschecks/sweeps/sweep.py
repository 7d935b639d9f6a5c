"""Sweeps: every input of a set, however large, compared with the certified truth, on all cores or on a cluster.

A sweep is chunks in any order on any number of processes; what they find merges into one profile, which depends on
the implementation and on the set of inputs alone.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from ...proofs.catalogue.entries import Activation
from ...proofs.catalogue.parse import definition
from ...proofs.enclosures.formats import Format, format_named
from ..implementation import Implementation
from ..inputs.bit_patterns import ALL, Patterns
from ..inputs.bit_patterns import patterns as patterns_named
from ..targets.resolve import Request, resolve
from ..targets.versions import libraries
from ..workers.worker_process import Worker
from .checkpoint import Checkpoint, Progressing, State
from .profile import Profile
from .result import SweepResult
from .schedulers import Chunk, available_cores, on_dask, on_one, on_processes
from .tile_worker import PROFILE_OF, Guarded, SweepError, Task
from .tiles import TILE

PIECES, FAIR = 16, 4
"""The most tiles a process judges before it tells what it found; fewer where needed for each to have FAIR turns."""
DEVICE_TILE, DEVICE_WORKERS = 1 << 23, 4
"""On a device besides the processor: a tile's inputs, a whole binade, and the most processes to share it by default."""
SMALL_TILE = 1 << 12
"""The tile of the formats of 16 bits, whose few inputs are judged one by one: enough for every core to have some."""

Tell = Callable[[int, int, float], object]
"""Told of progress: inputs done, inputs in all, inputs a second."""


def sweep(
    implementation: Implementation | str,
    *,
    fmt: str | Format,
    as_: str | Activation | None = None,
    order: int = 0,
    parameters: Mapping[str, Any] | None = None,
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
        implementation: one implementation at one order; or a target, of which `as_`, `order` and `parameters` say
            more, as in :func:`gradproof.crosschecks.checks`.
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
    if not isinstance(implementation, Implementation | str):
        raise TypeError(f"target={implementation!r}: expected an implementation, or a name such as torch")
    one = implementation if isinstance(implementation, Implementation) else _only(
        Request(implementation, as_, dict(parameters or {}), (order,))
    )  # fmt: skip
    if len(inputs := definition(one.activation).inputs) > 1:
        raise SweepError(f"{one.activation} takes {len(inputs)} inputs: a sweep goes through those of one")
    if device is not None:
        if one.array != "torch":
            raise SweepError(f"device={device!r}: {one.target} takes arrays of {one.array}, expected torch's tensors")
        one = replace(one, device=device)
    away = one.device is not None and one.device != "cpu"
    form = fmt if isinstance(fmt, Format) else format_named(fmt)
    chosen = patterns_named(patterns, form)
    task = Task(one, form.name, judge, seconds)
    tile = tile or ((DEVICE_TILE if away else TILE) if form.bits > 16 else SMALL_TILE)
    known = libraries(one)
    file = Checkpoint(Path(checkpoint), identity(task, chosen, tile, known)) if checkpoint is not None else None
    progressing = Progressing((file and file.load()) or State(Profile(form.name)), file)
    workers = workers or (min(available_cores(), DEVICE_WORKERS) if away else available_cores())
    size = chunk or max(1, min(PIECES, (len(chosen.runs) + chosen.inputs // tile) // (FAIR * workers)))
    chunks = _chunks(chosen.pieces(tile), size, progressing.state().done)
    if guarded is not None:
        judged = on_one(guarded, task, chunks)
    elif dask:
        judged = on_dask(task, chunks, address=dask, versions=known)
    else:
        judged = on_processes(task, chunks, workers=workers)
    finished = False
    try:
        with closing(judged):
            for found in judged:
                progressing.add(found)
                if progress is not None:
                    progress(progressing.inputs, chosen.inputs, progressing.rate)
        finished = True
    except KeyboardInterrupt:
        pass
    finally:
        problem = progressing.save()
    state = progressing.state()
    return SweepResult(
        one, form.name, chosen.spec, chosen.inputs, state.inputs, state.profile, state.seconds, finished, known, problem
    )


def _only(request: Request) -> Implementation:
    with Worker() as worker:
        found = resolve(request, worker)
    if len(found) != 1:
        names = ", ".join(dict.fromkeys(i.activation for i in found))
        raise SweepError(f"target={request.target!r}: expected one implementation, got {len(found)} ({names[:80]})")
    return found[0]


def _chunks(pieces: Iterator[tuple[int, int]], size: int, done: tuple[tuple[int, int], ...]) -> Iterator[Chunk]:
    """The chunks of work that are not done, of at most `size` pieces each."""
    number = 0
    for first, end in chain(done, [(sys.maxsize, sys.maxsize)]):
        while number < first and (runs := tuple(islice(pieces, min(size, first - number)))):
            yield Chunk(number, runs)
            number += len(runs)
        if number < first:
            return
        number += sum(1 for _ in islice(pieces, end - first))


def identity(task: Task, patterns: Patterns, tile: int, versions: Mapping[str, str]) -> dict[str, Any]:
    """All that the profile of a sweep depends on."""
    return {
        **task.to_json()["implementation"],
        "format": task.format,
        "patterns": patterns.spec,
        "inputs": patterns.inputs,
        "runs": hashlib.sha256(repr(patterns.runs).encode()).hexdigest(),
        "tile": tile,
        "judge": task.judge,
        "seconds": task.seconds,
        "versions": versions,
    }

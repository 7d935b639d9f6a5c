"""Chunks of a sweep on many processes, here or on a Dask cluster; profiles come back in any order.

Every chunk goes to whoever is free. A chunk is runs that each lie in one tile, and every run is a call of its own, so
that what the implementation is called with does not depend on the chunks.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from typing import Any

from ..inputs.bit_patterns import Run
from ..targets.versions import libraries
from ..workers.pool import served
from .profile import Profile
from .tile_worker import Guarded, SweepError, Task

DASK_SECONDS = 30.0
"""The longest time, in seconds, that the cluster may take to answer at first."""


@dataclass(frozen=True)
class Chunk:
    """Pieces of work that follow one another: the number of the first, and the runs."""

    number: int
    runs: tuple[Run, ...]


Judged = tuple[Chunk, Profile]


def on_processes(task: Task, chunks: Iterator[Chunk], *, workers: int) -> Generator[Judged, None, None]:
    """Chunks and their profiles, from `workers` local processes. Raises SweepError. Closing it ends the processes."""
    crew = [Guarded(task) for _ in range(workers)]
    return served(chunks, crew, lambda guarded, chunk: guarded.profile(chunk.runs))


def on_one(guarded: Guarded, task: Task, chunks: Iterator[Chunk]) -> Generator[Judged, None, None]:
    """Judges the chunks on a process that is there already, and stays. Raises SweepError, and Stopped."""
    guarded.turn_to(task)
    for chunk in chunks:
        yield chunk, guarded.profile(chunk.runs)


def on_dask(
    task: Task, chunks: Iterator[Chunk], *, address: str, versions: Mapping[str, str]
) -> Generator[Judged, None, None]:
    """Judges the chunks on the Dask cluster whose scheduler has this address. Raises SweepError, also where a worker
    of the cluster has other versions of what the results depend on."""
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise SweepError("--dask needs the package distributed: pip install 'gradproof[dask]'") from None
    try:
        client = distributed.Client(address, timeout=DASK_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise SweepError(f"dask={address!r}: no scheduler answers there ({error or type(error).__name__})") from None
    with client:
        pending: dict[Any, Chunk] = {}

        def submit(count: int) -> list[Any]:
            batch = list(islice(chunks, count))
            futures: list[Any] = [client.submit(judge_chunk, task, chunk, versions, pure=False) for chunk in batch]
            pending.update(zip(futures, batch, strict=True))
            return futures

        try:
            running = distributed.as_completed(submit(2), loop=client.loop)
            for future in running:
                profile = _result(future)
                yield pending.pop(future), profile
                # As many as two for each thread of the cluster, which may have grown in the meantime.
                running.update(submit(max(1, 2 * sum(client.nthreads().values()) - len(pending))))
        finally:
            client.cancel(list(pending), force=True)
            with suppress(Exception):  # of a worker that is gone; what is left running ends with the worker
                client.run(_release, task)


def _result(future: Any) -> Profile:
    try:
        return future.result()
    except SweepError:
        raise
    except Exception as error:  # a worker of the cluster that dies again and again, or cannot import gradproof
        raise SweepError(f"the cluster could not judge a chunk: {type(error).__name__}: {error}") from error


_here: dict[int, Guarded] = {}
"""On a worker of the cluster: the process that each of its threads has started."""


def judge_chunk(task: Task, chunk: Chunk, versions: Mapping[str, str]) -> Profile:
    """Runs on a worker of the cluster, which keeps the process for the next chunk."""
    for name, installed in libraries(task.implementation).items():
        if installed != versions.get(name):
            raise SweepError(f"a worker of the cluster has {name} {installed}, expected {versions.get(name)}")
    mine = threading.get_ident()
    if mine in _here and _here[mine].task != task:
        _here.pop(mine).close()
    return _here.setdefault(mine, Guarded(task)).profile(chunk.runs)


def _release(task: Task) -> None:
    """Runs on a worker of the cluster when a sweep has ended."""
    for thread, guarded in list(_here.items()):
        if guarded.task == task:
            del _here[thread]
            guarded.stop()

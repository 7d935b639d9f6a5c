"""Judging tiles in a process that may die of it: a crash or a hang of the implementation is a failure in the profile.

Both ends of the conversation are here: :class:`Guarded` asks, :func:`answer` is what the worker process replies.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any

from ...proofs.enclosures.formats import format_named
from ..implementation import Implementation
from ..inputs.bit_patterns import Run
from ..workers import invoke
from ..workers.array_backends import arrays_of
from ..workers.unguarded import direct
from ..workers.worker_process import Failed, Worker
from .profile import Failure, Profile, merged

SERVICE = f"{__name__}:answer"
PROFILE_OF = "gradproof.crosschecks.sweeps.tiles:profile_of"
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 25), "MALLOC_TRIM_THRESHOLD_": str(1 << 27),
}  # fmt: skip
"""Read by libraries when they are loaded. The processes share the cores among themselves, so each has one thread; and
glibc keeps the memory of one tile for the next, where it would give it back to the system and take it anew in pages."""
WEEK = 604800.0


class SweepError(ValueError):
    """The sweep cannot be made; the message is one clear line."""


@dataclass(frozen=True)
class Task:
    """The part of the work that is the same for every tile."""

    implementation: Implementation
    format: str
    judge: str = PROFILE_OF
    """`module:function`, called and answering as :func:`gradproof.crosschecks.sweeps.tiles.profile_of`."""
    seconds: float = 60.0
    """The longest time, in seconds, that the implementation may take for one tile."""

    def to_json(self) -> dict[str, Any]:
        """Strict JSON, but for infinities among the parameters."""
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Task:
        """The task that :meth:`to_json` gave."""
        implementation: dict[str, Any] = {**data["implementation"]}
        for name in ("parameters", "keywords"):
            implementation[name] = tuple((key, value) for key, value in implementation[name])
        for name in ("formats", "asked"):
            implementation[name] = tuple(implementation[name])
        read: dict[str, Any] = {**data, "implementation": Implementation(**implementation)}
        return Task(**read)


class Guarded:
    """Judges tiles in a process of its own, started when it is needed. Leaving the context ends the process."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._worker = Worker(environment=ENVIRONMENT)
        self._prepared = False
        self._asked_before = False

    def __enter__(self) -> Guarded:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def turn_to(self, task: Task) -> None:
        """Takes on another task in the same process, which keeps what it knows of an activation."""
        self.task, self._prepared = task, False

    def close(self) -> None:
        """Ends the process."""
        self._worker.close()

    def stop(self) -> None:
        """Ends the process for good; a profile that another thread waits for becomes Stopped."""
        self._worker.stop()

    def profile(self, runs: Iterable[Run]) -> Profile:
        """The profile of runs that each lie in one tile. Raises SweepError where the judging itself fails."""
        self._asked_before = False
        return merged(self.task.format, (self._one(run) for run in runs))

    def _one(self, run: Run) -> Profile:
        answer = self._asked("judge", run, self.task.seconds)
        if isinstance(answer, Failed):
            answer = self._again(run, answer)
        if isinstance(answer, Failed):
            return _failed(self.task.format, run, f"{answer.how}: {answer.message}")
        return Profile.from_json(answer["profile"])

    def _again(self, run: Run, failed: Failed) -> dict[str, Any] | Failed:
        """A fresh process decides: whether a crash was the implementation's, and whether it hung or the oracle was
        slow."""
        if failed.how != "hang":
            answer = self._asked("judge", run, self.task.seconds)
            if not (isinstance(answer, Failed) and answer.how == "hang"):
                return answer
        called = self._asked("only call", run, self.task.seconds)
        return called if isinstance(called, Failed) else self._asked("judge", run, WEEK)

    def _asked(self, do: str, run: Run, seconds: float) -> dict[str, Any] | Failed:
        if not self._prepared:
            self._prepare()
        answer = self._exchange({"tile": do, "run": run, "together": self._asked_before}, seconds)
        self._asked_before = True
        if isinstance(answer, Failed) and answer.how not in ("crash", "hang", "garbage"):
            raise SweepError(_unable(self.task, answer))
        return answer

    def _prepare(self) -> None:
        """Loads everything, which is no part of the time for a tile."""
        request = {"tile": "prepare", "task": self.task.to_json()}
        answer = self._exchange(request, None)
        if isinstance(answer, Failed):  # perhaps the process was killed from outside
            answer = self._exchange(request, None)
        if isinstance(answer, Failed):
            raise SweepError(_unable(self.task, answer))
        self._prepared = True

    def _exchange(self, request: dict[str, Any], seconds: float | None) -> dict[str, Any] | Failed:
        answer = self._worker.ask({"do": "serve", "service": SERVICE, **request}, seconds)
        if isinstance(answer, Failed):
            self._prepared = False
        return answer


def _unable(task: Task, failed: Failed) -> str:
    tested = task.implementation
    return f"{tested.target} as {tested.activation}, order {tested.order}, in {task.format}: {failed.message}"


_task: Task | None = None
"""In the worker process: what it was prepared for."""
_known: Profile | None = None
"""The profile of the runs that are merged with the next one, whose worst inputs then matter only if worse."""


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The worker's reply to `prepare`, `judge` (the profile of a run) and `only call` (whether that comes back)."""
    global _task, _known
    if request["tile"] == "prepare":
        _task, _known = Task.from_json(request["task"]), None
        invoke.find(_task.judge)
        with suppress(Exception):  # what cannot be loaded is a failure of every tile
            invoke.find(_task.implementation.function)
        if (torch := sys.modules.get("torch")) is not None:
            torch.set_num_threads(1)
        return {}
    assert _task is not None
    first, count = request["run"]
    fmt = format_named(_task.format)
    if request["tile"] == "only call":
        x = arrays_of(_task.implementation).floats(first, count, fmt)
        with suppress(BaseException):
            direct(_task.implementation)(x)
        return {}
    if not request["together"]:
        _known = None
    try:
        profile: Profile = invoke.find(_task.judge)(_task.implementation, fmt, first, count, _known)
    except (SystemExit, KeyboardInterrupt) as error:  # the implementation's: signals do not reach this process
        profile = _failed(_task.format, (first, count), f"{type(error).__name__}: {error}")
    _known = _known + profile if _known else profile
    return {"profile": profile.to_json()}


def _failed(fmt: str, run: Run, message: str) -> Profile:
    first, count = run
    return Profile(fmt, failures=(Failure(first, first + count - 1, message),))

"""A worker process and what comes back from it: results, or the way in which it failed.

An implementation under test may crash, hang or answer nonsense. Each is an outcome here, never an exception, and the
next call finds a fresh worker.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any

import numpy as np

from ..implementation import Implementation
from . import protocol
from .pool import Stopped


@dataclass(frozen=True)
class Returned:
    """The callable came back with an array."""

    values: np.ndarray
    mutated: bool
    """It wrote into its input."""
    seconds: float = 0.0
    """The processor time of the call: what else runs on the machine does not count."""


@dataclass(frozen=True)
class Failed:
    """The callable did not come back with an array."""

    how: str
    """`crash`, `hang`, `exception`, `not an array` or `garbage`."""
    message: str


class Worker:
    """Runs implementations in a process of their own. Use as a context manager: leaving it ends the process.

    Args:
        seconds: how long one call may take before it counts as a hang.
        loading: how long importing the implementation may take.
        environment: variables of the process besides those of this one.
    """

    def __init__(
        self, *, seconds: float = 10.0, loading: float = 120.0, environment: Mapping[str, str] | None = None
    ) -> None:
        self.seconds = seconds
        self.loading = loading
        self.environment = environment
        self._stopped = False
        self._process: subprocess.Popen[bytes] | None = None
        self._loaded: set[str] = set()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process and waits for its end. A later call starts another."""
        process, self._process = self._process, None
        self._loaded.clear()
        if process is None:
            return
        _kill(process)
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):  # bytes nobody will read
                pipe.close()
        process.wait()

    def stop(self) -> None:
        """Ends the process for good; a call that another thread has made raises Stopped."""
        self._stopped = True
        if (process := self._process) is not None:
            _kill(process)

    def call(
        self,
        implementation: Implementation,
        arrays: Sequence[np.ndarray],
        *,
        layout: str = "contiguous",
        meanwhile: Callable[[], object] | None = None,
    ) -> Returned | Failed:
        """Calls the implementation on flat arrays, laid out as named in layouts.py.

        `meanwhile` is work to do here while the worker does its own.
        """
        if implementation.function not in self._loaded:
            described = self.ask({"do": "describe", "function": implementation.function})
            if isinstance(described, Failed):
                return described
            self._loaded.add(implementation.function)
        request = {"do": "call", "layout": layout, **implementation.request()}
        answer = self._exchange(request, arrays, self.seconds, meanwhile)
        if isinstance(answer, Failed):
            return answer
        header, values = answer
        return Returned(values[0], header["mutated"], header["seconds"])

    def ask(self, request: dict[str, Any], seconds: float | None = None) -> dict[str, Any] | Failed:
        """A question without arrays. May take as long as an import, unless `seconds` says otherwise."""
        answer = self._exchange(request, (), self.loading if seconds is None else seconds)
        return answer if isinstance(answer, Failed) else answer[0]

    def _exchange(
        self,
        request: dict[str, Any],
        arrays: Sequence[np.ndarray],
        seconds: float,
        meanwhile: Callable[[], object] | None = None,
    ) -> tuple[dict[str, Any], list[np.ndarray]] | Failed:
        if self._stopped:
            raise Stopped
        process = self._process = self._process or _start(self.environment)
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            protocol.send(process.stdin, {**request, "seconds": seconds}, arrays)
            if meanwhile is not None:
                meanwhile()
            if not _answers(process.stdout, seconds):
                self.close()
                return Failed("hang", f"no answer in {seconds:g} s")
            header, values = protocol.receive(process.stdout)
        except (protocol.BrokenConversation, OSError) as error:
            failed = _death(process, error)
            self.close()
            if self._stopped:
                raise Stopped from None
            return failed
        except BaseException:
            self.close()  # Ctrl-C in the middle of a message: the conversation is lost, leave no orphan
            raise
        if "error" in header:
            return Failed(header["error"], header["message"])
        return header, values


def _start(environment: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
    """Starts a worker. `-P` keeps the current folder from shadowing what the worker itself imports."""
    command = [sys.executable, "-P", "-m", "gradproof.crosschecks.workers.worker_main"]
    everything = None if environment is None else {**os.environ, **environment}
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=everything,
        process_group=0 if os.name == "posix" else None,
    )  # fmt: skip


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Ends a worker, and the program that it may be waiting for: they are a process group of their own."""
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _answers(stream: IO[bytes], seconds: float) -> bool:
    """Whether an answer begins within the time. Where pipes cannot be waited for, the worker's own guard serves."""
    return os.name != "posix" or bool(select.select([stream], [], [], seconds)[0])


def _death(process: subprocess.Popen[bytes], error: Exception) -> Failed:
    try:
        status = process.wait(timeout=1)
    except subprocess.TimeoutExpired:
        return Failed("garbage", f"the worker's answer is not a message: {error}")
    if status < 0:
        return Failed("crash", f"the process died of {signal.Signals(-status).name}")
    return Failed("crash", f"the process ended with exit status {status}")

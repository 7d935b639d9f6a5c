"""Jobs shared by workers: whoever is free serves the next one, and results come as they are ready.

A worker can be entered, left, and stopped by another thread: a :class:`Process`, which calls Python functions, or a
process in which implementations may crash. Imports the standard library only.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

DIED = "a worker process died (out of memory?)"


class Stopped(Exception):
    """The worker was stopped before it came to an answer."""


class Died(Exception):
    """The process ended in the middle of a call."""


class Server(AbstractContextManager[Any], Protocol):
    """A worker: entering it may start its process, leaving it ends that."""

    def stop(self) -> None:
        """Ends, from another thread, what it serves, and all that comes later: with Stopped."""
        ...


Job = TypeVar("Job")
Result = TypeVar("Result")
AnyServer = TypeVar("AnyServer", bound=Server)


def served(
    jobs: Iterable[Job], crew: Sequence[AnyServer], serve: Callable[[AnyServer, Job], Result]
) -> Generator[tuple[Job, Result], None, None]:
    """Jobs and their results, in the order in which they are ready; a thread waits for each worker of the crew.

    Raises what `serve` raises. However it ends, and where it is closed, the workers are stopped and left.
    """
    results: SimpleQueue[tuple[Job, Result] | BaseException | None] = SimpleQueue()
    waiting, taking, ended = iter(jobs), threading.Lock(), threading.Event()

    def work(worker: AnyServer) -> None:
        """Serves job after job; None says that there was none left."""
        try:
            while not ended.is_set():
                with taking:
                    try:
                        job = next(waiting)
                    except StopIteration:
                        break
                results.put((job, serve(worker, job)))
            results.put(None)
        except BaseException as error:
            results.put(error)

    with ExitStack() as entered:
        for worker in crew:
            entered.enter_context(worker)
        threads = [threading.Thread(target=work, args=(worker,), daemon=True) for worker in crew]
        try:
            for thread in threads:
                thread.start()
            working = len(crew)
            while working:
                match results.get():
                    case None:
                        working -= 1
                    case BaseException() as error:
                        raise error
                    case result:
                        yield result
        finally:
            ended.set()
            for worker, thread in zip(crew, threads, strict=True):
                while thread.is_alive():
                    worker.stop()
                    thread.join(0.1)


def in_order(results: Iterable[tuple[tuple[int, Any], Result]]) -> Iterator[Result]:
    """The results of numbered jobs in the order of their numbers, each as soon as it can come."""
    ready: dict[int, Result] = {}
    number = 0
    for (index, _), result in results:
        ready[index] = result
        while number in ready:
            yield ready.pop(number)
            number += 1


class Process:
    """A process of Python's that calls functions of modules; they, their arguments and results are pickled.

    One that dies loses the call it was at, and the next call finds a fresh process.

    Args:
        start: how multiprocessing starts it at first. One that is started later, by a thread, is never forked.
    """

    def __init__(self, start: str = "spawn") -> None:
        self._start = start
        self._stopped = False
        self._running: tuple[BaseProcess, Connection] | None = None

    def __enter__(self) -> Process:
        self._running = _started(self._start)
        return self

    def __exit__(self, *_: Any) -> None:
        running, self._running = self._running, None
        if running is not None:
            process, pipe = running
            pipe.close()
            process.kill()
            process.join()

    def stop(self) -> None:
        """Ends the process for good; a call that another thread has made raises Stopped."""
        self._stopped = True
        if (running := self._running) is not None:
            running[0].kill()

    def call(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """The function's result. Raises what it raises, what pickling raises, Died, and Stopped."""
        if self._stopped:
            raise Stopped
        if self._running is None:
            self._running = _started("spawn")
        pipe = self._running[1]
        try:
            pipe.send((function, arguments))
            result, error = pipe.recv()
        except (EOFError, OSError):
            self.__exit__()
            raise (Stopped() if self._stopped else Died(DIED)) from None
        if error is not None:
            raise error
        return result


def _started(how: str) -> tuple[BaseProcess, Connection]:
    context: Any = multiprocessing.get_context(how)  # each has a Process of its own, their base has none
    mine, theirs = context.Pipe()
    process = context.Process(target=_answer, args=(theirs, mine), daemon=True)
    with interrupts_held():
        process.start()
    theirs.close()
    return process, mine


def _answer(pipe: Connection, other_end: Connection) -> None:
    """Calls what it is sent, until the other end is closed: by the process that started this one, or with it."""
    other_end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; only the first process decides
    while True:
        try:
            request = pipe.recv_bytes()
        except EOFError:
            return
        try:
            function, arguments = pickle.loads(request)
            answer: tuple[Any, BaseException | None] = function(*arguments), None
        except BaseException as error:
            error.add_note(f"in a worker process: {traceback.format_exc()}")
            answer = None, error
        try:
            pipe.send(answer)
        except Exception as error:  # of pickling
            pipe.send((None, error))


@contextmanager
def interrupts_held() -> Generator[None]:
    """Processes started inside never see Ctrl-C, not even while they import; this one sees it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def available_cores(most: int | None = None) -> int:
    """The number of processes that this one may run at once, `most` at the most."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores if most is None else min(cores, most)

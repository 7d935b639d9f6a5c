"""The process an implementation under test runs in. Started by worker_process.py, once per run and after every crash.

It answers one request at a time: what a callable is (`describe`, `takes numbers only`), what a pack ships (`discover`),
the results of a call, or what a service of another module answers (`serve`). Output of the implementation goes
nowhere, and Ctrl-C is the business of the process that started this one.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from typing import IO, Any

import numpy as np

from . import invoke, protocol
from .scalars import takes_numbers_only

_GRACE = 5.0
"""Seconds after its limit at which a call ends this process by itself, should nobody be left to end it."""


def main() -> None:
    """Serves requests from stdin to stdout until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, replies = _take_over_the_pipes()
    sys.path.insert(0, os.getcwd())
    while True:
        try:
            header, arrays = protocol.receive(requests)
        except protocol.BrokenConversation:
            return
        faulthandler.dump_traceback_later(header["seconds"] + _GRACE, exit=True)
        reply, values = _answer(header, arrays)
        faulthandler.cancel_dump_traceback_later()
        protocol.send(replies, reply, values)


def _take_over_the_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Keeps stdin and stdout for the conversation, so that an implementation that prints cannot disturb it."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    return requests, replies


def _answer(header: dict[str, Any], arrays: list[np.ndarray]) -> tuple[dict[str, Any], list[np.ndarray]]:
    try:
        match header["do"]:
            case "describe":
                return invoke.describe(header["function"]), []
            case "takes numbers only":
                return {"only": takes_numbers_only(invoke.find(header["function"]))}, []
            case "discover":
                return {"found": invoke.discover(header["pack"], header["wanted"])}, []
            case "call":
                function, started = invoke.find(header["function"]), invoke.processor_time()
                result, mutated = invoke.call(function, header, arrays)
                return {"mutated": mutated, "seconds": invoke.processor_time() - started}, [result]
            case "serve":
                return invoke.find(header["service"])(header), []
            case other:
                raise ValueError(f"no such request: {other!r}")
    except BaseException as error:  # whatever it raised, SystemExit included, is the finding
        how, message = invoke.failure(error)
        return {"error": how, "message": message}, []


if __name__ == "__main__":
    main()

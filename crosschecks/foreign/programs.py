"""Programs that read raw little-endian floats from stdin and write as many to stdout: one process for each call."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
from typing import Any

import numpy as np

from ...numerics.floats.formats import Floats
from ..workers.invoke import Crash


class ProgramFailed(RuntimeError):
    """The program ended with an exit status that says so."""


class WrongCount(ValueError):
    """The program wrote more or fewer numbers than it was given."""


def described(request: dict[str, Any]) -> dict[str, Any]:
    """The words of a command. Raises ValueError for what is none, and FileNotFoundError where there is no program."""
    words = shlex.split(request["command"])
    if not words:
        raise ValueError("expected a program and its arguments, got nothing")
    if shutil.which(words[0]) is None:
        raise FileNotFoundError(f"there is no program {words[0]!r} that can be run")
    return {}


def call(x: Floats, *, command: str) -> Floats:
    """The numbers that the program writes. Raises Crash, ProgramFailed and WrongCount."""
    little = x.dtype.newbyteorder("<")
    run = subprocess.run(shlex.split(command), input=x.astype(little).tobytes(), capture_output=True)
    if run.returncode < 0:
        raise Crash(f"the program died of {signal.Signals(-run.returncode).name}")
    if run.returncode:
        said = run.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise ProgramFailed(": ".join([f"exit status {run.returncode}", *said]))
    if len(run.stdout) != x.nbytes:
        raise WrongCount(f"expected {x.nbytes} bytes on stdout, as came on stdin, got {len(run.stdout)}")
    return np.frombuffer(bytearray(run.stdout), little).astype(x.dtype, copy=False).reshape(x.shape)

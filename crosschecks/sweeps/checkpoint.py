"""The state of a sweep, and the file that keeps it: an interrupted sweep goes on and gives the identical profile.

The file is replaced as a whole and only after the new one is safely on the disk, so that it is never torn, whenever
the process is killed. It says which sweep it belongs to, and no other takes it up.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..inputs.bit_patterns import united
from .profile import Profile, merged
from .schedulers import Judged
from .tile_worker import SweepError

EVERY, SHARE = 2.0, 20
"""The shortest time between two writes of the file, in seconds and as a multiple of the time that a write took."""
_PENDING = 64
"""The number of profiles merged at a time."""
_LONGEST = 60
"""Characters of a value shown where two sweeps differ."""


@dataclass(frozen=True)
class State:
    """The part of a sweep that is done."""

    profile: Profile
    done: tuple[tuple[int, int], ...] = ()
    """The pieces of work, as ranges of their numbers: the first and one past the last."""
    inputs: int = 0
    seconds: float = 0.0
    """Over all sessions."""


@dataclass(frozen=True)
class Checkpoint:
    """The file of one sweep. `identity` is all that its profile depends on."""

    path: Path
    identity: Mapping[str, Any]

    def load(self) -> State | None:
        """The state when the file was written; None where there is no file. Raises SweepError and OSError."""
        try:
            head, _, text = self.path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        if head != _head(text):
            raise SweepError(f"{self.path}: damaged, or no checkpoint: expected what a sweep wrote, or no file")
        body = json.loads(text)
        self._compare(body["identity"])
        ranges = tuple((low, high) for low, high in body["done"])
        return State(Profile.from_json(body["profile"]), ranges, body["inputs"], body["seconds"])

    def save(self, state: State) -> None:
        """Replaces the file. Raises OSError."""
        body = {
            "identity": self.identity,
            "done": state.done,
            "inputs": state.inputs,
            "seconds": state.seconds,
            "profile": state.profile.to_json(),
        }
        text = json.dumps(body).encode()
        partial = self.path.with_name(f".{self.path.name}.partial")
        try:
            with open(partial, "wb") as file:
                file.write(_head(text) + b"\n" + text)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self.path)
        except OSError as error:
            with suppress(OSError):
                partial.unlink()
            raise OSError(error.errno, error.strerror, str(self.path)) from None

    def _compare(self, other: Mapping[str, Any]) -> None:
        mine = json.loads(json.dumps(self.identity))
        for name in {**mine, **other}:
            if mine.get(name) != other.get(name):
                its, asked = (json.dumps(side.get(name))[:_LONGEST] for side in (other, mine))
                raise SweepError(f"{self.path}: a checkpoint of another sweep: its {name} is {its}, expected {asked}")


def _head(text: bytes) -> bytes:
    return f"gradproof sweep, schema 1, sha256 {hashlib.sha256(text).hexdigest()}".encode()


class Progressing:
    """A sweep under way: takes what comes back, merges it now and then, and keeps it in the file, if there is one.

    Raises OSError where the file cannot be made: that shows before the work is done.
    """

    def __init__(self, state: State, file: Checkpoint | None) -> None:
        self._file = file
        # One attribute, so that Ctrl-C between two assignments can neither lose a profile nor count it twice.
        self._held: tuple[State, tuple[Judged, ...]] = state, ()
        self._before = state
        self._started = time.perf_counter()
        self._due = self._started + EVERY
        self._first: tuple[float, int] | None = None
        if file is not None:
            file.save(state)

    @property
    def inputs(self) -> int:
        """The number of inputs that are done."""
        state, pending = self._held
        return state.inputs + _inputs(pending)

    @property
    def rate(self) -> float:
        """Inputs a second since the first came back in this session: what went before is starting processes."""
        if self._first is None or (elapsed := time.perf_counter() - self._first[0]) <= 0:
            return 0.0
        return (self.inputs - self._first[1]) / elapsed

    def add(self, judged: Judged) -> None:
        """One more chunk came back."""
        state, pending = self._held
        self._held = state, (*pending, judged)
        self._first = self._first or (time.perf_counter(), self.inputs)
        if len(pending) + 1 >= _PENDING:
            self.state()
        if self._file is not None and time.perf_counter() >= self._due:
            self.save()

    def state(self) -> State:
        """The state with all that came back merged."""
        state, pending = self._held
        seconds = self._before.seconds + time.perf_counter() - self._started
        profile = merged(state.profile.format, (state.profile, *(profile for _, profile in pending)))
        ranges = ((chunk.number, chunk.number + len(chunk.runs)) for chunk, _ in pending)
        state = State(profile, united((*state.done, *ranges)), state.inputs + _inputs(pending), seconds)
        self._held = state, ()
        return state

    def save(self) -> str | None:
        """Writes the file; says in one line why that was not possible, and the sweep goes on all the same."""
        if self._file is None:
            return None
        began, problem = time.perf_counter(), None
        try:
            self._file.save(self.state())
        except OSError as error:
            problem = f"{self._file.path}: the checkpoint could not be written: {error.strerror or error}"
        ended = time.perf_counter()
        self._due = ended + max(EVERY, SHARE * (ended - began))
        return problem


def _inputs(judged: Iterable[Judged]) -> int:
    return sum(count for chunk, _ in judged for _, count in chunk.runs)

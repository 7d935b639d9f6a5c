"""Progress on stderr: one line that rewrites itself on a terminal, and nothing anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

from .console import asked
from .numbers import duration

BAR = 20
"""Characters of the bar that fills up where the number of parts is known."""
PAUSE = 0.1
"""The shortest time, in seconds, between two lines on how far a part is."""


class Progress:
    """The parts of a run that are done, of `total` where that is known. A context; leaving it empties the line.

    Silent unless `stream`, which is stderr, is a terminal.
    """

    def __init__(self, total: int | None = None, *, stream: TextIO | None = None) -> None:
        self._total = total
        self._done = 0
        self._started = time.perf_counter()
        self._next = 0.0
        self._stream = sys.stderr if stream is None else stream
        self._is_terminal = self._stream.isatty() and not asked("quiet")

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._rewrite("")

    def step(self, name: str) -> None:
        """One more part, of this name, is done."""
        self._done += 1
        seconds = time.perf_counter() - self._started
        if self._total is None:
            self.say(f"[{self._done}] {seconds:4.0f} s  {name}")
        else:
            full = BAR * self._done // max(self._total, 1)
            bar = "#" * full + "." * (BAR - full)
            self.say(f"[{self._done}/{self._total}] {bar} {seconds:4.0f} s  {name}")

    def of(self, name: str) -> Callable[[int, int, float], None]:
        """A function to be told how far a part is: inputs done, inputs in all, and inputs a second."""

        def told(done: int, total: int, rate: float) -> None:
            if time.perf_counter() >= self._next:
                self._next = time.perf_counter() + PAUSE
                count = f"[{self._done + 1}/{self._total}] " if self._total != 1 else ""
                self.say(f"{count}{name}: {sentence(done, total, rate)}")

        return told

    def say(self, line: str) -> None:
        """Replaces the terminal's line."""
        self._rewrite(line[:78])

    def _rewrite(self, line: str) -> None:
        if self._is_terminal:
            self._stream.write(f"\r\x1b[K{line}")
            self._stream.flush()


def sentence(done: int, total: int, rate: float) -> str:
    """`43.0 %, 81.2 million inputs/s, 2 min 31 s left`; the first part only, as long as no more is known."""
    if not rate:
        return f"{100 * done / total:.1f} %"
    speed = f"{rate / 1e6:.1f} million" if rate >= 1e6 else f"{rate:.0f}"
    return f"{100 * done / total:.1f} %, {speed} inputs/s, {duration((total - done) / rate)} left"

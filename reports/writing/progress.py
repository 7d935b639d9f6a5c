"""Progress on stderr: one line that rewrites itself on a terminal, and nothing anywhere else."""

from __future__ import annotations

import sys
import time
from typing import TextIO

BAR = 20
"""Characters of the bar that fills up where the number of parts is known."""


class Progress:
    """Counts parts; `step` after each, `close` at the end. Silent unless `stream` is a terminal."""

    def __init__(self, total: int | None, *, stream: TextIO | None = None) -> None:
        self._total = total
        self._done = 0
        self._started = time.perf_counter()
        self._stream = sys.stderr if stream is None else stream
        self._shown = self._stream.isatty()

    def step(self, what: str) -> None:
        """One more part is done; `what` names it."""
        self._done += 1
        if self._shown:
            seconds = time.perf_counter() - self._started
            if self._total is None:
                self.say(f"[{self._done}] {seconds:4.0f} s  {what}")
            else:
                full = BAR * self._done // max(self._total, 1)
                bar = "#" * full + "." * (BAR - full)
                self.say(f"[{self._done}/{self._total}] {bar} {seconds:4.0f} s  {what}")

    def say(self, line: str) -> None:
        """Replaces the terminal's line."""
        if self._shown:
            self._stream.write(f"\r\x1b[K{line[:78]}")
            self._stream.flush()

    def close(self) -> None:
        """Leaves the terminal's line empty."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

"""Clocks of a command: its wait and its processor time, in seconds."""

from __future__ import annotations

import os
import time
from typing import TypeAlias

Clocks: TypeAlias = tuple[float, float]
"""Seconds on the wall, and of processor time, since some moment."""


def clocks() -> Clocks:
    """The clock on the wall and the processor time of this process and of those that it started and that have ended.

    A shell may have become this process: what it ran before counts, so that only differences mean something.
    """
    spent = os.times()
    return time.perf_counter(), spent.user + spent.system + spent.children_user + spent.children_system

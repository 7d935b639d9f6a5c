"""What every test may rely on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def computed() -> Iterator[None]:
    """Let no result of an earlier run answer, here or in a child process."""
    before = os.environ.get("GRADPROOF_CACHE")
    os.environ["GRADPROOF_CACHE"] = "off"
    yield
    os.environ.pop("GRADPROOF_CACHE")
    if before is not None:
        os.environ["GRADPROOF_CACHE"] = before


@pytest.fixture(autouse=True, scope="session")
def piped() -> None:
    """Let no width of somebody's terminal break a line that a test reads."""
    os.environ.pop("COLUMNS", None)


@pytest.fixture(autouse=True, scope="session")
def interruptible() -> Iterator[None]:
    """Let Ctrl-C reach the tests and their child processes: a shell's background job starts with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)

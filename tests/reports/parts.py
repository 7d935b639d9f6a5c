"""Work for child processes, in a module they can import."""

from __future__ import annotations

import os


def double(n):
    return 2 * n


def fail(text):
    raise ValueError(text)


def crash(_):
    os._exit(3)


def unsendable():
    return lambda: None

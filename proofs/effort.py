"""A bound on the work one question may cost, counted in steps, so that every question ends with an answer.

Steps are counted where the time goes (jets, tail models, polynomials), not in seconds: the same question on the
same version costs the same on every machine, but for what caches already hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

LIMIT = 150_000
"""Steps for one statement; some ten seconds on one core."""


class Undecided(Exception):
    """What was tried, and why it does not decide the question."""


class _Meter:
    left: float = float("inf")
    spent: float = 0


_meter = _Meter()


@contextmanager
def budget(steps: float = LIMIT) -> Iterator[None]:
    """Allow this many steps inside; the tighter bound of nested budgets holds."""
    before = _meter.left
    _meter.left = min(before, steps)
    granted = _meter.left
    try:
        yield
    finally:
        _meter.left = before - (granted - _meter.left)


def exhausted() -> bool:
    """Whether the budget is used up, so that what was tried last may have been cut short."""
    return _meter.left < 0


def spent() -> float:
    """Steps counted so far."""
    return _meter.spent


def spend(steps: float = 1) -> None:
    """Count work done. Raises Undecided when the budget is used up."""
    _meter.left -= steps
    _meter.spent += steps
    if _meter.left < 0:
        raise Undecided("the question takes more steps than are spent on one question")

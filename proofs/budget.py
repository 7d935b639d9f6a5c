"""A bound on the work one question may cost, counted in steps, so that every question ends with an answer.

Steps are counted where the time goes (jets, tail models, polynomials, points), not in seconds: the same question on
the same version costs the same on every machine, but for what caches already hold. A deadline in processor time
stands behind the steps as a net, for work whose cost the steps underestimate; it is not meant to be met.

The bound belongs to the context (:mod:`contextvars`): threads and tasks each have their own.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

LIMIT = 100_000
"""Steps for one statement; some ten to thirty seconds on one core."""
SECONDS = 40.0
"""Processor time of the thread at which the net catches what the steps did not."""
LOOK_EVERY = 0.2
"""Seconds between two looks at the processor time."""


class Undecided(Exception):
    """A question that is not decided; the message says what was tried, and why it does not decide it."""


@dataclass(slots=True)
class Meter:
    """The steps that one budget allows and those spent so far, and the thread's processor time at which it ends."""

    limit: float
    deadline: float
    spent: float = 0
    looked: float = 0
    """When the processor time was last looked at, which takes longer than a step may."""

    @property
    def left(self) -> float:
        """Steps that may still be spent; below 0 where the budget is used up."""
        return self.limit - self.spent


UNBOUNDED = float("inf")
_meter: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def budget(steps: float = LIMIT) -> Generator[Meter, None, None]:
    """Allow this many steps inside; the tighter bound of nested budgets holds, and the first one's deadline."""
    outer = _meter.get()
    deadline = time.thread_time() + SECONDS if outer is None else outer.deadline
    inner = Meter(steps if outer is None else min(outer.left, steps), deadline)
    token = _meter.set(inner)
    try:
        yield inner
    finally:
        _meter.reset(token)
        if outer is not None:
            outer.spent += inner.spent


def exhausted() -> bool:
    """Whether the budget is used up, so that what was tried last may have been cut short."""
    return remaining() < 0


def remaining() -> float:
    """Steps left of the budget in force; infinitely many without one."""
    meter = _meter.get()
    return UNBOUNDED if meter is None else meter.left


def spend(steps: float = 1) -> None:
    """Count work done. Raises Undecided when the budget is used up."""
    meter = _meter.get()
    if meter is None:
        return
    meter.spent += steps
    if (now := time.perf_counter()) > meter.looked + LOOK_EVERY:
        meter.looked = now
        if time.thread_time() > meter.deadline:
            meter.limit = -1
    if meter.left < 0:
        raise Undecided("the search was stopped: it takes more steps than are spent on one question")

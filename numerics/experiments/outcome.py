"""The outcome of an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..networks.intervals import Interval


@dataclass(frozen=True)
class Outcome:
    """A sentence for the reader, the one number that the sentence is about, and all the numbers behind it."""

    sentence: str
    effect: str
    """The name of that number, with its unit."""
    interval: Interval
    seeds: int
    """The independent networks or runs that the interval is over."""
    numbers: Mapping[str, Any]

"""The properties of every correctly rounded implementation, one module per property, all of the same shape.

Each has a NAME and `findings(subject)`, which yields what it found on the subject's sample; nothing means it held.
A property that does not apply to a subject (symmetry of a function without any) yields nothing. Imports
:mod:`trials` and the rooms before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ..findings import Finding
from ..trials.trial import Subject
from . import (
    accuracy,
    bias,
    bounds,
    flushing,
    independence,
    kinks,
    monotone,
    repeatable,
    special_values,
    symmetry,
)


class Property(Protocol):
    """The shape of the modules of this folder."""

    @property
    def NAME(self) -> str:
        """The property's name in findings."""
        ...

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """The violations on the subject's sample, shrunk where that makes sense."""
        ...


PROPERTIES: tuple[Property, ...] = (
    accuracy, bounds, monotone, symmetry, special_values, kinks, independence, repeatable, flushing, bias,
)  # fmt: skip

OF_CALLS = ("call", "dtype", "shape", "no mutation")
"""The properties of the call itself (:mod:`..trials.first_call`)."""
ALL_NAMES: tuple[str, ...] = (*OF_CALLS, *(p.NAME for p in PROPERTIES), kinks.CHOICE)
"""The names of all properties that a finding can have."""

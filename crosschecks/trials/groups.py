"""The failing inputs of a subject in groups: one for each cause, and one for each kind of result of no known cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..findings import Cause

KINDS = (("NaN", (0,)), ("infinities", (1,)), ("numbers", (2, 3, 4)))
"""The kinds of wrong results, and the symptoms of each, by their index in SYMPTOMS."""


@dataclass(frozen=True)
class Group:
    """Inputs of a sample that fail for one reason."""

    cause: Cause | None
    mask: NDArray[np.bool_]


def by_kind(failing: NDArray[np.bool_], symptom: NDArray[np.int8]) -> Sequence[Group]:
    """Failing inputs, by the kind of their results, for no known cause."""
    masks = (failing & np.isin(symptom, indices) for _, indices in KINDS)
    return [Group(None, mask) for mask in masks if mask.any()]

"""The recognisers of causes, and the failing inputs of a subject grouped by them. To add one is to add it to a table.

A recogniser takes the evidence and a part of the failing inputs and says which of them fail for its cause, or None. A
wrong cause is worse than none: each names one only where the numbers leave hardly another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ...proofs.budget import Undecided
from ...proofs.enclosures.formats import RoundingUndecided
from ..trials.groups import KINDS, Group, by_kind
from ..trials.trial import Subject
from .branches import is_negated
from .cancellation import cancels
from .edges import overflows
from .evidence import Evidence, Mask, Recognised, evidence
from .other_functions import is_another
from .shorter_formats import is_shorter, rounds_operations
from .tables import is_stepped, saturates


@dataclass(frozen=True)
class Recogniser:
    """A kind of cause."""

    recognise: Callable[[Evidence, Mask], Recognised | None]
    whole: bool = False
    """It speaks of all failing inputs or of none; else it is asked of NaNs, infinities and numbers on either side."""


RECOGNISERS = (
    Recogniser(is_negated, whole=True),
    Recogniser(is_another, whole=True),
    Recogniser(rounds_operations, whole=True),
    Recogniser(cancels),
    Recogniser(overflows),
    Recogniser(is_shorter, whole=True),
    Recogniser(is_stepped, whole=True),
    Recogniser(saturates),
)


def grouped(subject: Subject) -> Subject:
    """The subject with its failing inputs in groups; where none fails, those that conditioning lets pass."""
    if not subject.measured.to_explain.any():
        return subject
    seen = evidence(subject)
    left, groups = seen.wrong.copy(), list[Group]()
    for recogniser in RECOGNISERS:
        for part in [left.copy()] if recogniser.whole else _parts(seen, left):
            if not (part := part & left).any():
                continue
            if (cause := _recognised(recogniser, seen, part)) is not None and cause.mask.any():
                _add(groups, cause)
                left &= ~cause.mask
    if seen.subject.measured.failing.any():
        groups += by_kind(left, seen.symptom)
    return replace(seen.subject, groups=tuple(groups))


def _recognised(recogniser: Recogniser, seen: Evidence, part: Mask) -> Recognised | None:
    """The cause; None where the oracle cannot round the values of another function: it is then not named."""
    try:
        return recogniser.recognise(seen, part)
    except (Undecided, RoundingUndecided):
        return None


def _parts(seen: Evidence, left: Mask) -> Iterator[Mask]:
    """All that is left, and then NaNs, infinities and numbers, on both sides of 0 and on each."""
    yield left.copy()
    for _, symptoms in KINDS:
        for side in (np.ones(left.shape, np.bool_), seen.x < 0, seen.x > 0):
            yield left & np.isin(seen.symptom, symptoms) & side


def _add(groups: list[Group], recognised: Recognised) -> None:
    """A cause met before takes the inputs into its group."""
    for k, group in enumerate(groups):
        if group.cause is not None and (group.cause.kind, group.cause.text) == (
            recognised.cause.kind, recognised.cause.text
        ):  # fmt: skip
            groups[k] = replace(group, mask=group.mask | recognised.mask)
            return
    groups.append(Group(recognised.cause, recognised.mask))

"""One branch of a function with the wrong sign: for x < 0 or for x > 0 the results are the negatives of the values."""

from __future__ import annotations

import numpy as np

from ..findings import Cause
from .evidence import Evidence, Mask, Recognised, agree

LEAST = 6
"""The number of failing inputs below which nothing is named."""
ENOUGH = 0.96
"""The share of them that are the negatives."""
DIGITS = 8.0
"""The distance in ULP within which a result is the negative of the value."""


def is_negated(evidence: Evidence, part: Mask) -> Recognised | None:
    """The side whose sign is wrong; the other side's results are right."""
    if len(evidence.subject.inputs) > 1:
        return None
    sides = (("x < 0", evidence.x < 0), ("x > 0", evidence.x > 0), ("all x", np.ones(part.shape, np.bool_)))
    for words, side in sides:
        wrong = part & side
        judged = evidence.judged & side & (evidence.nearest != 0)
        if wrong.sum() < LEAST or wrong.sum() < ENOUGH * part.sum() or wrong.sum() < ENOUGH * judged.sum():
            continue
        negated = agree(evidence.got, -evidence.nearest, evidence.unit, DIGITS)
        if (negated & wrong).sum() >= ENOUGH * wrong.sum():
            title = f"the sign is wrong for {words}"
            return Recognised(Cause("wrong-sign", title, f"{title}: the results are the negatives of the values"), part)
    return None

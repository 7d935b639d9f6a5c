"""Results that a shorter format holds: computed in it, or stored in it, and widened."""

from __future__ import annotations

import numpy as np

from ...numerics.floats.formats import rounded_from_float64
from ...proofs.enclosures.formats import FORMATS
from ..findings import Cause
from .evidence import Evidence, Mask, Numbers, Recognised

LEAST = 12
"""The number of failing inputs below which nothing is named."""
ENOUGH = 0.98
"""The share of all results that the shorter format holds, NaN and infinities left out."""
SHORTER = {"float64": ("float16", "bfloat16", "float32"), "float32": ("float16", "bfloat16")}


def is_shorter(evidence: Evidence, part: Mask) -> Recognised | None:
    """The shortest format that holds the results, where it does not hold the true values."""
    got, nearest = evidence.got, evidence.nearest
    sample = evidence.judged & np.isfinite(got) & (got != 0)
    if (sample & part).sum() < LEAST or (sample & part).sum() < 0.5 * part.sum():
        return None
    for name in SHORTER.get(evidence.format.name, ()):
        values = _held(got, name)
        others = sample & ~_held(nearest, name)
        if others.sum() >= LEAST and values[others].mean() >= ENOUGH and values[part & sample].mean() >= ENOUGH:
            text = f"every result is a {name} number: it is computed or stored in {name} and widened"
            return Recognised(Cause("shorter-format", f"the results are {name} numbers", text), part)
    return None


def _held(values: Numbers, name: str) -> Mask:
    return rounded_from_float64(values, FORMATS[name]).astype(np.float64) == values

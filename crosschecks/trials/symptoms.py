"""The symptoms of results that are too far from the truth, from the worst to the mildest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...proofs.enclosures.formats import Format

SYMPTOMS = (
    "returns NaN",
    "returns an infinity",
    "returns zero for a normal number",
    "loses every digit",
    "is inaccurate",
)


def symptoms(got: NDArray[np.float64], exact: NDArray[np.float64], fmt: Format) -> NDArray[np.int8]:
    """The index in SYMPTOMS of the first that fits each result; exact values are rounded to float64 at least once."""
    with np.errstate(invalid="ignore", over="ignore"):
        applies = [
            np.isnan(got),
            np.isinf(got),
            (got == 0) & (np.abs(exact) >= float(fmt.min_normal)),
            np.abs(got - exact) >= np.abs(exact) / 2,
        ]
    return np.select(applies, range(len(applies)), len(applies)).astype(np.int8)

"""Correctly rounded implementations, straight from the oracle: what every property must let pass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from gradproof.numerics.oracle.reference import reference


def correctly_rounded(
    name: str, *, order: int = 0, at_kinks: float | None = None, **parameters: float | str
) -> Callable:
    """An activation or its derivative; at a kink the given value, or the left one."""

    def implementation(x: np.ndarray) -> np.ndarray:
        found = reference(name, x, order=order, parameters=parameters)
        values = found.value.copy()
        for index, kink in found.kinks.items():
            values[index] = kink.left if at_kinks is None else at_kinks
        return values

    implementation.__qualname__ = name
    return implementation

"""The grid of the float32s: binades cut into blocks of a power of two of consecutive floats, down to rows.

The float32s of one sign and exponent, its key, are evenly spaced: origin + j q for j = 0, ..., 2**23 - 1 (from 0 for
the subnormals). A block is an aligned run of 2**m of them, m from 23 to 11; a row is a block of 2**11 = ROW. With c
the middle of a block and h = 2**(m - 1) q, its floats are c + h t, t = (2 i + 1 - 2**m) / 2**m, i = 0, ..., 2**m - 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from .asymptotes import float_of

BINADE = 1 << 23
"""Floats of one sign and exponent."""
ROW = 1 << 11
"""Floats in a row, the smallest block."""
ROWS = BINADE // ROW
DEEPEST = 12
"""How often a binade is halved to get a row."""


@dataclass(frozen=True)
class Span:
    """Where a block lies, in exact numbers: the first and last float, the middle, and h with the sign of x."""

    first: fmpq
    last: fmpq
    middle: fmpq
    step: fmpq

    @property
    def low(self) -> fmpq:
        return min(self.first, self.last)

    @property
    def high(self) -> fmpq:
        return max(self.first, self.last)


def spacing(key: int) -> fmpq:
    """q of a binade, given by sign and exponent bits."""
    return fmpq(2) ** (max(key & 0xFF, 1) - 150)


def span(key: int, level: int, index: int) -> Span:
    """Where the block `index` of 2**level lies in a binade."""
    sign = -1 if key >> 8 else 1
    q, size = spacing(key), BINADE >> level
    first = (fmpq(2) ** ((key & 0xFF) - 127) if key & 0xFF else fmpq(0)) + q * size * index
    last = first + q * (size - 1)
    return Span(sign * first, sign * last, sign * (first + last) / 2, sign * q * size / 2)


def floats_at(key: int, places: NDArray[np.int64]) -> NDArray[np.float64]:
    """The floats at some places of a binade."""
    binade = span(key, 0, 0)
    return float_of(binade.first) + (-1 if key >> 8 else 1) * float_of(spacing(key)) * places.astype(np.float64)

"""Unevaluated sums hi + lo of two float64: the operations without rounding error that such pairs are made with.

Each function works elementwise on arrays and states the domain on which it is exact. All arithmetic is that of IEEE
binary64 rounded to nearest, which is what NumPy computes; nothing relies on a fused multiply-add. Sums never
underflow inexactly, so that overflow is their only limit; a product is exact only where it is known to have at most
53 bits, and the way to such products is `split`, whose grid is the same for every element: with a common
unit the proofs are about integers (the extraction of Rump, Ogita and Oishi 2008, "Accurate floating-point summation
part I", section 3).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Doubles: TypeAlias = NDArray[np.float64]

UNIT = 2.0**-53
"""The largest relative error of one rounding, where nothing underflows."""

GRID = 2.0**-26
_EXTRACTOR = 1.5 * 2.0**26
"""A float64 whose neighbours, and all within 2**25 of it, are GRID apart."""


def fast_two_sum(a: Doubles, b: Doubles) -> tuple[Doubles, Doubles]:
    """The float64 nearest to a + b and the rest, exact where abs(a) >= abs(b) (Dekker 1971).

    Domain: a + b does not overflow.
    """
    total = a + b
    return total, b - (total - a)


def split(a: Doubles) -> tuple[Doubles, Doubles]:
    """The multiple of GRID nearest to a, and the rest, of at most GRID / 2; exact.

    Domain: abs(a) <= 2. The sum a + _EXTRACTOR is then rounded to a multiple of GRID, and taking _EXTRACTOR
    away again is exact. So is the rest: it is a itself below GRID / 2, and above that a multiple of ulp(a) of at
    most 2**53 ulp(a).
    """
    head = (a + _EXTRACTOR) - _EXTRACTOR
    return head, a - head


def certainly_rounds_to_head(hi: Doubles, lo: Doubles, error: Doubles) -> NDArray[np.bool_]:
    """Whether every real within `error` of hi + lo rounds to hi: Ziv's test, False for NaN.

    Rounding is monotone, and so is adding: if the ends, moved outwards by more than their own rounding, still
    round to hi, so does all that lies between, exact ties included.
    Domain: error >= 2**-40 abs(lo) wherever lo + error is not exact, so that widening it by 2**-10 covers its
    rounding; sums do not overflow.
    """
    wide = error * (1 + 2.0**-10)
    return (hi + (lo + wide) == hi) & (hi + (lo - wide) == hi)

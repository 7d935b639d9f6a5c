"""Inputs as text: hexadecimal numbers, which a format must hold, and decimal ones, which are rounded to it.

Only what is written as hexadecimal, `0x1.8p+0` or `1.8p+0`, is read so: 5.1 is not 5 + 1/16.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq

from ...numerics.floats.formats import dtype_of, from_hex, to_float
from ...proofs.enclosures.formats import Format

_HEXADECIMAL = re.compile(r"[+-]?(0x.*|.*p.*|inf(inity)?|nan)", re.IGNORECASE)
_LARGEST_EXPONENT = 20_000
"""Of a number as written: beyond every format, and still quick to read."""


def float_of(text: str, fmt: Format) -> Any:
    """The float of a format that a text means. Raises ValueError for what is no number, and for a hexadecimal one that
    the format does not hold."""
    text = text.strip()
    if _HEXADECIMAL.fullmatch(text):
        return from_hex(text, fmt)
    number = _decimal(text)
    size = Fraction(abs(number))
    rounded = to_float(fmt.round(fmpq(size.numerator, size.denominator)))
    return np.copysign(rounded, -1.0 if number.is_signed() else 1.0).astype(dtype_of(fmt))


def check_written(text: str) -> None:
    """Raises ValueError for a text that is no number."""
    text = text.strip()
    if _HEXADECIMAL.fullmatch(text):
        float.fromhex(text)
    else:
        _decimal(text)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r}: expected a number such as 5.1 or 0x1.8p+0") from None
    if len(text) > 1000 or not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError(f"{text!r}: expected a number that a float may be")
    return number

"""The float formats as NumPy sees them: dtypes, bit patterns, neighbours, exact values and hexadecimal text.

The formats themselves (precision, exponent range, rounding) are in :mod:`gradproof.proofs.enclosures.formats`; this
module only maps them to arrays. Every value of every format is also a float64, which is how values cross this border.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import ml_dtypes
import numpy as np
from flint import fmpq
from numpy.typing import ArrayLike, NDArray

from ...proofs.enclosures.formats import FORMATS, Format, Rounded, format_named

Floats: TypeAlias = NDArray[Any]
"""An array whose dtype is that of one of the formats."""


@cache
def dtype_of(fmt: Format | str) -> np.dtype:
    """The dtype of a format or format name."""
    name = fmt.name if isinstance(fmt, Format) else format_named(fmt).name
    return np.dtype(getattr(ml_dtypes, name, None) or name)


def format_of(values: Floats | np.dtype) -> Format:
    """The format of an array or dtype. Raises ValueError for any dtype that is not one of the six."""
    dtype = values if isinstance(values, np.dtype) else values.dtype
    if dtype.name not in FORMATS:
        raise ValueError(f"dtype={dtype.name!r}: expected one of {', '.join(FORMATS)}")
    return FORMATS[dtype.name]


def to_bits(values: Floats) -> NDArray[np.unsignedinteger]:
    """The bit patterns, as unsigned integers of the same width."""
    return values.view(f"u{format_of(values).bits // 8}")


def from_bits(patterns: Any, fmt: Format | str) -> Floats:
    """The floats with these bit patterns."""
    dtype = dtype_of(fmt)
    return np.ascontiguousarray(patterns, dtype=f"u{dtype.itemsize}").view(dtype)


def all_values(fmt: Format | str) -> Floats:
    """Every bit pattern of an 8- or 16-bit format, NaNs included, in the order of the patterns."""
    bits = 8 * dtype_of(fmt).itemsize
    if bits > 16:
        raise ValueError(f"format={fmt!r}: expected at most 16 bits, or 2**{bits} values would be listed")
    return from_bits(np.arange(1 << bits), fmt)


def as_float64(values: Floats) -> NDArray[np.float64]:
    """The same values as float64; exact, whatever the format."""
    with np.errstate(invalid="ignore"):  # signalling NaNs
        return np.asarray(values).astype(np.float64)


def rounded_from_float64(values: NDArray[np.float64], fmt: Format | str) -> Floats:
    """float64 values rounded once to a format; beyond its range they become infinite (NaN in float8_e4m3fn)."""
    dtype = dtype_of(fmt)
    if dtype.itemsize >= 4:
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            return values.astype(dtype)
    # ml_dtypes goes through float32 and would round twice; a float32 rounded to odd keeps the second rounding right.
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        nearest = values.astype(np.float32)
        back = nearest.astype(np.float64)
    patterns = np.atleast_1d(nearest).view(np.uint32)
    away = np.atleast_1d(np.abs(back) > np.abs(values))
    truncated = np.where(away, patterns - 1, patterns)
    inexact = np.atleast_1d((back != values) & ~np.isnan(values))
    odd = np.where(inexact, truncated | 1, patterns).astype(np.uint32).view(np.float32)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return odd.reshape(values.shape).astype(dtype)


def shifted(values: Floats, steps: int | NDArray[np.integer]) -> Floats:
    """The floats `steps` places further up (down, if negative) in the order of the format.

    Both zeros count as one place. Stepping beyond the largest finite float gives the infinity, or NaN in
    float8_e4m3fn, and stays there. Domain: no NaN, and abs(steps) below 2**32.
    """
    fmt = format_of(values)
    sign = 1 << (fmt.bits - 1)
    patterns = to_bits(np.ascontiguousarray(values)).astype(np.uint64)
    magnitude = (patterns & np.uint64(sign - 1)).astype(np.int64)
    top = int(to_bits(np.array(np.inf if fmt.overflow == "inf" else np.nan, dtype_of(fmt))) & np.uint64(sign - 1))
    places = np.where(patterns & np.uint64(sign), -magnitude, magnitude)
    room_up, room_down = top - places, -top - places  # up to 2**63, but steps are small
    moved = places + np.clip(steps, np.where(places > 0, -(2**32), room_down), np.where(places < 0, 2**32, room_up))
    patterns = np.abs(moved).astype(np.uint64) | np.where(moved < 0, np.uint64(sign), np.uint64(0))
    return from_bits(patterns.astype(f"u{fmt.bits // 8}"), fmt).reshape(values.shape)


def ulp_exponents(values: NDArray[np.float64], fmt: Format) -> NDArray[np.int64]:
    """For each real value y (as float64, finite), the e with ulp(y) = 2**e in the format."""
    _, exponent = np.frexp(values)
    exponent = np.where(values == 0, fmt.emin, exponent.astype(np.int64) - 1)
    return np.clip(exponent, fmt.emin, fmt.emax) - (fmt.precision - 1)


def exact(value: Any) -> fmpq:
    """The rational that a finite float is. Raises ValueError for NaN and infinities."""
    try:
        p, q = float(value).as_integer_ratio()
    except (OverflowError, ValueError):
        raise ValueError(f"value={value!r}: expected a finite float") from None
    return fmpq(p, q)


def as_array(x: ArrayLike) -> Floats:
    """Numbers, lists of them or an array as an array of floats; whole numbers become float64. Raises TypeError."""
    array = np.asarray(x)
    if array.dtype.kind in "iub":
        array = array.astype(np.float64)
    if array.dtype.name not in FORMATS:
        raise TypeError(f"expected numbers, lists of them or an array of {', '.join(FORMATS)}, got {array.dtype.name}")
    return array


def to_float(rounded: Rounded) -> float:
    """The result of :meth:`Format.round` as a Python float; exact."""
    if isinstance(rounded, str):
        return float(rounded)
    return int(rounded.p) / int(rounded.q)


def hex_text(value: Any) -> str:
    """A float of any format as text that keeps every bit of a number: "0x1.8p+1", "-0x0.0p+0", "inf", "nan"."""
    return float(value).hex()


def from_hex(text: str, fmt: Format | str) -> Any:
    """The float of a format that :func:`hex_text` wrote. Raises ValueError if the format has no such float."""
    value = np.float64(float.fromhex(text))
    found = rounded_from_float64(np.asarray(value), fmt)[()]
    if not (float(found) == value or np.isnan(value)):
        raise ValueError(f"text={text!r}: no {dtype_of(fmt).name} has this value")
    return found

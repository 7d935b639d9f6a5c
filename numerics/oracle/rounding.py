"""Rounding of an exact number to a format, with what the rounding leaves over: in whole numbers where a ball is narrow.

What cannot be told from an exact tie or from 0 is taken for it, up to PATIENCE bits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from flint import arb, fmpq

from ...proofs.enclosures.balls import excludes_zero, precision
from ...proofs.enclosures.formats import FIRST_PRECISION, Enclosures, Format, Rounded
from ..floats.formats import to_float

ExactReal: TypeAlias = "fmpq | Enclosures"

PATIENCE = 2048
"""The precision at which a value is suspected of sitting next to an exact tie or to 0, in bits."""

AT_ONCE = FIRST_PRECISION, 4 * FIRST_PRECISION
"""Precisions at which a rounding is tried in whole numbers first: what cancels like x^-2 needs the second."""

_GUARD, _SLACK = 64, 8
"""A ball is settled at once where it is narrower than 2**(_SLACK - _GUARD) ULP, in units of 2**-_GUARD ULP."""

NARROW = arb(2) ** -56
"""How wide a ball may be, in ULP, for its midpoint to stand for the value."""


@dataclass(frozen=True)
class OneSided:
    """The two one-sided limits of a derivative at a kink, correctly rounded. The derivative has no value there."""

    left: float
    right: float


Row: TypeAlias = "tuple[float, float, int, OneSided | None]"
"""Rounded value, residual in ULP, exponent of the ULP, and the kink that is there."""


def special_row(value: float, fmt: Format) -> Row:
    """The row of an infinity or of NaN."""
    return (value if fmt.overflow == "inf" else float("nan")), 0.0, fmt.emax - fmt.precision + 1, None


def rounded_row(real: ExactReal, fmt: Format, *, alone: bool = False) -> Row:
    """An exact number as a row of a reference: rounded, with what the rounding left over, in no kink.

    With `alone` the rounded value alone is to be relied on, which takes less where it is a power of two.
    """
    if callable(real):
        for bits in AT_ONCE:
            if (row := _at_once(real(bits), fmt, alone)) is not None:
                return row
        nearest, near = _settled(real, fmt)
        middle, negative = fmt.clamped(near.mid()), bool(near < 0)
    else:
        nearest, middle, negative = fmt.round(real), real, bool(real < 0)
    ulp = fmt.ulp(middle)
    exponent = ulp.p.bit_length() - ulp.q.bit_length()
    if isinstance(nearest, str):
        return to_float(nearest), 0.0, exponent, None
    left_over = (middle - nearest) / ulp
    value = -0.0 if negative and nearest == 0 else to_float(nearest)
    return value, int(left_over.p) / int(left_over.q), exponent, None


def _at_once(ball: arb, fmt: Format, alone: bool) -> Row | None:
    """The row of what a ball encloses, in whole numbers; None unless it is narrow and off the midpoints and, but for
    the value alone, off the powers of two: the usual case, which needs no fractions."""
    if not ball.is_finite() or not excludes_zero(ball):
        return None
    mantissa, lowest = map(int, ball.mid().man_exp())
    radius, scale = map(int, ball.rad().man_exp())
    width = scale + radius.bit_length() if radius else lowest  # the radius is below 2**width
    size, sign = abs(mantissa), 1.0 if mantissa > 0 else -1.0  # more bits than a float may hold
    top = lowest + size.bit_length() - 1  # 2**top <= size of the midpoint < 2**(top + 1)
    if width >= top:
        return None
    if top > fmt.emax + 1:
        return special_row(sign * math.inf, fmt)
    exponent = max(top, fmt.emin) - fmt.precision + 1
    if top < exponent - _GUARD:
        return sign * 0.0, 0.0, exponent, None
    if top >= fmt.emax or (radius and width > exponent - _GUARD + _SLACK - 1):
        return None
    shift = lowest - exponent + _GUARD
    whole, rest = divmod(size << shift if shift >= 0 else size >> -shift, 1 << _GUARD)
    up = rest >> (_GUARD - 1)
    boundaries = [1 << (_GUARD - 1)]
    # On either side of a power of two the nearest float is that power; how far it is in ULP depends on the side.
    if not alone and top >= fmt.emin and not whole & (whole - 1):
        boundaries.append(0)
    if not alone and not (whole + 1) & whole:
        boundaries.append(1 << _GUARD)
    if any(abs(rest - boundary) <= 1 << _SLACK for boundary in boundaries):
        return None
    return sign * math.ldexp(whole + up, exponent), sign * (rest - (up << _GUARD)) / (1 << _GUARD), exponent, None


def _settled(real: Enclosures, fmt: Format) -> tuple[Rounded, arb]:
    """The rounded value, and a ball that shows the sign, the ULP and what the rounding left over, if one was found."""
    seen: list[tuple[int, arb]] = []

    def remembered(bits: int) -> arb:
        seen.append((bits, real(bits)))
        return seen[-1][1]

    nearest = fmt.round(remembered)
    bits, near = seen[-1]
    while not (narrow := _shows(near, bits, fmt)) and bits < 2 * PATIENCE:
        bits = PATIENCE if 2 * FIRST_PRECISION <= bits < PATIENCE else 2 * bits
        near = real(bits)
    if narrow is None and not isinstance(nearest, str):  # a power of two, or 0, as far as anything shows
        near = arb(nearest)
    return nearest, near


def _shows(near: arb, bits: int, fmt: Format) -> bool | None:
    """Whether a ball shows the sign of a real, its ULP and its place to NARROW; None where not even sign and ULP."""
    with precision(bits + 32):
        ulp, same = (fmt.ulp(fmt.clamped(end)) for end in (near.lower(), near.upper()))
    if ulp != same or not (excludes_zero(near) or near.is_zero()):
        return None
    return bool(near.rad() < arb(ulp) * NARROW)

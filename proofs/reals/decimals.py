"""Rationals as decimals of a number of significant digits, rounded to the nearest or to one side."""

from __future__ import annotations

from flint import fmpq


def round_decimal(value: fmpq, digits: int, direction: int = 0) -> tuple[str, bool]:
    """A rational rounded to significant digits, and whether that is exact.

    To the nearest (0, ties away from 0), upwards (1) or downwards (-1).
    """
    if not value:
        return "0", True
    sign, size = ("-" if value < 0 else ""), abs(value)
    exponent = len(str(size.p)) - len(str(size.q))
    while size < fmpq(10) ** exponent:
        exponent -= 1
    while size >= fmpq(10) ** (exponent + 1):
        exponent += 1
    scaled = size * fmpq(10) ** (digits - 1 - exponent)
    if direction:
        outwards = (direction > 0) == (value > 0)
        whole = int(-(-scaled.p // scaled.q) if outwards else scaled.p // scaled.q)
    else:
        whole = int((2 * scaled.p + scaled.q) // (2 * scaled.q))
    if whole == 10**digits:
        whole, exponent = whole // 10, exponent + 1
    is_exact = scaled == whole
    text = str(whole)
    if is_exact:
        text = text.rstrip("0") or "0"
    return sign + place_point(text, exponent), is_exact


def place_point(text: str, exponent: int) -> str:
    """Digits with their point after the first one and times 10**exponent, written plainly or scientifically."""
    if -5 <= exponent < 0:
        return "0." + "0" * (-exponent - 1) + text
    if 0 <= exponent < 21:
        whole, rest = text[: exponent + 1].ljust(exponent + 1, "0"), text[exponent + 1 :]
        return f"{whole}.{rest}" if rest else whole
    return (f"{text[0]}.{text[1:]}" if len(text) > 1 else text) + f"e{exponent:+03d}"


def half_unit(decimal: str) -> str:
    """Half a unit in the last digit of a decimal string."""
    return f"5e{last_place(decimal) - 1}"


def last_place(decimal: str) -> int:
    """The power of ten that the last digit of a decimal string counts."""
    mantissa, _, exponent = decimal.partition("e")
    return int(exponent or 0) - len(mantissa.partition(".")[2])

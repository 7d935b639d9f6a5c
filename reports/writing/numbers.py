"""Numbers as people read them: floats, certified numbers, intervals, sets.

An infinity is `oo`, as in statements, so that it can be typed back; a page prints it as mathematics does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq

from ...proofs.reals.decimals import round_decimal

LONGEST_EXACT = 20
"""Longer exact forms are left to the places that show them on a line of their own."""


def short(value: float | str | None, digits: int = 4) -> str:
    """A float in a few digits; text ("inf", "1.5, 2.0") and None as they are."""
    if value is None:
        return "–"
    return value if isinstance(value, str) else f"{value:.{digits}g}"


def brief(number: Mapping[str, Any] | None, digits: int = 8) -> str:
    """A certified number in little space: its exact form where that is short, else its first digits."""
    if number is None:
        return "–"
    if number["decimal"] in {"inf", "-inf"}:
        return number["decimal"].replace("inf", "oo")
    if number["exact"] is not None and len(number["exact"]) <= LONGEST_EXACT:
        return number["exact"]
    return truncated(number["decimal"], digits)


def typeset(text: str) -> str:
    """Text of a page, with infinities as mathematics prints them: ∞ for oo, −∞ for -oo."""
    return re.sub(r"(-?)\boo\b", lambda sign: "−∞" if sign[1] else "∞", text)


def compact(text: str) -> str:
    """Text in which 10000…0 is (10**400): what is typed as 1e400 is not printed as 400 zeros."""
    return re.sub(r"(?<![\w.])([1-9]\d*?)(0{30,})(?![\w.])", _power, text)


def _power(number: re.Match[str]) -> str:
    digits, zeros = number[1], len(number[2])
    return f"(10**{zeros})" if digits == "1" else f"({digits}*10**{zeros})"


def truncated(decimal: str, digits: int) -> str:
    """The first `digits` significant digits of a decimal string, with an ellipsis where there are more."""
    mantissa, e, exponent = decimal.partition("e")
    sign, whole, rest = _parts(mantissa)
    if len(whole) > digits and not e:
        mantissa, e, exponent = f"{sign}{whole[0]}.{whole[1:]}{rest}", "e", f"+{len(whole) - 1:02d}"
    significant = 0
    for position, character in enumerate(mantissa):
        if character.isdigit() and (significant or character != "0"):
            significant += 1
            if significant == digits and mantissa[position + 1 :].strip("."):
                return mantissa[: position + 1] + "…" + e + exponent
    return mantissa + e + exponent


def _parts(mantissa: str) -> tuple[str, str, str]:
    """Sign, digits before the point, digits after it."""
    whole, _, rest = mantissa.lstrip("-").partition(".")
    return "-" if mantissa.startswith("-") else "", whole, rest


def short_hex(text: str, most: int = 8) -> str:
    """A float in hexadecimal without the zeros at the end of its fraction: 0x1.64p+2. Of a row at most some floats."""
    floats = text.split(",")
    if len(floats) > most:
        text = ",".join([*floats[: most - 1], "..."])
    return re.sub(r"\.?0+(?=p)", "", text) if "." in text else text


def short_hexes(text: str) -> str:
    """Text in which every float in hexadecimal is short."""
    return re.sub(r"0x[\da-f.]+p[-+]\d+", lambda number: short_hex(number[0]), text)


def full(number: Mapping[str, Any] | None) -> str:
    """A certified number with its exact form and all its digits; `radius` bounds the error of the digits."""
    if number is None:
        return "–"
    decimal, exact = number["decimal"], number["exact"]
    if decimal in {"inf", "-inf"} or exact == decimal:
        return brief(number)
    if number["radius"] == "0":
        return decimal if exact is None else f"{exact} = {decimal}"
    return f"{decimal} ± {number['radius']}" if exact is None else f"{exact} = {decimal} ± {number['radius']}"


def interval(range_: Mapping[str, Any]) -> str:
    """A range with its ends: a square bracket where the end is attained. The set itself where that is no interval."""
    if range_["set"].startswith("{") or "|" in range_["set"]:
        return range_["set"].replace("|", "∪")
    left = "[" if range_["inf_attained"] else "("
    right = "]" if range_["sup_attained"] else ")"
    return f"{left}{brief(range_['inf'])}, {brief(range_['sup'])}{right}"


def points(places: Sequence[Mapping[str, Any]], none: str = "none") -> str:
    """A list of certified numbers and of intervals."""
    return ", ".join(_place(place) for place in places) or none


def _place(place: Mapping[str, Any]) -> str:
    if "decimal" in place:
        return brief(place)
    left, right = ("[" if place["closed"][0] else "("), ("]" if place["closed"][1] else ")")
    return f"{left}{brief(place['from'])}, {brief(place['to'])}{right}"


def bound(number: Mapping[str, Any], direction: int, digits: int = 8) -> str:
    """A certified number as a bound from above (1) or below (-1): exact where that is short, else rounded that way."""
    if number["decimal"] in {"inf", "-inf"} or (number["exact"] and len(number["exact"]) <= LONGEST_EXACT):
        return brief(number)
    outermost = Fraction(number["decimal"]) + direction * Fraction(number["radius"])
    return round_decimal(fmpq(outermost.numerator, outermost.denominator), digits, direction)[0]


def product(bounds: Mapping[str, Any], between: str = " to ") -> str:
    """Bounds on a product of factors, rounded outwards."""
    return f"{bound(bounds['inf'], -1)}{between}{bound(bounds['sup'], 1)}"


def duration(seconds: float) -> str:
    """A time in its two largest units."""
    whole = round(seconds)
    for unit, size, lower in (("d", 86400, "h"), ("h", 3600, "min"), ("min", 60, "s")):
        if whole >= size:
            part = {"h": 3600, "min": 60, "s": 1}[lower]
            return f"{whole // size} {unit} {whole % size // part} {lower}"
    return f"{whole} s"

"""Numbers as a file has them: a decimal with its digits, the exact value of a float, an infinity or NaN.

The text decides: "0.7311" is four digits and 0.7311 exactly, never the float nearest to it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property

from flint import arb, fmpq

from ...proofs.enclosures.balls import precision
from ...proofs.enclosures.formats import Enclosures

LONGEST = 4000
"""Characters of a number, at most."""
FAR = 5000
"""Powers of ten up to this are written out as fractions; beyond, they are balls."""
_DECIMAL = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)(?:[eEdD]([+-]?\d{1,18}))?[fFlL]?", re.ASCII)
_HEXADECIMAL = re.compile(r"[+-]?0x[\da-f]*\.?[\da-f]*p[+-]?\d{1,5}", re.ASCII | re.IGNORECASE)
_SPECIAL = {
    "nan": math.nan, "inf": math.inf, "infinity": math.inf, "oo": math.inf, "∞": math.inf,
}  # fmt: skip


class NumeralError(ValueError):
    """A text that is no number; the message is a few words."""


@dataclass(frozen=True)
class Numeral:
    """A number: mantissa * 10**exponent, or a special value, or what a float is exactly."""

    text: str
    mantissa: int = 0
    exponent: int = 0
    special: float | None = None
    """An infinity or NaN."""
    binary: float | None = None
    """The float that the number is, where it is no decimal."""

    @cached_property
    def exact(self) -> fmpq | Enclosures:
        """The number itself; balls of any precision where its fraction would fill the memory."""
        if self.binary is not None:
            return fmpq(*self.binary.as_integer_ratio())
        return _scaled(self.mantissa, self.exponent)

    @property
    def digits(self) -> int:
        """The significant digits; of a float, the fewest that tell it from its neighbours in float64."""
        mantissa = self.mantissa if self.binary is None else read(repr(abs(self.binary))).mantissa
        return len(str(abs(mantissa))) if mantissa else 0

    @property
    def is_bare(self) -> bool:
        """Whether it is a whole number without decimals, such as 1, 0 or 1.0: programs leave zeros out of these."""
        if self.binary is not None or self.exponent not in (0, -1) or "e" in self.text.lower():
            return False
        return self.exponent == 0 or self.mantissa % 10 == 0

    def half_unit_around(self, unit: int) -> tuple[fmpq | Enclosures, fmpq | Enclosures]:
        """The decimal less and plus half of 10**unit, which is not above its last digit."""
        mantissa = 2 * self.mantissa * 10 ** (self.exponent - unit)
        return _scaled(mantissa - 1, unit, 2), _scaled(mantissa + 1, unit, 2)


def _scaled(mantissa: int, exponent: int, divisor: int = 1) -> fmpq | Enclosures:
    """mantissa * 10**exponent / divisor."""
    if abs(exponent) <= FAR or not mantissa:
        power = 10 ** min(abs(exponent), FAR)
        return fmpq(mantissa * power, divisor) if exponent >= 0 else fmpq(mantissa, divisor * power)

    def enclosure(bits: int) -> arb:
        with precision(bits + 64):
            return arb(mantissa) * arb(10) ** exponent / divisor

    return enclosure


def read(text: str) -> Numeral:
    """The number that a text is. Raises NumeralError."""
    written = text.strip().replace("\N{MINUS SIGN}", "-")
    if len(written) > LONGEST:
        raise NumeralError(f"a number of {len(written)} characters; at most {LONGEST} are read")
    if match := _DECIMAL.fullmatch(written):
        sign, digits, exponent = match.groups()
        whole, _, decimals = digits.partition(".")
        mantissa = int(whole + decimals)
        return Numeral(written, -mantissa if sign == "-" else mantissa, int(exponent or 0) - len(decimals))
    if not written:
        raise NumeralError("nothing there; expected a number")
    name = written.lstrip("+-").lower()
    if name in _SPECIAL and len(written) - len(name) <= 1:
        return Numeral(written, special=-_SPECIAL[name] if written[0] == "-" else _SPECIAL[name])
    if _HEXADECIMAL.fullmatch(written):
        try:
            return of_float(float.fromhex(written), written)
        except (OverflowError, ValueError):
            raise NumeralError(f"{_shortened(written)!r} is no float64") from None
    raise NumeralError(f"{_shortened(written)!r} is no number")


def is_number(text: str) -> bool:
    """Whether :func:`read` reads it."""
    try:
        read(text)
    except NumeralError:
        return False
    return True


def of_float(value: float, text: str | None = None) -> Numeral:
    """The exact value of a float."""
    written = repr(value) if text is None else text
    return Numeral(written, binary=value) if math.isfinite(value) else Numeral(written, special=value)


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"

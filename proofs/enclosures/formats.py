"""The six float formats as descriptors, and exact rounding of a real number to them.

A format is a finite set of rationals, so rounding is mathematics: nothing here computes with floats or knows
NumPy. A real is given either as a rational or as a callable `precision -> arb` whose balls shrink around it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias, TypeVar

from flint import arb, fmpq

from .balls import doublings, precision

T = TypeVar("T")
Enclosures: TypeAlias = Callable[[int], arb]
"""A real number as a function from a precision in bits to a ball that contains it."""

Rounded: TypeAlias = "fmpq | Literal['inf', '-inf', 'nan']"
"""The result of rounding: a finite float as a rational, or the name of a special value."""

FIRST_PRECISION, LAST_PRECISION = 128, 1 << 15


class RoundingUndecided(ArithmeticError):
    """The enclosures never left a rounding boundary: the real is an exact tie, or no number at all."""


@dataclass(frozen=True)
class Format:
    """A binary float format.

    `precision` counts the significant bits with the implicit one, `emin` and `emax` are the exponents e of
    2**e in the smallest normal and in the largest finite binade, and `overflow` is what a real rounds to
    that rounds above `max_finite` when the exponent range is ignored.
    """

    name: str
    bits: int
    precision: int
    emin: int
    emax: int
    overflow: Literal["inf", "nan"] = "inf"

    @cached_property
    def max_finite(self) -> fmpq:
        """The largest finite float. Where NaN sits at the top of the last binade, one ulp less than all ones."""
        steps = 2**self.precision - (1 if self.overflow == "inf" else 2)
        return steps * _power_of_two(self.emax - self.precision + 1)

    @cached_property
    def min_normal(self) -> fmpq:
        """The smallest positive float with full precision."""
        return _power_of_two(self.emin)

    @cached_property
    def min_subnormal(self) -> fmpq:
        """The smallest positive float, also the spacing of the floats below `min_normal`."""
        return _power_of_two(self.emin - self.precision + 1)

    def round(self, real: fmpq | int | Enclosures) -> Rounded:
        """The float nearest to a real, ties to the even one (IEEE 754-2019, 4.3.1).

        Raises RoundingUndecided when a callable's balls cannot be told from a midpoint of two floats at
        LAST_PRECISION bits: give such a real as a rational.
        """
        return self._decide(real, self._round, "rounding")[1]

    def ulp(self, real: fmpq | int | Enclosures) -> fmpq:
        """The unit in the last place: the spacing of the format's floats in the binade of a real.

        Below `min_normal` it is the subnormal spacing, above `max_finite` that of the last binade.
        Raises RoundingUndecided for a callable that encloses an exact power of two.
        """
        return self._decide(real, self._ulp, "ulp")

    def _round(self, real: fmpq) -> tuple[bool, Rounded]:
        """Whether the real is negative (it tells two overflows to NaN apart), and what it rounds to."""
        negative = real < 0
        ulp = self._ulp(real, unbounded=True)
        steps = abs(real) / ulp
        whole, rest = divmod(int(steps.p), int(steps.q))
        up = 2 * rest > steps.q or (2 * rest == steps.q and whole % 2 == 1)
        size = (whole + up) * ulp
        if size <= self.max_finite:
            return negative and size != 0, -size if negative else size
        return negative, "nan" if self.overflow == "nan" else "-inf" if negative else "inf"

    def _ulp(self, real: fmpq, *, unbounded: bool = False) -> fmpq:
        exponent = self.emin if real == 0 else max(_floor_log2(abs(real)), self.emin)
        if not unbounded:
            exponent = min(exponent, self.emax)
        return _power_of_two(exponent - self.precision + 1)

    def _decide(self, real: fmpq | int | Enclosures, question: Callable[[fmpq], T], what: str) -> T:
        """The answer to a monotone question, for balls as soon as both ends of one give the same."""
        if not callable(real):
            return question(fmpq(real))
        for bits in doublings(FIRST_PRECISION, LAST_PRECISION):
            ball = real(bits)
            if ball.is_finite():
                with precision(bits + 32):  # lower() and upper() round outwards to the working precision
                    ends = ball.lower(), ball.upper()
                lower, upper = (question(self.clamped(end)) for end in ends)
                if lower == upper:
                    return lower
        raise RoundingUndecided(
            f"{what} in {self.name} undecided at {LAST_PRECISION} bits: the real is within 2^-{LAST_PRECISION // 2} "
            "of a rounding boundary, or undefined; give an exact tie as a rational"
        )

    def clamped(self, end: arb) -> fmpq:
        """An exact ball as a rational, moved nearer where it is far outside the format's range.

        exp(exp(100)) has an exponent of 10^43: as a rational it would fill the memory, and every real beyond
        the range rounds alike.
        """
        mantissa, exponent = end.man_exp()
        if not mantissa:
            return fmpq(0)
        top = int(exponent) + mantissa.bit_length()  # abs(end) < 2**top <= 2 * abs(end)
        sign = 1 if mantissa > 0 else -1
        if top > self.emax + 4:
            return sign * _power_of_two(self.emax + 4)
        if top < self.emin - self.precision - 100:
            return sign * _power_of_two(self.emin - self.precision - 100)
        return mantissa * _power_of_two(int(exponent))


def _power_of_two(exponent: int) -> fmpq:
    return fmpq(1 << exponent) if exponent >= 0 else fmpq(1, 1 << -exponent)


def _floor_log2(positive: fmpq) -> int:
    guess = positive.p.bit_length() - positive.q.bit_length()
    return guess if positive >= _power_of_two(guess) else guess - 1


FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("float64", bits=64, precision=53, emin=-1022, emax=1023),
        Format("float32", bits=32, precision=24, emin=-126, emax=127),
        Format("float16", bits=16, precision=11, emin=-14, emax=15),
        Format("bfloat16", bits=16, precision=8, emin=-126, emax=127),
        Format("float8_e4m3fn", bits=8, precision=4, emin=-6, emax=8, overflow="nan"),
        Format("float8_e5m2", bits=8, precision=3, emin=-14, emax=15),
    )
}
"""Every format by name, widest first. The 8-bit ones are those of the Open Compute Project's OFP8 (2023)."""


def format_named(name: str) -> Format:
    """The format of this name. Raises ValueError listing the known names."""
    if name not in FORMATS:
        raise ValueError(f"format={name!r}: expected one of {', '.join(FORMATS)}")
    return FORMATS[name]

"""One expected value against the exact one: right, rounded, wrong, undefined.

Right is a promise. It is decided by ball arithmetic, and in rational arithmetic where the function is rational.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from flint import arb, fmpq

from ...numerics.oracle.reference import Oracle
from ...numerics.oracle.rounding import ExactReal, rounded_row
from ...numerics.tables.tables import decimal
from ...proofs.enclosures.formats import FIRST_PRECISION, FORMATS, Format, RoundingUndecided
from ...proofs.functions.pieces import Kink, derivative_at
from ..table_files.entries import Entry
from ..table_files.numerals import Numeral
from .exact_values import NotDecided, between, correct_digits, distance, far_apart, nearest, remembered, side
from .results import TableRow

FLOAT64 = FORMATS["float64"]
FULL = 17
"""Digits of an expected value, where the file has fewer."""
PRINTED_IN_FULL = 16.0
"""ULP of the format: a rounded value no farther than this may be a float in full, at an x that is one."""
COUNTED = 1000.0
"""Errors below this are told in ULP; larger ones, in digits."""
MOST_DECIMALS = 400
PRIMES = ("", "'", "''")


@dataclass(frozen=True)
class Widest:
    """The longest value of a table: what programs write as 1 stands for 1.0000 beside 0.7311."""

    digits: int
    decimals: int

    def unit(self, value: Numeral) -> int:
        """The power of ten that the last digit of a value counts, with the zeros that programs leave out."""
        if not value.is_bare:
            return value.exponent
        places = -min(self.decimals, MOST_DECIMALS)
        if value.mantissa:
            places = max(places, len(str(abs(value.mantissa))) + value.exponent - self.digits)
        return min(value.exponent, places)


@dataclass(frozen=True)
class Judge:
    """The verdicts on values of one order of one function, in one format."""

    function: Oracle
    name: str
    fmt: Format
    widest: Widest
    max_ulp: float | None = None

    def row(self, entry: Entry) -> TableRow:
        """The verdict on an entry that was read."""
        assert entry.numerals is not None
        x, value = entry.numerals
        try:
            return self._judged(entry, x, value)
        except (NotDecided, RoundingUndecided) as error:
            return self._row(entry, "undefined", f"not decided: {error}", is_fault=True)

    def fits(self, entry: Entry) -> bool:
        """Whether the value of an entry is one of this function. Never where there is doubt."""
        assert entry.numerals is not None
        x, value = entry.numerals
        if x.special is not None or value.special is not None or callable(x.exact):
            return False
        try:
            return any(self._verdict(real, point, value) for point, real in self._reals(x.exact))
        except (NotDecided, RoundingUndecided):
            return False

    def _reals(self, x: fmpq) -> list[tuple[fmpq, ExactReal]]:
        """The exact values at x as written and, where that is another number, at the float next to it."""
        points = [x]
        for fmt in dict.fromkeys((self.fmt, FLOAT64)):
            rounded = nearest(x, fmt)
            if math.isfinite(rounded) and (at := fmpq(*rounded.as_integer_ratio())) not in points:
                points.append(at)
        pairs = ((point, self.function.at(point)) for point in points)
        return [(point, remembered(real)) for point, real in pairs if real is not None and not isinstance(real, Kink)]

    def _judged(self, entry: Entry, x: Numeral, value: Numeral) -> TableRow:
        if x.special is not None:
            return self._at_special(entry, x.special, value)
        point = x.exact
        if callable(point):
            return self._row(entry, "unreadable", f"x = {x.text} is out of range", is_fault=True)
        real = self.function.at(point)
        if real is None:
            return self._undefined(entry, value)
        if isinstance(real, Kink):
            return self._at_kink(entry, point, real, value)
        return self._against(entry, remembered(real), point, value)

    def _against(self, entry: Entry, real: ExactReal, point: fmpq, value: Numeral, *, sided: bool = False) -> TableRow:
        """The verdict on a value where the function has one."""
        if value.special is not None:
            overflows = math.isinf(value.special) and self._rounded(real, self.fmt) == value.special
            if overflows:
                return self._row(entry, "right", f"beyond the range of {self.fmt.name}", expected=value.text)
            return self._wrong(entry, real, value)
        verdict = self._verdict(real, point, value, sided=sided)
        in_full = verdict == "rounded" and distance(real, value.exact, self.fmt) <= PRINTED_IN_FULL
        if verdict == "right" or (verdict and not in_full) or sided:
            return self._good(entry, verdict, real, value) if verdict else self._wrong(entry, real, value)
        for rounded_x, other in self._reals(point):
            better = self._verdict(other, rounded_x, value) if rounded_x != point else None
            if better and better != verdict:
                name = next(f.name for f in (self.fmt, FLOAT64) if nearest(point, f) == float_of(rounded_x))
                return self._good(entry, better, other, value, f"for x rounded to {name}")
        return self._good(entry, verdict, real, value) if verdict else self._wrong(entry, real, value)

    def _verdict(self, real: ExactReal, point: fmpq, value: Numeral, *, sided: bool = False) -> str | None:
        """`right` or `rounded`, or None where the value is neither."""
        exact = value.exact
        if not callable(real) and not callable(exact) and real == exact:
            return "right"
        in_unit = value.binary is None and between(real, *value.half_unit_around(self.widest.unit(value)))
        if in_unit and value.digits > digits_that_tell(self.fmt):
            return "right"
        for fmt in dict.fromkeys((self.fmt, FLOAT64)):
            read = nearest(exact, fmt)
            if not math.isfinite(read) or far_apart(real, read, fmt):
                continue
            if read == self._rounded(real if sided else self._for_rounding(real, point), fmt):
                whole = value.binary == read and fmt == self.fmt
                if in_unit or whole or (value.binary is None and prints(value, read)):
                    return "right"
        if in_unit:
            return "rounded"
        if self.max_ulp is not None and not callable(exact):
            ulp = self.fmt.ulp(real) * fmpq(*self.max_ulp.as_integer_ratio())
            return "right" if between(real, exact - ulp, exact + ulp) else None
        return None

    def _for_rounding(self, real: ExactReal, point: fmpq) -> ExactReal:
        """The value at a point with stand-ins, which decide ties with midpoints of floats."""
        value = self.function.at(point, stand_ins=FIRST_PRECISION) if callable(real) else real
        assert value is not None and not isinstance(value, Kink)
        return value

    def _rounded(self, real: ExactReal, fmt: Format) -> float:
        return rounded_row(real, fmt, alone=True)[0]

    # --- where the function has no value, or two ---------------------------------------------------------------

    def _at_special(self, entry: Entry, x: float, value: Numeral) -> TableRow:
        """The verdict at an infinity, where the limit counts, and at NaN."""
        limit = math.nan if math.isnan(x) else self.function.limit(1 if x > 0 else -1)
        if isinstance(limit, int | float):
            if math.isnan(limit) and not math.isnan(x):
                return self._row(entry, "undefined", f"no limit of {self.name} at {entry.x} was found")
            if value.special is not None and (value.special == limit or (math.isnan(value.special) and math.isnan(x))):
                return self._row(entry, "right", expected=str(limit))
            kind = "NaN gives NaN" if math.isnan(limit) else f"the limit is {limit}"
            return self._row(entry, "wrong", kind, expected=str(limit), is_fault=True)
        return self._against(entry, remembered(limit), fmpq(0), value, sided=True)

    def _undefined(self, entry: Entry, value: Numeral) -> TableRow:
        message = f"{self.name} is undefined there"
        if value.special is None:
            return self._row(entry, "wrong", f"{message}, and the file has a number", expected="nan", is_fault=True)
        if math.isnan(value.special):
            return self._row(entry, "right", expected="nan")
        return self._row(entry, "undefined", f"{message}; the file has {value.text}")

    def _at_kink(self, entry: Entry, point: fmpq, kink: Kink, value: Numeral) -> TableRow:
        """The verdict at a kink: a side, where the file says which, else anything from one to the other."""
        sides = [self._one_sided(point, which, ball) for which, ball in ((-1, kink.left), (1, kink.right))]
        if entry.side:
            chosen = sides[entry.side > 0]
            if isinstance(chosen, int | float):
                agrees = value.special is not None and value.special == chosen
                return self._row(entry, "right" if agrees else "wrong", "", expected=str(chosen), is_fault=not agrees)
            return self._against(entry, chosen, point, value, sided=True)
        texts = [repr(s) if isinstance(s, int | float) else decimal(s, FULL) for s in sides]
        message = f"a kink: {texts[0]} from the left, {texts[1]} from the right"
        if value.special is not None:
            return self._row(entry, "undefined", f"{message}; the file has {value.text}")
        for name, real in zip(("left", "right"), sides, strict=True):
            if not isinstance(real, int | float) and self._verdict(real, point, value, sided=True):
                return self._row(entry, "undefined", f"{message}; the file has the value from the {name}")
        if not callable(value.exact) and self._is_within(value.exact, sides):
            return self._row(entry, "undefined", f"{message}; the file has a value between")
        return self._row(entry, "wrong", f"{message}; the file has neither, nor a value between", is_fault=True)

    def _one_sided(self, point: fmpq, direction: int, ball: arb) -> ExactReal | float:
        if not ball.is_finite():
            return float(ball)
        if ball.is_exact():
            return ball.fmpq()

        def enclosure(bits: int) -> arb:
            kink = derivative_at(self.function.expr, point, self.function.order, bits)
            assert isinstance(kink, Kink)
            return kink.left if direction < 0 else kink.right

        return remembered(enclosure)

    def _is_within(self, value: fmpq, sides: list[ExactReal | float]) -> bool:
        signs = [(1 if s > 0 else -1) if isinstance(s, int | float) else side(s, value) for s in sides]
        return min(signs) <= 0 <= max(signs)

    # --- rows --------------------------------------------------------------------------------------------------

    def _good(self, entry: Entry, verdict: str, real: ExactReal, value: Numeral, message: str = "") -> TableRow:
        read, expected = nearest(value.exact, FLOAT64), self._rounded(real, FLOAT64)
        if value.digits > FULL or not (math.isfinite(read) and math.isfinite(expected)):
            exact, text = value.exact, decimal(real, max(FULL, value.digits + 1))
        else:
            exact, text = fmpq(*read.as_integer_ratio()), repr(expected)
        ulp = distance(real, exact, self.fmt)
        return self.good(entry, verdict, value.digits, text, ulp, message)

    def good(
        self, entry: Entry, verdict: str, digits: int, expected: str, ulp: float, message: str = ""
    ) -> TableRow:
        """The row of a value that is right or rounded."""
        return self._row(entry, verdict, message, digits=digits, expected=expected, ulp=ulp)

    def _wrong(self, entry: Entry, real: ExactReal, value: Numeral) -> TableRow:
        if value.special is not None:
            message = f"the value is {decimal(real, FULL)}"
            return self._row(entry, "wrong", message, digits=0, expected=decimal(real, FULL), is_fault=True)
        most = value.digits
        digits = correct_digits(real, value.exact, most)
        ulp = distance(real, value.exact, self.fmt)
        if ulp < COUNTED:
            said = f"{ulp:.3g} ULP away"
        else:
            said = f"{digits} of {most} digits are right" if digits else "no digit is right"
        if self.widest.unit(value) < value.exponent and between(real, *value.half_unit_around(value.exponent)):
            said = "a whole number is read with as many digits as the longest value has"
        expected = decimal(real, max(FULL, most + 1))
        more = FULL if value.binary is not None else max(2, most + 1)
        shown = decimal(real, more) if more < FULL else expected
        message = f"the value is {shown}; {said}"
        return self._row(entry, "wrong", message, digits=digits, expected=expected, ulp=ulp, is_fault=True)

    def _row(
        self, entry: Entry, verdict: str, message: str = "", *, digits: int | None = None,
        expected: str | None = None, ulp: float | None = None, is_fault: bool = False,
    ) -> TableRow:  # fmt: skip
        return TableRow(
            line=entry.line, x=entry.x, order=self.function.order, value=entry.value, verdict=verdict, digits=digits,
            expected=expected, ulp=ulp, message=message, is_fault=is_fault,
        )  # fmt: skip


def float_of(number: fmpq) -> float:
    """A rational that is a float64, as one."""
    return int(number.p) / int(number.q)


def prints(value: Numeral, read: float) -> bool:
    """Whether a decimal, which reads as this float, is a print of it: the float rounded to the decimal's digits."""
    return between(fmpq(*read.as_integer_ratio()), *value.half_unit_around(value.exponent))


@cache
def digits_that_tell(fmt: Format) -> int:
    """The significant digits that tell any float of a format from its neighbours: 17, 9, 5, ..."""
    return math.ceil(1 + fmt.precision * math.log10(2))

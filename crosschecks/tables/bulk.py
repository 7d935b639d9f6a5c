"""Many values at once: those that certified pairs of float64 show to be right or rounded, where x is a float64.

Whatever is not shown here is left to :mod:`judge`, which decides alike, one by one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from ...numerics.floats.formats import as_float64, rounded_from_float64, ulp_exponents
from ...numerics.oracle.precise import bulk_reference
from ...proofs.budget import Undecided
from ...proofs.enclosures.formats import Format, RoundingUndecided
from .entries import Entry
from .judge import FULL, Judge, digits_that_tell
from .numerals import Numeral
from .results import TableRow

FEWEST = 64
"""Values below which one by one is as fast."""
SLACK = 2.0**-50
"""More than what a float64 and the difference of two lose, as a part of the larger."""


def settled(judge: Judge, entries: Sequence[Entry]) -> Mapping[int, TableRow]:
    """The rows, by place among the entries, of values that are surely right or rounded at x as written."""
    places = [i for i, entry in enumerate(entries) if _float_x(entry) is not None] if len(entries) >= FEWEST else []
    if len(places) < FEWEST:
        return {}
    x = np.array([_float_x(entries[i]) for i in places], np.float64)
    try:
        truth = bulk_reference(judge.function.expr, x, order=judge.function.order)
    except (Undecided, RoundingUndecided):
        return {}
    exact = as_float64(truth.value)
    rounded = _rounded(exact, judge.fmt)
    with np.errstate(over="ignore", invalid="ignore"):
        shift = truth.ulp_exponent - ulp_exponents(np.where(np.isfinite(exact), exact, 0), judge.fmt)
        left_over = np.ldexp(truth.residual, shift)
    rows: dict[int, TableRow] = {}
    columns = zip(places, exact.tolist(), rounded.tolist(), left_over.tolist(), shift.tolist(), truth.ulp_exponent.tolist(), strict=True)  # fmt: skip
    for i, at, nearest, rest, change, exponent in columns:
        value = _finite(entries[i])
        if value is None or not math.isfinite(at) or not at:
            continue
        read, number = value
        if verdict := _verdict(judge, number, read, at, nearest):
            ulp = abs(math.ldexp(read - at, change - exponent) - rest)
            rows[i] = judge.good(entries[i], verdict, number.digits, repr(at), ulp)
    return rows


def _verdict(judge: Judge, value: Numeral, read: float, exact: float, rounded: float) -> str | None:
    """`right` or `rounded` where that is certain: `exact` is the value rounded to float64, `rounded` to the format."""
    if value.binary is not None:
        return "right" if value.binary == rounded else None
    if value.digits > FULL:
        return None
    if read == exact:
        return "right"
    if judge.fmt.name != "float64":
        if value.digits <= digits_that_tell(judge.fmt):
            return None  # whether it reads as the format's float is for the judge to see
    half = 0.5 * 10.0 ** judge.widest.unit(value) if -300 < judge.widest.unit(value) < 300 else 0.0
    if abs(read - exact) + SLACK * (abs(read) + abs(exact)) < half * (1 - SLACK):
        return "rounded"
    return None


def _float_x(entry: Entry) -> float | None:
    """x, where it is a finite float64 and the value is not one-sided."""
    if entry.numerals is None or entry.side:
        return None
    x = entry.numerals[0]
    if x.special is not None or callable(x.exact):
        return None
    if x.binary is not None:
        return x.binary
    try:
        near = int(x.exact.p) / int(x.exact.q)
    except OverflowError:
        return None
    return near if fmpq(*near.as_integer_ratio()) == x.exact else None


def _finite(entry: Entry) -> tuple[float, Numeral] | None:
    """The value as a float64 and as it is written, where it is finite."""
    assert entry.numerals is not None
    value = entry.numerals[1]
    if value.special is not None or callable(value.exact):
        return None
    try:
        return int(value.exact.p) / int(value.exact.q), value
    except OverflowError:
        return None


def _rounded(exact: NDArray[np.float64], fmt: Format) -> NDArray[np.float64]:
    """The roundings to a format of numbers whose roundings to float64 are known; NaN where that does not show them.

    Midpoints of a format's floats are float64s: only where the float64 is one do the two not agree.
    """
    if fmt.name == "float64":
        return exact
    with np.errstate(over="ignore", invalid="ignore"):
        beside = [as_float64(rounded_from_float64(np.nextafter(exact, end), fmt)) for end in (-np.inf, np.inf)]
    return np.where(beside[0] == beside[1], beside[0], np.nan)

"""Many values at once: those that certified pairs of float64 show to be right or rounded.

Whatever is not shown here is left to :mod:`judge`, which decides alike, one by one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from ...numerics.floats.formats import as_float64, rounded_from_float64, ulp_exponents
from ...proofs.budget import Undecided
from ...proofs.enclosures.formats import Format, RoundingUndecided
from ..table_files.entries import Entry
from ..table_files.numerals import Numeral
from .beside_floats import rounded
from .exact_values import nearest
from .judge import FLOAT64, FULL, PRINTED_IN_FULL, Judge, digits_that_tell, prints
from .results import TableRow

FEWEST = 64
"""Values below which one by one is as fast."""
SLACK_ULP = 2.0**-12
"""More than what is lost in an error in ULP."""
SLACK = 2.0**-50
"""More than what a float64 and the difference of two lose, as a part of the larger."""


def settled(judge: Judge, entries: Sequence[Entry]) -> Mapping[int, TableRow]:
    """The rows, by place among the entries, of values that are surely right or rounded at x as written."""
    if len(entries) < FEWEST:
        return {}
    inputs = {i: x for i, entry in enumerate(entries) if (x := _nearest_float(entry)) is not None}
    if not inputs:
        return {}
    floats, steps = np.array(list(inputs.values()), np.float64).T.copy()
    try:
        truth = rounded(judge.function.expr, judge.function.order, floats, steps)
    except (Undecided, RoundingUndecided):
        return {}
    in_format = _in_format(truth.value, judge.fmt)
    with np.errstate(over="ignore", invalid="ignore"):
        exponents = ulp_exponents(np.where(np.isfinite(truth.value), truth.value, 0), judge.fmt)
        left_over = np.ldexp(truth.residual, truth.ulp_exponent - exponents)
    rows: dict[int, TableRow] = {}
    columns = (inputs, truth.value.tolist(), in_format.tolist(), left_over.tolist(), exponents.tolist())
    for i, exact, of_format, rest, exponent in zip(*columns, strict=True):
        value = _finite(entries[i])
        if value is None or not math.isfinite(exact):
            continue
        read, number = value
        ulp = abs(math.ldexp(read - exact, -exponent) - rest)
        if verdict := _verdict(judge, number, read, exact, of_format, ulp):
            rows[i] = judge.good(entries[i], verdict, number.digits, repr(exact), ulp)
    return rows


def _verdict(
    judge: Judge, value: Numeral, read: float, exact: float, of_format: float, ulp: float
) -> str | None:
    """`right` or `rounded` where that is certain: `exact` is the value rounded to float64, `of_format` to the format,
    `ulp` the error in ULP of the format."""
    if value.binary is not None:
        within = judge.max_ulp is not None and ulp + SLACK_ULP * (1 + ulp) < judge.max_ulp
        return "right" if value.binary == of_format or within else None
    if value.digits > FULL:
        return None
    if read == exact and (value.text == repr(exact) or prints(value, exact)):
        return "right"
    if judge.fmt.name != "float64":
        if value.digits <= digits_that_tell(judge.fmt):
            return None  # whether it reads as the format's float is for the judge to see
    half = 0.5 * 10.0 ** judge.widest.unit(value) if -300 < judge.widest.unit(value) < 300 else 0.0
    if ulp > PRINTED_IN_FULL and abs(read - exact) + SLACK * (abs(read) + abs(exact)) < half * (1 - SLACK):
        return "right" if value.digits > digits_that_tell(judge.fmt) else "rounded"
    return None


def _nearest_float(entry: Entry) -> tuple[float, float] | None:
    """The finite float64 next to x and the step from it to x; None where there is none, or the value is one-sided."""
    if entry.numerals is None or entry.side:
        return None
    x = entry.numerals[0]
    if x.binary is not None:
        return x.binary, 0.0
    if x.special is not None or callable(x.exact):
        return None
    near = nearest(x.exact, FLOAT64)
    if not math.isfinite(near):
        return None
    step = x.exact - fmpq(*near.as_integer_ratio())
    return near, int(step.p) / int(step.q)


def _finite(entry: Entry) -> tuple[float, Numeral] | None:
    """The value as a float64 and as it is written, where it is finite."""
    assert entry.numerals is not None
    value = entry.numerals[1]
    if value.special is not None or callable(value.exact):
        return None
    read = nearest(value.exact, FLOAT64)
    return (read, value) if math.isfinite(read) else None


def _in_format(exact: NDArray[np.float64], fmt: Format) -> NDArray[np.float64]:
    """The roundings to a format of numbers whose roundings to float64 are known; NaN where that does not show them.

    Midpoints of a format's floats are float64s: only where the float64 is one do the two not agree.
    """
    if fmt.name == "float64":
        return exact
    with np.errstate(over="ignore", invalid="ignore"):
        beside = [as_float64(rounded_from_float64(np.nextafter(exact, end), fmt)) for end in (-np.inf, np.inf)]
    return np.where(beside[0] == beside[1], beside[0], np.nan)

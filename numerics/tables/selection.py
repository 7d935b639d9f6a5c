"""Which points a table has: a SPEC as text becomes floats of a format, each with what there is to see at it.

special           kinks, zeros, extrema, inflection points and where values overflow or underflow, each with its
                  neighbouring floats; special values; hard cases; a spread over the binades
all               every float of a format of 8 or 16 bits
hard:N            the N hardest cases: values nearest to a rounding boundary
A:B:N             N floats from A to B, evenly spaced
log:A:B:N         N floats from A to B at equal ratios
0,0.5,-0x1.8p+1   these numbers, in this order, each rounded to the format
@FILE             the numbers of a file, separated by commas, blanks or line ends; # begins a comment
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from ...proofs.datasheets.function import Facts
from ...proofs.enclosures.formats import Format
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import Kink
from ...proofs.reals.sets import Interval
from ..floats.formats import Floats, all_values, as_float64, dtype_of, exact, rounded_from_float64, to_bits, to_float
from ..floats.test_points import landmarks, nearest_float, neighbourhoods, ordered, special_values, thresholds
from ..oracle.reference import oracle, reference
from .golden_inputs import changes, spread
from .hard_cases import BINADES, HARD, centres, hard_cases, steps

KINDS = (
    "kink", "zero", "extremum", "inflection", "breakpoint", "overflow", "underflow", "special", "hard", "landmark",
    "threshold", "neighbour", "spread", "point",
)  # fmt: skip
"""The kinds of points; a point of several kinds is given the first of them. Zeros, extrema and inflection points are
those of the table's own function; a `landmark` is one of another order; a `breakpoint` is where two formulas meet; at
a `threshold` the rounded value reaches its limit or parts from it, or an exponential of x does; a `point` has nothing
special. The float named is the nearest one."""

HARD_CASES = 10
MOST = 1_000_000
"""Points of one table, at most."""
EXPECTED = "special, all, hard:N, A:B:N, log:A:B:N, numbers such as 0.5,1e-3,-0x1.8p+1,inf, or @FILE"
_FAR = 400
"""Decimal exponents beyond this are beyond every format."""


class SpecError(ValueError):
    """A SPEC that is not understood, or asks for what a format does not have."""


@dataclass(frozen=True)
class Chosen:
    """Floats of a format, the kind of each, and in words where they come from."""

    x: Floats
    kinds: tuple[str, ...]
    about: str


class _Labels:
    """The kind of each float: the first in KINDS of those it is marked with."""

    def __init__(self) -> None:
        self._found: dict[int, str] = {}

    def mark(self, kind: str, values: Floats) -> None:
        """Both zeros are one point."""
        zeros = values[as_float64(values) == 0]
        for pattern in to_bits(np.ascontiguousarray(np.concatenate([values, -zeros]))).tolist():
            if KINDS.index(kind) < KINDS.index(self._found.get(pattern, KINDS[-1])):
                self._found[pattern] = kind

    def of(self, values: Floats) -> tuple[str, ...]:
        return tuple(self._found.get(pattern, KINDS[-1]) for pattern in to_bits(np.ascontiguousarray(values)).tolist())


def choose(spec: str, sheet: Facts, order: int, fmt: Format) -> Chosen:
    """The points of a SPEC for the derivative of one order. Raises SpecError."""
    word, _, rest = spec.partition(":")
    match word.strip():
        case "special" if not rest:
            return _special(sheet, order, fmt)
        case "all" if not rest:
            return _all(sheet, order, fmt)
        case "hard":
            cases = hardest(sheet, order, fmt, _count(spec, rest))
            return Chosen(cases.x, ("hard",) * len(cases.x), cases.about)
        case "log":
            x, about = _spaced(spec, rest, fmt, _by_ratio), "floats at equal ratios"
        case _ if rest:
            x, about = _spaced(spec, spec, fmt, _evenly), "floats evenly spaced"
        case _:
            x, about = _listed(spec, fmt), "the given numbers, rounded to the format"
    labels = _Labels()
    _mark_shape(labels, sheet, order, fmt)
    return Chosen(x, labels.of(x), about)


# --- special points --------------------------------------------------------------------------------------------


def _special(sheet: Facts, order: int, fmt: Format) -> Chosen:
    labels = _Labels()
    centres_ = _mark_shape(labels, sheet, order, fmt)
    near = neighbourhoods(centres_, fmt)
    wide = spread(fmt)
    powers = neighbourhoods(thresholds(fmt), fmt, steps=0)
    turns = list(_turns(sheet, order, fmt, np.concatenate([wide, powers, special_values(fmt)])))
    hard, about = _usual_hard_cases(sheet, order, fmt)
    parts = [
        ("special", special_values(fmt)), ("hard", hard), ("threshold", powers), ("neighbour", near), ("spread", wide)
    ]  # fmt: skip
    for kind, values in [*turns, *parts]:
        labels.mark(kind, values)
    x = ordered(np.concatenate([values for _, values in [*turns, *parts]]))
    return Chosen(x, labels.of(x), f"special points, their neighbours, a spread over the binades, and {about}")


def _mark_shape(labels: _Labels, sheet: Facts, order: int, fmt: Format) -> list[float]:
    """Marks what the certified landscapes show, and returns where it is."""
    marks = [*_shape(sheet, order), *(("landmark", x) for x in landmarks(sheet))]
    for kind, x in marks:
        labels.mark(kind, neighbourhoods([x], fmt, steps=0))
    return [x for _, x in marks]


def _shape(sheet: Facts, order: int) -> Iterator[tuple[str, float]]:
    """(kind, nearest float64) for what certified facts know of the derivative of this order."""
    yield from (("kink", nearest_float(kink.at)) for kink in sheet.kinks)
    if (cut := sheet.orders[0].pieces) is not None:
        yield from (("breakpoint", nearest_float(point)) for point in cut.breakpoints)
    for zero in certified(sheet, order, "zeros"):
        ends = (zero.low, zero.high) if isinstance(zero, Interval) else (zero,)
        yield from (("zero", nearest_float(end)) for end in ends if not end.is_infinite)
    for kind, n in (("extremum", order), ("inflection", order + 1)):
        for before, after in pairwise(certified(sheet, n, "monotone")):
            if before.high is after.low and {before.direction, after.direction} == {"increasing", "decreasing"}:
                yield kind, nearest_float(before.high)


def certified(sheet: Facts, order: int, what: str) -> tuple[Any, ...]:
    """The landscape's attribute `what`, `zeros` or `monotone`, at one order; empty where it is undecided or unknown."""
    if order >= len(sheet.orders) or sheet.orders[order].landscape.undecided is not None:
        return ()
    return getattr(sheet.orders[order].landscape, what)


def _turns(sheet: Facts, order: int, fmt: Format, grid: Floats) -> Iterator[tuple[str, Floats]]:
    """(kind, the two neighbouring floats) for every change in the kind of the rounded value."""
    low, high = np.split(changes(sheet.expr, order, grid), 2)
    function = oracle(sheet.expr, order)
    for pair in np.stack([low, high], axis=1):
        exactly = [function.at(exact(x)) for x in as_float64(pair)]
        values = as_float64(reference(sheet.expr, pair, order=order).value)
        below = np.abs(values) < float(fmt.min_normal)
        if any(real is None or isinstance(real, Kink) or (not callable(real) and real == 0) for real in exactly):
            yield "neighbour", pair
        elif not np.isfinite(values).all():
            yield "overflow", pair
        else:
            yield ("underflow" if below.any() and not (below.all() and values.all()) else "threshold"), pair


def _all(sheet: Facts, order: int, fmt: Format) -> Chosen:
    if fmt.bits > 16:
        raise SpecError(f"points 'all': expected a format of 8 or 16 bits; {fmt.name} has 2^{fmt.bits} floats")
    labels = _Labels()
    _mark_shape(labels, sheet, order, fmt)
    labels.mark("special", special_values(fmt))
    labels.mark("hard", _usual_hard_cases(sheet, order, fmt)[0])
    x = ordered(all_values(fmt))
    return Chosen(x, labels.of(x), "every float, NaN once")


def hardest(sheet: Facts, order: int, fmt: Format, count: int) -> Chosen:
    """At most `count` floats at which the derivative of one order is nearest to a rounding boundary, and among which.

    Among all floats in formats of 8 and 16 bits; else among the stretches of consecutive floats of
    :mod:`hard_cases`. A value HARD ULP or more from a midpoint is not hard.
    """
    if fmt.bits > 16:
        x = hard_cases(sheet.expr, order, fmt, count)
        among = (
            f"{len(centres(fmt)) * steps(fmt)} inputs with 2^{BINADES[0]} <= |x| < 2^{BINADES[-1] + 1}: the best of "
            f"each of {len(centres(fmt))} stretches of consecutive floats"
        )
    else:
        inputs, distance, _ = _every_distance(sheet.expr, order, fmt)
        x = _nearest_to_0(inputs, distance, count)
        among = f"all {len(inputs)} finite inputs"
    return Chosen(x, ("hard",) * len(x), f"at most {count} hard cases among {among}")


def _usual_hard_cases(sheet: Facts, order: int, fmt: Format) -> tuple[Floats, str]:
    """Hard cases for a table of other points as well, in words too: in small formats as many again with normal values,
    since next to 0 all are hard where a function is nearly x/2."""
    cases = hardest(sheet, order, fmt, HARD_CASES)
    if fmt.bits > 16:
        return cases.x, cases.about
    inputs, distance, normal = _every_distance(sheet.expr, order, fmt)
    x = _nearest_to_0(inputs[normal], distance[normal], HARD_CASES)
    return np.concatenate([cases.x, x]), f"{cases.about}, and as many among those with normal values"


@lru_cache(maxsize=1)
def _every_distance(expr: Expr, order: int, fmt: Format) -> tuple[Floats, NDArray[np.float64], NDArray[np.bool_]]:
    """Every finite float of a small format, how far the value there is from a midpoint, and whether it is normal."""
    inputs = all_values(fmt)
    inputs = inputs[np.isfinite(as_float64(inputs))]
    rounded = reference(expr, inputs, order=order)
    value = as_float64(rounded.value)
    distance = np.where(np.isfinite(value), 0.5 - np.abs(rounded.residual), math.inf)
    return inputs, distance, np.abs(value) >= float(fmt.min_normal)


def _nearest_to_0(inputs: Floats, distance: NDArray[np.float64], count: int) -> Floats:
    nearest = np.argsort(distance, kind="stable")[:count]
    return inputs[nearest[distance[nearest] < HARD]]


# --- numbers ---------------------------------------------------------------------------------------------------


def _count(spec: str, text: str) -> int:
    if not (text.strip().isascii() and text.strip().isdecimal() and 0 < int(text.strip()[:12]) <= MOST):
        raise SpecError(f"points {spec!r}: expected a number of points from 1 to {MOST}, got {text!r}")
    return int(text)


def _spaced(spec: str, text: str, fmt: Format, between: Callable[[float, float, int], np.ndarray]) -> Floats:
    parts = text.split(":")
    if len(parts) != 3:
        raise SpecError(f"points {spec!r}: expected {EXPECTED}")
    low, high = (float(_number(spec, part, fmt)) for part in parts[:2])
    if not (math.isfinite(low) and math.isfinite(high)):
        raise SpecError(f"points {spec!r}: expected finite ends")
    if between is _by_ratio and (low == 0 or high == 0 or (low > 0) != (high > 0)):
        raise SpecError(f"points {spec!r}: expected two ends of the same sign, neither of them 0")
    values = rounded_from_float64(between(low, high, _count(spec, parts[2])), fmt)
    _, first = np.unique(to_bits(values), return_index=True)
    return values[np.sort(first)]


def _evenly(low: float, high: float, count: int) -> np.ndarray:
    """As np.linspace, which overflows where the ends are more than the largest float apart."""
    t = np.linspace(0.0, 1.0, count)
    return low * (1 - t) + high * t


def _by_ratio(low: float, high: float, count: int) -> np.ndarray:
    sizes = np.exp2(np.linspace(math.log2(abs(low)), math.log2(abs(high)), count))
    sizes[0], sizes[-1] = abs(low), abs(high)
    return math.copysign(1.0, low) * sizes


def _listed(spec: str, fmt: Format) -> Floats:
    text = spec
    if spec.startswith("@"):
        text = " ".join(line.partition("#")[0] for line in _file(spec).splitlines())
    words = text.replace(",", " ").split()
    if not 0 < len(words) <= MOST:
        raise SpecError(f"points {spec!r}: expected 1 to {MOST} numbers, got {len(words)}")
    return np.array([float(_number(spec, word, fmt)) for word in words], np.float64).astype(dtype_of(fmt))


def _file(spec: str) -> str:
    try:
        return Path(spec[1:]).read_text(encoding="utf-8")
    except OSError as error:
        raise SpecError(f"points {spec!r}: {error.strerror}") from error
    except ValueError:
        raise SpecError(f"points {spec!r}: expected a text file of numbers") from None


def _number(spec: str, text: str, fmt: Format) -> float:
    """A number as written, rounded once to a format. Raises SpecError beyond its range."""
    word = text.strip().lower()
    if word in {"nan", "inf", "+inf", "-inf"}:
        if word != "nan" and fmt.overflow == "nan":
            raise SpecError(f"points {spec!r}: {fmt.name} has no infinity")
        return float(word)
    try:
        written = Decimal(float.fromhex(word) if "0x" in word else word)
        far = written.is_finite() and written != 0 and abs(written.adjusted()) > _FAR
        near = fmpq(*(Decimal(0) if far else written).as_integer_ratio())
        rounded = "inf" if far and written.adjusted() > 0 else fmt.round(near)
    except (InvalidOperation, ValueError, OverflowError):
        raise SpecError(f"points {spec!r}: expected {EXPECTED}; {text.strip()!r} is none of them") from None
    if isinstance(rounded, str):
        raise SpecError(f"points {spec!r}: {text.strip()} is beyond the range of {fmt.name}")
    return math.copysign(abs(to_float(rounded)), -1.0 if written.is_signed() else 1.0)

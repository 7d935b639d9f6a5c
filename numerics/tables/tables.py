"""Reference tables: one function of x at chosen floats of a format, with everything certain about each value.

A row has the correctly rounded value, the exact value to DIGITS significant digits, and how far the exact value is
from the nearest rounding boundary. Digits and distances come from the same enclosures as the rounding; nothing here
computes with floats.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import ArrayLike, NDArray

from ...proofs.catalogue.entries import Activation
from ...proofs.catalogue.parameters import ParameterValue
from ...proofs.datasheets.function import Facts, facts
from ...proofs.enclosures.balls import exact_rational, precision
from ...proofs.enclosures.formats import Enclosures, Format, format_named
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import Kink, derivative_at
from ...proofs.reals.decimals import round_decimal
from ...proofs.reals.reals import Real
from ..floats.formats import Floats, as_array, as_float64, dtype_of, exact
from ..oracle.reference import Oracle, oracle
from ..oracle.rounding import PATIENCE, ExactReal, rounded_row
from .selection import Chosen, certified, choose

DIGITS = 50
"""Significant digits of a value, all of them right and the last one rounded (ties away from 0)."""
FARTHEST = 500
"""Digits are given between 10**-FARTHEST and 10**FARTHEST in size; beyond, the bound alone."""
NEXT_TO_ZERO = {"0", f"<1e-{FARTHEST}", f">-1e-{FARTHEST}"}
WORKING = 256
"""Bits of the first enclosure: DIGITS and the rounding to any format are mostly settled by it."""
LAST = 2 * PATIENCE
SETTLED = fmpq(1, 1 << 40)
"""How wide an enclosure may be for its distance from a boundary, as a part of that distance."""
CHUNK = 512
"""Points between two calls of a progress report."""


@dataclass(frozen=True)
class Table:
    """The derivative of one order of a function, at floats of a format. Arrays and tuples have one item for each row.

    A point where the derivative has two one-sided values has two rows, of sides -1 (the left) and 1.
    """

    function: str
    """The activation's name, or a formula."""
    formula: str
    """Its definition, with the parameters' names."""
    parameters: Mapping[str, str]
    order: int
    format: Format
    points: str
    """The SPEC that the points come from."""
    about: str
    """The meaning of that SPEC in words: among which inputs hard cases were sought, for example."""
    x: Floats
    value: Floats
    """Correctly rounded, to nearest, ties to even. NaN where the function is undefined; -0.0 for a negative number
    that rounds to 0, +0.0 for 0 itself."""
    side: NDArray[np.int8]
    exact: tuple[str, ...]
    """The exact value: "0.25" where it has at most DIGITS digits; else DIGITS digits; "<1e-500" (and positive),
    ">-1e-500" (and negative), ">1e+500" or "<-1e+500" where it is beyond these; "inf", "-inf" or "nan"; where
    neither digits nor the sign were decided an enclosure, such as "[+/- 1e-500]"."""
    distance: NDArray[np.float64]
    """From the exact value to the nearest rounding boundary, in ULP: 0 only for a tie, at most 1/2 inside the range.
    The boundaries are the midpoints of neighbouring floats and the point from which values overflow. Infinite for
    an infinite value, NaN where there is none."""
    kind: tuple[str, ...]
    """The kind of each point: one of `selection.KINDS`."""

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Entry:
    """One value."""

    value: float
    exact: str
    distance: float
    side: int = 0


def table(
    function: str | Activation | Expr,
    *,
    order: int = 0,
    fmt: str = "float32",
    points: str | ArrayLike = "special",
    parameters: Mapping[str, ParameterValue] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Table:
    """The table of an activation by name, or of a formula in x; `points` as in :mod:`selection`, or numbers.

    `progress` is called from time to time with the number of points done and of all.
    Raises UnknownActivation, StatementError or ValueError for what is not known, SpecError for the points,
    Undecided or RoundingUndecided where a value is not found.
    """
    values: dict[str, Any] = dict(parameters or {})
    sheet, descriptor = facts(function, **values), format_named(fmt)
    exact_function = oracle(sheet.expr, order)
    spec = points if isinstance(points, str) else ",".join(map(repr, as_float64(as_array(points)).ravel().tolist()))
    chosen = choose(spec, sheet, order, descriptor)
    rows = list(_rows(exact_function, chosen, descriptor, _zeros(sheet, order), progress))
    dtype = dtype_of(descriptor)
    return Table(
        function=sheet.name,
        formula=sheet.formula,
        parameters=sheet.parameters,
        order=order,
        format=descriptor,
        points=spec,
        about=chosen.about,
        x=chosen.x[[index for index, _ in rows]],
        value=np.array([entry.value for _, entry in rows], np.float64).astype(dtype),
        side=np.array([entry.side for _, entry in rows], np.int8),
        exact=tuple(entry.exact for _, entry in rows),
        distance=np.array([entry.distance for _, entry in rows], np.float64),
        kind=tuple(chosen.kinds[index] for index, _ in rows),
    )


def _zeros(sheet: Facts, order: int) -> set[fmpq]:
    """The rational points at which the derivative of an order is proved to vanish."""
    isolated = (zero for zero in certified(sheet, order, "zeros") if isinstance(zero, Real))
    return {zero.rational for zero in isolated if zero.recognise() and zero.rational is not None}


def _rows(
    function: Oracle,
    chosen: Chosen,
    fmt: Format,
    zeros: Container[fmpq],
    progress: Callable[[int, int], None] | None,
) -> Iterator[tuple[int, Entry]]:
    for index, x in enumerate(as_float64(chosen.x).tolist()):
        if progress is not None and index % CHUNK == 0:
            progress(index, len(chosen.x))
        for entry in entries(function, x, fmt, zeros):
            yield index, entry


def entries(function: Oracle, x: float, fmt: Format, zeros: Container[fmpq] = ()) -> list[Entry]:
    """The entries for one float: one, or those of the two sides of a kink. No enclosure shows that 0 is 0: `zeros` are
    points where the function is proved to vanish."""
    if x != x:
        return [Entry(math.nan, "nan", math.nan)]
    real = function.limit(1 if x > 0 else -1) if math.isinf(x) else function.at(exact(x), stand_ins=PATIENCE)
    if isinstance(real, Kink):
        return [
            entry(_side(function, exact(x), side, ball), fmt, side) for side, ball in ((-1, real.left), (1, real.right))
        ]
    if real is None:
        return [entry(math.nan, fmt)]
    if not callable(real):
        return [entry(real, fmt)]
    if math.isfinite(x) and exact(x) in zeros:
        return [entry(fmpq(0), fmt)]
    return [entry(_remembered(real), fmt)]


def _remembered(real: Enclosures) -> Enclosures:
    """The same number, never enclosed twice at one precision, nor at a low one."""
    balls: dict[int, arb] = {}

    def enclosure(bits: int) -> arb:
        bits = max(bits, WORKING)
        if bits not in balls:
            balls[bits] = real(bits)
        return balls[bits]

    return enclosure


def _side(function: Oracle, x: fmpq, side: int, ball: arb) -> ExactReal | float:
    """A one-sided value at a kink."""
    if not ball.is_finite():
        return float(ball)
    if ball.is_exact():
        return ball.fmpq()

    def enclosure(bits: int) -> arb:
        kink = derivative_at(function.expr, x, function.order, bits)
        assert isinstance(kink, Kink)
        return kink.left if side < 0 else kink.right

    return _remembered(enclosure)


def entry(real: ExactReal | float, fmt: Format, side: int = 0) -> Entry:
    """An exact number, or an infinity or NaN, as an entry."""
    if isinstance(real, (int, float)):
        rounds_to = real if fmt.overflow == "inf" else math.nan
        return Entry(rounds_to, repr(float(real)), abs(float(real)), side)
    return Entry(rounded_row(real, fmt)[0], decimal(real), boundary_distance(real, fmt), side)


# --- digits ----------------------------------------------------------------------------------------------------


def decimal(real: ExactReal, digits: int = DIGITS) -> str:
    """A real to this many significant digits; see `Table.exact`."""
    if not callable(real):
        return _beyond(arb(real)) or round_decimal(real, digits)[0]
    bits = WORKING
    while True:
        ball = real(bits)
        texts = _ends(ball, bits, digits) if ball.is_finite() else set()
        if len(texts) == 1:
            return texts.pop()
        if bits >= LAST:
            return f"[+/- 1e-{FARTHEST}]" if texts and texts <= NEXT_TO_ZERO else ball.str(digits)
        bits *= 2


def _ends(ball: arb, bits: int, digits: int) -> set[str]:
    """The digits of both ends of a ball, and so of every number in it where they are the same."""
    with precision(2 * bits):
        ends = (ball,) if ball.is_exact() else (ball.lower(), ball.upper())
    return {_beyond(end) or round_decimal(exact_rational(end), digits)[0] for end in ends}


def _beyond(value: arb) -> str | None:
    """The bound that an exact number is beyond."""
    mantissa, exponent = value.mid().man_exp()
    top = int(exponent) + int(mantissa).bit_length()
    if not mantissa or abs(top) < 3 * FARTHEST:  # 10**3 < 2**10: cheap and surely inside
        return None
    if top > 0 and abs(value) > arb(10) ** FARTHEST:
        return f">1e+{FARTHEST}" if mantissa > 0 else f"<-1e+{FARTHEST}"
    if top < 0 and abs(value) < arb(10) ** -FARTHEST:
        return f"<1e-{FARTHEST}" if mantissa > 0 else f">-1e-{FARTHEST}"
    return None


# --- distances -------------------------------------------------------------------------------------------------


def boundary_distance(real: ExactReal, fmt: Format) -> float:
    """How far a real is from where its rounding changes, in ULP; see `Table.distance`."""
    if not callable(real):
        return _distance(real, fmt)
    bits = WORKING
    while True:
        ball = real(bits)
        middle = fmt.clamped(ball.mid()) if ball.is_finite() else None
        if middle is not None:
            if abs(middle) > 2 * fmt.max_finite:
                return _above(ball, fmt)
            gap, edge, ulp = _gap(middle, fmt)
            if bits >= LAST or ball.rad() < arb(min(gap * SETTLED, edge) * ulp):
                return _as_float(gap)
        bits *= 2


def _distance(real: fmpq, fmt: Format) -> float:
    return _as_float(_gap(real, fmt)[0])


def _gap(real: fmpq, fmt: Format) -> tuple[fmpq, fmpq, fmpq]:
    """The distance in ULP, how far it is to where the ULP is another, and the ULP.

    Between two floats the boundary is half way, also above a power of two; only from there it is nearer below, where
    the floats are denser. The last boundary is half an ULP above the largest float.
    """
    ulp = fmt.ulp(real)
    places = abs(real) / ulp
    whole = min(int(places.p) // int(places.q), int((fmt.max_finite / ulp).p))
    gap, binade = abs(places - whole - fmpq(1, 2)), 1 << (fmt.precision - 1)
    edge = 2 * binade - places
    if whole >= binade and ulp > fmt.min_subnormal:
        gap, edge = min(gap, places - binade + fmpq(1, 4)), min(edge, places - binade)
    return gap, abs(edge), ulp


def _above(ball: arb, fmt: Format) -> float:
    """The distance from where a format overflows, for what is far beyond it."""
    ulp = arb(fmt.ulp(fmt.max_finite))
    return float(((abs(ball) - arb(fmt.max_finite)) / ulp - arb(0.5)).mid())


def _as_float(gap: fmpq) -> float:
    """The nearest float64, but 0 only for 0."""
    try:
        return max(int(gap.p) / int(gap.q), math.ulp(0.0)) if gap else 0.0
    except OverflowError:
        return math.inf

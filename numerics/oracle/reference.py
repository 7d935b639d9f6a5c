"""The oracle: correctly rounded values of any activation, order 0 to 2 (or any other), in any format.

Every value comes straight from ball arithmetic on the exact expression, at the precision it takes to be certain
of the rounding; rational functions are evaluated in rational arithmetic, so that exact ties are decided too.
Nothing here computes with floats. Inputs and outputs are arrays of a format's dtype.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

import numpy as np
from flint import arb, fmpq
from numpy.typing import ArrayLike, NDArray

from ...proofs.budget import Undecided, budget
from ...proofs.catalogue.entries import Activation, ParameterValue
from ...proofs.catalogue.parse import definition
from ...proofs.datasheets.function import STEPS
from ...proofs.enclosures.balls import excludes_zero, precision
from ...proofs.enclosures.formats import FIRST_PRECISION, Enclosures, Format, Rounded, format_named
from ...proofs.enclosures.jets import program
from ...proofs.expressions import calculus
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.expressions.printing import to_text
from ...proofs.functions.pieces import Kink, derivative_at, one_sided_limit, split
from ...proofs.functions.sign_charts import Line, sign_line
from ...proofs.normal_forms.signs import Undefined
from ...proofs.reals.reals import MINUS_INFINITY, PLUS_INFINITY, compare
from ...proofs.reals.reals import exact as exact_real
from ..floats.formats import as_array, as_float64, dtype_of, exact, format_of, to_float
from ..floats.ulp import Reference
from .log_scale import beside_exact, near_zero, scaled_enclosure, scaled_sign, stand_in
from .smooth_formulas import nth_derivative, rational_value

Target: TypeAlias = "str | Activation | Expr"
ExactReal: TypeAlias = "fmpq | Enclosures"


PATIENCE = 2048
"""The precision at which a value is suspected of sitting next to an exact tie or to 0, in bits."""

SIGN_BITS = (FIRST_PRECISION, 4 * PATIENCE)
"""Precisions at which the sign of what is next to 0 is looked for: x - tanh(x) loses two thirds of its digits."""

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


@dataclass(frozen=True)
class OracleReference(Reference):
    """References for an array of inputs. At a kink the value is NaN and `kinks` says more."""

    kinks: Mapping[tuple[int, ...], OneSided] = field(default_factory=dict)
    """The one-sided derivatives by index into the arrays."""


@dataclass(frozen=True)
class _Stretch:
    """The function of one order on one piece, ready for evaluation."""

    expr: Expr
    proved_sign: Callable[[fmpq], int | None]
    """The sign that the whole function is proved to have at a point; None where no proof is found."""

    def at(self, x: fmpq, stand_ins: int | None) -> ExactReal:
        rational = rational_value(self.expr, x)
        if rational is not None:
            return rational

        def enclosure(bits: int) -> arb:
            patient = stand_ins is not None and bits == PATIENCE
            if patient and (aside := beside_exact(self.expr, x, "x", bits)) is not None:
                return aside
            with precision(bits):
                value: Any = program(self.expr).run({"x": arb(x)})
            hasty = stand_ins is not None and stand_ins <= bits < PATIENCE
            if not (_shows_sign(value) or (hasty and near_zero(value, PATIENCE))):
                value = _narrower(scaled_enclosure(self.expr, x, "x", bits), value)
            if hasty and not excludes_zero(value) and near_zero(value, PATIENCE):
                sign = scaled_sign(self.expr, x, "x", bits)
                return stand_in(fmpq(0), sign, PATIENCE) or value if sign else value
            if not patient or excludes_zero(value) or not near_zero(value, bits):
                return value
            sign = self._sign(x)
            aside = arb(0) if sign == 0 else stand_in(fmpq(0), sign, bits) if sign else None
            return value if aside is None else aside

        return enclosure

    def _sign(self, x: fmpq) -> int | None:
        for bits in SIGN_BITS:
            if (sign := scaled_sign(self.expr, x, "x", bits)) is not None:
                return sign
        return self.proved_sign(x)


class Oracle:
    """The exact function of one order of one expression in x; see :func:`oracle`."""

    def __init__(self, expr: Expr, order: int) -> None:
        self.expr, self.order = expr, order
        pieces = split(expr, "x")
        self._ends = [b.ball(256) for b in pieces.breakpoints]
        self._stretches = [
            None if p.expr is None else _Stretch(nth_derivative(p.expr, order), self._proved_sign)
            for p in pieces.pieces
        ]

    def at(self, x: fmpq, *, stand_ins: int | None = None) -> ExactReal | Kink | None:
        """The exact value at a rational, the kink that is there, or None where the function is undefined.

        With `stand_ins`, what encloses the value at that many bits to PATIENCE may be a :func:`.scaled.stand_in`: it
        decides ties and signs, but serves for comparisons with floats and their midpoints alone, never for arithmetic.
        """
        point = arb(x)
        for stretch, end in zip(self._stretches, self._ends, strict=False):
            if point < end:
                return None if stretch is None else stretch.at(x, stand_ins)
            if not point > end:
                return self._at_breakpoint(x)
        last = self._stretches[-1]
        return None if last is None else last.at(x, stand_ins)

    def _at_breakpoint(self, x: fmpq) -> ExactReal | Kink | None:
        try:
            found = derivative_at(self.expr, x, self.order, 256)
        except Undefined:
            return None
        if isinstance(found, Kink) or found.is_exact():
            return found if isinstance(found, Kink) else found.fmpq()

        def enclosure(bits: int) -> arb:
            value = derivative_at(self.expr, x, self.order, bits)
            assert isinstance(value, arb)
            return value

        return enclosure

    @cached_property
    def _signs(self) -> Line[int | None] | None:
        try:
            with budget(STEPS):
                return sign_line(calculus.derivative(self.expr, "x", order=self.order), "x")
        except Undecided:
            return None

    def _proved_sign(self, x: fmpq) -> int | None:
        """The sign that the whole function has where x lies: what falls like exp(-exp(-x)) shows none to balls."""
        if self._signs is None:
            return None
        for mark, at, before in zip(self._signs.marks, self._signs.at, self._signs.gaps, strict=False):
            try:
                side = compare(exact_real(x), mark)
            except Undecided:
                return None
            if side <= 0:
                return before if side < 0 else at
        return self._signs.gaps[-1]

    def limit(self, sign: int) -> ExactReal | float:
        """The limit at +oo (sign 1) or -oo (-1); an infinity, or NaN where there is no limit or none was found."""
        try:
            end = PLUS_INFINITY if sign > 0 else MINUS_INFINITY
            limit = one_sided_limit(calculus.derivative(self.expr, "x", order=self.order), "x", end, -sign)
        except (Undefined, Undecided):
            return float("nan")
        if limit.is_infinite:
            return float(limit)
        return limit.ball if limit.rational is None else limit.rational


@lru_cache(maxsize=256)
def oracle(expr: Expr, order: int = 0) -> Oracle:
    """The exact function for an expression whose only free name is x."""
    return Oracle(expr, order)


def exact_expression(target: Target, parameters: Mapping[str, ParameterValue] | None = None) -> Expr:
    """The expression of an activation, given by name, entry or expression.

    Text is a name, or a formula in x.

    Raises UnknownActivation, StatementError, or ValueError for a parameter it does not have.
    """
    if isinstance(target, Expr):
        if parameters:
            raise ValueError(f"parameters={dict(parameters)!r}: expected none beside an expression")
        return target
    return definition(target).expr(**(parameters or {}))


def name_of(target: Target) -> str:
    """The name of an activation as given, or the formula of a function without one."""
    return to_text(target) if isinstance(target, Expr) else target.name if isinstance(target, Activation) else target


def reference(
    target: Target,
    x: ArrayLike,
    *,
    order: int = 0,
    fmt: str | None = None,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> OracleReference:
    """Correctly rounded values of f, f' or f'' at every element of an array or a list, and what the rounding left over.

    x is an array of a format's dtype, a list of numbers or one number (float64). The format of the result is that of x
    unless `fmt` names another. NaN gives NaN, and so does a point where the
    function is undefined; an infinity gives the limit, NaN where there is none; beyond the range the result is what
    the format overflows to. A value that is negative, as far as enclosures and proofs show, and rounds to zero is
    -0.0; an exact zero is +0.0, even at -0.0.
    Raises TypeError for an x that is not made of floats, ValueError for a negative order or an expression with free
    names besides x, Undecided where an
    expression's pieces are not found (tan has infinitely many), RoundingUndecided where LAST_PRECISION bits do not
    decide a rounding.
    """
    x = as_array(x)
    expr = exact_expression(target, parameters)
    check_request(expr, order)
    result = format_named(fmt) if fmt else format_of(x)
    function = oracle(expr, order)
    points, back = np.unique(as_float64(x), return_inverse=True, equal_nan=True)
    rows = [_row(function, float(point), result) for point in points]
    back = back.reshape(x.shape)
    values = np.array([r[0] for r in rows], np.float64).astype(dtype_of(result))
    kinks = {
        tuple(map(int, index)): kink
        for index in np.ndindex(x.shape)
        if isinstance(kink := rows[back[index]][3], OneSided)
    } if any(r[3] for r in rows) else {}  # fmt: skip
    return OracleReference(
        value=values[back],
        residual=np.array([r[1] for r in rows], np.float64)[back],
        ulp_exponent=np.array([r[2] for r in rows], np.int64)[back],
        kinks=kinks,
    )


def condition(
    target: Target, x: ArrayLike, *, order: int = 0, parameters: Mapping[str, ParameterValue] | None = None
) -> NDArray[np.float64]:
    """The condition number kappa = abs(x g'(x) / g(x)) of g = f, f' or f'' at every element, to 10 digits.

    Infinite at a zero of g where x g'(x) is not 0; NaN for NaN; 0 at infinities, at kinks and where g and
    x g' are both 0.
    """
    x = as_array(x)
    expr = exact_expression(target, parameters)
    check_request(expr, order)
    here, slope = oracle(expr, order), oracle(expr, order + 1)
    points, back = np.unique(as_float64(x), return_inverse=True, equal_nan=True)
    kappa = [_kappa(here, slope, float(point)) for point in points]
    return np.array(kappa, np.float64)[back.reshape(x.shape)]


def _shows_sign(value: arb) -> bool:
    return value.is_finite() and excludes_zero(value)


def _narrower(scaled: arb, plain: arb) -> arb:
    """Of two enclosures the one that shows more; NaN if neither is finite."""
    if not (scaled.is_finite() and plain.is_finite()):
        return plain if plain.is_finite() else scaled
    return scaled if excludes_zero(scaled) or scaled.rad() < plain.rad() else plain


def whole(name: str, value: int, least: int, most: int | None = None) -> None:
    """Raises ValueError unless an argument is a whole number in a range."""
    if not isinstance(value, int | np.integer) or value < least or (most is not None and value > most):
        extent = f"{least} or more" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name}={value!r}: expected a whole number, {extent}")


def check_request(expr: Expr, order: int) -> None:
    """Raises ValueError for a negative order or an expression with free names besides x."""
    whole("order", order, 0)
    if extra := ex.free_names(expr) - {"x"}:
        raise ValueError(f"expression {to_text(expr)}: expected no free name but x, got {', '.join(sorted(extra))}")


Row: TypeAlias = "tuple[float, float, int, OneSided | None]"


def _row(function: Oracle, x: float, fmt: Format, *, alone: bool = False) -> Row:
    """Rounded value, residual, ulp exponent and kink; the value alone is to be relied on with `alone`."""
    if x != x:
        return _special(x, fmt)
    if abs(x) == float("inf"):
        real = function.limit(1 if x > 0 else -1)
    else:
        real = function.at(exact(x), stand_ins=FIRST_PRECISION)
    if real is None:
        return _special(float("nan"), fmt)
    if isinstance(real, (int, float)):
        return _special(real, fmt)
    if isinstance(real, Kink):
        left, right = (to_float(fmt.round(_exact_or_near(side))) for side in (real.left, real.right))
        return float("nan"), 0.0, fmt.emin, OneSided(left, right)
    return rounded_row(real, fmt, alone=alone)


def _special(value: float, fmt: Format) -> Row:
    return (value if fmt.overflow == "inf" else float("nan")), 0.0, fmt.emax - fmt.precision + 1, None


def kink_value(kink: OneSided) -> float:
    """The convention for a derivative at a kink: of its two sides the one nearer 0."""
    return min(kink.left, kink.right, key=abs)


def float64_value(function: Oracle, x: float) -> float:
    """The correctly rounded float64 value at one float64; at a kink that of `kink_value`."""
    value, _, _, kink = _row(function, x, format_named("float64"), alone=True)
    return value if kink is None else kink_value(kink)


def float64_product(factors: Sequence[tuple[Oracle, float]]) -> float:
    """The correctly rounded product of functions, each at its own finite float64; NaN where one has no value."""
    reals: list[ExactReal] = []
    for function, x in factors:
        real = function.at(exact(x))
        if real is None or isinstance(real, Kink):
            return float("nan")
        reals.append(real)

    def product(bits: int) -> arb:
        with precision(bits):
            result = arb(1)
            for real in reals:
                result *= real(bits) if callable(real) else arb(real)
            return result

    return rounded_row(product, format_named("float64"))[0]


def _exact_or_near(side: arb) -> fmpq | Callable[[int], arb]:
    return side.fmpq() if side.is_exact() else lambda _: side


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
        return _special(sign * math.inf, fmt)
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
    while not (shown := _shows(near, bits, fmt)) and bits < 2 * PATIENCE:
        bits = PATIENCE if 2 * FIRST_PRECISION <= bits < PATIENCE else 2 * bits
        near = real(bits)
    if shown is None and not isinstance(nearest, str):  # a power of two, or 0, as far as anything shows
        near = arb(nearest)
    return nearest, near


def _shows(near: arb, bits: int, fmt: Format) -> bool | None:
    """Whether a ball shows the sign of a real, its ULP and its place to NARROW; None where not even sign and ULP."""
    with precision(bits + 32):
        ulp, same = (fmt.ulp(fmt.clamped(end)) for end in (near.lower(), near.upper()))
    if ulp != same or not (excludes_zero(near) or near.is_zero()):
        return None
    return bool(near.rad() < arb(ulp) * NARROW)


def _kappa(here: Oracle, slope: Oracle, x: float) -> float:
    if x != x:
        return x
    if abs(x) == float("inf"):
        return 0.0
    point = exact(x)
    value, rate = here.at(point), slope.at(point)
    if value is None or rate is None or isinstance(value, Kink) or isinstance(rate, Kink):
        return 0.0
    bits = 128
    while bits <= 1 << 13:
        with precision(bits):
            g, top = (v(bits) if callable(v) else arb(v) for v in (value, rate))
            top = abs(top * arb(point))
            if g.is_zero() or (top.is_zero() and g.is_exact()):
                return 0.0 if top.is_zero() else float("inf") if g.is_zero() and top > 0 else 0.0
            ratio = top / abs(g)
            if ratio.is_finite() and (ratio.rel_accuracy_bits() > 33 or ratio < 1e-9):
                return float(ratio)
        bits *= 2
    return float("inf")

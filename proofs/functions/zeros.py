"""All zeros of a smooth function on an open interval, and its sign between them, certified.

The interval may be the whole line: tails and singular ends are settled by :mod:`asymptotics.tail_models`, zeros at an
end by the first Taylor coefficient that does not vanish there, the compact middle by bisection. A cell is settled as
soon as some derivative of low order has no zero in it: below it every derivative is monotone between the zeros of the
next, so all zeros of the function itself follow from finitely many signs (Rolle). A double zero is a critical
point whose value is proved to be 0 by identity; enclosures alone never say "equal".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from math import comb, prod

from flint import arb, fmpq

from ..asymptotics.limits import End, tail_sign
from ..budget import Undecided, budget, exhausted
from ..enclosures.balls import doublings, exact_rational, excludes_zero, known_sign, precision
from ..enclosures.jets import enclose, program, series
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import shorten, to_text
from ..normal_forms import normal_form
from ..normal_forms.signs import constant_sign
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, exact
from ..reals.roots import SPLIT, ExactForm, Root
from .polynomial_charts import zeros_and_signs
from .step_functions import Line, merge, sample

LENGTH = 9
"""Taylor coefficients per cell; the highest bounds the remainder, the others settle a cell where they do not vanish."""
LONG = 25
"""Taylor coefficients where those were too few: an approximant touches its function to such an order."""
FLAT_DEPTH = 20
"""From this depth on, what does not settle is taken for a zero of high order, and longer series are tried."""
EXACT_STEPS = 5_000
"""Steps for the zeros of a polynomial, all of them: the search looks at an interval alone."""
MOST_GROWTH = 10
"""A normal form more times as large as the function is not searched: a power of a sum, written out, is no easier."""
MAX_CELLS = 8_000
MAX_DEPTH = 90


@dataclass(frozen=True)
class Chart:
    """The zeros inside an open interval, increasing, and the sign on each gap between them."""

    zeros: tuple[Real, ...]
    signs: tuple[int, ...]
    cells: int = 0
    notes: tuple[str, ...] = ()


def chart(e: Expr, variable: str, low: Real = MINUS_INFINITY, high: Real = PLUS_INFINITY) -> Chart:
    """The sign chart of a smooth expression on (low, high), where it must be defined. Raises Undecided."""
    if (low.infinite or low.exact is not None) and (high.infinite or high.exact is not None):
        result = _cached(e, variable, low.infinite or low.exact, high.infinite or high.exact)
        if isinstance(result, Chart):
            return result
        raise Undecided(result)
    return _chart(e, variable, low, high)


@lru_cache(maxsize=1 << 12)
def _cached(e: Expr, variable: str, low: int | Expr | None, high: int | Expr | None) -> Chart | str:
    """The chart, or why there is none: a search that failed is not run again, unless it was cut short."""
    ends = [Real(infinite=end) if isinstance(end, int) else Real(exact=end) for end in (low, high)]
    try:
        return _chart(e, variable, *ends)
    except Undecided as reason:
        if exhausted():
            raise
        return str(reason)


def _chart(e: Expr, variable: str, low: Real, high: Real) -> Chart:
    if variable not in ex.free_names(e):
        return Chart((), (constant_sign(e),), notes=("constant",))
    with suppress(Undecided), budget(EXACT_STEPS):
        if (exact_chart := zeros_and_signs(e, variable, low, high)) is not None:
            zeros, signs = exact_chart
            return Chart(tuple(zeros), tuple(signs), notes=("a quotient of polynomials",))
    if not (low.infinite or high.infinite) and (sign := _Search(e, variable, low, high, 64, 1, length=3).one_sign()):
        return Chart((), (sign,), 1)
    if not _differs_inside(e, variable, low, high) and normal_form.is_zero(e):
        return Chart((), (0,), notes=("identically 0",))
    if (root := _affine_zero(e, variable)) is not None:
        slope = constant_sign(calculus.differentiate(e, variable))
        if _inside(root, low, high):
            return Chart((root,), (-slope, slope), notes=("affine",))
        return Chart((), (slope if compare(root, low) <= 0 else -slope,), notes=("affine",))
    if (product := _by_powers(e, variable, low, high)) is not None:
        return product
    reason: Undecided
    try:
        return _Search(e, variable, low, high, 128, 1_000, depth=FLAT_DEPTH).run()
    except Undecided as error:
        reason = error
        if isinstance(error, _Unsettled):
            with suppress(Undecided):
                return _Search(e, variable, low, high, 256, 500, length=LONG).run()
    if e.positive:
        return Chart((), (1,), notes=("positive by structure",))
    for form, bits, cells in _attempts(e, isinstance(reason, _Flat)):
        with suppress(Undecided):
            return _Search(form, variable, low, high, bits, cells).run()
    raise reason


def _differs_inside(e: Expr, variable: str, low: Real, high: Real) -> bool:
    """Whether an enclosure at one point shows that the function is not 0 everywhere: less work than an identity."""
    try:
        at = sample(low, high).rational
    except Undecided:
        return False
    return at is not None and excludes_zero(enclose(e, {variable: at}))


def _by_powers(e: Expr, variable: str, low: Real, high: Real) -> Chart | None:
    """The chart of a product with powers in it, from those of their bases: at a multiple zero balls see no sign.

    None where there is no such power, or a factor's sign is not settled by that of its base.
    """
    factors = [ex.split_power(factor) for factor in ex.factors(e)]
    whole = all(exponent.q == 1 or base.positive for base, exponent in factors)
    if not whole or not any(abs(exponent) > 1 and not base.positive for base, exponent in factors):
        return None
    result = Chart((), (1,))
    for base, exponent in factors:
        if not (base.positive and base.total):
            result = _times(result, chart(base, variable, low, high), exponent)
    return result


def _times(a: Chart, b: Chart, exponent: fmpq) -> Chart:
    """The chart of a product of one function and a whole power of another. Raises Undecided."""
    if exponent < 0 and (b.zeros or 0 in b.signs):
        raise Undecided("a denominator that is 0 inside the domain")
    signs = b.signs if exponent.p % 2 else tuple(abs(s) for s in b.signs)
    product = merge([Line(a.zeros, (0,) * len(a.zeros), a.signs), Line(b.zeros, (0,) * len(b.zeros), signs)]).map(prod)
    return Chart(product.marks, product.gaps, a.cells + b.cells, a.notes + b.notes)


def _attempts(e: Expr, again: bool) -> Iterator[tuple[Expr, int, int]]:
    """Forms, precisions and cell budgets, cheap ones first. The normal form often cancels what balls cannot."""
    if again:
        yield e, 128, 1_000
    normal = e
    with suppress(normal_form.TooComplex):
        if (form := normal_form.reduced(e)).size <= MOST_GROWTH * e.size:
            normal = form
    if normal is not e:
        yield normal, 128, 2_000
    yield e, 256, 4_000
    if normal is not e:
        yield normal, 256, 4_000
    yield e, 512, MAX_CELLS


def _affine_zero(e: Expr, variable: str) -> Real | None:
    if (slope := calculus.differentiate(e, variable)).value is None or slope is ex.ZERO or not e.total:
        return None
    return exact(normal_form.simplest(calculus.substitute(e, {variable: ex.ZERO}) * (-1 / slope.value)))


def _inside(x: Real, low: Real, high: Real) -> bool:
    return compare(low, x) < 0 < compare(high, x)


class _Unsettled(Undecided):
    """Cells in which no derivative of low order was found to keep its sign."""


class _Flat(_Unsettled):
    """A small such cell."""


class _Search:
    """One run at one precision."""

    def __init__(
        self,
        e: Expr,
        variable: str,
        low: Real,
        high: Real,
        bits: int,
        most_cells: int,
        *,
        length: int = LENGTH,
        depth: int = MAX_DEPTH,
    ) -> None:
        self.most_cells, self.length, self.depth = most_cells, length, depth
        self.e, self.variable, self.low, self.high, self.bits = e, variable, low, high, bits
        self.compiled = program(e)
        self.derivatives = [e]
        self.cells = 0
        self.notes: list[str] = []

    def one_sign(self) -> int | None:
        """The sign where one cell shows it on the closed interval, at the least cost."""
        with precision(self.bits, self.length):
            nonvanishing = self._nonvanishing(self.low.ball(self.bits).lower(), self.high.ball(self.bits).upper())
        return nonvanishing[0] if nonvanishing is not None and nonvanishing[1] == 0 else None

    def run(self) -> Chart:
        start, left = self._end(self.low, 1, self.high)
        stop, right = self._end(self.high, -1, self.low)
        if not start < stop:
            return self._single(left, right)
        cells = self._middle(start, stop)
        zeros, signs = _merge(([left] if left is not None else []), cells, [right] if right is not None else [])
        return self._clip(zeros, signs)

    def _single(self, left: int | None, right: int | None) -> Chart:
        """The two ends meet: what is proved at either covers the whole interval."""
        signs = {s for s in (left, right) if s is not None}
        if len(signs) != 1:
            raise Undecided(f"the sign of {shorten(to_text(self.e))} where its two ends meet")
        return Chart((), (signs.pop(),), self.cells, tuple(self.notes))

    def _clip(self, zeros: list[Real], signs: list[int]) -> Chart:
        """Drop what lies outside: an inexact end was rounded outwards."""
        while zeros and not self._is_beyond(zeros[0], self.low, 1) and compare(zeros[0], self.low) <= 0:
            zeros, signs = zeros[1:], signs[1:]
        while zeros and not self._is_beyond(zeros[-1], self.high, -1) and compare(zeros[-1], self.high) >= 0:
            zeros, signs = zeros[:-1], signs[:-1]
        return Chart(tuple(zeros), tuple(signs), self.cells, tuple(self.notes))

    def _is_beyond(self, zero: Real, end: Real, side: int) -> bool:
        """Whether the bracket of a zero shows that it lies on this side of an end."""
        if zero.bracket is None or end.infinite:
            return zero.bracket is not None
        with precision(self.bits):
            return bool(side * zero.bracket[(1 - side) // 2] > side * end.ball(self.bits))

    # --- the ends

    def _end(self, end: Real, side: int, other: Real) -> tuple[arb, int | None]:
        """Where the middle begins (side 1) or ends (side -1), and the sign already proved beyond."""
        if not end.infinite:
            return self._finite_end(end, side, other)
        least = fmpq(0)
        if not other.infinite:
            ball = other.ball(64)
            least = max(least, -side * exact_rational(ball.lower() if side > 0 else ball.upper()))
        tail = tail_sign(self.e, self.variable, End(end, side), at_least=least, bits=self.bits)
        self.notes.append(f"{self.variable} = {'-y' if side > 0 else 'y'}: {tail.argument}")
        return arb(-side * tail.start), tail.sign

    def _finite_end(self, end: Real, side: int, other: Real) -> tuple[arb, int | None]:
        """Clear a neighbourhood inside a finite end; side is 1 where the interval lies to the right."""
        with precision(self.bits, self.length):
            at = end.ball(self.bits)
            value = series(self.compiled, self.variable, at, 1)[0]
            outer = at.lower() if side > 0 else at.upper()
            if excludes_zero(value):
                return outer, None
        if end.exact is None:
            raise Undecided(f"the sign of {shorten(to_text(self.e))} at an end without an exact form")
        if value.is_finite() and (order := self._exact_order(end.exact)) is not None:
            if order == 0:
                return outer, None
            return self._clear(end, order, side, other)
        room = fmpq(0)
        if not other.infinite:
            with precision(self.bits):
                room = exact_rational((1 / (other.ball(self.bits) - at)).abs_upper())
        tail = tail_sign(self.e, self.variable, End(end, side), at_least=room, bits=self.bits)
        self.notes.append(f"{self.variable} = {end} {'+' if side > 0 else '-'} 1/y: {tail.argument}")
        with precision(self.bits):
            reach = at + side / arb(tail.start)
            return (reach.lower() if side > 0 else reach.upper()), tail.sign

    def _derivative(self, order: int) -> Expr:
        while len(self.derivatives) <= order:
            self.derivatives.append(calculus.differentiate(self.derivatives[-1], self.variable))
        return self.derivatives[order]

    def _exact_order(self, at: Expr) -> int | None:
        """The multiplicity of the zero at an exact point, 0 where there is none; None if not analytic there."""
        for order in range(self.length - 1):
            value = calculus.substitute(self._derivative(order), {self.variable: at})
            if not enclose(value, prec=4 * self.bits).is_finite():
                return None
            if constant_sign(value) != 0:
                return order
        raise _Flat(f"a zero of order above {self.length - 2} at {to_text(at)}")

    def _clear(self, end: Real, order: int, side: int, other: Real) -> tuple[arb, int]:
        """A neighbourhood in which the order-th coefficient keeps its sign, hence the function does."""
        with precision(self.bits, self.length):
            at = end.ball(self.bits)
            reach = arb(1)
            if not other.infinite:
                reach = reach.min(abs(other.ball(self.bits) - at)).lower()
            for _ in range(MAX_DEPTH):
                far = at + side * reach
                coefficient = series(self.compiled, self.variable, at.union(far), order + 1)[order]
                sign = known_sign(coefficient)
                if sign:
                    sign = sign if side > 0 or order % 2 == 0 else -sign
                    self.notes.append(f"a zero of order {order} at {end}, cleared by its Taylor coefficient")
                    return (far.lower() if side > 0 else far.upper()), sign
                reach = reach / 2
        raise Undecided(f"the neighbourhood of the zero at {end}")

    # --- the middle

    def _middle(self, start: arb, stop: arb) -> list[tuple[list[Real], list[int]]]:
        """Zeros and signs, cell by cell from left to right."""
        result: list[tuple[list[Real], list[int]]] = []
        stack: list[tuple[arb, arb, int]] = [(start, stop, 0)]
        while stack:
            a, b, depth = stack.pop()
            self.cells += 1
            if (settled := self._settle(a, b, depth)) is not None:
                result.append(settled)
                continue
            if self.cells > self.most_cells or depth > self.depth:
                raise (_Flat if depth > self.depth else _Unsettled)(
                    f"the zeros of {shorten(to_text(self.e))} near {self.variable} = {a.mid().str(8, radius=False)}: "
                    f"not told apart by {self.cells} enclosures of {self.bits} bits"
                )
            with precision(self.bits):
                middle = (a + (b - a) * arb(SPLIT)).mid()
            stack += [(middle, b, depth + 1), (a, middle, depth + 1)]
        return result

    def _settle(self, a: arb, b: arb, depth: int) -> tuple[list[Real], list[int]] | None:
        with precision(self.bits, self.length):
            nonvanishing = self._nonvanishing(a, b)
            if nonvanishing is None:
                return None
            sign, order = nonvanishing
            if order == 0:
                return [], [sign]
        try:
            return self._descend(a, b, order)
        except Undecided:
            if depth > 24:
                raise
            return None

    def _nonvanishing(self, a: arb, b: arb) -> tuple[int, int] | None:
        """(sign, order) of the lowest derivative proved to keep its sign on the cell."""
        cell = a.union(b)
        wide = series(self.compiled, self.variable, cell, self.length)
        sign = known_sign(wide[0])
        if sign:
            return sign, 0
        middle = cell.mid()
        thin = series(self.compiled, self.variable, middle, self.length)
        offset = cell - middle
        top = self.length - 1
        for order in range(top):
            total = comb(top, order) * wide[top] * _power(offset, top - order)
            for k in range(order, top):
                total += comb(k, order) * thin[k] * _power(offset, k - order)
            sign = known_sign(total) or known_sign(wide[order])
            if sign:
                return sign, order
        return None

    def _descend(self, a: arb, b: arb, order: int) -> tuple[list[Real], list[int]]:
        """All zeros in [a, b], given that the order-th derivative has none there."""
        points: list[Real] = []
        signs: list[int] = []
        for k in range(order - 1, -1, -1):
            marks = [_point(a), *points, _point(b)]
            values = [self._sign_at(mark, k) for mark in marks]
            if values[0] == 0 or values[-1] == 0:
                raise Undecided("a zero at the border of two stretches of the line")
            points, signs = self._between(marks, values, k)
        return points, signs

    def _between(self, marks: list[Real], values: list[int], k: int) -> tuple[list[Real], list[int]]:
        """The zeros of the k-th derivative, monotone between the marks, from its signs at them."""
        points: list[Real] = []
        signs: list[int] = [values[0]]
        for i in range(1, len(marks)):
            if values[i] == 0:
                if not values[i + 1]:
                    raise Undecided("two neighbouring points that are both zeros")
                points.append(marks[i])
                signs.append(values[i + 1])
            elif values[i - 1] and values[i - 1] != values[i]:
                with precision(2 * self.bits):
                    low, high = marks[i - 1].ball(self.bits).upper(), marks[i].ball(self.bits).lower()
                self._check_bracket(low, high, k, values[i - 1], values[i])
                root = Root(self.compiled, self.variable, k, low, high, values[i])
                zero_of = self._derivative(k)
                search = ExactForm(zero_of, self.variable)
                points.append(Real(refine=root, recognise=search, vanishes=zero_of, bracket=(low, high)))
                signs.append(values[i])
        return points, signs

    def _check_bracket(self, low: arb, high: arb, order: int, left: int, right: int) -> None:
        """The zero lies between the rounded ends only if the signs there are those of the marks."""
        with precision(self.bits, order + 2):
            signs = [known_sign(series(self.compiled, self.variable, x, order + 1)[order]) for x in (low, high)]
        if signs != [left, right]:
            raise Undecided("a zero too close to another point of interest")

    def _sign_at(self, point: Real, order: int) -> int:
        """The sign of the order-th derivative at a point; 0 only by identity."""
        for bits in doublings(self.bits, 16 * self.bits):
            ball = point.ball(bits)
            with precision(bits, order + 2):
                sign = known_sign(series(self.compiled, self.variable, ball, order + 1)[order])
            if sign:
                return sign
            if bits == 2 * self.bits and point.exact is not None:
                return constant_sign(calculus.substitute(self._derivative(order), {self.variable: point.exact}))
        raise Undecided(
            f"whether a derivative of {shorten(to_text(self.e))} is 0 at {point.ball(64).mid().str(12, radius=False)}"
        )


def _power(offset: arb, n: int) -> arb:
    """offset^n for a ball around 0, without losing that even powers are not negative."""
    if n == 0:
        return arb(1)
    top = abs(offset).upper() ** n
    return arb(0).union(top) if n % 2 == 0 else (-top).union(top)


def _point(x: arb) -> Real:
    return Real(exact=ex.rational(exact_rational(x)))


def _merge(
    left: list[int], cells: list[tuple[list[Real], list[int]]], right: list[int]
) -> tuple[list[Real], list[int]]:
    """Concatenate signs and zeros; at a border both sides must agree, since no zero lies there."""
    zeros: list[Real] = []
    signs: list[int] = list(left)
    for points, cell_signs in (*cells, ([], right)):
        if not cell_signs:
            continue
        if signs and signs[-1] != cell_signs[0]:
            raise Undecided("the sign at the border of two stretches of the line")
        signs += cell_signs[1:] if signs else cell_signs
        zeros += points
    return zeros, signs

"""Pieces: the open intervals on which a function has one smooth formula, and what happens where they meet.

Case distinctions (abs, max, min, sign, if) and domain conditions (a logarithm's argument is positive, a
denominator is not 0) are resolved by the sign of one smooth expression each. Its certified zeros split the
domain; on each part the sign is known and the case falls. A derivative is taken only once its body is smooth,
so it never sees a kink; at a breakpoint both sides are compared instead.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from flint import arb, fmpq

from ..asymptotics.limits import End, limit
from ..budget import Undecided, spend
from ..enclosures.balls import exact_rational
from ..enclosures.jets import enclose
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..normal_forms.polynomials import fraction
from ..normal_forms.signs import Undefined, constant_sign
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, exact, image, sign_of
from .piecewise_polynomials import PiecewisePolynomial, around, in_order, outside, piecewise_polynomial
from .zeros import chart

MAX_PIECES = 10_000
MAX_WHOLE = 1 << 12
"""Size of the whole numbers that floor is looked for among."""


class UnknownSign(Exception):
    """The sign of this expression is needed to go on."""

    def __init__(self, key: Expr) -> None:
        self.key = key


@lru_cache(maxsize=1 << 14)
def primitive(u: Expr) -> tuple[int, Expr]:
    """(sign, v) with u = sign * positive constant * v, so that x, -x and 3x share one sign."""
    first = u.args[0] if u.op == "add" else u
    coefficient = ex.split_coefficient(first)[0]
    if not coefficient:
        return 1, u
    return (1 if coefficient > 0 else -1), u * (1 / coefficient)


class Resolver:
    """Replaces every case by the branch that the known signs select, then differentiates."""

    def __init__(self, known: Mapping[Expr, int]) -> None:
        self.known = known
        self._cache: dict[tuple[Expr, tuple[tuple[str, Expr], ...]], Expr] = {}

    def visit(self, e: Expr, bound: tuple[tuple[str, Expr], ...] = ()) -> Expr:
        """A smooth expression equal to e on the piece. Raises UnknownSign or Undefined."""
        if not e.switching and e.total:
            return e
        key = (e, bound)
        if key not in self._cache:
            spend(0.1)
            self._cache[key] = self._visit(e, bound)
        return self._cache[key]

    def _visit(self, e: Expr, bound: tuple[tuple[str, Expr], ...]) -> Expr:
        match e.op:
            case "rational" | "name" | "pi":
                return e
            case "derivative":
                body, variable, at = e.args
                at = self.visit(at, bound)
                if not ex.free_names(at) and ex.free_names(body) <= {variable}:
                    # A fixed point, smooth by now, may be a kink; that is looked at from both sides.
                    return derivative_value(body, variable, exact(at))
                smooth = self.visit(body, (*bound, (variable, at)))
                return calculus.substitute(calculus.differentiate(smooth, variable), {variable: at})
            case "if":
                relation, u, a, b = e.args
                sign = self.sign(self.visit(u, bound), bound)
                return self.visit(a if ex.holds(relation, sign) else b, bound)
            case "abs" | "sign":
                u = self.visit(e.args[0], bound)
                sign = self.sign(u, bound)
                return ex.rational(sign) if e.op == "sign" else u * sign
            case "floor":
                return ex.rational(self._floor(self.visit(e.args[0], bound), bound))
            case "max" | "min":
                a, b = (self.visit(arg, bound) for arg in e.args)
                sign = self.sign(a - b, bound)
                return a if (sign >= 0) == (e.op == "max") else b
            case _:
                result = calculus.rebuild(e, lambda child: self.visit(child, bound))
                if e.op == "pow" and result.op == "exp":  # the power of a varying exponent, which is one number here
                    return self.visit(result, bound)
                self._check_domain(result, bound)
                return result

    def _floor(self, u: Expr, bound: tuple[tuple[str, Expr], ...]) -> int:
        """The whole number n with n <= u < n + 1, by doubling and then halving. Raises Undecided far out."""
        side = 1 if self.sign(u, bound) >= 0 else -1
        if not ex.free_names(u) and (ball := enclose(u, prec=1024)).is_finite():
            guess = int(exact_rational(ball).floor())
            if self.sign(u - guess, bound) >= 0 > self.sign(u - guess - 1, bound):
                return guess
        near, far = 0, side
        while (self.sign(u - far, bound) >= 0) == (side > 0):
            near, far = far, 2 * far
            if abs(far) > MAX_WHOLE:
                raise Undecided(f"floor of what may be beyond {side * MAX_WHOLE}")
        low, high = min(near, far), max(near, far)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.sign(u - middle, bound) >= 0 else (low, middle)
        return low

    def _check_domain(self, e: Expr, bound: tuple[tuple[str, Expr], ...]) -> None:
        """Ask for the sign that decides whether one operation is defined."""
        for factor in ex.factors(e):
            if (condition := calculus.domain_condition(factor)) is None:
                continue
            u, allowed, otherwise = condition
            if not (u.positive and u.total) and self.sign(u, bound) not in allowed:
                raise Undefined(otherwise)

    def sign(self, u: Expr, bound: tuple[tuple[str, Expr], ...] = ()) -> int:
        """The known sign of a smooth expression, seen from outside all derivatives."""
        moving = any(variable in ex.free_names(u) for variable, _ in bound)
        for variable, at in reversed(bound):
            u = calculus.substitute(u, {variable: at})
        if not ex.free_names(u):
            sign = constant_sign(u)
            if moving and sign == 0:
                raise Undecided("a derivative at a point where its case distinction is 0")
            return sign
        if u.positive and u.total:
            return 1
        flip, key = primitive(u)
        if key not in self.known:
            raise UnknownSign(key)
        if moving and self.known[key] == 0:
            raise Undecided(f"a derivative along points where its case distinction {to_text(key)} is 0")
        return flip * self.known[key]


@dataclass(frozen=True)
class Piece:
    """One smooth formula on an open interval; None where the function is undefined there."""

    low: Real
    high: Real
    expr: Expr | None


@dataclass(frozen=True)
class Pieces:
    """A function of one variable cut at its breakpoints: len(pieces) == len(breakpoints) + 1."""

    expr: Expr
    variable: str
    breakpoints: tuple[Real, ...]
    pieces: tuple[Piece, ...]

    def locate(self, x: Real) -> int:
        """The index of the piece x lies in, or -1 - i at breakpoint i."""
        i = bisect_left(self.breakpoints, 0, key=lambda point: compare(point, x))
        return -1 - i if i < len(self.breakpoints) and compare(x, self.breakpoints[i]) == 0 else i


@lru_cache(maxsize=1 << 10)
def split(e: Expr, variable: str, low: Real = MINUS_INFINITY, high: Real = PLUS_INFINITY) -> Pieces:
    """Cut (low, high) at every point where the formula changes or stops being defined. Raises Undecided."""
    if e.switching and (form := piecewise_polynomial(e, variable)) is not None:
        return _cut(e, variable, form, low, high)
    if e.switching and (parts := around(e, variable)) is not None:
        smooth, name, form = parts
        done: list[Piece] = []
        for piece in _cut(e, variable, form, low, high).pieces:
            assert piece.expr is not None
            formula = calculus.substitute(smooth, {name: piece.expr})
            whole = formula.total
            done += [replace(piece, expr=formula)] if whole else _resolved(formula, variable, piece.low, piece.high)
    else:
        done = _resolved(in_order(e, variable), variable, low, high)
    return Pieces(e, variable, tuple(piece.low for piece in done[1:]), tuple(done))


def _resolved(e: Expr, variable: str, low: Real, high: Real) -> list[Piece]:
    """The pieces on (low, high), cut at the zeros of whatever decides a case."""
    pending: list[tuple[Real, Real, dict[Expr, int]]] = [(low, high, {})]
    done: list[Piece] = []
    while pending:
        low, high, signs = pending.pop()
        if len(done) + len(pending) > MAX_PIECES:
            raise Undecided(f"more than {MAX_PIECES} pieces")
        try:
            smooth = Resolver(signs).visit(e)
        except Undefined:
            done.append(Piece(low, high, None))
            continue
        except UnknownSign as question:
            if extra := ex.free_names(question.key) - {variable}:
                raise Undecided(f"the sign of {to_text(question.key)} depends on {', '.join(sorted(extra))}") from None
            cuts = chart(question.key, variable, low, high)
            for zero in cuts.zeros:
                zero.recognise()
            marks = [low, *cuts.zeros, high]
            parts = [(marks[i], marks[i + 1], {**signs, question.key: sign}) for i, sign in enumerate(cuts.signs)]
            pending.extend(reversed(parts))
            continue
        done.append(Piece(low, high, smooth))
    return done


def _cut(e: Expr, variable: str, form: PiecewisePolynomial, low: Real, high: Real) -> Pieces:
    """The pieces of a piecewise polynomial on (low, high)."""
    marks = [exact(mark) for mark in form.marks]
    first = 0 if low.infinite else bisect_right(marks, 0, key=lambda mark: compare(mark, low))
    end = len(marks) if high.infinite else bisect_left(marks, 0, key=lambda mark: compare(mark, high))
    breakpoints = tuple(marks[first:end])
    ends = pairwise((low, *breakpoints, high))
    pieces = tuple(Piece(a, b, form.formula(first + i, variable)) for i, (a, b) in enumerate(ends))
    return Pieces(e, variable, breakpoints, pieces)


class _Signs(dict[Expr, int]):
    """Signs that are found when they are asked for."""

    def __init__(self, sign: Callable[[Expr], int]) -> None:
        super().__init__()
        self.sign = sign

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: Expr) -> int:
        self[key] = self.sign(key)
        return self[key]


# --- at a point -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kink:
    """The two one-sided values of a derivative at a point where they differ or do not exist."""

    left: arb
    right: arb


def value_at(e: Expr, variable: str, at: Real) -> Real:
    """The value of an expression (derivatives included) at a finite point. Raises Undefined or Undecided."""
    if e.switching and at.rational is not None and (form := piecewise_polynomial(e, variable)) is not None:
        if (value := form.value(at.rational)) is not None:
            return exact(value)
    e = _without_cases(e, variable, at)
    signs = _Signs(lambda key: sign_at(key, variable, at))
    settled = _settle_derivatives(e, variable, at) if _has_derivative(e) else e
    return image(Resolver(signs).visit(settled), variable, at)


def formula_at(e: Expr, at: Mapping[str, fmpq]) -> Expr:
    """The smooth formula that holds at a point: every case decided there. Raises Undefined or Undecided.

    Undecided also at a kink of what a derivative is taken of.
    """
    if len(at) == 1 and e.switching:
        ((name, x),) = at.items()
        if (form := piecewise_polynomial(e, name)) is not None and (value := form.value(x)) is not None:
            return ex.rational(value)
        e = _without_cases(e, name, exact(x))
    place = {name: ex.rational(x) for name, x in at.items()}

    def sign(key: Expr) -> int:
        if len(at) == 1:
            ((name, x),) = at.items()
            return sign_at(key, name, exact(x))
        return constant_sign(calculus.substitute(key, place))

    return Resolver(_Signs(sign)).visit(e)


def _without_cases(e: Expr, variable: str, at: Real) -> Expr:
    """The expression with the values at a rational for its piecewise polynomials; else its cases found by halving."""
    if at.rational is not None and e.switching:
        rest, forms = outside(e, variable)
        values = {name: form.value(at.rational) for name, form in forms.items()}
        if None not in values.values():
            return calculus.substitute(rest, {name: ex.rational(v) for name, v in values.items() if v is not None})
    return in_order(e, variable)


def sign_at(e: Expr, variable: str, at: Real) -> int:
    """The sign of a smooth expression at a finite point. Raises Undecided."""
    if at.vanishes is not None and primitive(at.vanishes)[1] is primitive(e)[1]:
        return 0
    if at.rational is not None and (quotient := fraction(e, variable)) is not None:
        top, bottom = (p(at.rational) for p in quotient)
        if bottom:
            return (top > 0) - (top < 0) if bottom > 0 else (top < 0) - (top > 0)
    return sign_of(image(e, variable, at))


@lru_cache(maxsize=1 << 14)
def _has_derivative(e: Expr) -> bool:
    return e.switching and (e.op == "derivative" or any(map(_has_derivative, ex.children(e))))


def _settle_derivatives(e: Expr, variable: str, at: Real) -> Expr:
    """Replace each derivative by its value at the point: where pieces only meet, the common one-sided limit."""
    if e.op == "derivative":
        body, bound, point = e.args
        if variable != bound and variable in ex.free_names(body):
            if at.exact is None:
                raise Undecided(f"a derivative in {bound} of a function of {variable}, at {variable} = {at}")
            body = calculus.substitute(body, {variable: at.exact})
        place = value_at(point, variable, at) if ex.free_names(point) or point.switching else exact(point)
        return derivative_value(body, bound, place, point)
    if not e.switching:
        return e
    if e.op == "if":
        relation, u, a, b = e.args
        u = _settle_derivatives(u, variable, at)
        sign = sign_of(value_at(u, variable, at))
        return _settle_derivatives(a if ex.holds(relation, sign) else b, variable, at)
    return calculus.rebuild(e, lambda child: _settle_derivatives(child, variable, at))


def derivative_value(body: Expr, bound: str, place: Real, point: Expr | None = None) -> Expr:
    """The derivative of body at a finite point, from both sides. Raises Undefined at a kink or jump, or Undecided.

    Where the point has no exact form, the result is a formula at `point`, the expression the point came from.
    """
    left, right = one_sided_derivative(body, bound, place, -1), one_sided_derivative(body, bound, place, 1)
    if left.infinite or right.infinite or compare(left, right) != 0:
        raise Undefined(f"the derivative at {place} does not exist (left {left}, right {right})")
    if not _continuous(body, bound, place):
        raise Undefined(f"a jump at {place}")
    for slope in (left, right):
        if slope.exact is not None:
            return slope.exact
    assert point is not None
    smooth = side_formula(body, bound, place, 1)
    return calculus.substitute(calculus.differentiate(smooth, bound), {bound: point})


def side_formula(e: Expr, variable: str, at: Real, side: int) -> Expr:
    """The smooth formula valid immediately to the left (-1) or right (1) of a point. Raises Undefined."""
    try:
        cut = split(e, variable)
    except Undecided:
        cut = split(e, variable, *_around(at))  # what oscillates has finitely many pieces nearby
    place = cut.locate(at)
    piece = cut.pieces[place if place >= 0 else -1 - place + (side > 0)]
    if piece.expr is None:
        raise Undefined(f"undefined to the {'right' if side > 0 else 'left'} of {at}")
    return piece.expr


def _around(at: Real) -> tuple[Real, Real]:
    """An interval with rational ends around a finite point."""
    if at.infinite:
        raise Undecided("infinitely many pieces")
    middle = at.ball(64)
    return exact(exact_rational(middle.lower()) - fmpq(1, 4)), exact(exact_rational(middle.upper()) + fmpq(1, 4))


def one_sided_limit(e: Expr, variable: str, at: Real, side: int) -> Real:
    """The limit of an expression at a point from one side, or at an infinity. Raises Undefined or Undecided."""
    if at.infinite:
        piece = split(e, variable).pieces[-1 if at.infinite > 0 else 0]
        if piece.expr is None:
            raise Undefined(f"undefined near {at}")
        return limit(piece.expr, variable, End(at, -at.infinite))
    return smooth_limit(side_formula(e, variable, at, side), variable, at, side)


def smooth_limit(smooth: Expr, variable: str, at: Real, side: int) -> Real:
    """The one-sided limit of a smooth formula: its value where it extends, else by its tail model."""
    if at.infinite:
        return limit(smooth, variable, End(at, -at.infinite))
    direct = image(smooth, variable, at)
    if direct.exact is not None and (names := ex.free_names(direct.exact)):
        raise Undecided(f"a limit that depends on {', '.join(sorted(names))}")
    if direct.exact is None or enclose(direct.exact, prec=512).is_finite():
        if direct.exact is not None or direct.ball(256).is_finite():
            return direct
    return limit(smooth, variable, End(at, side))


def one_sided_derivative(body: Expr, variable: str, at: Real, side: int) -> Real:
    """The limit of the derivative from one side. Raises Undefined or Undecided."""
    slope = calculus.differentiate(side_formula(body, variable, at, side), variable)
    return smooth_limit(slope, variable, at, side)


def _continuous(e: Expr, variable: str, at: Real) -> bool:
    value = value_at(e, variable, at)
    return all(compare(one_sided_limit(e, variable, at, side), value) == 0 for side in (-1, 1))


def derivative_at(e: Expr, x: fmpq, order: int, prec: int, variable: str = "x") -> arb | Kink:
    """f^(order) at a rational: an enclosure, or both one-sided values at a kink. Raises Undefined or Undecided."""
    if order == 0:
        return value_at(e, variable, exact(x)).ball(prec)
    whole = calculus.derivative(e, variable, order=order)
    cut = split(whole, variable)
    at = exact(x)
    place = cut.locate(at)
    if place >= 0:
        formula = cut.pieces[place].expr
        if formula is None:
            raise Undefined(f"undefined at {x}")
        return enclose(formula, {variable: x}, prec)
    try:
        return value_at(whole, variable, at).ball(prec)
    except Undefined:
        body = calculus.derivative(e, variable, order=order - 1)
        left, right = (one_sided_derivative(body, variable, at, side) for side in (-1, 1))
        return Kink(left.ball(prec), right.ball(prec))

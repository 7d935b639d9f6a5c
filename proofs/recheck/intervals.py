"""The re-checker's own numbers: intervals with exact forms, Taylor jets, and models of functions on a tail.

Nothing here is shared with the search. Intervals are pairs of mpmath numbers; sums, products and quotients are rounded
outwards by mpmath's directed rounding, the elementary functions are computed 24 bits finer than needed and widened by
2^-bits, and erfc has its own series. Exact forms are SymPy numbers, used for one question only: is this number 0?
They are dropped where they grow long, and where a number is so large or small that SymPy would need its digits.

On a tail y >= R a function is a short sum of ``c y^k (log y)^l exp(q(y))`` whose last coefficient is an interval that
takes in everything smaller. ``x = y``, ``x = -y``, ``x = p + 1/y`` and ``p - 1/y`` make every end of an interval one.
Two monomials of equal growth are the same function and become one term: constants in exponents are equal when SymPy
says that their difference is 0, they differ when intervals tell them apart, and the rest is :class:`Unclear`.

Certificates come from strangers, so that all work is counted, see :func:`bounded`.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from functools import cmp_to_key, lru_cache
from math import comb, prod
from typing import Any, Literal

import sympy as sp
from mpmath import libmp as lib

BITS = 160
"""Working precision."""
TERMS = 7
"""Coefficients of the Taylor form on a cell."""


class Unclear(Exception):
    """The arithmetic of the re-checker does not settle this; the message says where."""


class Undefined(Exception):
    """A term has no value here."""


# --- bounds on work

MAX_STEPS, MAX_SECONDS = 500_000, 20
"""The most that one certificate may cost: operations on numbers, and seconds of processor time."""
MAX_DIGITS, MAX_PARTS, MAX_TERMS = 3_500, 150, 5_000
"""Of an exact form: digits and operations; of an identity, terms once it is multiplied out."""
MAX_POWER_DIGITS = 60
"""Digits of the rationals in an exponent that SymPy may turn into powers and roots."""
FAR = 4_000
"""Beyond 2^FAR and below 2^-FAR numbers have no exact form, unless they are rational."""


class Exhausted(BaseException):
    """The work that one certificate may cost is done. No handler of ordinary errors swallows it."""


_left: ContextVar[list[int] | None] = ContextVar("left", default=None)


def spend(steps: int) -> None:
    """Counts work. Raises Exhausted."""
    left = _left.get()
    if left is not None:
        left[0] -= steps
        if left[0] < 0:
            raise Exhausted(f"more than {MAX_STEPS} steps")


@contextmanager
def bounded(steps: int = MAX_STEPS, seconds: float = MAX_SECONDS) -> Iterator[None]:
    """A bound on the steps counted inside and, where signals can be had, on processor time, which SymPy may take."""

    def ring(*_: Any) -> None:
        raise Exhausted(f"more than {seconds} s of processor time")

    timed = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGVTALRM, ring) if timed else None
    token = _left.set([steps])
    try:
        if timed:
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1)
        yield
    finally:
        if timed:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
        _left.reset(token)


@lru_cache(maxsize=1 << 14)
def is_zero(e: Any) -> bool:
    """Whether SymPy's algebra reduces an exact form to 0."""
    if e.is_Rational:
        return bool(e == 0)
    if e.has(sp.zoo, sp.nan, sp.oo, -sp.oo):
        raise Unclear("a quotient by 0")
    if _multiplied_out(e) > MAX_TERMS:
        raise Unclear(f"an identity of more than {MAX_TERMS} terms")
    if sp.expand(sp.numer(sp.together(sp.expand(e)))) == 0:
        return True
    return bool(sp.count_ops(e) < 400 and sp.simplify(e) == 0)


def _multiplied_out(e: Any) -> int:
    """A bound on the terms of an expression once it is multiplied out, itself bounded."""
    sizes = [_multiplied_out(a) for a in e.args]
    if e.is_Pow and e.exp.is_Integer and sizes[0] > 1:
        n = min(abs(int(e.exp)), MAX_TERMS)
        return min(comb(n + sizes[0] - 1, n), MAX_TERMS + 1)
    size = prod(sizes) if e.is_Mul else sum(sizes)
    return min(max(size, 1), MAX_TERMS + 1)


def _kept(exact: Any, ball: Any) -> Any:
    """An exact form, or None where it is longer, or the number larger or smaller, than exact forms are kept for."""
    if exact is None or exact.is_Rational:
        return None if exact is not None and _digits(exact) > MAX_DIGITS else exact
    low, high = (lib.mpf_abs(end) for end in ball)
    largest = high if lib.mpf_lt(low, high) else low
    if largest[1] and abs(largest[2] + largest[3]) > FAR:
        return None
    for count, part in enumerate(sp.preorder_traversal(exact)):
        if count > MAX_PARTS or (isinstance(part, sp.Rational) and _digits(part) > MAX_DIGITS):
            return None
    return exact


class Num:
    """A number: an interval that contains it, and its exact form where it has one."""

    __slots__ = ("ball", "exact")

    def __init__(self, exact: Any, ball: Any = None) -> None:
        if ball is None:
            p, q = lib.from_int(int(exact.p)), lib.from_int(int(exact.q))
            ball = (lib.mpf_div(p, q, BITS, "f"), lib.mpf_div(p, q, BITS, "c"))
        spend(1)
        self.exact, self.ball = exact, ball

    def __bool__(self) -> bool:
        return self.exact is not sp.S.Zero

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Num) and self.exact is not None and self.exact == other.exact

    def __hash__(self) -> int:
        return hash(self.exact)

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, (Num, Fraction, int)):
            return NotImplemented
        other = number(other)
        exact = None if self.exact is None or other.exact is None else self.exact + other.exact
        ball = lib.mpi_add(self.ball, other.ball, BITS)
        return Num(_kept(exact, ball), ball)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, (Num, Fraction, int)):
            return NotImplemented
        other = number(other)
        exact = None if self.exact is None or other.exact is None else sp.expand_mul(self.exact * other.exact)
        ball = lib.mpi_mul(self.ball, other.ball, BITS)
        return Num(_kept(exact, ball), ball)

    __rmul__ = __mul__

    def __sub__(self, other: Any) -> Num:
        return self + number(other) * -1

    def inexact(self) -> Num:
        return Num(None, self.ball)

    def sign(self) -> int | None:
        """The sign, 0 only by exact form, None where the interval does not tell."""
        low, high = lib.mpf_sign(self.ball[0]), lib.mpf_sign(self.ball[1])
        if low > 0 or high < 0:
            return low
        return 0 if self.exact is not None and is_zero(self.exact) else None

    def fn(self, op: Any, a: Fraction = Fraction(1)) -> Num:
        """An elementary function of the number. Raises Undefined outside its domain, Unclear at its edge."""
        if op in ("log", "pow") and (op == "log" or a < 0 or a.denominator > 1):
            sign = self.sign()
            if sign == 0 and op == "pow" and a > 0:
                return number(0)
            if sign == 0 or (sign == -1 and (op == "log" or a.denominator > 1)):
                raise Undefined(f"{op} of a number that is {'0' if sign == 0 else 'negative'}")
            if sign is None and not (op == "pow" and a > 0 and self.ball[0] == lib.fzero):
                raise Unclear(f"the sign under {op}")
        ball = _pow(self.ball, a) if op == "pow" else _BALLS[op](self.ball)
        spend(20)
        if self.exact is None or (self.exact.is_Rational and _digits(self.exact) * max(abs(a), 1) > MAX_DIGITS):
            return Num(None, ball)
        if op == "exp" and not self.exact.is_Rational and _written(self.exact) > MAX_POWER_DIGITS:
            return Num(None, ball)  # exp(p/q*log(r)) is a power, which SymPy looks for roots in
        rules: dict[str, Callable[[Any], Any]] = {
            "exp": sp.exp, "log": sp.log, "sin": sp.sin, "cos": sp.cos, "atan": sp.atan,
            "erfc": lambda u: 1 - sp.erf(u),
            "pow": lambda u: sp.Pow(u, sp.Rational(a.numerator, a.denominator)),
        }  # fmt: skip
        return Num(_kept(rules[op](self.exact), ball), ball)


def _digits(q: Any) -> float:
    return (q.p.bit_length() + q.q.bit_length()) * 0.30103


def _written(exact: Any) -> float:
    """The digits of all rationals in an exact form."""
    return sum(map(_digits, exact.atoms(sp.Rational)))


@lru_cache(maxsize=1 << 12)
def _rational(value: Fraction, bits: int) -> Num:
    return Num(sp.Rational(value.numerator, value.denominator))


def number(value: Num | Fraction | int) -> Num:
    """An exact rational as a Num."""
    return value if isinstance(value, Num) else _rational(Fraction(value), BITS)


def between(low: Num, high: Num) -> Num:
    """Some number between the two."""
    return Num(None, (low.ball[0], high.ball[1]))


Value = Num | str
"""A certified number, or "oo" or "-oo"."""


def compare(a: Value, b: Value) -> int:
    """The sign of a - b. Raises Unclear."""
    if a is b:
        return 0
    if isinstance(a, str) or isinstance(b, str):
        size = {"oo": 1, "-oo": -1}
        x, y = (size[v] if isinstance(v, str) else 0 for v in (a, b))
        return (x > y) - (x < y)
    sign = (a - b).sign()
    if sign is None:
        raise Unclear("whether two numbers are equal")
    return sign


def pi() -> Num:
    return Num(sp.pi, (_widened(lib.mpf_pi(BITS + 24, "f"), "f"), _widened(lib.mpf_pi(BITS + 24, "c"), "c")))


# --- intervals: pairs (low, high) of mpmath's raw numbers


def _widened(value: Any, direction: Literal["f", "c"]) -> Any:
    """Moved outwards by far more than mpmath's error: the value was computed 24 bits finer."""
    pad = lib.mpf_shift(lib.mpf_abs(value), -BITS)
    return (lib.mpf_sub if direction == "f" else lib.mpf_add)(value, pad, BITS + 24, direction)


def _increasing(f: Callable[..., Any]) -> Callable[[Any], Any]:
    return lambda ball: (_widened(f(ball[0], BITS + 24, "f"), "f"), _widened(f(ball[1], BITS + 24, "c"), "c"))


def _exp_end(x: Any, direction: Literal["f", "c"]) -> Any:
    if x == lib.fzero:
        return lib.fone
    if lib.mpf_gt(lib.mpf_abs(x), lib.from_int(1 << 40)):
        if lib.mpf_sign(x) > 0:
            raise Unclear("an exponential beyond exp(2^40)")
        return lib.fzero if direction == "f" else lib.mpf_shift(lib.fone, -(1 << 40))
    return _widened(lib.mpf_exp(x, BITS + 24, direction), direction)


def _exp(ball: Any) -> Any:
    return _exp_end(ball[0], "f"), _exp_end(ball[1], "c")


def _wave(f: Callable[..., Any]) -> Callable[[Any], Any]:
    def enclose(ball: Any) -> Any:
        """Slopes are at most 1: the value in the middle, give or take the radius."""
        middle = lib.mpf_shift(lib.mpf_add(ball[0], ball[1], BITS), -1)
        one, minus = lib.fone, lib.mpf_neg(lib.fone)
        if middle[2] + middle[3] > BITS:  # known to less than a period
            return minus, one
        rounding = lib.mpf_shift(lib.mpf_add(lib.mpf_abs(middle), lib.fone, BITS, "c"), 4 - BITS)
        spread = lib.mpf_add(lib.mpf_sub(ball[1], ball[0], BITS, "c"), rounding, BITS, "c")
        value = f(middle, BITS + 24)
        low, high = lib.mpf_sub(value, spread, BITS, "f"), lib.mpf_add(value, spread, BITS, "c")
        return (low if lib.mpf_gt(low, minus) else minus), (high if lib.mpf_lt(high, one) else one)

    return enclose


@lru_cache(maxsize=1 << 14)
def _erfc_at(x: Any, bits: int) -> Any:
    """erfc at one point: by 1 - erf and erf's series of positive terms, by the enveloping expansion, or by both."""
    if lib.mpf_sign(x) < 0:
        two = lib.from_int(2)
        return lib.mpi_sub((two, two), _erfc_at(lib.mpf_neg(x), bits), bits)
    square = lib.mpi_mul((x, x), (x, x), bits)
    outer = lib.mpi_div(_exp(lib.mpi_neg(square, bits)), lib.mpi_sqrt(pi().ball, bits), bits)
    expansion = (lib.fzero, lib.fone)
    if lib.mpf_gt(x, lib.from_int(5)):
        inverse = lib.mpi_div((lib.fone, lib.fone), square, bits)
        total, term = (lib.fone, lib.fone), (lib.fone, lib.fone)
        for j in range(1, 9):  # the error has the sign of the first omitted term and is smaller (DLMF 7.12.1)
            term = lib.mpi_mul(lib.mpi_mul(term, inverse, bits), number(Fraction(1 - 2 * j, 2)).ball, bits)
            total = lib.mpi_add(total, term if j < 8 else _hull((lib.fzero, lib.fzero), term), bits)
        expansion = lib.mpi_div(lib.mpi_mul(outer, total, bits), (x, x), bits)
        if lib.mpf_gt(x, lib.from_int(20)):
            return expansion
    # erf(x) = 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1)/(2n+1)!!: after a ratio below 1/2 the rest is less than a term
    total = term = (x, x)
    n = 0
    while n < 40 or lib.mpf_gt(term[1], lib.mpf_shift(lib.fone, -bits - 8)):
        n += 1
        term = lib.mpi_mul(lib.mpi_mul(term, square, bits), number(Fraction(2, 2 * n + 1)).ball, bits)
        total = lib.mpi_add(total, term, bits)
    if not lib.mpf_lt(lib.mpf_shift(square[1], 2), lib.from_int(2 * n + 3)):
        raise Unclear("the series of erf")
    total = lib.mpi_add(total, (lib.fzero, lib.mpf_shift(term[1], 1)), bits)
    erf = lib.mpi_mul(lib.mpi_add(outer, outer, bits), total, bits)
    low, high = lib.mpi_sub((lib.fone, lib.fone), erf, bits)
    return (low if lib.mpf_gt(low, expansion[0]) else expansion[0]), (
        high if lib.mpf_lt(high, expansion[1]) else expansion[1])  # fmt: skip


def either(a: Num, b: Num) -> Num:
    """A number that is one of the two."""
    return Num(None, _hull(a.ball, b.ball))


def _hull(a: Any, b: Any) -> Any:
    return (a[0] if lib.mpf_lt(a[0], b[0]) else b[0]), (a[1] if lib.mpf_gt(a[1], b[1]) else b[1])


def _pow(ball: Any, a: Fraction) -> Any:
    if a.denominator > 1:
        if a == Fraction(1, 2):
            return lib.mpi_sqrt(ball, BITS)
        if ball[0] == lib.fzero:
            return lib.fzero, _pow((ball[1], ball[1]), a)[1]
        return _exp(lib.mpi_mul(_BALLS["log"](ball), number(a).ball, BITS))
    if a < 0:
        return lib.mpi_div((lib.fone, lib.fone), _pow(ball, -a), BITS)
    low, high = ball
    if a % 2 == 0 and lib.mpf_sign(low) < 0:
        low, high = (lib.mpf_neg(high), lib.mpf_neg(low)) if lib.mpf_sign(high) <= 0 else (
            lib.fzero, lib.mpf_neg(low) if lib.mpf_gt(lib.mpf_neg(low), high) else high)  # fmt: skip
    return _whole_power(low, int(a))[0], _whole_power(high, int(a))[1]


def _whole_power(x: Any, n: int) -> Any:
    result, square = (lib.fone, lib.fone), (x, x)
    while n:
        if n & 1:
            result = lib.mpi_mul(result, square, BITS)
        square, n = lib.mpi_mul(square, square, BITS), n >> 1
    return result


_BALLS: dict[str, Callable[[Any], Any]] = {
    "exp": _exp, "log": _increasing(lib.mpf_log), "atan": _increasing(lib.mpf_atan),
    "sin": _wave(lib.mpf_sin), "cos": _wave(lib.mpf_cos),
    "erfc": lambda ball: (_erfc_at(ball[1], BITS)[0], _erfc_at(ball[0], BITS)[1]),
}  # fmt: skip


# --- Taylor jets over Nums or over Models: lists of coefficients, 0 where one is absent


def convolve(u: Sequence[Any], v: Sequence[Any], k: int, weight: Callable[[int], Any] | None = None) -> Any:
    """sum_j weight(j) u[j] v[k-j]."""
    if k == 0:
        return u[0] * v[0]
    total: Any = 0
    for j in range(k + 1):
        if u[j] and v[k - j] and (weight is None or weight(j)):
            term = u[j] * v[k - j]
            total = total + (term if weight is None else term * weight(j))
    return total


def scaled(u: list[Any], factor: Num) -> list[Any]:
    """A jet times a number."""
    return [u[0] * factor, *(c * factor if c else 0 for c in u[1:])]


def _grown(first: Any, u: list[Any], slope: list[Any] | None) -> list[Any]:
    """The jet of a function from its value and its derivative at u (None: the function is its own derivative)."""
    result = [first]
    for k in range(1, len(u)):
        term = convolve(u[: k + 1], [*(result if slope is None else slope)[:k], 0], k, Fraction)
        result.append(term * Fraction(1, k) if term else 0)
    return result


def jet(op: str, u: list[Any], a: Fraction = Fraction(1)) -> list[Any]:
    """The jet of an elementary function of a jet, by the usual recurrences."""
    n = len(u)
    first = u[0].fn(op, a)
    if not any(u[1:]):
        return [first, *[0] * (n - 1)]
    match op:
        case "exp":
            return _grown(first, u, None)
        case "log":
            return _grown(first, u, jet("pow", u[:-1], Fraction(-1)))
        case "atan":
            square = jet("pow", u[:-1], Fraction(2))
            return _grown(first, u, jet("pow", [square[0] + number(1), *square[1:]], Fraction(-1)))
        case "erfc":
            bell = jet("exp", scaled(jet("pow", u[:-1], Fraction(2)), number(-1)))
            return _grown(first, u, scaled(bell, pi().fn("pow", Fraction(-1, 2)) * -2))
        case "sin" | "cos":
            waves = {"sin": [u[0].fn("sin")], "cos": [u[0].fn("cos")]}
            for k in range(1, n):
                for name, other, sign in (("sin", "cos", 1), ("cos", "sin", -1)):
                    term = convolve(u[: k + 1], [*waves[other][:k], 0], k, Fraction)
                    waves[name].append(term * Fraction(sign, k) if term else 0)
            return waves[op]
    if a.denominator == 1 and a > 0:
        result, square, rest = None, u, int(a)
        while rest:
            if rest & 1:
                result = square if result is None else [convolve(result, square, k) for k in range(n)]
            square, rest = [convolve(square, square, k) for k in range(n)] if rest > 1 else square, rest >> 1
        assert result is not None
        return [first, *result[1:]]
    inverse = u[0].fn("pow", Fraction(-1))
    result = [first]
    for k in range(1, n):
        term = convolve(u[: k + 1], [*result, 0], k, lambda j, k=k: ((a + 1) * j - k) / k if j else 0)
        result.append(term * inverse if term else 0)
    return result


def taylor_form(wide: list[Any], thin: list[Any], offset: Num, order: int) -> Num:
    """The order-th Taylor coefficient over a cell, from the jets on the cell and at its middle."""
    top = len(wide) - 1
    total = number(0).inexact()
    for k in range(order, top + 1):
        c = wide[k] if k == top else thin[k]
        if c:
            total = total + c * comb(k, order) * offset.fn("pow", Fraction(k - order))
    return total


# --- tails

Mono = tuple[Fraction, Fraction, tuple[tuple[Num, Any], ...]]
"""y^k (log y)^l exp(sum of c * monomial), the exponent's terms in order of growth."""


def _mono(k: Fraction | int = 0, l: Fraction | int = 0, q: tuple[tuple[Num, Any], ...] = ()) -> Mono:  # noqa: E741
    return Fraction(k), Fraction(l), q


UNIT, Y, LOG_Y = _mono(), _mono(1), _mono(0, 1)


def growth(m: Mono) -> int:
    """1, 0 or -1 as a monomial tends to oo, is 1 or tends to 0. Exponentials outweigh powers: see Model.fn."""
    if not m[2]:
        first = m[0] or m[1]
        return (first > 0) - (first < 0)
    sign = m[2][0][0].sign()
    if not sign:
        raise Unclear("the sign of an exponent")
    return sign


def times(m: Mono, n: Mono, power: int = 1) -> Mono:
    """m * n^power."""
    exponent = merged([*((part, c) for c, part in m[2]), *((part, c * power) for c, part in n[2])])
    return m[0] + power * n[0], m[1] + power * n[1], tuple((c, part) for part, c in exponent)


def merged(terms: Iterable[tuple[Mono, Num]]) -> list[tuple[Mono, Num]]:
    """Terms in order of growth, the largest first, without two of equal growth and without what is exactly 0."""
    sums: dict[Mono, Num] = {}
    for m, c in terms:
        sums[m] = sums[m] + c if m in sums else c
    result: list[tuple[Mono, Num]] = []
    for m in sorted(sums, key=_ORDER, reverse=True) if len(sums) > 1 else sums:
        c = sums[m]
        # The quotient of two is 1 when its exponent cancels, in whatever way the two are written.
        if result and m[2] and times(result[-1][0], m, -1) == UNIT:
            m, first = result.pop()
            c = first + c
        if c.exact is None or c.sign() != 0:
            result.append((m, c))
    return result


def _compare_growth(m: Any, n: Any) -> int:
    return growth(times(m, n, -1))


_ORDER = cmp_to_key(_compare_growth)


class Tail:
    """y >= start, with a number of terms kept apart."""

    def __init__(self, start: Fraction, terms: int) -> None:
        self.start, self.terms = start, terms
        self.ranges: dict[Mono, Num] = {}

    def value(self, m: Mono) -> Num:
        """A monomial at the start of the tail."""
        exponent = number(0)
        for c, n in m[2]:
            exponent = exponent + c.inexact() * self.value(n)
        y = number(self.start).inexact()
        logarithm = y.fn("log").fn("pow", m[1]) if m[1] else number(1)
        return y.fn("pow", m[0]) * logarithm * exponent.inexact().fn("exp")

    def range(self, m: Mono) -> Num:
        """All values of a monomial that is proved to decrease from the start on."""
        if m == UNIT:
            return number(1)
        if m not in self.ranges:
            plain = not m[2] and m[1] <= 0
            if (m[1] and self.start <= 1) or (plain and m[0] > 0) or (not plain and self.rate(m).sign() != -1):
                raise Unclear("a monomial that does not decrease from the start of the tail on")
            self.ranges[m] = between(number(0), self.value(m))
        return self.ranges[m]

    def rate(self, m: Mono) -> Model:
        """y (log m)', whose sign says whether m decreases."""
        total = Model(self, [(UNIT, number(m[0]))] if m[0] else [])
        total = total + Model(self, [(_mono(0, -1), number(m[1]))] if m[1] else [])
        for c, n in m[2]:
            total = total + self.rate(n) * Model(self, [(n, c)])
        return total

    def collect(self, terms: list[tuple[Mono, Num]]) -> Model:
        """A model of a sum; what is beyond the number of terms goes into one interval."""
        kept = merged(terms)
        if len(kept) > self.terms + 1:
            m, c = kept[self.terms]
            for n, d in kept[self.terms + 1 :]:
                c = c + d * self.range(times(n, m, -1)).inexact()
            kept = [*kept[: self.terms], (m, c.inexact())]
        return Model(self, kept)


class Model:
    """A function on a tail: it lies in the sum of its terms for every y >= start; no terms: it is 0 there."""

    __slots__ = ("tail", "terms")

    def __init__(self, tail: Tail, terms: list[tuple[Mono, Num]]) -> None:
        self.tail, self.terms = tail, terms

    def __bool__(self) -> bool:
        return bool(self.terms)

    def _as_model(self, other: Any) -> Model:
        if isinstance(other, Model):
            return other
        c = number(other)
        return Model(self.tail, [(UNIT, c)] if c else [])

    def __add__(self, other: Any) -> Model:
        return self.tail.collect([*self.terms, *self._as_model(other).terms])

    __radd__ = __add__

    def __mul__(self, other: Any) -> Model:
        other = self._as_model(other)
        return self.tail.collect([(times(m, n), c * d) for m, c in self.terms for n, d in other.terms])

    __rmul__ = __mul__

    def lead(self) -> tuple[Mono, Num, Model]:
        """M, c, eps with the function equal to c M (1 + eps)."""
        if not self.terms or not self.terms[0][1].sign():
            raise Unclear("the leading term of a tail")
        (m, c), rest = self.terms[0], self.terms[1:]
        inverse = c.fn("pow", Fraction(-1))
        return m, c, Model(self.tail, [(times(n, m, -1), d * inverse) for n, d in rest])

    def sign(self) -> int:
        """The sign on the whole tail. Raises Unclear."""
        if not self.terms:
            return 0
        m, total = self.terms[0]
        for n, d in self.terms[1:]:
            total = total.inexact() + d * self.tail.range(times(n, m, -1))
        sign = total.inexact().sign()
        if sign is None:
            raise Unclear("the sign of the leading term, the smaller ones being added")
        return sign

    def spread(self) -> Num:
        """An interval around all values of a vanishing function, and 0."""
        total = number(0).inexact()
        for m, c in self.terms:
            total = total + c * self.tail.range(m)
        return either(total, number(0))

    def limit(self) -> Num | str:
        """The limit: exact, or "oo" or "-oo"."""
        if not self.terms or growth(self.terms[0][0]) < 0:
            return number(0)
        m, c = self.terms[0]
        sign = c.sign()
        if growth(m) > 0 and sign:
            return "oo" if sign > 0 else "-oo"
        if m != UNIT or c.exact is None:
            raise Unclear("a limit")
        return c

    def compose(self, coefficients: list[Any]) -> Model:
        """A polynomial of this vanishing model; the last coefficient is the remainder's interval."""
        result = Model(self.tail, [])
        for c in reversed(coefficients):
            result = result * self + c
        return result

    def analytic(self, op: str, at: Num, a: Fraction = Fraction(1)) -> Model:
        """op(at + self) for a vanishing self, by Taylor at an exact point."""
        n = self.tail.terms
        if at.exact is None:
            return self._as_model((at + self.spread()).fn(op, a))
        exact = jet(op, [at, number(1), *[0] * (n - 2)], a)
        if not self:
            return self._as_model(exact[0])
        wide = jet(op, [(at + self.spread()).inexact(), number(1), *[0] * (n - 1)], a)
        return self.compose([*exact, wide[n]])

    def fn(self, op: str, a: Fraction = Fraction(1)) -> Model:
        """An elementary function of the model."""
        tail = self.tail
        if op == "pow" and a.denominator == 1 and 0 < a <= 6:
            result = self
            for _ in range(int(a) - 1):
                result = result * self
            return result
        if op in ("pow", "log"):
            m, c, eps = self.lead()
            rest = eps.analytic(op, number(1), a)
            if op == "pow":
                raised = m[0] * a, m[1] * a, tuple((d * a, n) for d, n in m[2])
                return rest * Model(tail, [(raised, c.fn("pow", a))])
            if m[1] or (m[0] and tail.start <= 1):
                raise Unclear("the logarithm of a logarithm, or one that is not positive on the whole tail")
            logarithm = [(LOG_Y, number(m[0]))] if m[0] else []
            return rest + Model(tail, [(n, d) for d, n in m[2]]) + Model(tail, logarithm) + c.fn("log")
        growing = [(m, c) for m, c in self.terms if growth(m) > 0]
        at = next((c for m, c in self.terms if m == UNIT), number(0))
        eps = Model(tail, [(m, c) for m, c in self.terms if growth(m) < 0])
        if op == "exp":
            if any(c.exact is None for _, c in growing):
                raise Unclear("an exponent that is known only as an interval")
            if any(m != LOG_Y and growth(times(m, LOG_Y, -1)) <= 0 for m, _ in growing):
                raise Unclear("an exponential that no power of the variable is smaller than")
            powers = [c.exact for m, c in growing if m == LOG_Y]
            if any(not p.is_Rational for p in powers):
                raise Unclear("y to an irrational power")
            k = sum((Fraction(int(p.p), int(p.q)) for p in powers), Fraction(0))
            grown = _mono(k, 0, tuple((c, m) for m, c in growing if m != LOG_Y))
            return eps.analytic("exp", at) * Model(tail, [(grown, number(1))])
        if not growing:
            return eps.analytic(op, at, a)
        if op in ("sin", "cos"):
            return self._as_model(between(number(-1), number(1)))
        direction = self.sign()
        if op == "atan":
            return self.fn("pow", Fraction(-1)).fn("atan") * -1 + pi() * Fraction(direction, 2)
        if direction < 0:
            return (self * -1).fn("erfc") * -1 + 2
        # exp(-g^2)/(g sqrt pi) (1 - 1/(2 g^2) + ...), enveloping for g > 0 (DLMF 7.12.1)
        coefficients: list[Any] = [Fraction(1)]
        for j in range(1, tail.terms + 1):
            coefficients.append(coefficients[-1] * Fraction(1 - 2 * j, 2))
        last = number(coefficients[-1])
        coefficients[-1] = between(last, number(0)) if last.sign() == -1 else between(number(0), last)
        square = self * self
        outer = (square * -1).fn("exp") * self.fn("pow", Fraction(-1)) * pi().fn("pow", Fraction(-1, 2))
        return square.fn("pow", Fraction(-1)).compose(coefficients) * outer

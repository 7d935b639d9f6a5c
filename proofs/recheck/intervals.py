"""The re-checker's own numbers: intervals with exact forms, their elementary functions, and Taylor jets over them.

Nothing here is shared with the search. Intervals are pairs of mpmath numbers; sums, products and quotients are rounded
outwards by mpmath's directed rounding, the elementary functions are computed 24 bits finer than needed and widened by
2^-bits, and erfc has its own series. Exact forms are SymPy numbers, used for one question only: is this number 0?
They are dropped where they grow long, and where a number is so large or small that SymPy would need its digits. As
certificates come from strangers, all work is counted: :func:`bounded`.
"""

from __future__ import annotations

import signal
import threading
import weakref
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from functools import lru_cache
from math import comb, prod
from typing import Any, Literal, TypeAlias

import sympy as sp
from mpmath import libmp as lib

Float: TypeAlias = tuple[int, int, int, int]
"""A raw number of mpmath: sign, mantissa, exponent, bit count."""
Ball: TypeAlias = tuple[Float, Float]
"""An interval: its two ends."""

BITS = 160  # working precision


class Unclear(Exception):
    """The arithmetic of the re-checker does not settle this; the message says where."""


class Undefined(Exception):
    """A term without a value."""


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
def bounded(steps: int = MAX_STEPS, seconds: float = MAX_SECONDS) -> Generator[None]:
    """A bound on the steps counted inside and, where signals can be had, on processor time, which SymPy may take."""

    def ring(_: int, frame: Any) -> None:
        # Python swallows what is raised in the callback of a weak reference; the next ring is soon.
        if frame.f_code.co_filename != weakref.__file__:
            raise Exhausted(f"more than {seconds} s of processor time")

    timed = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGVTALRM, ring) if timed else None
    token = _left.set([steps])
    try:
        if timed:
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.02)
        yield
    finally:
        if timed:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
        _left.reset(token)


@lru_cache(maxsize=1 << 14)
def is_zero(e: sp.Expr) -> bool:
    """Whether SymPy's algebra reduces an exact form to 0."""
    if isinstance(e, sp.Rational):
        return e == 0
    if e.has(sp.zoo, sp.nan, sp.oo, -sp.oo):
        raise Unclear("a quotient by 0")
    if _multiplied_out(e) > MAX_TERMS:
        raise Unclear(f"an identity of more than {MAX_TERMS} terms")
    if sp.expand(sp.numer(sp.together(sp.expand(e)))) == 0:
        return True
    return sp.count_ops(e) < 400 and sp.simplify(e) == 0


def _multiplied_out(e: sp.Expr) -> int:
    """A bound on the terms of an expression once it is multiplied out, itself bounded."""
    sizes = [_multiplied_out(a) for a in e.args]
    if isinstance(e, sp.Pow) and isinstance(e.exp, sp.Integer) and sizes[0] > 1:
        n = min(abs(int(e.exp)), MAX_TERMS)
        size = comb(n + sizes[0] - 1, n)
    else:
        size = prod(sizes) if isinstance(e, sp.Mul) else sum(sizes)
    return min(max(size, 1), MAX_TERMS + 1)


def _kept(exact: sp.Expr, ball: Ball) -> sp.Expr | None:
    """An exact form, or None where it is longer, or the number larger or smaller, than exact forms are kept for."""
    if isinstance(exact, sp.Rational):
        return None if _digits(exact) > MAX_DIGITS else exact
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

    def __init__(self, exact: sp.Expr | None, ball: Ball) -> None:
        spend(1)
        self.exact, self.ball = exact, ball

    def __bool__(self) -> bool:
        return self.exact is not sp.S.Zero

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Num) and self.exact is not None and self.exact == other.exact

    def __hash__(self) -> int:
        return hash(self.exact)

    @property
    def rational(self) -> Fraction | None:
        """The number itself where its exact form is a rational."""
        return Fraction(int(self.exact.p), int(self.exact.q)) if isinstance(self.exact, sp.Rational) else None

    def __add__(self, other: Num | Fraction | int) -> Num:
        other = number(other)
        ball = lib.mpi_add(self.ball, other.ball, BITS)
        if self.exact is None or other.exact is None:
            return Num(None, ball)
        return Num(_kept(self.exact + other.exact, ball), ball)

    __radd__ = __add__

    def __mul__(self, other: Num | Fraction | int) -> Num:
        other = number(other)
        ball = lib.mpi_mul(self.ball, other.ball, BITS)
        if self.exact is None or other.exact is None:
            return Num(None, ball)
        return Num(_kept(sp.expand_mul(self.exact * other.exact), ball), ball)

    __rmul__ = __mul__

    def __sub__(self, other: Num | Fraction | int) -> Num:
        return self + number(other) * -1

    def inexact(self) -> Num:
        return Num(None, self.ball)

    def sign(self) -> int | None:
        """The sign, 0 only by exact form, None where the interval does not tell."""
        low, high = lib.mpf_sign(self.ball[0]), lib.mpf_sign(self.ball[1])
        if low > 0 or high < 0:
            return low
        return 0 if self.exact is not None and is_zero(self.exact) else None

    def fn(self, op: str, a: Fraction = Fraction(1)) -> Num:
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
        exact = self.exact
        if isinstance(exact, sp.Rational):
            long = _digits(exact) * max(abs(a), 1) > MAX_DIGITS
        else:  # exp(p/q*log(r)) is a power, which SymPy looks for roots in
            long = op == "exp" and exact is not None and sum(map(_digits, exact.atoms(sp.Rational))) > MAX_POWER_DIGITS
        return Num(None if exact is None or long else _kept(exact_fn(op, exact, a), ball), ball)


EXACT: dict[str, Callable[[sp.Expr], sp.Expr]] = {
    "exp": sp.exp, "log": sp.log, "sin": sp.sin, "cos": sp.cos, "atan": sp.atan, "erfc": lambda u: 1 - sp.erf(u),
}  # fmt: skip


def exact_fn(op: str, u: sp.Expr, a: Fraction) -> sp.Expr:
    """An elementary function in SymPy; `a` is the exponent of a power."""
    return u ** sp.Rational(a.numerator, a.denominator) if op == "pow" else EXACT[op](u)


def _digits(q: sp.Rational) -> float:
    return (q.p.bit_length() + q.q.bit_length()) * 0.30103


@lru_cache(maxsize=1 << 12)
def _rational(value: Fraction, bits: int) -> Num:
    p, q = lib.from_int(value.numerator), lib.from_int(value.denominator)
    return Num(sp.Rational(value.numerator, value.denominator), lib.mpi_div((p, p), (q, q), bits))


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
        x, y = ({"oo": 1, "-oo": -1}[v] if isinstance(v, str) else 0 for v in (a, b))
        return (x > y) - (x < y)
    sign = (a - b).sign()
    if sign is None:
        raise Unclear("whether two numbers are equal")
    return sign


def pi() -> Num:
    return Num(sp.pi, (_widened(lib.mpf_pi(BITS + 24, "f"), "f"), _widened(lib.mpf_pi(BITS + 24, "c"), "c")))


# --- intervals

MINUS_ONE = lib.mpf_neg(lib.fone)
ZERO, ONE = (lib.fzero, lib.fzero), (lib.fone, lib.fone)


def _widened(value: Float, direction: Literal["f", "c"]) -> Float:
    """Moved outwards by far more than mpmath's error: the value was computed 24 bits finer."""
    pad = lib.mpf_shift(lib.mpf_abs(value), -BITS)
    return (lib.mpf_sub if direction == "f" else lib.mpf_add)(value, pad, BITS + 24, direction)


def _increasing(f: Callable[[Float, int, Literal["f", "c"]], Float]) -> Callable[[Ball], Ball]:
    return lambda ball: (_widened(f(ball[0], BITS + 24, "f"), "f"), _widened(f(ball[1], BITS + 24, "c"), "c"))


def _exp_end(x: Float, direction: Literal["f", "c"]) -> Float:
    if x == lib.fzero:
        return lib.fone
    if lib.mpf_gt(lib.mpf_abs(x), lib.from_int(1 << 40)):
        if lib.mpf_sign(x) > 0:
            raise Unclear("an exponential beyond exp(2^40)")
        return lib.fzero if direction == "f" else lib.mpf_shift(lib.fone, -(1 << 40))
    return _widened(lib.mpf_exp(x, BITS + 24, direction), direction)


def _exp(ball: Ball) -> Ball:
    return _exp_end(ball[0], "f"), _exp_end(ball[1], "c")


def _wave(f: Callable[[Float, int], Float]) -> Callable[[Ball], Ball]:
    def enclose(ball: Ball) -> Ball:
        """Slopes are at most 1: the value in the middle, give or take the radius."""
        middle = lib.mpf_shift(lib.mpf_add(ball[0], ball[1], BITS), -1)
        if middle[2] + middle[3] > BITS:  # known to less than a period
            return MINUS_ONE, lib.fone
        rounding = lib.mpf_shift(lib.mpf_add(lib.mpf_abs(middle), lib.fone, BITS, "c"), 4 - BITS)
        spread = lib.mpf_add(lib.mpf_sub(ball[1], ball[0], BITS, "c"), rounding, BITS, "c")
        value = f(middle, BITS + 24)
        low, high = lib.mpf_sub(value, spread, BITS, "f"), lib.mpf_add(value, spread, BITS, "c")
        return _overlap((low, high), (MINUS_ONE, lib.fone))

    return enclose


@lru_cache(maxsize=1 << 14)
def _erfc_at(x: Float, bits: int) -> Ball:
    """erfc at one point: by 1 - erf and erf's series of positive terms, by the enveloping expansion, or by both."""
    if lib.mpf_sign(x) < 0:
        return lib.mpi_sub(lib.mpi_add(ONE, ONE), _erfc_at(lib.mpf_neg(x), bits), bits)
    square = lib.mpi_mul((x, x), (x, x), bits)
    outer = lib.mpi_div(_exp(lib.mpi_neg(square, bits)), lib.mpi_sqrt(pi().ball, bits), bits)
    expansion = (lib.fzero, lib.fone)
    if lib.mpf_gt(x, lib.from_int(5)):
        inverse = lib.mpi_div(ONE, square, bits)
        total, term = ONE, ONE
        for j in range(1, 9):  # the error has the sign of the first omitted term and is smaller (DLMF 7.12.1)
            term = lib.mpi_mul(lib.mpi_mul(term, inverse, bits), number(Fraction(1 - 2 * j, 2)).ball, bits)
            total = lib.mpi_add(total, term if j < 8 else _hull(ZERO, term), bits)
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
    return _overlap(lib.mpi_sub(ONE, erf, bits), expansion)


def either(a: Num, b: Num) -> Num:
    """A number that is one of the two."""
    return Num(None, _hull(a.ball, b.ball))


def _overlap(a: Ball, b: Ball) -> Ball:
    """The numbers in both intervals."""
    return (a[0] if lib.mpf_gt(a[0], b[0]) else b[0]), (a[1] if lib.mpf_lt(a[1], b[1]) else b[1])


def _hull(a: Ball, b: Ball) -> Ball:
    return (a[0] if lib.mpf_lt(a[0], b[0]) else b[0]), (a[1] if lib.mpf_gt(a[1], b[1]) else b[1])


def _pow(ball: Ball, a: Fraction) -> Ball:
    if a.denominator > 1:
        if a == Fraction(1, 2):
            return lib.mpi_sqrt(ball, BITS)
        if ball[0] == lib.fzero:
            return lib.fzero, _pow((ball[1], ball[1]), a)[1]
        return _exp(lib.mpi_mul(_BALLS["log"](ball), number(a).ball, BITS))
    if a < 0:
        return lib.mpi_div(ONE, _pow(ball, -a), BITS)
    low, high = lib.mpi_abs(ball) if a % 2 == 0 else ball
    return _whole_power(low, int(a))[0], _whole_power(high, int(a))[1]


def _whole_power(x: Float, n: int) -> Ball:
    result, square = ONE, (x, x)
    while n:
        if n & 1:
            result = lib.mpi_mul(result, square, BITS)
        square, n = lib.mpi_mul(square, square, BITS), n >> 1
    return result


_BALLS: dict[str, Callable[[Ball], Ball]] = {
    "exp": _exp, "log": _increasing(lib.mpf_log), "atan": _increasing(lib.mpf_atan),
    "sin": _wave(lib.mpf_sin), "cos": _wave(lib.mpf_cos),
    "erfc": lambda ball: (_erfc_at(ball[1], BITS)[0], _erfc_at(ball[0], BITS)[1]),
}  # fmt: skip


# --- Taylor jets

Jet: TypeAlias = list[Any]
"""Taylor coefficients, all of them Nums or all of them the models of a tail; 0 where one is absent."""


def convolve(u: Jet, v: Jet, k: int, weight: Callable[[int], Fraction | int] | None = None) -> Any:
    """The coefficient sum_j weight(j) u[j] v[k-j]."""
    if k == 0:
        return u[0] * v[0]
    total: Any = 0
    for j in range(k + 1):
        if u[j] and v[k - j] and (weight is None or weight(j)):
            term = u[j] * v[k - j]
            total = total + (term if weight is None else term * weight(j))
    return total


def scaled(u: Jet, factor: Num) -> Jet:
    """A jet times a number."""
    return [u[0] * factor, *(c * factor if c else 0 for c in u[1:])]


def _grown(first: Any, u: Jet, slope: Jet | None) -> Jet:
    """The jet of a function from its value and its derivative at u (None: the function is its own derivative)."""
    result = [first]
    for k in range(1, len(u)):
        term = convolve(u[: k + 1], [*(result if slope is None else slope)[:k], 0], k, Fraction)
        result.append(term * Fraction(1, k) if term else 0)
    return result


def jet(op: str, u: Jet, a: Fraction = Fraction(1)) -> Jet:
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
        case _ if a.denominator == 1 and a > 0:
            return [first, *_jet_power(u, int(a))[1:]]
        case _:
            inverse, result = u[0].fn("pow", Fraction(-1)), [first]
            for k in range(1, n):
                term = convolve(u[: k + 1], [*result, 0], k, lambda j, k=k: ((a + 1) * j - k) / k if j else 0)
                result.append(term * inverse if term else 0)
            return result


def _jet_power(u: Jet, exponent: int) -> Jet:
    """A whole power, from 1 on, by repeated squaring."""
    result = u if exponent & 1 else None
    while exponent := exponent >> 1:
        u = [convolve(u, u, k) for k in range(len(u))]
        if exponent & 1:
            result = u if result is None else [convolve(result, u, k) for k in range(len(u))]
    assert result is not None
    return result

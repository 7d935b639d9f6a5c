"""Closed sums in which a saturated function cancels: 1 + erf(-80), tanh(5000) - 1, log(1 + exp(20000)) - 20000.

Far out, erf, tanh, atan and quotients of exponentials agree with a constant to thousands of digits, and a difference
from that constant is lost at any precision one would try. Each is therefore written as the constant and a remainder
of its own, by identities that hold at every real:

    erf(u) = 1 - erfc(u)        tanh(u) = 1 - 2/(exp(2 u) + 1)        atan(u) = pi/2 - atan(1/u)  for u > 0
    exp(u)/(exp(u) + c) = 1 - c/(exp(u) + c)          log(exp(u) + c) = u + log(1 + c exp(-u))
    1/(c + r) = 1/c - r/(c (c + r))

and f(u) = -f(-u) for u < 0. In the sum the constants then cancel exactly. Whether u is far out decides only whether
rewriting is worthwhile; the identities do not depend on it, but for the sign of u, which is proved by an enclosure.
"""

from __future__ import annotations

from functools import lru_cache
from math import prod

from flint import arb, fmpq

from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from .jets import enclose

FAR = {"erf": 4, "tanh": 16, "atan": 1 << 30, "exp": 32, "log": 32}
"""From here on a function is rewritten; nearer, enclosures see the difference at once."""
MAX_SIZE = 2_000
MAX_POWER = 8
_TINY = arb(2) ** -40


@lru_cache(maxsize=1 << 12)
def without_cancellation(e: Expr) -> Expr:
    """A closed smooth expression with the same value, defined where it is; the same object where nothing saturates."""
    if e.size > MAX_SIZE or ex.free_names(e) or e.switching:
        return e
    return _rewritten(e)


def visible_sign(e: Expr) -> int | None:
    """The sign that the operations of a total expression show, however small it is: -tanh(exp(-1e9)) is below 0."""
    if e.positive:
        return 1
    match e.op:
        case "rational":
            return (e.args[0] > 0) - (e.args[0] < 0)
        case "mul":
            signs = [visible_sign(factor) for factor in e.args]
            return None if None in signs else prod(sign for sign in signs if sign is not None)
        case "add":
            signs = {visible_sign(term) for term in e.args}
            return signs.pop() if len(signs) == 1 else None
        case "erf" | "tanh" | "atan" | "sinh":
            return visible_sign(e.args[0])
        case _:
            return None


def _rewritten(e: Expr) -> Expr:
    if not ex.children(e):
        return e
    e = calculus.rebuild(e, _rewritten)
    if e.op != "add":
        return e
    terms = [part for term in e.args for part in _parts(term)]
    return ex.add(*terms) if len(terms) > len(e.args) else e


def _parts(term: Expr) -> list[Expr]:
    """A term of a sum, as its constant part and remainders where it has saturated factors."""
    factors = ex.factors(term)
    for i, factor in enumerate(factors):
        rest = ex.mul(*factors[:i], *factors[i + 1 :])
        base, power = _whole_power(factor)
        if (split := _saturated(base)) is not None:
            constant, remainder = (rest * base ** (power - 1) * piece for piece in split)
            return [*_parts(constant), remainder]
        if factor.op == "exp" and _far("exp", factor.args[0]) > 0:
            for j, other in enumerate(factors):
                over = _denominator(other)
                if over is not None and factor in over.args:
                    left = ex.mul(*(f for k, f in enumerate(factors) if k not in (i, j)))
                    remainder = ex.add(*(t for t in over.args if t is not factor))
                    return [*_parts(left), -left * remainder * other]
    return [term]


def _whole_power(factor: Expr) -> tuple[Expr, int]:
    if factor.op == "pow" and factor.args[1].value in range(2, MAX_POWER + 1):
        return factor.args[0], int(factor.args[1].args[0].p)
    return factor, 1


def _denominator(factor: Expr) -> Expr | None:
    """The sum that a factor divides by."""
    if factor.op == "pow" and factor.args[1].value == -1 and factor.args[0].op == "add":
        return factor.args[0]
    return None


def _saturated(factor: Expr) -> tuple[Expr, Expr] | None:
    """A saturated function as constant and remainder."""
    if (over := _denominator(factor)) is not None:
        constant = next((t for t in over.args if t.value is not None), None)
        rest = ex.add(*(t for t in over.args if t is not constant))
        if constant is None or not enclose(rest / constant, prec=64) < _TINY or not enclose(rest, prec=64) > -_TINY:
            return None
        return 1 / constant, -rest / constant * factor
    if factor.op == "log" and factor.args[0].op == "add":
        for term in factor.args[0].args:
            if term.op == "exp" and _far("log", term.args[0]) > 0:
                others = ex.add(*(t for t in factor.args[0].args if t is not term))
                return term.args[0], ex.log(1 + others * ex.exp(-term.args[0]))
        return None
    if factor.op not in ("erf", "tanh", "atan"):
        return None
    u = factor.args[0]
    sign = _far(factor.op, u)
    if not sign:
        return None
    size = u * sign
    match factor.op:
        case "erf":
            return ex.rational(sign), -sign * ex.function("erfc", size)
        case "tanh":
            return ex.rational(sign), -2 * sign / (ex.exp(2 * size) + 1)
        case _:
            return sign * fmpq(1, 2) * ex.PI, -sign * ex.function("atan", 1 / size)


def _far(op: str, u: Expr) -> int:
    """The sign of an argument that is far out, else 0."""
    ball = enclose(u, prec=64)
    return 1 if ball > FAR[op] else -1 if ball < -FAR[op] else 0

"""Balls and tail models as exact mpmath numbers: what the tests of the engine's primitives compare with the truth."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import mpmath as mp
from flint import arb, fmpq
from gradproof.proofs.asymptotics.monomials import Model, Monomial
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.expressions.expr import Expr

BITS = 2048
"""More than any ball of the tests has: its ends are read without rounding."""


def number(x: fmpq | int) -> Any:
    """A rational as an mpmath number."""
    x = fmpq(x)
    return mp.mpf(int(x.p)) / int(x.q)


def ends(ball: arb) -> tuple[Any, Any]:
    """The two ends of a ball, without rounding; a ball that knows nothing is the whole line."""
    if not ball.is_finite():
        return -mp.inf, mp.inf
    with precision(BITS):
        pairs = [end.mid().man_exp() for end in (ball.lower(), ball.upper())]
    low, high = (mp.ldexp(mp.mpf(int(m)), int(e)) for m, e in pairs)
    return low, high


def interval(low: fmpq | int, high: fmpq | int) -> arb:
    """The ball between two numbers, at the precision in force."""
    return arb(fmpq(low)).union(arb(fmpq(high)))


def inside(ball: arb) -> Iterator[Any]:
    """Points of a ball: its ends, points close to them, its middle and 0 where it contains it."""
    low, high = ends(ball)
    yield low
    if low < high:
        yield high
        for share in ("1e-25", "0.2871", "0.5", "0.81", "1"):
            yield low + (high - low) * mp.mpf(share) * (1 - mp.mpf(10) ** -25)
        if low < 0 < high:
            yield mp.mpf(0)


def holds(ball: arb, value: Any) -> bool:
    """Whether a ball contains a number that is known up to a relative 10^-(dps - 20)."""
    low, high = ends(ball)
    slack = abs(value) * mp.mpf(10) ** (20 - mp.mp.dps)
    return bool(low - slack <= value <= high + slack)


def monomial(m: Monomial, y: Any) -> Any:
    """The value of a monomial, at mpmath's precision in force."""
    return _monomial(m, y, mp.mp.dps)


@lru_cache(maxsize=1 << 14)
def _monomial(m: Monomial, y: Any, _: int) -> Any:
    value = y ** number(m.k)
    if m.l:
        value *= mp.log(y) ** number(m.l)
    for c, inner in m.q:
        low, high = _constant(c, mp.mp.dps)
        value *= mp.exp((low + high) / 2 * monomial(inner, y))
    return value


@lru_cache(maxsize=1 << 12)
def _constant(c: Expr, _: int) -> tuple[Any, Any]:
    return ends(enclose(c, prec=BITS))


def bounds(model: Model, y: Any) -> tuple[Any, Any]:
    """Between what a model says its function lies at y, and the size of its terms there."""
    low = high = mp.mpf(0)
    for m, c in model:
        a, b = _constant(c, mp.mp.dps) if isinstance(c, Expr) else ends(c)
        size = monomial(m, y)
        low, high = low + a * size, high + b * size
    return low, high

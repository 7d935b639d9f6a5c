"""Exact comparisons of short polynomials with floats, on arrays in float64.

hard_swish is (3 x + x**2) / 6 in its middle: for a third of all inputs the value is a float32 or lies half-way
between two, so that comparisons by error bars decide nothing. With integers q, a, b and a float32 x, each of the
terms a x**i and b x**j is a float64 without rounding; their sum is two float64s, exactly (Knuth's TwoSum), and q m of
a level m of few bits is one. So the sign of q f(x) - q m takes a handful of operations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import fmpq, fmpq_poly
from numpy.typing import NDArray

from ...proofs.expressions.expr import Expr

BITS = 53
INPUT_BITS = 24


@dataclass(frozen=True)
class TwoTerms:
    """f(x) = (a x**i + b x**j) / q with whole numbers, exact in float64 for every float32 x."""

    q: int
    a: int
    i: int
    b: int
    j: int

    def signs(self, x: NDArray[np.float64], m: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
        """The signs of f(x) - m, and where they are known: where m has few enough bits."""
        fraction, _ = np.frexp(m)
        scaled = np.ldexp(fraction, BITS - self.q.bit_length())
        short = (scaled == np.floor(scaled)) & (np.abs(m) < 2.0**300)
        with np.errstate(over="ignore", invalid="ignore"):
            total, lost = self._numerator(x)
            # As a float other than q m, the total is further from it than what it lost, or just as far.
            return np.sign((total - self.q * m) + lost).astype(np.int8), short

    def distances(self, x: Any, y: Any, xp: Any = np) -> Any:
        """q abs(f(x) - y) for float32s y, rounded to odd: it compares with any number of less than 53 bits as the
        exact distance does.

        The arrays are float64s of the library whose namespace is `xp`. No product may be fused with a sum.
        """
        total, lost = self._numerator(x)
        apart = total - self.q * y
        if (2 * xp.abs(apart) > xp.abs(total)).any():
            apart, cut = two_sum(total, -self.q * y)
            lost, least = two_sum(cut, lost)
            rounded, rest = two_sum(apart, lost)
            rest = rest + least
        else:  # the difference is exact (Sterbenz's lemma)
            rounded, rest = two_sum(apart, lost)
        return xp.abs(to_odd(rounded, rest, xp))

    def _numerator(self, x: Any) -> tuple[Any, Any]:
        return two_sum(_term(self.a, x, self.i), _term(self.b, x, self.j))


def _term(c: int, x: Any, power: int) -> Any:
    return c * x * x if power == 2 else c * x if power == 1 else 0.0 * x + c


def to_odd(rounded: Any, rest: Any, xp: Any = np) -> Any:
    """Floats with what rounding cut off from them, rounded to odd instead."""
    if not rest.any():
        return rounded
    even = rounded.view(xp.int64) & 1 == 0
    outwards = xp.copysign(xp.full_like(rest, math.inf), rest)
    return xp.where(even & (rest != 0), xp.nextafter(rounded, outwards), rounded)


def two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """The rounded sum and what rounding cut off (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def two_terms(expr: Expr) -> TwoTerms | None:
    """A polynomial in x of at most two terms whose values float64 holds; None for any other expression."""
    polynomial = _polynomial(expr)
    if polynomial is None or polynomial.degree() > 2:
        return None
    q = int(polynomial.denom())
    terms = [(int((c * q).p), i) for i, c in enumerate(polynomial.coeffs()) if c != 0]
    if len(terms) > 2 or q.bit_length() > 20 or any(abs(c).bit_length() + INPUT_BITS * i > BITS for c, i in terms):
        return None
    (a, i), (b, j) = [*terms, (0, 0), (0, 0)][:2]
    return TwoTerms(q, a, i, b, j)


def _polynomial(e: Expr) -> fmpq_poly | None:
    match e.op:
        case "rational":
            return fmpq_poly([e.args[0]])
        case "name":
            return fmpq_poly([0, 1])
        case "add" | "mul":
            total = fmpq_poly([0 if e.op == "add" else 1])
            for arg in e.args:
                part = _polynomial(arg)
                if part is None:
                    return None
                total = total + part if e.op == "add" else total * part
            return total
        case "pow":
            base, exponent = _polynomial(e.args[0]), e.args[1].value
            whole = exponent is not None and exponent.q == 1 and fmpq(0) <= exponent <= 2
            return None if base is None or exponent is None or not whole else base ** int(exponent.p)
        case _:
            return None

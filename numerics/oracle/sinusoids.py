"""Certified values of c sin(k x) and c cos(k x) at float32s so far apart that each is in a period of its own.

From a certain binade on no polynomial serves a row of floats: SIREN's sin(30 x) turns several times between two of
them. There the argument is reduced for every float, in float64 and with an error bound.

The reduction (Payne and Hanek, SIGNUM Newsletter 18, 1983). For the floats of a binade y = k x is m 2**e with a whole
abs(m) < 2**30, exactly. The turns 2**e / (2 pi) modulo 1 are the sum of four parts of 23 bits each and a rest below
2**-92. The products of m with parts are exact, having at most 53 bits, and so is what is left of them modulo 1. Their
sum is rounded twice, by at most 2**-53 each as it stays below 2, and what is left of it modulo 1 is exact; the rest
behind the parts adds less than 2**-62. So the turns of y are known to 2**-51, and y modulo 2 pi to 2**-48.

The value. Quarters are taken from the turns, exactly, to bring them to [-1/8, 1/8]; their product z with 2 pi is off
by less than 2**-52. The Taylor polynomials of sin and cos of degrees 17 and 18 leave out less than 2**-58 for abs(z) <=
pi/4. In Horner's rule the term z**(2 i) / (2 i)! is rounded at most 3 i + 3 times, coefficient and z**2 included, so
that the sum is off by less than 2**-50. All in all sin(y) and cos(y) are known to 2**-47, and c times them, rounded
once more, to c ERROR.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from ...proofs.enclosures.balls import precision
from ...proofs.expressions.expr import Expr

Floats64 = NDArray[np.float64]

ERROR = 2.0**-46
PARTS, PART_BITS = 4, 23
FACTOR_BITS = 6
"""Bits of k, at most, powers of two aside: 24 more of x make m."""
SIZE_BITS = 24
"""Bits of c, at most, powers of two aside."""
WIDEST = 2.0**-4
"""Half a row of floats may be as many radians for polynomials to be tried."""
_SIN = [(-1) ** i / math.factorial(2 * i + 1) for i in range(9)]
_COS = [(-1) ** i / math.factorial(2 * i) for i in range(10)]


@dataclass(frozen=True)
class Wave:
    """c sin(k x + quarter pi / 2) with dyadic c and k > 0 and a quarter of 0 or 1."""

    c: float
    k: float
    quarter: int

    def outruns(self, half: float) -> bool:
        """Whether half a row of floats, so long, is too much of a period for polynomials."""
        return half * self.k > WIDEST

    def at(self, x: Floats64) -> tuple[Floats64, float]:
        """Values at float32s of one binade other than 0, and the bar of all of them."""
        whole, exponent = _whole(self.k * x)
        turns = np.zeros_like(whole)
        for part in _turns(exponent):
            product = whole * part
            turns += product - np.rint(product)
        turns -= np.rint(turns)
        quarters = np.rint(4 * turns)
        z = (turns - quarters / 4) * (2 * math.pi)
        which = (quarters.astype(np.int64) + self.quarter) & 3
        value = np.where(which & 1, _horner(_COS, z * z), z * _horner(_SIN, z * z))
        return self.c * np.where(which & 2, -value, value), abs(self.c) * ERROR


def _whole(y: Floats64) -> tuple[Floats64, int]:
    """m and e with y = m 2**e, for numbers of one binade times one factor."""
    exponent = int(np.frexp(np.abs(y).max())[1]) - 24 - FACTOR_BITS
    return np.ldexp(y, -exponent), exponent


def _horner(coefficients: list[float], square: Floats64) -> Floats64:
    total = np.full_like(square, coefficients[-1])
    for a in coefficients[-2::-1]:
        total = total * square + a
    return total


@lru_cache(maxsize=512)
def _turns(exponent: int) -> tuple[float, ...]:
    """2**exponent / (2 pi) modulo 1 in PARTS parts of PART_BITS bits, the first of the highest."""
    bits = PARTS * PART_BITS
    with precision(bits + abs(exponent) + 64):
        turns = arb(2) ** (exponent + bits - 1) / arb.pi()
        whole = turns.floor().unique_fmpz()
    assert whole is not None, "1 / pi is irrational: enough bits tell the whole turns"
    digits = int(whole) % (1 << bits)
    mask = (1 << PART_BITS) - 1
    return tuple(math.ldexp(digits >> bits - PART_BITS * i & mask, -PART_BITS * i) for i in range(1, PARTS + 1))


def wave(expr: Expr) -> Wave | None:
    """c sin(k x) or c cos(k x) with short dyadic numbers; None for any other expression."""
    c, rest = _factor(expr)
    if rest is None or rest.op not in ("sin", "cos"):
        return None
    k, inner = _factor(rest.args[0])
    if inner is None or inner.op != "name" or not (_is_short(k, FACTOR_BITS) and _is_short(c, SIZE_BITS)):
        return None
    sign = -1 if rest.op == "sin" and k < 0 else 1
    return Wave(sign * _float(c), _float(abs(k)), int(rest.op == "cos"))


def _factor(e: Expr) -> tuple[fmpq, Expr | None]:
    """The rational factor of a product and the one other factor, if there is one."""
    factors = e.args if e.op == "mul" else (e,)
    number, others = fmpq(1), []
    for factor in factors:
        if factor.value is None:
            others.append(factor)
        else:
            number *= factor.value
    return number, others[0] if len(others) == 1 else None


def _is_short(c: fmpq, bits: int) -> bool:
    p, q = abs(int(c.p)), int(c.q)
    return p > 0 and q & (q - 1) == 0 and q < 1 << 64 and (p // (p & -p)).bit_length() <= bits and p < 1 << 64


def _float(c: fmpq) -> float:
    return int(c.p) / int(c.q)

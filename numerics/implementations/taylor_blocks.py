"""Certified polynomials for blocks of consecutive floats: the digits where plain float64 formulas have none left.

A block is an interval [c - h, c + h] inside one binade. There the function is a Taylor polynomial around c whose
coefficients come from a jet in ball arithmetic and whose remainder is bounded by the jet over the whole block. A
block is halved until the polynomial is good to about 2**-54 of max(abs(g), abs(x g')), which makes the conditioned
error at most about one ULP; blocks are built when an input first needs them and are kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ...proofs.enclosures.balls import excludes_zero, precision
from ...proofs.enclosures.jets import program
from ...proofs.expressions.expr import Expr
from ..oracle.log_scale import log_size, scaled_enclosure, scaled_sign
from ..oracle.smooth_formulas import nth_derivative, taylor_coefficients

DEGREE = 16
DEEPEST, DEEPEST_FAR = 13, 3
"""Halvings of a binade after which a block is given up, for abs(x) below 2**FAR and above: nothing that decays like
an exponential is left out there, and what is algebraic needs few blocks."""
FAR = 11
PRECISIONS = (128, 512, 2048)
_SPLIT, _HOPELESS = -1, -100
"""Instead of a row: to be halved, -n for n times; given up."""
_BEYOND = 5000
"""An exponent beyond every float64: 2**-_BEYOND rounds to 0 and 2**_BEYOND overflows."""
_LOG_TINY, _LOG_HUGE = -1080 * math.log(2), 1030 * math.log(2)


@dataclass(frozen=True)
class _Polynomial:
    """g(c + h t) = 2**exponent * (head + tail + sum a_k t**k), t in [-1, 1]."""

    coefficients: tuple[float, ...]
    """tail, a_1, ..., a_DEGREE, head"""
    exponent: int


class Blocks:
    """The derivative of one order of a smooth expression in x, on all floats but 0, infinities and NaN."""

    def __init__(self, expr: Expr, order: int) -> None:
        self._program, self._order = program(expr), order
        self._derivative = nth_derivative(expr, order)
        self._known: dict[int, int] = {}
        self._coefficients = np.zeros((0, DEGREE + 2))
        self._exponents = np.zeros(0, np.int64)

    def __call__(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values at a one-dimensional array; NaN where blocks were given up."""
        fraction, exponent = np.frexp(np.abs(x))
        fraction, exponent = 2 * fraction - 1, exponent.astype(np.int64) - 1
        binade = ((x < 0).astype(np.int64) << 12 | (exponent + 1100)) << 20
        rows = np.zeros(x.shape, np.int64)
        levels = np.zeros(x.shape, np.int64)
        for level in range(DEEPEST + 1):
            pending = np.flatnonzero(levels == level)
            if not pending.size:
                continue
            index = np.floor(np.ldexp(fraction[pending], level)).astype(np.int64)
            keys, back = np.unique(binade[pending] | 1 << level | index, return_inverse=True)
            rows[pending] = np.array([self._row(int(key)) for key in keys])[back]
            levels[pending] -= np.where(rows[pending] == _HOPELESS, 0, np.minimum(rows[pending], 0))
        served = rows >= 0
        values = np.full(x.shape, np.nan)
        values[served] = self._horner(x[served], exponent[served], levels[served], rows[served])
        return values

    def _horner(
        self, x: NDArray[np.float64], exponent: NDArray[np.int64], level: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        position = np.ldexp(np.abs(x), level - exponent)  # in [2**level, 2**(level + 1)), exact
        t = 2 * (position - np.floor(position)) - 1  # grows with abs(x), as h does
        a = self._coefficients[rows]
        total = a[:, DEGREE]
        for k in range(DEGREE - 1, -1, -1):
            total = total * t + a[:, k]
        with np.errstate(under="ignore", over="ignore"):
            return np.ldexp(total + a[:, DEGREE + 1], self._exponents[rows])

    def _row(self, key: int) -> int:
        if key not in self._known:
            built = self._build(key)
            if isinstance(built, int):
                self._known[key] = built
            else:
                self._known[key] = len(self._exponents)
                self._coefficients = np.vstack([self._coefficients, built.coefficients])
                self._exponents = np.append(self._exponents, built.exponent)
        return self._known[key]

    def _build(self, key: int) -> _Polynomial | int:
        heap = key & 0xFFFFF
        level = heap.bit_length() - 1
        exponent = ((key >> 20) & 0xFFF) - 1100
        sign = -1 if key >> 32 else 1
        step = arb(2) ** (exponent - level - 1)
        centre = sign * step * (2 * heap + 1)
        block = arb(centre, step)
        deepest = DEEPEST if exponent < FAR else DEEPEST_FAR
        for bits in PRECISIONS:
            with precision(bits, DEGREE + self._order + 2):
                whole = self._jet(block)
                flat = self._flat(whole[0], block) if whole[0].is_finite() or bits == PRECISIONS[0] else None
                if flat is not None:
                    return flat
                polynomial = _polynomial(self._jet(centre), whole[DEGREE + 1], step * sign)
                if isinstance(polynomial, _Polynomial):
                    return polynomial
                if polynomial is not None:
                    return max(polynomial, level - deepest) if level < deepest else _HOPELESS
        return _HOPELESS

    def _flat(self, values: arb, block: arb) -> _Polynomial | None:
        """A block on which every value rounds to zero, every value overflows, or all agree to 60 bits."""
        zeros = (0.0,) * (DEGREE + 1)
        if not values.is_finite():
            values = scaled_enclosure(self._derivative, block, "x", 128)
        size = abs(values).log() if excludes_zero(values) else log_size(self._derivative, block, "x", 128)
        tiny = abs(values) < arb(2) ** -1080 or size < _LOG_TINY
        if tiny or size > _LOG_HUGE:
            sign = scaled_sign(self._derivative, block, "x", 128)
            return _Polynomial((*zeros, float(sign)), -_BEYOND if tiny else _BEYOND) if sign else None
        if values.rel_accuracy_bits() > 60 and abs(values) > arb(2) ** -900:
            return _Polynomial((*zeros, float(values.mid())), 0)
        return None

    def _jet(self, x: arb) -> list[arb]:
        return taylor_coefficients(self._program, x, DEGREE + 2, order=self._order)


def _polynomial(thin: list[arb], last: arb, h: arb) -> _Polynomial | int | None:
    """The polynomial, how often a block too wide for it is to be halved, or None if the precision is too low to say."""
    scaled = [a * h**k for k, a in enumerate(thin[: DEGREE + 1])]
    if not all(a.is_finite() for a in scaled):
        return None
    size = max(abs(scaled[0]).mid(), abs(scaled[1]).mid())
    if size.is_zero() or any(a.rad() > size * arb(2) ** -64 for a in scaled):
        return None
    spread = [float((abs(a) / size).upper()) for a in scaled]
    remainder = abs(last * h ** (DEGREE + 1)) / size
    if not remainder.is_finite():
        return _SPLIT
    if halvings := _halvings(spread, float(remainder.upper())):
        return -halvings
    mantissa, exponent = size.man_exp()
    top = int(exponent) + mantissa.bit_length()
    unit = arb(2) ** -top
    head = float((scaled[0] * unit).mid())
    tail = float((scaled[0] * unit - head).mid())
    rest = (float((a * unit).mid()) for a in scaled[1:])
    return _Polynomial((tail, *rest, head), top)


def _halvings(spread: list[float], remainder: float) -> int:
    """How often a block is to be halved until its polynomial serves, from the sizes of its terms: 0 is a promise."""
    for halvings in range(DEEPEST):
        steady = sum(spread[1:]) <= 0.5 * spread[0]
        steep = sum(k * s for k, s in enumerate(spread[2:], 2)) <= 0.5 * spread[1]
        if (steady or steep) and remainder < 2.0**-57 * max(spread[:2]):
            return halvings
        spread = [s / 2**k for k, s in enumerate(spread)]
        remainder /= 2 ** (DEGREE + 1)
    return DEEPEST

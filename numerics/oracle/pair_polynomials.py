"""A function on one block of floats as a polynomial in pairs of float64, with the proof that they are good to 2**-70.

Why hi + lo is within 2**-70 abs(y) of the exact y:

- t is exact: it consists of the low bits of the input, and so is its division t = t_head + t_tail, with t_head a
  multiple of 2**-26 of at most 1/2 and 0 <= t_tail < 2**-26 a multiple of 2**-52.
- From degree PAIRS on Horner's rule runs in float64; the rounding of every product and sum is bounded in turn by 2**-53
  times the size it can have (Higham, "Accuracy and Stability of Numerical Algorithms", section 5.1, with sizes in
  place of computed values), the rounding of each coefficient by ball arithmetic.
- Below, the value is head + tail, with head a multiple of 2**-26 of at most 1 + 2**-20: `head * t_head` and
  `head * t_tail` have at most 53 bits and are exact; `P = b_head + head * t_head` is a sum of multiples of 2**-52 of
  at most 2, exact; `split` is exact. The only roundings are in `Q = b_tail + (head * t_tail + tail * t)` and the new
  tail, of the size of 2**-25: each rounding is below 2**-77. It is the double-word Horner's rule (Joldes, Muller and
  Popescu 2017, "Tight and rigorous error bounds for basic building blocks of double-word arithmetic", bound the
  operations of the general one) on a fixed grid, where products without error need neither Dekker's nor a fused one.
- hi, lo = fast_two_sum(P, Q) is exact, since abs(P) >= abs(Q) is part of a block's conditions.
- The sum of all this and the remainder, in `_error`, is at most 2**-70 times the smallest abs(y) that the block's
  coefficients allow. Subnormal intermediate results add less than 2**-1000 each. The last scaling by a power of two
  is exact for hi and, as blocks are kept to 2**-900 <= abs(y) <= 2**1000, rounds lo by less than 2**-170 abs(y).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from flint import arb

from ...proofs.enclosures.balls import known_sign, precision
from ...proofs.expressions.expr import Expr
from ..floats.double_double import GRID, UNIT
from .log_scale import parts

DEGREE = 13
PAIRS = 4
"""How many coefficients, from the constant one on, are pairs of float64."""

BOUND = 2.0**-70
"""The largest relative error of a pair."""

SMALLEST, LARGEST = -900, 1000
"""Exponents between which blocks are built."""

BESIDE_UNKNOWN = 2


@dataclass(frozen=True)
class Block:
    """y = scale * (sum of b_k t**k), with b_k = heads[k] + tails[k] below PAIRS and heads[k] from there on."""

    heads: tuple[float, ...]
    tails: tuple[float, ...]
    scale: float
    beside: int
    """Where abs(y) cannot be told from a power of two by its pair: 1 if it is that or more, -1 if it is less, all over
    the block; BESIDE_UNKNOWN otherwise."""


NOTHING = Block((math.nan,) * (DEGREE + 1), (math.nan,) * PAIRS, math.nan, BESIDE_UNKNOWN)
ZERO = Block((0.0,) * (DEGREE + 1), (0.0,) * PAIRS, 1.0, 1)


def is_vague(thin: list[arb], width: arb) -> bool:
    """Whether Taylor coefficients are not known to 2**-100 of the size of the function on a block."""
    terms = [a * width**k for k, a in enumerate(thin[: DEGREE + 1])]
    size = sum((abs(b.mid()) / 2**k for k, b in enumerate(terms)), arb(0))
    return not all(b.is_finite() and b.rad() <= size * arb(2) ** -101 for b in terms)


def taylor_block(thin: list[arb], last: arb, width: arb) -> Block | None:
    """The block with these Taylor coefficients, the last one that over all of it; None if it is too wide."""
    exact = [a * width**k for k, a in enumerate(thin[: DEGREE + 1])]
    remainder = _remainder(last, width)
    if not remainder.is_finite():
        return None
    size = sum((abs(b) / 2**k for k, b in enumerate(exact)), remainder).upper()
    if size.is_zero():
        return ZERO
    mantissa, lowest = size.man_exp()
    exponent = int(lowest) + int(mantissa).bit_length()
    if not SMALLEST <= exponent <= LARGEST:
        return None
    exact = [b / arb(2) ** exponent for b in exact]
    left_over = _above(remainder / arb(2) ** exponent)
    heads = [float(b.mid()) for b in exact]
    heads[:PAIRS] = [round(b * 2.0**52) / 2.0**52 for b in heads[:PAIRS]]
    tails = [float((b - b0).mid()) for b, b0 in zip(exact, heads[:PAIRS], strict=False)]
    stored = [arb(b0) for b0 in heads]
    for k, tail in enumerate(tails):
        stored[k] += tail
    sizes = [_above(b) for b in exact]
    off = [_above(b - b0) for b, b0 in zip(exact, stored, strict=True)]
    spread = sum((s / 2**k for k, s in enumerate(sizes[1:], 1)), left_over) * (1 + 2.0**-40)
    smallest = sizes[0] * (1 - 2.0**-40) - spread  # both ends of abs(b_0) agree to 2**-99
    error = _error(sizes, off) + left_over + 2.0**-150
    if not (smallest > 2.0**-16 and error * (1 + 2.0**-20) <= BOUND * smallest):
        return None
    beside = _beside(abs(exact[0]), arb(spread))
    return Block(tuple(heads), tuple(tails), math.ldexp(1.0, exponent), beside)


def _remainder(last: arb, width: arb) -> arb:
    """A bound of what a Taylor polynomial leaves out, from the next coefficient over the whole block (Lagrange)."""
    return abs(last * (width / 2) ** (DEGREE + 1))


def _above(b: arb) -> float:
    """A float that the absolute value does not exceed: the nearest one and some."""
    return float(abs(b).upper()) * (1 + 2.0**-50)


def _error(sizes: list[float], off: list[float]) -> float:
    """A bound for the error of evaluating sum b_k t**k, where abs(b_k) <= sizes[k] is stored with error off[k].

    math.inf where the sizes are outside the domain of the evaluation. These floats are sums of positive terms,
    whose rounding the caller makes up for.
    """
    reach = [0.0] * (DEGREE + 2)  # reach[k] bounds sum b_(j+k) t**j
    for k in range(DEGREE, -1, -1):
        reach[k] = sizes[k] + reach[k + 1] / 2
    if max(reach[: PAIRS + 1]) > 1 + 2.0**-30:
        return math.inf
    error = off[DEGREE]
    for k in range(DEGREE - 1, PAIRS - 1, -1):
        product = UNIT * (reach[k + 1] + error) / 2
        error = error / 2 + product + off[k]
        error += UNIT * (reach[k] + error)
    tail = GRID / 2
    for k in range(PAIRS - 1, -1, -1):
        head = reach[k + 1] + error + tail
        product = UNIT * tail / 2
        q = head * GRID + tail / 2 + product
        roundings = product + UNIT * q
        q = (q + 2.0**-52) * (1 + 2 * UNIT)
        roundings += UNIT * q
        if k:
            tail = (q + GRID / 2) * (1 + UNIT)
            roundings += UNIT * tail
        error = error / 2 + roundings + off[k]
    return error


def _near_power(middle: arb) -> arb:
    """The only power of two that can be within 2**-29 of a narrow positive ball, relatively."""
    mantissa, lowest = (middle.mid() * (1 + arb(2) ** -30)).mid().man_exp()
    return arb(2) ** (int(lowest) + int(mantissa).bit_length() - 1)


def _beside(middle: arb, spread: arb) -> int:
    """`Block.beside` for absolute values within `spread` of a narrow positive ball."""
    power = _near_power(middle)
    if not spread < middle * arb(2) ** -30:
        return BESIDE_UNKNOWN
    if middle - spread >= power:
        return 1
    return -1 if middle + spread < power else BESIDE_UNKNOWN


def is_flat(block: Block) -> bool:
    """Whether all values are so close to one power of two that no pair might tell them from it."""
    first, rest = abs(block.heads[0]), sum(map(abs, block.heads[1:]))
    power = float(_near_power(arb(first)))
    return rest < 2.0**-40 * first and abs(first - power) < 2.0**-40


def beside_constant(block: Block, derivative: Expr, whole: arb) -> int:
    """`Block.beside` where a formula is, all over the block, a power of two and a rest of known sign."""
    power = _near_power(abs(arb(block.heads[0]))) * arb(block.scale)
    with precision(128):
        values = parts(derivative, whole, "x")
        sign = known_sign(values.rest.m)
    if sign is None or abs(arb(values.c)) != power:
        return BESIDE_UNKNOWN
    return 1 if sign == 0 or (sign > 0) == (values.c > 0) else -1

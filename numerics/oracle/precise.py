"""Fast reference values for large float64 arrays: certified pairs of float64, good to 2**-70, from polynomials.

`double_double` gives f, f' or f'' as pairs hi + lo, `bulk_reference` their correct rounding. A block is one cell of
a binade cut into 2**level equal parts, inside one smooth piece. With x = w (i + 1/2 + t), t in [-1/2, 1/2), a block
stores the Taylor polynomial sum b_k t**k of the function there, divided by a power of two that makes sums of
absolute values at most 1; coefficients come from a jet in ball arithmetic, and the jet over the whole block bounds
the remainder. A block that does not meet the bound below is halved. Whatever no block serves goes to
:mod:`gradproof.numerics.oracle.reference` point by point, and so do roundings that the bound leaves open. Blocks are
built when an array first has a few inputs in them, and kept.

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
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ...proofs.catalogue.entries import ParameterValue
from ...proofs.enclosures.balls import NAN, known_sign, precision
from ...proofs.enclosures.jets import program, series
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import split as split_pieces
from ..floats.double_double import GRID, UNIT, Doubles, certainly_rounds_to_head, fast_two_sum, split
from ..floats.formats import Floats, as_float64
from .log_scale import parts, scaled_enclosure, scaled_sign
from .reference import OracleReference, Target, check_request, exact_expression, reference
from .smooth_formulas import nth_derivative

DEGREE = 13
PAIRS = 4
"""How many coefficients, from the constant one on, are pairs of float64."""

BOUND = 2.0**-70
"""The largest relative error of a pair."""

SMALLEST, LARGEST = -900, 1000
"""Exponents between which blocks are built."""

DEEPEST = 14
"""Halvings of a binade after which a block is given up: next to zeros and in the steepest decays."""
DEEPEST_FLAT, DEEPEST_SIGN = 12, 8
"""Halvings after which it stays open on which side of a power of two the function lies, and of 0 where it vanishes."""

FEW = 6
"""As long as fewer inputs than this want a block, they are cheaper one by one."""

CHUNK = 1 << 12
"""How many inputs are evaluated at a time: intermediate results then stay in the cache."""

PRECISIONS = (160, 320, 640, 1280, 2560)
_MANTISSA = (1 << 52) - 1
_ONE = 1023 << 52
_T_HEAD = ~((1 << 26) - 1)
_HALVE = -1
_UNSERVED = 0
_BESIDE_UNKNOWN = 2


@dataclass(frozen=True)
class DoubleDoubles:
    """Exact values y as pairs: abs(hi + lo - y) <= max(2**-70 abs(y), 2**-970), with hi the float64 nearest to hi + lo.

    NaN where the function has no value, at kinks included; hi infinite and lo 0 where y is too large for float64.
    """

    hi: Doubles
    lo: Doubles


@dataclass(frozen=True)
class Block:
    """y = scale * (sum of b_k t**k), with b_k = heads[k] + tails[k] below PAIRS and heads[k] from there on."""

    heads: tuple[float, ...]
    tails: tuple[float, ...]
    scale: float
    beside: int
    """Where abs(y) cannot be told from a power of two by its pair: 1 if it is that or more, -1 if it is less, all over
    the block; _BESIDE_UNKNOWN otherwise."""


_NOTHING = Block((math.nan,) * (DEGREE + 1), (math.nan,) * PAIRS, math.nan, _BESIDE_UNKNOWN)
_ZERO = Block((0.0,) * (DEGREE + 1), (0.0,) * PAIRS, 1.0, 1)


class Precise:
    """The derivative of one order of an expression in x, as pairs; see :func:`precise`."""

    def __init__(self, expr: Expr, order: int) -> None:
        self.expr, self.order = expr, order
        pieces = split_pieces(expr, "x")
        self._ends = [b.ball(256) for b in pieces.breakpoints]
        self._formulas = [piece.expr for piece in pieces.pieces]
        self._breakpoints = [float(end.mid()) for end in self._ends if end.is_exact()]
        self._lock = threading.Lock()
        self._nodes: dict[int, int] = {}
        self._attempt: dict[int, int] = {}
        self._blocks: list[Block] = [_NOTHING]
        self._levels: list[int] = [0]
        self._cells: dict[int, NDArray[np.int32]] = {}
        self._tables = _Tables([_NOTHING], [0], {})

    @property
    def blocks(self) -> int:
        """How many blocks there are by now."""
        return len(self._blocks) - 1

    def pairs(self, x: Doubles) -> tuple[Doubles, Doubles, NDArray[np.int8]]:
        """hi, lo and `Block.beside` for a one-dimensional array; hi is NaN where no block serves."""
        hi, lo, beside = np.empty_like(x), np.empty_like(x), np.empty(x.shape, np.int8)
        self._evaluate(x, hi, lo, beside)
        missing = np.flatnonzero(np.isnan(hi))
        if missing.size >= FEW and self._learn(x[missing]):
            again = np.ascontiguousarray(x[missing])
            rest = np.empty_like(again), np.empty_like(again), np.empty(again.shape, np.int8)
            self._evaluate(again, *rest)
            hi[missing], lo[missing], beside[missing] = rest
        for point in self._breakpoints:
            hi[x == point] = np.nan
        return hi, lo, beside

    def _evaluate(self, x: Doubles, hi: Doubles, lo: Doubles, beside: NDArray[np.int8]) -> None:
        tables = self._tables
        with np.errstate(all="ignore"):
            for here in _chunks(x.size):
                hi[here], lo[here], beside[here] = tables.evaluate(x[here])

    def _learn(self, x: Doubles) -> bool:
        """Builds the blocks that these inputs want; whether there are new ones."""
        with self._lock:
            bits = np.sort(x.view(np.int64))
            keys = (bits >> 52) & 0xFFF
            before = self.blocks
            for key in np.unique(keys).tolist():
                if 0 < key & 0x7FF < 0x7FF:
                    known = self.blocks
                    self._descend(key, np.sort(bits[keys == key] & _MANTISSA))
                    if self.blocks > known:
                        self._cells[key] = self._compiled(key)
            if self.blocks == before:
                return False
            self._tables = _Tables(self._blocks, self._levels, self._cells)
            return True

    def _descend(self, key: int, fractions: NDArray[np.int64]) -> None:
        pending = [(1, 0, len(fractions))]
        while pending:
            cell, low, high = pending.pop()
            if high - low < FEW:
                continue
            node = key << 32 | cell
            if node not in self._nodes:
                self._nodes[node] = self._built(key, cell)
            if self._nodes[node] == _HALVE:
                level = cell.bit_length()
                middle = ((2 * cell + 1) << (52 - level)) - (1 << 52)
                cut = low + int(np.searchsorted(fractions[low:high], middle))
                pending += [(2 * cell, low, cut), (2 * cell + 1, cut, high)]

    def _built(self, key: int, cell: int) -> int:
        found = self._build(key, cell)
        if isinstance(found, int):
            return found
        self._blocks.append(found)
        self._levels.append(cell.bit_length() - 1)
        return self.blocks

    def _compiled(self, key: int) -> NDArray[np.int32]:
        """The row of each of 2**n equal cells of a binade, n the level of its smallest block."""
        rows = [(node & 0xFFFFFFFF, row) for node, row in self._nodes.items() if node >> 32 == key and row > 0]
        deepest = max(cell.bit_length() for cell, _ in rows)
        table = np.full(1 << (deepest - 1), _UNSERVED, np.int32)
        for cell, row in rows:
            room = deepest - cell.bit_length()
            first = (cell << room) - len(table)
            table[first : first + (1 << room)] = row
        return table

    def _build(self, key: int, cell: int) -> Block | int:
        """The block, or whether to halve it or give it up."""
        level = cell.bit_length() - 1
        width = (-1 if key >> 11 else 1) * arb(2) ** ((key & 0x7FF) - 1023 - level)
        middle = width * cell + width / 2  # exact: some 20 bits
        whole = arb(middle, abs(width) / 2)
        halve = _HALVE if level < DEEPEST else _UNSERVED
        formula = self._formula(middle - abs(width) / 2, middle + abs(width) / 2)
        if not isinstance(formula, Expr):
            return halve if formula else _UNSERVED
        derivative = nth_derivative(formula, self.order)
        found: Block | None = None
        for attempt in range(self._attempt.get(key, 0), len(PRECISIONS)):
            with precision(PRECISIONS[attempt], DEGREE + self.order + 2):
                thin = self._jet(formula, middle)
                if _is_vague(thin, width):
                    continue
                self._attempt[key] = attempt
                found = _block(thin, self._jet(formula, whole)[DEGREE + 1], width)
            if found is None or found.beside != _BESIDE_UNKNOWN or not _is_flat(found):
                break
        if found is None:
            return self._without_polynomial(derivative, whole, level)
        if found.beside == _BESIDE_UNKNOWN and _is_flat(found):
            found = replace(found, beside=_beside_constant(found, derivative, whole))
            return halve if found.beside == _BESIDE_UNKNOWN and level < DEEPEST_FLAT else found
        return found

    def _without_polynomial(self, derivative: Expr, whole: arb, level: int) -> Block | int:
        """The block, where all its values round to zero; else whether to halve it, or to give it up as out of range."""
        values = scaled_enclosure(derivative, whole, "x", 128)
        if abs(values) < arb(2) ** -1110:
            sign = scaled_sign(derivative, whole, "x", 128)
            if sign:
                return Block((float(sign), *_ZERO.heads[1:]), _ZERO.tails, 0.0, 1)
            return _HALVE if level < DEEPEST_SIGN else _UNSERVED
        if abs(values) < arb(2) ** SMALLEST or abs(values) > arb(2) ** LARGEST:
            return _UNSERVED
        return _HALVE if level < DEEPEST else _UNSERVED

    def _formula(self, low: arb, high: arb) -> Expr | bool:
        """The formula of the piece around an open interval; False: undefined there; True: not all in one piece."""
        for formula, end in zip(self._formulas, self._ends, strict=False):
            if high <= end:
                return formula or False
            if not low >= end:
                return True
        return self._formulas[-1] or False

    def _jet(self, formula: Expr, x: arb) -> list[arb]:
        """Taylor coefficients of the derivative of this order, DEGREE + 2 of them."""
        n = self.order
        try:
            c = series(program(formula), "x", x, DEGREE + n + 2)
        except (ValueError, ZeroDivisionError):  # how python-flint reports a series without a reciprocal
            return [NAN] * (DEGREE + 2)
        return [c[k + n] * math.perm(k + n, n) for k in range(DEGREE + 2)]


@lru_cache(maxsize=64)
def precise(expr: Expr, order: int = 0) -> Precise:
    """The pairs of an expression whose only free name is x. Raises Undecided as :func:`..oracle.reference` does."""
    return Precise(expr, order)


class _Tables:
    """All blocks as arrays, one row each, and the way from an input's bits to its row."""

    def __init__(self, blocks: list[Block], levels: list[int], cells: Mapping[int, NDArray[np.int32]]) -> None:
        self._heads = np.array([b.heads for b in blocks]).T.copy()
        self._tails = np.array([b.tails for b in blocks]).T.copy()
        self._scale = np.array([b.scale for b in blocks])
        self._beside = np.array([b.beside for b in blocks], np.int8)
        self._level = np.array(levels, np.int64)
        self._first, self._shift = np.zeros(1 << 12, np.int64), np.full(1 << 12, 52, np.int64)
        position = 1
        for key, table in cells.items():
            self._first[key], self._shift[key] = position, 53 - len(table).bit_length()
            position += len(table)
        self._rows = np.concatenate([np.zeros(1, np.int32), *cells.values()])

    def evaluate(self, x: Doubles) -> tuple[Doubles, Doubles, NDArray[np.int8]]:
        bits = x.view(np.int64)
        key = (bits >> 52) & 0xFFF
        row = self._rows[self._first[key] + ((bits & _MANTISSA) >> self._shift[key])]
        inside = ((bits << self._level[row]) & _MANTISSA) | _ONE
        t = inside.view(np.float64) - 1.5
        t_head = (inside & _T_HEAD).view(np.float64) - 1.5
        t_tail = t - t_head
        total = self._heads[DEGREE][row]
        for k in range(DEGREE - 1, PAIRS - 1, -1):
            total *= t
            total += self._heads[k][row]
        head, tail = split(total)
        for k in range(PAIRS - 1, 0, -1):
            p, q = self._step(k, row, head, tail, t, t_head, t_tail)
            head, rest = split(p)
            tail = rest + q
        hi, lo = fast_two_sum(*self._step(0, row, head, tail, t, t_head, t_tail))
        scale = self._scale[row]
        return hi * scale, lo * scale, self._beside[row]

    def _step(
        self, k: int, row: NDArray[np.int32], head: Doubles, tail: Doubles, t: Doubles, t_head: Doubles, t_tail: Doubles
    ) -> tuple[Doubles, Doubles]:
        """b_k + t (head + tail) as P + Q, where P is exact."""
        return self._heads[k][row] + head * t_head, self._tails[k][row] + (head * t_tail + tail * t)


def _is_vague(thin: list[arb], width: arb) -> bool:
    """Whether Taylor coefficients are not known to 2**-100 of the size of the function on a block."""
    terms = [a * width**k for k, a in enumerate(thin[: DEGREE + 1])]
    size = sum((abs(b.mid()) / 2**k for k, b in enumerate(terms)), arb(0))
    return not all(b.is_finite() and b.rad() <= size * arb(2) ** -101 for b in terms)


def _block(thin: list[arb], last: arb, width: arb) -> Block | None:
    """The block with these Taylor coefficients, the last one that over all of it; None if it is too wide."""
    exact = [a * width**k for k, a in enumerate(thin[: DEGREE + 1])]
    remainder = _remainder(last, width)
    if not remainder.is_finite():
        return None
    size = sum((abs(b) / 2**k for k, b in enumerate(exact)), remainder).upper()
    if size.is_zero():
        return _ZERO
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
        return _BESIDE_UNKNOWN
    if middle - spread >= power:
        return 1
    return -1 if middle + spread < power else _BESIDE_UNKNOWN


def _is_flat(block: Block) -> bool:
    """Whether all values are so close to one power of two that no pair might tell them from it."""
    first, rest = abs(block.heads[0]), sum(map(abs, block.heads[1:]))
    power = float(_near_power(arb(first)))
    return rest < 2.0**-40 * first and abs(first - power) < 2.0**-40


def _beside_constant(block: Block, derivative: Expr, whole: arb) -> int:
    """`Block.beside` where a formula is, all over the block, a power of two and a rest of known sign."""
    power = _near_power(abs(arb(block.heads[0]))) * arb(block.scale)
    with precision(128):
        found = parts(derivative, whole, "x")
        sign = known_sign(found.rest.m)
    if sign is None or abs(arb(found.c)) != power:
        return _BESIDE_UNKNOWN
    return 1 if sign == 0 or (sign > 0) == (found.c > 0) else -1


def double_double(
    target: Target, x: Floats, *, order: int = 0, parameters: Mapping[str, ParameterValue] | None = None
) -> DoubleDoubles:
    """f, f' or f'' at every element of an array, as pairs. Raises as :func:`.oracle.reference` does."""
    expr = exact_expression(target, parameters)
    check_request(expr, order)
    points = np.ascontiguousarray(as_float64(x)).reshape(-1)
    hi, lo, _ = precise(expr, order).pairs(points)
    missing = np.flatnonzero(np.isnan(hi))
    rest = reference(expr, points[missing], order=order)
    hi[missing], lo[missing] = rest.value, np.ldexp(rest.residual, rest.ulp_exponent)
    return DoubleDoubles(hi.reshape(x.shape), lo.reshape(x.shape))


def bulk_reference(
    target: Target, x: Floats, *, order: int = 0, parameters: Mapping[str, ParameterValue] | None = None
) -> OracleReference:
    """The results of :func:`gradproof.numerics.oracle.reference.reference` in float64, much faster for large arrays.

    Values, ULP and kinks are the same; residuals are good to 2**-16 only. Raises as it does.
    """
    expr = exact_expression(target, parameters)
    check_request(expr, order)
    points = np.ascontiguousarray(as_float64(x)).reshape(-1)
    hi, lo, beside = precise(expr, order).pairs(points)
    exponent = np.empty(points.shape, np.int64)
    open_ = np.empty(points.shape, np.bool_)
    with np.errstate(all="ignore"):
        for here in _chunks(points.size):
            exponent[here], open_[here] = _rounding(hi[here], lo[here], beside[here])
            lo[here] *= ((1023 - exponent[here]) << 52).view(np.float64)
    missing = np.flatnonzero(open_)
    rest = reference(expr, points[missing], order=order)
    hi[missing], lo[missing], exponent[missing] = rest.value, rest.residual, rest.ulp_exponent
    kinks = {
        tuple(map(int, np.unravel_index(missing[i], x.shape))): kink for (i,), kink in rest.kinks.items()
    }  # fmt: skip
    return OracleReference(hi.reshape(x.shape), lo.reshape(x.shape), exponent.reshape(x.shape), kinks)


def _rounding(hi: Doubles, lo: Doubles, beside: NDArray[np.int8]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The exponents of the ULP of the exact values, and where hi may not be the rounding or the exponent is unknown."""
    error = np.abs(hi) * BOUND
    undecided = ~certainly_rounds_to_head(hi, lo, error)
    bits = hi.view(np.int64)
    exponent = ((bits >> 52) & 0x7FF) - (1023 + 52)
    powers = np.flatnonzero((bits & _MANTISSA) == 0)  # and zeros
    if powers.size:
        top, rest, side = hi[powers], lo[powers] * np.sign(hi[powers]), beside[powers]
        side = np.where(np.abs(rest) > error[powers] * (1 + 2.0**-10), np.sign(rest).astype(np.int8), side)
        undecided[powers] |= side == _BESIDE_UNKNOWN
        exponent[powers] = np.where(top == 0, -1074, exponent[powers] - (side < 0))
    return exponent, undecided


def _chunks(size: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, size, CHUNK))

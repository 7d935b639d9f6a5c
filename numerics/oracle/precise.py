"""Fast reference values for large float64 arrays: certified pairs of float64, good to 2**-70, from polynomials.

`double_double` gives f, f' or f'' as pairs hi + lo, `bulk_reference` their correct rounding. A block is one cell of
a binade cut into 2**level equal parts, inside one smooth piece. With x = w (i + 1/2 + t), t in [-1/2, 1/2), a block
stores the Taylor polynomial sum b_k t**k of the function there, divided by a power of two that makes sums of
absolute values at most 1; coefficients come from a jet in ball arithmetic, and the jet over the whole block bounds
the remainder. A block that does not meet the bound below is halved. Whatever no block serves goes to
:mod:`gradproof.numerics.oracle.reference` point by point, and so do roundings that the bound leaves open. Blocks are
built when an array first has a few inputs in them, and kept.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ...proofs.catalogue.parameters import ParameterValue
from ...proofs.enclosures.balls import precision
from ...proofs.enclosures.jets import program
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import split as split_pieces
from ..floats.double_double import Doubles, certainly_rounds_to_head, fast_two_sum, split
from ..floats.formats import Floats, as_float64
from .log_scale import scaled_enclosure, scaled_sign
from .pair_polynomials import (
    BESIDE_UNKNOWN,
    BOUND,
    DEGREE,
    LARGEST,
    NOTHING,
    PAIRS,
    SMALLEST,
    ZERO,
    Block,
    beside_constant,
    is_flat,
    is_vague,
    taylor_block,
)
from .reference import OracleReference, Target, check_request, exact_expression, reference
from .smooth_formulas import nth_derivative, taylor_coefficients

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


@dataclass(frozen=True)
class DoubleDoubles:
    """Exact values y as pairs: abs(hi + lo - y) <= max(2**-70 abs(y), 2**-970), with hi the float64 nearest to hi + lo.

    NaN where the function has no value, at kinks included; hi infinite and lo 0 where y is too large for float64.
    """

    hi: Doubles
    lo: Doubles


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
        self._blocks: list[Block] = [NOTHING]
        self._levels: list[int] = [0]
        self._cells: dict[int, NDArray[np.int32]] = {}
        self._tables = _Tables([NOTHING], [0], {})

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
            for chunk in _chunks(x.size):
                hi[chunk], lo[chunk], beside[chunk] = tables.evaluate(x[chunk])

    def _learn(self, x: Doubles) -> bool:
        """Builds the blocks that these inputs want; whether there are new ones."""
        with self._lock:
            bits = np.sort(x.view(np.int64))
            keys = (bits >> 52) & 0xFFF
            before = self.blocks
            for key in np.unique(keys).tolist():
                if 0 < key & 0x7FF < 0x7FF:
                    others = self.blocks
                    self._descend(key, np.sort(bits[keys == key] & _MANTISSA))
                    if self.blocks > others:
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
        built = self._build(key, cell)
        if isinstance(built, int):
            return built
        self._blocks.append(built)
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
        candidate: Block | None = None
        for attempt in range(self._attempt.get(key, 0), len(PRECISIONS)):
            with precision(PRECISIONS[attempt], DEGREE + self.order + 2):
                thin = self._jet(formula, middle)
                if is_vague(thin, width):
                    continue
                self._attempt[key] = attempt
                candidate = taylor_block(thin, self._jet(formula, whole)[DEGREE + 1], width)
            if candidate is None or candidate.beside != BESIDE_UNKNOWN or not is_flat(candidate):
                break
        if candidate is None:
            return self._without_polynomial(derivative, whole, level)
        if candidate.beside == BESIDE_UNKNOWN and is_flat(candidate):
            candidate = replace(candidate, beside=beside_constant(candidate, derivative, whole))
            return halve if candidate.beside == BESIDE_UNKNOWN and level < DEEPEST_FLAT else candidate
        return candidate

    def _without_polynomial(self, derivative: Expr, whole: arb, level: int) -> Block | int:
        """The block, where all its values round to zero; else whether to halve it, or to give it up as out of range."""
        values = scaled_enclosure(derivative, whole, "x", 128)
        if abs(values) < arb(2) ** -1110:
            sign = scaled_sign(derivative, whole, "x", 128)
            if sign:
                return Block((float(sign), *ZERO.heads[1:]), ZERO.tails, 0.0, 1)
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
        return taylor_coefficients(program(formula), x, DEGREE + 2, order=self.order)


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
        for chunk in _chunks(points.size):
            exponent[chunk], open_[chunk] = _rounding(hi[chunk], lo[chunk], beside[chunk])
            lo[chunk] *= ((1023 - exponent[chunk]) << 52).view(np.float64)
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
        undecided[powers] |= side == BESIDE_UNKNOWN
        exponent[powers] = np.where(top == 0, -1074, exponent[powers] - (side < 0))
    return exponent, undecided


def _chunks(size: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, size, CHUNK))

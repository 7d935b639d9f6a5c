"""Certified polynomials for runs of consecutive float32s: one for each block of a binade, expanded to rows.

A block of :mod:`float32_rows` has the floats c + h t. The Taylor coefficients a_k of f at c, k <= DEGREE, come from a
jet in ball arithmetic, scaled by h**k and rounded to float64. Three things separate the polynomial's computed values
from f, and a block's `bar` bounds their sum at every float of the block:

1. truncation: at most h**(DEGREE + 1) times the coefficient DEGREE + 1 of the jet over the whole block (Taylor's
   theorem with Lagrange's remainder; a jet over a ball encloses f^(k)/k! on all of it). Where that is too coarse,
   the next coefficients at c, times their powers of h, and such a remainder behind them;
2. rounding of the coefficients: sum over k of abs(a_k - rounded a_k), from the balls;
3. evaluation in float64, unit roundoff u = 2**-53. A row with middle s and half-width w in terms of t has the
   coefficients b_j = sum_k M[k, j] a_k, M[k, j] = binomial(k, j) s**(k - j) w**j rounded once. A sum of n products
   in any order, with or without fused operations, is off by at most gamma_n = n u / (1 - n u) times the sum of the
   sizes of its terms (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1). So the b_j together are
   off by at most (gamma_n + u (1 + gamma_n)) sum_k abs(a_k) (abs(s) + w)**k with n = DEGREE + 1, and abs(s) + w <= 1;
   the value, a sum of n products with rounded powers, by as much again. Both together stay below
   EVALUATION = 2.5 (n + 2) u times the sum of abs(a_k); so does Horner's rule with the a_k, which is off by at most
   gamma_(2 n) times that sum (section 5.1), t being exact. Below 2**-900 a coefficient is taken as 0, so that no
   product underflows unless it is smaller than TINY, which is added.

Blocks are halved until the bar is at most 2**-46 of the smallest abs(f) in the block; a row that even so has none is
left to point-by-point evaluation. Where f runs along a dyadic line as closely as NEARNESS, the polynomial is the line
moved by far less than a float32 sees to the proper side. All its values are exact in float64, its bar is 0, and every
comparison of f with a multiple of 2**-10 of an ULP of f comes out right; such are the float32s of at least its size,
and points some multiples of that away from them. The values are nearer to f than 2**-20 ULP. Along a
line p / q x with odd q the block has an exact form beside its Taylor polynomial.

Where jets over a block are of no use, f less a dyadic line may be monotone, and its values at the ends so near to
each other that their middle, added to the line, serves the block: half their distance takes the place of 1.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from ...proofs.enclosures.balls import NAN, precision
from ...proofs.enclosures.jets import Program, enclose, program
from ...proofs.expressions.expr import Expr
from ..floats.error_free import TwoTerms
from .asymptotes import NEARNESS, Beside, Ends, NearLine, float_of, near_lines
from .float32_rows import DEEPEST, ROW, ROWS, Span, floats_at, spacing, span
from .log_scale import scaled_enclosure
from .sinusoids import wave
from .smooth_formulas import nth_derivative, taylor_coefficients

DEGREE = 8
TERMS = DEGREE + 1
EVALUATION = 2.5 * (TERMS + 2) * 2.0**-53
TINY = 2.0**-800
WORTHWHILE = 24
"""The fewest inputs for which a block is built: it costs about as much as their values by ball arithmetic."""
LARGER = 4
"""Levels of blocks between those that are tried where one of some level would do."""
FURTHER = (0, 8, 40)
"""How many more terms are looked at, where jets over a whole block overestimate the remainder."""
RELATIVE_BAR = 2.0**-46
"""The largest bar, relative to the smallest value in the block: less than what NEARNESS leaves to see of a distance."""
PRECISIONS = (96, 192, 1024)
VANISHING = arb(2) ** -400
"""Smaller than anything that floats could tell from 0."""
BEYOND = 2.0**300
"""Stands for a value beyond every float32."""

Served = tuple[NDArray[np.float64], float, float]
"""Coefficients, bar and tilt of a block."""


@dataclass(frozen=True)
class Rows:
    """The polynomials of consecutive rows. NaN where a row has none."""

    coefficients: NDArray[np.float64]
    """(count, TERMS), in powers of t."""
    bars: NDArray[np.float64]
    """(count,), as for blocks."""
    tilts: NDArray[np.float64]
    """(count,), as for blocks."""
    exact: list[TwoTerms | Beside | None]
    """count of them, as for blocks."""

    @staticmethod
    def unknown(count: int) -> Rows:
        """Rows without polynomials, `count` of them."""
        return Rows(np.full((count, TERMS), np.nan), np.full(count, np.nan), np.full(count, np.nan), [None] * count)


@dataclass(frozen=True)
class Block:
    """Half of a half of ... a binade: rows first to first + count - 1, and the polynomial that serves them."""

    first: int
    count: int
    coefficients: NDArray[np.float64]
    """TERMS of them, in powers of t; NaN where the function has no value, or no block serves."""
    bar: float
    """At every float of the block the computed value is within this of f. 0: every comparison is decided, see above."""
    tilt: float
    """The polynomial's derivative in t is within this of that of f. Infinite where nothing is known."""
    exact: Beside | None = None
    """The form of f in x that decides every comparison, where f runs along a line that is not dyadic."""

    @property
    def stop(self) -> int:
        """The row behind the last."""
        return self.first + self.count

    @property
    def coarser(self) -> int:
        """The level of blocks twice as large."""
        return max(0, DEEPEST - self.count.bit_length())

    def at(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Values at floats of the block, given by their places in the binade; by Horner's rule."""
        size = self.count * ROW
        t = (2 * (places - self.first * ROW) + 1 - size) / size
        total = np.full(t.shape, self.coefficients[DEGREE])
        for a in self.coefficients[DEGREE - 1 :: -1]:
            total *= t
            total += a
        return total


class Polynomials:
    """The blocks of one smooth expression in x, built when first asked for and kept.

    Args:
        sizes: every value shall be as near to that of f as its bar says; none only tells the side of a line.
    """

    def __init__(self, smooth: Expr, *, sizes: bool = False) -> None:
        self.expr = smooth
        self._sizes = sizes
        self._wave = wave(smooth)
        self._program: Program = program(smooth)
        self._blocks: dict[int, list[Block]] = {}
        self._unserved: set[tuple[int, int, int]] = set()
        """Blocks that no polynomial serves, by binade, level and index: to learn it takes as long as to build one."""
        self._values: dict[tuple[int, int], arb] = {}

    @cached_property
    def lines(self) -> tuple[NearLine, ...]:
        """The lines the function may run along."""
        return () if self._sizes else near_lines(self.expr)

    def rows(self, key: int, first: int, count: int) -> Rows:
        """Consecutive rows of a binade."""
        rows = Rows.unknown(count)
        if self._outrun(key):
            return rows
        for block in self.blocks(key, first, count):
            start, stop = max(block.first, first), min(block.stop, first + count)
            chosen = slice(start - first, stop - first)
            rows.bars[chosen] = block.bar
            rows.tilts[chosen] = block.tilt / block.count
            rows.exact[chosen] = [block.exact] * (stop - start)
            shift = shifts(block.count)[start - block.first : stop - block.first]
            rows.coefficients[chosen] = block.coefficients @ shift if block.count > 1 else block.coefficients
        return rows

    def at(self, key: int, places: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Values and bars at single floats of a binade, given by their increasing places in it.

        NaN where no block serves, and where none is known and there are too few inputs to build one for.
        """
        if self._wave is not None and self._outrun(key):
            values, bar_of_all = self._wave.at(floats_at(key, places))
            return values, np.full(places.shape, bar_of_all)
        value, bar = np.full(places.shape, np.nan), np.full(places.shape, np.nan)
        start = level = 0
        while start < len(places):
            row = int(places[start]) // ROW
            block = self._known(key, row)
            for deeper in range(level, DEEPEST + 1) if block is None else ():
                stop = int(np.searchsorted(places, ((row >> (DEEPEST - deeper)) + 1 << (DEEPEST - deeper)) * ROW))
                if stop - start < WORTHWHILE or (block := self._served(key, row, deeper)) is not None:
                    break
            else:
                stop = int(np.searchsorted(places, (row + 1) * ROW))
            if block is not None:
                stop = int(np.searchsorted(places, block.stop * ROW))
                value[start:stop], bar[start:stop] = block.at(places[start:stop]), block.bar
            start, level = stop, 0 if block is None else block.coarser
        return value, bar

    def is_dear(self, key: int, row: int, level: int) -> bool:
        """Whether no polynomial serves as much as a block of this level around a row."""
        if self._outrun(key):
            return False
        block = self._known(key, row)  # perhaps a smaller one, or none: it hangs on what was asked before
        if block is not None and block.count >= ROWS >> level and not math.isnan(block.bar):
            return False
        # A larger block, where there is one, serves more of what comes next.
        return all(self._served(key, row, larger) is None for larger in (*range(LARGER, level, LARGER), level))

    def _outrun(self, key: int) -> bool:
        """Whether the function turns so often in a row of this binade that every float is on its own."""
        return self._wave is not None and self._wave.outruns(float_of(spacing(key)) * ROW / 2)

    def blocks(self, key: int, first: int, count: int) -> Iterator[Block]:
        """The blocks that serve `count` rows from `first` on, in order; a row that none serves, as one of its own."""
        row, level = first, 0
        while row < first + count:
            block = self._known(key, row)
            if block is None:
                blocks = (self._served(key, row, deeper) for deeper in range(level, DEEPEST + 1))
                block = next(filter(None, blocks), None) or self._without(key, row)
            yield block
            row, level = block.stop, block.coarser

    def _known(self, key: int, row: int) -> Block | None:
        blocks = self._blocks.setdefault(key, [])
        at = bisect_right(blocks, row, key=_first)
        return blocks[at - 1] if at and row < blocks[at - 1].stop else None

    def _served(self, key: int, row: int, level: int) -> Block | None:
        """The block of this level that a row lies in, if a polynomial serves it; kept."""
        index, count = row >> (DEEPEST - level), ROWS >> level
        if (key, level, index) in self._unserved:
            return None
        place, q = span(key, level, index), spacing(key)
        ends = self._ends(place, q)
        polynomial = self._polynomial(place, ends, q)
        if polynomial is None:
            self._unserved.add((key, level, index))
            return None
        return self._kept(key, Block(index * count, count, *polynomial, self._exact(ends, q)))

    def _without(self, key: int, row: int) -> Block:
        return self._kept(key, Block(row, 1, np.full(TERMS, np.nan), math.nan, math.nan))

    def _kept(self, key: int, block: Block) -> Block:
        """Built for a row alone, a block may be larger than others next to it, and contain them."""
        blocks = self._blocks[key]
        blocks[:] = sorted((block, *(b for b in blocks if not block.first <= b.first < block.stop)), key=_first)
        return block

    def _polynomial(self, place: Span, ends: Ends, q: fmpq) -> Served | None:
        for line in self.lines:
            near = line.near(ends, q)
            if near == 2 and line.odd == 1:
                return self._along(line, place, ends, q)
            if near == 1 and 2 * abs(place.step) > q * ROW:
                return None  # a polynomial here would not tell the side where f runs along the line: halves do
        if self._beyond(ends):
            return _constant(math.copysign(BEYOND, ends.rough[0])), 0.0, math.inf
        for further in FURTHER:
            polynomial, promising = self._expanded(place, further)
            if polynomial is not None:
                return polynomial
            if not promising:
                break
        return self._straight(place, ends)

    def _expanded(self, place: Span, further: int) -> tuple[Served | None, bool]:
        """The Taylor polynomial, its remainder bounded by `further` terms at the middle and one over the whole block.

        Where that bound is too coarse: whether the first term left out is small enough to hope for a finer one.
        """
        length = TERMS + further + 1
        for bits in PRECISIONS:
            with precision(bits, length):
                thin, step = taylor_coefficients(self._program, arb(place.middle), length), arb(place.step)
                if not thin[-1].is_finite():
                    continue
                whole = taylor_coefficients(self._program, _hull(arb(place.low), arb(place.high)), length)
                if not whole[-1].is_finite():
                    return None, False
                polynomial = _taylor(thin, whole[-1], step)
                if polynomial is not None:
                    allowed = RELATIVE_BAR * _smallest(polynomial[0], 0.0)
                    if polynomial[1] <= RELATIVE_BAR * _smallest(*polynomial[:2]):
                        return polynomial, False
                    return None, bool(2 * abs(thin[TERMS] * step**TERMS) < allowed)
        return None, False

    def _along(self, line: NearLine, place: Span, ends: Ends, q: fmpq) -> Served:
        """The line as the block's polynomial, moved to the side on which f lies."""
        unit, side = line.unit(ends, q), line.side(ends.low, ends.high)
        assert unit is not None and side is not None
        coefficients = _constant(float_of(line.at(place.middle) + side * unit * NEARNESS / 2))
        coefficients[1] = float_of(line.c1 * place.step)
        with precision(128):
            slope = taylor_coefficients(self._program, _hull(arb(place.low), arb(place.high)), 2)[1]
            tilt = abs((slope - arb(line.c1)) * arb(place.step))
        return coefficients, 0.0, _upper(tilt) if tilt.is_finite() else math.inf

    def _exact(self, ends: Ends, q: fmpq) -> Beside | None:
        """The exact form of a block along a line that is not dyadic."""
        along = (line for line in self.lines if line.odd > 1 and line.near(ends, q) == 2)
        return next((line.beside(ends.low, ends.high) for line in along), None)

    def _beyond(self, ends: Ends) -> bool:
        """Whether all values are beyond every float32, on one side: those of a monotone function, by its ends."""
        if not min(map(abs, ends.rough)) > BEYOND / 2:
            return False
        constant = (line for line in self.lines if line.c0 == line.c1 == 0 and line.approaches(ends.low, ends.high))
        sides = (all(sign * y > BEYOND for y in (ends.at_low, ends.at_high)) for sign in (1, -1))
        return any(constant) and any(sides)

    def _straight(self, place: Span, ends: Ends) -> Served | None:
        """A line parallel to one of the lines, where f less that line is monotone and hardly changes.

        Jets know nothing of log(cosh(x)) where exp(x) is beyond all bounds; its values at the ends of a block do.
        """
        for line in self.lines:
            if line.odd > 1 or not line.is_roughly_parallel(ends) or not line.approaches(ends.low, ends.high):
                continue
            with precision(128):
                first, last = ends.at_low - arb(line.c1 * ends.low), ends.at_high - arb(line.c1 * ends.high)
                rest = first.union(last)
                middle = arb(line.c1 * place.middle) + rest.mid()
                coefficients = _constant(float(middle.mid()))
                coefficients[1] = float_of(line.c1 * place.step)
                size = abs(arb(coefficients[0])) + abs(arb(coefficients[1]))
                bar = rest.rad() + abs(middle - arb(coefficients[0])) + arb(EVALUATION) * size + arb(TINY)
                if bar.is_finite() and _upper(bar) <= RELATIVE_BAR * _smallest(coefficients, _upper(bar)):
                    tilt = abs((self._slope(place) - arb(line.c1)) * arb(place.step))
                    return coefficients, _upper(bar), _upper(tilt) if tilt.is_finite() else math.inf
        return None

    def _slope(self, place: Span) -> arb:
        """The derivative over a block."""
        return enclose(nth_derivative(self.expr, 1), {"x": _hull(arb(place.low), arb(place.high))})

    def _ends(self, place: Span, q: fmpq) -> Ends:
        low, high = sorted((place.first or (q if place.last > 0 else -q), place.last))
        return Ends(low, high, self._value(low), self._value(high))

    def _value(self, x: fmpq) -> arb:
        """The value at an end of a block, which one of its halves has, too."""
        name = int(x.p), int(x.q)
        if name not in self._values:
            if len(self._values) >= 64:
                self._values.clear()
            self._values[name] = self._computed(x)
        return self._values[name]

    def _computed(self, x: fmpq) -> arb:
        value: Any = NAN
        for bits in (128, 512, 2048):
            with precision(bits):
                value = self._program.run({"x": arb(x)})
            if value.is_finite() and (value.rel_accuracy_bits() > 64 or abs(value) < VANISHING):
                return value
            aside = scaled_enclosure(self.expr, x, "x", bits)
            if aside.is_finite() and (aside.rel_accuracy_bits() > 64 or abs(aside) < VANISHING):
                return aside
        return value


def _first(block: Block) -> int:
    return block.first


def _hull(low: arb, high: arb) -> arb:
    return low.union(high) if low < high else low


def _taylor(thin: list[arb], last: arb, step: arb) -> Served | None:
    """The rounded Taylor polynomial and its bar; None where the balls of the coefficients are too wide to say."""
    scaled = [a * step**k for k, a in enumerate(thin[:-1])]
    if not all(a.is_finite() for a in scaled):
        return None
    kept, rest = scaled[:TERMS], scaled[TERMS:]
    size = sum(map(abs, kept), arb(0))
    if any(a.rad() > size.mid() * arb(2) ** -60 for a in scaled):
        return None
    rounded = np.array([0.0 if abs(a) < 2.0**-900 else float(a.mid()) for a in kept])
    truncation = sum(map(abs, rest), abs(last * step ** len(scaled)))
    rounding = sum((abs(a - r) for a, r in zip(kept, map(arb, rounded.tolist()), strict=True)), arb(0))
    evaluation = arb(EVALUATION) * sum(map(abs, map(arb, rounded.tolist())), arb(0)) + arb(TINY)
    # A derivative multiplies every term by its order, less than this.
    bar = _upper(truncation + rounding + evaluation)
    return rounded, bar, bar * len(thin)


def _smallest(coefficients: NDArray[np.float64], bar: float) -> float:
    """A lower bound of abs(f) on the block, with room for the rounding of this very sum."""
    sizes = np.abs(coefficients)
    if not bar < math.inf or not np.isfinite(sizes).all():
        return -math.inf
    return float(sizes[0] * (1 - 2.0**-50) - sizes[1:].sum() * (1 + 2.0**-49) - bar)


def _constant(value: float) -> NDArray[np.float64]:
    coefficients = np.zeros(TERMS)
    coefficients[0] = value
    return coefficients


@lru_cache(maxsize=DEEPEST + 1)
def shifts(count: int) -> NDArray[np.float64]:
    """The matrices, (count, TERMS, TERMS), that take a block's coefficients to those of each of its `count` rows."""
    matrices = np.zeros((count, TERMS, TERMS))
    for row in range(count):
        s = 2 * row + 1 - count  # the row's middle, in units of 1 / count
        for k in range(TERMS):
            for j in range(k + 1):
                matrices[row, k, j] = math.ldexp(float(math.comb(k, j) * s ** (k - j)), -k * (count.bit_length() - 1))
    return matrices


@lru_cache(maxsize=1)
def powers() -> NDArray[np.float64]:
    """Row j: t**j at the ROW floats of a row, rounded once."""
    numerators = [2 * i + 1 - ROW for i in range(ROW)]
    return np.array([[math.ldexp(float(n**j), -11 * j) for n in numerators] for j in range(TERMS)])


def _upper(x: arb) -> float:
    """A float64 that is not smaller."""
    return math.nextafter(float(x.upper()), math.inf)

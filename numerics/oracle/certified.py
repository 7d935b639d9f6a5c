"""The certified oracle for float32 inputs: values of an activation or a derivative as float64, each with an error bar.

`abs(value - f(x)) <= bar` holds for every value; where the bar is 0, the value stands for f(x) in every comparison with
a float (see :mod:`taylor_rows`, which has the argument). Comparisons that a bar leaves open are decided
by :meth:`Certified.signs` in ball arithmetic, or in rational arithmetic where the function is rational. The inputs of
the narrower formats are float32s too, so one oracle serves them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from ...proofs.enclosures.balls import precision
from ...proofs.enclosures.formats import FIRST_PRECISION, FORMATS
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import Kink, split
from ..floats.error_free import two_terms
from ..floats.formats import around, exact, from_bits, rounded_from_float64, to_bits
from .float32_rows import BINADE, ROW, ROWS
from .reference import Oracle, oracle
from .rounding import ExactReal, rounded_row
from .smooth_formulas import nth_derivative
from .taylor_rows import Polynomials, Rows

FLOAT32, FLOAT64 = FORMATS["float32"], FORMATS["float64"]
SIGN = 1 << 31
MOST_BITS = 1 << 13
"""The precision at which a comparison is given up."""
REMEMBERED = 1 << 10
"""Inputs whose values are kept, of those that are asked for one by one."""


@dataclass(frozen=True)
class Values:
    """Values at an array of inputs, of its shape."""

    value: NDArray[np.float64]
    """NaN where the function is undefined; infinite beyond the range of float64."""
    bar: NDArray[np.float64]
    judged: NDArray[np.bool_]
    """False at kinks of a derivative and at ends of the domain: there is no one value."""


class Certified:
    """One order of an expression in x; see :func:`certified`."""

    def __init__(self, expr: Expr, order: int, *, sizes: bool = False) -> None:
        self.expr, self.order = expr, order
        self._oracle: Oracle = oracle(expr, order)
        self._real = lru_cache(maxsize=REMEMBERED)(self._fresh)
        pieces = split(expr, "x")
        self._pieces = [
            None if p.expr is None else Polynomials(nth_derivative(p.expr, order), sizes=sizes) for p in pieces.pieces
        ]
        self._short = [None if p.expr is None else two_terms(nth_derivative(p.expr, order)) for p in pieces.pieces]
        self._ends = [_End(*around(b, FLOAT32)) for b in pieces.breakpoints]

    def _fresh(self, x: float, stand_ins: int | None) -> ExactReal | Kink | None:
        """The value at an input, whose balls are computed once: an error is compared with one level after another."""
        real = self._oracle.at(exact(x), stand_ins=stand_ins)
        return cache(real) if callable(real) else real

    def rows(self, row: int, count: int) -> Rows:
        """Consecutive rows of one binade: a row is ROW consecutive bit patterns, starting at row * ROW.

        Where the function is undefined the coefficients are NaN and the bar is 0. A row is not to be used at x = 0:
        ask :meth:`points`.
        """
        key, first = divmod(row, ROWS)
        rows = Rows.unknown(count)
        for low, high, index in self._stretches(row, row + count):
            piece, short = self._pieces[index], self._short[index]
            chosen = slice(low - row, high - row)
            if piece is not None:
                served = piece.rows(key, first + low - row, high - low)
                rows.coefficients[chosen], rows.bars[chosen] = served.coefficients, served.bars
                rows.tilts[chosen] = served.tilts
                rows.exact[chosen] = served.exact if short is None else [short] * (high - low)
            else:
                rows.bars[chosen] = 0.0  # undefined, that is NaN without any doubt
        return rows

    def _stretches(self, low: int, high: int) -> Iterator[tuple[int, int, int]]:
        """Rows low to high - 1 of one binade, cut into stretches inside one piece, without rows on a breakpoint."""
        for start, stop in pairwise(self.cuts(low, high)):
            index = self._index(start, stop)
            if index is not None:
                yield start, stop, index

    def cuts(self, low: int, high: int) -> list[int]:
        """Where rows low to high - 1 of one binade are cut for a row with a breakpoint to be alone; both ends too."""
        return sorted({low, high, *(c for e in self._ends for c in e.around(low, high - low))})

    def is_dear(self, key: int, level: int) -> bool:
        """Whether no polynomial serves as much as a 2**level-th of a binade, wherever one looks.

        There the function turns often: values at very many places cost as many polynomials, and where none serves even
        a row (level DEEPEST), ball arithmetic for each. The binade is given by its sign and exponent bits.
        """

        def dear(row: int) -> bool:
            index = self._index(key * ROWS + row, key * ROWS + row + 1)
            piece = None if index is None else self._pieces[index]
            return piece is not None and piece.is_dear(key, row, level)

        return all(map(dear, (1, ROWS // 3, ROWS - 2)))

    def _index(self, low: int, high: int) -> int | None:
        """The piece that rows low to high - 1 lie in; None where they touch a breakpoint."""
        first = low * ROW + (low * ROW % SIGN == 0)  # x = 0 is not the polynomial's
        x = from_bits(np.array([first, high * ROW - 1], np.uint32), FLOAT32).tolist()
        index = 0
        for end in self._ends:
            sides = {end.side(v) for v in x}
            if len(sides) > 1 or 0 in sides:
                return None
            index += sides == {1}
        return index

    def __call__(self, x: NDArray[np.float64]) -> Values:
        """Values at a one-dimensional array of finite float32 values."""
        patterns = to_bits(rounded_from_float64(x, FLOAT32)).astype(np.int64)
        value, bar = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
        in_order = bool((patterns[1:] >= patterns[:-1]).all())
        order = np.arange(len(x)) if in_order else np.argsort(patterns, kind="stable")
        ranks = patterns if in_order else patterns[order]
        first, last = (int(ranks[k]) // BINADE for k in (0, -1)) if len(x) else (0, -1)
        ends = np.searchsorted(ranks, BINADE * np.arange(first, last + 2))
        for key, (start, stop) in zip(range(first, last + 1), pairwise(ends.tolist()), strict=True):
            if start == stop:
                continue
            rows = ranks[start:stop] // ROW
            for low, high, index in self._stretches(int(rows[0]), int(rows[-1]) + 1):
                piece, (left, right) = self._pieces[index], np.searchsorted(rows, (low, high)) + start
                at = slice(left, right) if in_order else order[left:right]
                if piece is None:
                    bar[at] = 0.0
                elif left < right:
                    value[at], bar[at] = piece.at(key, ranks[left:right] % BINADE)
        judged = np.ones(x.shape, np.bool_)
        left = np.flatnonzero(np.isnan(bar) | (x == 0))
        if left.size:
            values = self.points(x[left])
            value[left], bar[left], judged[left] = values.value, values.bar, values.judged
        return Values(value, bar, judged)

    def points(self, x: NDArray[np.float64]) -> Values:
        """Values by ball arithmetic, one by one."""
        points, back = np.unique(x, return_inverse=True)
        values = np.array([self._point(float(p)) for p in points], np.float64).reshape(-1, 3)[back]
        return Values(values[:, 0], values[:, 1], values[:, 2] != 0)

    def _point(self, x: float) -> tuple[float, float, bool]:
        real = self._real(x, FIRST_PRECISION)
        if real is None or isinstance(real, Kink):
            return np.nan, 0.0, real is None and all(end.side(x) for end in self._ends)
        value = rounded_row(real, FLOAT64, alone=True)[0]
        if isinstance(real, fmpq) and (value in (np.inf, -np.inf) or exact(value) == real):
            return value, 0.0, True
        return value, max(2.0**-53 * abs(value), 2.0**-1074) if abs(value) < np.inf else 0.0, True

    def exactly(self, x: float) -> ExactReal | None:
        """The value at one finite input: a rational, or balls of any precision; None where there is no one value."""
        real = self._real(x, None)
        return None if isinstance(real, Kink) else real

    def signs(self, x: NDArray[np.float64], m: NDArray[np.float64]) -> NDArray[np.int8]:
        """The signs of f(x) - m for finite x and m, elementwise, decided with certainty. Raises ComparisonUndecided."""
        signs, decided = np.zeros(x.shape, np.int8), np.zeros(x.shape, np.bool_)
        inside = np.ones(x.shape, np.bool_)
        index = np.zeros(x.shape, np.int64)
        for end in self._ends:
            index += x > end.below
            inside &= (x != end.below) | (x != end.above)
        for piece, short in enumerate(self._short):
            at = np.flatnonzero(inside & (index == piece))
            if short is not None and at.size:
                signs[at], decided[at] = short.signs(x[at], m[at])
        for i in np.flatnonzero(~decided):
            signs[i] = self._sign(float(x[i]), float(m[i]))
        return signs

    def _sign(self, x: float, m: float) -> int:
        return self._side(self._real(x, FIRST_PRECISION), exact(m), f"at {x.hex()} is above {m.hex()}")

    def side(self, x: float, level: fmpq) -> int:
        """The sign of f(x) - level for a level that need not be a float. Raises ComparisonUndecided."""
        return self._side(self._real(x, None), level, f"at {x.hex()} is above {level}")

    def _side(self, real: ExactReal | Kink | None, level: fmpq, what: str) -> int:
        if isinstance(real, fmpq):
            return int(real > level) - int(real < level)
        if callable(real):
            bits = 128
            while bits <= MOST_BITS:
                ball = real(bits)
                with precision(bits):
                    near = arb(level)
                if ball > near or ball < near:
                    return 1 if ball > near else -1
                if ball.is_exact() and near.is_exact():
                    return 0
                bits *= 2
        raise ComparisonUndecided(f"whether the value {what} or below")


class ComparisonUndecided(ArithmeticError):
    """A value could not be told from a float."""


@dataclass(frozen=True)
class _End:
    """A breakpoint among the float32s."""

    below: float
    """The largest float32 not above it, an infinity if there is none."""
    above: float
    """The smallest float32 not below it; the same if it is a float32."""

    def side(self, x: float) -> int:
        """1 if a float32 lies to the right, -1 to the left, 0 if it is the breakpoint."""
        return 1 if x > self.below else -1 if x < self.above else 0

    def around(self, row: int, count: int) -> tuple[int, ...]:
        """Where to cut rows so that a breakpoint between or on its floats has a row of its own."""
        cuts: list[int] = []
        for x in (self.below, self.above):
            if x and abs(x) < np.inf:
                at = int(to_bits(np.array([x], np.float32))[0]) // ROW
                cuts += [cut for cut in (at, at + 1) if row < cut < row + count]
        return tuple(cuts)


@lru_cache(maxsize=64)
def certified(expr: Expr, order: int = 0, *, sizes: bool = False) -> Certified:
    """The certified oracle of one order of an expression whose only free name is x.

    With `sizes`, values found by polynomials are within their bars of f(x), however small f(x) is.

    Raises Undecided where the expression's pieces are not found.
    """
    return Certified(expr, order, sizes=sizes)

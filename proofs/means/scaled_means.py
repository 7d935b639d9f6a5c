"""Certified means E[e(s z) h_n(z)] of a function of a standard normal z, as functions of the deviation s.

The h_n are the orthonormal Hermite polynomials; h_0 = 1 gives the mean itself. The function is replaced by Taylor
polynomials on cells, each with a proved bound on its error, once for all s and n. What a polynomial times h_n times
the density has for an integral is known in closed form, and since E abs(h_n(z)) <= 1 the error of the mean is at most
the largest one of the cells. Beyond the cells, where abs(e(x)) <= x^p is proved, the rest is at most
sqrt(E[(s z)^(2p) beyond]) by Cauchy and Schwarz.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from math import ceil, inf, log2, prod, sqrt

from flint import arb, arb_poly, fmpq

from ..asymptotics.limits import End, limit, tail_sign
from ..budget import Undecided
from ..enclosures.balls import exact_rational, precision
from ..enclosures.jets import Program, enclose, program, series
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.pieces import Piece, split
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY
from .balanced import halves

POWERS = (2, 4, 8, 16)
"""Powers of x that a function is proved to stay below on its tails."""
NEAR = 6
"""Up to 2^this, cells are small; beyond, a tail may be one polynomial."""
MOST_CELLS = 4_000
TOO_MANY = "a mean over a normal variable: its integral needs more pieces than are tried"
MOST_BITS = 2_000


@dataclass(frozen=True)
class Cell:
    """A polynomial in x - centre on an interval of x, within `error` of the function."""

    low: arb
    high: arb
    centre: arb
    polynomial: arb_poly
    error: arb

    @property
    def size(self) -> arb:
        """A bound on the function's size."""
        width = abs((self.low - self.centre).union(self.high - self.centre)).upper()
        terms = (abs(c) * width**k for k, c in enumerate(self.polynomial.coeffs()))
        return (sum(terms, arb(0)) + self.error).upper()


class ScaledMeans:
    """The means E[e(s z) h_n(z)] of one function e, bounded by a power of x on its tails.

    Raises Undecided for a function that is undefined somewhere, or that is not proved to be bounded so.
    """

    def __init__(self, e: Expr, variable: str = "x") -> None:
        self.variable = variable
        pieces = split(e, variable).pieces
        for piece in pieces:
            if piece.expr is None:
                raise Undecided(f"{to_text(e)} is undefined between {piece.low} and {piece.high}")
        self.pieces = [half for piece in pieces for half in halves(piece, variable)]
        self.power, self.start = self._growth(e)
        self._cells: dict[tuple[int, int], list[Cell]] = {}
        self._largest: arb | None = None
        self._too_many_bits: float = inf

    def _growth(self, e: Expr) -> tuple[int, fmpq]:
        """A power p, and from where on abs(e(x)) <= x^p holds on both sides: beyond all marks between pieces."""
        first, last = self.pieces[0], self.pieces[-1]
        marks = [exact_rational(abs(end.ball(64)).upper()) + 1 for end in (first.high, last.low) if not end.infinite]
        for power in POWERS:
            with suppress(Undecided):
                return power, max(self._dominated(first, -1, power), self._dominated(last, 1, power), *marks)
        raise Undecided(f"{to_text(e)} is not proved to stay below x^{POWERS[-1]}")

    def _dominated(self, piece: Piece, side: int, power: int) -> fmpq:
        assert piece.expr is not None
        bound = ex.power(ex.name(self.variable), power)
        end = End(PLUS_INFINITY if side > 0 else MINUS_INFINITY, -side)
        start = fmpq(0)
        for sign in (1, -1):
            tail = tail_sign(bound + sign * piece.expr, self.variable, end)
            if tail.sign < 0:
                raise Undecided("the function grows too fast")
            start = max(start, tail.start)
        return start

    def at(self, s: arb, count: int = 1, bits: int = 64) -> list[arb]:
        """The means for n = 0, ..., count - 1, valid for every positive s of a ball, with errors near 2^-bits and those
        that the ball's width makes. Raises Undecided."""
        if not s > 0:
            raise Undecided("a mean over a normal variable whose deviation may be 0")
        working = 2 * bits + 128 + 8 * count
        while True:
            with precision(working):
                means = self._means(s.mid(), count, bits)
                done = all(mean.rad() < arb(2) ** (3 - bits) for mean in means)
                if done or working > MOST_BITS:
                    return [mean + slack for mean, slack in zip(means, self._slacks(s, count), strict=True)]
            working *= 2

    def _slacks(self, s: arb, count: int) -> list[arb]:
        """Balls around the change of each mean from the midpoint of a ball of deviations to any other point of it.

        The derivative by s is E[e(s z) (sqrt((n+1)(n+2)) h_(n+2)(z) + n h_n(z))]/s, from that of the density; by Cauchy
        and Schwarz it is at most sqrt(E e(s z)^2 ((n+1)(n+2) + n^2))/s. The square's mean is at most M^2 + E (s z)^(2p)
        where abs(e) <= M up to the start of the tails.
        """
        radius, least, most = s.rad(), s.lower(), s.upper()
        if not radius:
            return [arb(0)] * count
        moment = prod(range(1, 2 * self.power, 2))  # E z^(2p)
        size = (self._middle() ** 2 + moment * most ** (2 * self.power)).sqrt() * radius / least
        slopes = [size * arb((n + 1) * (n + 2) + n * n).sqrt() for n in range(count)]
        return [(-slope.upper()).union(slope.upper()) for slope in slopes]

    def _middle(self) -> arb:
        """A bound on abs(e) up to the start of the tails."""
        if self._largest is None:
            reach = ceil(log2(float(self.start) + 1))
            self._largest = reduce(arb.max, (cell.size for cell in self.cells(24, reach)))
        return self._largest

    def _means(self, s: arb, count: int, bits: int) -> list[arb]:
        reach, rest = self._reach(s, bits)
        raw = [arb(0)] * count
        error = arb(0)
        for cell in self.cells(bits + 1, reach):
            raw = [a + b for a, b in zip(raw, _raw_moments(cell, s, count), strict=True)]
            error = error.max(cell.error)
        error = (error + rest).upper()
        slack = (-error).union(error)
        return [mean + slack for mean in _hermite(raw)]

    def _reach(self, s: arb, bits: int) -> tuple[int, arb]:
        """Cells up to 2^k are enough: k, and a bound on what the means have beyond."""
        deviations = 2 * sqrt(0.7 * bits) + 2
        k = max(ceil(log2(float(s.upper()) * deviations)), ceil(log2(float(self.start) + 1)))
        while True:
            edge = arb(2) ** k / s
            order = self.power + arb(1) / 2
            tail = arb(2) ** self.power * (edge**2 / 2).gamma_upper(order) / arb.pi().sqrt()
            rest = s**self.power * tail.sqrt()
            if rest < arb(2) ** (-bits - 1):
                return k, rest
            k += 1

    def cells(self, bits: int, reach: int) -> list[Cell]:
        """Cells of the line between -2^reach and 2^reach with errors of at most 2^-bits.

        Raises Undecided where there are too many, and after that for as many bits at once.
        """
        if bits >= self._too_many_bits:
            raise Undecided(TOO_MANY)
        if (bits, reach) not in self._cells:
            end = arb(2) ** reach
            far = {side: self._far_cell(side, end, bits) for side in (-1, 1)} if reach > NEAR else {}
            with precision(2 * bits + 64, 20 + bits // 3):
                low, high = (cell and (cell.low, cell.high) for cell in (far.get(-1), far.get(1)))
                ends = low[1] if low else -end, high[0] if high else end
                near = [_cells_of(piece, self.variable, ends, bits) for piece in self.pieces]
            if None in near:
                self._too_many_bits = bits
                raise Undecided(TOO_MANY)
            found = [cell for cells in near for cell in cells or ()]
            self._cells[bits, reach] = [*filter(None, far.values()), *found]
        return self._cells[bits, reach]

    def _far_cell(self, side: int, end: arb, bits: int) -> Cell | None:
        """One cell for a whole tail, where the function is a polynomial of degree 2 but for 2^-bits: most are."""
        piece = self.pieces[0 if side < 0 else -1]
        if (polynomial := self._tail_polynomial(side)) is None or piece.expr is None:
            return None
        x, error = ex.name(self.variable), ex.rational(fmpq(1, 1 << bits))
        difference = piece.expr - ex.add(*(c * x**k for k, c in enumerate(polynomial)))
        infinity = End(PLUS_INFINITY if side > 0 else MINUS_INFINITY, -side)
        start = fmpq(0)
        with suppress(Undecided):
            for sign in (1, -1):
                tail = tail_sign(error + sign * difference, self.variable, infinity)
                if tail.sign < 0:
                    return None
                start = max(start, tail.start)
            for mark in (piece.low, piece.high):
                if not mark.infinite:
                    start = max(start, fmpq(ceil(abs(float(mark))) + 1))
            with precision(2 * bits + 64):
                if not arb(start) < end:
                    return None
                low, high = (arb(start), end) if side > 0 else (-end, arb(-start))
                coefficients = [enclose(c, prec=2 * bits + 64) for c in polynomial]
                return Cell(low, high, arb(0), arb_poly(coefficients), arb(fmpq(1, 1 << bits)))
        return None

    def _tail_polynomial(self, side: int) -> list[Expr] | None:
        """The coefficients of 1, x, x^2 of what the function comes near to on a tail; None where they are not found."""
        rest = self.pieces[0 if side < 0 else -1].expr
        assert rest is not None
        x, coefficients = ex.name(self.variable), list[Expr]()
        infinity = End(PLUS_INFINITY if side > 0 else MINUS_INFINITY, -side)
        try:
            for k in (2, 1, 0):
                value = limit(rest / x**k if k else rest, self.variable, infinity)
                if value.infinite or value.exact is None:
                    return None
                coefficients.insert(0, value.exact)
                rest = rest - value.exact * x**k
        except Undecided:
            return None
        return coefficients


def _cells_of(piece: Piece, variable: str, ends: tuple[arb, arb], bits: int) -> list[Cell] | None:
    """The cells of a piece; None where there are more than are tried."""
    assert piece.expr is not None
    compiled = program(piece.expr)
    low = ends[0] if piece.low.infinite else piece.low.ball(2 * bits + 64)
    high = ends[1] if piece.high.infinite else piece.high.ball(2 * bits + 64)
    if low > ends[1] or high < ends[0]:
        return []
    open_cells, cells = [(low, high)], list[Cell]()
    for _ in range(MOST_CELLS):
        if not open_cells:
            return cells
        a, b = open_cells.pop()
        cell = _cell(compiled, variable, (a, b), bits)
        if isinstance(cell, Cell):
            cells.append(cell)
        else:
            open_cells += [(cell, b), (a, cell)]
    return None


def _cell(compiled: Program, variable: str, ends: tuple[arb, arb], bits: int) -> Cell | arb:
    """The shortest Taylor polynomial with an error below 2^-bits, or where there is none, where to cut."""
    a, b = ends
    centre = ((a + b) / 2).mid()
    width = abs((a - centre).union(b - centre)).upper()
    length = 20 + bits // 3
    power = arb(1)
    for degree, coefficient in enumerate(series(compiled, variable, a.union(b), length)):
        # Of degree 0 the ball itself says how far the function is from its middle.
        error = ((coefficient.rad() if degree == 0 else abs(coefficient)) * power).upper()
        if error < arb(2) ** -bits:
            known = [coefficient.mid()] if degree == 0 else series(compiled, variable, centre, degree)
            return Cell(a, b, centre, arb_poly(known), error)
        power *= width
    return centre


def _raw_moments(cell: Cell, s: arb, count: int) -> list[arb]:
    """The integrals of polynomial(x - centre) z^j times the density over the cell, z = x/s, for j < count."""
    coefficients = cell.polynomial.coeffs()
    moments = _moments(cell, s, len(coefficients) + count)
    raw: list[arb] = []
    for _ in range(count):
        raw.append(sum((c * m for c, m in zip(coefficients, moments, strict=False)), arb(0)))
        moments = [(higher + cell.centre * m) / s for m, higher in pairwise(moments)]
    return raw


def _moments(cell: Cell, s: arb, count: int) -> list[arb]:
    """The integrals of (x - c)^k times the density of x = s z over a cell, for k < count: by parts,
    m_(k+1) = s^2 k m_(k-1) - c m_k + the edges' s^2 (x - c)^k times the density."""
    root = arb(2).sqrt() * s
    edges = [s * (-((end / s) ** 2) / 2).exp() / (2 * arb.pi()).sqrt() for end in (cell.low, cell.high)]
    steps = [end - cell.centre for end in (cell.low, cell.high)]
    moments = [_normal_mass(cell.low / root, cell.high / root)]
    for k in range(count - 1):
        before = k * s**2 * moments[k - 1] if k else arb(0)
        moments.append(before - cell.centre * moments[k] + edges[0] - edges[1])
        edges = [edge * step for edge, step in zip(edges, steps, strict=True)]
    return moments


def _normal_mass(low: arb, high: arb) -> arb:
    """(erf(high) - erf(low))/2, from the tails where both are on one side."""
    if low > 0:
        return (low.erfc() - high.erfc()) / 2
    if high < 0:
        return ((-high).erfc() - (-low).erfc()) / 2
    return (high.erf() - low.erf()) / 2


def _hermite(raw: Sequence[arb]) -> list[arb]:
    """The means with h_n from those with z^j: h_(n+1) = (z h_n - sqrt(n) h_(n-1))/sqrt(n + 1)."""
    before: list[arb] = []
    row = [arb(1)]
    means: list[arb] = []
    for n in range(len(raw)):
        means.append(sum((c * m for c, m in zip(row, raw, strict=False)), arb(0)))
        lower = [*(arb(n).sqrt() * c for c in before), *[arb(0)] * (len(row) + 1 - len(before))]
        before, row = row, [(a - b) / arb(n + 1).sqrt() for a, b in zip([arb(0), *row], lower, strict=True)]
    return means

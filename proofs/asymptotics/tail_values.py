"""The values of monomials and models on a tail y >= start: balls that hold all of them, and signs that never change.

A vanishing monomial is bounded by its value where it is proved to decrease, and by cells before that.
"""

from __future__ import annotations

from flint import arb, fmpq

from ..budget import spend
from ..enclosures.balls import NAN, known_sign
from ..expressions import expr as ex
from ..expressions.expr import Expr
from .monomials import UNIT, Model, Monomial, ball, by_dominance, inverse, times

MAX_CELLS = 400


def value(m: Monomial, y: arb) -> arb:
    """The values of a monomial on a ball, NaN where they are not known."""
    result = arb(1)
    if m.l:
        if not y > 1:
            return NAN
        result = (arb(m.l) * y.log().log()).exp() if m.l.q != 1 else y.log() ** int(m.l.p)
    if m.k:
        result *= y ** int(m.k.p) if m.k.q == 1 else (arb(m.k) * y.log()).exp()
    if m.q:
        exponent = arb(0)
        for c, n in m.q:
            exponent += ball(c) * value(n, y)
        result *= exponent.exp()
    return result


class TailValues:
    """Ranges and signs on y >= start. Create inside balls.precision."""

    def __init__(self, start: fmpq) -> None:
        self.start = start
        self._ranges: dict[tuple[Monomial, fmpq], arb] = {}
        self._decreasing: dict[tuple[Monomial, fmpq], bool] = {}
        self._decreasing_from: dict[Monomial, fmpq | None] = {}

    def decreasing(self, m: Monomial, start: fmpq) -> bool:
        """Whether a vanishing monomial is proved to decrease on y >= start."""
        key = (m, start)
        if key not in self._decreasing:
            self._decreasing[key] = self._prove_decreasing(m, start)
        return self._decreasing[key]

    def _prove_decreasing(self, m: Monomial, start: fmpq) -> bool:
        if m.l and start <= 1:
            return False
        if not m.q:
            if m.l <= 0:
                return m.k <= 0
            # (log m)' y = k + l / log y
            return bool(arb(m.k) + arb(m.l) / arb(start).log() < 0)
        return self.sign(self._log_derivative(m), start) == -1

    def _log_derivative(self, m: Monomial) -> Model:
        """y (log m)' = k + l / log y + sum c n (y (log n)'), exactly."""
        terms: Model = []
        if m.k:
            terms.append((UNIT, ex.rational(m.k)))
        if m.l:
            terms.append((Monomial(fmpq(0), fmpq(-1)), ex.rational(m.l)))
        for c, n in m.q:
            for inner, d in self._log_derivative(n):
                assert isinstance(d, Expr)
                terms.append((times(n, inner), c * d))
        spend()
        return by_dominance(terms)

    def _start_of_decrease(self, m: Monomial) -> fmpq | None:
        """Where a monomial is proved to begin to decrease, None where that is not found."""
        if m not in self._decreasing_from:
            start = self.start
            for _ in range(16):
                if self.decreasing(m, start):
                    self._decreasing_from[m] = start
                    break
                start = max(2 * start, fmpq(2)) if start >= 2 else start + fmpq(1, 2)
            else:
                self._decreasing_from[m] = None
        return self._decreasing_from[m]

    def range_from(self, m: Monomial, start: fmpq) -> arb:
        """A ball around all values of a vanishing (or constant) monomial on y >= start."""
        if m is UNIT:
            return arb(1)
        key = (m, start)
        if key not in self._ranges:
            self._ranges[key] = self._range(m, start)
        return self._ranges[key]

    def _range(self, m: Monomial, start: fmpq) -> arb:
        turn = self._start_of_decrease(m)
        if turn is None:
            return NAN
        if turn <= start:
            return arb(0).union(value(m, arb(start)))
        result = arb(0).union(value(m, arb(turn)))
        low = start
        step = (turn - start) / 16
        for _ in range(16):
            result = result.union(value(m, arb(low).union(arb(low + step))))
            low += step
        return result

    def range_of(self, model: Model) -> arb:
        """A ball around all values of a model whose terms do not grow."""
        total = arb(0)
        for m, c in model:
            total += ball(c) * self.range_from(m, self.start)
        return total

    def sign(self, model: Model, start: fmpq | None = None) -> int | None:
        """The sign of the function on all of y >= start, or None. The empty model is 0 everywhere."""
        if not model:
            return 0
        start = self.start if start is None else start
        m, c = model[0]
        leading = ball(c)
        expected = known_sign(leading)
        if not expected:
            return None
        reciprocal = inverse(m)
        rest = [(times(n, reciprocal), ball(d)) for n, d in model[1:]]
        cells: list[tuple[fmpq, fmpq | None]] = [(start, None)]
        for _ in range(MAX_CELLS):
            if not cells:
                return expected
            low, high = cells.pop()
            total = leading
            for ratio, d in rest:
                total += d * self._on_cell(ratio, low, high)
            if known_sign(total) == expected:
                continue
            if known_sign(total) == -expected:
                return None
            if high is None:
                cells += [(2 * low + 1, None), (low, 2 * low + 1)]
                if low > start * 2**12 + 2**12:
                    return None
            elif high - low < start / 2**10:
                return None
            else:
                middle = (low + high) / 2
                cells += [(low, middle), (middle, high)]
        return None

    def _on_cell(self, ratio: Monomial, low: fmpq, high: fmpq | None) -> arb:
        if high is None:
            return self.range_from(ratio, low)
        turn = self._start_of_decrease(ratio)
        if turn is not None and turn <= low:
            return value(ratio, arb(low)).union(value(ratio, arb(high)))
        return value(ratio, arb(low).union(arb(high)))

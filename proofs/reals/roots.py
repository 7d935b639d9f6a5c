"""Isolated roots: a bracket that holds the only zero of a derivative, refined at will, and the exact form of the zero.

Both are what a :class:`Real` is made of that is known as a zero: they are pickled with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flint import arb, fmpq

from ..enclosures.balls import dyadic, excludes_zero, known_sign, precision
from ..enclosures.jets import Program, enclose, program, series
from ..expressions import calculus
from ..expressions.expr import Expr
from ..normal_forms import normal_form
from .closed_forms import candidates

SPLIT = fmpq(4871, 10000)
"""Where cells are split: zeros like to sit at dyadic points."""
HALF = fmpq(1, 2)


class Root:
    """The only zero of the order-th derivative in a bracket; knows how to refine itself."""

    def __init__(self, compiled: Program, variable: str, order: int, low: arb, high: arb, rising: int) -> None:
        self.compiled, self.variable, self.order = compiled, variable, order
        self.low: arb = low
        self.high: arb = high
        self.rising = rising
        """The proved sign at the upper end of the bracket; the lower end has the opposite one."""

    def __reduce__(self) -> tuple[Any, ...]:
        low, high = dyadic(self.low), dyadic(self.high)
        return _root, (self.compiled.expr, self.variable, self.order, low, high, self.rising)

    def __call__(self, bits: int) -> arb:
        """Interval Newton with bisection where it does not contract."""
        work = bits + 32
        share = HALF
        with precision(work, self.order + 2):
            for _ in range(8 * bits):
                width = self.high - self.low
                whole = self.low.union(self.high)
                if whole.rel_accuracy_bits() >= bits or width < arb(2) ** (-2 * bits):
                    break
                middle = (self.low + width * arb(share)).mid()
                at_middle = self._coefficients(middle)[self.order]
                slope = self._coefficients(whole)[self.order + 1] * (self.order + 1)
                if excludes_zero(slope):
                    step = middle - at_middle / slope
                    if step.is_finite():
                        self.low, self.high = self.low.max(step.lower()), self.high.min(step.upper())
                sign = known_sign(at_middle)
                if sign == 0:
                    self.low = self.high = middle
                elif sign == self.rising:
                    self.high = self.high.min(middle)
                elif sign:
                    self.low = self.low.max(middle)
                elif not self.high - self.low < width / 2:
                    if share == SPLIT:
                        break
                    share = SPLIT  # the middle is so near the zero that the sign there is not seen
                    continue
                share = HALF
            return self.low.union(self.high)

    def _coefficients(self, x: arb) -> list[arb]:
        return series(self.compiled, self.variable, x, self.order + 2)


def _root(e: Expr, variable: str, order: int, low: tuple[int, int], high: tuple[int, int], rising: int) -> Root:
    """A Root out of a pickle."""
    return Root(program(e), variable, order, arb(low), arb(high), rising)


@dataclass(frozen=True, slots=True)
class ExactForm:
    """Looks for an exact zero of an expression in a thin ball around an isolated one, proved by identity."""

    expr: Expr
    variable: str

    def __call__(self, ball: arb) -> Expr | None:
        for candidate in candidates(ball):
            value = calculus.substitute(self.expr, {self.variable: candidate})
            if ball.overlaps(enclose(candidate, prec=384)) and normal_form.is_zero(value):
                return candidate
        return None

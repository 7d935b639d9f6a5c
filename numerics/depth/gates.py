"""Partial derivatives of gates: of a product of functions of one input each, by each of them, with their range."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from ...proofs.cases.bounds import product_span
from ...proofs.expressions import calculus
from ...proofs.expressions.expr import Expr
from ...proofs.functions.landscape import decided_landscape
from ...proofs.reals.reals import Real
from ...proofs.reals.sets import Interval
from ..implementations.numpy_functions import factors_of


@dataclass(frozen=True)
class Slope:
    """The derivative by one input: a product of functions of x, one for each input, and its range over all of them."""

    name: str
    factors: tuple[Expr, ...]
    low: Real
    high: Real

    def end(self, side: int) -> Real:
        """The infimum (-1) or the supremum (1)."""
        return self.high if side > 0 else self.low


def partial_slopes(expr: Expr, inputs: tuple[str, ...]) -> list[Slope]:
    """The derivative by each input. Raises ValueError for what is no product of functions of one input each, and
    Undecided where a range is not found."""
    functions = factors_of(expr, inputs)
    slopes: list[Slope] = []
    for name in inputs:
        factors = tuple(calculus.derivative(f, "x", order=1) if other == name else f for other, f in functions.items())
        whole = reduce(product_span, map(_range, factors))
        slopes.append(Slope(name, factors, whole.low, whole.high))
    return slopes


def _range(f: Expr) -> Interval:
    shape = decided_landscape(f, "x")
    return Interval(shape.inf.value, shape.sup.value, shape.inf.attained, shape.sup.attained)

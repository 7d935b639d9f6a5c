"""Correctly rounded values and vector-Jacobian products of rows, and how far rounding alone may carry a computation.

The counterpart of :mod:`gradproof.numerics.oracle.reference` for functions of a whole row.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from ...proofs.catalogue.parameters import ParameterValue
from ...proofs.enclosures.balls import dyadic, excludes_zero
from ...proofs.enclosures.formats import Format
from ...proofs.expressions.expr import Expr
from ..floats.formats import Floats, as_float64, dtype_of, format_of
from ..floats.ulp import Reference
from ..oracle.rounding import ExactReal, rounded_row, special_row
from .definitions import COTANGENT, Derived, derived
from .row_balls import RowBalls

_BITS = (128, 512, 2048)
"""Precisions at which a component that has no finite value is looked at."""
_WRITTEN_OUT = 4096
"""The largest exponent of a number that is made a fraction."""
_SHORT = 64
"""Bits of a number that a component is taken for where 1024 bits do not tell them apart: exact ties are such."""


@dataclass(frozen=True)
class RowReference(Reference):
    """The exact results of one row: of its value, or of its gradient with a cotangent.

    Where a component has no value, or its row holds a NaN, `value` is NaN.
    """

    defined: NDArray[np.bool_]
    """Where the exact result is a real number or an infinity."""
    movement: NDArray[np.float64]
    """How far the exact result moves where every number of the row, less the number that careful implementations
    subtract first, every cotangent and every sum moves by its own size: the largest relative error that a computation
    may make in each of these, times this, is the error in the result that it cannot avoid."""


def row_reference(
    name: str,
    row: Floats,
    *,
    cotangent: Floats | None = None,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> RowReference:
    """The reference of a function at one row of a format; with a cotangent, that of the gradient of their product.

    The cotangent has the shape of the function's value, or is one number where that is one.
    A sum of n numbers moves by 1 + sqrt(n) times its terms: what adding one after the other makes of n roundings. In
    formats of at most 16 bits sums are computed in wider ones, and move by their terms; those of a gradient by
    1 + log2(n) times them, for it may depend on a rounded logarithm of such a sum.
    """
    definition, fmt = derived(name, tuple((parameters or {}).items())), format_of(row)
    numbers = as_float64(row)
    expressions = definition.expressions(0 if cotangent is None else 1)
    if np.isnan(numbers).any() and not definition.function.is_gate:
        return _nothing(_outputs(definition, len(numbers), cotangent), fmt)
    at = _Row(definition, numbers, None if cotangent is None else as_float64(cotangent), fmt)
    rows = [at.result(e, i) for e in expressions for i in at.indices(e)]
    value, residual, exponent, defined, movement = zip(*rows, strict=True)
    if not (definition.function.is_gate or all(defined)):  # a limit, or none, by how the others are approached
        return _nothing(len(rows), fmt)
    with np.errstate(over="ignore"):
        return RowReference(
            np.array(value, np.float64).astype(dtype_of(fmt)), np.array(residual, np.float64),
            np.array(exponent, np.int64), np.array(defined), np.array(movement, np.float64),
        )  # fmt: skip


def _outputs(definition: Derived, length: int, cotangent: Floats | None) -> int:
    if cotangent is not None:
        return length
    return 1 if definition.is_number else length // len(definition.function.vectors)


def _nothing(count: int, fmt: Format) -> RowReference:
    return RowReference(
        np.full(count, np.nan).astype(dtype_of(fmt)), np.zeros(count), np.full(count, fmt.emin), np.zeros(count, bool),
        np.zeros(count),
    )  # fmt: skip


class _Row:
    """One row with its cotangent, cut into the vectors of a definition."""

    def __init__(
        self, definition: Derived, numbers: NDArray[np.float64], cotangent: NDArray[np.float64] | None, fmt: Format
    ) -> None:
        function = definition.function
        parts = np.split(numbers, len(function.vectors))
        vectors = {v: part.tolist() for v, part in zip(function.vectors, parts, strict=True)}
        scalars: dict[str, float] = {}
        if cotangent is not None and definition.is_number:
            scalars[COTANGENT] = float(cotangent.reshape(-1)[0])
        elif cotangent is not None:
            vectors[COTANGENT] = cotangent.tolist()
        self.definition, self.fmt, self.length = definition, fmt, len(parts[0])
        self.growth = _growth(self.length, fmt, gradient=cotangent is not None)
        centre = function.centre([x for x in numbers.tolist() if math.isfinite(x)])
        self.weights = {v: [_weight(x, centre if v != COTANGENT else 0.0) for x in vectors[v]] for v in vectors}

        @cache
        def balls(bits: int) -> RowBalls:
            return RowBalls(definition.algebra, vectors, scalars, bits)

        self.balls = balls
        self._done: dict[tuple[Expr, tuple[float, ...]], tuple[float, float, int, bool, float]] = {}
        self._columns = tuple(vectors.values())

    def indices(self, e: Expr) -> Sequence[int]:
        """The components that an expression has at this row."""
        return range(1) if self.definition.is_number and e is self.definition.value else range(self.length)

    def result(self, e: Expr, index: int) -> tuple[float, float, int, bool, float]:
        """Rounded value, residual, exponent of the ULP, whether there is a value, and its movement."""
        key = e, tuple(column[index] for column in self._columns)
        if key not in self._done:
            self._done[key] = self._result(e, index)
        return self._done[key]

    def _result(self, e: Expr, index: int) -> tuple[float, float, int, bool, float]:
        if any(math.isnan(column[index]) for column in self._columns):  # of a gate, whose derivatives may not see it
            return math.nan, 0.0, self.fmt.emin, False, 0.0
        for bits in _BITS:
            ball = self.balls(bits).at(e, index)
            if ball.is_finite():
                return *rounded_row(self._real(e, index, ball), self.fmt)[:3], True, self._movement(e, index)
            for infinity in (math.inf, -math.inf):
                if ball == arb(infinity):
                    return *special_row(infinity, self.fmt)[:3], True, 0.0
        return math.nan, 0.0, self.fmt.emin, False, 0.0

    def _real(self, e: Expr, index: int, ball: arb) -> ExactReal:
        """A component as a rational where it is one of few bits, or 0, as far as anything shows."""
        if _short(ball, self.fmt) is not None:
            short = _short(self.balls(1024).at(e, index), self.fmt)
            if short is not None:
                return short
        return lambda bits: self.balls(bits).at(e, index)

    def _movement(self, e: Expr, index: int) -> float:
        sensitivity = self.definition.sensitivity(e)
        movement = float(self.balls(_BITS[0]).movement(sensitivity, self.weights, self.growth, index).mid())
        return math.inf if math.isnan(movement) else movement


def _growth(length: int, fmt: Format, *, gradient: bool) -> float:
    """How many times its terms' sizes a sum moves."""
    if fmt.bits > 16:
        return 1 + math.sqrt(length)
    return 1 + math.log2(length) if gradient else 1.0


def _short(ball: arb, fmt: Format) -> fmpq | None:
    """A number of few bits in a ball, or 0 where all of the ball is far below the format's least number."""
    if not excludes_zero(ball):
        return fmpq(0) if abs(ball) < _tiny(fmt) else None
    mantissa, exponent = dyadic(ball.mid())
    lower = max(mantissa.bit_length() - _SHORT, 0)
    rounded = (mantissa + (1 << lower >> 1)) >> lower << lower
    if abs(exponent) > _WRITTEN_OUT or not ball.contains(arb((rounded, exponent))):
        return None
    return fmpq(rounded) * fmpq(2) ** exponent


@cache
def _tiny(fmt: Format) -> arb:
    return arb(fmt.min_subnormal * fmpq(1, 1 << 64))


def _weight(x: float, centre: float) -> float:
    """The number whose relative error counts; an infinity is exact."""
    return abs(x - centre) if math.isfinite(x) else 0.0

"""The truth for activations of two inputs (glu and its kind)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, as_float64, dtype_of, exact, format_of
from ...numerics.floats.ulp import Reference
from ...numerics.oracle.log_scale import scaled_enclosure
from ...numerics.oracle.rounding import rounded_row
from ...proofs.budget import Undecided
from ...proofs.catalogue.entries import Activation
from ...proofs.enclosures.formats import Format
from ...proofs.enclosures.jets import enclose
from ...proofs.expressions import calculus
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import formula_at

_BITS = (256, 2048)


def gated_reference(
    entry: Activation, parameters: Mapping[str, Any], order: int, variable: int, inputs: Sequence[Floats]
) -> tuple[Reference, NDArray[np.bool_]]:
    """References of the function (order 0) or one of its partial derivatives, and where it has a value.

    NaN where an input is not finite or the derivative has a kink.
    """
    expr, fmt = _partial(entry, parameters, order, variable), format_of(inputs[0])
    rows: list[tuple[float, float, int] | None] = []
    for point in zip(*map(as_float64, inputs), strict=True):
        smooth = _smooth(expr, entry.inputs, point)
        rows.append(None if smooth is None else _row(*smooth, fmt))
    nothing = float("nan"), 0.0, fmt.emin
    value, residual, exponent = (np.array(column) for column in zip(*(row or nothing for row in rows), strict=True))
    reference = Reference(value.astype(dtype_of(fmt)), residual.astype(np.float64), exponent.astype(np.int64))
    return reference, np.array([row is not None for row in rows])


def gated_condition(
    entry: Activation, parameters: Mapping[str, Any], order: int, variable: int, inputs: Sequence[Floats]
) -> NDArray[np.float64]:
    """The sum of abs(u g_u / g) over the inputs u of the function g; 0 where it has no value."""
    expr = _partial(entry, parameters, order, variable)
    formulas = [_smooth(expr, entry.inputs, point) for point in zip(*map(as_float64, inputs), strict=True)]
    return np.array([0.0 if at is None else _kappa(*at) for at in formulas], np.float64)


def _partial(entry: Activation, parameters: Mapping[str, Any], order: int, variable: int) -> Expr:
    return calculus.derivative(entry.expr(**parameters), entry.inputs[variable], order=order)


def _smooth(expr: Expr, names: Sequence[str], point: Sequence[float]) -> tuple[Expr, dict[str, fmpq]] | None:
    """The smooth formula that holds at a point, and the point; None where there is no value."""
    if not all(map(math.isfinite, point)):
        return None
    at = dict(zip(names, map(exact, point), strict=True))
    try:
        return formula_at(expr, at), at
    except Undecided:  # at a kink
        return None


def _row(expr: Expr, at: Mapping[str, fmpq], fmt: Format) -> tuple[float, float, int]:
    """Rounded value, what the rounding left over in ULP, and the ULP's exponent."""
    return rounded_row(lambda bits: _enclose(expr, at, bits), fmt)[:3]


def _kappa(expr: Expr, at: Mapping[str, fmpq]) -> float:
    slopes = [calculus.differentiate(expr, name) for name in at]
    moves = arb("inf")
    for bits in _BITS:
        size = abs(_enclose(expr, at, bits))
        moves = sum((abs(_enclose(s, at, bits) * x) for s, x in zip(slopes, at.values(), strict=True)), arb(0))
        if size > 0 and moves.is_finite():
            return float(moves / size)
    return 0.0 if moves.is_zero() else float("inf")


def _enclose(expr: Expr, at: Mapping[str, fmpq], bits: int) -> arb:
    ball = enclose(expr, at, bits)
    if ball.is_finite():
        return ball
    (first, x), *others = at.items()
    rest = {name: ex.rational(value) for name, value in others}
    return scaled_enclosure(calculus.substitute(expr, rest), x, first, bits)

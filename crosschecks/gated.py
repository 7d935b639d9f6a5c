"""The truth for activations of two inputs (glu and its kind), which are smooth in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from ..numerics.formats import Floats, as_float64, dtype_of, exact, format_of, to_float
from ..numerics.scaled import scaled_enclosure
from ..numerics.ulp import Reference
from ..proofs import expressions as ex
from ..proofs.catalogue import Activation
from ..proofs.evaluate import enclose
from ..proofs.expressions import Expr
from ..proofs.formats import Format

_BITS = 256


def gated_reference(
    entry: Activation, parameters: Mapping[str, Any], order: int, variable: int, inputs: Sequence[Floats]
) -> Reference:
    """References of the function (order 0) or one of its partial derivatives. NaN where an input is not finite."""
    expr, fmt = _partial(entry, parameters, order, variable), format_of(inputs[0])
    points = zip(*map(as_float64, inputs), strict=True)
    rows = [_row(expr, entry.inputs, point, fmt) for point in points]
    value, residual, exponent = (np.array(column) for column in zip(*rows, strict=True))
    return Reference(value.astype(dtype_of(fmt)), residual.astype(np.float64), exponent.astype(np.int64))


def gated_condition(
    entry: Activation, parameters: Mapping[str, Any], order: int, variable: int, inputs: Sequence[Floats]
) -> NDArray[np.float64]:
    """The sum of abs(u g_u / g) over the inputs u of the function g; 0 where an input is not finite."""
    expr = _partial(entry, parameters, order, variable)
    slopes = [ex.differentiate(expr, name) for name in entry.inputs]
    points = zip(*map(as_float64, inputs), strict=True)
    return np.array([_kappa(expr, slopes, entry.inputs, point) for point in points], np.float64)


def _partial(entry: Activation, parameters: Mapping[str, Any], order: int, variable: int) -> Expr:
    expr = entry.expr(**parameters)
    for _ in range(order):
        expr = ex.differentiate(expr, entry.inputs[variable])
    return expr


def _row(expr: Expr, names: Sequence[str], point: Sequence[float], fmt: Format) -> tuple[float, float, int]:
    """Rounded value, what the rounding left over in ULP, and the ULP's exponent."""
    if not all(np.isfinite(point)):
        return float("nan"), 0.0, fmt.emin
    at = dict(zip(names, map(exact, point), strict=True))
    nearest = fmt.round(lambda bits: _enclose(expr, at, bits))
    middle = fmt.clamped(_enclose(expr, at, _BITS).mid())
    ulp = fmt.ulp(middle)
    exponent = ulp.p.bit_length() - ulp.q.bit_length()
    left_over = fmpq(0) if isinstance(nearest, str) else (middle - nearest) / ulp
    return to_float(nearest), int(left_over.p) / int(left_over.q), exponent


def _kappa(expr: Expr, slopes: Sequence[Expr], names: Sequence[str], point: Sequence[float]) -> float:
    if not all(np.isfinite(point)):
        return 0.0
    at = dict(zip(names, map(exact, point), strict=True))
    size = abs(_enclose(expr, at, _BITS))
    moves = sum((abs(_enclose(s, at, _BITS) * x) for s, x in zip(slopes, at.values(), strict=True)), arb(0))
    if not size > 0:
        return 0.0 if moves.is_zero() else float("inf")
    return float(moves / size)


def _enclose(expr: Expr, at: Mapping[str, fmpq], bits: int) -> arb:
    ball = enclose(expr, at, bits)
    if ball.is_finite():
        return ball
    (first, x), *others = at.items()
    rest = {name: ex.rational(value) for name, value in others}
    return scaled_enclosure(ex.substitute(expr, rest), x, first, bits)

"""Correctly rounded values at numbers next to float64s, many at once.

With x = X + d, X the float64 next to x, f(x) = f(X) + f'(X) d + f''(y) d**2 / 2. The first two are certified pairs of
float64; f'' is bounded by an enclosure over a block of floats that holds X, x and so y.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ...numerics.oracle.precise import bulk_reference, double_double
from ...numerics.oracle.smooth_formulas import nth_derivative
from ...proofs.enclosures.balls import precision
from ...proofs.enclosures.jets import program
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import split

Doubles = NDArray[np.float64]
BITS = 128
BLOCK = 48
"""Bits of a float64 that differ inside a block: a binade is cut into 16."""
MARGIN = 2.0**-14
"""More than the errors of the residual and of the step, in ULP; values nearer to a midpoint than this are left out."""
FARTHEST_STEP = 8.0
"""ULP by which a value may differ from that at the float."""


@dataclass(frozen=True)
class Rounded:
    """Values at an array of inputs."""

    value: Doubles
    """Correctly rounded to float64; NaN where that is not shown."""
    residual: Doubles
    """(exact - value) / 2**ulp_exponent, good to MARGIN."""
    ulp_exponent: NDArray[np.int64]


def rounded(expr: Expr, order: int, floats: Doubles, steps: Doubles) -> Rounded:
    """The derivative of an order at floats + steps: finite floats, each with a step of at most half its ULP.

    Raises Undecided and RoundingUndecided as the oracle does.
    """
    at = bulk_reference(expr, floats, order=order)
    value, residual, exponent = at.value.copy(), at.residual.copy(), at.ulp_exponent
    moved = np.flatnonzero(steps)
    if not moved.size:
        return Rounded(value, residual, exponent)
    x, d, near = floats[moved], steps[moved], value[moved]
    slope = double_double(expr, x, order=order + 1).hi
    curved = _second_derivatives(expr, order, x)
    with np.errstate(all="ignore"):
        ulp = np.ldexp(1.0, exponent[moved])
        step = slope * d / ulp
        total = residual[moved] + step
        whole = np.rint(total)
        doubt = MARGIN * (1 + np.abs(step)) + curved * d * d / ulp
        new = near + whole * ulp
        same_binade = (np.frexp(new)[1] == np.frexp(near)[1]) & ~_is_power(near) & ~_is_power(new)
        certain = (np.abs(total - whole) + doubt < 0.5) & (np.abs(total) < FARTHEST_STEP) & same_binade
        certain &= np.abs(near) > 1e-290
    value[moved] = np.where(certain, new, np.nan)
    residual[moved] = total - whole
    return Rounded(value, residual, exponent)


def _is_power(values: Doubles) -> NDArray[np.bool_]:
    """Where a float is 0 or a power of two, on one side of which the ULP is another."""
    return np.isin(np.frexp(np.abs(values))[0], (0.0, 0.5))


def _second_derivatives(expr: Expr, order: int, x: Doubles) -> Doubles:
    """Bounds on the second derivative of the function over the blocks that the floats are in; NaN where there are
    none, as at a breakpoint."""
    ids, back = np.unique(x.view(np.int64) >> BLOCK, return_inverse=True)
    return np.array(list(_bounds(expr, order, ids)), np.float64)[back]


def _bounds(expr: Expr, order: int, ids: NDArray[np.int64]) -> Iterator[float]:
    pieces = split(expr, "x")
    ends = [end.ball(256) for end in pieces.breakpoints]
    corners = np.stack([ids << BLOCK, (ids << BLOCK) + ((1 << BLOCK) - 1)]).view(np.float64)
    for first, last in corners.T.tolist():
        with precision(BITS):
            block = arb(first).union(arb(last)) * arb(1, 2.0**-50)
            place = sum(bool(block > end) for end in ends)
            inside = all(block > end for end in ends[:place]) and all(block < end for end in ends[place:])
            formula = pieces.pieces[place].expr if inside else None
            if formula is None:
                yield np.nan
                continue
            curve: Any = program(nth_derivative(formula, order + 2)).run({"x": block})
            yield float(abs(curve).upper()) * (1 + 2.0**-50) if curve.is_finite() else np.nan

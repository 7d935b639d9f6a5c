"""Activations on large float64 arrays, quickly: cubics on 256 cells of each binade, right to about nine digits.

The derived implementation (:mod:`gradproof.numerics.implementations.numpy_functions`) gives every cell its values and
slopes, and is asked again where a cubic is not good: around breakpoints and singularities, at breakpoints, at
infinities. In a relative sense a cubic is good next to a zero, too, so that signals of any size keep their digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from ...proofs.catalogue.parameters import ParameterValue
from ...proofs.catalogue.parse import definition
from ...proofs.enclosures.formats import FORMATS
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import split
from ..implementations.numpy_functions import NARROW_FACTOR_TOLERANCE, factors_of, implementation
from ..oracle.reference import Target, exact_expression

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

SMALLEST, LARGEST = -8, 5
"""The binades with cells are those from 2^-8 to 2^5; one more cell lies on each side of 0, one beyond each end."""
FRACTION_BITS = 8
SHIFT = 52 - FRACTION_BITS
FIRST = (1023 + SMALLEST) << FRACTION_BITS
COUNT = (LARGEST - SMALLEST) << FRACTION_BITS
TOLERANCE, NEGLIGIBLE = 1e-9, 1e-10
"""The error of a cubic that is used: relative to the largest value in its cell, or to the function's size around 1."""
SEEN = np.array([0.25, 0.5, 0.75])
"""Where in a cell a cubic is compared with the function."""
ONE_AT_A_TIME = Lock()
"""The derived implementations build polynomials as they are needed, and networks run on threads."""
FAR = 2.0 ** np.array([6, 8, 10, 13, 16, 20, 40, 100, 400])
"""Where the last cell's line is compared with the function: most activations are lines or constants out there."""


@dataclass(frozen=True)
class Gate:
    """A product of functions of one input each: one function for an activation, two for GLU and its relatives."""

    values: tuple[Function, ...]
    slopes: tuple[Function, ...]

    def value(self, z: Sequence[Array]) -> Array:
        """The product at pre-activations of one shape, an array for each input."""
        product, *others = (f(each) for f, each in zip(self.values, z, strict=True))
        for other in others:
            product = product * other
        return product

    def partials(self, z: Sequence[Array]) -> list[Array]:
        """The partial derivative by each input."""
        slopes = [d(each) for d, each in zip(self.slopes, z, strict=True)]
        if len(z) > 1:
            values = [f(each) for f, each in zip(self.values, z, strict=True)]
            slopes = [np.prod([*values[:i], slope, *values[i + 1 :]], axis=0) for i, slope in enumerate(slopes)]
        return slopes


def gate(target: Target, parameters: Mapping[str, ParameterValue] | None = None) -> Gate:
    """An activation of one input, or a gate, by name, entry, formula in x or expression.

    Raises UnknownActivation, and ValueError for a function of several inputs that is no product of functions of one
    input each.
    """
    expr = exact_expression(target, parameters)
    factors = factors_of(expr, _inputs(target)).values()
    return Gate(*(tuple(_tabulated(factor, order) for factor in factors) for order in (0, 1)))


def _inputs(target: Target) -> tuple[str, ...]:
    return ("x",) if isinstance(target, Expr) else definition(target).inputs


def pointwise(target: Target, order: int, parameters: Mapping[str, ParameterValue] | None = None) -> Function:
    """An activation of one input, or its derivative, on float64 arrays.

    Raises UnknownActivation, and ValueError for a function of several inputs.
    """
    chosen = gate(target, parameters)
    if len(chosen.values) != 1:
        names = ", ".join(_inputs(target))
        raise ValueError(f"activation={target!r}: expected a function of one input, not of {names}")
    return (chosen.values, chosen.slopes)[order][0]


@lru_cache(maxsize=256)
def _tabulated(expr: Expr, order: int) -> Function:
    return Tabulated(expr, order)


class Tabulated:
    """The derivative of one order of an expression in x, by a cubic on each cell."""

    def __init__(self, expr: Expr, order: int) -> None:
        self._exact, slope = _derived(expr, order), _derived(expr, order + 1)
        self._breakpoints = np.array([float(each.ball(64)) for each in split(expr, "x").breakpoints])
        scale = np.abs(self._exact(np.linspace(-2, 2, 64)))
        self._negligible = NEGLIGIBLE * float(scale[np.isfinite(scale)].max(initial=0))
        edges = np.append(0.0, (np.arange(FIRST, FIRST + COUNT + 1) << SHIFT).view(np.float64))
        sides = [self._cubics(sign * edges, slope) for sign in (1, -1)]
        self._rows, self._bad = (np.concatenate(parts) for parts in zip(*sides, strict=True))

    def __call__(self, x: Array) -> Array:
        """Values at an array of any shape."""
        x = np.ascontiguousarray(x)
        size = x.view(np.int64)
        cell = ((size >> SHIFT) & ((1 << 63 - SHIFT) - 1)) - (FIRST - 1)
        np.clip(cell, 0, COUNT + 1, out=cell)
        cell += (size < 0) * (COUNT + 2)
        rows = self._rows.take(cell, axis=0)
        with np.errstate(over="ignore", invalid="ignore"):
            t = x - rows[..., 0]
            result = rows[..., 4] * t
            for k in (3, 2, 1):
                result += rows[..., k]
                if k > 1:
                    result *= t
        slow = self._bad.take(cell) | np.isinf(x)
        for each in self._breakpoints:
            slow |= x == each
        if slow.any():
            result[slow] = self._exact(x[slow])
        return result

    def _cubics(self, edges: Array, slope: Function) -> tuple[Array, NDArray[np.bool_]]:
        """For each cell between two edges, and for what is beyond, its start with four coefficients, and its doubt."""
        near, far = edges[:-1], edges[1:]
        step = far - near
        (f0, d0), (f1, d1) = (self._one_sided(edge, inwards, slope) for edge, inwards in ((near, step), (far, -step)))
        with np.errstate(all="ignore"):
            c2 = (3 * (f1 - f0) / step - 2 * d0 - d1) / step
            c3 = (d0 + d1 - 2 * (f1 - f0) / step) / step**2
            t = SEEN[:, None] * step
            cubic = ((c3 * t + c2) * t + d0) * t + f0
            good = self._close(cubic, self._exact(near + t), np.abs(f1)).all(axis=0)
            level = self._close(np.zeros(1), d1[-1:] * far[-1:], np.abs(f1[-1]))[0]
            tilt = 0.0 if level else d1[-1]  # a slope that dies out would carry far
            distance = np.copysign(FAR, far[-1]) - far[-1]
            beyond = self._close(f1[-1] + tilt * distance, self._exact(far[-1] + distance)).all()
        low, high = np.minimum(near, far), np.maximum(near, far)
        for each in self._breakpoints:
            good &= (each <= low) | (high <= each)
        line = [far[-1], f1[-1], tilt, 0.0, 0.0]
        return np.vstack([np.column_stack([near, f0, d0, c2, c3]), line]), ~np.append(good, beyond)

    def _one_sided(self, x: Array, inwards: Array, slope: Function) -> tuple[Array, Array]:
        """Value and slope at an edge of each cell, from inside the cell where the edge is a breakpoint."""
        value, derivative = self._exact(x), slope(x)
        at = np.isin(x, self._breakpoints)
        shift = inwards[at] * 2.0**-20
        derivative[at] = slope(x[at] + shift)
        extrapolated = self._exact(x[at] + shift) - shift * derivative[at]
        jumps = ~(np.abs(extrapolated - value[at]) <= 1e-9 * np.abs(inwards[at]))
        value[at] = np.where(jumps, extrapolated, value[at])
        return value, derivative

    def _close(self, cubic: Array, true: Array, size: Array | float = 0.0) -> NDArray[np.bool_]:
        """Whether the error is small beside the true values, their size at the cell's end, or the function's."""
        largest = np.maximum(np.abs(true).max(axis=0) if true.ndim > 1 else np.abs(true), size)
        return np.abs(cubic - true) <= np.maximum(TOLERANCE * largest, self._negligible)


def _derived(expr: Expr, order: int) -> Function:
    ((_, function),) = implementation(expr, order=order).factors

    def values(x: Array) -> Array:
        with ONE_AT_A_TIME:
            return function(x, FORMATS["float64"], NARROW_FACTOR_TOLERANCE)

    return values

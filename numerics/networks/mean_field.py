"""Mean field: signals and gradients in infinitely wide random networks, by quadrature in floats.

The pre-activations z of a layer are independent and normal. With g = width sigma^2 their variance is
g E h^2 + sigma_b^2 for values h of the layer before, and an unnormalised layer multiplies the squared gradient by
g E f'(z)^2 (Poole et al. 2016; Schoenholz et al. 2017); of a gate, by the sum of that over its inputs. A residual
connection adds 1 to that factor and E h^2 + 2 E h E f to E f^2 (Yang and Schoenholz 2017), and a normalisation divides
the gradient by the variance that it divides by (its mean square, for RMS normalisation).

What is not certified has an estimate of its error. Batch normalisation, whose statistics depend on the batch, has no
prediction here. Orthogonal weights have the prediction of normal ones (Pennington et al. 2017).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...proofs.catalogue.parameters import ParameterValue
from ...proofs.catalogue.parse import definition
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import split
from ..implementations.numpy_functions import factors_of
from ..oracle.reference import Target, exact_expression
from .multilayer import Network, slope
from .pointwise import Function, gate
from .quadrature import normal_means

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Moments:
    """Of a layer's function: E f, E f^2, and E f'^2 summed over the inputs, with its relative error."""

    mean: float
    square: float
    slopes: float
    error: float


class Means:
    """Means over pre-activations z = bias + u, u normal, of a network's activation, as functions of u's variance."""

    def __init__(
        self, target: Target, bias: float = 0.0, parameters: Mapping[str, ParameterValue] | None = None
    ) -> None:
        self.bias, self.gate = bias, gate(target, parameters)
        expr = exact_expression(target, parameters)
        factors = factors_of(expr, ("x",) if isinstance(target, Expr) else definition(target).inputs).values()
        self._breakpoints = [[float(b.ball(64)) for b in split(f, "x").breakpoints] for f in factors]

    def moments(self, q: float) -> Moments:
        """At one variance, the same for every input of a gate."""
        rows, error = [], 0.0
        for f, d, breakpoints in zip(self.gate.values, self.gate.slopes, self._breakpoints, strict=True):

            def products(z: Array, f: Function = f, d: Function = d) -> Array:
                values = f(z)
                return np.array([values, values**2, d(z) ** 2])

            means, errors = normal_means(products, self.bias, math.sqrt(q), breakpoints, tolerance=TABULATED)
            rows.append(means)
            with np.errstate(all="ignore"):
                error = max(error, float(errors[2] / means[2]))
        mean, square, _ = np.prod(rows, axis=0)
        slopes = sum(
            row[2] * math.prod(other[1] for other in [*rows[:i], *rows[i + 1 :]]) for i, row in enumerate(rows)
        )
        return Moments(float(mean), float(square), float(slopes), error)

    def fourth_moments(self, q: float) -> Array:
        """E f^2, E f^4, E f'^2, E f'^4, E (u f')^2, E (f f')^2 and E u f f', of an activation of one input."""
        (f,), (d,), (breakpoints,) = self.gate.values, self.gate.slopes, self._breakpoints

        def products(z: Array) -> Array:
            fz, dz, u = f(z), d(z), z - self.bias
            return np.array([fz**2, fz**4, dz**2, dz**4, (u * dz) ** 2, (fz * dz) ** 2, u * fz * dz])

        return normal_means(products, self.bias, math.sqrt(q), breakpoints, tolerance=TABULATED)[0]


def mean_field_decay(
    network: Network, *, parameters: Mapping[str, ParameterValue] | None = None
) -> tuple[tuple[float, ...], float]:
    """The change of the log squared gradient in each layer, the first hidden layer first, and its error.

    The error is the largest that quadrature of two orders shows. Raises ValueError for batch normalisation.
    """
    if network.norm == "batch":
        raise ValueError("norm='batch': expected a network without batch normalisation, which has no prediction here")
    means = Means(network.activation, network.bias, parameters)
    gain, random = network.gain, network.sigma_b**2
    mean, square = 0.0, 1.0  # E h and E h^2
    changes, error = [], 0.0
    inside = network.norm is not None and (not network.residual or network.norm_place == "pre")
    for _ in range(network.depth):
        # Of the input W h or h, normalised: layer normalisation of W h, whose entries have mean 0, is that by its size.
        centred = square - mean**2 * (network.norm == "layer" and network.residual)
        into = (1.0 if not network.residual else gain) if inside else gain * square
        moments = means.moments(into + random)
        error = max(error, moments.error)
        growth = moments.slopes * gain
        if inside:
            growth /= centred if network.residual else gain * square
        if network.residual:
            growth += 1
            square += 2 * mean * moments.mean + moments.square
            mean += moments.mean
        else:
            mean, square = moments.mean, moments.square
        if network.residual and network.norm_place == "post" and network.norm:
            divided = square - mean**2 * (network.norm == "layer")
            growth /= divided
            mean = 0.0 if network.norm == "layer" else mean / math.sqrt(divided)
            square = 1.0
        with np.errstate(divide="ignore", invalid="ignore"):
            changes.append(float(np.log(growth)))
    return tuple(changes), error


def change_slope(changes: tuple[float, ...]) -> float:
    """The least-squares slope, per layer towards the input, of a log that changes by these amounts."""
    if not all(map(math.isfinite, changes)):
        return sum(changes)
    return float(slope(np.concatenate([np.cumsum(changes[::-1])[::-1], [0.0]])))


TABULATED = 1e-8
"""The tolerance of means of tabulated functions, whose own errors no halving of panels removes."""
VARIANCES = 10.0 ** np.arange(-8, 6.01, 0.25)
"""Where critical points are looked for."""
FIXED, STABLE = 1e-6, 1e-9
"""A length map has a fixed point where it moves a variance by less, relative to it; a stable one, where its slope
above that is no more than 1."""


def critical_scale(
    activation: Target, *, sigma_b: float = 0.0, parameters: Mapping[str, ParameterValue] | None = None
) -> float:
    """The sigma_w at which gradients neither grow nor shrink: chi_1 = 1 at a stable fixed point q* of the length map.

    On the critical line sigma_w^2 = 1/E f'(z)^2 and sigma_b^2 = q* - sigma_w^2 E f(z)^2, z normal of variance q*
    (Poole et al. 2016; Hayou et al. 2019); the smallest such q* up to 1e6, with 1e-8 for a limit at 0. In floats.
    Raises ValueError where there is none.
    """
    means = Means(activation, 0.0, parameters)

    def drift(q: float) -> float:
        m = means.moments(q)
        return (m.square / m.slopes + sigma_b**2 - q) / q

    below = None
    for q in map(float, VARIANCES):
        moved = drift(q)
        if below is not None and math.isfinite(moved) and moved * below[1] <= 0:
            q = _root(drift, below[0], q)
            moved = 0.0
        if math.isfinite(moved):
            below = q, moved
        here, above = means.moments(q), means.moments(2 * q)
        if abs(moved) < FIXED and (above.square - here.square) / (here.slopes * q) < 1 + STABLE:
            return math.sqrt(1 / here.slopes)
    raise ValueError(f"activation={activation!r}: no stable critical point was found for sigma_b={sigma_b!r}")


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function changes its sign, by bisection on a logarithmic scale."""
    sign = function(low)
    for _ in range(60):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if function(middle) * sign > 0 else (low, middle)
    return math.sqrt(low * high)

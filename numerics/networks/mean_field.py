"""The theory of the gradient in a random network: mean field for infinite width, and its first correction.

Infinitely wide. The pre-activations z of a layer are normal with variance q, from layer to layer q' = g E[f(z)^2]
with g = width * sigma^2, and a layer multiplies the squared gradient by g E[f'(z)^2] (Schoenholz et al. 2017).

At width n. The mean of a logarithm is not the logarithm of the mean, and q itself varies between networks. To first
order in 1/n the log of the squared gradient changes in one layer by

    E[log(g E f'^2)] - (3 k - 1)/(2 n) + (r_above - 1) (E[f^2 f'^2]/(E f^2 E f'^2) - 1)/n + (r - 1)/n.

1. A sum of n independent terms f'(z)^2 u^2, u normal, has relative variance (3 k - 1)/n with k = E f'^4/(E f'^2)^2,
   and the mean of its logarithm lies half of that below the logarithm of its mean. For relu k = 2, which gives
   -5/(2 n): the mean that Hanin and Nica (2020, Products of many large random matrices and gradients in deep neural
   networks) find for the log squared norm, per layer. Multiplying by W^T and dividing by the norm before it cancel.
2. Gradient and values pass through the same W. Given z = W h, its transpose is fresh except along h, where it returns
   z.v for the gradient v. Of n equal shares of the squared gradient one is therefore r = E[(z.v)^2]/(q |v|^2), and
   that share meets the mask f'^2 along h. Downwards r = E[(z f')^2]/(q E f'^2) + (r_above - 1) E[z f f']^2/(q E f^2
   E f'^2), with r = 1 above the last layer. The code keeps r/n, the share along h, where it is not small.
3. The variance q of a layer, given the one before, is the mean of n independent terms f(z)^2 times g. Its logarithm is
   followed by its mean and variance, as if it were normal; the outer mean E[...] is over it. Where large and small
   values part for good (gelu with He's weights grows or dies) that is a coarse picture.

The weights are normal and independent; uniform and orthogonal ones, residual connections and normalisation have other
terms of first order. All means are quadrature in floats, not certified, with an estimate of their error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...proofs.catalogue.parameters import ParameterValue
from ...proofs.functions.pieces import split
from ..oracle.reference import exact_expression
from .multilayer import Network, slope
from .pointwise import pointwise
from .quadrature import normal_means

Array = NDArray[np.float64]

POINTS, WEIGHTS = np.array([-math.sqrt(3), 0, math.sqrt(3)]), np.array([1, 4, 1]) / 6
"""A standard normal in three points, with its first five moments: enough for means over log q, smooth in it."""


@dataclass(frozen=True)
class Prediction:
    """The change of the log squared gradient's mean in each layer, the first hidden layer first."""

    infinite: tuple[float, ...]
    """For infinite width."""
    finite: tuple[float, ...]
    """For the network's width, to first order in 1/width; NaN where the means it needs do not exist."""
    error: float
    """The largest error of an entry of `infinite` that quadrature of two orders shows."""

    @property
    def infinite_slope(self) -> float:
        """The least-squares slope, as measured ones are taken."""
        return change_slope(self.infinite)

    @property
    def finite_slope(self) -> float:
        return change_slope(self.finite)


def change_slope(changes: tuple[float, ...]) -> float:
    """The least-squares slope, per layer towards the input, of a log that changes by these amounts."""
    if not all(map(math.isfinite, changes)):
        return sum(changes)
    return float(slope(np.concatenate([np.cumsum(changes[::-1])[::-1], [0.0]])))


def mean_field_decay(network: Network, *, parameters: Mapping[str, ParameterValue] | None = None) -> tuple[float, ...]:
    """The infinitely wide prediction of the log squared gradient's change per layer, one per layer.

    Raises ValueError for a network with layer normalisation.
    """
    return _infinite(network, _Layer(network, parameters))[0]


def predict(network: Network, *, parameters: Mapping[str, ParameterValue] | None = None) -> Prediction:
    """The change of the log squared gradient in each layer, for infinite width and for the network's.

    Raises ValueError for a network with layer normalisation.
    """
    layer = _Layer(network, parameters)
    infinite, error = _infinite(network, layer)
    return Prediction(infinite, _finite(network, layer), error)


class _Layer:
    """Means over one layer's pre-activation z = bias + u, u normal with variance q, as functions of q."""

    def __init__(self, network: Network, parameters: Mapping[str, ParameterValue] | None) -> None:
        if network.norm:
            raise ValueError(f"norm={network.norm!r}: expected a network without normalisation")
        self.bias = network.bias
        self.f, self.d = (pointwise(network.activation, order, parameters) for order in (0, 1))
        expr = exact_expression(network.activation, parameters)
        self.breakpoints = [float(b.ball(64)) for b in split(expr, "x").breakpoints]

    def squares(self, q: float) -> tuple[Array, Array]:
        """E f^2 and E f'^2, with their estimated errors."""
        return self._means(lambda z: np.array([self.f(z) ** 2, self.d(z) ** 2]), q)

    def fourth_moments(self, q: float) -> Array:
        """E f^2, E f^4, E f'^2, E f'^4, E (u f')^2, E (f f')^2 and E u f f'."""

        def products(z: Array) -> Array:
            f, d, u = self.f(z), self.d(z), z - self.bias
            return np.array([f**2, f**4, d**2, d**4, (u * d) ** 2, (f * d) ** 2, u * f * d])

        return self._means(products, q)[0]

    def _means(self, integrands: Callable[[Array], Array], q: float) -> tuple[Array, Array]:
        return normal_means(integrands, self.bias, math.sqrt(q), self.breakpoints)


def _infinite(network: Network, layer: _Layer) -> tuple[tuple[float, ...], float]:
    gain = network.width * network.sigma**2
    q, changes, error = gain, [], 0.0
    for _ in range(network.depth):
        (f2, d2), errors = layer.squares(q)
        with np.errstate(divide="ignore", invalid="ignore"):
            changes.append(float(np.log(gain * d2)))
            error = max(error, float(errors[1] / d2))
        q = gain * float(f2)
    return tuple(changes), error


def _finite(network: Network, layer: _Layer) -> tuple[float, ...]:
    with np.errstate(all="ignore"):
        passes = list(_forward_passes(network, layer))
        n, share, changes = network.width, 1 / network.width, []
        for change, concave, mask, along_z, passed in reversed(passes):
            masked = (1 - share) * (n - mask) / (n - 1) + share * mask
            returned = ((1 - share) * (along_z - passed) / (n - 1) + share * passed) * n / masked
            total = n - 1 + returned
            changes.append(float(change - concave / n + np.log(masked * total / n)))
            share = returned / total
    return tuple(reversed(changes))


def _forward_passes(network: Network, layer: _Layer) -> Iterator[Array]:
    """For each layer, the means over q of log(g E f'^2), (3 k - 1)/2 and the three quotients that r needs."""
    n, gain = network.width, network.width * network.sigma**2
    centre, variance = np.log(gain) - 1 / n, 2 / n  # of the logarithm of |W h|^2/n for a normal input h
    for _ in range(network.depth):
        q = np.exp(centre + np.sqrt(variance) * POINTS)
        f2, f4, d2, d4, ud2, fd2, ufd = np.transpose([layer.fourth_moments(float(each)) for each in q])
        shares = (fd2 / (f2 * d2), ud2 / (q * d2), ufd**2 / (q * f2 * d2))
        yield np.array([np.log(gain * d2), (3 * d4 / d2**2 - 1) / 2, *shares]) @ WEIGHTS
        means, spreads = np.log(gain * f2), (f4 / f2**2 - 1) / n
        centre = (means - spreads / 2) @ WEIGHTS
        variance = spreads @ WEIGHTS + (means - means @ WEIGHTS) ** 2 @ WEIGHTS

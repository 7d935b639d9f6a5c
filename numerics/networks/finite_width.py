"""The theory of the gradient in a random network at width n: mean field with its first correction in 1/n.

The mean of a logarithm is not the logarithm of the mean, and the variance q of a layer's pre-activations itself varies
between networks. To first order in 1/n the log of the squared gradient changes in one layer by

    E[log(g E f'^2)] - (3 k - 1)/(2 n) + (r_above - 1) (E[f^2 f'^2]/(E f^2 E f'^2) - 1)/n + (r - 1)/n.

1. A sum of n independent terms f'(z)^2 u^2, u normal, has relative variance (3 k - 1)/n with k = E f'^4/(E f'^2)^2,
   and the mean of its logarithm lies half of that below the logarithm of its mean. For relu k = 2, which gives
   -5/(2 n): the mean that Hanin and Nica (2020, Products of many large random matrices and gradients in deep neural
   networks) find for the log squared norm, per layer. Multiplying by W^T and dividing by the norm before it cancel.
2. Gradient and values pass through the same W. Given z = W h, its transpose is fresh except along h, where it returns
   z.v for the gradient v. Of n equal shares of the squared gradient one is therefore r = E[(z.v)^2]/(q |v|^2), and
   that share meets the mask f'^2 along h. Downwards r = E[(z f')^2]/(q E f'^2) + (r_above - 1) E[z f f']^2/(q E f^2
   E f'^2), with r = 1 above the last layer. The code keeps r/n, the share along h, where it is not small.
3. The variance q of a layer, given the one before, is the mean of n independent terms f(z)^2 times g. Its logarithm
   moves by that of g E f^2 and by a normal step of variance s = (E f^4/(E f^2)^2 - 1)/n and mean -s/2. The outer mean
   E[...] is over 4096 such walks: small and large signals may part for good, as they do with gelu and large weights,
   where no mean and variance would describe them.

The weights are normal and independent. Orthogonal and uniform weights, random biases, gates, residual connections and
normalisation have other terms of first order, for which there is no prediction here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...proofs.catalogue.parameters import ParameterValue
from .mean_field import Means, change_slope, mean_field_decay
from .multilayer import Network

Array = NDArray[np.float64]

WALKS = 4096
"""Walks of the logarithm of q. Their mean has an eighth of the error of that of 64 networks."""
SPACING = 0.1
"""Of the values of log q at which means are computed; between them, cubics."""


@dataclass(frozen=True)
class Prediction:
    """The change of the log squared gradient's mean in each layer, the first hidden layer first."""

    infinite: tuple[float, ...]
    """For infinite width."""
    finite: tuple[float, ...]
    """For the network's width, to first order in 1/width; NaN where there is no such theory, or a mean diverges."""
    error: float
    """The largest error of an entry of `infinite` that quadrature of two orders shows."""

    @property
    def infinite_slope(self) -> float:
        """The least-squares slope, as measured ones are taken."""
        return change_slope(self.infinite)

    @property
    def finite_slope(self) -> float:
        return change_slope(self.finite)


def predict(network: Network, *, parameters: Mapping[str, ParameterValue] | None = None) -> Prediction:
    """The change of the log squared gradient in each layer, for infinite width and for the network's.

    Raises ValueError for a network with batch normalisation.
    """
    infinite, error = mean_field_decay(network, parameters=parameters)
    return Prediction(infinite, _finite(network, parameters), error)


def has_finite_theory(network: Network, inputs: int) -> bool:
    """Whether the first correction is that of normal weights without biases, normalisation or residual connections."""
    plain = network.norm is None and not network.residual and not network.sigma_b
    return plain and network.initialisation != "orthogonal" and inputs == 1


def _finite(network: Network, parameters: Mapping[str, ParameterValue] | None) -> tuple[float, ...]:
    means = Means(network.activation, network.bias, parameters)
    if not has_finite_theory(network, len(means.gate.values)):
        return (float("nan"),) * network.depth
    with np.errstate(all="ignore"):
        passes = list(_forward_passes(network, _Interpolated(means)))
        n, share, changes = network.width, 1 / network.width, []
        for change, concave, mask, along_z, passed in reversed(passes):
            masked = (1 - share) * (n - mask) / (n - 1) + share * mask
            returned = ((1 - share) * (along_z - passed) / (n - 1) + share * passed) * n / masked
            total = n - 1 + returned
            changes.append(float(change - concave / n + np.log(masked * total / n)))
            share = returned / total
    return tuple(reversed(changes))


def _forward_passes(network: Network, means: _Interpolated) -> Iterator[Array]:
    """For each layer, the means over q of log(g E f'^2), (3 k - 1)/2 and the three quotients that r needs."""
    n, log_gain = network.width, np.log(network.gain)
    generator = np.random.default_rng(0)
    step, variance = np.full(WALKS, log_gain), 2 / n  # of the logarithm of |W h|^2/n for a normal input h
    for _ in range(network.depth):
        noise = generator.standard_normal(WALKS // 2)
        log_q = step - variance / 2 + np.sqrt(variance) * np.concatenate([noise, -noise])
        log_f2, log_d2, spread, fourth, *shares = means(log_q)
        yield np.array([log_gain + log_d2, (3 * fourth - 1) / 2, *shares]).mean(axis=1)
        step, variance = log_gain + log_f2, spread / n


class _Interpolated:
    """Quantities of first order as functions of log q: logarithms of E f^2 and E f'^2, and quotients of moments."""

    def __init__(self, means: Means) -> None:
        self._means, self._known = means, dict[int, Array]()

    def __call__(self, log_q: Array) -> Array:
        """For each of some values of log q: shape (7, values)."""
        if not np.isfinite(log_q).all():  # where a mean diverges
            return np.full((7, 1), np.nan)
        place = log_q / SPACING
        cell = np.floor(place).astype(int)
        first, last = int(cell.min()) - 1, int(cell.max()) + 2
        table = np.array([self._at(k) for k in range(first, last + 1)]).T
        t, i = place - cell, cell - first
        weights = (  # of Lagrange's cubic through the two points on either side
            -t * (t - 1) * (t - 2) / 6, (t + 1) * (t - 1) * (t - 2) / 2,
            -(t + 1) * t * (t - 2) / 2, (t + 1) * t * (t - 1) / 6,
        )  # fmt: skip
        return sum((w * table[:, i + k] for k, w in zip((-1, 0, 1, 2), weights, strict=True)), np.zeros(1))

    def _at(self, k: int) -> Array:
        if k not in self._known:
            q = float(np.exp(k * SPACING))
            f2, f4, d2, d4, ud2, fd2, ufd = self._means.fourth_moments(q)
            shares = fd2 / (f2 * d2), ud2 / (q * d2), ufd**2 / (q * f2 * d2)
            self._known[k] = np.array([np.log(f2), np.log(d2), f4 / f2**2 - 1, d4 / d2**2, *shares])
        return self._known[k]

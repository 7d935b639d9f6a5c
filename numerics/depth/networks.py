"""Random multilayer perceptrons: how the gradient's norm really changes from layer to layer.

A layer is h' = f(N(W h + b)), with N the identity or layer normalisation, and W normal with the variance of the
initialisation. A random gradient at the output goes back through every layer; what is measured is the squared norm
at each. Many networks run at once as one array. The layers' weights are drawn again on the way back from the same
seed, so that memory does not grow with depth.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...proofs.catalogue.entries import ParameterValue
from ...proofs.verdicts import html_table
from ..oracle.reference import whole
from .intervals import Interval, clustered_proportion, confidence, proportion, strict
from .multilayer import Network, pointwise, slope

Array = NDArray[np.float64]


@dataclass(frozen=True)
class GradientProfile:
    """Measured squared gradient norms, from the first hidden layer's input (index 0) to the output (index depth).

    Intervals of means are by Student's t over the networks, that of a fraction of networks is the exact binomial one.
    """

    network: Network
    trials: int
    seed: int
    log_squared_norm: tuple[Interval, ...]
    """The mean of the natural logarithm of the squared norm, relative to the output; -inf where it was 0."""
    mean_squared_norm: tuple[float, ...]
    """The mean of the squared norm itself, relative to the output: rare large ones count."""
    decay: Interval
    """Per layer towards the input: the least-squares slope of the log squared norm, one per network, averaged."""
    vanished_interval: Interval
    """The fraction of networks whose gradient reached exactly 0; they are left out of the logarithms."""
    overflowed: float
    """The fraction of networks whose values left the range of float64; they are left out, too."""

    @property
    def vanished(self) -> float:
        return self.vanished_interval.mean

    @property
    def factor(self) -> Interval:
        """By how much a layer multiplies the gradient's norm (not its square) towards the input, typically."""
        return self.decay.map(norm_factor)

    @property
    def sentence(self) -> str:
        """The factor of the norm in words, with its interval and the networks that it leaves out."""
        return f"a layer multiplies the gradient's norm by {factors(self.factor)} towards the input{self.left_out}"

    @property
    def left_out(self) -> str:
        """The networks that the logarithms say nothing of, in words; empty where there are none."""
        reasons: list[str] = []
        if self.vanished:
            reasons.append(f"gradient exactly 0: {share(self.vanished_interval)} of the networks")
        if self.overflowed:
            reasons.append(f"values beyond float64: {self.overflowed:.1%} of the networks")
        return f" (left out: {', '.join(reasons)})" if reasons else ""

    def __str__(self) -> str:
        return f"{self.trials} random {self.network}: {self.sentence}"

    def _repr_html_(self) -> str:
        return html_table([(self.sentence,), (f"seed {self.seed}",)], [f"{self.trials} random {self.network}"])

    def to_json(self) -> dict[str, Any]:
        """Strict JSON: numbers that are not finite are text."""
        return strict({
            "network": self.network.to_json(),
            "trials": self.trials,
            "seed": self.seed,
            "factor_per_layer": self.factor.to_json(),
            "decay_per_layer": self.decay.to_json(),
            "log_squared_norm": [interval.to_json() for interval in self.log_squared_norm],
            "mean_squared_norm": list(self.mean_squared_norm),
            "vanished_interval": self.vanished_interval.to_json(),
            "overflowed": self.overflowed,
        })  # fmt: skip


def factor_text(factor: float) -> str:
    """A factor of a norm in four digits."""
    return f"{factor:.4g}" if factor < 0.1 else f"{factor:.4f}"


def factors(factor: Interval) -> str:
    """A factor of a norm with its interval, in words."""
    if math.isnan(factor.mean):
        return "an unknown factor (no network is left to measure it)"
    return f"{factor_text(factor.mean)} (95 % interval {factor_text(factor.low)} to {factor_text(factor.high)})"


def share(fraction: Interval) -> str:
    """A fraction with its interval, in percent."""
    return f"{fraction.mean:.1%} ({fraction.low:.1%} to {fraction.high:.1%})"


def norm_factor(log_of_square: float) -> float:
    """The factor of a norm from the change of the logarithm of its square."""
    with np.errstate(over="ignore"):
        return float(np.exp(log_of_square / 2))


def measure_gradients(
    network: Network,
    *,
    trials: int = 64,
    seed: int = 0,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> GradientProfile:
    """Send a random input forwards and a random gradient back through `trials` independent networks.

    The same seed, a whole number of 0 or more, gives the same networks.
    Raises ValueError for fewer than 2 trials, which have no confidence interval, UnknownActivation or StatementError
    for an activation that is not known.
    """
    if not isinstance(network, Network):
        raise TypeError(f"expected a Network, got {network!r}")
    whole("trials", trials, 2)
    whole("seed", seed, 0)
    slope_of = pointwise(network.activation, 1, parameters)
    layers = list(forward(network, trials, seed, 1, parameters))
    gradient, growth = _normalised(_generator(seed, 0, 1).standard_normal((trials, network.width, 1)))
    changes = [np.zeros_like(growth)]
    for index in range(network.depth, 0, -1):
        z, spread = layers[index - 1]
        weights = _weights(network, trials, seed, index)
        with np.errstate(over="ignore", invalid="ignore"):
            gradient = slope_of(z) * gradient
            if network.layer_norm:
                gradient = _layer_norm_backwards(gradient, z - network.bias, spread)
            gradient, growth = _normalised(np.swapaxes(weights, 1, 2) @ gradient)
        changes.append(growth)
    norms = np.cumsum(changes, axis=0)[::-1]  # logarithms of squares (depth + 1, trials), from the input to the output
    logs = norms[:, np.isfinite(norms).all(axis=0)]
    vanished = np.isneginf(norms).any(axis=0)
    with np.errstate(over="ignore"):
        mean_squares = np.exp(norms).mean(axis=1)
    return GradientProfile(
        network=network,
        trials=trials,
        seed=seed,
        log_squared_norm=tuple(confidence(row) for row in logs),
        mean_squared_norm=tuple(map(float, mean_squares)),
        decay=confidence(slope(logs)),
        vanished_interval=proportion(int(vanished.sum()), trials),
        overflowed=float(np.mean(~vanished & ~np.isfinite(norms).all(axis=0))),
    )


def forward(
    network: Network,
    trials: int,
    seed: int,
    batch: int,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> Iterator[tuple[Array, Array]]:
    """For each layer its pre-activations, of shape (trials, width, batch), and the spread layer norm divided by."""
    value_of = pointwise(network.activation, 0, parameters)
    h = _generator(seed, 0, 0).standard_normal((trials, network.width, batch))
    for index in range(1, network.depth + 1):
        spread = np.ones((trials, 1, batch))
        with np.errstate(over="ignore", invalid="ignore"):  # counted as overflowed
            z = _weights(network, trials, seed, index) @ h
            if network.layer_norm:
                z = z - z.mean(axis=1, keepdims=True)
                spread = np.sqrt((z * z).mean(axis=1, keepdims=True))
                spread[spread == 0] = 1
                z = z / spread
            z = z + network.bias
        yield z, spread
        h = value_of(z)


def _generator(seed: int, layer: int, purpose: int) -> np.random.Generator:
    return np.random.default_rng([seed, layer, purpose])


def _weights(network: Network, trials: int, seed: int, layer: int) -> Array:
    shape = (trials, network.width, network.width)
    return network.sigma * _generator(seed, layer, 2).standard_normal(shape)


def _normalised(gradient: Array) -> tuple[Array, Array]:
    """The gradient of each network at norm 1, and the logarithm of its squared norm; 0 stays 0.

    The product of the norms is never formed, which would leave the range of float64 at some depth.
    """
    squared = (gradient * gradient).sum(axis=(1, 2))
    with np.errstate(divide="ignore"):
        logs = np.log(squared)
    return gradient / np.sqrt(np.where(squared > 0, squared, 1))[:, None, None], logs


def _layer_norm_backwards(gradient: Array, normalised: Array, spread: Array) -> Array:
    """The gradient before layer normalisation y = (z - mean) / spread, from that after it (Ba et al. 2016)."""
    mean = gradient.mean(axis=1, keepdims=True)
    along = (gradient * normalised).mean(axis=1, keepdims=True)
    return (gradient - mean - normalised * along) / spread


def dead_fraction(
    network: Network,
    *,
    batch: int = 64,
    trials: int = 16,
    seed: int = 0,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> tuple[Interval, ...]:
    """Per layer, the fraction of units whose derivative is exactly 0 on every input of a batch: they learn nothing.

    The units of one network share its inputs and its earlier layers and die together; the intervals are binomial, for
    as many units as behave independently (:func:`.intervals.clustered_proportion`).
    """
    whole("trials", trials, 1)
    whole("batch", batch, 1)
    slope_of = pointwise(network.activation, 1, parameters)
    fractions: list[Interval] = []
    for z, _ in forward(network, trials, seed, batch, parameters):
        dead = (slope_of(z) == 0).all(axis=2)
        fractions.append(clustered_proportion(dead.mean(axis=1), network.width))
    return tuple(fractions)

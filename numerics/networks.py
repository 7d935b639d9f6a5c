"""Random multilayer perceptrons: how the gradient's norm really changes from layer to layer.

A layer is h' = f(N(W h + b)), with N the identity or layer normalisation, and W normal with the variance of the
initialisation. A random gradient at the output goes back through every layer; what is measured is the squared norm
at each. Many networks run at once as one array. The layers' weights are drawn again on the way back from the same
seed, so that memory does not grow with depth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..proofs.catalogue import ParameterValue
from .implementations import Implementation, implementation
from .oracle import Target

Array = NDArray[np.float64]

INITIALISATIONS: Mapping[str, Callable[[int, int], float]] = {
    "xavier": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he": lambda fan_in, fan_out: 2 / fan_in,
    "lecun": lambda fan_in, fan_out: 1 / fan_in,
}
"""The variance of a weight (Glorot and Bengio 2010; He et al. 2015; LeCun et al. 1998)."""

NORMAL_95 = 1.959963984540054
"""The 97.5 % point of the standard normal: half the width of a 95 % interval, in standard errors."""


@dataclass(frozen=True)
class Network:
    """What a random network is made of. Every hidden layer has the same width."""

    activation: str
    depth: int = 20
    width: int = 64
    initialisation: str = "xavier"
    bias: float = 0.0
    """Added to every pre-activation."""
    layer_norm: bool = False
    scale: float = 1.0
    """Multiplies every weight."""

    def __post_init__(self) -> None:
        if self.initialisation not in INITIALISATIONS:
            known = ", ".join(INITIALISATIONS)
            raise ValueError(f"initialisation={self.initialisation!r}: expected one of {known}")
        if self.depth < 1 or self.width < 2:
            raise ValueError(f"depth={self.depth!r}, width={self.width!r}: expected at least 1 layer of 2 units")

    @property
    def sigma(self) -> float:
        """The standard deviation of a weight."""
        return self.scale * math.sqrt(INITIALISATIONS[self.initialisation](self.width, self.width))


@dataclass(frozen=True)
class Interval:
    """A mean over independent networks with its 95 % confidence interval."""

    mean: float
    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        return {"mean": self.mean, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class GradientProfile:
    """Measured squared gradient norms, from the first hidden layer's input (index 0) to the output (index depth)."""

    network: Network
    trials: int
    seed: int
    log_squared_norm: tuple[Interval, ...]
    """The mean of the natural logarithm of the squared norm, relative to the output; -inf where it was 0."""
    mean_squared_norm: tuple[float, ...]
    """The mean of the squared norm itself, relative to the output: rare large ones count."""
    decay: Interval
    """Per layer towards the input: the least-squares slope of the log squared norm, one per network, averaged."""
    vanished: float
    """The fraction of networks whose gradient reached exactly 0; they are left out of the logarithms."""


def measure_gradients(
    network: Network,
    *,
    trials: int = 64,
    seed: int = 0,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> GradientProfile:
    """Send a random input forwards and a random gradient back through `trials` independent networks.

    Raises ValueError for fewer than 2 trials, UnknownActivation for an unknown activation.
    """
    if trials < 2:
        raise ValueError(f"trials={trials!r}: expected at least 2, for a confidence interval")
    slope_of = in_single_precision(network.activation, 1, parameters)
    layers = list(forward(network, trials, seed, 1, parameters))
    gradient = _generator(seed, 0, 1).standard_normal((trials, network.width, 1))
    squared = [_squared_norm(gradient)]
    for index in range(network.depth, 0, -1):
        z, spread = layers[index - 1]
        gradient = slope_of(z) * gradient
        if network.layer_norm:
            gradient = _layer_norm_backwards(gradient, z - network.bias, spread)
        gradient = np.swapaxes(_weights(network, trials, seed, index), 1, 2) @ gradient
        squared.append(_squared_norm(gradient))
    norms = np.array(squared[::-1]) / squared[0]  # (depth + 1, trials), from the input to the output
    alive = (norms > 0).all(axis=0)
    with np.errstate(divide="ignore"):
        logs = np.log(norms[:, alive])
    return GradientProfile(
        network=network,
        trials=trials,
        seed=seed,
        log_squared_norm=tuple(confidence(row) for row in logs),
        mean_squared_norm=tuple(map(float, norms.mean(axis=1))),
        decay=confidence(_changes(logs)),
        vanished=float(1 - alive.mean()),
    )


def forward(
    network: Network,
    trials: int,
    seed: int,
    batch: int,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> Iterator[tuple[Array, Array]]:
    """For each layer its pre-activations, of shape (trials, width, batch), and the spread layer norm divided by."""
    value_of = in_single_precision(network.activation, 0, parameters)
    h = _generator(seed, 0, 0).standard_normal((trials, network.width, batch))
    for index in range(1, network.depth + 1):
        z = _weights(network, trials, seed, index) @ h
        spread = np.ones((trials, 1, batch))
        if network.layer_norm:
            z = z - z.mean(axis=1, keepdims=True)
            spread = np.sqrt((z * z).mean(axis=1, keepdims=True))
            z = z / spread
        z = z + network.bias
        yield z, spread
        h = value_of(z)


def in_single_precision(
    activation: Target, order: int, parameters: Mapping[str, ParameterValue] | None
) -> Callable[[Array], Array]:
    """An activation's implementation, its argument and result rounded to float32: ample for a measurement."""
    function: Implementation = implementation(activation, order=order, parameters=parameters)

    def call(z: Array) -> Array:
        return function(z.astype(np.float32)).astype(np.float64)

    return call


def confidence(samples: Array) -> Interval:
    """The mean of independent samples with its 95 % interval by the normal approximation; NaN without samples."""
    if samples.size == 0:
        return Interval(math.nan, math.nan, math.nan)
    mean = float(samples.mean())
    half = NORMAL_95 * float(samples.std(ddof=1)) / math.sqrt(samples.size) if samples.size > 1 else math.inf
    return Interval(mean, mean - half, mean + half)


def _generator(seed: int, layer: int, purpose: int) -> np.random.Generator:
    return np.random.default_rng([seed, layer, purpose])


def _weights(network: Network, trials: int, seed: int, layer: int) -> Array:
    shape = (trials, network.width, network.width)
    return network.sigma * _generator(seed, layer, 2).standard_normal(shape)


def _squared_norm(gradient: Array) -> Array:
    return (gradient * gradient).sum(axis=(1, 2))


def _layer_norm_backwards(gradient: Array, normalised: Array, spread: Array) -> Array:
    """The gradient before layer normalisation y = (z - mean) / spread, from that after it (Ba et al. 2016)."""
    mean = gradient.mean(axis=1, keepdims=True)
    along = (gradient * normalised).mean(axis=1, keepdims=True)
    return (gradient - mean - normalised * along) / spread


def _changes(logs: Array) -> Array:
    """For each network, the least-squares slope of its column against the layer index, towards the input."""
    index = np.arange(len(logs)) - (len(logs) - 1) / 2
    return -(index @ logs) / (index @ index)


def mean_field_decay(
    network: Network, *, parameters: Mapping[str, ParameterValue] | None = None, points: int = 128
) -> tuple[float, ...]:
    """The infinitely wide prediction of the log squared gradient's change per layer, one per layer.

    log(n sigma^2 E[f'(z)^2]) for z normal with the variance that the layer sees (Schoenholz et al. 2017), by
    Gauss-Hermite quadrature: an approximation, not certified. For networks without layer normalisation.
    """
    value_of, slope_of = (in_single_precision(network.activation, order, parameters) for order in (0, 1))
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    weights = weights / weights.sum()
    gain = network.width * network.sigma**2
    second_moment, changes = 1.0, []
    for _ in range(network.depth):
        z = math.sqrt(gain * second_moment) * nodes + network.bias
        with np.errstate(divide="ignore"):
            changes.append(float(np.log(gain * (weights @ slope_of(z) ** 2))))
        second_moment = float(weights @ value_of(z) ** 2)
    return tuple(changes)


def dead_fraction(
    network: Network,
    *,
    batch: int = 64,
    trials: int = 16,
    seed: int = 0,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> tuple[Interval, ...]:
    """Per layer, the fraction of units whose derivative is exactly 0 on every input of a batch: they learn nothing.

    The interval is over independent networks.
    """
    slope_of = in_single_precision(network.activation, 1, parameters)
    fractions: list[Interval] = []
    for z, _ in forward(network, trials, seed, batch, parameters):
        dead = (slope_of(z) == 0).all(axis=2)
        fractions.append(confidence(dead.mean(axis=1)))
    return tuple(fractions)


def as_json(network: Network) -> dict[str, Any]:
    """The network's description."""
    return {name: getattr(network, name) for name in network.__dataclass_fields__}

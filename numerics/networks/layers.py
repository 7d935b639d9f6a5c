"""One layer of some random networks, forwards and backwards: arrays of shape (networks, width, batch)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .multilayer import Network
from .pointwise import Gate
from .weights import Weights

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Norm:
    """A normalisation's forward pass, kept for the way back: its result, its divisor, and its kind."""

    result: Array
    spread: Array
    kind: str

    @property
    def axis(self) -> int:
        return -1 if self.kind == "batch" else -2

    def backwards(self, gradient: Array) -> Array:
        """The gradient before y = (x - mean)/spread, from that after it."""
        along = (gradient * self.result).mean(axis=self.axis, keepdims=True)
        rest = gradient - self.result * along
        if self.kind != "rms":
            rest = rest - gradient.mean(axis=self.axis, keepdims=True)
        return rest / self.spread


def normalised(x: Array, kind: str) -> Norm:
    """Over the units (`layer`, `rms`) or over the batch (`batch`); what does not vary stays 0."""
    axis = -1 if kind == "batch" else -2
    if kind != "rms":
        x = x - x.mean(axis=axis, keepdims=True)
    spread = np.sqrt((x * x).mean(axis=axis, keepdims=True))
    spread[spread == 0] = 1
    return Norm(x / spread, spread, kind)


@dataclass(frozen=True)
class Passed:
    """A layer's forward pass, kept for the way back."""

    z: tuple[Array, ...]
    """The pre-activations, one array for each input of the activation."""
    before: Norm | None = None
    """Of the branch's input."""
    inside: tuple[Norm, ...] = ()
    """Of the pre-activations."""
    after: Norm | None = None
    """Of the sum."""


class Layer:
    """A layer of a network: how values and gradients pass through it, given its weights and biases."""

    def __init__(self, network: Network, gate: Gate) -> None:
        self.network, self.gate, self.sigma = network, gate, network.sigma
        norm, residual = network.norm, network.residual
        self._before = norm if residual and network.norm_place == "pre" else None
        self._after = norm if residual and network.norm_place == "post" else None
        self._inside = None if residual else norm

    def forwards(self, h: Array, weights: Weights, biases: Array) -> tuple[Array, Passed]:
        """The layer's values from those before it; `biases` have shape (networks, inputs, width)."""
        before = normalised(h, self._before) if self._before else None
        entering = h if before is None else before.result
        z = [self.sigma * (w @ entering) for w in _each(weights)]
        inside = tuple(normalised(each, self._inside) for each in z) if self._inside else ()
        z = [norm.result for norm in inside] or z
        biased = tuple(each + bias for each, bias in zip(z, np.moveaxis(biases, 1, 0)[..., None], strict=True))
        result = self.gate.value(biased)
        if self.network.residual:
            result = h + result
        after = normalised(result, self._after) if self._after else None
        return result if after is None else after.result, Passed(biased, before, inside, after)

    def backwards(self, gradient: Array, weights: Weights, passed: Passed) -> Array:
        """The gradient by the values before the layer, from that by the layer's values."""
        if passed.after:
            gradient = passed.after.backwards(gradient)
        branch = 0.0
        for i, (partial, w) in enumerate(zip(self.gate.partials(passed.z), _each(weights), strict=True)):
            at_z = partial * gradient
            if passed.inside:
                at_z = passed.inside[i].backwards(at_z)
            branch = branch + self.sigma * (np.swapaxes(w, 1, 2) @ at_z)
        if passed.before:
            branch = passed.before.backwards(np.asarray(branch))
        return gradient + branch if self.network.residual else np.asarray(branch)


def _each(weights: Weights) -> Iterator[Array]:
    """The weights for each input of the activation, in double precision."""
    for i in range(weights.shape[1]):
        yield weights[:, i].astype(np.float64)


def biases(network: Network, seed: int, numbers: Sequence[int], inputs: int) -> Iterator[Array]:
    """For each layer the biases of some networks, of shape (networks, inputs, width)."""
    generators = [np.random.Generator(np.random.SFC64([seed, number, 1])) for number in numbers]
    while True:
        random = np.zeros((len(numbers), inputs, network.width))
        if network.sigma_b:
            random = np.array([g.standard_normal((inputs, network.width)) for g in generators])
        yield network.bias + network.sigma_b * random

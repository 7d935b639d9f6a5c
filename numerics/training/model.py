"""A deep network with one output, trained by gradient descent: all runs at once, arrays of shape (runs, units, points).

h' = f(N(W h) + b) in every hidden layer, N nothing or batch normalisation; the loss is the logistic one,
log(1 + exp(-label s)) for the output s.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..networks.layers import Norm, normalised
from ..networks.multilayer import INITIALISATIONS
from ..networks.pointwise import Function

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Passed:
    """A hidden layer's input, its pre-activations, and the normalisation of those."""

    h: Array
    z: Array
    norm: Norm | None


class Model:
    """The parameters of some runs, each from a seed of its own."""

    def __init__(
        self, seeds: Sequence[int], inputs: int, depth: int, width: int, initialisation: str, batch_norm: bool
    ) -> None:
        sizes = [inputs, *[width] * depth, 1]
        generators = [np.random.default_rng([seed, 11]) for seed in seeds]
        self.weights: list[Array] = []
        for fan_in, fan_out in pairwise(sizes):
            sigma = math.sqrt(INITIALISATIONS[initialisation](fan_in, fan_out))
            self.weights.append(np.array([sigma * g.standard_normal((fan_out, fan_in)) for g in generators]))
        self.biases = [np.zeros((len(seeds), size, 1)) for size in sizes[1:]]
        self._norm = "batch" if batch_norm else None

    def forwards(self, x: Array, f: Function) -> tuple[Array, list[Passed]]:
        """The outputs, of shape (runs, points), and what each hidden layer keeps."""
        h, passes = x, list[Passed]()
        for w, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            z, norm = w @ h, None
            if self._norm:
                norm = normalised(z, self._norm)
                z = norm.result
            z = z + b
            passes.append(Passed(h, z, norm))
            h = f(z)
        return (self.weights[-1] @ h + self.biases[-1])[:, 0], [*passes, Passed(h, h[:, :0], None)]

    def gradients(self, passes: list[Passed], by_output: Array, d: Function) -> tuple[list[Array], list[Array]]:
        """The gradients by the weights and by the biases of each layer, from that by the outputs."""
        gradient, last = by_output[:, None], passes[-1]
        weights, biases = [gradient @ np.swapaxes(last.h, 1, 2)], [gradient.sum(axis=2, keepdims=True)]
        gradient = np.swapaxes(self.weights[-1], 1, 2) @ gradient
        for w, passed in zip(self.weights[-2::-1], passes[-2::-1], strict=True):
            gradient = gradient * d(passed.z)
            biases.append(gradient.sum(axis=2, keepdims=True))
            if passed.norm:
                gradient = passed.norm.backwards(gradient)
            weights.append(gradient @ np.swapaxes(passed.h, 1, 2))
            gradient = np.swapaxes(w, 1, 2) @ gradient
        return weights[::-1], biases[::-1]


def loss(outputs: Array, labels: Array) -> Array:
    """The mean loss of each run."""
    return np.logaddexp(0, -labels * outputs).mean(axis=1)


def loss_slope(outputs: Array, labels: Array) -> Array:
    """The gradient of the mean loss by the outputs."""
    with np.errstate(over="ignore"):
        return -labels / (1 + np.exp(labels * outputs)) / labels.shape[1]

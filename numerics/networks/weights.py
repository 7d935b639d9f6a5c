"""The weights of random networks: each network's own stream of random numbers, layer by layer.

A network's weights depend on the seed and on its number alone, never on how many are drawn together. Those of the last
layers are kept for the way back as far as memory allows; the others are drawn again from the stream's state.

Normal weights are drawn from 65536 equally likely levels, the means of a standard normal on as many intervals, brought
to variance 1: finer than the weights of 16 bits that networks are trained with, and four times as fast as exact normal
numbers, which would take most of the time. Their fourth moment is 2.9998, where a normal's is 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .multilayer import Network

Weights = NDArray[np.float32]

KEPT_BYTES = 200_000_000
"""The most that the kept weights of networks drawn together take."""
LEVELS = 1 << 16


@cache
def levels() -> Weights:
    """The levels of a normal weight, in order."""
    half = LEVELS // 2
    edges = np.array([0.0, *(NormalDist().inv_cdf(0.5 + k / LEVELS) for k in range(1, half)), math.inf])
    means = -LEVELS * np.diff(np.exp(-edges * edges / 2)) / math.sqrt(2 * math.pi)
    means /= math.sqrt(np.mean(means * means))
    return np.concatenate([-means[::-1], means]).astype(np.float32)


class Draws:
    """The weights of some networks, for each layer of shape (networks, inputs of the activation, width, width)."""

    def __init__(self, network: Network, seed: int, numbers: Sequence[int], inputs: int = 1) -> None:
        self._orthogonal = network.initialisation == "orthogonal"
        self._shape = (inputs, network.width, network.width)
        self._streams = [np.random.SFC64([seed, number, 0]) for number in numbers]
        layer_bytes = 4 * len(numbers) * math.prod(self._shape)
        self._first_kept = network.depth - max(1, KEPT_BYTES // layer_bytes)
        self._states: list[list[Any]] = []
        self._kept: dict[int, Weights] = {}

    def forwards(self) -> Weights:
        """The next layer's weights, of variance 1; orthogonal matrices times sqrt(width)."""
        layer = len(self._states)
        keeps = layer >= self._first_kept
        self._states.append([] if keeps else [stream.state for stream in self._streams])
        weights = self._drawn()
        if keeps:
            self._kept[layer] = weights
        return weights

    def backwards(self, layer: int) -> Weights:
        """The weights of a layer that was drawn; of each layer once."""
        if layer in self._kept:
            return self._kept.pop(layer)
        for stream, state in zip(self._streams, self._states[layer], strict=True):
            stream.state = state
        return self._drawn()

    def _drawn(self) -> Weights:
        weights = np.empty((len(self._streams), *self._shape), np.float32)
        for stream, each in zip(self._streams, weights.reshape(len(weights), -1), strict=True):  # one fits a cache
            raw = stream.random_raw(-(-each.size // 4)).view(np.uint16)[: each.size]
            levels().take(raw, out=each, mode="clip")
        return orthogonal(weights) if self._orthogonal else weights


def orthogonal(normal: Weights) -> Weights:
    """Orthogonal matrices, uniformly distributed, from normal ones (Mezzadri 2007), times sqrt(width)."""
    q, r = np.linalg.qr(normal.astype(np.float64))
    signs = np.sign(np.diagonal(r, axis1=-2, axis2=-1))
    return (math.sqrt(normal.shape[-1]) * q * signs[..., None, :]).astype(np.float32)

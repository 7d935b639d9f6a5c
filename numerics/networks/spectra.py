"""Singular values of the input-output Jacobian of random networks (Saxe et al. 2014; Pennington et al. 2017)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...proofs.catalogue.parameters import ParameterValue
from ..oracle.reference import whole
from .gradients import cores, forwards, in_parallel
from .intervals import Interval, confidence, strict
from .layers import Layer
from .multilayer import Network
from .pointwise import gate
from .weights import Draws

Array = NDArray[np.float64]

LOST = 64.0
"""Singular values below this many units of 2^-52 of the largest, times the width, are rounding errors."""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The singular values of the Jacobians of some networks, each at a normal input."""

    network: Network
    seed: int
    logs: Array
    """Natural logarithms, of shape (trials, width), each row from the largest on. NaN for what float64 lost, which is
    below about 1e-12 of the largest; -inf throughout where the Jacobian is 0."""

    @property
    def largest(self) -> Interval:
        """Of the logarithms of the largest, by Student's t over the networks."""
        return confidence(self.logs[np.isfinite(self.logs[:, 0]), 0])

    @property
    def mean_square(self) -> Interval:
        """Of the logarithms of the mean squares, which are the squared gradient's growth over all layers."""
        with np.errstate(all="ignore"):
            top = self.logs[:, :1]
            means = 2 * top[:, 0] + np.log(np.nansum(np.exp(2 * (self.logs - top)), axis=1) / self.logs.shape[1])
        return confidence(means[np.isfinite(means)])

    @property
    def lost(self) -> float:
        """The fraction of all singular values that float64 lost."""
        return float(np.isnan(self.logs).mean())

    def quantiles(self, *fractions: float) -> tuple[float, ...]:
        """Quantiles of all the logarithms, with what was lost below them all: -inf."""
        return tuple(map(float, np.quantile(np.nan_to_num(self.logs, nan=-np.inf), fractions, method="lower")))

    @property
    def sentence(self) -> str:
        """The largest and the middle singular value, as powers of ten, and what is lost."""
        middle, largest = (self.quantiles(0.5)[0] / math.log(10), self.largest.map(lambda log: log / math.log(10)))
        text = f"largest singular value 10^{largest.mean:.2f} (95 % interval 10^{largest.low:.2f} to "
        text += f"10^{largest.high:.2f})"
        text += f", median 10^{middle:.2f}" if math.isfinite(middle) else ""
        return f"{text}; {self.lost:.1%} are 0 beside it in float64" if self.lost else text

    def __str__(self) -> str:
        return f"{len(self.logs)} random {self.network}: {self.sentence}"

    def to_json(self) -> dict[str, Any]:
        """Strict JSON: numbers that are not finite are text."""
        return strict({
            "network": self.network.to_json(), "trials": len(self.logs), "seed": self.seed,
            "largest": self.largest.to_json(), "mean_square": self.mean_square.to_json(), "lost": self.lost,
            "logs": self.logs.tolist(),
        })  # fmt: skip


def jacobian_spectrum(
    network: Network,
    *,
    trials: int = 16,
    seed: int = 0,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> Spectrum:
    """The singular values of the Jacobian of `trials` independent networks, each at one normal input.

    The Jacobian is brought to size 1 after every layer, so that no depth leaves the range of float64; what is below
    its precision beside the largest singular value is lost. Raises ValueError for fewer than 2 trials or batch
    normalisation, which has no Jacobian of one input, UnknownActivation for an activation that is not known.
    """
    whole("trials", trials, 2)
    whole("seed", seed, 0)
    if network.norm == "batch":
        raise ValueError("norm='batch': expected a network whose inputs do not see one another")
    layer = Layer(network, gate(network.activation, parameters))

    def logs(numbers: Sequence[int]) -> Array:
        draws = Draws(network, seed, numbers, len(layer.gate.values))
        passes = [passed for _, passed in forwards(layer, draws, seed, numbers, 1)]
        jacobian = np.broadcast_to(np.eye(network.width), (len(numbers), network.width, network.width))
        size = np.zeros(len(numbers))
        for index in range(network.depth, 0, -1):
            weights, passed = draws.backwards(index - 1), passes.pop()
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                jacobian = layer.backwards(jacobian, weights, passed)  # a gradient for each unit of the output
                norm = np.abs(jacobian).max(axis=(1, 2))
                jacobian = jacobian / np.where(norm > 0, norm, 1)[:, None, None]
                size += np.log(norm)
        return _log_singular_values(jacobian) + size[:, None]

    parts = [range(k, trials, cores()) for k in range(min(cores(), trials))]
    rows = np.empty((trials, network.width))
    for numbers, values in zip(parts, in_parallel(logs, parts), strict=True):
        rows[list(numbers)] = values
    return Spectrum(network, seed, rows)


def _log_singular_values(jacobians: Array) -> Array:
    """The logarithms, from the largest on, NaN for what rounding leaves nothing of."""
    finite = np.isfinite(jacobians).all(axis=(1, 2))
    values = np.full(jacobians.shape[:2], np.nan)
    values[finite] = np.linalg.svd(jacobians[finite], compute_uv=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(values)
        floor = np.log(values[:, :1]) + math.log(LOST * 2.0**-52 * jacobians.shape[-1])
        return np.where(logs > floor, logs, np.where(values[:, :1] == 0, -np.inf, np.nan))

"""A random network as data: what :mod:`gradients` measures and :mod:`mean_field` predicts.

A block is h' = f(N(W h) + b), with N a normalisation or nothing; with a residual connection h' = h + f(W h + b), with
pre-normalisation h' = h + f(W N(h) + b), with post-normalisation h' = N(h + f(W h + b)). A gate f(u) g(v) has weights
of its own for each input. Every hidden layer has the same width.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, SupportsFloat

import numpy as np
from numpy.typing import NDArray

from ..oracle.reference import Target, name_of, whole

Array = NDArray[np.float64]

INITIALISATIONS: Mapping[str, Callable[[int, int], float]] = {
    "xavier": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he": lambda fan_in, fan_out: 2 / fan_in,
    "lecun": lambda fan_in, fan_out: 1 / fan_in,
    "orthogonal": lambda fan_in, fan_out: 1 / max(fan_in, fan_out),
}
"""The variance of a weight (Glorot and Bengio 2010; He et al. 2015; LeCun et al. 1998; Saxe et al. 2014)."""
NORMS = ("layer", "rms", "batch")
"""Ba et al. 2016, Zhang and Sennrich 2019, Ioffe and Szegedy 2015; all with eps = 0 and without learned scales."""
PLACES = ("pre", "post")


@dataclass(frozen=True)
class Network:
    """The specification of a random network.

    Its weights are normal, but for `orthogonal` ones. Weights of mean-field theory with deviations sigma_w/sqrt(width)
    and sigma_b are `initialisation="lecun", scale=sigma_w, sigma_b=sigma_b`; :func:`.mean_field.critical_scale`
    finds the critical sigma_w.
    """

    activation: Target
    depth: int = 20
    width: int = 64
    initialisation: str = "xavier"
    bias: float = 0.0
    """Added to every pre-activation."""
    scale: float = 1.0
    """Multiplies every weight."""
    sigma_b: float = 0.0
    """The standard deviation of a normal bias of each unit."""
    norm: str | None = None
    """A normalisation: `layer`, `rms` or `batch`."""
    residual: bool = False
    norm_place: str = "pre"
    """With a residual connection: whether the branch's input is normalised (`pre`) or the sum (`post`)."""

    def __post_init__(self) -> None:
        for name, value, choices in (
            ("initialisation", self.initialisation, INITIALISATIONS),
            ("norm", self.norm, (None, *NORMS)),
            ("norm_place", self.norm_place, PLACES),
        ):
            if value not in choices:
                raise ValueError(f"{name}={value!r}: expected one of {', '.join(str(each) for each in choices)}")
        whole("depth", self.depth, 1)
        whole("width", self.width, 2)
        for name, number in (("bias", self.bias), ("scale", self.scale), ("sigma_b", self.sigma_b)):
            if not (isinstance(number, SupportsFloat) and math.isfinite(number)):
                raise ValueError(f"{name}={number!r}: expected a finite number")

    def __str__(self) -> str:
        text = f"{self.name} networks of {self.depth} layers and width {self.width}, "
        text += f"{self.initialisation} initialisation"
        text += f", weights times {self.scale:.6g}" if self.scale != 1 else ""
        text += f", bias {self.bias:g}" if self.bias else ""
        text += f", biases of deviation {self.sigma_b:g}" if self.sigma_b else ""
        place = f"{self.norm_place}-" if self.residual else ""
        text += f", {place}{self.norm} normalisation" if self.norm else ""
        return f"{text}, residual" if self.residual else text

    @property
    def sigma(self) -> float:
        """The standard deviation of a weight."""
        return self.scale * math.sqrt(INITIALISATIONS[self.initialisation](self.width, self.width))

    @property
    def gain(self) -> float:
        """The variance of a pre-activation for inputs of mean square 1: width sigma^2."""
        return self.width * self.sigma**2

    @property
    def name(self) -> str:
        """The activation's name, or its formula."""
        return name_of(self.activation)

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "activation": self.name}


def slope(logs: Array) -> Array:
    """The least-squares slope against the layer, per layer towards the input; axis 0 runs from the input's layer on.

    The one estimator for what is measured and what is predicted: a mean of the changes would weigh layers otherwise.
    """
    index = np.arange(len(logs)) - (len(logs) - 1) / 2
    return -(index @ logs) / (index @ index)

"""A random multilayer perceptron as data: what :mod:`networks` measures and :mod:`mean_field` predicts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, SupportsFloat

import numpy as np
from numpy.typing import NDArray

from ...proofs.catalogue.entries import ParameterValue
from ...proofs.enclosures.formats import FORMATS
from ..implementations.numpy_functions import NARROW_FACTOR_TOLERANCE, implementation
from ..oracle.reference import Target, name_of, whole

Array = NDArray[np.float64]

INITIALISATIONS: Mapping[str, Callable[[int, int], float]] = {
    "xavier": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he": lambda fan_in, fan_out: 2 / fan_in,
    "lecun": lambda fan_in, fan_out: 1 / fan_in,
}
"""The variance of a weight (Glorot and Bengio 2010; He et al. 2015; LeCun et al. 1998)."""


@dataclass(frozen=True)
class Network:
    """The specification of a random network. Every hidden layer has the same width."""

    activation: Target
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
        whole("depth", self.depth, 1)
        whole("width", self.width, 2)
        for name, value in (("bias", self.bias), ("scale", self.scale)):
            if not (isinstance(value, SupportsFloat) and math.isfinite(value)):
                raise ValueError(f"{name}={value!r}: expected a finite number")

    def __str__(self) -> str:
        text = f"{self.name} networks of {self.depth} layers and width {self.width}, "
        text += f"{self.initialisation} initialisation"
        text += f", weights times {self.scale:g}" if self.scale != 1 else ""
        text += f", bias {self.bias:g}" if self.bias else ""
        return f"{text}, layer normalisation" if self.layer_norm else text

    @property
    def sigma(self) -> float:
        """The standard deviation of a weight."""
        return self.scale * math.sqrt(INITIALISATIONS[self.initialisation](self.width, self.width))

    @property
    def name(self) -> str:
        """The activation's name, or its formula."""
        return name_of(self.activation)

    def to_json(self) -> dict[str, Any]:
        return {**{name: getattr(self, name) for name in self.__dataclass_fields__}, "activation": self.name}


def pointwise(
    activation: Target, order: int, parameters: Mapping[str, ParameterValue] | None
) -> Callable[[Array], Array]:
    """An activation of one input or its derivative on float64 arrays, right to about ten digits.

    Raises UnknownActivation, and ValueError for a function of several inputs.
    """
    known = implementation(activation, order=order, parameters=parameters)
    if len(known.factors) != 1:
        names = ", ".join(known.inputs)
        raise ValueError(f"activation={activation!r}: expected a function of one input, not of {names}")
    ((_, function),) = known.factors
    return lambda z: function(z, FORMATS["float64"], NARROW_FACTOR_TOLERANCE)


def slope(logs: Array) -> Array:
    """The least-squares slope against the layer, per layer towards the input; axis 0 runs from the input's layer on.

    The one estimator for what is measured and what is predicted: a mean of the changes would weigh layers otherwise.
    """
    index = np.arange(len(logs)) - (len(logs) - 1) / 2
    return -(index @ logs) / (index @ index)

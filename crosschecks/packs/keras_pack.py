"""The activations that Keras ships, on torch or JAX, with their derivatives. Runs in the worker process only.

Names and aliases of the catalogue are looked up in keras.activations and keras.ops; the table below is for what Keras
spells in a way of its own. The backend is the one that KERAS_BACKEND names, else torch, else JAX.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeAlias

from .namesakes import shipped

os.environ.setdefault("KERAS_BACKEND", "torch" if find_spec("torch") is not None else "jax")
keras: Any = import_module("keras")
Tensor: TypeAlias = Any

ARRAYS: str = keras.backend.backend()
"""The library whose arrays Keras takes."""
if ARRAYS not in ("torch", "jax"):
    raise ImportError(f"KERAS_BACKEND={ARRAYS}: expected torch or jax, through which Keras is tested")

_PLACES = ("keras.activations", "keras.ops")

_SPELLED_OTHERWISE: dict[str, dict[str, Any]] = {
    "gelu": {"function": "keras.activations:gelu", "keywords": {"approximate": False}},
    "gelu_tanh": {"function": "keras.activations:gelu", "keywords": {"approximate": True}},
    "leaky_relu": {"function": "keras.activations:leaky_relu", "needs": ["negative_slope"]},
    "leaky_relu_keras": {"function": "keras.activations:leaky_relu"},
    "clipped_relu": {"function": f"{__name__}:clipped_relu", "needs": ["max_val"]},
    "threshold": {"function": f"{__name__}:threshold", "needs": ["threshold", "value"]},
    "sine": {"function": "keras.ops:sin"},
    "glu": {"function": f"{__name__}:glu"},
}


def clipped_relu(x: Tensor, max_val: float) -> Tensor:
    """Keras's relu with a largest value."""
    return keras.activations.relu(x, max_value=max_val)


def threshold(x: Tensor, threshold: float, value: float) -> Tensor:
    """Keras's threshold, whose value has another name."""
    return keras.activations.threshold(x, threshold, value)


def glu(a: Tensor, b: Tensor) -> Tensor:
    """Keras's glu, which takes both halves in one tensor."""
    return keras.activations.glu(keras.ops.stack([a, b]), axis=0)[0]


def discover(wanted: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """The callable for each activation Keras ships."""
    return shipped(ARRAYS, wanted, _SPELLED_OTHERWISE, _PLACES, _keeps_shape)


def _keeps_shape(function: Any) -> bool:
    try:
        return tuple(function(keras.ops.zeros(3)).shape) == (3,)
    except (TypeError, ValueError, RuntimeError, AttributeError):
        return False

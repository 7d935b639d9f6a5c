"""The activations that JAX ships, with their derivatives. Runs in the worker process only.

Names and aliases of the catalogue are looked up in jax.nn, jax.numpy and jax.scipy.special; the table below is for
what JAX spells in a way of its own, and for gelu, whose default is the approximation by tanh.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .jax_arrays import Array
from .namesakes import shipped

jax: Any = import_module("jax")
jnp: Any = import_module("jax.numpy")

ARRAYS = "jax"
"""The library whose arrays they take."""
_PLACES = ("jax.nn", "jax.numpy", "jax.scipy.special")

_SPELLED_OTHERWISE: dict[str, dict[str, Any]] = {
    "gelu": {"function": "jax.nn:gelu", "keywords": {"approximate": False}},
    "gelu_tanh": {"function": "jax.nn:gelu", "keywords": {"approximate": True}},
    "exponential": {"function": "jax.numpy:exp"},
    "sine": {"function": "jax.numpy:sin"},
    "glu": {"function": f"{__name__}:glu"},
    "softmax": {"function": "jax.nn:softmax"},
    "log_softmax": {"function": "jax.nn:log_softmax"},
    "logsumexp": {"function": "jax.nn:logsumexp", "keywords": {"axis": -1}},
    "layer_norm": {"function": f"{__name__}:layer_norm", "needs": ["eps"]},
    "glu_halves": {"function": "jax.nn:glu"},
}


def glu(a: Array, b: Array) -> Array:
    """JAX's glu, which takes both halves in one array."""
    return jax.nn.glu(jnp.stack([a, b]), axis=0)[0]


def layer_norm(x: Array, eps: float = 1e-5) -> Array:
    """JAX's name for it is standardize."""
    return jax.nn.standardize(x, epsilon=eps)


def discover(wanted: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """The callable for each activation JAX ships."""
    return shipped("jax", wanted, _SPELLED_OTHERWISE, _PLACES, _keeps_shape)


def _keeps_shape(function: Any) -> bool:
    try:
        return jax.eval_shape(function, jnp.zeros(3)).shape == (3,)
    except (TypeError, ValueError, AttributeError):
        return False

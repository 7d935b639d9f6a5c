"""Which activations JAX ships, found by name. Runs in the worker process only.

Names and aliases of the catalogue are looked up in jax.nn, jax.numpy and jax.scipy.special; the table below is for
what JAX spells in a way of its own, and for gelu, whose default is the approximation by tanh.
"""

from __future__ import annotations

import importlib
from typing import Any

import jax
import jax.numpy as jnp

_PLACES = ("jax.nn", "jax.numpy", "jax.scipy.special")

_SPELLED_OTHERWISE: dict[str, dict[str, Any]] = {
    "gelu": {"function": "jax.nn:gelu", "keywords": {"approximate": False}},
    "gelu_tanh": {"function": "jax.nn:gelu", "keywords": {"approximate": True}},
    "exponential": {"function": "jax.numpy:exp"},
    "sine": {"function": "jax.numpy:sin"},
    "glu": {"function": f"{__name__}:glu"},
}


def glu(a: jax.Array, b: jax.Array) -> jax.Array:
    """JAX's glu, which takes both halves in one array."""
    return jax.nn.glu(jnp.stack([a, b]), axis=0)[0]


def discover(wanted: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """The callable for each activation JAX ships."""
    found = {name: _SPELLED_OTHERWISE.get(name) or _by_name(spellings) for name, spellings in wanted.items()}
    common = {"array": "jax", "derivative": "autograd"}
    return {name: {**common, **entry} for name, entry in found.items() if entry is not None}


def _by_name(spellings: list[str]) -> dict[str, Any] | None:
    for place in _PLACES:
        module = importlib.import_module(place)
        for spelling in spellings:
            function = getattr(module, spelling, None)
            if callable(function) and _is_elementwise(function):
                return {"function": f"{place}:{spelling}"}
    return None


def _is_elementwise(function: Any) -> bool:
    """Takes one array and keeps its shape."""
    try:
        return jax.eval_shape(function, jnp.zeros(3)).shape == (3,)
    except (TypeError, ValueError, AttributeError):
        return False

"""NumPy arrays to JAX and back, compiled functions, and derivatives by reverse mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np

from ..workers.invoke import NotAnArray

jax: Any = import_module("jax")
jnp: Any = import_module("jax.numpy")
SHORT = 128
"""Floats in an array that is taken as it is."""
Array: TypeAlias = Any
"""A `jax.Array`; JAX is an optional dependency, whose types nothing here relies on."""


def call(
    function: Callable[..., Any],
    inputs: Sequence[np.ndarray],
    keywords: Mapping[str, Any],
    *,
    variable: int,
    through: str,
) -> np.ndarray:
    """The function of the inputs, or (through="autograd") its derivative by one of them, compiled by XLA.

    With through="product" the last input is a cotangent, and the result its product with the Jacobian.

    JAX holds no float64 unless told to, so it is told for the length of the call; other inputs see its defaults.
    Every shape is compiled anew, so that a long array is filled up with its last float to one of few lengths.
    """
    compiled = _compiled(function, tuple(keywords.items()), variable, through)
    shape = inputs[0].shape
    more = _filling(shape[0]) if len(shape) == 1 else 0
    filled = [np.pad(a, (0, more), mode="edge") for a in inputs] if more else inputs
    with jax.enable_x64(inputs[0].dtype == np.float64):
        result = _to_numpy(compiled(*filled))
    return result[: shape[0]] if more and result.shape == filled[0].shape else result


def _filling(length: int) -> int:
    """How many floats a length lacks to one of eight between two powers of two; none to what has the length of a
    vector or two and a tail."""
    return 0 if length <= SHORT else -length % (1 << length.bit_length() - 4)


def direct(function: Callable[..., Any], keywords: Mapping[str, Any], *, through: str) -> Callable[..., np.ndarray]:
    """`call` for functions of one input, with nothing between but the call. Compiled once for each shape and dtype."""
    compiled = _compiled(function, tuple(keywords.items()), 0, through)

    def called(x: np.ndarray) -> np.ndarray:
        with jax.enable_x64(x.dtype == np.float64):
            return _to_numpy(compiled(x))

    return called


@lru_cache(maxsize=256)
def _compiled(
    function: Callable[..., Any], keywords: tuple[tuple[str, Any], ...], variable: int, through: str
) -> Callable[..., Any]:
    named = dict(keywords)

    def value(*inputs: Array) -> Any:
        return function(*inputs, **named)

    def derivative(*inputs: Array) -> Array:
        before, after = inputs[:variable], inputs[variable + 1 :]

        def of_one(x: Array) -> Any:
            return value(*before, x, *after)

        result, pull_back = jax.vjp(of_one, inputs[variable])
        return pull_back(jnp.ones_like(result))[0]

    def product(*inputs: Array) -> Array:
        *row, cotangent = inputs
        result, pull_back = jax.vjp(value, *row)
        return pull_back(cotangent.reshape(result.shape))[variable]

    return jax.jit({"itself": value, "autograd": derivative, "product": product}[through])


def _to_numpy(result: Any) -> np.ndarray:
    if not isinstance(result, jax.Array):
        raise NotAnArray(f"expected an array, got {type(result).__name__}")
    return np.asarray(result)

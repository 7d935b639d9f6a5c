"""NumPy arrays to JAX and back, compiled functions, and derivatives by reverse mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np

from ..workers.invoke import NotAnArray

jax: Any = import_module("jax")
jnp: Any = import_module("jax.numpy")
BLOCK = {1: 1 << 12, 2: 256}
"""The length of the arrays that functions are compiled for, by their dimensions: in floats, and in rows. Shorter ones
are unrolled, which takes longer."""
Array: TypeAlias = Any
"""A `jax.Array`; JAX is an optional dependency, whose types nothing here relies on."""


def call(
    function: Callable[..., Any],
    inputs: Sequence[np.ndarray],
    keywords: Mapping[str, Any],
    *,
    variable: int,
    through: str,
    exact: bool,
) -> np.ndarray:
    """The function of the inputs, or (through="autograd") its derivative by one of them, compiled by XLA.

    With through="product" the last input is a cotangent, and the result its product with the Jacobian.

    JAX holds no float64 unless told to, so it is told for the length of the call; other inputs see its defaults.
    XLA compiles every shape anew, which takes a tenth of a second and more: arrays are cut in blocks of one length,
    the last filled up with its last float or row, unless their `exact` length is asked for.
    """
    compiled = _compiled(function, tuple(keywords.items()), variable, through)
    with jax.enable_x64(inputs[0].dtype == np.float64):
        if not exact:
            size, length = len(inputs[0]), BLOCK[inputs[0].ndim]
            results = [_to_numpy(compiled(*block)) for block in _blocks(inputs, length)]
            if all(result.shape[:1] == (length,) for result in results):
                return np.concatenate(results)[:size]
        return _to_numpy(compiled(*inputs))


def _blocks(inputs: Sequence[np.ndarray], length: int) -> Iterator[list[np.ndarray]]:
    """Arrays of as many floats or rows, in blocks of a length."""
    size = len(inputs[0])
    filled = [np.pad(a, [(0, -size % length), *[(0, 0)] * (a.ndim - 1)], mode="edge") for a in inputs]
    for start in range(0, size, length):
        yield [a[start : start + length] for a in filled]


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

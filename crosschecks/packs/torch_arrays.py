"""NumPy arrays to torch tensors and back, and derivatives by autograd. Runs in the worker process only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ml_dtypes
import numpy as np
import torch

from ..calling import NotAnArray

_AS_INTEGERS = {"bfloat16": np.int16, "float8_e4m3fn": np.int8, "float8_e5m2": np.int8}
"""torch knows NumPy's own dtypes only; the others cross over as the integers of the same bits."""


def call(
    function: Callable[..., Any],
    inputs: Sequence[np.ndarray],
    keywords: Mapping[str, Any],
    *,
    variable: int,
    through: str,
) -> np.ndarray:
    """The function of the inputs, or (through="autograd") its derivative by one of them."""
    tensors = [_to_torch(a) for a in inputs]
    if through == "itself":
        return _to_numpy(function(*tensors, **keywords))
    leaf = tensors[variable].requires_grad_()
    result = function(*tensors, **keywords)
    if not isinstance(result, torch.Tensor):
        raise NotAnArray(f"expected a tensor, got {type(result).__name__}")
    (gradient,) = torch.autograd.grad(result, leaf, torch.ones_like(result))
    return _to_numpy(gradient)


def direct(function: Callable[..., Any], keywords: Mapping[str, Any], *, through: str) -> Callable[..., np.ndarray]:
    """The same for one input, with nothing between but the call. The seeds of autograd are kept from call to call."""

    def value(x: np.ndarray) -> np.ndarray:
        return _to_numpy(function(_to_torch(x), **keywords))

    ones = torch.ones(0)

    def derivative(x: np.ndarray) -> np.ndarray:
        nonlocal ones
        leaf = _to_torch(x).requires_grad_()
        result = function(leaf, **keywords)
        if ones.shape != result.shape or ones.dtype != result.dtype:
            ones = torch.ones_like(result)
        (gradient,) = torch.autograd.grad(result, leaf, ones)
        return _to_numpy(gradient)

    return value if through == "itself" else derivative


def _to_torch(a: np.ndarray) -> torch.Tensor:
    if a.dtype.name not in _AS_INTEGERS:
        return torch.from_numpy(a)
    return torch.from_numpy(a.view(_AS_INTEGERS[a.dtype.name])).view(getattr(torch, a.dtype.name))


def _to_numpy(result: Any) -> np.ndarray:
    if not isinstance(result, torch.Tensor):
        raise NotAnArray(f"expected a tensor, got {type(result).__name__}")
    result = result.detach().contiguous()
    name = str(result.dtype).removeprefix("torch.")
    if name not in _AS_INTEGERS:
        return result.numpy()
    integers = {1: torch.int8, 2: torch.int16}[result.element_size()]
    return result.view(integers).numpy().view(getattr(ml_dtypes, name))

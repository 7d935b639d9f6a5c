"""NumPy arrays to torch tensors and back, tensors on a device, and derivatives by autograd. Runs in the worker process
only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any, TypeAlias

import ml_dtypes
import numpy as np

from ...numerics.oracle.float32_rows import ROWS
from ...proofs.enclosures.formats import Format
from ..workers.array_backends import CACHED_STRIP, Arrays
from ..workers.invoke import NotAnArray

torch: Any = import_module("torch")
Tensor: TypeAlias = Any
"""A `torch.Tensor`; torch is an optional dependency, whose types nothing here relies on."""

_AS_INTEGERS = {"bfloat16": np.int16, "float8_e4m3fn": np.int8, "float8_e5m2": np.int8}
"""torch knows NumPy's own dtypes only; the others cross over as the integers of the same bits."""
_INTEGERS = {8: torch.int8, 16: torch.int16, 32: torch.int32}


def call(
    function: Callable[..., Any],
    inputs: Sequence[np.ndarray],
    keywords: Mapping[str, Any],
    *,
    variable: int,
    through: str,
    exact: bool,
) -> np.ndarray:
    """The function of the inputs, or (through="autograd") its derivative by one of them.

    With through="product" the last input is a cotangent, and the result its product with the Jacobian. Lengths are
    always exact.
    """
    tensors = [_to_torch(a) for a in inputs]
    cotangent = tensors.pop() if through == "product" else None
    if through == "itself":
        return _to_numpy(function(*tensors, **keywords))
    leaf = tensors[variable].requires_grad_()
    result = function(*tensors, **keywords)
    if not isinstance(result, torch.Tensor):
        raise NotAnArray(f"expected a tensor, got {_kind(result)}")
    seed = torch.ones_like(result) if cotangent is None else cotangent.reshape(result.shape)
    (gradient,) = torch.autograd.grad(result, leaf, seed)
    return _to_numpy(gradient)


def direct(function: Callable[..., Any], keywords: Mapping[str, Any], *, through: str) -> Callable[..., np.ndarray]:
    """`call` for functions of one input, with nothing between but the call."""
    on_tensor = _on_tensors(function, keywords, through)

    def called(x: np.ndarray) -> np.ndarray:
        return _to_numpy(on_tensor(_to_torch(x)))

    return called


def on_device(function: Callable[..., Any], keywords: Mapping[str, Any], *, through: str) -> Callable[..., Any]:
    """`direct` from tensor to tensor. Comes back when the device is done, so that what fails or hangs is the call."""
    called = _on_tensors(function, keywords, through)

    def done(x: Tensor) -> Tensor:
        result = _tensor(called(x))
        result.reshape(-1)[:1].cpu()
        return result

    return done


def arrays(device: str) -> Arrays:
    """torch's tensors on a device, in strips of a processor's cache or of a whole binade."""
    where = torch.device(device)

    def floats(first: int, count: int, fmt: Format) -> Tensor:
        patterns = torch.arange(first, first + count, device=where)
        return patterns.to(_INTEGERS[fmt.bits]).view(getattr(torch, fmt.name))

    return Arrays(torch, where, CACHED_STRIP if where.type == "cpu" else ROWS, floats, _to_numpy)


def _on_tensors(function: Callable[..., Any], keywords: Mapping[str, Any], through: str) -> Callable[..., Any]:
    """The seeds of autograd are kept from call to call."""
    if through == "itself":
        return partial(function, **keywords)
    ones = torch.ones(0)

    def derivative(x: Tensor) -> Tensor:
        nonlocal ones
        leaf = x.requires_grad_()
        result = function(leaf, **keywords)
        if ones.shape != result.shape or ones.dtype != result.dtype:
            ones = torch.ones_like(result)
        (gradient,) = torch.autograd.grad(result, leaf, ones)
        return gradient

    return derivative


def _to_torch(a: np.ndarray) -> Tensor:
    if a.dtype.name not in _AS_INTEGERS:
        return torch.from_numpy(a)
    return torch.from_numpy(a.view(_AS_INTEGERS[a.dtype.name])).view(getattr(torch, a.dtype.name))


def _tensor(result: Any) -> Tensor:
    if not isinstance(result, torch.Tensor):
        raise NotAnArray(f"expected a tensor, got {_kind(result)}")
    return result.detach().contiguous()


def _to_numpy(result: Any) -> np.ndarray:
    result = _tensor(result).cpu()
    name = str(result.dtype).removeprefix("torch.")
    if name not in _AS_INTEGERS:
        return result.numpy()
    integers = {1: torch.int8, 2: torch.int16}[result.element_size()]
    return result.view(integers).numpy().view(getattr(ml_dtypes, name))


def _kind(result: Any) -> str:
    """The type of a result, and what to say of a function of NumPy's arrays in a file that imports torch."""
    name = type(result).__name__
    return f"{name}: --array numpy says that it takes NumPy's arrays" if isinstance(result, np.ndarray) else name

"""The activations that torch ships, with their derivatives. Runs in the worker process only.

Names and aliases of the catalogue are looked up in torch.nn.functional, torch and torch.special; the table below is
for what torch spells in a way of its own.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .namesakes import shipped
from .torch_arrays import Tensor

torch: Any = import_module("torch")
F: Any = import_module("torch.nn.functional")

ARRAYS = "torch"
"""The library whose arrays they take."""
_PLACES = ("torch.nn.functional", "torch", "torch.special")

_SPELLED_OTHERWISE: dict[str, dict[str, Any]] = {
    "gelu": {"function": "torch.nn.functional:gelu", "keywords": {"approximate": "none"}},
    "gelu_tanh": {"function": "torch.nn.functional:gelu", "keywords": {"approximate": "tanh"}},
    "softplus": {"function": "torch.nn.functional:softplus", "accepts": ["beta"]},
    "softplus_torch": {"function": "torch.nn.functional:softplus", "accepts": ["beta", "threshold"]},
    "threshold": {"function": "torch.nn.functional:threshold", "needs": ["threshold", "value"]},
    "exponential": {"function": "torch:exp"},
    "sine": {"function": "torch:sin"},
    "prelu": {"function": f"{__name__}:prelu", "accepts": ["weight"]},
    "glu": {"function": f"{__name__}:glu"},
}


def prelu(x: Tensor, weight: float = 0.25) -> Tensor:
    """torch's prelu with one weight, which torch takes as a tensor."""
    return F.prelu(x, x.new_tensor([weight]))


def glu(a: Tensor, b: Tensor) -> Tensor:
    """torch's glu, which takes both halves in one tensor."""
    return F.glu(torch.stack([a, b]), dim=0).squeeze(0)


def discover(wanted: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """The callable for each activation torch ships."""
    return shipped("torch", wanted, _SPELLED_OTHERWISE, _PLACES, _keeps_shape)


def _keeps_shape(function: Any) -> bool:
    try:
        return function(torch.zeros(3)).shape == (3,)
    except (TypeError, RuntimeError, AttributeError):
        return False

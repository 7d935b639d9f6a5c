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
    "softmax": {"function": "torch:softmax", "keywords": {"dim": -1}},
    "log_softmax": {"function": "torch:log_softmax", "keywords": {"dim": -1}},
    "softmin": {"function": "torch.nn.functional:softmin", "keywords": {"dim": -1}},
    "logsumexp": {"function": "torch:logsumexp", "keywords": {"dim": -1}},
    "layer_norm": {"function": f"{__name__}:layer_norm", "needs": ["eps"]},
    "rms_norm": {"function": f"{__name__}:rms_norm", "needs": ["eps"]},
    "glu_halves": {"function": "torch.nn.functional:glu", "keywords": {"dim": -1}},
}


def prelu(x: Tensor, weight: float = 0.25) -> Tensor:
    """torch's prelu with one weight, which torch takes as a tensor."""
    return F.prelu(x, x.new_tensor([weight]))


def glu(a: Tensor, b: Tensor) -> Tensor:
    """torch's glu, which takes both halves in one tensor."""
    return F.glu(torch.stack([a, b]), dim=0).squeeze(0)


def layer_norm(x: Tensor, eps: float = 1e-5) -> Tensor:
    """torch's layer_norm along the last axis, without weight and bias."""
    return F.layer_norm(x, x.shape[-1:], eps=eps)


def rms_norm(x: Tensor, eps: float = 1e-6) -> Tensor:
    """torch's rms_norm along the last axis, without weight."""
    return F.rms_norm(x, x.shape[-1:], eps=eps)


def discover(wanted: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """The callable for each activation torch ships."""
    return shipped("torch", wanted, _SPELLED_OTHERWISE, _PLACES, _keeps_shape)


def _keeps_shape(function: Any) -> bool:
    try:
        return function(torch.zeros(3)).shape == (3,)
    except (TypeError, RuntimeError, AttributeError):
        return False

"""Which activations torch ships, found by name. Runs in the worker process only.

Names and aliases of the catalogue are looked up in torch.nn.functional, torch and torch.special; the table below is
for what torch spells in a way of its own.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

_PLACES = (("torch.nn.functional", F), ("torch", torch), ("torch.special", torch.special))

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


def prelu(x: torch.Tensor, weight: float = 0.25) -> torch.Tensor:
    """torch's prelu with one weight, which torch takes as a tensor."""
    return F.prelu(x, x.new_tensor([weight]))


def glu(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """torch's glu, which takes both halves in one tensor."""
    return F.glu(torch.stack([a, b]), dim=0).squeeze(0)


def discover(wanted: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """The callable for each activation torch ships."""
    found = {name: _SPELLED_OTHERWISE.get(name) or _by_name(spellings) for name, spellings in wanted.items()}
    common = {"array": "torch", "derivative": "autograd"}
    return {name: {**common, **entry} for name, entry in found.items() if entry is not None}


def _by_name(spellings: list[str]) -> dict[str, Any] | None:
    for place, module in _PLACES:
        for spelling in spellings:
            function = getattr(module, spelling, None)
            if callable(function) and _is_elementwise(function):
                return {"function": f"{place}:{spelling}"}
    return None


def _is_elementwise(function: Any) -> bool:
    """Takes one tensor and keeps its shape: `linear`, an alias of identity, is something else in torch."""
    try:
        return function(torch.zeros(3)).shape == (3,)
    except (TypeError, RuntimeError, AttributeError):
        return False

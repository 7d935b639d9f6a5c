"""The activations that SciPy ships, in its module `special`. Values only."""

from __future__ import annotations

from importlib import import_module
from typing import Any

special: Any = import_module("scipy.special")
_SPELLED = {
    "sigmoid": "expit",
    "log_sigmoid": "log_expit",
    "softplus": "softplus",
    "logit": "logit",
    "erf": "erf",
    "softmax": "softmax",
    "log_softmax": "log_softmax",
    "logsumexp": "logsumexp",
}
_OF_ROWS = ("softmax", "log_softmax", "logsumexp")
"""Functions that take the axis along which a row lies."""


def discover(wanted: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """The function for each activation SciPy ships; softplus came with SciPy 1.17."""
    shipped = {name: spelled for name, spelled in _SPELLED.items() if hasattr(special, spelled)}
    axis = {"keywords": {"axis": -1}}
    return {
        name: {"function": f"scipy.special:{shipped[name]}", **(axis if name in _OF_ROWS else {})}
        for name in wanted
        if name in shipped
    }

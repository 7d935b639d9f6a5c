"""The activations of the catalogue that SciPy ships, all of them in scipy.special. Values only."""

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
}


def discover(wanted: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """The function for each activation SciPy ships; softplus came with SciPy 1.17."""
    shipped = {name: spelled for name, spelled in _SPELLED.items() if hasattr(special, spelled)}
    return {name: {"function": f"scipy.special:{shipped[name]}"} for name in wanted if name in shipped}

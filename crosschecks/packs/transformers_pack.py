"""The activations of Hugging Face's transformers, ACT2FN, with their derivatives by torch. Runs in the worker process
only.

`transformers:gelu_new` names one of them. Where several compute the same activation, all are tested.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from .torch_arrays import Tensor

ACT2FN: Any = import_module("transformers.activations").ACT2FN
ARRAYS = "torch"
"""The library whose arrays they take."""
_VARIANTS = {"xielu": "xielu_transformers"}
"""Names that are something else in the catalogue, which has an entry for what transformers computes."""


def discover(wanted: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """The function for each activation transformers ships, and the others that are the same."""
    entries: dict[str, dict[str, Any]] = {}
    for activation, names in wanted.items():
        spelled = [name for name in names if name in ACT2FN and name not in _VARIANTS]
        spelled += [name for name, variant in _VARIANTS.items() if variant == activation and name in ACT2FN]
        if spelled:
            first, *others = (f"transformers:{name}" for name in spelled)
            entries[activation] = {"function": first, "also": others, "array": ARRAYS, "derivative": "autograd"}
    return entries


def __getattr__(name: str) -> Callable[[Tensor], Tensor]:
    """The activation of that name."""
    if name.startswith("_") or name not in ACT2FN:
        raise AttributeError(f"transformers has no activation {name!r}")
    module = ACT2FN[name]
    match name:
        case "xielu":  # its parameters begin as bfloat16s unless told otherwise
            return lambda x: type(module)(dtype=x.dtype)(x)
        case "prelu":
            return lambda x: module.to(x.dtype)(x)
        case _:
            return module

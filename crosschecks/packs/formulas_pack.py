"""Activations and their derivatives as tutorials write them in NumPy.

They are those of formulas.py named like an activation, with `NAME_derivative` where it is written down.
"""

from __future__ import annotations

from typing import Any

from . import formulas


def discover(wanted: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """The formula of each activation and that of its derivative."""
    home = formulas.__name__
    entries: dict[str, dict[str, Any]] = {}
    for name in wanted:
        if getattr(getattr(formulas, name, None), "__module__", None) == home:  # not SciPy's erf
            entries[name] = {"function": f"{home}:{name}"}
            if hasattr(formulas, f"{name}_derivative"):
                entries[name]["derivative"] = f"{home}:{name}_derivative"
    return entries

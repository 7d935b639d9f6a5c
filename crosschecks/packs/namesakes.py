"""Activations that a library ships under their own names, found by looking them up. Runs in the worker process only."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any


def shipped(
    library: str,
    wanted: Mapping[str, list[str]],
    spelled: Mapping[str, dict[str, Any]],
    places: Iterable[str],
    keeps_shape: Callable[[Any], bool],
) -> dict[str, dict[str, Any]]:
    """The entries of the activations that a library with derivatives of its own ships, for `discover` of a pack.

    Args:
        library: whose arrays the callables take.
        wanted: the activations, each with its name and aliases.
        spelled: the entries of those that the library spells in a way of its own.
        places: the modules in which the others are looked up.
        keeps_shape: whether a callable takes one array and gives one of the same shape: `linear`, an alias of
            identity, is something else in most libraries.
    """
    modules = {place: importlib.import_module(place) for place in places}

    def namesake(names: Iterable[str]) -> dict[str, Any] | None:
        for place, module in modules.items():
            for name in names:
                function = getattr(module, name, None)
                if callable(function) and keeps_shape(function):
                    return {"function": f"{place}:{name}"}
        return None

    entries = {activation: spelled.get(activation) or namesake(names) for activation, names in wanted.items()}
    common = {"array": library, "derivative": "autograd"}
    return {activation: {**common, **entry} for activation, entry in entries.items() if entry is not None}

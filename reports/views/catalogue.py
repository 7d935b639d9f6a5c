"""The catalogue as data and as a table for people."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from ...proofs.catalogue.entries import Activation, catalogue
from ...proofs.catalogue.vector_entries import VectorActivation, vector_catalogue
from ..errors import BadInput
from ..writing.console import cell, table
from ..writing.grid import Grid


def document(pattern: str | None = None) -> dict[str, Any]:
    """The document that `gradproof list --json` prints, of the entries that fit `pattern`. Raises BadInput for none."""
    data = {
        "schema": 1,
        "activations": [
            {**_entry(entry), "inputs": entry.inputs, "variant_of": entry.variant_of}
            for entry in catalogue() if _fits(entry, pattern)
        ],
        "vector_activations": [_entry(entry) for entry in vector_catalogue() if _fits(entry, pattern)],
    }  # fmt: skip
    if not (data["activations"] or data["vector_activations"]):
        raise BadInput(f"PATTERN {pattern!r}: no name or alias has it; `gradproof list` shows all")
    return data


def _fits(entry: Activation | VectorActivation, pattern: str | None) -> bool:
    """Whether the pattern fits a name or an alias, as a whole where it has a star, else a part of it."""
    if pattern is None:
        return True
    shape = pattern.lower() if "*" in pattern else f"*{pattern.lower()}*"
    return any(fnmatchcase(name.lower(), shape) for name in (entry.name, *entry.aliases))


def _entry(entry: Activation | VectorActivation) -> dict[str, Any]:
    return {
        "name": entry.name,
        "formula": entry.formula,
        "parameters": [
            {"name": each.name, "default": each.default, "constraint": each.constraint} for each in entry.parameters
        ],
        "aliases": entry.aliases,
        "summary": entry.summary,
        "source": entry.source,
    }


def tables(data: dict[str, Any]) -> list[Grid]:
    """A row for each activation of one real, then for each of a vector v."""
    return [
        _table(f"{len(entries)} activation{'s' * (len(entries) != 1)}{of}", entries)
        for of, entries in (("", data["activations"]), (" of a vector v", data["vector_activations"]))
        if entries
    ]


def _table(title: str, entries: list[dict[str, Any]]) -> Grid:
    built = table(title, ("name", "definition", "parameters", "aliases"))
    for entry in entries:
        also = ", ".join(entry["aliases"])
        if entry.get("variant_of"):
            also = f"a variant of {entry['variant_of']}"
        parameters = ", ".join(f"{each['name']}={each['default']}" for each in entry["parameters"])
        built.add_row(cell(entry["name"], "bold"), cell(entry["formula"]), cell(parameters), cell(also))
    return built

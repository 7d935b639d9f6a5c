"""The catalogue as data and as a table for people."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from ...proofs.catalogue.entries import Activation, catalogue
from ...proofs.catalogue.vector_entries import VectorActivation, vector_catalogue
from ..writing.console import cell, table


def document() -> dict[str, Any]:
    """The document that `gradproof list --json` prints."""
    return {
        "schema": 1,
        "activations": [
            {**_entry(entry), "inputs": entry.inputs, "variant_of": entry.variant_of} for entry in catalogue()
        ],
        "vector_activations": [_entry(entry) for entry in vector_catalogue()],
    }


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


def tables(data: dict[str, Any]) -> list[Table]:
    """A row for each activation of one real, then for each of a vector v."""
    return [
        _table(f"{len(data['activations'])} activations", data["activations"]),
        _table(f"{len(data['vector_activations'])} activations of a vector v", data["vector_activations"]),
    ]


def _table(title: str, entries: list[dict[str, Any]]) -> Table:
    built = table(title, ("name", "definition", "parameters", "aliases"))
    for entry in entries:
        also = ", ".join(entry["aliases"])
        if entry.get("variant_of"):
            also = f"a variant of {entry['variant_of']}"
        parameters = ", ".join(f"{each['name']}={each['default']}" for each in entry["parameters"])
        built.add_row(cell(entry["name"], "bold"), cell(entry["formula"]), cell(parameters), cell(also))
    return built

"""The catalogue as data and as a table for people."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from ..proofs.catalogue import catalogue
from .console import cell, table


def document() -> dict[str, Any]:
    """What `gradproof list --json` prints."""
    return {
        "schema": 1,
        "activations": [
            {
                "name": entry.name,
                "formula": entry.formula,
                "inputs": entry.inputs,
                "parameters": [
                    {"name": each.name, "default": each.default, "constraint": each.constraint}
                    for each in entry.parameters
                ],
                "aliases": entry.aliases,
                "summary": entry.summary,
                "source": entry.source,
            }
            for entry in catalogue()
        ],
    }


def tables(data: dict[str, Any]) -> list[Table]:
    """One table: a row for each activation."""
    shown = table(f"{len(data['activations'])} activations", ("name", "definition", "parameters", "aliases"))
    for entry in data["activations"]:
        parameters = ", ".join(f"{each['name']}={each['default']}" for each in entry["parameters"])
        shown.add_row(
            cell(entry["name"], "bold"), cell(entry["formula"]), cell(parameters), cell(", ".join(entry["aliases"]))
        )
    return [shown]

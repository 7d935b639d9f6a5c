"""Certified facts of one vector activation as data, and as tables for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType

from ...proofs.catalogue.vector_entries import vector_activations
from ...proofs.datasheets.vector import vector_facts
from ..errors import BadInput
from ..writing.console import cell, pairs, table, verdict


def covers(name: str) -> bool:
    """Whether the name is a vector activation's."""
    return name in vector_activations()


def document(name: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The document of `gradproof describe --json` for a vector activation. Raises BadInput for an unknown parameter."""
    try:
        return vector_facts(name, parameters).to_json()
    except ValueError as error:
        raise BadInput(str(error)) from error


def tables(data: Mapping[str, Any]) -> list[RenderableType]:
    """The function and its Jacobian, then the usual statements with their verdicts."""
    rows = [("formula", data["formula"])]
    if data["parameters"]:
        rows.append(("with", ", ".join(f"{name} = {value}" for name, value in data["parameters"].items())))
    decided = table("for every n and every vector", ("statement", "verdict", "counterexample"))
    for each in data["statements"]:
        where = f" where {each['where']}" if each["where"] else ""
        blame = each["counterexample"] or {"at": {}}
        at = ", ".join(f"{name} = {value}" for name, value in blame["at"].items())
        decided.add_row(cell(each["statement"] + where), verdict(each["verdict"]), cell(at))
    return [pairs(data["name"], rows + _derivatives(data["jacobian"])), decided]


def _derivatives(jacobian: Mapping[str, str]) -> list[tuple[str, str]]:
    """The entries J[i, k] = df[i]/dv[k]."""
    labels = {"gradient": "df/dv[i]", "diagonal": "J[i, i]", "off_diagonal": "J[i, k]", "undecided": "undecided"}
    factor = f"times {jacobian['scale']}" if "scale" in jacobian else ""
    return [(labels[key], f"{text}, {factor}" if factor else text) for key, text in jacobian.items() if key in labels]

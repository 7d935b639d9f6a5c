"""Activations as the page shows them: a row of an index, and a card; pure functions of the document."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..runs.accuracy import ranked
from ..views import datasheet
from ..views.checks import function_name
from ..writing.numbers import brief, short, truncated, typeset

LONGEST_FORMULA = 160
"""Longer formulas of a derivative are left to the facts."""
LEAVES = "float32"
"""The format whose end is in the index: the layers after which the bound on the gradient is 0 in it."""


class Cell(NamedTuple):
    """A cell of the index: its text, and the number it is sorted by, if it is not sorted as text."""

    text: str
    key: float | None = None


HEADS = ("activation", "inf f", "sup f", "Lipschitz", "inf f′", "sup f′", "smoothness", "parity", "gain",
         f"layers to 0 in {LEAVES}")  # fmt: skip
MEASURED = "worst error, ULP"
"""The last head, where implementations were measured."""
DIGITS, LONGEST = 6, 9
"""Digits of a number in the index, and the longest exact form in their place."""
SMOOTH = 99
"""The key of smooth functions, beyond every order of continuity."""


def heads(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The heads of the index."""
    return (*HEADS, MEASURED) if data["accuracy"] else HEADS


def entries(data: Mapping[str, Any], plot: Callable[[Mapping[str, Any]], Any]) -> list[dict[str, Any]]:
    """Every activation of the document: with its cells, plots and facts where it has them."""
    depths = {each["activation"]: each for each in data["depth"]["activations"]}
    names = {entry["name"]: [] for entry in data["activations"]}
    for entry in data["activations"]:
        if entry["variant_of"] in names:
            names[entry["variant_of"]].append(entry["name"])
    measured = _measured(data["accuracy"])
    shown = []
    for entry in data["activations"]:
        rows = measured.get(entry["name"], [])
        worst = [_worst(rows)] if data["accuracy"] else []
        shown.append({
            **entry,
            "plot": plot(entry) if entry["facts"] and entry["curves"] else None,
            "variants": names[entry["name"]],
            "accuracy": rows,
            "derivative": _derivative(entry["facts"]),
            "cells": [*_cells(entry, depths.get(entry["name"])), *worst],
        })  # fmt: skip
    return shown


def _measured(accuracy: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The measurements of each activation, best first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in accuracy:
        for row in ranked(each["rows"]):
            found.setdefault(row["activation"], []).append({
                "name": each["name"], "function": function_name(row), "dtype": row["dtype"],
                "error": short(row["max_ulp"]).replace("inf", "∞"), "key": float(row["max_ulp"] or 0),
            })  # fmt: skip
    return found


def _derivative(facts: Mapping[str, Any] | None) -> str | None:
    formula = facts["orders"][1]["formula"] if facts else None
    return formula if formula and len(formula) <= LONGEST_FORMULA else None


def _cells(entry: Mapping[str, Any], depth: Mapping[str, Any] | None) -> list[Cell]:
    """The cells of the index after the name; none where nothing is certified."""
    if (facts := entry["facts"]) is None:
        return []
    value, slope = (order.get("range") or {"inf": None, "sup": None} for order in facts["orders"][:2])
    return [
        _certified(value["inf"]),
        _certified(value["sup"]),
        _certified(facts["lipschitz"]),
        _certified(slope["inf"]),
        _certified(slope["sup"]),
        _smoothness(facts),
        Cell({"neither odd nor even": "–"}.get(words := datasheet.parity(facts), words)),
        _certified(facts["gain"]),
        _layers(depth),
    ]


def _certified(number: Mapping[str, Any] | None) -> Cell:
    if number is None:
        return Cell("–")
    text = typeset(brief(number, DIGITS))
    return Cell(text if len(text) <= LONGEST else truncated(number["decimal"], DIGITS), float(number["decimal"]))


def _smoothness(facts: Mapping[str, Any]) -> Cell:
    order = facts["continuity"]
    words = datasheet.smoothness(facts).partition(":")[0].partition(",")[0]
    return Cell(words, SMOOTH if order == "oo" else order)


def _layers(depth: Mapping[str, Any] | None) -> Cell:
    fmt = next((each for each in depth["formats"] if each["format"] == LEAVES), None) if depth else None
    if fmt is None:
        return Cell("–")
    return Cell("never", math.inf) if fmt["rounds_to_zero"] is None else Cell(
        str(fmt["rounds_to_zero"]), fmt["rounds_to_zero"]
    )  # fmt: skip


def _worst(measured: Sequence[Mapping[str, Any]]) -> Cell:
    if not measured:
        return Cell("–")
    worst = max(measured, key=lambda row: row["key"])
    return Cell(worst["error"], worst["key"])

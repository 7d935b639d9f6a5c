"""An activation and its derivative, each beside its certified bounds; pure functions of the report's data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from ..writing.numbers import brief, typeset
from .svg import Panel, padded

NAMES = ("f", "f′")
STYLES = ("blue", "orange")
SIZE = (330.0, 200.0)
SAME = 1e-9
"""One-sided limits closer than this are one."""


def activation_plots(entry: Mapping[str, Any], size: tuple[float, float] = SIZE) -> str:
    """f and f' side by side: curves, certified bounds, extrema, and what happens where the pieces meet."""
    return "".join(_panel(entry, order, size) for order in (0, 1))


def _panel(entry: Mapping[str, Any], order: int, size: tuple[float, float]) -> str:
    curves = entry["curves"]["orders"][order]
    facts = entry["facts"]["orders"][order]
    low, high = curves["height"]
    panel = Panel(size, _window(entry["curves"]["window"]), padded(low, high, 0.12), margins=(40, 8, 16, 20))
    panel.axes(y_label=f"{NAMES[order]}(x)")
    if facts.get("range"):
        _bounds(panel, facts)
    for piece in curves["pieces"]:
        panel.line(zip(piece["x"], piece["y"], strict=True), STYLES[order])
    _meetings(panel, curves, STYLES[order])
    return panel.svg(f"{NAMES[order]} of {entry['name']}: {_said(facts)}")


def _window(window: tuple[float, float]) -> tuple[float, float]:
    low, high = window
    return padded(low, high, 0.03) if high - low < 5 else (low, high)


def _said(facts: Mapping[str, Any]) -> str:
    """The picture's description in words, for those who do not see it."""
    if not facts.get("range"):
        return "its range is undecided"
    return typeset(f"from {brief(facts['range']['inf'])} to {brief(facts['range']['sup'])}")


def _bounds(panel: Panel, facts: Mapping[str, Any]) -> None:
    """Dashed lines at the certified infimum and supremum, named, and dots where they are attained."""
    for side, where, lift in (("inf", "argmin", 13), ("sup", "argmax", -5)):
        value = float(facts["range"][side]["decimal"])
        if not (math.isfinite(value) and panel.y[0] < value < panel.y[1]):
            continue
        panel.level(value, "green dashed")
        text = f"{side} {brief(facts['range'][side], 7)}"
        panel.label(panel.x[1], value, text, anchor="end", style="green", lift=lift)
        for place in facts[where] or ():
            if "decimal" in place:
                panel.dot(float(place["decimal"]), value, "green")


def _meetings(panel: Panel, curves: Mapping[str, Any], style: str) -> None:
    """Where pieces meet; with a jump: open circles at the limits that are not taken, a full one at the value.

    A dotted line runs through the place, as a small jump or bend is easily missed.
    """
    values = dict(map(tuple, curves["points"]))
    for before, after in pairwise(curves["pieces"]):
        x, left, right = before["x"][-1], before["y"][-1], after["y"][0]
        panel.upright(x, "ink dotted thin")
        if x != after["x"][0] or abs(left - right) <= SAME:
            continue
        for limit in (left, right):
            if x not in values or abs(limit - values[x]) > SAME:
                panel.dot(x, limit, f"{style} open")
        if x in values:
            panel.dot(x, values[x], style)

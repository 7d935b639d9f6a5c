"""The report's plots, each a pure function of the report's data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from ..writing.numbers import brief
from .svg import Ink, drawing, panels, svg_of

NAMES = ("f", "f′", "f″")
MARGINS = {"left": 0.07, "right": 0.99, "bottom": 0.11, "top": 0.9, "wspace": 0.17}
FAR = 8.0
"""Bounds beyond this are left to the text: drawing them would flatten the curve."""


def activation_plot(entry: Mapping[str, Any]) -> str:
    """f and f' side by side with their certified bounds, kinks as open circles."""
    with drawing():
        figure, axes = panels(2, width=6.6, height=2.45, margins=MARGINS)
        for order, ax in enumerate(axes):
            _curve(ax, entry, order)
        return svg_of(
            figure, key=f"plot-{entry['name']}", label=f"{entry['name']} and its derivative with their bounds"
        )


def _curve(ax: Axes, entry: Mapping[str, Any], order: int) -> None:
    colour = (Ink.BLUE, Ink.ORANGE)[order]
    low, high = entry["curves"]["window"]
    ends = []
    for piece in entry["curves"]["orders"][order]["pieces"]:
        ax.plot(piece["x"], piece["y"], color=colour, solid_capstyle="round")
        ends += [(piece["x"][0], piece["y"][0]), (piece["x"][-1], piece["y"][-1])]
    if order == 1:
        open_ends = [(x, y) for x, y in ends if low < x < high and _jumps(ends, x)]
        ax.plot(
            *zip(*open_ends, strict=True), "o", color=colour, markerfacecolor=Ink.PAPER, markersize=4
        ) if open_ends else None
    ax.set_title(NAMES[order] + "(x)", loc="left")
    ax.set_xlim(low, high)
    ax.axvline(0, color=Ink.MUTED, linewidth=0.5)
    ax.axhline(0, color=Ink.MUTED, linewidth=0.5)
    facts = entry["facts"]["orders"][order]
    if facts.get("range"):
        _bounds(ax, facts["range"])


def _jumps(ends: list[tuple[float, float]], x: float) -> bool:
    values = [y for at, y in ends if at == x]
    return max(values) - min(values) > 1e-9


def _bounds(ax: Axes, bounds: Mapping[str, Any]) -> None:
    """Dashed lines at the certified inf and sup, where they are near enough to be seen."""
    for side, above in (("inf", False), ("sup", True)):
        value = float(bounds[side]["decimal"])
        if abs(value) > FAR:
            continue
        ax.axhline(value, color=Ink.GREEN, linewidth=1.1, linestyle=(0, (4, 2)))
        ax.annotate(
            f"{side} = {brief(bounds[side], 7)}",
            (1, value),
            xycoords=("axes fraction", "data"),
            xytext=(-2, 3 if above else -3),
            textcoords="offset points",
            ha="right",
            va="bottom" if above else "top",
            fontsize=7.5,
            color=Ink.GREEN,
        )
    ax.margins(y=0.14)

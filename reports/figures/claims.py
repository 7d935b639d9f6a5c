"""The place that a claim is about: its sides as curves, with the counterexample; pure functions of the document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .svg import LINE, Panel, padded

SIZE = (430.0, 200.0)
STYLES = ("blue", "orange dashed", "green dotted")
LONGEST = 44
"""Characters of a curve's name."""


def claim_plot(picture: Mapping[str, Any], says: str) -> str:
    """The curves, named above the frame, and the marks."""
    shown = picture["curves"][: len(STYLES)]
    low = min(curve["height"][0] for curve in shown)
    high = max(curve["height"][1] for curve in shown)
    top = 10 + LINE * len(shown)
    panel = Panel((SIZE[0], SIZE[1] + LINE * len(shown)), tuple(picture["window"]), padded(low, high, 0.12),
                  margins=(46, 10, top, 32))  # fmt: skip
    panel.axes(x_label=_variable(picture))
    for number, (curve, style) in enumerate(zip(shown, STYLES, strict=False)):
        for piece in curve["pieces"]:
            panel.line(zip(piece["x"], piece["y"], strict=True), style)
        at = 9 + LINE * number
        panel.outside.append(f'<path class="line {style}" d="M46 {at - 3.5:g}h18"/>')
        panel.text(70, at, curve["name"][:LONGEST] + "…" * (len(curve["name"]) > LONGEST), style="name code")
    for mark in picture["marks"]:
        panel.upright(mark["x"], "red dotted thin")
        panel.dot(mark["x"], mark["y"], "red")
    return panel.svg(f"Plot of {', '.join(curve['name'] for curve in shown)}: {says}", style="place")


def _variable(picture: Mapping[str, Any]) -> str:
    held = ", ".join(f"{name} = {value}" for name, value in picture["held"].items())
    return picture["variable"] + (f"   with {held}" if held else "")

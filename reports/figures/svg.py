"""Matplotlib figures as inline SVG whose colours are the page's own variables, so they follow dark and light mode.

Everything that draws asks `Ink` for its colours; `svg_of` turns those into `var(--…)` and makes every id unique.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

matplotlib.use("Agg")


class Ink:
    """Colours that stand for variables of the page's style sheet."""

    TEXT = "#0a0b01"
    MUTED = "#0a0b02"
    GRID = "#0a0b03"
    BLUE = "#0a0b04"
    ORANGE = "#0a0b05"
    GREEN = "#0a0b06"
    RED = "#0a0b07"
    VIOLET = "#0a0b08"
    TEAL = "#0a0b09"
    PAPER = "#0a0b0a"
    LINES = (BLUE, ORANGE, GREEN, RED, VIOLET, TEAL)


VARIABLES = {
    value: f"var(--{name.lower()})" for name, value in vars(Ink).items() if isinstance(value, str) and value[0] == "#"
}

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "gradproof",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.edgecolor": Ink.MUTED,
    "axes.labelcolor": Ink.TEXT,
    "axes.titlecolor": Ink.TEXT,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": Ink.GRID,
    "grid.linewidth": 0.6,
    "text.color": Ink.TEXT,
    "xtick.color": Ink.MUTED,
    "ytick.color": Ink.MUTED,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.7,
    "path.simplify_threshold": 0.2,
}


@contextmanager
def drawing() -> Iterator[None]:
    """Every figure is made and saved inside this."""
    with matplotlib.rc_context(STYLE):
        yield


def panels(
    count: int, *, width: float, height: float, margins: Mapping[str, float] | None = None
) -> tuple[Figure, list[Axes]]:
    """A transparent figure with `count` axes side by side, sized in inches.

    `margins` are shares of the figure (as of subplots_adjust); finding them out takes as long as drawing it.
    """
    figure = Figure(figsize=(width, height), layout=None if margins else "constrained")
    axes = figure.subplots(1, count, squeeze=False, gridspec_kw=dict(margins or {}))[0]
    return figure, list(axes)


def svg_of(figure: Figure, *, key: str, label: str) -> str:
    """The figure as one `<svg>` element; `key` is unique on the page, `label` is read to those who cannot see it."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    drawn = buffer.getvalue()
    drawn = drawn[drawn.index("<svg") :].replace("\n", " ")
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn)
    drawn = re.sub(r'\bid="', f'id="{key}-', drawn)
    drawn = re.sub(r"url\(#", f"url(#{key}-", drawn)
    drawn = re.sub(r'xlink:href="#', f'href="#{key}-', drawn)
    for colour, variable in VARIABLES.items():
        drawn = drawn.replace(colour, variable)
    drawn = re.sub(r"font: ([\d.]+)px 'DejaVu Sans'", r"font: \1px system-ui, 'DejaVu Sans'", drawn)
    drawn = re.sub(r'(<svg [^>]*?)width="[^"]*"', r"\1", drawn, count=1)
    drawn = re.sub(r'(<svg [^>]*?)height="[^"]*"', r"\1", drawn, count=1)
    drawn = re.sub(r" {2,}", " ", drawn)
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{_attribute(label)}" ', 1)


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")

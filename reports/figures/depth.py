"""Plots of gradients through depth, each a pure function of the report's data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any

from matplotlib.axes import Axes

from .svg import Ink, drawing, panels, svg_of

FLOOR = -60.0
"""The plots end here: float32 has long rounded to zero, float64 is nowhere near."""
DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))


def bound_plot(depth: Mapping[str, Any]) -> str:
    """The certified bound (sup |f'|)**n against depth, one line for each different rate."""
    with drawing():
        figure, (ax,) = panels(1, width=9.2, height=3.9)
        for number, (label, heights) in enumerate(_rates(depth["activations"])):
            style = {"color": Ink.LINES[number % len(Ink.LINES)], "linestyle": DASHES[number // len(Ink.LINES) % 4]}
            layers = [n for n, height in enumerate(heights, 1) if height >= FLOOR]
            ax.plot(layers, [heights[n - 1] for n in layers], label=label, **style)
        _thresholds(ax, depth["formats"])
        _finish(ax, depth["layers"], "bound on the product of derivatives", "certified: (sup |f′|)ⁿ with |w| ≤ 1")
        return svg_of(figure, key="plot-bound", label="Certified bound on gradient products against depth")


def network_plot(depth: Mapping[str, Any]) -> str:
    """Gradient norms measured in random networks, with their intervals and both predictions."""
    with drawing():
        figure, (ax,) = panels(1, width=9.2, height=3.6)
        length = 1
        for colour, network in zip(Ink.LINES, depth["networks"], strict=False):
            measured = list(reversed(network["numbers"]["log_squared_norm"]))
            length = max(length, len(measured) - 1)
            depths = range(len(measured))
            ax.plot(depths, [_decades(each["mean"]) for each in measured], color=colour, label=_name(network))
            low, high = ([_decades(each[end]) for each in measured] for end in ("low", "high"))
            ax.fill_between(depths, low, high, color=colour, alpha=0.18, linewidth=0)
            for theory, dashes in (("mean_field", (1, 2)), ("finite_width", (5, 2))):
                predicted = [0.0, *accumulate(map(float, reversed(network["numbers"][theory])))]
                ax.plot(
                    depths, [_decades(each) for each in predicted], color=colour, linestyle=(0, dashes), linewidth=1
                )
        _thresholds(ax, depth["formats"])
        title = "measured in random networks, with 95 % intervals; theory: infinitely wide dotted, at this width dashed"
        _finish(ax, length, "gradient norm, from the output back", title)
        return svg_of(figure, key="plot-networks", label="Measured gradient norms against depth")


def _rates(activations: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[float]]]:
    """Activations with the same bound share a line; the highest comes first, as in the legend."""
    lines: dict[str, tuple[list[str], list[float]]] = {}
    for each in activations:
        names, _ = lines.setdefault(each["rate"]["decimal"], ([], _heights(each["profile"])))
        names.append(each["activation"])
    ordered = sorted(lines.values(), key=lambda line: -line[1][-1])
    return [(_joined(names), heights) for names, heights in ordered]


def _heights(profile: Iterable[Mapping[str, Any]]) -> list[float]:
    """log10 of decimal strings whose exponents are beyond any float."""
    return [_log10(each["bound"]) for each in profile]


def _log10(decimal: str) -> float:
    mantissa, _, exponent = decimal.partition("e")
    return math.log10(float(mantissa)) + int(exponent or 0) if float(mantissa) > 0 else -math.inf


def _joined(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2} more"


def _decades(log_of_square: float | str) -> float:
    """log10 of a norm, from the natural logarithm of its square."""
    return float(log_of_square) / 2 / math.log(10)


def _name(network: Mapping[str, Any]) -> str:
    parameters = network["parameters"]
    return f"{parameters['activation']}, {parameters['initialisation']}"


def _thresholds(ax: Axes, formats: Iterable[Mapping[str, Any]]) -> None:
    """Lines at which formats round to zero; those close together share a label at the right."""
    bottom, top = max(FLOOR, ax.get_ylim()[0]), ax.get_ylim()[1]
    groups: list[list[Mapping[str, Any]]] = []
    for fmt in sorted(formats, key=lambda each: -each["zero_below"]):
        if fmt["zero_below"] < bottom:
            continue
        ax.axhline(fmt["zero_below"], color=Ink.MUTED, linewidth=0.9, linestyle=(0, (3, 3)))
        near = groups and groups[-1][-1]["zero_below"] - fmt["zero_below"] < (top - bottom) / 12
        groups[-1].append(fmt) if near else groups.append([fmt])
    for group in groups:
        ax.annotate(
            "\n".join(fmt["name"] for fmt in group) + "\nrounds to 0 below",
            (1.01, sum(fmt["zero_below"] for fmt in group) / len(group)),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=7.5,
            color=Ink.MUTED,
        )


def _finish(ax: Axes, layers: int, quantity: str, title: str) -> None:
    ax.set_xlim(0, layers)
    ax.set_ylim(bottom=max(ax.get_ylim()[0], FLOOR))
    ax.set_xlabel("layers")
    ax.set_ylabel(quantity)
    ax.yaxis.set_major_formatter(lambda decade, _: f"$10^{{{decade:.0f}}}$")
    ax.set_title(title, loc="left")
    ax.legend(loc="lower left", fontsize=7.5)

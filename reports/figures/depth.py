"""Gradients through depth: measured decay on top of theory, the phase diagram, spectra, trainings; pure functions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from .svg import LINE, Limits, Panel, padded

FLOOR = -32.0
"""Decades at which the plot of decays ends: float16 has long rounded to zero."""
STYLES = ("blue", "orange", "green", "red", "violet", "teal")
SIZE, NARROW = (720.0, 340.0), (350.0, 300.0)
"""On a page, and on a phone's."""
CURVE_STEPS = 12
"""Steps of the interpolation between two certified points of a curve."""
BINS_PER_DECADE = 2
LOST = -12.0
"""Singular values below this power of ten of the largest are lost in float64; the spectra end here."""


def decay_plot(
    networks: Sequence[Mapping[str, Any]], formats: Iterable[Mapping[str, Any]], size: tuple[float, float] = SIZE
) -> str:
    """Gradient norms from the output back, with 95 % bands; theory at this width dashed, for infinite width dotted."""
    lines = [_decay(network) for network in networks]
    layers = max(len(line["measured"]) for line in lines) - 1
    lowest = max(FLOOR, min(line["low"][-1] for line in lines))
    highest = max(max(line["high"]) for line in lines)
    panel = Panel(size, (0, layers), padded(lowest, max(highest, 0.5), 0.04), margins=(46, size[0] / 15 + 80, 18, 34))
    panel.axes(x_label="layers back from the output", y_label="size of the gradient (norm)", decades="y")
    for fmt in formats:
        if panel.y[0] < fmt["zero_below"] < panel.y[1] and fmt["name"] in ("float16", "float32"):
            panel.level(fmt["zero_below"], "ink dashed")
            words = f"{fmt['name']} rounds to 0 below"
            panel.label(layers, fmt["zero_below"], words, anchor="end", style="muted", lift=13)
    ends = []
    for style, line in zip(STYLES, lines, strict=False):
        steps = range(len(line["measured"]))
        panel.area(zip(steps, line["low"], strict=True), zip(steps, line["high"], strict=True), style)
        for theory, dashes in (("mean_field", "dotted"), ("finite_width", "dashed")):
            panel.line(zip(range(len(line[theory])), line[theory], strict=True), f"{style} {dashes}")
        panel.line(zip(steps, line["measured"], strict=True), style)
        end = max(line["measured"][-1], panel.y[0])
        ends.append((end, f"{line['name']} ×{line['factor']:.3g}", style))
    panel.labels_at_the_right(ends)
    names = ", ".join(line["name"] for line in lines)
    return panel.svg(f"Measured size of the gradient against depth, in random networks of {names}", style="wide")


def _decay(network: Mapping[str, Any]) -> dict[str, Any]:
    """The curves of one network in powers of ten, from the output back."""
    numbers = network["numbers"]
    measured = [*reversed(numbers["log_squared_norm"])]
    theories = {
        theory: [_decades(y) for y in [0.0, *accumulate(map(float, reversed(numbers[theory])))]]
        for theory in ("mean_field", "finite_width")
    }
    bands = {name: [_decades(each[end]) for each in measured]
             for name, end in (("measured", "mean"), ("low", "low"), ("high", "high"))}  # fmt: skip
    name, factor = network["parameters"]["activation"], network["interval"]["mean"]
    return {"name": name, "factor": float(factor), **theories, **bands}


def _decades(log_of_square: float | str) -> float:
    """log10 of a norm, from the natural logarithm of its square; of 0, far below every picture."""
    return max(float(log_of_square) / 2 / math.log(10), 10 * FLOOR)


def phase_plot(fields: Sequence[Mapping[str, Any]]) -> str:
    """Where wide networks are ordered, where chaotic: critical lines through certified points, sigma_w by sigma_b."""
    panel = Panel((350.0, 300.0), (0.8, 2.6), (0, 1.5), margins=(34, 12, 18, 34))
    panel.axes(x_label="σw, the spread of the weights", y_label="σb, that of the biases")
    for style, field in zip(("blue", "orange"), fields, strict=False):
        points = [(float(p["sigma_w"]["decimal"]), float(p["sigma_b"]["decimal"])) for p in field["critical"]]
        curve = list(_smooth(points))
        panel.area([(panel.x[1], panel.y[0]), *[]], [(points[0][0], 0.0), *curve, (panel.x[1], panel.y[1])], style)
        panel.line(curve, style)
        for point in points:
            panel.dot(*point, style)
    panel.label(0.86, 1.2, "ordered: gradients vanish", style="name")
    panel.label(2.55, 0.16, "chaotic: gradients explode", anchor="end", style="name")
    panel.dot(1, 0, "red")
    panel.label(1, 0, "Xavier", anchor="end", style="red", lift=-9)
    names = " and ".join(field["activation"] for field in fields)
    return panel.svg(f"Phase diagram of {names}: the critical line between the ordered and the chaotic phase")


def _smooth(points: Sequence[tuple[float, float]]) -> Iterable[tuple[float, float]]:
    """A Catmull-Rom curve through the points."""
    ends = [points[0], *points, points[-1]]
    yield points[0]
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for step in range(1, CURVE_STEPS + 1):
            t = step / CURVE_STEPS
            yield (_catmull(a[0], b[0], c[0], d[0], t), _catmull(a[1], b[1], c[1], d[1], t))


def _catmull(a: float, b: float, c: float, d: float, t: float) -> float:
    return b + (c - a) * t / 2 + (a - 2.5 * b + 2 * c - d / 2) * t**2 + (1.5 * (b - c) + (d - a) / 2) * t**3


def spectrum_plots(spectra: Iterable[Mapping[str, Any]]) -> str:
    """A histogram of the Jacobian's singular values for each random network, on one axis."""
    return "".join(_spectrum(each, style) for each, style in zip(spectra, STYLES, strict=False))


def _spectrum(spectrum: Mapping[str, Any], style: str) -> str:
    values = [float(log) / math.log(10) for row in spectrum["logs"] for log in row if log != "nan"]
    edges = [LOST + k / BINS_PER_DECADE for k in range(int(14 * BINS_PER_DECADE) + 1)]
    counts = [sum(low <= value < high for value in values) for low, high in pairwise(edges)]
    total = sum(map(len, spectrum["logs"]))
    shares = [100 * count / total for count in counts]
    panel = Panel((230.0, 170.0), (edges[0], edges[-1]), (0, max(*shares, 10) * 1.15), margins=(30, 6, 30, 20))
    panel.axes(ticks=(5, 3), decades="x")
    panel.bars(edges, shares, f"{style} full")
    network = spectrum["network"]
    panel.text(0, 9, f"{network['activation']}, {network['initialisation']}", style="name")
    panel.text(0, 22, "% of the singular values, by size", style="muted")
    return panel.svg(f"Singular values of the Jacobian of {network['depth']} layers of {network['activation']}")


def training_plot(trainings: Sequence[Mapping[str, Any]]) -> str:
    """Steps to a loss, a row for each kind of network: open without batch normalisation, full with it."""
    rows: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for each in trainings:
        rows.setdefault((each["training"]["activation"], each["training"]["depth"]), []).append(each)
    kinds = sorted(rows, key=lambda kind: (kind[1], kind[0]))
    most = max(each["training"]["steps"] for each in trainings)
    size = (SIZE[0] / 2 + 60, 54 + 1.6 * LINE * len(kinds))
    limits: Limits = (0, most * 1.02)
    panel = Panel(size, limits, (len(kinds) - 0.4, -0.6), margins=(128, 62, 8, 34))
    panel.axes(x_label="steps of training to the loss", ticks=(4, 0))
    for row, kind in enumerate(kinds):
        panel.text(122, panel.margins[2] + panel.down(row) + 3.5, f"{kind[0]}, {_layers(kind[1])}", anchor="end")
        never = []
        for each in rows[kind]:
            style = "blue" if each["training"]["batch_norm"] else "blue open"
            if each["steps_to_target"]["mean"] == "nan":
                never.append("normalised" if each["training"]["batch_norm"] else "plain")
                continue
            steps = {end: float(each["steps_to_target"][end]) for end in ("low", "mean", "high")}
            panel.line([(max(steps["low"], 0), row), (steps["high"], row)], "blue")
            panel.dot(steps["mean"], row, style)
        if never:
            words = "never ○" if "plain" in never else "never ●"
            panel.text(size[0] - 58, panel.margins[2] + panel.down(row) + 3.5, words, style="red")
    return panel.svg(f"Steps of training to a loss within {most} steps, by activation, depth and batch normalisation")


def _layers(count: int) -> str:
    return f"{count} layer{'s' * (count != 1)}"

"""Plots as SVG text: axes with round ticks, curves, marks and words, in the classes of the page's style sheet.

Coordinates of a :class:`Panel` are those of the data; its text is safe whatever it holds. Colours, widths and dashes
are CSS, so that a plot follows the light, the dark and the printed page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from ..errors import printable

Points = Iterable[tuple[float, float]]
Limits = tuple[float, float]

LINE = 13.0
"""The least distance between two labels below one another."""
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass
class Panel:
    """Axes of a size and with limits, and what has been drawn in them.

    Args:
        size: width and height of the picture, labels included; about pixels.
        x: the limits of the horizontal axis.
        y: those of the vertical one.
        margins: left, right, top, bottom.
    """

    size: tuple[float, float]
    x: Limits
    y: Limits
    margins: tuple[float, float, float, float] = (38, 10, 10, 22)
    inside: list[str] = field(default_factory=list)
    """Shapes that are cut off at the frame."""
    outside: list[str] = field(default_factory=list)

    @property
    def wide(self) -> float:
        return self.size[0] - self.margins[0] - self.margins[1]

    @property
    def high(self) -> float:
        return self.size[1] - self.margins[2] - self.margins[3]

    def right(self, x: float) -> float:
        """The place of x, from the frame's left side."""
        return self.wide * (x - self.x[0]) / (self.x[1] - self.x[0])

    def down(self, y: float) -> float:
        """The place of y, from the frame's top."""
        return self.high * (self.y[1] - y) / (self.y[1] - self.y[0])

    def axes(
        self, *, x_label: str = "", y_label: str = "", decades: str = "", ticks: tuple[int, int] = (6, 5)
    ) -> None:
        """The grid with round numbers, and lines at 0; on an axis named in `decades` they are exponents of ten."""
        left, _, top, _ = self.margins
        for x in round_ticks(*self.x, ticks[0], whole="x" in decades):
            at = self.right(x)
            self.inside.append(f'<path class="{"zero" if x == 0 else "grid"}" d="M{_n(at)} 0V{_n(self.high)}"/>')
            self.text(left + at, top + self.high + 14, power(x) if "x" in decades else number(x), anchor="middle")
        for y in round_ticks(*self.y, ticks[1], whole="y" in decades):
            at = self.down(y)
            self.inside.append(f'<path class="{"zero" if y == 0 else "grid"}" d="M0 {_n(at)}H{_n(self.wide)}"/>')
            self.text(left - 6, top + at + 3.5, power(y) if "y" in decades else number(y), anchor="end")
        if x_label:
            self.text(left + self.wide / 2, self.size[1] - 3, x_label, anchor="middle", style="name")
        if y_label:
            self.text(0, 9, y_label, style="name")

    def line(self, points: Points, style: str) -> None:
        """A curve through points."""
        steps = [f"{_n(self.right(x))} {_n(self._far(self.down(y)))}" for x, y in points]
        if steps:
            self.inside.append(f'<path class="line {style}" d="M{"L".join(steps)}"/>')

    def area(self, lower: Points, upper: Points, style: str) -> None:
        """The band between two curves."""
        around = [*lower, *reversed([*upper])]
        steps = [f"{_n(self.right(x))} {_n(self._far(self.down(y)))}" for x, y in around]
        self.inside.append(f'<path class="area {style}" d="M{"L".join(steps)}Z"/>')

    def bars(self, edges: Sequence[float], heights: Sequence[float], style: str) -> None:
        """Filled steps on y = 0."""
        steps = [(edges[0], 0.0)]
        for low, high, height in zip(edges, edges[1:], heights, strict=False):
            steps += [(low, height), (high, height)]
        self.area([], [*steps, (edges[-1], 0.0)], style)

    def level(self, y: float, style: str) -> None:
        """A horizontal line through the whole frame."""
        self.line([(self.x[0], y), (self.x[1], y)], style)

    def upright(self, x: float, style: str) -> None:
        """A vertical line through the whole frame."""
        self.line([(x, self.y[0]), (x, self.y[1])], style)

    def dot(self, x: float, y: float, style: str) -> None:
        """A mark, whole also at the frame; what is beyond it is left out."""
        if min(self.x) <= x <= max(self.x) and min(self.y) <= y <= max(self.y):
            left, _, top, _ = self.margins
            self.outside.append(
                f'<circle class="dot {style}" cx="{_n(left + self.right(x))}" cy="{_n(top + self.down(y))}" r="3"/>'
            )

    def label(self, x: float, y: float, text: str, *, anchor: str = "start", style: str = "", lift: float = -5) -> None:
        """Words at a point of the data, `lift` units below it."""
        left, _, top, _ = self.margins
        self.text(left + self.right(x), top + self.down(y) + lift, text, anchor=anchor, style=style)

    def labels_at_the_right(self, ends: Iterable[tuple[float, str, str]]) -> None:
        """(y, words, style) beside the frame, the nearest ones pushed apart."""
        left, _, top, _ = self.margins
        placed: list[tuple[float, str, str]] = []
        for y, words, style in sorted(ends, key=lambda end: -end[0]):
            at = min(max(top + self.down(y) + 3.5, top + 4), top + self.high + 4)
            placed.append((max(at, placed[-1][0] + LINE) if placed else at, words, style))
        over = max(0.0, placed[-1][0] - top - self.high - 8) if placed else 0.0
        for at, words, style in placed:
            self.text(left + self.wide + 6, at - over, words, style=style)

    def text(self, x: float, y: float, text: str, *, anchor: str = "start", style: str = "") -> None:
        """Words at a place of the picture."""
        placed = f' text-anchor="{anchor}"' if anchor != "start" else ""
        named = f' class="{style}"' if style else ""
        self.outside.append(f'<text x="{_n(x)}" y="{_n(y)}"{placed}{named}>{escape(printable(text))}</text>')

    def svg(self, title: str, *, style: str = "") -> str:
        """The picture; the title is read to those who do not see it."""
        left, _, top, _ = self.margins
        frame = f'<svg x="{_n(left)}" y="{_n(top)}" width="{_n(self.wide)}" height="{_n(self.high)}">'
        return (
            f'<svg class="figure {style}" viewBox="0 0 {_n(self.size[0])} {_n(self.size[1])}" role="img" '
            f'aria-label="{escape(printable(title))}">{frame}{"".join(self.inside)}</svg>{"".join(self.outside)}</svg>'
        )

    def _far(self, y: float) -> float:
        """A place that is far outside the frame, not so far that a renderer would stumble."""
        return min(max(y, -4 * self.high), 5 * self.high)


def round_ticks(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """At most `most` + 1 multiples of 1, 2 or 5 times a power of ten from low to high."""
    if not (most and high > low):
        return []
    rough = (high - low) / most
    power_ = 10.0 ** math.floor(math.log10(rough))
    step = next(power_ * k for k in (1, 2, 5, 10) if power_ * k >= rough * (1 - 1e-9))
    step = max(step, 1.0) if whole else step
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def number(value: float) -> str:
    """A tick's number, with a minus sign of its own."""
    return f"{value:g}".replace("-", "−")


def power(exponent: float) -> str:
    """A power of ten: 10⁻³, and 1 for 10⁰."""
    return "1" if exponent == 0 else f"10{str(round(exponent)).translate(SUPERSCRIPTS)}"


def padded(low: float, high: float, share: float = 0.08) -> Limits:
    """Limits with room on both sides; around a single number, too."""
    room = (high - low) * share or 1.0
    return low - room, high + room


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")

"""Pictures of the errors of an implementation over the whole range of a format: small SVGs, drawn as text.

The axis is the binade of the input, negative ones mirrored to the left of the subnormals and zero in the middle. The
binades between those where |x| is below one part in 2^precision of 1 and those where the exponential has overflowed
are wide, the others narrow: one binade of x = 2^-100 is as good as another. Upwards stands the largest error of each
binade on a logarithmic axis, the pale steps; the dark steps are the conditioned error. Downwards hangs the share of
results that are not correctly rounded.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from ...proofs.enclosures.formats import Format, format_named

SIDE = 288
"""The columns for the inputs of one sign; the pictures are twice as wide."""
CENTRE, FAR = 4, 52
"""The columns of the subnormals of one sign, and of all binades far from 1 on one side of it."""
FEW = 64
"""A format with no more binades than this has no narrow ones."""
UP, DOWN = 96, 24
"""Rows for the errors and for the share below them."""
CAP = 8
"""Rows, the topmost ones, that tell an error beyond the axis."""
LEAST = 2
"""Rows by which a binade without error is told from one where nothing was judged."""


@dataclass(frozen=True)
class Zone:
    """Neighbouring binades of positive inputs with the same width; their exponents, and columns from the middle."""

    exponents: range
    left: int
    columns: int

    def place(self, exponent: int) -> tuple[int, int]:
        """The first column of a binade and the first that is not its own; some binades share one."""
        size, step = len(self.exponents), exponent - self.exponents.start
        left = self.left + step * self.columns // size
        return left, max(left + 1, self.left + (step + 1) * self.columns // size)


@cache
def zones(fmt: Format) -> tuple[Zone, ...]:
    """Zones from the smallest normal binade outwards; the columns of the subnormals come before them."""
    every = range(fmt.emin, fmt.emax + 1)
    if len(every) <= FEW:
        return (Zone(every, CENTRE, SIDE - CENTRE),)
    first, last = -fmt.precision - 2, fmt.emax.bit_length() + 2
    near = SIDE - CENTRE - 2 * FAR
    return (
        Zone(range(fmt.emin, first), CENTRE, FAR),
        Zone(range(first, last), CENTRE + FAR, near),
        Zone(range(last, fmt.emax + 1), SIDE - FAR, FAR),
    )


def column(exponent: int, fmt: Format) -> int:
    """The column, from the middle, at which the binade of 2^exponent begins."""
    return next(zone.place(exponent)[0] for zone in zones(fmt) if exponent in zone.exponents)


def ceiling(fmt: Format) -> int:
    """The k for which the axis ends at 2^k ULP: where half of the digits are wrong."""
    return max(2, fmt.precision // 2)


def height(error: float, fmt: Format) -> int:
    """Rows for an error: LEAST up to 1/2 ULP, UP where the axis ends."""
    if error <= 0.5:
        return LEAST
    share = min(1.0, (math.log2(error) + 1) / (ceiling(fmt) + 1))
    return LEAST + round((UP - LEAST) * share)


def shapes(binades: Iterable[Sequence[Any]], fmt: Format) -> str:
    """The filled steps of one row of a league table (see accuracy.binades), UP rows above and DOWN below y = 0."""
    errors, conditioned, beyond, shares = ([0] * (2 * SIDE) for _ in range(4))
    for first, last, error, blamed, share in binades:
        for key in range(first, last + 1):
            for at in range(*_columns(key, fmt)):
                errors[at] = max(errors[at], height(float(error), fmt))
                conditioned[at] = max(conditioned[at], height(float(blamed), fmt))
                beyond[at] |= float(error) > 2.0 ** ceiling(fmt)
                shares[at] = max(shares[at], math.ceil(share * DOWN / 1000))
    layers = ("e", steps(errors, -1)), ("c", steps(conditioned, -1)), ("o", caps(beyond)), ("n", steps(shares, 1))
    return "".join(f'<path class="{name}" d="{path}"/>' for name, path in layers if path)


def caps(beyond: Sequence[int]) -> str:
    """The path of the caps on steps that reach beyond the axis."""
    path, column = "", 0
    for value, run in groupby(beyond):
        width = len(list(run))
        path += f"M{column} {-UP}h{width}v{CAP}h{-width}" if value else ""
        column += width
    return path


def steps(rows: Sequence[int], side: int) -> str:
    """Filled steps as the shortest path: side is -1 where they stand on y = 0 and 1 where they hang from it."""
    path, level, column = "", 0, 0
    for value, run in groupby((*rows, 0)):
        width = len(list(run))
        if level and not value:
            path += "V0"
        elif value:
            path += (f"v{side * (value - level)}" if level else f"M{column} 0v{side * value}") + f"h{width}"
        level, column = value, column + width
    return path


def spark(binades: Iterable[Sequence[Any]], fmt: str, *, key: str, label: str) -> str:
    """The picture in a table, which others show larger by its key; the key is unique on the page."""
    form = format_named(fmt)
    box = f"0 {-UP - 2} {2 * SIDE} {UP + DOWN + 4}"
    return (
        f'<svg class="spark" viewBox="{box}" preserveAspectRatio="none" role="img" aria-label="{label}">'
        f'<g id="{key}">{shapes(binades, form)}</g><path class="l" d="M0 0H{2 * SIDE}"/></svg>'
    )


LEFT, TOP, WIDE, HIGH = 46, 8, 720, 190
"""The margins of the larger picture, and its size; it stretches the columns and rows of the small one."""
SCALE = (WIDE - LEFT - 40) / (2 * SIDE), 1.2
BASE = TOP + SCALE[1] * UP


def large(fmt: str, key: str) -> str:
    """A small picture of the page once more, with axes."""
    return (
        f'<svg class="errors" viewBox="0 0 {WIDE} {HIGH}" aria-hidden="true"><use href="#axes-{fmt}"/>'
        f'<use href="#{key}" transform="{_stretched()}"/><use href="#base-{fmt}"/></svg>'
    )


def definitions(formats: Iterable[str]) -> str:
    """The axes of formats, once on a page; hidden."""
    drawn = "".join(
        f'<g id="axes-{name}" class="axes">{axes(format_named(name))}</g><g id="base-{name}">{_base()}</g>'
        for name in formats
    )
    return f'<svg width="0" height="0" style="position: absolute" aria-hidden="true"><defs>{drawn}</defs></svg>'


def standalone(rows: Sequence[Mapping[str, Any]], titles: Sequence[str], *, across: int = 1) -> str:
    """Large pictures of rows below one another as an SVG file of its own, dark on light."""
    high = HIGH + 26
    down = -(-len(rows) // across)
    parts = []
    for number, (row, title) in enumerate(zip(rows, titles, strict=True)):
        fmt = format_named(row["dtype"])
        place = f"translate({number % across * (WIDE + 10)} {number // across * high + 22})"
        parts.append(
            f'<g transform="{place}"><text class="t" x="{LEFT}" y="-4">{_text(title)}</text>{axes(fmt)}'
            f'<g transform="{_stretched()}">{shapes(row["binades"], fmt)}</g>{_base()}</g>'
        )
    size = f'viewBox="0 0 {across * (WIDE + 10)} {down * high + 6}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="system-ui, DejaVu Sans, sans-serif">'
        f'<style>{COLOURS}</style><rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


COLOURS = (
    ".e{fill:#a9c8ee}.c{fill:#1f63b5}.o{fill:#e07b1f}.n{fill:#8a929b}.l{fill:none;stroke:#1b1f24}"
    ".g{fill:none;stroke:#e4e2dc}.z{fill:#f6f5f1}text{font-size:11px;fill:#626a73}.t{font-size:13px;fill:#1b1f24}"
)
"""The classes of the pictures: pale errors, dark conditioned ones, those beyond the axis, the share not correctly
rounded; the line, the grid, and the background of narrow binades."""


def axes(fmt: Format) -> str:
    """The grid and the labels around a large picture."""
    right, bottom = LEFT + 2 * SIDE * SCALE[0], BASE + SCALE[1] * DOWN
    parts = [_narrow(fmt, bottom)]
    for power in range(0, ceiling(fmt) + 1, 2 if ceiling(fmt) < 8 else 4 if ceiling(fmt) < 16 else 8):
        y = _number(BASE - SCALE[1] * height(2.0**power, fmt))
        label = "1 ULP" if power == 0 else f"{2**power}" if power < 14 else _power(power)
        parts.append(f'<path class="g" d="M{LEFT} {y}H{_number(right)}"/>{_left(y, label)}')
    parts.append(_left(_number(bottom - 4), "100 %"))
    for x, label in _ticks(fmt):
        parts.append(
            f'<path class="g" d="M{_number(x)} {TOP}V{_number(bottom + 4)}"/>'
            f'<text x="{_number(x)}" y="{_number(bottom + 16)}" text-anchor="middle">{label}</text>'
        )
    return "".join(parts)


def _ticks(fmt: Format) -> list[tuple[float, str]]:
    """Columns and labels of powers of two, on both sides, and of zero in the middle."""
    parts = zones(fmt)
    if len(parts) == 1:
        step = 4 if len(parts[0].exponents) > 20 else 2
        powers = [k for k in parts[0].exponents if k % step == 0]
    else:
        step = 8 if fmt.precision < 30 else 16
        powers = [fmt.emin, *(k for k in parts[1].exponents if k % step == 0), fmt.emax]
    middle = LEFT + SIDE * SCALE[0]
    ticks = [(middle, "0")]
    for power in powers:
        away = column(power, fmt) * SCALE[0]
        if away > 24:
            label = _power(power)
            ticks += [(middle + away, label), (middle - away, "−" + label)]
    return ticks


def _power(exponent: int) -> str:
    if exponent == 0:
        return "1"
    return f'2<tspan dy="-4" font-size="8">{str(exponent).replace("-", "−")}</tspan>'


def _narrow(fmt: Format, bottom: float) -> str:
    """A tint behind the narrow binades."""
    if len(zones(fmt)) == 1:
        return ""
    _, near, far = zones(fmt)
    spans = [(SIDE - far.left - FAR, FAR), (SIDE - near.left, 2 * near.left), (SIDE + far.left, FAR)]
    return "".join(
        f'<rect class="z" x="{_number(LEFT + SCALE[0] * left)}" y="{TOP}" width="{_number(SCALE[0] * wide)}" '
        f'height="{_number(bottom - TOP)}"/>'
        for left, wide in spans
    )


def _left(y: str, label: str) -> str:
    return f'<text x="{LEFT - 6}" y="{y}" dy=".35em" text-anchor="end">{label}</text>'


def _base() -> str:
    return f'<path class="l" d="M{LEFT} {_number(BASE)}h{_number(2 * SIDE * SCALE[0])}"/>'


def _columns(key: int, fmt: Format) -> tuple[int, int]:
    """The columns of a cell of a profile, from the left edge of the picture."""
    sign, exponent = divmod(key, 1 << (fmt.bits - fmt.precision))
    if exponent == 0:
        left, right = 0, CENTRE
    else:
        power = exponent - 1 + fmt.emin
        left, right = next(zone.place(power) for zone in zones(fmt) if power in zone.exponents)
    return (SIDE - right, SIDE - left) if sign else (SIDE + left, SIDE + right)


def _stretched() -> str:
    return f"translate({LEFT} {_number(BASE)}) scale({_number(SCALE[0])} {SCALE[1]})"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")

"""The findings of a check: each is a violation of one property, with the command that replays it."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..numerics.floats.formats import hex_text
from .documents import HIDDEN
from .implementation import Implementation

_WRITTEN = 120
"""The most characters of an input in hexadecimal in a line of text; a row may have thousands."""

Shown: TypeAlias = "float | str"
"""A number, or the text of something that is not one finite number."""

FAILURE, NOTE = "failure", "note"
"""The severities of findings: what the maintainer of a library would mend, and what is worth knowing."""


def shown(value: Any) -> Shown:
    """A float of any format as strict JSON can hold it: the number, or "inf", "-inf", "nan"."""
    number = float(value)
    return number if math.isfinite(number) else str(number)


def shown_point(point: Sequence[Any]) -> Shown:
    """An input. Where a function takes several: "1.5, -2.0"."""
    return shown(point[0]) if len(point) == 1 else ", ".join(str(float(v)) for v in point)


def point_hex(point: Sequence[Any]) -> str:
    """An input in hexadecimal, every bit kept: "0x1.8p+0", or "0x1.8p+0,-0x1.0p+1" for two inputs."""
    return ",".join(hex_text(v) for v in point)


@dataclass(frozen=True)
class Finding:
    """The violation of one property, at the simplest input that shows it."""

    property: str
    severity: str
    """`failure` or `note`."""
    cause: str | None
    """The common reason of several violations, where it is recognised."""
    count: int
    """The number of inputs, among those tested, that show it."""
    x: Shown
    x_hex: str
    got: Shown
    expected: Shown
    message: str
    replay: str = field(metadata=HIDDEN)
    """The command line that tests this very input again."""

    def __str__(self) -> str:
        kind = "" if self.severity == FAILURE else f"{self.severity}: "
        x_hex = self.x_hex if len(self.x_hex) <= _WRITTEN else f"{self.x_hex[:_WRITTEN].rpartition(',')[0]},..."
        where = f" at x = {self.x} ({x_hex})" if self.x_hex else ""
        return f"{kind}{self.property}{where}: got {self.got}, expected {self.expected}; {self.message}"


def finding(
    implementation: Implementation, dtype: str, name: str, point: Sequence[Any], got: Shown, expected: Shown,
    message: str, *, severity: str = FAILURE, count: int = 1,
) -> Finding:
    """The finding that an implementation violates the property of this name at a point."""
    x_hex = point_hex(point)
    replay = replay_command(implementation, dtype, x_hex)
    return Finding(name, severity, None, count, shown_point(point), x_hex, got, expected, message, replay)


def replay_command(implementation: Implementation, dtype: str, x_hex: str) -> str:
    """`gradproof check …` for one implementation, at one input."""
    words = ["gradproof", "check", implementation.target, "--as", implementation.activation, "--dtype", dtype]
    words += ["--order", str(implementation.order)]
    for name, value in implementation.parameters:
        words += ["--param", f"{name}={value}"]
    if x_hex:
        words.append(f"--at={x_hex}")
    return shlex.join(words)

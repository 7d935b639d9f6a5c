"""The findings of a check: each is a violation of one property, with the command that replays it."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..numerics.floats.formats import hex_text
from ..proofs.enclosures.formats import format_named
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


def two_digits(error: float) -> str:
    """An error in two significant digits: "0.055", "140"."""
    return f"{float(f'{error:.2g}'):g}"


def shown_point(point: Sequence[Any]) -> Shown:
    """An input. Where a function takes several: "1.5, -2.0"."""
    return shown(point[0]) if len(point) == 1 else ", ".join(str(float(v)) for v in point)


def point_hex(point: Sequence[Any]) -> str:
    """An input in hexadecimal, every bit kept: "0x1.8p+0", or "0x1.8p+0,-0x1.0p+1" for two inputs."""
    return ",".join(hex_text(v) for v in point)


@dataclass(frozen=True)
class Cause:
    """The common reason of several violations, recognised in the numbers."""

    kind: str
    """One word for all causes of its kind, as it stands in a file's name: `cancellation`."""
    title: str
    """The cause in a few words, the same for every format: "1 + erf(x/sqrt(2)) cancels"."""
    text: str
    """The cause in a sentence, with its numbers."""
    stable: str | None = None
    """A formula, as a line of NumPy, that computes the function without it."""
    stable_error: float | None = None
    """The largest error of that formula at the inputs that fail, in ULP, computed by NumPy in the same format."""
    stable_conditioned: float | None = None
    """The same over 1 + the condition number."""
    naive: str | None = None
    """The formula, as a line of NumPy, whose results are those of the implementation."""
    computed: str = ""
    """How the naive formula is to be computed to be the stable one, in words; empty where they are two."""
    remedy: str = ""
    """The option with which the implementation is tested as the function that it computes."""

    def __str__(self) -> str:
        if self.stable is None or self.stable_error is None:
            return self.text
        after = f" ({two_digits(self.stable_conditioned)} conditioned)" if self.stable_conditioned is not None else ""
        stable = f"{self.computed}, it" if self.computed else self.stable
        return f"{self.text}; {stable} is off by at most {two_digits(self.stable_error)} ULP{after} at the same inputs"


@dataclass(frozen=True)
class Extent:
    """How many of the inputs tested fail for one reason, from where to where, and the simplest that does."""

    count: int
    tested: int
    low: float
    high: float
    simplest_hex: str
    error: float
    """The largest error in ULP."""


@dataclass(frozen=True)
class Details:
    """The parts of a finding that a report of it is made from."""

    implementation: Implementation
    dtype: str
    cause: Cause | None = None
    extent: Extent | None = None


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
    details: Details | None = field(default=None, metadata=HIDDEN)
    low: float | None = None
    """The smallest and the largest of the inputs tested that are wrong for this reason, where that is known."""
    high: float | None = None
    error: float | None = None
    """The largest error among them, in ULP."""

    def __str__(self) -> str:
        kind = "" if self.severity == FAILURE else f"{self.severity}: "
        digits = digits_of(self.details.dtype) if self.details is not None else 17
        x, got, expected = (in_digits(number, digits) for number in (self.x, self.got, self.expected))
        x_hex = self.x_hex if len(self.x_hex) <= _WRITTEN else f"{self.x_hex[:_WRITTEN].rpartition(',')[0]},..."
        where = f" at x = {x} ({x_hex})" if self.x_hex else ""
        cause = f"{self.cause}; " if self.cause else ""
        return f"{kind}{self.property}{where}: got {got}, expected {expected}; {cause}{self.message}"


def digits_of(dtype: str) -> int:
    """The significant decimal digits that tell the floats of a format apart."""
    return 2 + int(format_named(dtype).precision * 0.30103)


def in_digits(value: Shown, digits: int) -> str:
    """A number in this many significant digits at most; text as it is."""
    return value if isinstance(value, str) else f"{value:.{digits}g}"


def finding(
    implementation: Implementation, dtype: str, name: str, point: Sequence[Any], got: Shown, expected: Shown,
    message: str, *, severity: str = FAILURE, count: int = 1, cause: Cause | None = None,
    extent: Extent | None = None,
) -> Finding:
    """The finding that an implementation violates the property of this name at a point."""
    x_hex = point_hex(point)
    replay = replay_command(implementation, dtype, x_hex)
    ends = () if extent is None else (extent.low, extent.high, extent.error)
    return Finding(
        name, severity, None if cause is None else str(cause), count, shown_point(point), x_hex, got, expected,
        message, replay, Details(implementation, dtype, cause, extent), *ends,
    )  # fmt: skip


def replay_command(implementation: Implementation, dtype: str, x_hex: str) -> str:
    """`gradproof check …` for one implementation, at one input."""
    words = ["gradproof", "check", implementation.target, "--as", implementation.activation, "--dtype", dtype]
    words += ["--order", str(implementation.order), *implementation.asked]
    for name, value in implementation.parameters:
        words += ["--param", f"{name}={value}"]
    if x_hex:
        words.append(f"--at={x_hex}")
    return shlex.join(words)

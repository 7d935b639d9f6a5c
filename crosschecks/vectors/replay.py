"""Rows as text: to read, to replay, and back."""

from __future__ import annotations

import re
import shlex

import numpy as np

from ...numerics.floats.formats import Floats, dtype_of, hex_text
from ...numerics.vectors.definitions import RowFunction
from ...proofs.enclosures.formats import Format
from ..findings import replay_command as command
from ..implementation import Implementation
from ..inputs.points import float_of

_SHOWN = 6
"""The most numbers of a row that are shown in full."""
_REPLAYED = 1500
"""The most characters of a row in a command; beyond, the command repeats the whole check with its seed."""
_AGAIN = "*"
"""Between a number and how often it stands there in a row: 0x1p+0*1024."""
_COTANGENT = ";"
"""Between a row and its cotangent."""


def row_text(row: Floats, cotangent: Floats | None = None) -> str:
    """A row to read: "[0.0, 1.0, ..., 3.0] (1025 numbers)"; a long one by its first and last numbers."""
    text = _short(row)
    return text if cotangent is None else f"{text} with cotangent {_short(np.atleast_1d(cotangent))}"


def row_hex(row: Floats, cotangent: Floats | None = None) -> str:
    """A row in hexadecimal, every bit kept, repetitions counted: "0x1.8p+0,0x0.0p+0*7". A cotangent follows a ";"."""
    text = _hex(row)
    return text if cotangent is None else f"{text}{_COTANGENT}{_hex(np.atleast_1d(cotangent))}"


def rows_from_hex(text: str, function: RowFunction, fmt: Format) -> tuple[Floats, Floats]:
    """The row and its cotangent, ones where none is written. Raises ValueError for what is neither."""
    row_part, _, cotangent_part = text.partition(_COTANGENT)
    row = _floats(row_part, fmt)
    if len(row) % len(function.vectors):
        raise ValueError(f"at={text!r}: expected an even number of numbers, two halves")
    count = 1 if function.is_number else len(row) // len(function.vectors)
    cotangent = _floats(cotangent_part, fmt) if cotangent_part else np.ones(count, dtype_of(fmt))
    if len(cotangent) != count:
        raise ValueError(f"at={text!r}: expected a cotangent of {count} numbers, got {len(cotangent)}")
    return row, cotangent


def replay_command(
    implementation: Implementation, dtype: str, row: Floats, cotangent: Floats | None, seed: int
) -> str:
    """`gradproof check …` at one row; where that is too long to type, the whole check with its seed."""
    text = row_hex(row, cotangent)
    if len(text) <= _REPLAYED:
        return command(implementation, dtype, text)
    return f"{command(implementation, dtype, '')} {shlex.join(['--seed', str(seed)])}"


def _short(row: Floats) -> str:
    numbers = [f"{x:.9g}" for x in row.astype(np.float64)]
    if len(numbers) <= _SHOWN:
        return f"[{', '.join(numbers)}]"
    return f"[{', '.join(numbers[:4])}, ..., {numbers[-1]}] ({len(numbers)} numbers)"


def _hex(row: Floats) -> str:
    items: list[str] = []
    texts = [re.sub(r"\.?0+(?=p)", "", hex_text(x)) for x in row]
    start = 0
    for end in range(1, len(texts) + 1):
        if end == len(texts) or texts[end] != texts[start]:
            count = end - start
            items.append(texts[start] if count == 1 else f"{texts[start]}{_AGAIN}{count}")
            start = end
    return ",".join(items)


def _floats(text: str, fmt: Format) -> Floats:
    numbers: list[object] = []
    for item in text.split(","):
        number, _, count = item.partition(_AGAIN)
        numbers += [float_of(number, fmt)] * (int(count) if count else 1)
    return np.array(numbers, dtype=dtype_of(fmt))

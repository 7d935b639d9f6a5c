"""The entries of a table as they stand in a file: one expected value each, with its line and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .columns import Columns
from .numerals import Numeral, NumeralError, read

MOST_BYTES = 1 << 27
"""The size of a file, and of an array in one, at most."""
MOST_ROWS = 1_000_000
"""Values of one table, at most."""
ORDERS = {"0": 0, "1": 1, "2": 2, "0.0": 0, "1.0": 1, "2.0": 2}
_SIDES = {"left": -1, "right": 1, "-1": -1, "1": 1}


class TableError(ValueError):
    """A file that cannot be judged; the message is one clear line that names the file and the line."""


@dataclass(frozen=True)
class Entry:
    """One expected value."""

    line: int
    x: str
    value: str
    order: int | None = None
    """None: the order asked for."""
    side: int = 0
    """-1 or 1 where it is the one-sided value from the left or from the right."""
    numerals: tuple[Numeral, Numeral] | None = None
    """x and the value as numbers."""
    problem: str = ""
    """Why there are none."""


@dataclass(frozen=True)
class Source:
    """Everything read from a file."""

    entries: tuple[Entry, ...]
    dtype: str | None = None
    """The format of the values, where the file says it."""
    place: str = "line"
    """The unit that `Entry.line` counts: lines of a text, or rows."""


def entries(line: int, cells: Sequence[str], columns: Columns, order: int | None = None) -> Iterator[Entry]:
    """The values in one row of a text, each with what is wrong with it; `order` is that of the whole table."""
    problem, chosen = "", order
    if columns.order is not None and columns.order < len(cells) and (said := cells[columns.order].strip()):
        chosen = ORDERS.get(said)
        problem = "" if chosen is not None else f"order {said[:40]!r}; expected 0, 1 or 2"
    side = 0
    if columns.side is not None and columns.side < len(cells):
        side = _SIDES.get(cells[columns.side].strip().lower(), 0)
    if len(cells) > columns.count and any(cell.strip() for cell in cells[columns.count :]):
        problem = f"{len(cells)} cells; the table has {columns.count} columns"
    for place, of_column in columns.values:
        last = max(columns.x, place)
        if last >= len(cells):
            yield Entry(line, _cell(cells, columns.x), "", problem=f"{last + 1} cells expected, found {len(cells)}")
            continue
        yield _entry(line, cells[columns.x], cells[place], of_column or chosen, side, problem)


def _entry(line: int, x: str, value: str, order: int | None, side: int, problem: str) -> Entry:
    numerals = None
    part = "x"
    if not problem:
        try:
            at, part = read(x), "the value"
            numerals = at, read(value)
        except NumeralError as error:
            problem = f"{part}: {error}"
    return Entry(line, x.strip()[:80], value.strip()[:80], order, side, numerals, problem)


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place].strip()[:80] if place < len(cells) else ""

"""Tables as text: comma, tab, semicolon, bar or blanks between the cells, with or without a header, with comments."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from .columns import ColumnError, Columns, named, unnamed
from .entries import MOST_ROWS, Entry, Source, TableError, entries
from .numerals import is_number

SEPARATORS = ("\t", ";", "|", ",")
"""The first of these in the first line separates; blanks, where there is none."""
COMMENTS = ("#", "%", "//", "!")


def text_table(data: bytes, names: Iterable[str]) -> Source:
    """The table in the bytes of a text; `names` are those of the activation. Raises TableError."""
    lines = list(_lines(data))
    if not lines:
        raise TableError("no rows")
    separator = next((s for s in SEPARATORS if s in lines[0][1]), None)
    rows = [(number, _cells(line, separator, number)) for number, line in lines]
    if separator == "|":
        rows = [(number, cells) for number, cells in rows if not all(re.fullmatch(":?-+:?", c) for c in cells)]
    return from_cells(rows, names)


def from_cells(rows: Sequence[tuple[int, Sequence[str]]], names: Iterable[str], place: str = "line") -> Source:
    """The table of rows of cells, the first of which may be a header. Raises TableError."""
    first, cells = rows[0]
    has_header = not any(map(is_number, cells))
    try:
        columns = named(cells, names) if has_header else unnamed(len(cells))
    except ColumnError as error:
        raise TableError(f"{place} {first}: {error}") from None
    if not rows[has_header:]:
        raise TableError(f"{place} {first} is a header; no rows follow")
    return Source(tuple(_entries(rows[has_header:], columns)), place=place)


def _entries(rows: Iterable[tuple[int, Sequence[str]]], columns: Columns) -> Iterator[Entry]:
    for number, cells in rows:
        yield from entries(number, cells, columns)


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """The lines that hold something, with their numbers, without comments."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TableError("UTF-16; expected a text in UTF-8")
    count = 0
    for number, line in enumerate(re.split(rb"\r\n|\n|\r", data), 1):
        if b"\0" in line:
            raise TableError(f"line {number} has a zero byte; expected a text in UTF-8")
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise TableError(f"line {number} is not UTF-8") from None
        if not text.strip() or text.lstrip().startswith(COMMENTS):
            continue
        count += 1
        if count > MOST_ROWS:
            raise TableError(f"more than {MOST_ROWS} rows")
        yield number, re.split(r"\s#", text, maxsplit=1)[0]


def _cells(line: str, separator: str | None, number: int) -> list[str]:
    if separator is None:
        return line.split()
    if separator == "|":
        line = line.strip().removeprefix("|").removesuffix("|")
    if '"' in line:
        try:
            cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
        except csv.Error as error:
            raise TableError(f"line {number}: {error}") from None
    else:
        cells = line.split(separator)
    cells = [cell.strip() for cell in cells]
    return cells if separator == "," else [_with_point(cell) for cell in cells]


def _with_point(cell: str) -> str:
    """A number with a decimal comma, as it is written where commas do not separate cells, with a point."""
    return cell.replace(",", ".") if re.fullmatch(r"[+-]?\d*,\d*(?:[eE][+-]?\d+)?", cell) else cell

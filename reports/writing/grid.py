"""Tables that fit their width: columns are left out or rows stacked where they do not, and no number is ever broken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from .numbers import truncated

GAP = 3
"""Blanks between two columns."""
COMFORT = 18
"""The characters that a column of text is given before columns are left out."""
LEAST_DIGITS = 24
"""The characters that a column of long decimals keeps."""
NOTHING = {"", "–"}
_NUMBER = r"[-+−]?0x[\da-f.]+p[-+]?\d+|[-+−]?\d[\d,.]*(?:e[-+]?\d+)?…?"
_PIECE = re.compile(rf"(?:{_NUMBER}|[\w.…∞-]+|[^\w\s])[)\],;:=*/+]*\(?")
"""A part of a word that is not broken: a number or a name, with the signs behind it."""


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters, broken at blanks; a longer word behind a sign, a number never."""
    lines: list[str] = []
    width = max(width, 1)
    for paragraph in text.split("\n"):
        if len(paragraph) <= width:
            lines.append(paragraph)
            continue
        line = ""
        for blanks, word in re.findall(r"(\s*)(\S+)", paragraph):
            if len(line) + bool(line) * len(blanks) + len(word) <= width:
                line = f"{line}{blanks}{word}" if line else word
                continue
            if line:
                lines.append(line)
            *full, line = _broken(word, width)
            lines += full
        lines.append(line)
    return lines


def _broken(word: str, width: int) -> list[str]:
    parts = [""]
    for piece in _pieces(word):
        if parts[-1] and len(parts[-1]) + len(piece) > width:
            parts.append("")
        parts[-1] += piece
        while len(parts[-1]) > width:  # a number longer than the line: no digit of it may be lost
            parts[-1:] = [parts[-1][:width], parts[-1][width:]]
    return parts


def _pieces(word: str) -> list[str]:
    return _PIECE.findall(word) if len(word) > 1 else [word]


def least(text: str) -> int:
    """The width of the longest part that `wrap` does not break."""
    return max((len(piece) for word in text.split() for piece in _pieces(word)), default=0)


class Grid:
    """A table under a title. On a narrow console columns that hold nothing go first, then those that hold the same in
    every row, which is said above, then `optional` ones; where that is not enough, each row is a block of lines.

    `right` are the columns of numbers; those in `digits` hold decimals that may be cut off, with an ellipsis. A block
    begins with the first `heading` cells of its row.
    """

    def __init__(
        self,
        title: str | None,
        columns: Iterable[str],
        *,
        right: Iterable[str] = (),
        optional: Iterable[str] = (),
        digits: Iterable[str] = (),
        heading: int = 1,
    ) -> None:
        self.title, self._heading = title, heading
        self.heads = [Text(name) for name in columns]
        self._right, self._optional, self._digits = set(right), list(optional), set(digits)
        self.rows: list[Sequence[Text]] = []

    def add_column(self, head: str | Text, *, justify: str = "left") -> None:
        """One more column on the right."""
        self.heads.append(head if isinstance(head, Text) else Text(head))
        if justify == "right":
            self._right.add(self.heads[-1].plain)

    def add_row(self, *cells: Text) -> None:
        """One more row, with a cell for each column."""
        self.rows.append(cells)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.title:
            yield Text(self.title, "bold")
            yield Text("")
        width = options.max_width
        every = list(range(len(self.heads)))
        kept, said, dropped = every, "", list[str]()
        if not self._fits(kept, width) and len(self.rows) > 1:
            kept, said, dropped = self._narrowed(width)
        if self._fits(kept, width):
            if said:
                yield Text(said)
                yield Text("")
            yield from self._table(kept, width)
            if dropped:
                yield Text(f"in a wider terminal also: {', '.join(dropped)}", "bright_black")
        else:
            yield from self._stacked(width)

    def _narrowed(self, width: int) -> tuple[list[int], str, list[str]]:
        """The columns that are left, what those say that are the same in every row, and the names of other ones."""
        kept = [i for i in range(len(self.heads)) if not {row[i].plain for row in self.rows} <= NOTHING]
        same: list[int] = []
        for i in [i for i in kept if len({row[i].plain for row in self.rows}) == 1]:
            if len(kept) > 1 and not self._fits(kept, width):
                kept.remove(i)
                same.append(i)
        dropped: list[str] = []
        for name in self._optional:
            fitting = [i for i in kept if self.heads[i].plain == name]
            if fitting and not self._fits(kept, width):
                kept.remove(fitting[0])
                dropped.append(name.strip())
        said = "; ".join(f"{self.heads[i].plain.strip()}: {self.rows[0][i].plain}" for i in same)
        return kept, said, dropped

    def _fits(self, kept: Sequence[int], width: int) -> bool:
        return sum(map(self._least, kept)) + GAP * (len(kept) - 1) + 1 <= width

    def _texts(self, i: int) -> list[str]:
        return [row[i].plain for row in self.rows]

    def _most(self, i: int) -> int:
        lines = [line for text in (self.heads[i].plain, *self._texts(i)) for line in text.split("\n")]
        return max(map(len, lines), default=0)

    def _least(self, i: int) -> int:
        head = self.heads[i].plain
        pieces = max((least(text) for text in self._texts(i)), default=0)
        word = max(map(len, head.split()), default=0)
        if head in self._digits:
            pieces = min(pieces, LEAST_DIGITS)
        if head in self._right:
            pieces = max(map(len, self._texts(i)), default=0)
        return max(pieces, word, min(self._most(i), COMFORT if head not in self._right else 0))

    def _widths(self, kept: Sequence[int], width: int) -> list[int]:
        """Every column's least width, and what is left shared among those that have use for more."""
        widths = [self._least(i) for i in kept]
        room = width - 1 - GAP * (len(kept) - 1) - sum(widths)
        while room > 0 and (short := [k for k, i in enumerate(kept) if widths[k] < self._most(i)]):
            for k in short[:room]:
                widths[k] += 1
            room -= len(short[:room])
        return widths

    def _table(self, kept: Sequence[int], width: int) -> Iterable[Text]:
        widths = self._widths(kept, width)
        yield from self._lines([self.heads[i] for i in kept], kept, widths, "bold")
        yield Text(" " + "─" * (sum(widths) + GAP * (len(kept) - 1)))
        for row in self.rows:
            yield from self._lines([row[i] for i in kept], kept, widths)

    def _lines(
        self, cells: Sequence[Text], kept: Sequence[int], widths: Sequence[int], style: str = ""
    ) -> Iterable[Text]:
        columns = [
            _shortened(cell.plain, size) if self.heads[i].plain in self._digits else wrap(cell.plain, size)
            for cell, i, size in zip(cells, kept, widths, strict=True)
        ]
        height = max(map(len, columns))
        if style:  # the words of a head stand on its last line
            columns = [[""] * (height - len(lines)) + lines for lines in columns]
        for number in range(height):
            line = Text(" ", no_wrap=True)
            for k, (cell, i, size) in enumerate(zip(cells, kept, widths, strict=True)):
                text = columns[k][number] if number < len(columns[k]) else ""
                flush = text.rjust(size) if self.heads[i].plain in self._right else text.ljust(size)
                line.append(" " * GAP if k else "").append(flush, cell.style or style)
            yield line

    def _stacked(self, width: int) -> Iterable[Text]:
        """Every row as a block: its heading, and below it the other cells that hold something, by name."""
        first = self._heading
        names = max(len(head.plain.strip()) for head in self.heads[first:])
        for row in self.rows:
            yield Text("   ").join([Text(" ") + row[0], *row[1:first]])
            for head, cell in zip(self.heads[first:], row[first:], strict=True):
                for k, line in enumerate(wrap(cell.plain, width - names - 6) if cell.plain else ()):
                    name = "" if k else head.plain.strip()
                    yield Text(f"   {name:<{names}}  ", "cyan", no_wrap=True).append(line, cell.style or "default")


def _shortened(text: str, width: int) -> list[str]:
    digits = width
    while len(text) > width and digits > 1:
        digits -= 1
        shorter = truncated(text, digits)
        if len(shorter) <= width:
            text = shorter
    return [text]

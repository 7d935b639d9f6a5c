"""Rich consoles and cells for people: plain and wide when piped, coloured on a terminal."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from ..errors import printable

PIPED_WIDTH = 140
VERDICT_STYLES = {
    "proved": "green",
    "refuted": "red",
    "qualified": "yellow",
    "undecided": "magenta",
    "outside": "bright_black",
    "unsound": "bold white on red",
    "error": "bold red",
    "pass": "green",
    "fail": "bold red",
}
"""The style of each verdict; also of a cross-check's."""


def console() -> Console:
    """A console on stdout; where stdout is no terminal it is `PIPED_WIDTH` wide unless COLUMNS says otherwise."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED_WIDTH
    return Console(width=width, highlight=False, emoji=False, markup=False)


def cell(value: object, style: str = "") -> Text:
    """`value` as text that can neither be taken for markup nor drive the terminal; None is empty."""
    return Text("" if value is None else printable(str(value)), style=style)


def interrupted(kept: str) -> Text:
    """The first line of a run that was cut short; `kept` says what it holds nevertheless."""
    return Text(printable(f"interrupted: {kept}"), style="bold yellow")


def verdict(word: str) -> Text:
    """A verdict in its colour."""
    return Text(word, style=VERDICT_STYLES[word])


def table(title: str | None, columns: Iterable[str], *, right: Iterable[str] = ()) -> Table:
    """An empty table with a rule under its head; the columns named in `right` hold numbers."""
    built = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    numbers = set(right)
    for column in columns:
        built.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    return built


def pairs(title: str, rows: Iterable[tuple[str, str]]) -> Table:
    """Names and values without a head."""
    built = Table(title=Text(printable(title)), title_justify="left", title_style="bold", box=None, pad_edge=False)
    built.show_header = False
    built.add_column(no_wrap=True, min_width=10)
    built.add_column(overflow="fold")
    for name, value in rows:
        built.add_row(cell(name, "cyan"), cell(value))
    return built


def show(*renderables: RenderableType) -> None:
    """Prints on stdout, an empty line between."""
    sys.stdout.write(_text(console(), renderables))


def plain(*renderables: RenderableType) -> str:
    """The text that :func:`show` prints where stdout is no terminal, without the last end of line."""
    target = Console(width=PIPED_WIDTH, highlight=False, emoji=False, markup=False, file=StringIO())
    return _text(target, renderables).removesuffix("\n")


def _text(target: Console, renderables: Iterable[RenderableType]) -> str:
    """Renderables with an empty line between; where the console is no terminal, without blanks at the ends of lines."""
    with target.capture() as captured:
        for number, renderable in enumerate(renderables):
            if number:
                target.print()
            target.print(renderable)
    text = captured.get()
    if not target.is_terminal:
        text = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    return re.sub(r"\n(?: *\n){2,}", "\n\n", text).lstrip("\n")

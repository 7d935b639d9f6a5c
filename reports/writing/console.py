"""Rich consoles and cells for people: plain and wide when piped, coloured on a terminal."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

import click
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from ..errors import printable
from .grid import Grid, wrap
from .numbers import compact

PIPED_WIDTH = 140
LEAST_NAMES = 10
DEEPER = 4
"""Blanks before the lines that a broken line goes on with."""
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


def asked(flag: str) -> bool:
    """Whether the command line has this flag of every command: `quiet`, `no_color`."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(f"gradproof.{flag}"))


def console() -> Console:
    """A console on stdout; where stdout is no terminal it is `PIPED_WIDTH` wide unless COLUMNS says otherwise."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED_WIDTH
    return Console(width=width, highlight=False, emoji=False, markup=False, no_color=asked("no_color") or None)


def say(line: str) -> None:
    """Prints a line on stdout, unless the command is to be quiet."""
    if not asked("quiet"):
        click.echo(line)


def cell(value: object, style: str = "") -> Text:
    """`value` as text that can neither be taken for markup nor drive the terminal; None is empty."""
    return Text("" if value is None else printable(str(value)), style=style)


def interrupted(kept: str) -> Text:
    """The first line of a run that was cut short; `kept` says what it holds nevertheless."""
    return Text(printable(f"interrupted: {kept}"), style="bold yellow")


def verdict(word: str) -> Text:
    """A verdict in its colour."""
    return Text(word, style=VERDICT_STYLES[word])


def table(title: str | None, columns: Iterable[str], **options: Any) -> Grid:
    """An empty table with a rule under its head; `options` are those of a Grid, such as the columns of numbers."""
    return Grid(None if title is None else printable(title), columns, **options)


def pairs(title: str, rows: Iterable[tuple[str, str]]) -> Pairs:
    """Names and values without a head."""
    return Pairs(printable(title), [(printable(name), compact(printable(value))) for name, value in rows])


class Pairs:
    """Names and, beside them, values, under a title; a number in a value is never broken."""

    heads = ()

    def __init__(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        self.title, self.rows = title, rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(self.title, "bold")
        names = max(LEAST_NAMES, *(len(name) for name, _ in self.rows))
        for name, value in self.rows:
            for k, line in enumerate(wrap(value, options.max_width - names - 2)):
                yield Text(f"{'' if k else name:<{names}}  ", "cyan", no_wrap=True).append(line, "default")


def hanging(line: str, width: int | None = None) -> str:
    """`line` broken at blanks to the width of the terminal, what follows set deeper; as it is where there is none."""
    width = width or (console().width if sys.stdout.isatty() or "COLUMNS" in os.environ else None)
    if width is None or len(line) <= width:
        return line
    indent = len(line) - len(line.lstrip())
    first, *rest = wrap(line, width - indent - DEEPER)
    return "\n".join([" " * indent + first, *(" " * (indent + DEEPER) + more for more in rest)])


def show(*renderables: RenderableType) -> None:
    """Prints on stdout, an empty line between, unless the command is to be quiet."""
    if asked("quiet"):
        return
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

"""Text as Markdown that nothing in it can break out of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..errors import printable

SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|~$&!"} | {"\n": " ", "\r": " "})


def plain(value: object) -> str:
    """Text with nothing in it that Markdown, or HTML inside it, would take for markup."""
    return "" if value is None else printable(str(value)).translate(SPECIAL)


def code(text: str | None) -> str:
    """A statement as code, safe inside a table."""
    if not text:
        return ""
    inside = printable(text).replace("\n", " ").replace("|", "\\|").replace("`", "'")
    return f"`{inside}`"


def grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the cells are Markdown already."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])

"""Judged tables of expected values as data and for people: wrong rows first, right ones only counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from ...crosschecks.tables.results import TableCheck
from ..errors import printable
from ..writing.console import cell, interrupted, table
from .checks import PRIMES

ON_SCREEN = 100
"""Rows of each verdict shown; `--json` has them all."""
LONGEST = 60
"""Characters of a number shown."""
FEW_DIGITS = 2
"""A value with this many digits or fewer, among longer ones, is pointed out."""


def document(result: TableCheck) -> dict[str, Any]:
    """The document that `gradproof check-table --json` prints."""
    return result.to_json()


def tables(data: Mapping[str, Any], *, place: str = "line") -> list[RenderableType]:
    """The summary, what wrong rows have in common, the wrong rows with the right values, and others worth a look."""
    kept = f"{len(data['rows'])} rows until then; the others were not judged"
    cut = [interrupted(kept)] if data["interrupted"] else []
    causes = [Text(printable(sentence), "yellow") for sentence in data["causes"]]
    parts: list[RenderableType] = [*cut, summary(data), *causes]
    for verdict in ("wrong", "unreadable", "undefined"):
        parts += _listed([row for row in data["rows"] if row["verdict"] == verdict], verdict, data["activation"], place)
    return parts + notes(data, place)


def summary(data: Mapping[str, Any]) -> Text:
    """One line: the rows of each verdict, and the format they were judged by."""
    parameters = ", ".join(f"{name}={value}" for name, value in data["parameters"].items())
    function = data["activation"] + (f"({parameters})" if parameters else "")
    counts = [f"{data['right']} right"]
    counts += [f"{data['rounded']} rounded {_digits(data['rows'])}"] if data["rounded"] else []
    counts += [f"{data[verdict]} {verdict}" for verdict in ("wrong", "undefined", "unreadable") if data[verdict]]
    bad = data["wrong"] or data["unreadable"]
    line = f"{data['file']}, {len(data['rows'])} values of {function} in {data['dtype']}: {', '.join(counts)}"
    return Text(printable(line), "red" if bad else "yellow" if data["interrupted"] or data["undefined"] else "green")


def _digits(rows: Sequence[Mapping[str, Any]]) -> str:
    """The digits of the rows that are rounded: `to 4 digits`."""
    counts = [row["digits"] for row in rows if row["verdict"] == "rounded"]
    low, high = min(counts), max(counts)
    return f"to {low} digit{'s' * (low != 1)}" if low == high else f"to {low} to {high} digits"


def _listed(rows: Sequence[Mapping[str, Any]], verdict: str, activation: str, place: str) -> list[RenderableType]:
    """The rows of a verdict, each with its place in the file and the reason."""
    if not rows:
        return []
    built = table(verdict, (place, "x", "function", "value", "message"), right=(place,))
    for row in islice(rows, ON_SCREEN):
        function = activation + PRIMES[int(row["order"])]
        built.add_row(*map(cell, (row["line"], _short(row["x"]), function, _short(row["value"]), row["message"])))
    left_out = len(rows) - ON_SCREEN
    return [built, *([Text(f"and {left_out} more; --json has them all", "magenta")] if left_out > 0 else [])]


def notes(data: Mapping[str, Any], place: str) -> list[RenderableType]:
    """Lines on rows that are right, but only for a rounded x, or to few digits beside the others."""
    rows = [row for row in data["rows"] if row["verdict"] in ("right", "rounded")]
    lines: list[str] = []
    for message in dict.fromkeys(row["message"] for row in rows if row["message"]):
        lines.append(f"{message}: {_places([row for row in rows if row['message'] == message], place)}")
    longest = max((row["digits"] or 0 for row in rows), default=0)
    short = [row for row in rows if row["verdict"] == "rounded" and row["digits"] <= FEW_DIGITS < longest / 2]
    if short:
        lines.append(f"right to {FEW_DIGITS} digits at most, beside values of {longest}: {_places(short, place)}")
    return [Text(printable("\n".join(lines)), "bright_black")] if lines else []


def _places(rows: Sequence[Mapping[str, Any]], place: str) -> str:
    listed = ", ".join(str(row["line"]) for row in rows[:8])
    return f"{place}{'s' * (len(rows) > 1)} {listed}" + (f" and {len(rows) - 8} more" if len(rows) > 8 else "")


def _short(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"

"""A comparison with a baseline, for people: what is worse, what is better, what could not be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from ..errors import printable

MOST_BETTER = 10
"""Improvements shown; `--json` has all."""


def comparison_lines(data: Mapping[str, Any]) -> list[Text]:
    """The last lines of a check's output, where it had to do with baselines."""
    lines: list[Text] = []
    if "baseline" in data:
        lines += _compared(data["baseline"])
    if "saved" in data:
        file, rows = data["saved"]["file"], data["saved"]["rows"]
        lines.append(Text(printable(f"saved {rows} row{'s' * (rows != 1)} in {file}" if rows else f"{file} not saved")))
    return lines


def _compared(baseline: Mapping[str, Any]) -> list[Text]:
    file, worse, better = baseline["file"], baseline["worse"], baseline["better"]
    lines = [Text(printable(remark), "yellow") for remark in baseline["remarks"]]
    lines += [Text(f"worse: {_changes(change)}", "bold red") for change in worse]
    lines += [Text(f"better: {_changes(change)}", "green") for change in better[:MOST_BETTER]]
    if better:
        more = f"{len(better) - MOST_BETTER} more are better; " if len(better) > MOST_BETTER else ""
        lines.append(Text(printable(f"{more}--save-baseline {file} keeps what is better"), "green"))
    rows = baseline["compared"]
    line = f"{rows} row{'s' * (rows != 1)} compared with {file}: {_count(worse, 'worse')}, {_count(better, 'better')}"
    lines.append(Text(printable(line), "red" if worse else "green"))
    return lines


def _changes(change: Mapping[str, str]) -> str:
    return printable(f"{change['row']}: {change['what']}")


def _count(changes: Sequence[Any], word: str) -> str:
    return f"{len(changes) or 'nothing'} {word}"

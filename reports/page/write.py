"""Writes the report's files: the data first, so that a page that fails does not lose the run."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .. import strict_json


def prepare(folder: Path) -> None:
    """Makes the folder and makes sure that it can be written to, before any work is done. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / ".gradproof-writable"
    probe.touch()
    probe.unlink()


def write(folder: Path, data: Mapping[str, Any]) -> list[str]:
    """Writes report.json, index.html and report.md; returns what could not be made, one line each. Raises OSError."""
    (folder / "report.json").write_text(strict_json.text(data), encoding="utf-8")
    from .html import html
    from .markdown import markdown

    plain = strict_json.plain(data)
    failed = []
    for name, render in (("index.html", html), ("report.md", markdown)):
        failed += _page(folder / name, render, plain)
    return failed


def _page(path: Path, render: Callable[[Mapping[str, Any]], str], data: Mapping[str, Any]) -> list[str]:
    try:
        text = render(data)
    except Exception as error:  # a page that fails does not lose the run; report.json holds everything
        last = traceback.extract_tb(error.__traceback__)[-1]
        return [f"{path.name}: {type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})"]
    replace(path, text)
    return []


def replace(path: Path, text: str) -> None:
    """Writes a file so that nobody sees half of it. Raises OSError."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)

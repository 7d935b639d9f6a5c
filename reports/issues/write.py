"""Issue reports as files of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...crosschecks.checking.results import CheckResult
from .collect import issues
from .text import markdown


def write_issues(results: Sequence[CheckResult], folder: Path) -> list[Path]:
    """Writes a Markdown file for each cause of failures; the paths written. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for issue in issues(results):
        path = folder / f"{issue.stem}.md"
        if path in paths:  # two causes of one kind
            path = folder / f"{issue.stem}-{1 + sum(p.stem.startswith(issue.stem) for p in paths)}.md"
        path.write_text(markdown(issue), "utf-8")
        paths.append(path)
    return paths

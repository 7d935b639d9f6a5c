"""Files of expected failures: a pattern of test ids per line, and behind # the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path


@dataclass(frozen=True)
class Xfail:
    """An expected failure of every test whose id, or the last part of it, matches a pattern of fnmatch."""

    pattern: str
    reason: str
    line: int

    def matches(self, nodeid: str) -> bool:
        """Whether it is about the test with this id."""
        return fnmatchcase(nodeid, self.pattern) or fnmatchcase(nodeid.rpartition("::")[2], self.pattern)


def read_xfails(path: str | Path) -> tuple[Xfail, ...]:
    """The entries of a file. Raises OSError, and UnicodeDecodeError for what is no text."""
    entries: list[Xfail] = []
    for number, line in enumerate(Path(path).read_text("utf-8").splitlines(), 1):
        pattern, _, reason = line.partition("#")
        if pattern.strip():
            entries.append(Xfail(pattern.strip(), reason.strip(), number))
    return tuple(entries)


def unmatched(entries: Iterable[Xfail], ids: Iterable[str]) -> list[Xfail]:
    """The entries that match none of the ids."""
    names = list(ids)
    return [entry for entry in entries if not any(entry.matches(name) for name in names)]

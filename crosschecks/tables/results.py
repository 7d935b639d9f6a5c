"""The result of judging a table of expected values: its rows, counted, and what the wrong ones have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...proofs.verdicts import NoTruthValue, html_table
from ..documents import HIDDEN, plain

VERDICTS = ("right", "rounded", "wrong", "undefined", "unreadable")


@dataclass(frozen=True)
class TableRow:
    """One expected value and the truth about it."""

    line: int
    """The line of the file; of JSON and npz, the row, counted from 1."""
    x: str
    order: int
    value: str
    """As the file has it."""
    verdict: str
    """`right`: correctly rounded in the format, or to more digits than it has, or within the ULP allowed. `rounded`:
    correctly rounded (a tie to either side) to the digits that it has. `wrong`. `undefined`: there is no one value, at
    a kink or outside the domain, or it was not decided. `unreadable`: no row of numbers."""
    digits: int | None = None
    """The significant digits of the value that are right."""
    expected: str | None = None
    """The right value, to 17 digits or to one more than the file has, correctly rounded; None where there is none."""
    ulp: float | None = None
    """The distance of the value from the right one, in ULP of the format."""
    message: str = ""
    """The reason for the verdict; empty for rows that are simply right."""
    is_fault: bool = field(default=False, metadata=HIDDEN)
    """Whether the table is not confirmed: the row is wrong, unreadable or was not decided."""


@dataclass(frozen=True)
class TableCheck(NoTruthValue):
    """A table of expected values, judged row by row."""

    file: str
    activation: str
    parameters: Mapping[str, str]
    dtype: str
    """The format whose full precision a value is judged by."""
    rows: tuple[TableRow, ...]
    causes: tuple[str, ...] = ()
    """A sentence for each thing that explains all wrong rows of one order."""
    place: str = field(default="line", metadata=HIDDEN)
    """The unit of `TableRow.line`: `line` or `row`."""
    interrupted: bool = False

    def count(self, verdict: str) -> int:
        """The number of rows with a verdict."""
        return sum(row.verdict == verdict for row in self.rows)

    @property
    def confirmed(self) -> bool:
        """Whether every row was read and none is wrong or undecided."""
        return not self.interrupted and not any(row.is_fault for row in self.rows)

    def __str__(self) -> str:
        counts = ", ".join(f"{self.count(verdict)} {verdict}" for verdict in VERDICTS if self.count(verdict))
        lines = [f"{self.file}, {len(self.rows)} values of {self.activation} in {self.dtype}: {counts}", *self.causes]
        for row in self.rows:
            if row.is_fault:
                lines.append(f"  {self.place} {row.line}: {row.x} -> {row.value}: {row.message}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        first, *rest = str(self).splitlines()
        return html_table([(line.strip(),) for line in rest], [first])

    def to_json(self) -> dict[str, Any]:
        """The document that `gradproof check-table --json` prints."""
        counts = {verdict: self.count(verdict) for verdict in VERDICTS}
        return {"schema": 1, "interrupted": self.interrupted, **plain(self), **counts}

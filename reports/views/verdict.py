"""One decided statement, as lines that a reader can follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import printable


def lines(result: Mapping[str, Any]) -> list[str]:
    """The verdict first, then the evidence, the counterexample and the nearest true statement."""
    evidence = f" ({result['evidence']})" if result["evidence"] else ""
    where = f"  where {result['where']}" if result["where"] else ""
    said = [f"{result['verdict']}{evidence}: {result['statement']}{where}"]
    said += [f"  {line}" for line in result["explanation"]]
    if result["counterexample"]:
        said.append(f"  counterexample: {counterexample(result['counterexample'])}")
    if result["nearest"]:
        said.append(f"  true: {result['nearest']}")
    said.append(f"  {result['seconds']:.2f} s")
    return [printable(line) for line in said]


def counterexample(found: Mapping[str, Any]) -> str:
    """`x = 0: left 1/4, right 1/4`."""
    at = ", ".join(f"{name} = {value}" for name, value in found["at"].items())
    return f"{at}: left {found['lhs']}, right {found['rhs']}" if at else f"left {found['lhs']}, right {found['rhs']}"

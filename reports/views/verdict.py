"""One decided statement, as lines that are safe to print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...proofs import verdicts
from ...proofs.verdicts import sentence as counterexample
from ..errors import printable
from ..writing.console import hanging
from ..writing.numbers import compact

__all__ = ["counterexample", "lines"]


def lines(result: Mapping[str, Any]) -> list[str]:
    """The verdict first, then the evidence, the counterexample and the nearest true statement."""
    return [hanging(compact(printable(line))) for line in verdicts.lines(result)]

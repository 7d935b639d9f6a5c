"""Judges a table of expected values, with progress, keeping the rows that are done when it is interrupted."""

from __future__ import annotations

from collections.abc import Mapping

from ...crosschecks.tables.check_table import check_table
from ...crosschecks.tables.results import TableCheck
from ...proofs.budget import Undecided
from ..errors import bad_input
from ..parameters import numbers
from ..writing.progress import Progress


def run(
    file: str, function: str, *, parameters: Mapping[str, str], order: int, fmt: str | None, max_ulp: float | None
) -> TableCheck:
    """The result. Raises BadInput for a file, a function or a parameter that is not understood."""
    with Progress() as progress, bad_input(Undecided, ValueError):

        def say(done: int, total: int) -> None:
            progress.say(f"{done} of {total} rows")

        return check_table(
            file, function, parameters=numbers(parameters), order=order, fmt=fmt, max_ulp=max_ulp, progress=say
        )

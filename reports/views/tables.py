"""Reference tables made from what a command line says, and as they look on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from ..errors import BadInput, bad_input
from ..export.table_files import rows, sentence
from ..parameters import numbers
from ..writing.console import cell, table
from ..writing.progress import Progress
from .vector_datasheet import covers

if TYPE_CHECKING:
    from ...numerics.tables.tables import Table

ON_SCREEN = 500
"""Rows shown; a file gets them all."""


def made(function: str, *, order: int, dtype: str, points: str, parameters: Mapping[str, str]) -> Table:
    """The table. Raises BadInput for what is not known or not understood, and where a value was not found."""
    from ...numerics.tables.selection import SpecError
    from ...numerics.tables.tables import table
    from ...proofs.budget import Undecided
    from ...proofs.enclosures.formats import RoundingUndecided

    if reserved := parameters.keys() & {"function", "orders"}:
        raise BadInput(f"{function} has no parameter {sorted(reserved)[0]!r}")
    if covers(function):
        raise BadInput(f"{function} is a function of vectors; tables are of functions of one input")
    with Progress() as progress, bad_input(SpecError, Undecided, RoundingUndecided, ValueError):

        def say(done: int, total: int) -> None:
            progress.say(f"{done} of {total} points")

        values: dict[str, Any] = dict(numbers(parameters))
        return table(function, order=order, fmt=dtype, points=points, parameters=values, progress=say)


def tables(made: Table) -> list[RenderableType]:
    """The subject of a table and its rows, with x in the shortest decimal of the format."""
    heads = ("x", "value", "exact", "distance", "kind")
    built = table(None, heads, right=heads[:2], digits=("exact",), optional=heads[3:])
    for x, row in zip(made.x, islice(rows(made), ON_SCREEN), strict=False):
        kind = f"{row['kind']}, {row['side']}" if row["side"] else row["kind"]
        cells = (str(x), row["value_hex"], row["exact"], f"{row['distance']:.3g}", kind)
        built.add_row(*map(cell, cells))
    left_out = len(made) - ON_SCREEN
    more = [Text(f"and {left_out} more rows: -o FILE writes them all", "magenta")] if left_out > 0 else []
    return [cell(sentence(made)), built, *more]

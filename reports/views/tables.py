"""Reference tables made from what a command line says, and as they look on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
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

ON_SCREEN = 40
"""Rows shown unless more are asked for; a file gets them all."""


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


def tables(made: Table, most: int = ON_SCREEN) -> list[RenderableType]:
    """The subject of a table and at most `most` of its rows, with x in the shortest decimal of the format."""
    heads = ("x", "value", "exact", "distance", "kind")
    built = table(None, heads, right=heads[:2], digits=("exact",), optional=heads[3:])
    every = list(rows(made))
    shown = sample(made.kind, most)
    for i in shown:
        row = every[i]
        kind = f"{row['kind']}, {row['side']}" if row["side"] else row["kind"]
        cells = (str(made.x[i]), row["value_hex"], row["exact"], f"{row['distance']:.3g}", kind)
        built.add_row(*map(cell, cells))
    chosen = "some of each kind" if len(set(made.kind)) > 1 else "evenly spaced"
    cut = f"{len(shown)} of {len(every)} rows, {chosen}: --rows {len(every)} prints all, -o FILE writes them"
    return [cell(sentence(made)), built, *([Text(cut, "magenta")] if len(shown) < len(every) else [])]


def sample(kinds: Sequence[str], most: int) -> list[int]:
    """The places of at most `most` rows, in order: as many of each kind as there are, up to the same number of each,
    evenly spaced among those of that kind. Where there are more kinds than rows, every kind stands alike.
    """
    sizes = Counter(kinds)
    if len(sizes) > most:
        kinds, sizes = [""] * len(kinds), Counter({"": len(kinds)})
    share = max(k for k in range(1, most + 1) if sum(min(size, k) for size in sizes.values()) <= most)
    places = {kind: [i for i, other in enumerate(kinds) if other == kind] for kind in sizes}
    return sorted(i for among in places.values() for i in _evenly(among, share))


def _evenly(places: Sequence[int], count: int) -> Sequence[int]:
    """`count` of the places, the first and the last among them; all where there are no more."""
    if len(places) <= count:
        return places
    if count == 1:
        return [places[len(places) // 2]]
    return [places[k * (len(places) - 1) // (count - 1)] for k in range(count)]

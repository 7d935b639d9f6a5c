"""What the profile of a sweep says, as the rows of a league table: totals, extremes and the errors along the range."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..crosschecks.profile import SPECIAL, Cell, Extreme, Profile
from ..numerics.formats import from_bits, hex_text

DIGITS = 3
"""Errors of one binade keep this many significant digits, rounded up."""
PARTS = 1000
"""The share of results of one binade that are not correctly rounded is kept in these parts, rounded up."""


def row(profile: Profile, *, coverage: str, **what: Any) -> dict[str, Any]:
    """One profile as strict JSON. `what` says whose it is: target, activation, order, parameters.

    `coverage` is `exhaustive` or `sampled`. `binades` holds [first key, last key, error, conditioned error, share not
    correctly rounded] for runs of binades that have the same; binades in which nothing was judged are in none.
    """
    total, special = profile.finite, profile.special
    return {
        **what,
        "format": profile.format,
        "coverage": coverage,
        "inputs": total.inputs,
        "results": _results(total),
        "correctly_rounded": total.correctly_rounded,
        "infinite": total.histogram[-1],
        "worst": _shown(total.worst, profile.format),
        "worst_conditioned": _shown(total.worst_conditioned, profile.format),
        "turned_back": total.turned_back,
        "out_of_bounds": total.out_of_bounds,
        "flushed": total.flushed,
        "unjudged": total.unjudged,
        "special": {"inputs": special.inputs, "wrong": special.judged - special.histogram[0]},
        "failures": [{"inputs": f.last - f.first + 1, "message": f.message} for f in profile.failures],
        "binades": binades(profile),
    }


def binades(profile: Profile) -> list[list[Any]]:
    """The errors along the range, adjoining binades with the same taken together."""
    runs: list[list[Any]] = []
    for key, cell in sorted(profile.cells.items()):
        if key == SPECIAL or not _results(cell):
            continue
        level = [_error(cell.worst), _error(cell.worst_conditioned), _share(cell)]
        if runs and runs[-1][1] == key - 1 and runs[-1][2:] == level:
            runs[-1][1] = key
        else:
            runs.append([key, key, *level])
    return runs


def ranked(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Best to worst: by the largest conditioned error, then by the largest error, then by name and order."""
    return sorted(
        rows,
        key=lambda r: (error(r["worst_conditioned"]), error(r["worst"]), -correct_share(r), r["activation"], r["order"]),
    )


def error(extreme: Mapping[str, Any] | None) -> float:
    """The size of an extreme, 0 where there is none."""
    return 0.0 if extreme is None else float(extreme["error"])


def correct_share(row: Mapping[str, Any]) -> float:
    """The share of results that are correctly rounded: 1 where all are, and nowhere else."""
    return row["correctly_rounded"] / row["results"] if row["results"] else math.nan


def _results(cell: Cell) -> int:
    """Results that have an error, and zeros that came back for subnormal numbers."""
    return cell.judged + cell.flushed


def _shown(extreme: Extreme | None, fmt: str) -> dict[str, Any] | None:
    if extreme is None:
        return None
    x, got = (float(value) for value in from_bits([extreme.x, extreme.got], fmt))
    return {"error": extreme.error, "x": x, "x_hex": hex_text(x), "got": got}


def _error(extreme: Extreme | None) -> float | str:
    if extreme is None or extreme.error == 0:
        return 0
    if math.isinf(extreme.error):
        return "inf"
    unit = 10.0 ** (math.floor(math.log10(extreme.error)) - DIGITS + 1)
    return float(f"{math.ceil(extreme.error / unit - 1e-9) * unit:.{DIGITS}g}")


def _share(cell: Cell) -> int:
    results = _results(cell)
    return -((cell.correctly_rounded - results) * PARTS // results)

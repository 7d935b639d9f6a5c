"""Sweeps as the rows of a league table: totals, the worst inputs, and the errors along the range in little space."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...crosschecks.implementation import Implementation
from ...crosschecks.inputs.bit_patterns import ALL
from ...crosschecks.sweeps.profile import SPECIAL, Cell, Profile, merged
from ...crosschecks.sweeps.result import SweepResult

DIGITS = 3
"""Errors of one binade keep this many significant digits, rounded up."""
PARTS = 1000
"""The share of results of one binade that are not correctly rounded is kept in these parts, rounded up."""


def row(result: SweepResult) -> dict[str, Any]:
    """The entry of `sweep --json` for one sweep, with `coverage` and with `binades` as :func:`binades` has them."""
    data = result.to_json()
    exhaustive = result.patterns == ALL and result.finished
    return {
        **{name: value for name, value in data.items() if name not in ("failures", "checkpoint_problem")},
        "coverage": "exhaustive" if exhaustive else "sampled",
        "failure": data["failures"][0]["message"] if data["failures"] else None,
        "binades": binades(result.profile),
    }


def binades(profile: Profile) -> list[list[Any]]:
    """[first key, last key, error, conditioned error, share] for runs of binades that have the same.

    The keys are those of the profile's cells; the share is that of the results that are not correctly rounded.
    Binades in which nothing was judged are in no run.
    """
    runs: list[list[Any]] = []
    for key, cell in sorted(profile.cells.items()):
        if key == SPECIAL or not _results(cell):
            continue
        level = [_rounded(cell.worst and cell.worst.error), _rounded(cell.conditioned), _share(cell)]
        if runs and runs[-1][1] == key - 1 and runs[-1][2:] == level:
            runs[-1][1] = key
        else:
            runs.append([key, key, *level])
    return runs


def quick(implementations: Iterable[Implementation], formats: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows of all implementations in formats, each with the words for its inputs, called and judged in this process."""
    from ...crosschecks.inputs.bit_patterns import patterns
    from ...crosschecks.sweeps.short_runs import profile_of_runs
    from ...crosschecks.sweeps.tiles import TILE, profile_of
    from ...crosschecks.targets.versions import libraries
    from ...proofs.enclosures.formats import format_named

    rows = []
    for implementation in implementations:
        for name, words in formats.items():
            fmt, chosen = format_named(name), patterns(words, format_named(name))
            started = time.perf_counter()
            if chosen.inputs <= TILE and len(chosen.runs) > 1:
                profile = profile_of_runs(implementation, fmt, chosen.runs)
            else:
                profile = merged(name, [profile_of(implementation, fmt, *run) for run in chosen.runs])
            seconds = round(time.perf_counter() - started, 3)
            inputs, known = chosen.inputs, libraries(implementation)
            rows.append(row(SweepResult(implementation, name, words, inputs, inputs, profile, seconds, True, known)))
    return rows


def ranked(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Best to worst: by the conditioned error, the error, and the share of correctly rounded results; what could not
    be judged comes last."""
    return sorted(
        rows,
        key=lambda r: (
            not r["judged"],
            float(r["max_ulp_conditioned"] or 0),
            float(r["max_ulp"] or 0),
            -r["correctly_rounded"] / max(r["judged"], 1),
            r["activation"],
            r["order"],
        ),
    )


def always_right(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows with every result correctly rounded, at every input that has one right value."""
    right = [r for r in rows if r["judged"] and r["correctly_rounded"] == r["judged"]]
    return [r for r in right if not r["flushed"] and not wrong(r)]


def wrong(row: Mapping[str, Any]) -> int:
    """Inputs with a result that no rounding explains: at NaN and infinities, or none at all."""
    return row["special"]["mismatches"] + row["failed_inputs"]


def _results(cell: Cell) -> int:
    """Results that have an error, and zeros that came back for subnormal numbers."""
    return cell.judged + cell.flushed


def _rounded(error: float | None) -> float | str:
    if not error:
        return 0
    if math.isinf(error):
        return "inf"
    unit = 10.0 ** (math.floor(math.log10(error)) - DIGITS + 1)
    return float(f"{math.ceil(error / unit - 1e-9) * unit:.{DIGITS}g}")


def _share(cell: Cell) -> int:
    results = _results(cell)
    return -((cell.correctly_rounded - results) * PARTS // results)

"""Sweeps as data and as tables for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from ...crosschecks.gates import Gates
from ...crosschecks.sweeps.result import LABELS
from ..errors import printable
from ..runs.sweep import Swept
from ..writing.console import cell, interrupted, table, verdict
from ..writing.grid import Grid
from ..writing.numbers import duration, short, short_hex
from .checks import function_name

GATES = {"max_ulp": "max_ulp", "max_conditioned_ulp": "max_ulp_conditioned"}
"""The gates of a sweep, and the measurement that each limits."""
COUNTS: dict[str, Callable[[dict[str, Any]], int]] = {
    "wrong at NaN, oo": lambda result: result["special"]["mismatches"],
    "turns back": lambda result: result["turned_back"],
    "flushed": lambda result: result["flushed"],
    "out of bounds": lambda result: result["out_of_bounds"],
    "not judged": lambda result: result["unjudged"],
    "raises": lambda result: (result.get("raised") or {"count": 0})["count"],
    "failed": lambda result: result["failed_inputs"],
}
"""The numbers of inputs that should be 0, or almost, by label."""
MOST_BINADES = 10
"""The number of the worst binades that are shown of a single sweep."""


def document(swept: Swept, gates: Gates) -> dict[str, Any]:
    """The document that `gradproof sweep --json` prints."""
    return {
        "schema": 1,
        **{name: gates.promised().get(name) for name in GATES},
        "results": [result.to_json() for result in swept.results],
        "left_out": swept.left_out,
        "problems": swept.problems,
        "interrupted": swept.interrupted,
        "asked": swept.asked,
    }


def exceeded(result: dict[str, Any], limits: Mapping[str, float]) -> bool:
    """Whether an error is above a limit, given by the name of its gate, or nothing was there to judge."""
    if not limits:
        return False
    if (result["finished"] and not result["judged"]) or result["failed_inputs"]:
        return True
    return any(float(result[GATES[gate]] or 0) > limit for gate, limit in limits.items())


def tables(data: dict[str, Any]) -> list[RenderableType]:
    """The inputs; the errors of every function and format, and their spread; the failures."""
    results = data["results"]
    parts: list[RenderableType] = []
    if data["interrupted"]:
        finished = sum(result["finished"] for result in results)
        parts.append(interrupted(f"{finished} of {data['asked']} sweeps were finished"))
    if results:
        parts.append(Text("\n".join(printable(coverage(result)) for result in results)))
        parts.append(_errors(results, {gate: data[gate] for gate in GATES if data[gate] is not None}))
    if any(result["judged"] for result in results):
        parts.append(_spread(results))
    if len(results) == 1:
        parts += _binades(results[0])
    lines = [line for result in results for line in (*_turn(result), *_failures(result))]
    if data["left_out"]:
        lines.append(Text(f"not swept, as they take several inputs: {', '.join(data['left_out'])}"))
    lines += [Text(printable(f"not swept: {problem}"), "red") for problem in data["problems"]]
    return [*parts, Text("\n").join(lines)] if lines else parts


def coverage(result: dict[str, Any]) -> str:
    """A line on the inputs that were gone through, and whether those were all that were asked for."""
    done, total = f"{result['inputs']:,}", f"{result['asked']:,}"
    if not result["finished"]:
        extent = f"interrupted after {done} of {total} inputs ({result['patterns']})"
    elif result["patterns"] == "all":
        extent = f"exhaustive, every one of the {done} inputs"
    else:
        extent = f"{done} inputs ({result['patterns']}), not every input of the format"
    return f"{function_name(result)} in {result['dtype']}: {extent}, in {duration(result['seconds'])}"


def _errors(results: Sequence[dict[str, Any]], limits: Mapping[str, float]) -> Grid:
    """The columns of what can be counted are there where there is something to count."""
    counts = [name for name, count in COUNTS.items() if any(map(count, results))]
    judged = ["verdict"] if limits else []
    numbers = ["worst ULP", "conditioned", "rounded right", *counts]
    heads = ("target", "function", "dtype", "worst ULP", "at x", "conditioned", "at x ", "rounded right")
    errors = table(None, (*judged, *heads, *counts), right=numbers, optional=("at x ", "target", "conditioned"))
    for result in results:
        errors.add_row(
            *(_judged(result, limits) for _ in judged),
            cell(result["target"]),
            cell(function_name(result)),
            cell(result["dtype"]),
            cell(_largest(result, "max_ulp")),
            cell(_at(result["worst"])),
            cell(_largest(result, "max_ulp_conditioned")),
            cell(_at(result["worst_conditioned"])),
            cell(share(result["correctly_rounded"], result["judged"])),
            *(cell(f"{COUNTS[name](result):,}") for name in counts),
        )
    return errors


def _largest(result: dict[str, Any], error: str) -> str:
    """An error of the whole sweep; infinite, it may be that of an exception."""
    return "exception" if result.get("raised") and result[error] == "inf" else short(result[error])


def _turn(result: dict[str, Any]) -> list[Text]:
    """The line on the pair of neighbouring inputs at which results turn back furthest, where there is one."""
    turn = result.get("turned_back_at")
    if turn is None or (result.get("raised") and not {turn["got"], turn["got_next"]}.isdisjoint(("inf", "-inf"))):
        return []  # an exception, whose infinity nobody returned, is told by itself
    places = "1 place" if turn["places"] == 1 else f"{turn['places']:,} places"
    return [
        Text(
            f"{function_name(result)} in {result['dtype']} turns back furthest, by {places}, from "
            f"{short_hex(turn['x_hex'])} to its neighbour {short_hex(turn['next_hex'])}: "
            f"from {turn['got']} to {turn['got_next']}"
        )
    ]


def _judged(result: dict[str, Any], limits: Mapping[str, float]) -> Text:
    """A verdict on what is allowed; nothing where the sweep was cut short before it was not."""
    if exceeded(result, limits):
        return verdict("fail")
    return verdict("pass") if result["finished"] else cell("–")


def _spread(results: Sequence[dict[str, Any]]) -> Grid:
    """A table of the errors in each bin, without the columns that are empty."""
    bins = [label for label in LABELS if any(label in result["histogram"] for result in results)]
    built = table("errors in ULP", ("function", "dtype", *bins), right=bins)
    for result in results:
        counts = (cell(share(result["histogram"].get(label, 0), result["judged"])) for label in bins)
        built.add_row(cell(function_name(result)), cell(result["dtype"]), *counts)
    return built


def _binades(result: dict[str, Any]) -> list[Grid]:
    """The binades in which the conditioned error is largest."""
    rows = [row for row in result["binades"] if row["max_ulp_conditioned"] not in (None, 0)]
    rows.sort(key=lambda row: -float(row["max_ulp_conditioned"]))
    if not rows:
        return []
    heads = ("binade", "inputs", "worst ULP", "at x", "conditioned", "at x ", "rounded right")
    numbers = ("inputs", "worst ULP", "conditioned", "rounded right")
    built = table("worst binades", heads, right=numbers, optional=("inputs", "at x "))
    for row in rows[:MOST_BINADES]:
        size = row["exponent"] if row["exponent"] == "subnormal" else f"2^{row['exponent']}"
        built.add_row(
            cell(f"{row['sign']}{size}"),
            cell(f"{row['inputs']:,}"),
            cell(short(row["max_ulp"])),
            cell(short_hex(row["at"])),
            cell(short(row["max_ulp_conditioned"])),
            cell(short_hex(row["at_conditioned"])),
            cell(share(row["correctly_rounded"], row["judged"])),
        )
    return [built]


def _failures(result: dict[str, Any]) -> list[Text]:
    """Lines on the first wrong result at NaN or an infinity, and on inputs with nothing to judge."""
    lines = _exceptions(result)
    raised = (result.get("raised") or {"special": 0})["special"]
    if (worst := result["special"]["worst"]) and raised < result["special"]["mismatches"]:
        line = f"at x = {worst['x']}: got {short(worst['got'])}, expected {short(worst['expected'])}"
        lines.append(Text(f"{function_name(result)} {result['dtype']}: {line}"))
    return lines + [
        Text(
            f"{function_name(result)} {result['dtype']}: nothing to judge from {short_hex(failure['first_hex'])} to "
            f"{short_hex(failure['last_hex'])}: {printable(failure['message'])}",
            "red",
        )
        for failure in result["failures"]
    ]


def _exceptions(result: dict[str, Any]) -> list[Text]:
    """The line on the exceptions of a function of one number, where it raises any."""
    if (raised := result.get("raised")) is None:
        return []
    more = f", the first of {raised['count']:,} inputs" if raised["count"] > 1 else ""
    at = f"x = {short(raised['x'], 8)} ({short_hex(raised['x_hex'])}){more}"
    line = f"{function_name(result)} {result['dtype']}: raises {raised['message']} at {at}"
    return [Text(printable(line), "red")]


def share(count: int, total: int) -> str:
    """A part of a whole in percent; what is neither nothing nor everything never looks like it."""
    if not total or count in (0, total):
        return "–" if not total else "100 %" if count else "0"
    percent = 100 * count / total
    return "<0.001 %" if percent < 0.001 else ">99.999 %" if percent > 99.999 else f"{percent:.3f} %"


def _at(worst: dict[str, Any] | None) -> str:
    return short_hex(worst["x_hex"]) if worst and worst["ulp"] else ""

"""Cross-check results as data and as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from ...crosschecks.checking.results import CheckResult
from ...crosschecks.findings import digits_of
from ...crosschecks.gates import NAMES, ulp_words
from ...proofs.enclosures.formats import format_named
from ..errors import printable
from ..writing.console import cell, interrupted, table, verdict
from ..writing.grid import Grid
from ..writing.numbers import short, short_hex, short_hexes

NEAR = 0.01
"""The relative difference between beginnings of failing ranges that are near each other."""
PRIMES = ("", "'", "''")


def document(results: Sequence[CheckResult], *, cut_short: bool = False) -> dict[str, Any]:
    """The document that `gradproof check --json` prints."""
    return {"schema": 1, "interrupted": cut_short, "results": [result.to_json() for result in results]}


def tables(
    data: Mapping[str, Any], *, exhaustive: bool = False, at: Sequence[str] = (), span: str | None = None
) -> list[RenderableType]:
    """The inputs tested; the errors of every function and format; every finding with its input; the counts.

    `exhaustive`, `at` and `span` are what the run was asked for.
    """
    results = data["results"]
    asked = ", ".join(at) if span is None else span
    first = f"nothing but the inputs asked for: {asked}" if asked else coverage(results, exhaustive=exhaustive)
    kept = f"{len(results)} results until then; the functions and formats that are not here were not tested"
    cut = [interrupted(kept)] if data["interrupted"] else []
    return [*cut, *worst_words(results), Text(first), *([_errors(results)] if results else []), *finding_lines(results),
            *note_lines(results), summary(data)]  # fmt: skip


def worst_words(results: Sequence[dict[str, Any]]) -> list[Text]:
    """One sentence on a function that is wrong in several formats: in which, and where it is furthest from the truth.
    """
    failed = [result for result in results if result["verdict"] == "fail"]
    if len(failed) < 2 or len({(r["target"], r["activation"]) for r in results}) > 1:
        return []
    furthest = [_furthest(result) for result in failed]
    known = [(size, result, finding) for result, (size, finding) in zip(failed, furthest, strict=True) if finding]
    if not known:
        return []
    _, result, finding = max(known, key=lambda each: each[0])
    dtypes, formats = (list(dict.fromkeys(r["dtype"] for r in some)) for some in (failed, results))
    where = "every format" if dtypes == formats else ", ".join(dtypes)
    digits, error = digits_of(result["dtype"]), ulp_words(float(finding["error"]), format_named(result["dtype"]))
    ends = " to ".join(f"{end:.{digits}g}" for end in dict.fromkeys((finding["low"], finding["high"])))
    cause = f": {finding['cause'].partition(':')[0]}" if finding["cause"] else ""
    x = short(finding["x"], digits)
    said = f"wrong in {where}, furthest in {result['dtype']} at x = {x} ({error}), among failing inputs from {ends}"
    said += cause
    lows = [each["low"] for _, _, each in known]
    if len(known) == len(failed) and max(lows) - min(lows) <= NEAR * min(map(abs, lows)) and not cause:
        said += f"; they begin near x = {finding['low']:.3g} wherever it is wrong"
    return [Text(said, "bold red")]


def _furthest(result: Mapping[str, Any]) -> tuple[float, Mapping[str, Any] | None]:
    """The failure of a result with the largest error, in units of the value; 0 and None where none has one."""
    unit = 2.0 ** -format_named(result["dtype"]).precision
    some = [(float(f["error"]) * unit, f) for f in result["findings"] if f.get("error") is not None and f["x_hex"]]
    return max(some, key=lambda each: each[0], default=(0.0, None))


def _errors(results: Sequence[dict[str, Any]]) -> Grid:
    errors = table(
        None,
        ("verdict", "target", "function", "dtype", "inputs", "worst ULP", "conditioned", "at x", "gate", "notes"),
        right=("inputs", "worst ULP", "conditioned", "notes"),
        optional=("notes", "gate", "inputs", "target"),
        heading=4,
    )
    for result in results:
        worst = result["worst"]
        errors.add_row(
            verdict(result["verdict"]),
            cell(result["target"]),
            cell(function_name(result)),
            cell(result["dtype"]),
            cell(f"{result['inputs']:,}"),
            cell(_worst(result)),
            cell("–" if only_flushed(result) else short(result["max_ulp_conditioned"])),
            cell(short_hex(worst["x_hex"], 2) if worst else ""),
            cell(", ".join(gate_words(gate) for gate in result["gates"])),
            cell(len(result["notes"]) or ""),
        )
    return errors


def _worst(result: Mapping[str, Any]) -> str:
    if result["worst"] and result["worst"]["got"] == "exception":
        return "exception"
    return "flushed" if only_flushed(result) else ulps(result["max_ulp"], result["dtype"])


def gate_words(gate: Mapping[str, Any]) -> str:
    """A gate and whether it holds: "conditioned ULP ≤ 4"."""
    return f"{NAMES[gate['name']]} {'≤' if gate['holds'] else '>'} {gate['limit']:g}"


def only_flushed(result: Mapping[str, Any]) -> bool:
    """Whether every input tested was a subnormal taken for zero, or had a result that was: nothing is in the errors."""
    flushed = result["flushed_inputs"] + result["flushed_outputs"]
    return result["max_ulp"] == 0 and flushed >= result["inputs"] > 0


def ulps(error: float | str | None, dtype: str) -> str:
    """An error in ULP as a cell of a table; in words where no digit is right."""
    if error is None:
        return "–"
    words = ulp_words(float(error), format_named(dtype))
    return words.removesuffix(" ULP")


def finding_lines(results: Sequence[dict[str, Any]]) -> list[Text]:
    """Every failure on a line of its own, with what it says below; nothing where there is none."""
    lines = [_line(result, finding) for result in results for finding in result["findings"]]
    return [Text("\n").join(lines)] if lines else []


def note_lines(results: Sequence[dict[str, Any]]) -> list[Text]:
    """Every note on a line of its own, below the failures."""
    lines = [_line(result, note, "dim") for result in results for note in result["notes"]]
    return [Text("\n").join([Text("notes, which fail nothing:"), *lines])] if lines else []


def _line(result: Mapping[str, Any], finding: Mapping[str, Any], style: str = "bold") -> Text:
    digits = digits_of(result["dtype"])
    line = Text(f"{function_name(result)} {result['dtype']}: {finding['property']}", style)
    if finding["x_hex"]:
        line.append(f" at x = {short(finding['x'], digits)} ({short_hex(finding['x_hex'])})", f"not bold {style}")
    got, expected = (short(finding[side], digits) for side in ("got", "expected"))
    line.append(f": got {got}, expected {expected}", f"not bold {style}")
    cause = f"{finding['cause']}; " if finding["cause"] else ""
    line.append(printable(f"\n    {cause}{short_hexes(finding['message'])}"), f"not bold {style}")
    return line


def summary(data: Mapping[str, Any]) -> RenderableType:
    """One line: how many passed, how many failed."""
    results = data["results"]
    failed = sum(result["verdict"] == "fail" for result in results)
    findings = sum(len(result["findings"]) for result in results)
    notes = sum(len(result["notes"]) for result in results)
    line = f"{len(results) - failed} of {len(results)} passed"
    line += f", {failed} failed with {findings} finding{'s' * (findings > 1)}" if failed else ""
    line += f"; {notes} note{'s' * (notes > 1)}" if notes else ""
    line += "; interrupted, the others were not tested" if data["interrupted"] else ""
    return Text(line, "red" if failed else "yellow" if data["interrupted"] or not results else "green")


def coverage(results: Sequence[dict[str, Any]], *, exhaustive: bool = False) -> str:
    """The first line: whether every input was tested, and if not, that it was not, `exhaustive` or no."""
    if not results:
        return "nothing was tested"
    sampled = [result for result in results if result["coverage"] != "exhaustive"]
    if not sampled:
        return "exhaustive: every input of every format named here was tested"
    names = ", ".join(dict.fromkeys(result["dtype"] for result in sampled))
    said = f"sampled, not exhaustive, in {names}: special points, every binade and many inputs, not every input"
    return f"{said} (--exhaustive is for formats of at most 32 bits and one input)" if exhaustive else said


def function_name(result: Mapping[str, Any]) -> str:
    """The function under test: `gelu'`, with its parameters if it has any."""
    parameters = ", ".join(f"{name}={value}" for name, value in result["parameters"].items())
    return result["activation"] + PRIMES[result["order"]] + (f"({parameters})" if parameters else "")

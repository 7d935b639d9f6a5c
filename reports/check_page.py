"""Cross-check results as data and as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..crosschecks.results import CheckResult
from .console import cell, table, verdict
from .errors import printable
from .figures import short, short_hex

PRIMES = ("", "'", "''")


def document(results: Sequence[CheckResult]) -> dict[str, Any]:
    """What `gradproof check --json` prints."""
    return {"schema": 1, "results": [result.to_json() for result in results]}


def tables(results: Sequence[dict[str, Any]]) -> list[Table | Text]:
    """The errors of every function and format, then every finding with its input in hexadecimal."""
    first = Text(coverage(results))
    errors = table(
        None,
        ("verdict", "target", "function", "dtype", "inputs", "worst ULP", "conditioned", "at x", "findings"),
        right=("inputs", "worst ULP", "conditioned", "findings"),
    )
    for result in results:
        worst = result["worst"]
        errors.add_row(
            verdict(result["verdict"]),
            cell(result["target"]),
            cell(function_name(result)),
            cell(result["dtype"]),
            cell(result["inputs"]),
            cell(short(result["max_ulp"])),
            cell(short(result["max_ulp_conditioned"])),
            cell(short_hex(worst["x_hex"]) if worst else ""),
            cell(len(result["findings"]) or ""),
        )
    return [first, errors, *finding_lines(results)]


def finding_lines(results: Sequence[dict[str, Any]]) -> list[Text]:
    """Every finding on a line of its own, with what it says below; nothing where there is none."""
    shown = []
    for result in results:
        for finding in result["findings"]:
            line = Text(f"{function_name(result)} {result['dtype']}: {finding['property']}", "bold")
            if finding["x_hex"]:
                line.append(f" at x = {short(finding['x'])} ({short_hex(finding['x_hex'])})", "not bold")
            line.append(f": got {short(finding['got'], 9)}, expected {short(finding['expected'], 9)}", "not bold")
            line.append(printable(f"\n    {finding['message']}"), "not bold")
            shown.append(line)
    return [Text("\n").join(shown)] if shown else []


def summary(results: Sequence[dict[str, Any]]) -> RenderableType:
    """One line: how many passed, how many failed."""
    failed = sum(result["verdict"] == "fail" for result in results)
    findings = sum(len(result["findings"]) for result in results)
    line = f"{len(results) - failed} of {len(results)} passed"
    return Text(line + (f", {failed} failed with {findings} findings" if failed else ""), "red" if failed else "green")


def coverage(results: Sequence[dict[str, Any]]) -> str:
    """The first line: whether every input was tested, and if not, that it was not."""
    if not results:
        return "nothing was tested"
    sampled = [result for result in results if result["coverage"] != "exhaustive"]
    if not sampled:
        return "exhaustive: every input of every format was tested"
    names = ", ".join(dict.fromkeys(result["dtype"] for result in sampled))
    return f"sampled, not exhaustive, in {names}: special points, every binade and random draws, not every input"


def function_name(result: Mapping[str, Any]) -> str:
    """The function under test: `gelu'`, with its parameters if it has any."""
    parameters = ", ".join(f"{name}={value}" for name, value in result["parameters"].items())
    return result["activation"] + PRIMES[result["order"]] + (f"({parameters})" if parameters else "")

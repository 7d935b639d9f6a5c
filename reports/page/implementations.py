"""Cross-checked implementations as the page shows them: findings by cause, the worst first, notes apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...crosschecks.findings import digits_of
from ..views.checks import coverage, function_name
from ..writing.numbers import short

OWN = "numpy"
"""The pack whose functions are gradproof's own."""
EXAMPLES = 3
"""Findings of a cause that are shown; the others are counted."""
TITLES = {OWN: "gradproof’s own NumPy functions"}
"""Names that would be taken for another's."""


def title(name: str) -> str:
    """The name of a framework, or what its pack really is."""
    return TITLES.get(name, name)


def implementation(each: Mapping[str, Any]) -> dict[str, Any]:
    """A row for each function, a cell for each format; failures and notes by cause."""
    formats = list(dict.fromkeys(result["dtype"] for result in each["results"]))
    rows: dict[str, dict[str, Any]] = {}
    for result in each["results"]:
        rows.setdefault(function_name(result), {})[result["dtype"]] = result
    ordered = sorted(rows.items(), key=lambda row: -max(map(_worst, row[1].values())))
    return {
        **each,
        "title": title(each["name"]),
        "coverage": coverage(each["results"]).capitalize(),
        "formats": formats,
        "rows": [{"name": name, "cells": [row.get(one) for one in formats]} for name, row in ordered],
        "failed": sum(result["verdict"] == "fail" for result in each["results"]),
        "causes": _causes(each["results"], "findings"),
        "notes": _causes(each["results"], "notes"),
    }


def _worst(result: Mapping[str, Any]) -> float:
    return float(result["max_ulp_conditioned"] or 0)


def _causes(results: Iterable[Mapping[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Findings of one cause together, the cause of the most first; without a cause told, those of one property."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for result in results:
        for finding in result[kind]:
            cause = finding["cause"] or finding["property"]
            digits = digits_of(result["dtype"])
            groups.setdefault(cause, []).append({
                **finding, **{side: short(finding[side], digits) for side in ("got", "expected")},
                "function": function_name(result), "dtype": result["dtype"], "size": _worst(result),
            })  # fmt: skip
    causes = [_cause(cause, found) for cause, found in groups.items()]
    return sorted(causes, key=lambda cause: (-cause["size"], -cause["count"]))


def _cause(cause: str, findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    worst = sorted(findings, key=lambda finding: -finding["size"])
    return {
        "cause": cause,
        "count": len(findings),
        "functions": list(dict.fromkeys(finding["function"] for finding in worst)),
        "size": worst[0]["size"],
        "examples": worst[:EXAMPLES],
        "more": len(worst) - EXAMPLES,
    }

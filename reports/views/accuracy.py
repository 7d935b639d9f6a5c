"""League tables of accuracy, as cells for a page and for Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from ..figures import accuracy as accuracy_plots
from ..runs.accuracy import ranked, wrong
from ..writing.numbers import short, short_hex
from .checks import function_name
from .sweeps import share

COUNTS = ("turned back", "out of bounds", "flushed", "wrong or none")
"""The columns of what should be nothing: they are there where there is something to count."""
NUMBERS = ("max ULP", "conditioned", "rounded right", *COUNTS)
"""The columns that hold numbers, to be set flush right."""


def cells(row: Mapping[str, Any]) -> dict[str, str]:
    """The cells of one row by their heads; a count of nothing is empty."""
    counts = {
        "turned back": row["turned_back"],
        "out of bounds": row["out_of_bounds"],
        "flushed": row["flushed"],
        "wrong or none": wrong(row),
    }
    return {
        "function": function_name(row),
        "format": row["dtype"],
        "max ULP": short(row["max_ulp"]).replace("inf", "∞"),
        "at x": where(row["worst"]),
        "conditioned": short(row["max_ulp_conditioned"]).replace("inf", "∞"),
        "rounded right": share(row["correctly_rounded"], row["judged"]),
        **{name: f"{count:,}" if count else "" for name, count in counts.items()},
    }


def numbers_of(row: Mapping[str, Any]) -> dict[str, float]:
    """The numbers in the columns of NUMBERS, by which rows are sorted."""
    return {
        "max ULP": float(row["max_ulp"] or 0),
        "conditioned": float(row["max_ulp_conditioned"] or 0),
        "rounded right": row["correctly_rounded"] / max(row["judged"], 1),
        "turned back": row["turned_back"],
        "out of bounds": row["out_of_bounds"],
        "flushed": row["flushed"],
        "wrong or none": wrong(row),
    }


def heads(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """The columns of a table with these cells, the format apart."""
    counted = [name for name in COUNTS if any(each[name] for each in rows)]
    return ["function", "max ULP", "at x", "conditioned", "rounded right", *counted]


def where(worst: Mapping[str, Any] | None) -> str:
    """The worst input in decimal and in hexadecimal; nothing where every error is 0."""
    if not worst or not worst["ulp"]:
        return ""
    return f"{short(worst['x'])} ({short_hex(worst['x_hex'])})"


def coverage(rows: Sequence[Mapping[str, Any]]) -> str:
    """A line on the inputs that the rows are about, format by format."""
    said = []
    for name in dict.fromkeys(row["dtype"] for row in rows):
        chosen = [row for row in rows if row["dtype"] == name]
        exhaustive = all(row["coverage"] == "exhaustive" for row in chosen)
        inputs = max(row["inputs"] for row in chosen)
        kind = "exhaustive, every one of" if exhaustive else "sampled, not exhaustive, "
        said.append(f"{name}: {kind} {inputs:,} inputs".replace("  ", " "))
    return "; ".join(said)


def section(accuracy: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The page's section on each implementation: a table for each format, worst first, a picture in every row."""
    sections = []
    for number, each in enumerate(accuracy):
        formats = dict.fromkeys(row["dtype"] for row in each["rows"])
        tables = []
        for name in formats:
            rows = [row for row in each["rows"] if row["dtype"] == name]
            pictured = _pictured(rows, f"e{number}-{name}")
            columns = heads([each["cells"] for each in pictured])
            tables.append({"format": name, "coverage": coverage(rows), "heads": columns, "rows": pictured})
        sections.append({"name": each["name"], "tables": tables})
    return sections


def axes(accuracy: Iterable[Mapping[str, Any]]) -> Markup:
    """The axes that the larger pictures share."""
    formats = dict.fromkeys(row["dtype"] for each in accuracy for row in each["rows"])
    return Markup(accuracy_plots.definitions(formats)) if formats else Markup()


def _decimal_and_hex(worst: Mapping[str, Any] | None) -> Markup:
    decimal, _, hexadecimal = where(worst).rstrip(")").partition(" (")
    return Markup('{}<br><span class="muted small">{}</span>').format(decimal, hexadecimal) if decimal else Markup()


def _pictured(rows: Iterable[Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    pictures = []
    worst_first = ranked(rows)[::-1]
    worst_first.sort(key=lambda row: not row["judged"])
    for number, row in enumerate(worst_first):
        texts = cells(row)
        label = f"{texts['function']}: error over the range, at most {texts['max ULP']} ULP"
        pictures.append(
            {
                "cells": texts,
                "numbers": numbers_of(row),
                "at": _decimal_and_hex(row["worst"]),
                "detail": detail(row),
                "spark": Markup(accuracy_plots.spark(row["binades"], row["dtype"], key=f"{key}-{number}", label=label)),
                "large": Markup(accuracy_plots.large(row["dtype"], f"{key}-{number}")),
            }
        )
    return pictures


def detail(row: Mapping[str, Any]) -> str:
    """The worst results in a sentence each."""
    said = []
    for name, worst in (("Largest error", row["worst"]), ("Largest conditioned error", row["worst_conditioned"])):
        if worst and worst["ulp"]:
            size = worst["ulp"] if name == "Largest error" else worst["conditioned"]
            said.append(
                f"{name}: {short(size)} ULP at x = {where(worst)}, where {short(worst['got'], 9)} came back for "
                f"{short(worst['expected'], 9)}."
            )
    if row["failed_inputs"]:
        said.append(f"Nothing to judge at {row['failed_inputs']:,} inputs: {row['failure']}.")
    return " ".join(said) or "Every error is 0."

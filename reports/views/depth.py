"""Gradient products through depth, and gains, as tables for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..errors import printable
from ..writing.console import cell, pairs, table
from ..writing.numbers import bound, brief, full, product, truncated

COLUMNS = (("leaves_normal", "leaves normal range"), ("rounds_to_zero", "rounds to zero"), ("overflows", "overflows"))
DIGITS, LONGEST = 21, 40
"""The digits of a gain that are shown, and the length of the longest exact form beside them."""
DIFFERS = "≠"








def tables(data: Mapping[str, Any]) -> list[RenderableType]:
    """The factor of one layer, the product of all, and the first depths at which a format gives up."""
    return [
        _bounds(data),
        _formats("First depth at which the bound on the product, rounded once, …", data, once),
        _formats("First depth at which the product, rounded at every step as in a backward pass, …", data, stepwise),
    ]


def _bounds(data: Mapping[str, Any]) -> Table:
    rate, between = data["rate"], product(data["product"], " and ")
    rows = (
        ("formula", data["formula"]),
        ("one layer", f"abs(w f'(z)) is at most {full(rate) if rate['exact'] else bound(rate, 1, 30)}"),
        (f"{data['layers']} layers", f"the product lies between {between}, where every w is {brief(data['weight'])}"),
        ("", f"its size is at most {data['profile'][-1]['bound'].replace('inf', '∞')}"),
    )
    return pairs(f"{data['activation']}: gradient factors with abs(w) = {brief(data['weight'])}", rows)


def _formats(title: str, data: Mapping[str, Any], depth: Callable[[Mapping[str, Any], str], str]) -> Table:
    built = table(
        title,
        ("format", *(f"… {title}" for _, title in COLUMNS)),
        right=[f"… {title}" for _, title in COLUMNS],
    )
    for row in data["formats"]:
        built.add_row(cell(row["format"]), *(cell(depth(row, key)) for key, _ in COLUMNS))
    return built


def once(row: Mapping[str, Any], key: str) -> str:
    """A depth of the exact product, rounded once."""
    return "never" if row[key] is None else str(row[key])


def stepwise(row: Mapping[str, Any], key: str) -> str:
    """A depth of the product rounded at every step; where it never vanishes, the float at which it stays."""
    steps = row["stepwise"]
    if steps[key] is not None:
        return str(steps[key])
    if steps["followed"] is not None:
        return f"not within {steps['followed']}"
    stays = steps["stays_at"]
    return f"never: stays at {stays}" if key == "rounds_to_zero" and stays not in (None, "0", "1") else "never"


def vanishing(row: Mapping[str, Any]) -> str:
    """The depth at which the product rounds to zero: rounded once / at every step."""
    return f"{once(row, 'rounds_to_zero')} / {stepwise(row, 'rounds_to_zero').partition(':')[0]}"


def gains_tables(data: Mapping[str, Any]) -> list[RenderableType]:
    """A row for each gain, and what was not found."""
    built = table("Gains: 1/sqrt(E[f(z)^2]) forward, 1/sqrt(E[f'(z)^2]) backward", ("function", "gain", "", "exact"))
    built.columns[1].no_wrap = built.columns[2].no_wrap = True
    for row in data["gains"]:
        by = {name: f"backward, {name}" if len(row["backward"]) > 1 else "backward" for name in row["backward"]}
        values = {"forward": row["forward"]} | {by[name]: value for name, value in row["backward"].items()}
        if row["calculate_gain"] is not None:
            values["PyTorch's" + f" {DIFFERS}" * bool(row["differs"])] = row["calculate_gain"]
        for k, (which, value) in enumerate(values.items()):
            built.add_row(cell("" if k else row["activation"], "bold"), cell(which), cell(_digits(value)), _form(value))
    about = f"z is standard normal. PyTorch's is its calculate_gain; {DIFFERS}: another number than forward."
    notes = [f"{row['activation']}: {note}" for row in data["gains"] for note in row["undecided"]]
    return [built, *(Text(printable(line)) for line in [about, *notes])]


def _digits(number: Mapping[str, Any] | None) -> str:
    return "–" if number is None else truncated(number["decimal"], DIGITS)


def _form(number: Mapping[str, Any] | None) -> Text:
    """The exact form where it has one that is short and says more than the digits."""
    exact = None if number is None or number["exact"] == number["decimal"] else number["exact"]
    return cell("" if exact is None or len(exact) > LONGEST else exact)

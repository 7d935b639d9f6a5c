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
    for row in data["rows"]:
        inputs = row["by_input"]
        by = {name: f"backward, {name}" if len(inputs) > 1 else "backward" for name in inputs}
        values = {"forward": row["forward"]} | {by[name]: value for name, value in inputs.items()}
        if row["torch"] is not None:
            values["PyTorch's" + f" {DIFFERS}" * bool(row["differs"])] = row["torch"]
        for k, (which, value) in enumerate(values.items()):
            built.add_row(cell("" if k else row["name"], "bold"), cell(which), cell(_digits(value)), _form(value))
    about = f"z is standard normal. PyTorch's is its calculate_gain; {DIFFERS}: another number than forward."
    notes = [f"{row['name']}: {note}" for row in data["rows"] for note in row["undecided"]]
    return [built, *(Text(printable(line)) for line in [about, *notes])]


def _digits(number: Mapping[str, Any] | None) -> str:
    return "–" if number is None else truncated(number["decimal"], DIGITS)


def _form(number: Mapping[str, Any] | None) -> Text:
    """The exact form where it has one that is short and says more than the digits."""
    exact = None if number is None or number["exact"] == number["decimal"] else number["exact"]
    return cell("" if exact is None or len(exact) > LONGEST else exact)


def mean_field_tables(data: Mapping[str, Any]) -> list[RenderableType]:
    """The numbers of one pair of sigmas with the fixed points, or the critical line."""
    notes = [Text(printable(note)) for note in data["notes"]]
    if data["sigma_w"] is None:
        return [_critical(data), *notes]
    rows = (
        ("formula", data["formula"]),
        ("phase", data["phase"] or "–"),
        ("q*", _value(data["q_star"]) + "   the variance of the pre-activations"),
        ("chi", _value(data["chi"]) + "   the factor of the mean squared gradient in a layer"),
        ("c*", _value(data["c_star"]) + "   the correlation of two inputs, many layers on"),
        ("xi_q", _value(data["xi_q"]) + "   layers in which q - q* shrinks to 1/e"),
        ("xi_c", _value(data["xi_c"]) + "   layers in which c - c* shrinks to 1/e"),
    )
    title = f"{data['activation']}: sigma_w = {brief(data['sigma_w'])}, sigma_b = {brief(data['sigma_b'])}"
    built = [pairs(title, rows)]
    if len(data["fixed_points"]) > 1:
        points = table("Fixed points of the length map", ("q", "slope", ""))
        for point in data["fixed_points"]:
            words = {True: "stable", False: "unstable", None: ""}[point["stable"]]
            points.add_row(cell(_value(point["q"])), cell(_value(point["slope"])), cell(words))
        built.append(points)
    return [*built, *notes]


def _critical(data: Mapping[str, Any]) -> Table:
    columns = ("sigma_w", "sigma_b", "q*")
    built = table(f"{data['activation']}: where chi = 1", columns, right=columns)
    for point in data["critical"]:
        built.add_row(*(cell(_value(point[key])) for key in ("sigma_w", "sigma_b", "q_star")))
    return built


def _value(number: Mapping[str, Any] | None) -> str:
    """The exact form where it is short, else some digits, cut off."""
    if number is None:
        return "–"
    if number["decimal"] in ("inf", "-inf"):
        return "∞"
    exact = number["exact"]
    return exact if exact is not None and len(exact) <= 12 else truncated(number["decimal"], DIGITS)

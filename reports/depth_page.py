"""Gradient products through depth as data and as tables for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from ..numerics.depth import depth_report
from ..proofs.formats import FORMATS
from ..proofs.parsing import parse_expression
from .console import cell, pairs, table
from .errors import BadInput
from .figures import bound, brief, full, product
from .options import numbers
from .vector_page import covers

COLUMNS = (("leaves_normal", "leaves normal range"), ("rounds_to_zero", "rounds to zero"), ("overflows", "overflows"))


def document(
    name: str, *, layers: int, weight: str = "1", parameters: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What `gradproof depth --json` prints. Raises BadInput for a name, formula, parameter or weight that is wrong."""
    if covers(name):
        raise BadInput(f"{name} is a function of vectors; depth is about functions of one input")
    try:
        target = name if name.isidentifier() and name != "x" else parse_expression(name)
        report = depth_report(target, layers=layers, weight=weight, parameters=numbers(parameters or {}))
    except ValueError as error:
        raise BadInput(str(error)) from error
    return {"schema": 1, **report.to_json()}


def formats() -> list[dict[str, Any]]:
    """Where each format ends at the small side: its smallest normal float, and half its smallest subnormal one."""
    return [
        {
            "name": fmt.name,
            "min_normal": _power_of_ten(float(fmt.emin)),
            "zero_below": _power_of_ten(float(fmt.emin - fmt.precision)),
        }
        for fmt in FORMATS.values()
    ]


def _power_of_ten(power_of_two: float) -> float:
    """log10(2**p): the thresholds of float64 are no normal floats themselves."""
    return power_of_two * 0.30102999566398120


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
    shown = table(
        title,
        ("format", *(f"… {title}" for _, title in COLUMNS)),
        right=[f"… {title}" for _, title in COLUMNS],
    )
    for row in data["formats"]:
        shown.add_row(cell(row["format"]), *(cell(depth(row, key)) for key, _ in COLUMNS))
    return shown


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
    """Where the product rounds to zero: rounded once / at every step."""
    return f"{once(row, 'rounds_to_zero')} / {stepwise(row, 'rounds_to_zero').partition(':')[0]}"

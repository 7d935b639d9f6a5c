"""Gradient products through depth as data and as tables for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from ..numerics.depth import depth_report
from ..proofs.formats import FORMATS
from ..proofs.language import parse_expression
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
    return [_bounds(data), _formats(data)]


def _bounds(data: Mapping[str, Any]) -> Table:
    rate, between = data["rate"], product(data["product"], " and ")
    rows = (
        ("formula", data["formula"]),
        ("one layer", f"abs(w f'(z)) is at most {full(rate) if rate['exact'] else bound(rate, 1, 30)}"),
        (f"{data['layers']} layers", f"the product lies between {between}, where every w is {brief(data['weight'])}"),
        ("", f"its size is at most {data['profile'][-1]['bound'].replace('inf', '∞')}"),
    )
    return pairs(f"{data['activation']}: gradient factors with abs(w) = {brief(data['weight'])}", rows)


def _formats(data: Mapping[str, Any]) -> Table:
    shown = table(
        "First depth at which the bound on the product …",
        ("format", *(f"… {title}" for _, title in COLUMNS)),
        right=[f"… {title}" for _, title in COLUMNS],
    )
    for row in data["formats"]:
        shown.add_row(cell(row["format"]), *(cell("never" if row[key] is None else row[key]) for key, _ in COLUMNS))
    return shown

"""Certified facts of one function as data, and as lines and tables for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from ...proofs.budget import Undecided
from ...proofs.datasheets.function import facts
from ..errors import BadInput, printable
from ..parameters import numbers
from ..writing.console import pairs
from ..writing.numbers import brief, full, interval, points

ORDERS = ("f", "f'", "f''")


def document(function: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The document of `gradproof describe --json`. Raises BadInput for an unknown name, formula or parameter."""
    if reserved := parameters.keys() & {"function", "orders"}:
        raise BadInput(f"{function} has no parameter {sorted(reserved)[0]!r}")
    try:
        values: dict[str, Any] = dict(numbers(parameters))
        return facts(function, **values).to_json()
    except (ValueError, Undecided) as error:
        raise BadInput(str(error)) from error


def lines(order: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The known facts of one derivative: name and value, the same lines on the page and on the terminal."""
    if order["undecided"]:
        return [("formula", order["formula"]), ("undecided", order["undecided"])]
    bounds = order["range"]
    pairs_ = [("formula", order["formula"]), ("range", interval(bounds))]
    for side, where in (("inf", "argmin"), ("sup", "argmax")):
        places = "places not told apart" if order[where] is None else points(order[where])
        how = f"attained at {places}" if bounds[f"{side}_attained"] else "not attained"
        pairs_.append((side, f"{full(bounds[side])}, {how}"))
    pairs_.append(("zeros", points(order["zeros"])))
    pairs_.append(("monotone", "; ".join(_run(run) for run in order["monotone"])))
    if order["period"]:
        pairs_.append(("period", f"{full(order['period'])}; everything above in one period"))
    limits = [f"{brief(value)} at {end}" for value, end in zip(order["limits"], ("-oo", "oo"), strict=True) if value]
    pairs_.append(("limits", ", ".join(limits) or "none"))
    return pairs_


def _run(run: Mapping[str, Any]) -> str:
    return f"{run['direction']} on ({brief(run['from'])}, {brief(run['to'])})"


def smoothness(data: Mapping[str, Any]) -> str:
    """The order of continuity in the field's words."""
    match data["continuity"]:
        case None:
            return "undecided"
        case "oo":
            return "smooth"
        case -1:
            return "not continuous: a jump, a pole or a hole"
        case 0:
            return "C⁰: continuous with kinks" if data["kinks"] else "C⁰, not C¹"
        case order:
            return f"C{_superscript(order)}, not C{_superscript(order + 1)}"


def parity(data: Mapping[str, Any]) -> str:
    """Odd, even or neither, where that was decided; of a function without values nothing."""
    if all(piece["formula"] is None for piece in data["orders"][0]["pieces"]):
        return "none: it has values on no interval"
    if any(note.startswith("parity: ") for note in data["undecided"]):
        return "undecided"
    return data["parity"] or "neither odd nor even"


def _superscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def subdifferential(kink: Mapping[str, Any]) -> str:
    """The Clarke subdifferential at a kink."""
    low, high = kink["subdifferential"]
    return f"[{brief(low)}, {brief(high)}]"


def general(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The known facts of the function as a whole: name and value."""
    pairs_ = [("variant of", data["variant_of"])] if data["variant_of"] else []
    pairs_.append(("formula", data["formula"]))
    if data["parameters"]:
        pairs_.append(("with", ", ".join(f"{name} = {value}" for name, value in data["parameters"].items())))
    pairs_ += [("undefined", f"on ({brief(piece['from'])}, {brief(piece['to'])})")
               for piece in data["orders"][0]["pieces"] if piece["formula"] is None]  # fmt: skip
    pairs_.append(("smoothness", smoothness(data)))
    pairs_.append(("Lipschitz", full(data["lipschitz"]) if data["lipschitz"] else "undecided"))
    pairs_.append(("parity", parity(data)))
    pairs_ += [
        (f"kink at {brief(kink['at'])}", f"f' from {brief(kink['left'])} to {brief(kink['right'])}, "
         f"subdifferential {subdifferential(kink)}")
        for kink in data["kinks"]
    ]  # fmt: skip
    if data["gain"]:
        pairs_.append(("gain", f"1/sqrt(E[f(z)^2]) = {full(data['gain'])}"))
    return pairs_


def tables(data: Mapping[str, Any]) -> list[RenderableType]:
    """The datasheet: the function, then each order."""
    parts: list[RenderableType] = [pairs(data["name"], general(data))]
    parts += [pairs(ORDERS[order["order"]], lines(order)) for order in data["orders"]]
    notes = "\n".join(printable(f"undecided: {note}") for note in data["undecided"])
    return [*parts, *([Text(notes, "magenta")] if notes else [])]

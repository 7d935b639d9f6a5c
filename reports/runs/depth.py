"""Gradient products through depth, and gains, as one document each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...numerics.depth.gains import gains
from ...numerics.depth.products import depth_report
from ...numerics.mean_field.phase import mean_field
from ...proofs.catalogue.entries import catalogue
from ...proofs.enclosures.formats import FORMATS
from ..errors import BadInput
from ..parameters import numbers
from .networks import named_function, network_document
from .pool import Part, run_all


def document(
    name: str,
    *,
    layers: int,
    weight: str = "1",
    parameters: Mapping[str, str] | None = None,
    network: Mapping[str, Any] | None = None,
    typical: bool = True,
) -> dict[str, Any]:
    """The document of `gradproof depth --json`, with a random network's gradient where `network` has its options.

    Raises BadInput for a wrong name, formula, parameter or weight.
    """
    target = named_function(name, "depth is")
    try:
        report = depth_report(
            target, layers=layers, weight=weight, parameters=numbers(parameters or {}), typical=typical
        )
    except ValueError as error:
        raise BadInput(str(error)) from error
    found = {"schema": 1, **report.to_json()}
    if network is not None:
        found["network"] = measured = network_document(target, depth=layers, parameters=parameters or {}, **network)
        found |= {"interrupted": True} if measured.pop("interrupted", False) else {}
    return found


def gains_document(
    names: Sequence[str], *, parameters: Mapping[str, str], workers: int | None = None
) -> dict[str, Any]:
    """The document of `gradproof gains --json`: of the whole catalogue where no name is given. Raises BadInput.

    Ctrl-C keeps the rows that are done by then.
    """
    chosen = names or [entry.name for entry in catalogue()]
    if len(chosen) > 1 and parameters:
        raise BadInput("--param: expected one function beside it")
    if len(chosen) == 1:
        return {"schema": 1, "rows": [_gains(chosen[0], parameters)]}
    for name in chosen:
        named_function(name, "gains are")
    plan = [Part("gains", name, _gains, (name, parameters)) for name in chosen]
    data, cut = run_all(plan, workers)
    return {"schema": 1, **cut, "rows": data}


def _gains(name: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    target = named_function(name, "gains are")
    try:
        return gains(target, parameters=numbers(parameters)).to_json()
    except ValueError as error:
        raise BadInput(str(error)) from error


def mean_field_document(
    name: str, *, sigma_w: str | None, sigma_b: str | None, parameters: Mapping[str, str]
) -> dict[str, Any]:
    """The document of `gradproof meanfield --json`. Raises BadInput."""
    target = named_function(name, "mean field is")
    try:
        return {"schema": 1, **mean_field(target, sigma_w, sigma_b, parameters=numbers(parameters)).to_json()}
    except ValueError as error:
        raise BadInput(str(error)) from error


def formats() -> list[dict[str, Any]]:
    """The small end of each format: its smallest normal float, and half its smallest subnormal one."""
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

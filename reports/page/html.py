"""The HTML page: a pure function of the report's data, self-contained, with no request to anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..errors import printable
from ..figures import activations
from ..figures import depth as decay_plots
from ..figures.mathml import mathml
from ..views import accuracy, datasheet
from ..views import depth as depth_page
from ..views.checks import coverage, function_name
from ..writing import numbers
from ..writing.counts import differing, unsound, verdict_counts

FUNCTIONS = ("f", "f′", "f″")


def html(data: Mapping[str, Any]) -> str:
    """The whole page. A plot that cannot be drawn is left out and named on the page."""
    failures = list(data["failures"])
    view = {
        **data,
        "failures": failures,
        "ledgers": [_ledger(ledger, number) for number, ledger in enumerate(data["ledgers"], 1)],
        "activations": [_activation(entry, failures) for entry in data["activations"]],
        "implementations": [_implementation(each) for each in data["implementations"]],
        "depth_plots": _depth_plots(data, failures),
        "accuracy": accuracy.section(data["accuracy"]),
        "accuracy_axes": accuracy.axes(data["accuracy"]),
    }
    claims = [claim for ledger in view["ledgers"] for claim in ledger["claims"]]
    results = [result for each in data["implementations"] for result in each["results"]]
    view |= {
        "counts": verdict_counts(claims),
        "unsound": [*unsound(claims), *data["contradictions"]],
        "differing": differing(claims),
        "checked": bool(results),
        "coverage": coverage(results).capitalize() + ".",
        "primes": FUNCTIONS,
    }
    return _environment().get_template("page.html").render(view)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("gradproof.reports.page", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.filters |= {
        "mathml": lambda formula: Markup(mathml(formula)),
        "brief": numbers.brief,
        "short": numbers.short,
        "short_hex": numbers.short_hex,
        "interval": numbers.interval,
        "product": numbers.product,
        "vanishing": depth_page.vanishing,
        "fact_lines": datasheet.lines,
        "smoothness": datasheet.smoothness,
        "parity": datasheet.parity,
        "subdifferential": datasheet.subdifferential,
    }
    environment.globals |= {
        "style": Markup(_template_text(environment, "style.css")),
        "counterexample": counterexample,
        "measurement": measurement,
        "league_numbers": accuracy.NUMBERS,
    }
    return environment


def _template_text(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _visible(value: object) -> object:
    """Control characters of a stranger's ledger are written out; markup that we made ourselves passes."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else printable(value)


def counterexample(blame: Mapping[str, Any]) -> Markup:
    """`At x = 0: 1/4 on the left, 1/4 on the right.`"""
    at = ", ".join(f"{name} = {value}" for name, value in blame["at"].items())
    where = Markup("at <code>{}</code>: ").format(printable(at)) if at else Markup("")
    sides = Markup("left <code>{}</code>, right <code>{}</code>").format(
        printable(blame["lhs"]), printable(blame["rhs"])
    )
    return Markup('<span class="muted">Counterexample</span> {}{}').format(where, sides)


def measurement(tested: Mapping[str, Any]) -> Markup:
    """A measurement beside a verdict: what was measured, by which experiment, and what came out."""
    said = Markup('<p><strong>Tested</strong> <span class="muted">(a measurement, no proof)</span>: {}.</p>')
    return said.format(printable(tested["sentence"]))


def _ledger(ledger: Mapping[str, Any], number: int) -> dict[str, Any]:
    claims = [{**claim, "differs": bool(differing([claim])), "ledger_number": number} for claim in ledger["claims"]]
    return {**ledger, "claims": claims}


def _activation(entry: Mapping[str, Any], failures: list[dict[str, str]]) -> dict[str, Any]:
    plot = None
    if entry["facts"] and entry["curves"]:
        plot = _drawn(f"plot of {entry['name']}", failures, activations.activation_plots, entry)
    return {**entry, "plot": plot}


def _depth_plots(data: Mapping[str, Any], failures: list[dict[str, str]]) -> list[Markup]:
    depth, drawn = data["depth"], []
    if depth["networks"]:
        drawn.append(_drawn("decay", failures, decay_plots.decay_plot, depth["networks"], depth["formats"]))
    if depth["phases"]:
        drawn.append(_drawn("phases", failures, decay_plots.phase_plot, depth["phases"]))
    if depth["spectra"]:
        drawn.append(_drawn("spectra", failures, decay_plots.spectrum_plots, depth["spectra"]))
    if depth["trainings"]:
        drawn.append(_drawn("trainings", failures, decay_plots.training_plot, depth["trainings"]))
    return [plot for plot in drawn if plot]


def _drawn(name: str, failures: list[dict[str, str]], draw: Any, *arguments: Any) -> Markup | None:
    try:
        return Markup(draw(*arguments))
    except Exception as error:  # the page goes on without this plot, and says so
        failures.append({"section": "plots", "name": name, "message": f"{type(error).__name__}: {error}"})
        return None


def _implementation(each: Mapping[str, Any]) -> dict[str, Any]:
    """A row for each function, a cell for each format, and all findings in one list."""
    formats = list(dict.fromkeys(result["dtype"] for result in each["results"]))
    rows: dict[str, dict[str, Any]] = {}
    for result in each["results"]:
        rows.setdefault(function_name(result), {})[result["dtype"]] = result
    findings = [
        {**finding, "function": function_name(result), "dtype": result["dtype"]}
        for result in each["results"]
        for finding in result["findings"]
    ]
    cells = [{"name": name, "cells": [row.get(one) for one in formats]} for name, row in rows.items()]
    failed = sum(result["verdict"] == "fail" for result in each["results"])
    return {**each, "formats": formats, "rows": cells, "findings": findings, "failed": failed}

"""The HTML page: a pure function of the report's data, self-contained, with no request to anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from ..errors import printable
from ..figures import activations as activation_plots
from ..figures import depth as depth_plots
from ..views import accuracy
from ..writing.counts import differing, unsound
from . import atlas, claims
from .environment import environment
from .implementations import implementation, title
from .summary import first_screen
from .words import EVIDENCE, VERDICTS, counterexample


def html(data: Mapping[str, Any]) -> str:
    """The whole page. A plot that cannot be drawn is left out and named on the page."""
    failures = list(data["failures"])
    ledgers = claims.ledgers(data)
    every = [claim for ledger in ledgers for claim in ledger["claims"]]
    for claim in every:
        claim["plot"] = _drawn(f"plot of {claim['id']}", failures, claims.plot, claim)
    view = {
        **data,
        "failures": failures,
        "first": first_screen(data, every),
        "ledgers": ledgers,
        "claim_count": len(every),
        "counts": claims.counts(every),
        "verdict_words": VERDICTS,
        "evidence_words": EVIDENCE,
        "evidence_found": {claim["evidence"] for claim in every},
        "unsound": [*unsound(every), *data["contradictions"]],
        "differing": differing(every),
        "counterexample": counterexample,
        "measurement": measurement,
        "activations": activations(data, failures),
        "index_heads": atlas.heads(data),
        "plots": _depth_plots(data["depth"], failures),
        "implementations": [implementation(each) for each in data["implementations"]],
        "checked": any(each["results"] for each in data["implementations"]),
        "accuracy": [{**each, "title": title(each["name"])} for each in accuracy.section(data["accuracy"])],
        "accuracy_axes": accuracy.axes(data["accuracy"]),
        "league_numbers": accuracy.NUMBERS,
    }
    return environment().get_template("report.html").render(view)


def activations(data: Mapping[str, Any], failures: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The entries of the atlas with their plots; one that cannot be drawn is among the failures."""

    def plot(entry: Mapping[str, Any]) -> Markup | None:
        return _drawn(f"plot of {entry['name']}", failures, activation_plots.activation_plots, entry)

    return atlas.entries(data, plot)


def measurement(tested: Mapping[str, Any]) -> Markup:
    """A measurement beside a verdict: what was measured, by which experiment, and what came out."""
    said = Markup('<p><strong>Tested</strong> <span class="muted">(a measurement, no proof)</span>: {}.</p>')
    return said.format(printable(tested["sentence"]))


def _depth_plots(depth: Mapping[str, Any], failures: list[dict[str, str]]) -> dict[str, Markup | None]:
    """The pictures of the section on depth by name; None where there is nothing to draw."""
    draw: dict[str, tuple[Callable[..., str], tuple[Any, ...]]] = {
        "decay": (depth_plots.decay_plot, (depth["networks"], depth["formats"])),
        "narrow_decay": (depth_plots.decay_plot, (depth["networks"], depth["formats"], depth_plots.NARROW)),
        "phases": (depth_plots.phase_plot, (depth["phases"],)),
        "spectra": (depth_plots.spectrum_plots, (depth["spectra"],)),
        "trainings": (depth_plots.training_plot, (depth["trainings"],)),
    }
    return {
        name: _drawn(f"plot of {name}", failures, function, *arguments) if arguments[0] else None
        for name, (function, arguments) in draw.items()
    }


def _drawn(name: str, failures: list[dict[str, str]], draw: Callable[..., Any], *arguments: Any) -> Markup | None:
    try:
        drawn = draw(*arguments)
    except Exception as error:  # the page goes on without this plot, and says so
        failures.append({"section": "plots", "name": name, "message": f"{type(error).__name__}: {error}"})
        return None
    return None if drawn is None else Markup(drawn)

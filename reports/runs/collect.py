"""Runs every part of a report and puts the results together as one JSON document: the only thing pages see."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

from ...proofs.catalogue.entries import Activation, catalogue
from ...proofs.ledger import Ledger
from ..versions import system, versions
from . import sections
from .depth import formats
from .pool import Done, Outcome, Part, quickest_start, run_parts

FRAMEWORKS = ("torch", "numpy")
"""Those that are cross-checked; numpy stands for gradproof's own NumPy functions, which come last."""
LEARNING_RATE = 0.1
"""Of the trainings that are compared."""
SWEPT = {
    "torch": {"float32": "sample:1", "float16": "sample:16"},
    "numpy": {"float8_e4m3fn": "all", "float8_e5m2": "all"},
}
"""The frameworks that are swept, each format with the words for its inputs: gradproof's own in a full report."""


def planned(ledgers: Sequence[Ledger], *, seed: int, full: bool) -> list[Part]:
    """Every part: claims, long ones, the many short ones that even out the processes' time, sweeps and cross-checks.

    What is not in full leaves out where gradproof examines itself: most of the work, and the tests do it as well.
    """
    names = [entry.name for entry in catalogue() if len(entry.inputs) == 1]
    claims = [
        Part(f"ledger {number}", claim.id, sections.claim, (ledger, claim, seed, full))
        for number, ledger in enumerate(ledgers)
        for claim in ledger.claims
    ]
    checks = [
        Part("implementation", f"{framework}, order {order}", sections.implementation, (framework, order, seed))
        for framework in FRAMEWORKS
        if full and is_installed(framework)
        for order in (1, 0)
    ]
    sweeps = [
        Part("accuracy", f"{framework}, order {order}", sections.accuracy, (framework, order, formats))
        for framework, formats in SWEPT.items()
        if is_installed(framework) and (full or framework != "numpy")
        for order in (1, 0)
    ]
    return [
        *claims,
        *(Part("phase", name, sections.critical_line, (name,)) for name in sections.PHASES),
        *(Part("network", each["activation"], sections.network, (each, seed)) for each in sections.NETWORKS),
        *(Part("spectrum", each["activation"], sections.spectrum, (each, seed)) for each in sections.SPECTRA),
        *(Part("activation", name, sections.activation_facts, (name, seed, full)) for name in names),
        *(Part("depth", name, sections.depth, (name,)) for name in names),
        *sweeps,
        *checks,
    ]


def is_installed(framework: str) -> bool:
    """Whether a framework can be imported; found out without importing it."""
    return find_spec(framework) is not None


def collect(
    ledgers: Sequence[Ledger],
    *,
    seed: int,
    full: bool,
    jobs: int,
    on_done: Callable[[Done], None],
    plan: Sequence[Part],
) -> dict[str, Any]:
    """The report's data: what `report.json` holds."""
    started = time.perf_counter()
    outcome = run_parts(plan, jobs=jobs, on_done=on_done, start=_start())
    data = assembled(ledgers, outcome)
    return {
        "schema": 1,
        "created": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "seconds": round(time.perf_counter() - started, 3),
        "versions": versions(),
        "system": system(),
        "settings": {"seed": seed, "jobs": jobs, "full": full},
        **data,
    }


def _start() -> str:
    """How processes start; where they are copies of this one, it has imported the engine for them."""
    if (start := quickest_start()) == "fork":
        from ...proofs.datasheets import function  # noqa: F401
        from . import pictures  # noqa: F401

    return start


def assembled(ledgers: Sequence[Ledger], outcome: Outcome) -> dict[str, Any]:
    """The parts in the order in which a reader meets them; what failed is listed, never silently missing."""
    done = outcome.done
    activations = {each.part.name: each.data for each in _of(done, "activation")}
    return {
        "interrupted": outcome.interrupted,
        "failures": [
            {"section": each.part.section, "name": each.part.name, "message": each.failure}
            for each in done
            if each.failure is not None
        ],
        "ledgers": [
            {
                "title": ledger.title,
                "source": ledger.source,
                "functions": dict(ledger.functions),
                "claims": [each.data for each in _of(done, f"ledger {number}")],
            }
            for number, ledger in enumerate(ledgers)
        ],
        "activations": [activation_document(entry, activations.get(entry.name)) for entry in catalogue()],
        "contradictions": [each for data in activations.values() for each in data["contradictions"]],
        "depth": {
            "layers": sections.PLOTTED_LAYERS,
            "formats": formats(),
            "activations": [each.data for each in _of(done, "depth")],
            "networks": [each.data for each in _of(done, "network")],
            "spectra": [each.data for each in _of(done, "spectrum")],
            "phases": [each.data for each in _of(done, "phase")],
            "trainings": trainings(),
        },
        "implementations": [_implementation(framework, done) for framework in FRAMEWORKS],
        "accuracy": [
            {"name": framework, "rows": rows} for framework in SWEPT if (rows := _results(framework, "accuracy", done))
        ],
    }


def trainings() -> list[dict[str, Any]]:
    """Trainings to a loss whose results ship, one of each kind."""
    from ...numerics.experiments.results import shipped

    found = [each for tested in shipped().values() for each in tested.to_json()["numbers"].get("trainings", ())]
    kinds = {(t["activation"], t["depth"], t["batch_norm"], t["learning_rate"]): each
             for each in found for t in [each["training"]]}  # fmt: skip
    return [each for (*_, rate), each in kinds.items() if rate == LEARNING_RATE]


def _of(done: Iterable[Done], section: str) -> list[Done]:
    return [each for each in done if each.part.section == section and each.failure is None]


def activation_document(entry: Activation, data: Mapping[str, Any] | None) -> dict[str, Any]:
    """The catalogue's entry of an activation, with its facts and curves where there are any."""
    return {
        "name": entry.name,
        "formula": entry.formula,
        "summary": entry.summary,
        "source": entry.source,
        "aliases": entry.aliases,
        "variant_of": entry.variant_of,
        "inputs": entry.inputs,
        "parameters": [{"name": each.name, "default": each.default} for each in entry.parameters],
        "stable_forms": stable_forms(entry.name),
        "facts": data and data["facts"],
        "curves": data and data["curves"],
    }


def stable_forms(name: str) -> list[dict[str, Any]]:
    """Lines of NumPy that keep the digits of a function and of its derivative, with what loses them."""
    from ...crosschecks.causes.naive_formulas import naive_formulas

    first = (next((form for form in naive_formulas(name, order) if form.stable), None) for order in (0, 1))
    return [{"order": form.order, "formula": form.stable, "cancels": form.cancels, "where": form.where}
            for form in first if form]  # fmt: skip


def _implementation(framework: str, done: Iterable[Done]) -> dict[str, Any]:
    """All results of one framework, function by function."""
    results = _results(framework, "implementation", done)
    place = {entry.name: position for position, entry in enumerate(catalogue())}
    results.sort(key=lambda result: (place[result["activation"]], result["order"]))
    return {"name": framework, "installed": is_installed(framework), "results": results}


def _results(framework: str, section: str, done: Iterable[Done]) -> list[dict[str, Any]]:
    return [result for each in _of(done, section) if each.part.name.startswith(f"{framework},") for result in each.data]

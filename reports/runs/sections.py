"""The parts a report is made of, each a function of plain arguments that returns JSON data.

They run in worker processes (`work.py`), so each imports what it needs by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...numerics.experiments.results import Measure
    from ...proofs.datasheets.function import Facts
    from ...proofs.ledger import Claim, Ledger
    from ...proofs.verdicts import Result

PLOTTED_LAYERS = 100
CONTRADICTIONS = 10
"""Points drawn for each thing proved, looking for a contradiction, after the points that matter."""
CLIMBS = 2
"""Examples with which Hypothesis climbs towards larger errors, for each function, order and format."""
NETWORKS = (
    {"activation": "sigmoid", "initialisation": "xavier"},
    {"activation": "tanh", "initialisation": "xavier"},
    {"activation": "relu", "initialisation": "he"},
    {"activation": "gelu", "initialisation": "he"},
    {"activation": "silu", "initialisation": "he"},
    {"activation": "selu", "initialisation": "lecun"},
)
"""Random networks whose gradients are measured beside the certified bounds."""
PHASES = ("tanh",)
"""Activations whose critical line is certified."""
SPECTRA = (
    {"activation": "sigmoid", "initialisation": "xavier"},
    {"activation": "tanh", "initialisation": "orthogonal"},
    {"activation": "relu", "initialisation": "he"},
)
"""Random networks whose Jacobians' singular values are measured."""
SPECTRUM = {"depth": 10, "width": 64}


def verdict(ledger: Ledger, chosen: Claim, measure: bool) -> dict[str, Any]:
    """One claim, decided, with the results of its experiments: those that ship, or all measured now."""
    from ...proofs.ledger import verify

    return {**verify(chosen, ledger).to_json(), **_measurements(chosen, "all" if measure else "none")}


def claim(ledger: Ledger, chosen: Claim, seed: int, full: bool) -> dict[str, Any]:
    """One claim: decided, and the experiments it names; in full also examined for an exact counterexample."""
    from ...proofs.ledger import verify
    from .pictures import picture

    verified = verify(chosen, ledger)
    data = verified.to_json()
    if full:
        data |= _contradicted(verified.parts, ledger.functions, seed)
    return {**data, **_measurements(chosen, "missing", seed=seed), "picture": picture(data, ledger.functions)}


def _contradicted(parts: Iterable[Result], functions: Mapping[str, str], seed: int) -> dict[str, Any]:
    """The verdict on a claim that an exact counterexample contradicts; nothing where there is none."""
    from ...crosschecks.soundness import examined
    from ...proofs.verdicts import Verdict

    for part in parts:
        result = examined(part, functions, examples=CONTRADICTIONS, seed=seed)
        if result.verdict is Verdict.UNSOUND and result.counterexample:
            return {"verdict": "unsound", "counterexample": result.counterexample.to_json()}
    return {}


def _measurements(chosen: Claim, measure: Measure, **parameters: Any) -> dict[str, Any]:
    """The results of the experiments that the claim names, and why some are left out."""
    from ...numerics.experiments.results import measurements

    experiments = () if chosen.error else [{**parameters, **each} for each in chosen.experiments]
    results, left_out = measurements(experiments, measure=measure)
    return {"tested": [result.to_json() for result in results], "not_measured": list(left_out)}


def activation_facts(name: str, seed: int, full: bool) -> dict[str, Any]:
    """Certified facts of one activation, points for its plot, and in full whatever contradicts the facts."""
    from ...proofs.catalogue.entries import activation
    from ...proofs.datasheets.function import facts
    from .curves import curves

    datasheet = facts(name)
    document = datasheet.to_json()
    drawn = curves(activation(name).expr(), document)
    return {"facts": document, "curves": drawn, "contradictions": _contradictions(datasheet, seed) if full else []}


def _contradictions(datasheet: Facts, seed: int) -> list[dict[str, Any]]:
    """Exact counterexamples to certified facts, as claims."""
    from ...crosschecks.soundness import contradict_facts

    return [
        {"id": datasheet.name, "says": str(each), "statement": each.proved,
         "counterexample": each.counterexample.to_json()}
        for each in contradict_facts(datasheet, examples=CONTRADICTIONS, seed=seed)
    ]  # fmt: skip


def depth(name: str) -> dict[str, Any]:
    """Products of one activation's derivatives through depth."""
    from .depth import document

    return document(name, layers=PLOTTED_LAYERS, typical=False)


def network(parameters: dict[str, Any], seed: int) -> dict[str, Any]:
    """Gradients measured in random networks."""
    from ...numerics.experiments.registry import run

    return run("random_network_gradients", depth=50, seed=seed, **parameters).to_json()


def critical_line(name: str) -> dict[str, Any]:
    """The certified critical line of one activation's mean field."""
    from .depth import mean_field_document

    return mean_field_document(name, sigma_w=None, sigma_b=None, parameters={})


def spectrum(parameters: dict[str, Any], seed: int) -> dict[str, Any]:
    """Singular values of the Jacobian, measured in random networks."""
    from ...numerics.networks.multilayer import Network
    from ...numerics.networks.spectra import jacobian_spectrum

    measured = jacobian_spectrum(Network(**SPECTRUM, **parameters), seed=seed)
    return {**measured.to_json(), "sentence": measured.sentence}


def implementation(target: str, order: int, seed: int) -> list[dict[str, Any]]:
    """Cross-checks of everything a framework ships, at one order."""
    from ...crosschecks.checking.check import checks

    results = checks(target, orders=(order,), examples=CLIMBS, seed=seed, survey=False, rows=False)
    return [result.to_json() for result in results]


def accuracy(target: str, order: int, formats: Mapping[str, str]) -> list[dict[str, Any]]:
    """Quick sweeps of everything of one input that a framework ships, at one order."""
    from ...crosschecks.targets.resolve import Request, resolve
    from ...crosschecks.workers.worker_process import Worker
    from ...proofs.catalogue.entries import activation
    from .accuracy import quick

    with Worker() as worker:
        resolved = resolve(Request(target, orders=(order,), rows=False), worker)
    return quick([one for one in resolved if len(activation(one.activation).inputs) == 1], formats)

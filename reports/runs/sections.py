"""The parts a report is made of, each a function of plain arguments that returns JSON data.

They run in worker processes (`work.py`), so each imports what it needs by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...proofs.ledger import Claim, Ledger

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
)
"""Random networks whose gradients are measured beside the certified bounds."""


def verdict(ledger: Ledger, chosen: Claim) -> dict[str, Any]:
    """One claim, decided."""
    from ...proofs.ledger import verify

    return verify(chosen, ledger).to_json()


def claim(ledger: Ledger, chosen: Claim, seed: int, full: bool) -> dict[str, Any]:
    """One claim: decided, and the experiment it names; in full also examined for an exact counterexample."""
    from ...crosschecks.soundness import examined
    from ...proofs.ledger import verify
    from ...proofs.verdicts import Verdict

    verified = verify(chosen, ledger)
    data = verified.to_json()
    for part in verified.parts if full else ():
        result = examined(part, ledger.functions, examples=CONTRADICTIONS, seed=seed)
        if result.verdict is Verdict.UNSOUND and result.counterexample:
            data |= {"verdict": "unsound", "counterexample": result.counterexample.to_json()}
    if chosen.experiment is not None:
        data["tested"] = [*data["tested"], _experiment(chosen.experiment, seed)]
    return data


def _experiment(experiment: Mapping[str, Any], seed: int) -> dict[str, Any]:
    from ...numerics.networks.experiments import run

    parameters = {"seed": seed, **experiment}
    return run(parameters.pop("name"), **parameters).to_json()


def activation_facts(name: str, seed: int, full: bool) -> dict[str, Any]:
    """Certified facts of one activation, points for its plot, and in full whatever contradicts the facts."""
    from ...crosschecks.soundness import contradict_facts
    from ...proofs.catalogue.entries import activation
    from ...proofs.datasheets.function import facts
    from .curves import curves

    datasheet = facts(name)
    contradictions = [
        {"id": name, "says": str(each), "statement": each.proved, "counterexample": each.counterexample.to_json()}
        for each in (contradict_facts(datasheet, examples=CONTRADICTIONS, seed=seed) if full else ())
    ]
    return {"facts": datasheet.to_json(), "curves": curves(activation(name).expr()), "contradictions": contradictions}


def depth(name: str) -> dict[str, Any]:
    """Products of one activation's derivatives through depth."""
    from .depth import document

    return document(name, layers=PLOTTED_LAYERS)


def network(parameters: dict[str, Any], seed: int) -> dict[str, Any]:
    """Gradients measured in random networks."""
    from ...numerics.networks.experiments import run

    return run("random_network_gradients", depth=50, seed=seed, **parameters).to_json()


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

"""Random networks and trainings as one document each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...numerics.networks.finite_width import predict
from ...numerics.networks.gradients import GradientProfile, measure_gradients, norm_factor
from ...numerics.networks.intervals import strict
from ...numerics.networks.mean_field import critical_scale
from ...numerics.networks.multilayer import Network
from ...numerics.oracle.reference import Target
from ...proofs.catalogue.parameters import ParameterValue
from ...proofs.catalogue.parse import parse_expression
from ...proofs.catalogue.vector_entries import vector_activations
from ..errors import BadInput
from ..parameters import numbers
from .pool import Part, run_all

if TYPE_CHECKING:
    from ...numerics.training.trainings import Training

NETWORKS = 64
"""Random networks that are measured."""


def named_function(text: str, subject: str) -> Target:
    """An activation's name, or the formula that the text is. Raises BadInput for what `subject` is not about."""
    if text in vector_activations():
        raise BadInput(f"{text} is a function of vectors; {subject} about functions of one input")
    try:
        return text if text.isidentifier() and text != "x" else parse_expression(text)
    except ValueError as error:
        raise BadInput(str(error)) from error


def network_document(
    target: Target,
    *,
    parameters: Mapping[str, str],
    initialisation: str,
    measure: bool,
    seed: int,
    workers: int | None = None,
    **options: Any,
) -> dict[str, Any]:
    """The theory's slopes of a random network's gradient, and measured ones where they are asked for.

    `initialisation` is one of a Network's, or `critical`; `options` are those of a Network. Raises BadInput.
    """
    values = numbers(parameters)
    try:
        scale, name = 1.0, initialisation
        if initialisation == "critical":
            scale, name = critical_scale(target, sigma_b=options.get("sigma_b", 0.0), parameters=values), "lecun"
        network = Network(target, initialisation=name, scale=scale, **options)
        theory = None if network.norm == "batch" else predict(network, parameters=values)
        profile, interrupted = _measured(network, seed, values, workers) if measure else (None, False)
    except ValueError as error:
        raise BadInput(str(error)) from error
    prediction = theory and {
        "infinite": {"slope": theory.infinite_slope, "factor_per_layer": norm_factor(theory.infinite_slope)},
        "finite": {"slope": theory.finite_slope, "factor_per_layer": norm_factor(theory.finite_slope)},
        "by_layer": {"infinite": theory.infinite, "finite": theory.finite},
        "error": theory.error,
    }
    return strict({
        **({"interrupted": True} if interrupted else {}),
        "title": str(network), "network": network.to_json(), "initialisation": initialisation,
        "prediction": prediction, "measured": profile and profile.to_json(),
    })  # fmt: skip


def _measured(
    network: Network, seed: int, parameters: Mapping[str, ParameterValue], workers: int | None
) -> tuple[GradientProfile | None, bool]:
    """The profile of the networks that were measured, if at least two, and whether Ctrl-C cut off the others."""
    try:
        profile = measure_gradients(
            network, trials=NETWORKS, seed=seed, parameters=parameters, partial=True, workers=workers
        )
    except KeyboardInterrupt:
        return None, True
    return profile, profile.trials < NETWORKS


def training_document(
    activations: Sequence[str], *, depths: Sequence[int], norms: Sequence[bool], workers: int | None, **options: Any
) -> dict[str, Any]:
    """The document of `gradproof train --json`: of every activation, normalisation and depth. Raises BadInput.

    Ctrl-C keeps the trainings that are done by then.
    """
    from ...numerics.training.trainings import Training

    try:
        trainings = [
            Training(named_function(name, "trainings are"), depth=depth, batch_norm=norm, **options)
            for name in activations for norm in norms for depth in depths
        ]  # fmt: skip
    except ValueError as error:
        raise BadInput(str(error)) from error
    data, cut = run_all([Part("training", str(training), _trained, (training,)) for training in trainings], workers)
    return {"schema": 1, **cut, "trainings": data}


def _trained(training: Training) -> dict[str, Any]:
    from ...numerics.training.trainings import train

    try:
        return train(training).to_json()
    except ValueError as error:
        raise BadInput(str(error)) from error

"""The measurements a ledger claim may name: a closed list of built-in experiments, never code from a ledger.

Each returns what was measured as :class:`Tested`: it stands beside a verdict and never changes it. The same
parameters and seed give the same numbers.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .networks import Network, dead_fraction, mean_field_decay, measure_gradients


@dataclass(frozen=True)
class Tested:
    """One measurement: a sentence for the reader, and the numbers behind it."""

    name: str
    parameters: Mapping[str, Any]
    sentence: str
    numbers: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Strict JSON: numbers that are not finite are text."""
        return {
            "experiment": self.name,
            "parameters": dict(self.parameters),
            "sentence": self.sentence,
            "numbers": _strict(self.numbers),
        }


def _strict(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case Mapping():
            return {k: _strict(v) for k, v in value.items()}
        case list() | tuple():
            return [_strict(v) for v in value]
        case _:
            return value


def random_network_gradients(
    *,
    activation: str = "sigmoid",
    initialisation: str = "xavier",
    depth: int = 20,
    width: int = 64,
    trials: int = 64,
    seed: int = 0,
) -> tuple[str, dict[str, Any]]:
    """How the squared gradient norm decays per layer in random networks, beside the mean-field prediction."""
    network = Network(activation, depth=depth, width=width, initialisation=initialisation)
    profile = measure_gradients(network, trials=trials, seed=seed)
    predicted = mean_field_decay(network)
    rate = sum(predicted) / len(predicted)
    decay, total = profile.decay, math.log(profile.mean_squared_norm[0]) if profile.mean_squared_norm[0] else -math.inf
    sentence = (
        f"{trials} random {activation} networks of {depth} layers and width {width}, {initialisation} initialisation: "
        f"the log of the squared gradient changes by {decay.mean:.4f} per layer towards the input "
        f"(95 % interval {decay.low:.4f} to {decay.high:.4f}); mean field, infinitely wide: {rate:.4f}; "
        f"the log of the mean squared gradient: {total / depth:.4f} per layer"
    )
    if profile.vanished:
        sentence += f"; in {profile.vanished:.0%} of the networks the gradient reached exactly 0"
    return sentence, {
        "decay_per_layer": decay.to_json(),
        "mean_field_decay_per_layer": rate,
        "log_mean_squared_gradient_per_layer": total / depth,
        "vanished": profile.vanished,
        "log_squared_norm": [i.to_json() for i in profile.log_squared_norm],
        "mean_squared_norm": list(profile.mean_squared_norm),
        "mean_field": list(predicted),
    }


def dead_units(
    *,
    activation: str = "relu",
    initialisation: str = "he",
    depth: int = 10,
    width: int = 64,
    biases: Sequence[float] = (0.0, -0.5, -1.0, -2.0),
    batch: int = 64,
    trials: int = 16,
    seed: int = 0,
) -> tuple[str, dict[str, Any]]:
    """The fraction of units whose derivative is 0 on a whole batch, against bias and depth."""
    rows: list[dict[str, Any]] = []
    for bias in biases:
        network = Network(activation, depth=depth, width=width, initialisation=initialisation, bias=float(bias))
        fractions = dead_fraction(network, batch=batch, trials=trials, seed=seed)
        rows.append({"bias": float(bias), "by_layer": [f.to_json() for f in fractions]})
    ends = "; ".join(
        f"bias {row['bias']:g}: {row['by_layer'][0]['mean']:.1%} in the first layer, "
        f"{row['by_layer'][-1]['mean']:.1%} in the last"
        for row in rows
    )
    sentence = (
        f"dead units ({activation}' = 0 on all of {batch} inputs) in {trials} random networks of {depth} layers and "
        f"width {width}, {initialisation} initialisation: {ends}"
    )
    return sentence, {"by_bias": rows}


def layer_norm_gradients(
    *,
    activation: str = "tanh",
    initialisation: str = "lecun",
    scale: float = 2.0,
    depth: int = 20,
    width: int = 64,
    trials: int = 64,
    seed: int = 0,
) -> tuple[str, dict[str, Any]]:
    """The change of the squared gradient per layer with and without layer normalisation, weights `scale` times."""
    decays = {}
    for layer_norm in (False, True):
        network = Network(
            activation, depth=depth, width=width, initialisation=initialisation, scale=scale, layer_norm=layer_norm
        )
        decays[layer_norm] = measure_gradients(network, trials=trials, seed=seed).decay
    without, with_norm = decays[False], decays[True]
    sentence = (
        f"{trials} random {activation} networks of {depth} layers and width {width}, {initialisation} weights times "
        f"{scale:g}: the log of the squared gradient changes by {without.mean:.4f} per layer towards the input "
        f"without layer normalisation ({without.low:.4f} to {without.high:.4f}) and by {with_norm.mean:.4f} with it "
        f"({with_norm.low:.4f} to {with_norm.high:.4f})"
    )
    return sentence, {"without": without.to_json(), "with": with_norm.to_json()}


EXPERIMENTS: Mapping[str, Callable[..., tuple[str, dict[str, Any]]]] = {
    e.__name__: e for e in (random_network_gradients, dead_units, layer_norm_gradients)
}


def run(name: str, **parameters: Any) -> Tested:
    """Run a built-in experiment. Raises ValueError for an unknown name or parameter, listing the known ones."""
    if name not in EXPERIMENTS:
        raise ValueError(f"experiment={name!r}: expected one of {', '.join(EXPERIMENTS)}")
    experiment = EXPERIMENTS[name]
    known = {p.name: p.default for p in inspect.signature(experiment).parameters.values()}
    if unknown := sorted(parameters.keys() - known.keys()):
        raise ValueError(f"experiment {name!r} has no parameter {unknown[0]!r}; its parameters: {', '.join(known)}")
    for key, value in parameters.items():
        _check_type(name, key, value, known[key])
    sentence, numbers = experiment(**parameters)
    complete = {**known, **parameters}
    return Tested(name, {k: list(v) if isinstance(v, tuple) else v for k, v in complete.items()}, sentence, numbers)


LARGEST = 10_000


def _check_type(name: str, key: str, value: Any, default: Any) -> None:
    """A ledger is data from outside: types must match, and sizes stay within reason."""
    match default:
        case int():
            good, wanted = type(value) is int and 0 <= value <= LARGEST, f"a whole number up to {LARGEST}"
        case float():
            good, wanted = type(value) in (int, float) and math.isfinite(value), "a finite number"
        case str():
            good, wanted = isinstance(value, str), "text"
        case _:
            good = isinstance(value, (list, tuple)) and all(type(v) in (int, float) for v in value)
            wanted = "a list of numbers"
    if not good:
        raise ValueError(f"experiment {name!r}: {key}={value!r} ({type(value).__name__}), expected {wanted}")

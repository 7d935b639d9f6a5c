"""The measurements a ledger claim may name: a closed list of built-in experiments, never code from a ledger.

Each gives what was measured as :class:`Tested`: it stands beside a verdict and never changes it. The same parameters
and seed give the same numbers, but for the last digits of a BLAS.
"""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..networks.intervals import Interval, strict
from . import random_networks, trainings
from .outcome import Outcome


@dataclass(frozen=True)
class Tested:
    """One measurement: a sentence for the reader, its effect with a 95 % interval, and the numbers behind it."""

    name: str
    parameters: Mapping[str, Any]
    sentence: str
    effect: str
    interval: Interval
    seeds: int
    numbers: Mapping[str, Any]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Tested:
        """A measurement from its document; numbers that are text there stay text among `numbers`."""
        parts = {key: value for key, value in document.items() if key != "experiment"}
        interval = Interval(**{end: float(value) for end, value in document["interval"].items()})
        return cls(name=document["experiment"], **{**parts, "interval": interval})

    def to_json(self) -> dict[str, Any]:
        """Strict JSON: numbers that are not finite are text."""
        return strict({
            "experiment": self.name,
            "parameters": dict(self.parameters),
            "sentence": self.sentence,
            "effect": self.effect,
            "interval": self.interval.to_json(),
            "seeds": self.seeds,
            "numbers": self.numbers,
        })  # fmt: skip


EXPERIMENTS: Mapping[str, Callable[..., Outcome]] = {
    e.__name__: e
    for e in (
        random_networks.random_network_gradients,
        random_networks.dead_units,
        random_networks.layer_norm_gradients,
        trainings.update_sizes,
        trainings.trained_depths,
        trainings.dead_units_by_learning_rate,
        trainings.normalised_training,
        trainings.activation_ranks,
    )
}


def run(name: str, **parameters: Any) -> Tested:
    """Run a built-in experiment. Raises ValueError for an unknown name or parameter, listing the known ones."""
    complete = completed(name, **parameters)
    outcome = EXPERIMENTS[name](**complete)
    return Tested(name, complete, **vars(outcome))


def completed(name: str, **parameters: Any) -> dict[str, Any]:
    """The parameters of a run with their defaults, as JSON has them. Raises ValueError as `run` does."""
    if name not in EXPERIMENTS:
        raise ValueError(f"experiment={name!r}: expected one of {', '.join(EXPERIMENTS)}")
    defaults = {p.name: p.default for p in inspect.signature(EXPERIMENTS[name]).parameters.values()}
    if unknown := sorted(parameters.keys() - defaults.keys()):
        raise ValueError(f"experiment {name!r} has no parameter {unknown[0]!r}; its parameters: {', '.join(defaults)}")
    for key, value in parameters.items():
        _check_type(name, key, value, defaults[key])
    return {key: _plain(value) for key, value in {**defaults, **parameters}.items()}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def key_of(name: str, parameters: Mapping[str, Any]) -> str:
    """A measurement's name in the file of results: its experiment and complete parameters."""
    return f"{name} {json.dumps(completed(name, **parameters), sort_keys=True)}"


LARGEST = 10_000


def _check_type(name: str, key: str, value: Any, default: Any) -> None:
    """A ledger is data from outside: types must match, and sizes stay within reason."""
    match default:
        case int():
            good, expected = type(value) is int and 0 <= value <= LARGEST, f"a whole number up to {LARGEST}"
        case float():
            good, expected = type(value) in (int, float) and math.isfinite(value), "a finite number"
        case str():
            good, expected = isinstance(value, str), "text"
        case (str(), *_):
            good = isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value) and len(value) > 0
            expected = "a list of texts"
        case _:
            good = isinstance(value, (list, tuple)) and all(type(v) in (int, float) for v in value) and len(value) > 0
            expected = "a list of numbers"
    if not good:
        raise ValueError(f"experiment {name!r}: {key}={value!r} ({type(value).__name__}), expected {expected}")

"""Trainings of deep networks over several seeds and learning rates, and what they show of vanishing gradients."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...proofs.catalogue.parameters import ParameterValue
from ..networks.intervals import Interval, clustered_proportion, confidence, proportion, strict
from ..networks.multilayer import INITIALISATIONS
from ..networks.pointwise import Function, pointwise
from ..oracle.reference import Target, name_of, whole
from .data import DATA, sets
from .model import Model, loss, loss_slope

Array = NDArray[np.float64]

POINTS, BATCH, EVERY = 256, 64, 10
"""Points of data, those of one step, and the steps between two looks at the loss of all points."""
FIRST_STEPS = 200
"""Over which the size of the updates is averaged."""
XAVIER = ("sigmoid", "tanh")
"""Activations whose weights are Xavier's where none are named; the others have He's."""


@dataclass(frozen=True)
class Training:
    """The specification of some runs of stochastic gradient descent, one for each seed.

    A hidden layer is h' = f(W h + b), or f(N(W h) + b) with batch normalisation; a step takes 64 of 256 points.
    """

    activation: Target
    depth: int = 20
    width: int = 32
    initialisation: str | None = None
    """None: Xavier's for sigmoid and tanh, else He's."""
    learning_rate: float = 0.1
    batch_norm: bool = False
    steps: int = 400
    target: float = 0.3
    """The loss to reach; that of a coin is log 2 = 0.69."""
    data: str = "teacher"
    seeds: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("depth", 1), ("width", 2), ("steps", 1), ("seeds", 2), ("seed", 0)):
            whole(name, getattr(self, name), least)
        for name, choices in (("data", DATA), ("initialisation", (None, *INITIALISATIONS))):
            if (value := getattr(self, name)) not in choices or value == "orthogonal":
                known = ", ".join(str(each) for each in choices if each != "orthogonal")
                raise ValueError(f"{name}={value!r}: expected one of {known}")
        for name in ("learning_rate", "target"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not 0 < value < math.inf:
                raise ValueError(f"{name}={value!r}: expected a positive number")

    @property
    def name(self) -> str:
        return name_of(self.activation)

    @property
    def weights(self) -> str:
        """The initialisation that is used."""
        return self.initialisation or ("xavier" if self.name in XAVIER else "he")

    def __str__(self) -> str:
        text = f"{self.name}, {self.depth} layers of width {self.width}, {self.weights} initialisation, "
        text += f"learning rate {self.learning_rate:g}"
        return f"{text}, batch normalisation" if self.batch_norm else text

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "activation": self.name, "initialisation": self.weights}


@dataclass(frozen=True)
class Run:
    """The result of one seed."""

    steps_to_target: int | None
    """Looked at every 10 steps; None where the target was not reached."""
    final_loss: float
    """Of all points after the last step; infinite where the run diverged."""
    update_size: tuple[float, ...]
    """For each layer, the input's first and the output's last, the mean of log10(|step of W|/|W|) over the first 200
    steps; -inf where a layer did not move."""
    dead: tuple[float, ...]
    """For each hidden layer, the fraction of units whose derivative is exactly 0 on all points after the last step."""


@dataclass(frozen=True)
class TrainingResult:
    """The results of all seeds. Intervals are by Student's t over the runs, those of fractions binomial."""

    training: Training
    losses: tuple[float, ...]
    """Of all points, the median over the runs, every 10 steps from the beginning."""
    runs: tuple[Run, ...]

    @property
    def reached(self) -> Interval:
        """The fraction of the runs that reached the target."""
        return proportion(sum(run.steps_to_target is not None for run in self.runs), len(self.runs))

    @property
    def steps_to_target(self) -> Interval:
        """Of the runs that reached the target; NaN where none did."""
        steps = [run.steps_to_target for run in self.runs if run.steps_to_target is not None]
        return confidence(np.array(steps, np.float64))

    @property
    def final_loss(self) -> Interval:
        """Infinite, without an interval, where a run diverged."""
        return interval([run.final_loss for run in self.runs])

    @property
    def update_size(self) -> tuple[Interval, ...]:
        """By layer, in powers of ten."""
        return tuple(interval(row) for row in zip(*(run.update_size for run in self.runs), strict=True))

    @property
    def dead(self) -> Interval:
        """The fraction of all hidden units."""
        fractions = np.array([float(np.mean(run.dead)) for run in self.runs])
        return clustered_proportion(fractions, self.training.width * self.training.depth)

    def to_json(self) -> dict[str, Any]:
        """Strict JSON: numbers that are not finite are text."""
        return strict({
            "training": self.training.to_json(),
            **{name: getattr(self, name).to_json() for name in ("reached", "steps_to_target", "final_loss", "dead")},
            "update_size": [each.to_json() for each in self.update_size],
            "losses": list(self.losses),
            "runs": [vars(run) for run in self.runs],
        })  # fmt: skip


def train(training: Training, *, parameters: Mapping[str, ParameterValue] | None = None) -> TrainingResult:
    """Train one network for each seed. The same seeds give the same runs, but for the last digits of a BLAS.

    Raises UnknownActivation, StatementError or ValueError for an activation that is not known or has several inputs.
    """
    f, d = (pointwise(training.activation, order, parameters) for order in (0, 1))
    seeds = [training.seed * 1000 + number for number in range(training.seeds)]
    x, labels = sets(training.data, seeds, POINTS)
    model = Model(seeds, x.shape[1], training.depth, training.width, training.weights, training.batch_norm)
    with np.errstate(all="ignore"):
        losses, updates = _descend(model, training, seeds, (x, labels), (f, d))
        _, passes = model.forwards(x, f)
        dead = np.array([(d(passed.z) == 0).all(axis=2).mean(axis=1) for passed in passes[:-1]])  # (depth, runs)
    losses = np.where(np.isfinite(losses), losses, np.inf)
    hits = losses <= training.target
    runs = tuple(
        Run(
            EVERY * int(np.argmax(hits[:, k])) if hits[:, k].any() else None,
            float(losses[-1, k]), tuple(map(float, updates[:, k])), tuple(map(float, dead[:, k])),
        )
        for k in range(len(seeds))
    )  # fmt: skip
    return TrainingResult(training, tuple(map(float, np.median(losses, axis=1))), runs)


def _descend(
    model: Model, training: Training, seeds: Sequence[int], data: tuple[Array, Array], pair: tuple[Function, Function]
) -> tuple[Array, Array]:
    """Losses of all points, of shape (looks, runs), and the mean log10 of relative updates, of shape (layers, runs)."""
    (x, labels), (f, d) = data, pair
    shuffles = [np.random.default_rng([seed, 12]) for seed in seeds]
    losses, updates = [loss(model.forwards(x, f)[0], labels)], []
    for step in range(training.steps):
        if step % (POINTS // BATCH) == 0:
            order = np.array([shuffle.permutation(POINTS) for shuffle in shuffles])
        chosen = order[:, BATCH * (step % (POINTS // BATCH)) :][:, :BATCH]
        batch, signs = np.take_along_axis(x, chosen[:, None], 2), np.take_along_axis(labels, chosen, 1)
        outputs, passes = model.forwards(batch, f)
        by_weights, by_biases = model.gradients(passes, loss_slope(outputs, signs), d)
        if step < FIRST_STEPS:
            pairs = zip(by_weights, model.weights, strict=True)
            updates.append([_relative(training.learning_rate * g, w) for g, w in pairs])
        for values, gradients in ((model.weights, by_weights), (model.biases, by_biases)):
            for value, gradient in zip(values, gradients, strict=True):
                value -= training.learning_rate * gradient
        if (step + 1) % EVERY == 0:
            losses.append(loss(model.forwards(x, f)[0], labels))
    return np.array(losses), np.mean(np.log10(updates), axis=0)


def _relative(step: Array, weights: Array) -> Array:
    return np.sqrt(np.square(step).sum(axis=(1, 2)) / np.square(weights).sum(axis=(1, 2)))


def interval(samples: Sequence[float]) -> Interval:
    """Of samples that may be infinite: their mean, which then is infinite or unknown, and no interval."""
    values = np.array(samples)
    if np.isfinite(values).all():
        return confidence(values)
    with np.errstate(invalid="ignore"):
        return Interval(float(values.mean()), -math.inf, math.inf)

"""Experiments on trainings: which layers move, which depths train, when units die, what batch normalisation does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, product
from typing import Any

import numpy as np

from ..networks.gradients import in_parallel, share
from ..networks.intervals import Interval
from ..training.trainings import Training, TrainingResult, interval, train
from .outcome import Outcome

GROUPS = (("at most 10 %", 0.0, 0.1), ("10 to 20 %", 0.1, 0.2), ("more than 20 %", 0.2, 1.0))
"""Runs by their dead fraction, around the usual level of warning."""


def update_sizes(
    *,
    activation: str = "sigmoid",
    depth: int = 20,
    width: int = 32,
    learning_rate: float = 0.1,
    steps: int = 200,
    seeds: int = 5,
    seed: int = 0,
) -> Outcome:
    """How much the first layer moves beside the last hidden one, over the first 200 steps."""
    training = Training(
        activation, depth=depth, width=width, learning_rate=learning_rate, steps=steps, seeds=seeds, seed=seed
    )
    result = train(training)
    first, last = result.update_size[0], result.update_size[-2]
    ratio = interval([run.update_size[0] - run.update_size[-2] for run in result.runs])
    sentence = (
        f"in {seeds} trainings of {training}, a step moves the weights of the first layer by 10^{first.mean:.1f} of "
        f"their size, those of the last hidden one by 10^{last.mean:.1f}: a ratio of 10^{number(ratio, 1)}"
    )
    return Outcome(sentence, "log10 of the first layer's update over the last hidden one's", ratio, seeds,
                   {"update_size": [each.to_json() for each in result.update_size]})  # fmt: skip


def trained_depths(
    *,
    activations: Sequence[str] = ("relu", "sigmoid"),
    depths: Sequence[int] = (1, 5, 20),
    width: int = 32,
    learning_rate: float = 0.1,
    steps: int = 300,
    target: float = 0.3,
    seeds: int = 5,
    seed: int = 0,
) -> Outcome:
    """Which activations reach a loss at which depths; the effect is the last one's final loss over the first one's."""
    results = _trained([
        Training(activation, depth=int(depth), width=width, learning_rate=learning_rate, steps=steps, target=target,
                 seeds=seeds, seed=seed)
        for activation, depth in product(activations, depths)
    ])  # fmt: skip
    parts = [
        f"{activation}: " + ", ".join(
            f"{depth} layer{'s' * (depth > 1)} {reached(result)}"
            for depth, result in zip(depths, results[i * len(depths) :], strict=False)
        )
        for i, activation in enumerate(activations)
    ]  # fmt: skip
    first, last = results[len(depths) - 1], results[-1]
    gap = interval([b.final_loss - a.final_loss for a, b in zip(first.runs, last.runs, strict=True)])
    sentence = (
        f"trainings of {seeds} seeds that reach a loss of {target:g} within {steps} steps at learning rate "
        f"{learning_rate:g}: {'; '.join(parts)}; at "
        f"{depths[-1]} layers the final loss of {activations[-1]} is above that of {activations[0]} by {number(gap, 2)}"
    )
    effect = f"final loss of {activations[-1]} less that of {activations[0]}, {depths[-1]} layers"
    return Outcome(sentence, effect, gap, seeds, {"trainings": [brief(each) for each in results]})


def dead_units_by_learning_rate(
    *,
    activation: str = "relu",
    learning_rates: Sequence[float] = (0.03, 0.1, 0.3, 1.0),
    depth: int = 10,
    width: int = 32,
    steps: int = 300,
    seeds: int = 10,
    seed: int = 0,
) -> Outcome:
    """The fraction of dead units after training against the learning rate, with the final loss beside it."""
    results = _trained([
        Training(activation, depth=depth, width=width, learning_rate=float(rate), steps=steps, seeds=seeds, seed=seed)
        for rate in learning_rates
    ])  # fmt: skip
    rows = [f"{result.training.learning_rate:g}: {share(result.dead)} dead, median final loss {result.losses[-1]:.3g}"
            for result in results]  # fmt: skip
    runs = [(float(np.mean(run.dead)), run.final_loss) for result in results for run in result.runs]
    by_group = {name: [loss for dead, loss in runs if low < dead <= high or dead == low == 0]
                for name, low, high in GROUPS}  # fmt: skip
    groups = [f"{float(np.median(losses)):.3g} in the {len(losses)} with {name}" for name, losses in by_group.items()
              if losses]  # fmt: skip
    gap = interval([
        float(np.mean(b.dead) - np.mean(a.dead)) for a, b in zip(results[0].runs, results[-1].runs, strict=True)
    ])  # fmt: skip
    sentence = (
        f"after {steps} steps of {seeds} trainings each of {activation} networks of {depth} layers, by learning rate: "
        f"{'; '.join(rows)}; median final loss of all runs: {', '.join(groups)} dead"
    )
    effect = f"dead fraction at learning rate {learning_rates[-1]:g} less that at {learning_rates[0]:g}"
    numbers = {
        "trainings": [brief(each) for each in results],
        "final_loss_by_dead_fraction": {name: sorted(losses) for name, losses in by_group.items()},
    }
    return Outcome(sentence, effect, gap, seeds, numbers)


def normalised_training(
    *,
    activation: str = "sigmoid",
    depth: int = 20,
    width: int = 32,
    learning_rate: float = 0.1,
    steps: int = 300,
    target: float = 0.3,
    seeds: int = 5,
    seed: int = 0,
) -> Outcome:
    """Trainings with and without batch normalisation."""
    without, with_norm = _trained([
        Training(activation, depth=depth, width=width, learning_rate=learning_rate, steps=steps, target=target,
                 batch_norm=batch_norm, seeds=seeds, seed=seed)
        for batch_norm in (False, True)
    ])  # fmt: skip
    gap = interval([a.final_loss - b.final_loss for a, b in zip(without.runs, with_norm.runs, strict=True)])
    sentence = (
        f"{seeds} trainings of {without.training} that reach a loss of {target:g} within {steps} steps: "
        f"{reached(without)} without batch normalisation, {reached(with_norm)} with it; it lowers the final loss by "
        f"{number(gap, 2)}"
    )
    return Outcome(sentence, "final loss without batch normalisation less that with it", gap, seeds,
                   {"trainings": [brief(each) for each in (without, with_norm)]})  # fmt: skip


def activation_ranks(
    *,
    activations: Sequence[str] = ("sigmoid", "tanh", "relu", "leaky_relu", "gelu"),
    depth: int = 10,
    width: int = 32,
    learning_rate: float = 0.1,
    steps: int = 200,
    seeds: int = 5,
    seed: int = 0,
) -> Outcome:
    """Activations ranked by final loss in two architectures: without and with batch normalisation.

    The effect is Kendall's tau of the two rankings, seed by seed: 1 for the same ranking, -1 for the reverse one.
    """
    results = _trained([
        Training(activation, depth=depth, width=width, learning_rate=learning_rate, steps=steps, batch_norm=batch_norm,
                 seeds=seeds, seed=seed)
        for batch_norm in (False, True)
        for activation in activations
    ])  # fmt: skip
    halves = results[: len(activations)], results[len(activations) :]
    losses = [np.array([[run.final_loss for run in result.runs] for result in half]) for half in halves]
    tau = interval([kendall(a, b) for a, b in zip(losses[0].T, losses[1].T, strict=True)])
    orders = [
        ", ".join(f"{activations[i]} {means[i]:.3g}" for i in np.argsort(means))
        for means in (each.mean(axis=1) for each in losses)
    ]
    sentence = (
        f"final losses of {seeds} trainings of {depth} layers, best first: {orders[0]}; with batch normalisation: "
        f"{orders[1]}; Kendall's rank correlation of the two is {number(tau, 2)}, where 1 is the same order"
    )
    return Outcome(sentence, "Kendall's tau of the rankings without and with batch normalisation", tau, seeds,
                   {"trainings": [brief(each) for each in results]})  # fmt: skip


def kendall(a: Sequence[float], b: Sequence[float]) -> float:
    """Kendall's tau of two lists: concordant pairs less discordant ones, over all (Kendall 1938)."""
    signs = [np.sign(a[j] - a[i]) * np.sign(b[j] - b[i]) for i, j in combinations(range(len(a)), 2)]
    return float(np.mean(signs))


def reached(result: TrainingResult) -> str:
    """How many runs reached the target, and in how many steps."""
    count = sum(run.steps_to_target is not None for run in result.runs)
    steps = f" (in {result.steps_to_target.mean:.0f} steps)" if count else ""
    return f"{count} of {len(result.runs)}{steps}"


def number(value: Interval, digits: int) -> str:
    """A number with its interval, in words."""
    if not math.isfinite(value.low):
        return f"{value.mean:.{digits}f} (no interval)"
    return f"{value.mean:.{digits}f} (95 % interval {value.low:.{digits}f} to {value.high:.{digits}f})"


def brief(result: TrainingResult) -> dict[str, Any]:
    """A result without its runs, layers and curve."""
    document = result.to_json()
    return {name: document[name] for name in ("training", "reached", "steps_to_target", "final_loss", "dead")}


def _trained(trainings: Sequence[Training]) -> list[TrainingResult]:
    return in_parallel(train, trainings)

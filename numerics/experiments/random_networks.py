"""Experiments on random networks: gradients and dead units as training begins."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..networks.finite_width import predict
from ..networks.gradients import dead_fraction, factor_text, factors, measure_gradients, norm_factor, share
from ..networks.multilayer import Network
from .outcome import Outcome


def random_network_gradients(
    *,
    activation: str = "sigmoid",
    initialisation: str = "xavier",
    depth: int = 20,
    width: int = 64,
    trials: int = 64,
    seed: int = 0,
) -> Outcome:
    """How the gradient's norm changes per layer in random networks, beside the same slope in theory."""
    network = Network(activation, depth=depth, width=width, initialisation=initialisation)
    profile = measure_gradients(network, trials=trials, seed=seed)
    theory = predict(network)
    infinite, finite = theory.infinite_slope, theory.finite_slope
    total = math.log(profile.mean_squared_norm[0]) if profile.mean_squared_norm[0] else -math.inf
    sentence = (
        f"{profile}, by the least-squares slope of its logarithm; the same slope in theory: "
        f"{factor_text(norm_factor(infinite))} for infinite width"
    )
    if math.isfinite(finite):
        sentence += f", {factor_text(norm_factor(finite))} for width {width} to first order in 1/width"
        if infinite not in profile.decay and finite in profile.decay:
            sentence += ": finite width explains the gap"
    numbers = {
        "factor_per_layer": profile.factor.to_json(),
        "mean_field_factor_per_layer": norm_factor(infinite),
        "finite_width_factor_per_layer": norm_factor(finite),
        "decay_per_layer": profile.decay.to_json(),
        "mean_field_decay_per_layer": infinite,
        "finite_width_decay_per_layer": finite,
        "quadrature_error": theory.error,
        "log_mean_squared_gradient_per_layer": total / depth,
        "vanished": profile.vanished,
        "vanished_interval": profile.vanished_interval.to_json(),
        "overflowed": profile.overflowed,
        "log_squared_norm": [i.to_json() for i in profile.log_squared_norm],
        "mean_squared_norm": list(profile.mean_squared_norm),
        "mean_field": list(theory.infinite),
        "finite_width": list(theory.finite),
    }
    return Outcome(sentence, "factor of the gradient's norm per layer", profile.factor, trials, numbers)


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
) -> Outcome:
    """The fraction of units whose derivative is 0 on a whole batch, against bias and depth."""
    by_bias = {
        float(bias): dead_fraction(
            Network(activation, depth=depth, width=width, initialisation=initialisation, bias=float(bias)),
            batch=batch, trials=trials, seed=seed,
        )
        for bias in biases
    }  # fmt: skip
    ends = "; ".join(
        f"bias {bias:g}: {share(fractions[0])} in the first layer, {share(fractions[-1])} in the last"
        for bias, fractions in by_bias.items()
    )
    sentence = (
        f"dead units ({activation}' = 0 on all of {batch} inputs) in {trials} random networks of {depth} layers and "
        f"width {width}, {initialisation} initialisation, with 95 % intervals: {ends}"
    )
    rows = [{"bias": bias, "by_layer": [f.to_json() for f in fractions]} for bias, fractions in by_bias.items()]
    last = by_bias[min(by_bias)][-1]
    return Outcome(sentence, f"dead units of the last layer, bias {min(by_bias):g}", last, trials, {"by_bias": rows})


def layer_norm_gradients(
    *,
    activation: str = "tanh",
    initialisation: str = "lecun",
    scale: float = 2.0,
    depth: int = 20,
    width: int = 64,
    trials: int = 64,
    seed: int = 0,
) -> Outcome:
    """The change of the gradient's norm per layer with and without layer normalisation, weights `scale` times."""
    without, with_norm = (
        measure_gradients(
            Network(
                activation, depth=depth, width=width, initialisation=initialisation, scale=scale, norm=norm
            ),
            trials=trials,
            seed=seed,
        )
        for norm in (None, "layer")
    )
    sentence = (
        f"{trials} random {activation} networks of {depth} layers and width {width}, {initialisation} weights times "
        f"{scale:g}: {without.sentence} without layer normalisation, and with it by {factors(with_norm.factor)}"
        f"{with_norm.left_out}"
    )
    numbers = {
        "without": {**without.decay.to_json(), "factor_per_layer": without.factor.to_json()},
        "with": {**with_norm.decay.to_json(), "factor_per_layer": with_norm.factor.to_json()},
    }
    effect = "factor of the gradient's norm per layer with layer normalisation"
    return Outcome(sentence, effect, with_norm.factor, trials, numbers)

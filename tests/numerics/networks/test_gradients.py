"""Random networks: the backward pass is the gradient, and the measured rates are the ones theory gives."""

import math

import numpy as np
import pytest
from gradproof.numerics.networks import gradients, weights
from gradproof.numerics.networks.gradients import dead_fraction, measure_gradients
from gradproof.numerics.networks.intervals import confidence
from gradproof.numerics.networks.mean_field import mean_field_decay
from gradproof.numerics.networks.multilayer import INITIALISATIONS, Network

from ...thorough import every, few


def test_the_variances_are_those_of_the_papers() -> None:
    assert {name: variance(30, 10) for name, variance in INITIALISATIONS.items()} == {
        "xavier": 1 / 20,
        "he": 1 / 15,
        "lecun": 1 / 30,
        "orthogonal": 1 / 30,
    }


def test_the_same_networks_whatever_runs_together_and_on_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network("tanh", depth=5, width=16, norm="layer", sigma_b=0.3)
    profile = measure_gradients(network, trials=7, seed=3)
    assert len(gradients.groups(network, 7, 1, 1)) == gradients.cores()
    monkeypatch.setattr(gradients, "TOGETHER", 1)
    monkeypatch.setattr(weights, "KEPT_BYTES", 3000)  # two of the five layers are kept
    monkeypatch.setattr(gradients, "cores", lambda: 1)
    assert len(gradients.groups(network, 7, 1, 1)) == 7
    assert measure_gradients(network, trials=7, seed=3).decay.mean == pytest.approx(profile.decay.mean, rel=1e-12)


def test_the_same_seed_gives_the_same_numbers_and_another_does_not() -> None:
    network = Network("silu", depth=4, width=8)
    assert measure_gradients(network, trials=4, seed=1) == measure_gradients(network, trials=4, seed=1)
    assert measure_gradients(network, trials=4, seed=1) != measure_gradients(network, trials=4, seed=2)


@pytest.mark.parametrize(
    ("activation", "initialisation"), few([("sigmoid", "xavier"), ("tanh", "xavier"), ("relu", "he")], every(3))
)
def test_wide_networks_follow_the_mean_field(activation: str, initialisation: str) -> None:
    network = Network(activation, depth=12, width=96, initialisation=initialisation)
    profile = measure_gradients(network, trials=48, seed=3)
    predicted = sum(mean_field_decay(network)[0]) / network.depth
    measured = math.log(profile.mean_squared_norm[0]) / network.depth
    assert measured == pytest.approx(predicted, abs=0.03)


@pytest.mark.thorough
def test_he_keeps_relu_s_mean_square_while_the_mean_log_drifts() -> None:
    network = Network("relu", depth=40, width=50, initialisation="he")
    assert mean_field_decay(network)[0] == pytest.approx([0.0] * 40, abs=1e-12)
    profile = measure_gradients(network, trials=96, seed=5)
    assert profile.decay.low < -5 / (2 * network.width) < profile.decay.high
    assert profile.decay.high < 0


def test_a_sigmoid_layer_costs_a_factor_of_sixteen_and_more() -> None:
    profile = measure_gradients(Network("sigmoid", depth=10, width=64), trials=32, seed=6)
    assert profile.decay.high < -math.log(16)
    assert len(profile.log_squared_norm) == 11
    assert profile.log_squared_norm[-1].mean == 0


def test_a_gradient_that_reaches_zero_is_counted() -> None:
    profile = measure_gradients(Network("relu", depth=6, width=4, bias=-6.0), trials=8, seed=7)
    assert profile.vanished == 1
    assert math.isnan(profile.decay.mean)
    assert profile.mean_squared_norm[0] == 0


@pytest.mark.thorough
def test_no_depth_leaves_float64_while_the_gradient_is_not_zero() -> None:
    profile = measure_gradients(Network("sigmoid", depth=300, width=8), trials=4, seed=7)
    assert profile.vanished == 0
    assert profile.log_squared_norm[0].mean < -745, "exp of this is 0 in float64"
    assert profile.factor.mean == pytest.approx(math.exp(profile.decay.mean / 2))
    assert profile.factor.low < profile.factor.mean < profile.factor.high


def test_values_that_overflow_are_not_called_vanished() -> None:
    grown = measure_gradients(Network("leaky_relu", depth=60, width=8, scale=1e8), trials=8, seed=7)
    assert (grown.vanished, grown.overflowed) == (0, 1)
    assert math.isnan(grown.decay.mean)
    assert grown.vanished_interval.high == pytest.approx(1 - 0.025 ** (1 / 8))


def test_dead_fractions_stay_between_0_and_1_and_are_never_certain() -> None:
    for bias in (-20.0, -1.0, 0.0, 20.0):
        for each in dead_fraction(Network("relu", depth=4, width=16, bias=bias), batch=8, trials=2, seed=9):
            assert 0 <= each.low <= each.mean <= each.high <= 1
            assert each.low < each.high
    with pytest.raises(ValueError, match="trials=0: expected"):
        dead_fraction(Network("relu"), trials=0)


def test_dead_units_grow_with_a_negative_bias() -> None:
    biased = [Network("relu", depth=3, width=48, initialisation="he", bias=b) for b in (0.0, -1.5, -3.0)]
    means = [dead_fraction(network, batch=16, trials=6, seed=8)[0].mean for network in biased]
    assert 0 <= means[0] < means[1] < means[2] <= 1
    assert all(f.mean == 0 for f in dead_fraction(Network("tanh", depth=3, width=16), trials=3, seed=8))


def test_a_confidence_interval_covers_the_mean_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(9)
    intervals = [confidence(generator.standard_normal(40)) for _ in range(400)]
    covered = sum(i.low <= 0 <= i.high for i in intervals) / 400
    assert 0.9 < covered < 0.99


def test_bad_networks_are_named() -> None:
    with pytest.raises(ValueError, match="initialisation='kaiming': expected one of xavier, he, lecun"):
        Network("relu", initialisation="kaiming")
    with pytest.raises(ValueError, match="depth=0"):
        Network("relu", depth=0)
    with pytest.raises(ValueError, match="norm='group': expected one of None, layer, rms, batch"):
        Network("relu", norm="group")
    with pytest.raises(ValueError, match="batch=1: expected a whole number, 2 or more"):
        measure_gradients(Network("relu", norm="batch"), batch=1)
    with pytest.raises(ValueError, match="trials=1: expected a whole number, 2 or more"):
        measure_gradients(Network("relu"), trials=1)

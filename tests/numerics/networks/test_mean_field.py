"""Mean field: means that kinks do not spoil, against certified ones, and slopes that are compared like for like."""

import math

import numpy as np
import pytest
from flint import fmpq
from gradproof.numerics.networks.finite_width import predict
from gradproof.numerics.networks.gradients import measure_gradients
from gradproof.numerics.networks.mean_field import change_slope, critical_scale, mean_field_decay
from gradproof.numerics.networks.multilayer import Network, slope
from gradproof.numerics.networks.quadrature import normal_means
from gradproof.numerics.oracle.reference import exact_expression
from gradproof.proofs.catalogue.entries import catalogue
from gradproof.proofs.expressions import calculus
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.means.expectations import expectation

from ...thorough import every, few

ONE_INPUT = [entry.name for entry in catalogue() if len(entry.inputs) == 1]
GAINS = {"he": fmpq(2), "lecun": fmpq(1), "xavier": fmpq(1)}
SIMPLE = {"relu", "tanh", "sigmoid", "softplus", "elu", "hard_tanh"}


def certified_decay(name: str, initialisation: str, depth: int, bias: fmpq) -> list[float]:
    """The recursion of mean field on certified means, the variance rounded to a rational of 60 bits in each layer."""
    z, gain, q, changes = ex.name("z"), GAINS[initialisation], GAINS[initialisation], []
    f = exact_expression(name)
    slope_squared = ex.power(calculus.derivative(f, "x"), 2)
    for _ in range(depth):
        at = {"x": z * ex.sqrt(ex.rational(q)) + bias}
        mean = expectation(calculus.substitute(slope_squared, at)).ball(64)
        changes.append(math.log(float(gain) * float(mean)))
        q = gain * fmpq(*float(expectation(calculus.substitute(f * f, at)).ball(64)).as_integer_ratio())
    return changes


NAMES = ["hard_tanh", "soft_shrink", "hard_sigmoid", "relu6", "leaky_relu", "tanh"]


@pytest.mark.parametrize("name", few(NAMES, lambda name: name in ("hard_tanh", "leaky_relu")))
@pytest.mark.parametrize(("initialisation", "bias"), [("he", fmpq(0)), ("lecun", fmpq(-1, 2))])
def test_changes_are_those_of_certified_means(name: str, initialisation: str, bias: fmpq) -> None:
    network = Network(name, depth=3, initialisation=initialisation, bias=float(bias))
    certified = certified_decay(name, initialisation, 3, bias)
    assert mean_field_decay(network)[0] == pytest.approx(certified, abs=1e-9)
    assert predict(network).error < 1e-9


def test_the_means_that_a_smooth_rule_gets_wrong() -> None:
    hard_tanh, _ = mean_field_decay(Network("hard_tanh", depth=10, initialisation="lecun"))
    assert sum(hard_tanh) / 10 == pytest.approx(-0.0965, abs=5e-5)  # a 128-point Gauss-Hermite rule gives -0.0898
    soft_shrink, _ = mean_field_decay(Network("soft_shrink", depth=5, initialisation="he"))
    assert sum(soft_shrink) / 5 == pytest.approx(0.411, abs=1e-3)  # 0.446


def test_a_step_is_exact_wherever_it_is() -> None:
    def step(x: np.ndarray) -> np.ndarray:
        return np.array([x > 0.37, np.abs(x)], float)

    for mean, deviation in ((0.0, 1.0), (-2.0, 0.1), (5.0, 300.0)):
        (above, size), errors = normal_means(step, mean, deviation, (0.0, 0.37))
        chance = math.erfc((0.37 - mean) / deviation / math.sqrt(2)) / 2
        assert above == pytest.approx(chance, rel=1e-9)
        folded = deviation * math.sqrt(2 / math.pi) * math.exp(-((mean / deviation) ** 2) / 2)
        folded += mean * math.erf(mean / deviation / math.sqrt(2))
        assert size == pytest.approx(folded, rel=1e-9)
        assert (errors <= 1e-9 * max(1, deviation)).all()


def test_an_error_that_remains_is_said() -> None:
    (mean,), (error,) = normal_means(lambda x: np.array([1 / np.abs(x)]), 0.0, 1.0, (0.0,))  # diverges
    assert error > 0.01 * mean
    (mean,), (error,) = normal_means(lambda x: np.array([np.exp(x * x)]), 0.0, 1.0)
    assert not error < 0.01 * mean
    (mean,), _ = normal_means(lambda x: np.array([np.cosh(x)]), 0.0, 0.0)
    assert mean == 1


def test_a_change_in_the_last_layers_is_weighed_as_the_measured_slope_weighs_it() -> None:
    changes = (0.0, 0.0, -3.0)
    logs = np.array([-3.0, -3.0, -3.0, 0.0])  # from the input to the output
    assert change_slope(changes) == pytest.approx(float(slope(logs)))
    assert change_slope(changes) == pytest.approx(-np.polyfit(range(4), logs, 1)[0])
    assert change_slope((0.25,) * 7) == pytest.approx(0.25)
    assert change_slope((-1.0, -math.inf)) == -math.inf


@pytest.mark.parametrize(("activation", "depth"), few([("tanh", 6), ("erf", 12), ("hard_tanh", 20)], every(3)))
def test_wide_networks_measure_the_infinite_slope_and_not_the_mean_change(activation: str, depth: int) -> None:
    network = Network(activation, depth=depth, width=400)
    prediction = predict(network)
    decay = measure_gradients(network, trials=40, seed=2).decay
    assert abs(decay.mean - prediction.finite_slope) < 2 * (decay.high - decay.mean)
    assert abs(decay.mean - prediction.infinite_slope) < abs(decay.mean - sum(prediction.infinite) / depth)


@pytest.mark.parametrize(
    ("activation", "initialisation", "depth"),
    few(
        [
            ("relu", "he", 30), ("tanh", "he", 12), ("silu", "lecun", 12), ("leaky_relu", "xavier", 20),
            ("elu", "he", 10),
        ],
        lambda activation, *_: activation == "elu",
    ),
)  # fmt: skip
def test_narrow_networks_measure_the_finite_slope(activation: str, initialisation: str, depth: int) -> None:
    network = Network(activation, depth=depth, width=32, initialisation=initialisation)
    prediction = predict(network)
    decay = measure_gradients(network, trials=200, seed=3).decay
    half = decay.high - decay.mean
    assert abs(decay.mean - prediction.finite_slope) < 2 * half < abs(decay.mean - prediction.infinite_slope)


def test_relu_s_term_is_that_of_hanin_and_nica() -> None:
    for width in (16, 64, 1000):
        prediction = predict(Network("relu", depth=5, width=width, initialisation="he"))
        assert prediction.infinite == pytest.approx([0.0] * 5, abs=1e-9)
        assert prediction.finite == pytest.approx([-5 / (2 * width)] * 5, abs=1e-9)


WIDE = (
    {"activation": "tanh", "norm": "layer"},
    {"activation": "gelu", "norm": "rms", "initialisation": "he"},
    {"activation": "relu", "residual": True, "initialisation": "he"},
    {"activation": "tanh", "residual": True, "norm": "layer", "initialisation": "lecun"},
    {"activation": "sigmoid", "residual": True, "norm": "layer", "initialisation": "he"},
    {"activation": "silu", "residual": True, "norm": "rms", "norm_place": "post"},
    {"activation": "relu", "residual": True, "norm": "layer", "norm_place": "post"},
    {"activation": "swiglu", "norm": "rms", "residual": True},
    {"activation": "tanh", "sigma_b": 0.5, "scale": 1.4},
    {"activation": "erf", "initialisation": "orthogonal"},
)


@pytest.mark.parametrize("options", few(WIDE, lambda options: options["activation"] in ("tanh", "swiglu")))
def test_wide_networks_of_every_kind_do_as_infinite_ones(options: dict) -> None:
    network = Network(depth=8, width=256, **options)
    prediction = predict(network)
    assert all(map(math.isnan, prediction.finite))
    measured = measure_gradients(network, trials=8, seed=5).decay
    assert measured.mean == pytest.approx(prediction.infinite_slope, abs=0.03)


@pytest.mark.thorough
def test_batch_normalised_relu_layers_make_gradients_explode() -> None:
    relu = Network("relu", depth=12, width=128, norm="batch")
    measured = measure_gradients(relu, trials=8, seed=5, batch=256).decay
    infinite = math.log(math.pi / (math.pi - 1))  # Yang et al. 2019, for large batches
    assert measured.mean == pytest.approx(infinite, abs=0.05)
    with pytest.raises(ValueError, match="norm='batch'"):
        predict(relu)


def test_critical_weights() -> None:
    assert critical_scale("relu") == pytest.approx(math.sqrt(2))
    assert critical_scale("leaky_relu") == pytest.approx(math.sqrt(2 / (1 + 0.01**2)))
    assert critical_scale("tanh") == pytest.approx(1, abs=1e-6)
    assert critical_scale("erf") == pytest.approx(math.sqrt(math.pi) / 2, abs=1e-6)
    sigma_w = critical_scale("tanh", sigma_b=0.3)
    critical = Network("tanh", depth=60, initialisation="lecun", scale=sigma_w, sigma_b=0.3)
    assert mean_field_decay(critical)[0][-1] == pytest.approx(0, abs=1e-6)
    assert 1.2 < sigma_w < 1.4
    with pytest.raises(ValueError, match="no stable critical point was found for sigma_b=0"):
        critical_scale("gelu")


@pytest.mark.parametrize("name", few(ONE_INPUT, lambda name: name in SIMPLE))
def test_every_activation_has_a_prediction_or_says_that_a_mean_diverges(name: str) -> None:
    prediction = predict(Network(name, depth=3, width=16, initialisation="he", bias=-0.1))
    assert len(prediction.infinite) == len(prediction.finite) == 3
    if all(map(math.isfinite, prediction.infinite)):
        assert prediction.error < 1e-6, prediction


def test_the_catalogue_was_seen() -> None:
    assert len(ONE_INPUT) >= 83

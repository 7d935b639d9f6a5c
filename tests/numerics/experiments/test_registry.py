"""The closed list of measurements a ledger may name."""

import json
import math

import numpy as np
import pytest
from gradproof.numerics.experiments.registry import EXPERIMENTS, completed, run

SMALL = {"depth": 4, "width": 8, "trials": 4, "seed": 1}
RANDOM = ["random_network_gradients", "dead_units", "layer_norm_gradients"]
TRAINED = [
    "update_sizes", "trained_depths", "dead_units_by_learning_rate", "normalised_training", "activation_ranks",
]  # fmt: skip
BRIEF = {
    "update_sizes": {"steps": 10},
    "trained_depths": {"depths": [2, 3], "steps": 20},
    "dead_units_by_learning_rate": {"learning_rates": [0.1, 10.0], "steps": 10, "depth": 2},
    "normalised_training": {"depth": 2, "steps": 20},
    "activation_ranks": {"activations": ["tanh", "relu", "gelu"], "depth": 2, "steps": 20},
}


def test_the_list_is_closed_and_known() -> None:
    assert list(EXPERIMENTS) == [*RANDOM, *TRAINED]
    with pytest.raises(ValueError, match="experiment='os': expected one of random_network_gradients, dead_units"):
        run("os")


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_each_gives_a_sentence_and_strict_json_with_its_parameters(name: str) -> None:
    parameters = SMALL if name in RANDOM else {"width": 4, "seeds": 2, "seed": 1, **BRIEF[name]}
    tested = run(name, **parameters)
    document = json.loads(json.dumps(tested.to_json(), allow_nan=False))
    assert document["experiment"] == name
    assert document["parameters"] == completed(name, **parameters)
    assert document["seeds"] == (4 if name in RANDOM else 2)
    assert {*document["interval"]} == {"mean", "low", "high"}
    assert "layers" in document["sentence"] and "nan" not in document["sentence"]
    assert document["numbers"] and document["effect"]
    assert run(name, **parameters) == tested


def test_the_measured_slope_stands_beside_the_same_slope_in_theory() -> None:
    tested = run("random_network_gradients", activation="erf", depth=9, width=24, trials=48, seed=3)
    numbers = tested.numbers
    logs = [0.0]
    for change in reversed(numbers["mean_field"]):
        logs.insert(0, logs[0] + change)
    assert numbers["mean_field_decay_per_layer"] == pytest.approx(-np.polyfit(range(10), logs, 1)[0])
    assert numbers["mean_field_decay_per_layer"] != pytest.approx(sum(numbers["mean_field"]) / 9, abs=1e-3)
    for name in ("mean_field", "finite_width"):
        factor = math.exp(numbers[f"{name}_decay_per_layer"] / 2)
        assert numbers[f"{name}_factor_per_layer"] == pytest.approx(factor)
        assert f"{factor:.4f}" in tested.sentence
    assert numbers["factor_per_layer"]["low"] == pytest.approx(math.exp(numbers["decay_per_layer"]["low"] / 2))


@pytest.mark.thorough
def test_finite_width_is_named_where_it_explains_the_gap() -> None:
    relu = run("random_network_gradients", activation="relu", initialisation="he", depth=30, width=32, seed=2)
    assert "1.0000 for infinite width, 0.9617 for width 32" in relu.sentence  # exp(-5/(4 * 32))
    assert relu.sentence.endswith("finite width explains the gap")
    wide = run("random_network_gradients", activation="tanh", depth=2, width=200, trials=8, seed=2)
    assert "explains" not in wide.sentence


@pytest.mark.thorough
def test_networks_that_are_left_out_are_named() -> None:
    narrow = run("random_network_gradients", activation="relu", depth=40, width=2, trials=6, seed=1)
    assert "left out: gradient exactly 0: 100.0% (54.1% to 100.0%) of the networks" in narrow.sentence
    assert "nan" not in narrow.sentence


def test_dead_fractions_are_printed_with_intervals_inside_0_and_1() -> None:
    tested = run("dead_units", biases=[-9.0], **SMALL)
    assert "bias -9: 100.0% (39.8% to 100.0%) in the first layer" in tested.sentence


def test_what_vanished_is_text_in_json() -> None:
    tested = run("random_network_gradients", activation="hard_sigmoid", initialisation="he", **{**SMALL, "depth": 1})
    assert tested.numbers["vanished"] == 0
    gone = run("dead_units", biases=[-50.0], **SMALL)
    assert gone.numbers["by_bias"][0]["by_layer"][0]["mean"] == 1


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"layers": 3}, "has no parameter 'layers'; its parameters: activation, initialisation, depth"),
        ({"depth": "3"}, r"depth='3' \(str\), expected a whole number up to 10000"),
        ({"depth": 10**9}, "expected a whole number up to 10000"),
        ({"trials": True}, r"trials=True \(bool\), expected a whole number"),
        ({"activation": 3}, r"activation=3 \(int\), expected text"),
        ({"activation": "nothing_like_it"}, "unknown activation 'nothing_like_it'"),
        ({"initialisation": "magic"}, "initialisation='magic'"),
    ],
)
def test_bad_parameters_are_named(parameters: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run("random_network_gradients", **parameters)


def test_lists_are_checked_too() -> None:
    with pytest.raises(ValueError, match=r"biases='low' \(str\), expected a list of numbers"):
        run("dead_units", biases="low")
    with pytest.raises(ValueError, match=r"activations=\[1\] \(list\), expected a list of texts"):
        run("trained_depths", activations=[1])
    with pytest.raises(ValueError, match="expected a list of numbers"):
        run("dead_units", biases=[])

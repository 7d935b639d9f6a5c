"""The closed list of measurements a ledger may name."""

import json

import pytest
from gradproof.numerics.experiments import EXPERIMENTS, run

SMALL = {"depth": 4, "width": 8, "trials": 4, "seed": 1}


def test_the_list_is_closed_and_known() -> None:
    assert list(EXPERIMENTS) == ["random_network_gradients", "dead_units", "layer_norm_gradients"]
    with pytest.raises(ValueError, match="experiment='os': expected one of random_network_gradients, dead_units"):
        run("os")


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_each_gives_a_sentence_and_strict_json_with_its_parameters(name: str) -> None:
    tested = run(name, **SMALL)
    document = json.loads(json.dumps(tested.to_json(), allow_nan=False))
    assert document["experiment"] == name
    assert document["parameters"]["seed"] == 1
    assert "layers" in document["sentence"]
    assert document["numbers"]
    assert run(name, **SMALL) == tested


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

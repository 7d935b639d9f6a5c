"""Trainings: the gradient is that of the loss, runs are reproducible, and what the results say is so."""

import json
import math
from typing import Any

import numpy as np
import pytest
from gradproof.numerics.networks.pointwise import pointwise
from gradproof.numerics.training.data import DATA, sets
from gradproof.numerics.training.model import Model, loss, loss_slope
from gradproof.numerics.training.trainings import Training, train

SMALL: dict[str, Any] = {"depth": 2, "width": 8, "seeds": 3, "steps": 60}


@pytest.mark.parametrize("batch_norm", [False, True])
def test_gradients_are_those_of_the_loss(batch_norm: bool) -> None:
    model = Model([1, 2], 3, 3, 4, "xavier", batch_norm)
    f, d = (pointwise("tanh", order) for order in (0, 1))
    generator, step = np.random.default_rng(0), 1e-5
    x, labels = generator.standard_normal((2, 3, 6)), generator.choice([-1.0, 1.0], (2, 6))
    outputs, passes = model.forwards(x, f)
    by_weights, by_biases = model.gradients(passes, loss_slope(outputs, labels), d)
    for values, gradients in ((model.weights, by_weights), (model.biases, by_biases)):
        for value, gradient in zip(values, gradients, strict=True):
            for index in [(0, 0, 0), (1, -1, -1)]:
                ends = []
                for shift in (step, -2 * step):
                    value[index] += shift
                    ends.append(loss(model.forwards(x, f)[0], labels)[index[0]])
                value[index] += step
                assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(gradient[index], abs=1e-5)


@pytest.mark.parametrize("name", DATA)
def test_each_run_has_data_of_its_own_in_two_classes(name: str) -> None:
    x, labels = sets(name, [1, 2], 100)
    assert x.shape[::2] == (2, 100)
    assert labels.sum(axis=1) == pytest.approx(0)
    assert (x * x).mean() == pytest.approx(1, abs=0.1)
    assert not (x[0] == x[1]).any()


def test_shallow_networks_learn_and_the_same_seed_learns_the_same() -> None:
    result = train(Training("tanh", target=0.5, **SMALL))
    assert result.reached.mean == 1
    assert result.final_loss.mean < 0.5 < result.losses[0]
    assert {run.steps_to_target for run in result.runs} <= {*range(10, 61, 10)}
    assert train(Training("tanh", target=0.5, **SMALL)) == result
    assert train(Training("tanh", target=0.5, seed=1, **SMALL)).runs != result.runs
    assert json.loads(json.dumps(result.to_json(), allow_nan=False))["training"]["initialisation"] == "xavier"


def test_the_first_layers_of_a_deep_sigmoid_network_do_not_move_and_with_batch_norm_they_do() -> None:
    deep: dict[str, Any] = {"depth": 10, "width": 8, "seeds": 2, "steps": 20}
    first, *_, last, _ = (each.mean for each in train(Training("sigmoid", **deep)).update_size)
    assert first < last - 4
    first, *_, last, _ = (each.mean for each in train(Training("sigmoid", batch_norm=True, **deep)).update_size)
    assert abs(first - last) < 2


def test_a_high_learning_rate_kills_units_and_runs_that_diverge_are_said_to() -> None:
    gentle, harsh = (train(Training("relu", learning_rate=rate, **SMALL)) for rate in (0.03, 30.0))
    assert gentle.dead.mean < harsh.dead.mean <= 1
    wild = train(Training("identity", learning_rate=1e4, **SMALL))
    assert math.isinf(wild.final_loss.mean)
    assert wild.to_json()["final_loss"]["mean"] == "inf"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"depth": 0}, "depth=0: expected a whole number, 1 or more"),
        ({"seeds": 1}, "seeds=1: expected a whole number, 2 or more"),
        ({"data": "mnist"}, "data='mnist': expected one of teacher, spirals"),
        ({"initialisation": "orthogonal"}, "initialisation='orthogonal': expected one of None, xavier, he, lecun"),
        ({"learning_rate": -1}, "learning_rate=-1: expected a positive number"),
    ],
)
def test_bad_trainings_are_named(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Training("relu", **options)

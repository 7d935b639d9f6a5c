"""The place that a claim is about: its sides, its counterexample, and no picture where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from gradproof.proofs.statements import prove
from gradproof.reports.runs.pictures import picture


def of(statement: str, where: str | None = None, functions: Mapping[str, str] | None = None) -> Any:
    result = prove(statement, where=where, functions=functions).to_json()
    return picture({"statement": statement, **{k: result[k] for k in ("verdict", "counterexample")}}, functions or {})


@pytest.mark.parametrize(
    ("statement", "names", "marks"),
    [
        ("D(sigmoid)(x) < 1/4", ["D(sigmoid)(x)", "1/4"], [(0, 0.25), (0, 0.25)]),
        ("sup(D(sigmoid)) == 1/4 and argmax(D(sigmoid)) == 0", ["D(sigmoid)(x)", "1/4"], [(0, 0.25)]),
        ("range(tanh) == open_interval(-1, 1)", ["tanh(x)"], []),
        ("smooth(gelu)", ["gelu(x)"], []),
        ("sup(abs(gelu - relu)) < 0.17", ["abs(gelu(x) - relu(x))", "0.17"], []),
        ("gelu_tanh(x) == gelu(x)", ["gelu_tanh(x) - gelu(x)"], [(1, -0.000152755)]),
        ("swish(x) == silu(x)", ["swish(x)", "silu(x)"], []),
    ],
)
def test_the_place_of_a_claim(statement, names, marks):
    drawn = of(statement)
    assert [curve["name"] for curve in drawn["curves"]] == names
    assert [(mark["x"], pytest.approx(mark["y"], abs=1e-8)) for mark in drawn["marks"]] == marks


def test_names_beside_the_variable_are_held_at_the_counterexample():
    drawn = of("w*D(sigmoid)(z) == D(sigmoid)(z)")
    assert (drawn["variable"], drawn["held"]) == ("z", {"w": "0"})


def test_two_points_of_a_counterexample_are_marked():
    assert [mark["x"] for mark in of("increasing(gelu)")["marks"]] == [-3, -2]


def test_functions_of_a_ledger_are_drawn():
    assert of("mine(x) <= 2", functions={"mine": "x*sigmoid(x)"})["curves"][0]["name"] == "mine(x)"


@pytest.mark.parametrize("statement", ["0.25**20 == 0", "a + b == b + a", "E(relu(z)**2) == 1/2", "abs(v) >= v"])
def test_what_has_no_curve_over_one_name_has_no_picture(statement):
    drawn = of(statement)
    assert drawn is None or drawn["variable"] == "v"


@pytest.mark.parametrize(
    "statement", [None, "x <", "sin(exp(exp(x))) <= 1", "1/0 == x", "(x if x == 0 else x + 1) == x"]
)
def test_a_picture_never_stops_a_report(statement):
    picture({"statement": statement, "verdict": "undecided", "counterexample": None}, {})

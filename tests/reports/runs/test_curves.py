"""Points for plots: landmarks in view, curves that bend are smooth, jumps and kinks are where they are."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from gradproof.proofs.catalogue.entries import activation
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.datasheets.function import facts
from gradproof.reports.runs.curves import curves


def drawn(name):
    return curves(activation(name).expr(), facts(name).to_json())


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("gelu", -5, 5), ("softplus_torch", -5, 25), ("relu6", -5, 7.5), ("logit", 0, 1), ("exponential", -5, 5)],
)
def test_landmarks_are_in_view(name, low, high):
    assert drawn(name)["window"] == [low, high]


def test_pieces_end_where_they_meet():
    data = curves(activation("hard_shrink").expr())
    ends = [(piece["x"][0], piece["x"][-1]) for piece in data["orders"][0]["pieces"]]
    assert ends == [(-5, -0.5), (-0.5, 0.5), (0.5, 5)]
    assert data["orders"][0]["points"] == [(-0.5, 0), (0.5, 0)]
    assert data["orders"][0]["pieces"][0]["y"][-1] == -0.5


@pytest.mark.parametrize(("name", "function"), [("tanh", math.tanh), ("sine", math.sin), ("erf", math.erf)])
def test_a_chord_is_never_far_from_the_curve(name, function):
    [piece] = drawn(name)["orders"][0]["pieces"]
    points = [*zip(piece["x"], piece["y"], strict=True)]
    assert all(abs(function(x) - y) < 2e-5 for x, y in points)
    middles = [((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in pairwise(points)]
    assert all(abs(function(x) - y) < 0.003 for x, y in middles)
    assert len(points) < 200


def test_what_runs_away_is_cut_off_and_bounds_are_in_view():
    value, slope = drawn("exponential")["orders"]
    assert value["height"][0] == 0 and 1 < value["height"][1] <= 6
    assert slope["height"] == value["height"]
    low, high = curves(parse_expression("1/x"))["orders"][0]["height"]
    assert -6 <= low < -1 and 1 < high <= 6

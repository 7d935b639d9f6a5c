"""Means as functions of the correlation: monotone only where they are, bounds, and boxes that hold them."""

from __future__ import annotations

import itertools

import pytest
from flint import fmpq
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.means.mean_by_correlation import MeanByCorrelation
from gradproof.proofs.reals.reals import compare, exact

from ...thorough import few
from ..exactly import ends

SENSES = {
    "tanh(u)*tanh(v)": 1, "tanh(u)*relu(v)": 1, "sigmoid(u)*sigmoid(-v)": -1, "sigmoid(-u)*sigmoid(-v)": 1,
    "silu(u)*silu(v)": 0, "tanh(u)*v**2": 0, "D(relu)(u)*D(relu)(v)": 0, "tanh(u)*v - u*tanh(v)": 0,
    "tanh(u)*v + 2*u*tanh(v)": 1, "exp(u**2)*v": 0,
}  # fmt: skip
"""D(relu) jumps and is not tried; E exp(2 u^2) is infinite."""


def mean(text: str) -> MeanByCorrelation:
    return MeanByCorrelation(parse_expression(text), "u", "v")


@pytest.mark.parametrize("text", SENSES)
def test_the_sense(text: str) -> None:
    assert mean(text).sense == SENSES[text]
    if SENSES[text]:
        assert mean(text).is_strict
        values = [mean(text).at(exact(c)) for c in (fmpq(-1), fmpq(-1, 2), fmpq(0), fmpq(1, 3), fmpq(1))]
        assert {compare(b, a) for a, b in itertools.pairwise(values)} == {SENSES[text]}


def test_a_constant_factor_is_not_strict() -> None:
    assert mean("tanh(u)").sense == 1
    assert not mean("tanh(u)").is_strict


def test_another_function_of_two_variables() -> None:
    with pytest.raises(Undecided, match="no sum of products"):
        mean("tanh(u + v)")


TURNING = ["silu(u)*silu(v)", "tanh(u)*silu(v)", "silu(u)*tanh(v) - sigmoid(u)*silu(v)"]


@pytest.mark.parametrize("text", few(TURNING, lambda text: text == TURNING[0]))
def test_bounds_and_boxes_hold_the_means_of_their_points(text: str) -> None:
    m = mean(text)
    for low, high in [(fmpq(k - 1, 16), fmpq(k, 16)) for k in (-15, 0, 1, 9, 16)]:
        box = ends(m.over(low, high))
        assert box[1] - box[0] < 0.25
        for c in (low, (low + high) / 2, high):
            value = ends(m.at(exact(c)).ball(96))
            assert box[0] <= value[0] and value[1] <= box[1]
            assert compare(m.bound(-1), m.at(exact(c))) <= 0 <= compare(m.bound(1), m.at(exact(c)))

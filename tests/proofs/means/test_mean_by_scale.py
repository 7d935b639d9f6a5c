"""Means as functions of the deviation: monotone only where they are, and boxes that hold them."""

from __future__ import annotations

import itertools

import pytest
from flint import fmpq
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.means.mean_by_scale import MeanByScale
from gradproof.proofs.reals.reals import PLUS_INFINITY, compare, exact

from ..exactly import ends

SENSES = {
    "tanh(x)**2": 1, "D(tanh)(x)": -1, "sigmoid(x)**2": 1, "relu(x)": 1, "relu(x) - x/2": 1, "D(gelu)(x)**2": 0,
    "tanh(x)": 1, "gelu(x)": 1, "sin(x)**2": 0, "D(relu)(x)": 0, "exp(-x**2)": -1, "x**4 - x**2": 0,
}  # fmt: skip
"""Beside tanh, whose mean is 0, all means are monotone in the stated sense only; D(relu) jumps."""


@pytest.mark.parametrize("text", SENSES)
def test_the_sense(text: str) -> None:
    mean = MeanByScale(parse_expression(text))
    assert mean.sense == SENSES[text] or (text == "tanh(x)" and mean.sense in (1, -1))
    if mean.sense and text != "tanh(x)":
        values = [mean.at(exact(t)) for t in (fmpq(0), fmpq(1, 2), fmpq(2))]
        assert {compare(b, a) for a, b in itertools.pairwise(values)} == {mean.sense}


@pytest.mark.parametrize("text", ["tanh(x)**2", "D(gelu)(x)**2", "abs(x - 1)"])
@pytest.mark.parametrize("box", [(fmpq(0), fmpq(1, 8)), (fmpq(1, 2), fmpq(5, 8)), (fmpq(2), fmpq(9, 4))])
def test_a_box_holds_the_means_of_its_points(text: str, box: tuple[fmpq, fmpq]) -> None:
    mean = MeanByScale(parse_expression(text))
    low, high = ends(mean.over(*box))
    assert high - low < 1
    for t in (box[0], (box[0] + box[1]) / 2, box[1]):
        value = ends(mean.at(exact(t)).ball(96))
        assert low <= value[0] and value[1] <= high


@pytest.mark.parametrize("text", ["D(silu)(x)**2", "tanh(x)**2", "x/(1 + x**2)", "exp(-abs(x - 3))"])
def test_what_lies_beyond_holds_the_means_there(text: str) -> None:
    mean = MeanByScale(parse_expression(text))
    for start in (fmpq(1, 2), fmpq(8), fmpq(512)):
        low, high = ends(mean.beyond(start))
        for t in (start, start * 3 / 2, start * 5):
            value = ends(mean.over(t, t))
            assert low <= value[0] and value[1] <= high
    assert high - low < 0.3


def test_nothing_is_known_beyond_of_what_has_no_bounds() -> None:
    with pytest.raises(Undecided, match="without bounds"):
        MeanByScale(parse_expression("softplus(x)")).beyond(fmpq(1))


def test_what_is_constant_is_not_strict() -> None:
    assert not MeanByScale(parse_expression("sigmoid(x)")).is_strict
    assert MeanByScale(parse_expression("sigmoid(x)**2")).is_strict


def test_the_ends() -> None:
    mean = MeanByScale(parse_expression("sigmoid(x)**2"))
    assert [str(mean.at(t)) for t in (exact(0), PLUS_INFINITY)] == ["1/4", "1/2"]
    assert MeanByScale(parse_expression("x**2")).at(PLUS_INFINITY).infinite == 1
    assert MeanByScale(parse_expression("-relu(x)")).far().infinite == -1
    for unknown in ("x", "cos(x)", "D(relu)(x)"):  # both infinities; a wave; a jump
        with pytest.raises(Undecided, match=r"large deviations|limit"):
            MeanByScale(parse_expression(unknown)).far()
    with pytest.raises(Undecided, match="jumps"):
        MeanByScale(parse_expression("D(relu)(x)")).over(fmpq(0), fmpq(1))

"""Bounds of functions that oscillate towards infinity: those that an envelope has and does not take, and no others."""

from __future__ import annotations

import pytest
from gradproof.proofs.budget import Undecided, budget
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.cross_examination.examine import contradiction
from gradproof.proofs.functions.oscillation import Extent, extent


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("cos(x)*(1 - 1/(1 + x**2))", "-1", "1"),
        ("sin(x)*tanh(x)", "-1", "1"),
        ("3 - 2*sin(x)*atan(x)", "3 - pi", "3 + pi"),
        ("cos(x)*(1 - exp(-x**2)) + tanh(x)/2", "-3/2", "3/2"),
    ],
)
def test_bounds_that_a_wave_comes_near(text: str, low: str, high: str) -> None:
    bounds = extent(parse_expression(text), "x")
    assert isinstance(bounds, Extent) and not bounds.sup.attained and not bounds.inf.attained
    assert bounds.sup.value.exact is parse_expression(high) and bounds.inf.value.exact is parse_expression(low)
    assert bounds.values is not None and str(bounds.values) == f"({bounds.inf.value}, {bounds.sup.value})"


@pytest.mark.parametrize(
    "text",
    [
        "sin(x)*cos(x)*tanh(x)",  # two waves that are never both 1
        "cos(x)**2*tanh(x)",  # not affine
        "sin(x) + cos(sqrt(2)*x) + tanh(x)",  # no common period, no limit
        "cos(x) - exp(-x**2)",  # the lower bound is taken
        "sin(x)*(1 + exp(-x**2))",  # so is that of the envelope
        "cos(x)*tanh(x)/(cos(x)*0 + 1 + 0/cos(x))",  # undefined at zeros of the wave
        "tanh(x)*cos(x)*cos(2*x)",  # close to 1 where both are 1, to -1 nowhere
    ],
)
def test_no_bound_by_an_envelope(text: str) -> None:
    with budget(3_000), pytest.raises(Undecided):
        extent(parse_expression(text), "x")


def test_a_wrong_bound_would_be_contradicted() -> None:
    assert contradiction("sup(sin(x)*tanh(x)) == 0.9") is not None
    assert contradiction("sup(sin(x)*tanh(x)) < 0.9") is not None
    assert contradiction("sup(cos(x)*(1 - 1/(1 + x**2))) == 1") is None

"""Means of logarithms beside quadrature: zeros of every order, flat intervals, deviations that are balls."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import mpmath as mp
import pytest
from flint import arb, fmpq
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.means.log_means import LogMean
from gradproof.proofs.reals.reals import Real, exact

from ...thorough import every, few
from ..exactly import ends

FUNCTIONS: dict[str, tuple[Callable[[Any], Any], tuple[str, ...]]] = {
    # with the zeros, and where it turns steeply
    "x": (lambda x: x, ("0",)),
    "D(gelu)(x)": (lambda x: mp.ncdf(x) + x * mp.npdf(x), ("-0.751791524693564457457904946778",)),
    "D(tanh)(x)": (lambda x: mp.sech(x) ** 2, ("0",)),
    "(x - 1)**2*(x + 2)": (lambda x: (x - 1) ** 2 * (x + 2), ("-2", "1")),
    "x**3 - 2*x": (
        lambda x: x**3 - 2 * x,
        ("-1.41421356237309504880168872421", "0", "1.41421356237309504880168872421"),
    ),
    "abs(x)*x": (lambda x: abs(x) * x, ("0",)),
    "D(elu)(x)": (lambda x: mp.exp(min(x, 0)), ("0",)),
    "x*exp(-x**2)": (lambda x: x * mp.exp(-x * x), ("0",)),
    "sinh(x)": (mp.sinh, ("0",)),
}
DEVIATIONS = (fmpq(1), fmpq(1, 4), fmpq(3))
TOO_MANY_CELLS = ("x*exp(-x**2)", fmpq(3))
CASES = [case for case in product(FUNCTIONS, DEVIATIONS) if case != TOO_MANY_CELLS]


@pytest.mark.parametrize(("text", "s"), few(CASES, every(4)))
def test_quadrature_agrees(text: str, s: fmpq) -> None:
    ball = LogMean(parse_expression(text)).mean(exact(s)).ball(64)
    f, zeros = FUNCTIONS[text]
    with mp.workdps(30):
        low, high = ends(ball)
        deviation = mp.mpf(int(s.p)) / int(s.q)
        cuts = [mp.mpf(-13), *(mp.mpf(zero) / deviation for zero in zeros), mp.mpf(13)]
        value = mp.quad(lambda z: mp.log(abs(f(deviation * z))) * mp.npdf(z), cuts, method="tanh-sinh")
    assert high - low < mp.mpf(10) ** -17
    assert low - mp.mpf(10) ** -15 <= value <= high + mp.mpf(10) ** -15


@pytest.mark.thorough
def test_what_needs_more_cells_than_are_tried_is_undecided() -> None:
    text, s = TOO_MANY_CELLS
    with pytest.raises(Undecided, match="more than the 6000 pieces"):
        LogMean(parse_expression(text)).mean(exact(s)).ball(64)


@pytest.mark.parametrize("bits", [8, 30, 100])
def test_every_precision_holds_the_mean(bits: int) -> None:
    """Coarse enclosures show a lost cell beside a zero that fine ones would hide."""
    ball = LogMean(parse_expression("x")).at(arb(1), bits)
    with mp.workdps(40):
        low, high = ends(ball)
        assert low <= -(mp.euler + mp.log(2)) / 2 <= high
    assert high - low < mp.mpf(2) ** (6 - bits)


def test_a_deviation_that_is_a_ball() -> None:
    """The mean of log abs(s z) is log s more than that of log abs(z)."""
    means = LogMean(parse_expression("x"))
    around = means.at(arb(2, 2.0**-20), 40)
    for s in (fmpq(2), 2 + fmpq(1, 1 << 20), 2 - fmpq(1, 1 << 20)):
        assert around.contains(means.mean(exact(s)).ball(128))
    assert Real(refine=lambda _: around).ball(40).rad() < arb(2) ** -15


@pytest.mark.parametrize("text", ["relu(x)", "D(relu)(x)", "max(abs(x) - 1, 0)", "D(hard_tanh)(x)*x", "0*x"])
def test_what_is_0_on_an_interval_has_the_mean_minus_infinity(text: str) -> None:
    assert LogMean(parse_expression(text)).mean(exact(1)).infinite == -1


@pytest.mark.parametrize("text", ["log(x)", "sqrt(x)", "1/x", "sin(x)", "exp(exp(x))", "exp(-1/x**2)"])
def test_what_is_not_covered_is_undecided(text: str) -> None:
    """No value on an interval, a pole, zeros without end, growth without bound, a zero of no order."""
    with pytest.raises(Undecided):
        LogMean(parse_expression(text)).mean(exact(1))


def test_the_parts_of_a_cell_do_not_cancel() -> None:
    """Beside a zero the logarithm is split in two; where their sizes agree, the density weighs them differently."""
    width = fmpq(1, 16)
    means = LogMean(parse_expression(f"{(fmpq(2718281828, 10**9) / width)}*(x - 1)"))
    ball = means._singular(means.stretches[-1], arb(1), -1, 1, arb(width), arb(1))
    with mp.workdps(30):
        low, high = ends(ball)
        factor = mp.mpf(2718281828) / 10**9 * 16
        value = mp.quad(lambda t: mp.log(factor * t) * mp.npdf(1 + t), [0, mp.mpf(1) / 16], method="tanh-sinh")
    assert low <= value <= high

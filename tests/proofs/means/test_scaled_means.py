"""Means over a normal variable as functions of its deviation: against mpmath, and on balls against points."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from flint import arb, fmpq
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.means.balanced import balanced
from gradproof.proofs.means.scaled_means import ScaledMeans
from mpmath import mp

from ...thorough import few

FUNCTIONS = {
    "tanh(x)": mp.tanh,
    "sigmoid(x)**2": lambda x: 1 / (1 + mp.exp(-x)) ** 2,
    "D(sigmoid)(x)": lambda x: mp.exp(-x) / (1 + mp.exp(-x)) ** 2,
    "max(x, -1/2)**2": lambda x: max(x, mp.mpf(-1) / 2) ** 2,
    "x**3*exp(-x**2)": lambda x: x**3 * mp.exp(-x * x),
    "sign(x - 1/3)": lambda x: mp.sign(x - mp.mpf(1) / 3),
    "x*Phi(x)": lambda x: x * mp.ncdf(x),
    "sin(x)": mp.sin,
}
KINKS = {"max(x, -1/2)**2": (fmpq(-1, 2),), "sign(x - 1/3)": (fmpq(1, 3),)}


HERMITE = {
    0: lambda z: mp.mpf(1),
    1: lambda z: z,
    2: lambda z: (z**2 - 1) / mp.sqrt(2),
    4: lambda z: (z**4 - 6 * z**2 + 3) / mp.sqrt(24),
}
"""Orthonormal polynomials, written out (Abramowitz and Stegun 22.3.11)."""


def encloses(ball: arb, value: Any) -> bool:
    with mp.workdps(50):
        middle, radius = (mp.mpf(part.str(45, radius=False)) for part in (ball.mid(), ball.rad()))
        return bool(abs(mp.mpf(value) - middle) <= radius + mp.mpf(10) ** -32)


@pytest.mark.parametrize("text", few(FUNCTIONS, lambda text: text == "sign(x - 1/3)"))
@pytest.mark.parametrize("s", few([fmpq(1, 64), fmpq(3, 4), fmpq(5)], lambda s: s == fmpq(3, 4)))
def test_mpmath_agrees(text: str, s: fmpq) -> None:
    means = ScaledMeans(parse_expression(text)).at(arb(s), 5, 100)
    with mp.workdps(45):
        deviation = mp.mpf(int(s.p)) / int(s.q)
        marks = [mp.mpf(int(kink.p)) / int(kink.q) / deviation for kink in KINKS.get(text, ())]
        kinks = [mark for mark in marks if abs(mark) < 16]
        step = mp.mpf(1) / 2 if s > 1 else 1
        ends = sorted({*mp.arange(-16, 16 + step, step), *kinks})
        weighted = cache(lambda z: FUNCTIONS[text](deviation * z) * mp.npdf(z))
        for n, polynomial in HERMITE.items():
            exact = mp.quad(lambda z: weighted(z) * polynomial(z), ends)  # noqa: B023
            assert means[n].rad() < arb(2) ** -90
            assert encloses(means[n], exact), (text, s, n)


def test_all_of_a_square_is_in_its_coefficients() -> None:
    """Parseval: the squares of the coefficients of tanh add up to E tanh^2, at a rate that its poles allow."""
    value, square = ScaledMeans(parse_expression("tanh(x)")), ScaledMeans(parse_expression("tanh(x)**2"))
    with precision(200):
        rest = square.at(arb(1), 1, 80)[0] - sum((mean * mean for mean in value.at(arb(1), 96, 80)), arb(0))
        assert 0 < rest < 1e-7


@pytest.mark.parametrize("text", ["tanh(x)**2", "relu(x)**2", "sign(x - 1/3)", "exp(x)/(1 + exp(x))"])
def test_a_ball_holds_the_means_of_its_points(text: str) -> None:
    means = ScaledMeans(parse_expression(text))
    for middle, radius in ((fmpq(1), fmpq(1, 100)), (fmpq(3), fmpq(1)), (fmpq(1, 50), fmpq(1, 1000))):
        with precision(128):
            whole = means.at(arb(middle, arb(radius)), 4, 60)
            for point in (middle - radius, middle, middle + radius / 3, middle + radius):
                for wide, narrow in zip(whole, means.at(arb(point), 4, 60), strict=True):
                    assert wide.overlaps(narrow) and wide.lower() <= narrow.upper() and narrow.lower() <= wide.upper()


def test_far_tails_are_one_cell() -> None:
    """A deviation of 10^6 takes no more cells for a function that is a polynomial but for an exponential."""
    means = ScaledMeans(parse_expression("sigmoid(x)**2"))
    (mean,) = means.at(arb(10) ** 6, 1, 60)
    assert mean < 0.5 and mean.rad() < 1e-15
    assert len(means.cells(61, 26)) < 60


def test_a_step_beyond_the_cells_is_not_lost() -> None:
    """E of 10^60 beyond 17, where the tail's formula is bounded from 2 on but does not hold yet."""
    (mean,) = ScaledMeans(parse_expression("0 if x > 32 else (10**60 if x > 17 else 1)")).at(arb(1), 1, 40)
    with mp.workdps(40):
        between = (mp.erfc(17 / mp.sqrt(2)) - mp.erfc(32 / mp.sqrt(2))) / 2
        assert encloses(mean, mp.mpf(10) ** 60 * between + mp.ncdf(17))


@pytest.mark.parametrize("text", ["exp(x**2)", "exp(x)", "log(x)", "sqrt(x)"])
def test_what_has_no_such_mean_is_undecided(text: str) -> None:
    with pytest.raises(Undecided):
        ScaledMeans(parse_expression(text))


def test_a_deviation_that_may_be_0_is_undecided() -> None:
    with pytest.raises(Undecided):
        ScaledMeans(parse_expression("tanh(x)")).at(arb(0, 1), 1, 40)


@pytest.mark.parametrize(
    "text", ["1/(1 + exp(-x))", "x*exp(-2*x)/(1 + exp(-x))**4 + (exp(x) + exp(-x))**3", "(1 + x)**-2"]
)
@pytest.mark.parametrize("side", [-1, 1])
def test_a_balanced_expression_is_the_same_function(text: str, side: int) -> None:
    e = parse_expression(text)
    other = balanced(e, "x", side)
    for point in (fmpq(1, 3), fmpq(7), fmpq(40)):
        at = {"x": side * point}
        assert enclose(e, at, 256).overlaps(enclose(other, at, 256))
        assert enclose(other, at, 256).rad() < 1e-60 * abs(enclose(other, at, 256))

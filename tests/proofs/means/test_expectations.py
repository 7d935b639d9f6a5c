"""Expectations over a standard normal: closed forms where there are any, enclosures that hold everywhere else."""

from __future__ import annotations

import mpmath as mp
import pytest
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.means.expectations import expectation
from gradproof.proofs.reals.reals import compare, exact

from ...thorough import every, few

CLOSED = [
    ("1", "1"),
    ("z", "0"),
    ("z**2", "1"),
    ("z**4", "3"),
    ("z**24", "316234143225"),
    ("abs(z)", "sqrt(2/pi)"),
    ("relu(z)**2", "1/2"),
    ("exp(z)", "exp(1/2)"),
    ("exp(pi*z)", "exp(pi**2/2)"),
    ("z*exp(2*z - 1)", "2*e"),
    ("z**3 if z > 0 else 0", "2/sqrt(2*pi)"),
    ("z if z > 1/3 else 0", "exp(-1/18)/sqrt(2*pi)"),
    ("sign(z)*z**2", "0"),
    ("1 if z > 1 else 0", "Phi(-1)"),
    ("max(z, 1)", "Phi(1) + exp(-1/2)/sqrt(2*pi)"),
    ("(z - 1)**2*exp(-z)", "5*exp(1/2)"),
]


@pytest.mark.parametrize(("text", "expected"), CLOSED)
def test_closed_forms(text: str, expected: str) -> None:
    assert compare(expectation(parse_expression(text)), exact(parse_expression(expected))) == 0


NUMERIC = {
    "tanh(z)**2": lambda z: mp.tanh(z) ** 2,
    "gelu(z)": lambda z: z * mp.ncdf(z),
    "sigmoid(z)*z": lambda z: z / (1 + mp.exp(-z)),
    "log(1 + exp(z))": lambda z: mp.log(1 + mp.exp(z)),
    "abs(tanh(z) - 1/2)": lambda z: abs(mp.tanh(z) - 0.5),
    "exp(z**2/5)": lambda z: mp.exp(z * z / 5),
    "max(erf(z), z/2)": lambda z: max(mp.erf(z), z / 2),
}


@pytest.mark.parametrize("text", few(NUMERIC, every(8)))
def test_enclosures_hold_the_integral(text: str) -> None:
    f = NUMERIC[text]
    with mp.workdps(40):
        kinks = [mp.atanh(mp.mpf(1) / 2), mp.findroot(lambda t: mp.erf(t) - t / 2, 1.9)]
        cuts = sorted([-40, -10, -4, -2, -1, 0, 1, 2, 4, 10, 40, *kinks, *(-k for k in kinks)])
        truth = mp.quad(lambda z: f(z) * mp.npdf(z), cuts)
    found = expectation(parse_expression(text)).ball(96)
    with precision(200):
        ends = found.lower(), found.upper()
    with mp.workdps(40):
        low, high = (mp.mpf(end.mid().str(40, radius=False)) for end in ends)
        assert low - mp.mpf(10) ** -24 <= truth <= high + mp.mpf(10) ** -24 and high - low < mp.mpf(10) ** -20


NOT_KNOWN = ["1/z", "1/sqrt(abs(z))", "z*exp(z**2)", "sinh(exp(z)) - exp(exp(-z))", "log(z)"]


@pytest.mark.parametrize("text", few(NOT_KNOWN, lambda text: text == "z*exp(z**2)"))
def test_not_integrable_or_not_known_is_undecided(text: str) -> None:
    with pytest.raises(Undecided):
        expectation(parse_expression(text))


@pytest.mark.parametrize(
    ("text", "sign"),
    [("exp(z**2/2)", 1), ("exp(exp(z))", 1), ("-exp(abs(z)**3)", -1), ("exp(z**2/2)/(1 + abs(z))", 1),
     ("1/z**2", 1), ("-1/abs(z)", -1), ("1/(z - 1)**2 + abs(z)", 1), ("(z - 1)/z**2", -1)],
)
def test_a_mean_that_diverges_to_an_infinity_is_that_infinity(text: str, sign: int) -> None:
    assert expectation(parse_expression(text), "z").infinite == sign

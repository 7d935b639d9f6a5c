"""Integrals between two numbers: beside mpmath's, exact where they can be, and refused where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import pytest
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.cross_examination.examine import contradiction
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.means.integrals import integral
from gradproof.proofs.statements import prove

BESIDE_MPMATH = [
    ("exp(-x**2)", lambda t: mp.exp(-(t**2))),
    ("abs(tanh(3*x) - 1/2)", lambda t: abs(mp.tanh(3 * t) - mp.mpf(1) / 2)),
    ("cos(5*x - 2)*3 + x**2", lambda t: 3 * mp.cos(5 * t - 2) + t**2),
    ("atan(2*x) - erf(x/3)", lambda t: mp.atan(2 * t) - mp.erf(t / 3)),
    ("sqrt(1 + x**3)", lambda t: mp.sqrt(1 + t**3)),
    ("1/(1 + exp(7*x - 3))", lambda t: 1 / (1 + mp.exp(7 * t - 3))),
]


@pytest.mark.parametrize(("text", "function"), BESIDE_MPMATH)
def test_beside_mpmath(text: str, function: Callable[[Any], Any]) -> None:
    value = integral(parse_expression(text), "x")
    with mp.workdps(25):
        expected = mp.quad(function, mp.linspace(0, 1, 17))
        assert abs(mp.mpf(value.decimal(20)) - expected) < mp.mpf(10) ** -5


@pytest.mark.parametrize(("text", "exact"), [("exp(x)", True), ("abs(x - 1/3)", True), ("exp(x**2)", False)])
def test_exact_where_an_antiderivative_is_known(text: str, exact: bool) -> None:
    assert (integral(parse_expression(text), "x").exact is not None) == exact


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("integral(1/x, x, -1, 1) == 0", "undecided"),
        ("integral(1/sqrt(x), x, 0, 1) == 2", "undecided"),
        ("integral(log(x), x, -1, 1) < 0", "undecided"),
        ("integral(x*y, x, 0, 1) == y/2", "proved"),
        ("integral(1/x**2, x, -1, 1) == -2", "undecided"),
        ("integral(1/x**2, x, 1, 2) == 1/2", "proved"),
        ("integral(1/x**2, x, 1, 2) == -1/2", "refuted"),
        ("integral(1/(1 + x), x, 0, 1) == log(2)", "proved"),
        ("integral(1/(1 + x), x, -2, 0) == 0", "undecided"),
        ("integral(D(atan(1/x), x), x, -1, 1) == pi/2", "undecided"),
        ("integral(D(tan)(x), x, 0, pi) == 0", "undecided"),
        ("integral(D(1/sqrt(x), x), x, 0, 1) == 1", "undecided"),
        ("integral(D(sign)(x), x, -1, 1) == 2", "refuted"),
        ("integral(D(gelu)(x), x, 0, 2) == gelu(2)", "proved"),
        ("integral(D(relu)(x), x, -1, 2) == 2", "proved"),
        ("integral(1, x, 2, 5) == 3", "proved"),
        ("integral(x, x, 2, 2) == 0", "proved"),
    ],
)
def test_statements(statement: str, verdict: str) -> None:
    assert prove(statement, suggest=False).verdict.value == verdict


@pytest.mark.parametrize(
    ("statement", "where", "verdict"),
    [
        ("integral(D(sigmoid)(k*x), x, a, b) == (sigmoid(k*b) - sigmoid(k*a))/k", "k > 0", "proved"),
        ("integral(D(sigmoid)(k*x), x, a, b) == sigmoid(k*b) - sigmoid(k*a)", "k > 0", "refuted"),
        ("integral(D(sigmoid)(k*x), x, a, b) == (sigmoid(k*b) - sigmoid(k*a))/k", None, "undecided"),  # k may be 0
        ("integral(D(gelu)(x), x, 0, t) == gelu(t)", None, "proved"),
        ("integral(sigmoid(x), x, 0, t) == softplus(t) - log(2)", None, "proved"),
        ("integral(relu(x), x, a, b) == (relu(b)**2 - relu(a)**2)/2", None, "proved"),
        ("integral(relu(x), x, a, b) == (b**2 - a**2)/2", None, "refuted"),
        ("integral(abs(x - c), x, 0, 1) <= 1/2", "0 <= c and c <= 1", "proved"),
        ("integral(abs(x - c), x, 0, 1) <= 49/100", "0 <= c and c <= 1", "refuted"),
        ("integral(exp(k*x), x, 0, 1) > 0", None, "undecided"),  # k may be 0
        ("integral(exp(k*x), x, 0, 1) > 1", "k > 0", "proved"),
        ("integral(1/(x - k)**2, x, 0, 1) == 1/(k - 1) - 1/k", None, "undecided"),  # a pole where 0 < k < 1
        ("integral(1/x**2, x, a, b) == 1/a - 1/b", "a < b", "undecided"),
        ("integral(log(k)*x, x, 0, 1) == log(k)/2", None, "proved"),  # where it has a value
        ("integral(x, x, 0, y) >= 0", None, "proved"),
        ("integral(x, x, 0, y) > 0", None, "refuted"),
    ],
)
def test_with_parameters(statement: str, where: str | None, verdict: str) -> None:
    assert prove(statement, where=where, suggest=False).verdict.value == verdict


@pytest.mark.parametrize("text", ["integral(x, x, 0, oo) > 0", "integral(x, 0, 1) > 0", "integral(x, x, 0, x) > 0",
                                  "integral(x, 2, 0, 1) > 0", "integral(x, exp, 0, 1) > 0"])  # fmt: skip
def test_refused(text: str) -> None:
    with pytest.raises(StatementError):
        prove(text)


def test_a_wrong_proof_would_be_contradicted() -> None:
    assert contradiction("integral(x**2, x, 0, 1) <= 0.333") is not None
    assert contradiction("integral(abs(x), x, -1, 2) == 5/2") is None
    assert contradiction("integral(abs(x), x, -1, 2) == 3/2") is not None
    assert contradiction("integral(floor(x), x, 0, 3) > 3.001") is not None
    assert contradiction("integral(D(sigmoid)(k*x), x, a, b) == sigmoid(k*b) - sigmoid(k*a)", "k > 0") is not None
    assert contradiction("integral(1/x**2, x, a, b) == 1/a - 1/b", "0 < a and a < b") is None


def test_a_jump_is_not_taken_for_a_contradiction() -> None:
    for height in (101, 10**6 + 1):
        jump = f"({height} if x > {height - 1}/{height} else 0)"
        assert contradiction(f"integral({jump}, x, 0, 1) >= 1") is None
        assert contradiction(f"integral({jump}, x, 0, 1) >= 1.01") is not None

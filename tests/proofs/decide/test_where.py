"""Conditions: numbers and sets of functions on a part of the line, and boxes of several names."""

from __future__ import annotations

import pytest
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

TRUE = [
    ("lipschitz(x**2) == 2", "0 <= x and x <= 1"),
    ("lipschitz(sqrt(x)) == oo", "x > 0"),
    ("lipschitz(sqrt(x)) == 1/2", "x > 1"),
    ("lipschitz(relu) == 0", "x < 0"),
    ("lipschitz(relu) == 1", "x > -1"),
    ("lipschitz(exp) == 1", "x < 0"),
    ("lipschitz(sin) == 1", "0 <= x and x <= 1"),
    ("continuity(relu) == oo", "x > 1"),
    ("continuity(relu) == 0", "abs(x) < 1"),
    ("continuity(abs(sin(x))) == 0", "-1 < x and x < 1"),
    ("continuity(abs(sin(x))) == oo", "1 < x and x < 2"),
    ("zeros(cos) == {pi/2}", "0 < x and x < 3"),
    ("zeros(relu) == interval(-1, 0)", "x >= -1"),
    ("zeros(relu) == interval(-1, 0, left=open)", "x > -1"),
    ("zeros(silu) == {}", "x > 0"),
    ("zeros(x**2 - 2) == {sqrt(2)}", "x > 0"),
    ("zeros(x**2 - 2) == {-sqrt(2), sqrt(2)}", None),
    ("sin(x)*y + x**2*exp(y) < 8", "abs(x) <= 1 and abs(y) <= 1.5"),
    ("x*sigmoid(k*x) >= -1", "0.5 <= k and k <= 2 and abs(x) < 10"),
    ("zeros(silu) == {}", "x > 0"),
    ("x**2 + y**2 < 3", "abs(x) < 1 and abs(y) < 1"),
    ("exp(x*y) <= exp(1)", "abs(x) <= 1 and abs(y) <= 1"),
    ("exp(x*y)*cos(x) <= exp(1) + sin(x)*y", "abs(x) <= 1 and abs(y) <= 1"),
]

FALSE = [
    ("lipschitz(exp) == 0.999999999999999", "x < 0"),
    ("continuity(relu) == oo", "abs(x) < 1"),
    ("zeros(relu) == interval(-1, 0)", "x > -1"),
    ("silu(x)*tanh(y*x) + cos(x*y) > -1", "abs(x) <= 2 and abs(y) <= 2"),
    ("sin(x)*y + x**2*exp(y) < 4", "abs(x) <= 1 and abs(y) <= 1.5"),
    ("gelu(x)*y - silu(y)*x < 3", "abs(x) <= 2 and abs(y) <= 2"),
]


@pytest.mark.parametrize(("text", "where"), TRUE)
def test_true_statements_are_proved(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is Verdict.PROVED


@pytest.mark.parametrize(("text", "where"), FALSE)
def test_false_statements_are_refuted(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is Verdict.REFUTED


UNDECIDED = [
    ("lipschitz(x**2) == 2", "abs(x) == 1"),
    ("lipschitz(x) == 1", "abs(x) >= 1"),
    ("lipschitz(sign(x)) == 0", "abs(x) <= 1"),
    ("lipschitz(sign(x)) == 0", "0 <= x and x <= 1"),
    ("continuity(relu) == oo", "x >= 0"),
]


@pytest.mark.parametrize(("text", "where"), UNDECIDED)
def test_what_has_no_answer_stays_undecided(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is Verdict.UNDECIDED

"""exists and forall inside statements, and asymptotic equivalence with its rate."""

from __future__ import annotations

import pytest
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

TRUE = [
    ("exists(x, x**2 == 2)", None),
    ("exists(x, tanh(x) == 1/2)", None),
    ("forall(x, tanh(x) < 1)", None),
    ("exists(x, y, x*y == 6 and x + y == 5)", None),
    ("not exists(x, exp(x) <= 0)", None),
    ("exists(x, D(gelu)(x) < 0) and forall(x, gelu(x) > -0.17)", None),
    ("exists(x, x == 1)", "x > 0"),
    ("asymptotic(silu(x), x, x, oo)", None),
    ("asymptotic(softplus(x), x, x, oo, rate=exp(-x))", None),
    ("asymptotic(softplus(x), exp(x), x, -oo)", None),
    ("asymptotic(sin(x), x, x, 0, rate=x**2)", None),
    ("asymptotic(gelu(x), relu(x), x, oo)", None),
]

FALSE = [
    ("exists(x, x**2 == -2)", None),
    ("exists(x, sigmoid(x) == 1)", None),
    ("forall(x, tanh(x) < 0.999)", None),
    ("exists(x, x == -1)", "x > 0"),
    ("asymptotic(softplus(x), x, x, oo, rate=exp(-2*x))", None),
    ("asymptotic(sin(x), x, x, 0, rate=x**3)", None),
    ("asymptotic(gelu(x), silu(x), x, -oo)", None),
]


@pytest.mark.parametrize(("text", "where"), TRUE)
def test_true_statements_are_proved(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is Verdict.PROVED


@pytest.mark.parametrize(("text", "where"), FALSE)
def test_false_statements_are_refuted(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is Verdict.REFUTED

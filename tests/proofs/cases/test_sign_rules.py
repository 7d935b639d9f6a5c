"""Statements in several names: Lipschitz and monotone inequalities written out, parameters, quadratics."""

from __future__ import annotations

import pytest
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

TRUE = [
    ("abs(tanh(x) - tanh(y)) <= abs(x - y)", None),
    ("abs(gelu(x) - gelu(y)) <= 1.13*abs(x - y)", None),
    ("abs(sigmoid(x) - sigmoid(y)) <= abs(x - y)/4", None),
    ("not x < y or tanh(x) < tanh(y)", None),
    ("x <= y or sigmoid(x) > sigmoid(y)", None),
    ("forall(x, y, not x < y or tanh(x) < tanh(y))", None),
    ("tanh(x) < tanh(y)", "x < y"),
    ("gelu(x) < gelu(y)", "x < y and x > 0"),
    ("abs(relu(x) - relu(y)) <= abs(x - y)", None),
    ("abs(elu(x) - elu(y)) <= abs(x - y)", None),
    ("abs(softplus(x) - softplus(y)) <= abs(x - y)", None),
    ("softplus((x + y)/2) <= (softplus(x) + softplus(y))/2", None),
    ("exp(x + y) == exp(x)*exp(y)", None),
    ("tanh(x + y) == (tanh(x)+tanh(y))/(1+tanh(x)*tanh(y))", None),
    ("x*y <= (x**2+y**2)/2", None),
    ("softplus(x, beta=b) >= x", "b > 0"),
    ("softplus(x, beta=b) > 0", "b > 0"),
    ("softplus(x, beta=b) <= relu(x) + log(2)/b", "b > 0"),
    ("elu(x, alpha=a) >= -a", "a > 0"),
    ("relu(x + y) <= relu(x) + relu(y)", None),
    ("log(exp(x)+exp(y)) >= max(x,y)", None),
    ("log(exp(x)+exp(y)) <= max(x,y) + log(2)", None),
    ("sigmoid(x)*sigmoid(y) < 1", None),
    ("elu(x, alpha=a) >= elu(x, alpha=b)", "0 < a and a < b"),
    ("sigmoid(k*x) + sigmoid(-k*x) == 1", None),
    ("tanh(k*x) < 1", None),
    ("abs(tanh(k*x)) < 1", None),
    ("x*sigmoid(k*x) >= -0.28", "k > 1"),
    ("x*sigmoid(k*x) >= -0.279/k", "k > 0"),
    ("squareplus(x, b=c) >= relu(x)", "c > 0"),
    ("a*x**2 + b*x + c > 0", "a > 0 and b**2 < 4*a*c"),
    ("abs(D(elu(x, alpha=a), x)) <= max(1, a)", "a > 0"),
    ("abs(x + y) <= abs(x) + abs(y)", None),
    ("tanh(x)*tanh(y) < 1", None),
    ("x**2 + y**2 >= 2*x*y", None),
    ("sin(x)**2 + cos(x)**2 == 1", None),
    ("silu(x) + silu(y) >= -0.56", None),
    ("x**2 - x*y + y**2 >= 0", None),
    ("exp(x*y) > 0", None),
    ("cosh(x - y) >= 1", None),
    ("x*tanh(y) <= abs(x)", None),
]

FALSE = [
    ("abs(tanh(x) - tanh(y)) < abs(x - y)", None),
    ("abs(gelu(x) - gelu(y)) <= abs(x - y)", None),
    ("abs(sigmoid(x) - sigmoid(y)) <= 0.2499*abs(x - y)", None),
    ("gelu(x) < gelu(y)", "x < y"),
    ("silu((x + y)/2) <= (silu(x) + silu(y))/2", None),
    ("x*y < (x**2+y**2)/2", None),
    ("softplus(x, beta=b) <= x + 0.5", "b > 0"),
    ("elu(x, alpha=a) >= -a", None),
    ("x*sigmoid(k*x) >= -0.278/k", "k > 0"),
]


@pytest.mark.parametrize(("text", "where"), TRUE)
def test_true_statements_are_proved(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is Verdict.PROVED


@pytest.mark.parametrize(("text", "where"), FALSE)
def test_false_statements_are_refuted(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is Verdict.REFUTED

"""sup, inf and lipschitz of functions whose formula has parameters."""

from __future__ import annotations

import pytest
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

TRUE = [
    ("lipschitz(leaky_relu(negative_slope=a)) == max(1, abs(a))", None),
    ("lipschitz(leaky_relu(negative_slope=a)) == 1", "abs(a) <= 1"),
    ("lipschitz(elu(alpha=a)) == max(1, a)", "a > 0"),
    ("lipschitz(elu(alpha=a)) == max(1, abs(a))", None),
    ("lipschitz(softplus(beta=b)) == 1", "b > 0"),
    ("sup(tanh(k*x)) == 1", "k > 0"),
    ("inf(elu(alpha=a)) == -a", "a > 0"),
    ("lipschitz(prelu(weight=a)) >= 1", None),
    ("lipschitz(sigmoid(k*x)) == abs(k)/4", None),
    ("sup(D(sigmoid(k*x), x)) == k/4", "k > 0"),
    ("lipschitz(hard_tanh(min_val=-m, max_val=m)) == 1", "m > 0"),
    ("sup(hard_tanh(max_val=m)) == m", "m > -1"),
    ("inf(selu(scale=s)) == -s*1.6732632423543772848170429916717", "s > 0"),
    ("sup(product(D(sigmoid), n)) == 4**(-n)", None),
    ("lipschitz(a*tanh(x)) == abs(a)", None),
    ("exists(k, lipschitz(sigmoid(k*x)) > 1)", None),
]

FALSE = [
    ("lipschitz(leaky_relu(negative_slope=a)) == 1", None),
    ("lipschitz(leaky_relu(negative_slope=a)) == max(1, a)", None),
    ("lipschitz(sigmoid(k*x)) == k/4", None),
]


@pytest.mark.parametrize(("text", "where"), TRUE)
def test_true_statements_are_proved(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is Verdict.PROVED


@pytest.mark.parametrize(("text", "where"), FALSE)
def test_false_statements_are_refuted(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is Verdict.REFUTED


PARTS = "continuity(a*x if x <= 0 else (x if x < 1 else 1 + b*(x - 1)))"


def test_each_part_of_a_condition_decides() -> None:
    assert prove(f"{PARTS} == 0", where="a < 1 and b < 1").verdict is Verdict.PROVED
    assert prove(f"{PARTS} == 0", where="a < 1 and (b < 1 or b > 2)").verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("text", "where", "case"),
    [
        ("continuity(a*x if x <= 0 else x) == 0", None, "a = 1"),
        (f"{PARTS} == 0", "a < 1", "b = 1"),
        ("continuity(a*x if x <= 0 else b*x) == 0", "a < b", "a = b"),
        ("continuity(a*x + c*x**2 if x <= 0 else x) == 0", "c == 0", "a = 1"),
    ],
)
def test_a_message_says_which_parameters_it_is_true_of(text: str, where: str | None, case: str) -> None:
    result = prove(text, where=where)
    assert result.verdict is Verdict.UNDECIDED
    (line,) = result.explanation
    assert "8 derivatives agree at x = " in line
    assert case in line.partition(" if ")[2]

"""Products of n factors against c g^n through one factor: no premise of a false comparison is proved."""

from __future__ import annotations

import pytest
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.parse import parse_statement
from gradproof.proofs.decide import factors
from gradproof.proofs.decide.decision import Decision
from gradproof.proofs.language.syntax import Statement
from gradproof.proofs.normal_forms.signs import Undefined


def _is_proved(statement: Statement) -> bool:
    try:
        return Decision(statement).run().truth
    except (Undecided, Undefined):
        return False


def _follows(text: str, where: str | None) -> bool:
    reduction = factors.comparison(parse_statement(text, where))
    assert reduction is not None
    return any(_is_proved(premise) for premise, _ in reduction.premises)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("product(1 + D(tanh), n) >= 1", None),
        ("product(1 + D(tanh), n) > 1/2", None),
        ("product(D(relu), n) <= 1", None),
        ("product(w*D(sigmoid), n) > -1", "abs(w) < 4"),
        ("product(w*D(sigmoid), n) <= 2*abs(w/4)**n", None),
        ("product(x**2, n) >= 0", None),
        ("product(exp(x), n) > 0", None),
        ("product(tanh, n) > -2*1**n", None),
    ],
)
def test_a_comparison_follows_from_one_factor(text: str, where: str | None) -> None:
    assert _follows(text, where)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("product(D(relu), n) >= (-1)**n", None),
        ("product(tanh, n) >= w**n", "w <= -1"),
        ("product(1 + D(tanh), n) <= 2", None),
        ("product(1 + D(tanh), n) >= 1.001", None),
        ("product(D(sigmoid), n) >= 1/8", "x == 0"),
        ("product(2*tanh(x), n) > -2", None),
        ("product(2*tanh(x), n) >= 0", None),
        ("product(x, n) <= 0", "x <= 0"),
        ("product(x, n) < 0", "x < 0"),
        ("product(x, n) > 0", "x >= 0"),
        ("product(x, n) >= -1", "x <= 1"),
        ("product(w*D(sigmoid), n) < 1", "abs(w) <= 4"),
        ("product(w*D(sigmoid), n) <= (w/4)**n", None),
        ("product(D(sigmoid), n) <= (1/5)*(1/4)**n", None),
        ("abs(product(x, n)) >= w**n", "abs(x) >= w"),
    ],
)
def test_nothing_false_follows(text: str, where: str | None) -> None:
    assert not _follows(text, where)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("product(1 + D(tanh), n) <= 2", {"x": "0", "n": "2"}),
        ("product(1 + D(tanh), n) <= 5", {"x": "0", "n": "3"}),
        ("product(1 + D(sigmoid), n) > 1.1", {"x": "3", "n": "1"}),
    ],
)
def test_equal_factors_refute(text: str, at: dict[str, str]) -> None:
    answer = Decision(parse_statement(text)).run()
    assert not answer.truth and answer.counterexample is not None
    assert answer.counterexample.at == at

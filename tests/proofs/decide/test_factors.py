"""Products of n factors against c g^n through one factor: no premise of a false comparison is proved."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import exp

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


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ("product(D(silu), n) >= -1", lambda value, _: value < -1),
        ("product(D(silu), n) <= 3", lambda value, _: value > 3),
        ("product(D(silu), n) >= -1/9", lambda value, _: value < -1 / 9),
        ("abs(product(D(silu), n)) <= 10*1.05**n", lambda value, n: abs(value) > 10 * 1.05**n),
    ],
)
def test_many_factors_refute_all_but_one_of_them_equal(text: str, fails: Callable[[float, int], bool]) -> None:
    answer = Decision(parse_statement(text)).run()
    assert not answer.truth and answer.counterexample is not None
    at = answer.counterexample.at
    assert at.keys() == {"x", "x of the others", "n"}
    n, x, y = int(at["n"]), float(Fraction(at["x"])), float(Fraction(at["x of the others"]))
    assert fails(slope_of_silu(x) * slope_of_silu(y) ** (n - 1), n)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("product(D(silu), n) >= -1.1**n", None), ("product(D(silu), n) >= -1", "x < 0"),
        ("product(w*D(silu), n) >= -1", "abs(w) <= 1/2"), ("product(D(silu)(x), n) <= 1", "x < 1"),
    ],
)  # fmt: skip
def test_what_holds_is_not_refuted_by_many_factors(text: str, where: str | None) -> None:
    try:
        assert Decision(parse_statement(text, where)).run().truth
    except Undecided:
        pytest.fail("it follows from one factor")


def slope_of_silu(x: float) -> float:
    s = 1 / (1 + exp(-x))
    return s * (1 + x * (1 - s))

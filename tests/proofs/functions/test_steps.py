"""Whole numbers: floor, ceil and round at points, what moves with them, and what repeats."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from flint import fmpq
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.cross_examination.examine import WrittenTerm, contradiction
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.functions.periods import period, steady_length
from gradproof.proofs.functions.pieces import split, value_at
from gradproof.proofs.reals.reals import exact
from gradproof.proofs.statements import prove

PLACES = [Fraction(p, 8) for p in range(-29, 30)]
PYTHON = {"floor": math.floor, "ceil": math.ceil, "round": round}


@pytest.mark.parametrize("word", PYTHON)
def test_values_are_those_of_python_for_the_prover_and_for_the_examiner(word: str) -> None:
    e, written = parse_expression(f"{word}(3*x + 1/2)"), WrittenTerm(f"{word}(3*x + 1/2)")
    for place in PLACES:
        x, expected = fmpq(place.numerator, place.denominator), PYTHON[word](3 * place + Fraction(1, 2))
        ball = written.at({"x": x})
        assert value_at(e, "x", exact(x)).rational == expected and ball is not None and ball == expected


def test_whole_numbers_leave_a_floor() -> None:
    assert parse_expression("floor(x + 7/2) - floor(x + 1/2)") is ex.rational(3)
    assert parse_expression("floor(x - 5/2) + 3") is parse_expression("floor(x + 1/2)")
    assert parse_expression("floor(2*x + 1)") is not parse_expression("2*floor(x) + 1")


@pytest.mark.parametrize(
    ("text", "length"),
    [("x - floor(x)", 1), ("x/3 - floor(x/3) + abs(2*x - floor(2*x))", 3), ("abs(x - round(x))", 2),
     ("floor(x)", None), ("x - floor(x**2)", None), ("x - floor(2*x)", None), ("tanh(x) - floor(x)", None)],
)  # fmt: skip
def test_periods(text: str, length: int | None) -> None:
    expected = None if length is None else ex.rational(length)
    assert period("x", parse_expression(text)) is expected


@pytest.mark.parametrize(
    ("text", "length"),
    [("floor(x)", 1), ("x - 2*floor(x/3)", 3), ("round(x)", 2), ("x - floor(x)", 1), ("floor(x)**2", None),
     ("floor(x) + 0*log(x)", None), ("floor(x) + 1/(x - floor(x))", None), ("floor(x)/x", None), ("x", None),
     ("floor(x) + tanh(x)", None), ("floor(floor(x/2) + x)", 2)],
)  # fmt: skip
def test_lengths_after_which_a_constant_is_added(text: str, length: int | None) -> None:
    expected = None if length is None else ex.rational(length)
    assert steady_length("x", parse_expression(text)) is expected


def test_infinitely_many_steps_are_not_cut() -> None:
    with pytest.raises(Undecided, match="floor"):
        split(parse_expression("floor(x)"), "x")
    cut = split(parse_expression("floor(x**2)"), "x", exact(-2), exact(3))
    assert len(cut.breakpoints) == 3 + 8 + 1  # the squares 1, 2, 3 on both sides, 4 to 8, and 0


@pytest.mark.parametrize(
    ("statement", "where", "verdict"),
    [
        ("floor(x) == 3", "3 <= x and x < 4", "proved"),
        ("floor(x) == 3", "3 <= x and x <= 4", "refuted"),
        ("round(x) == 2", "3/2 <= x and x <= 5/2", "proved"),
        ("round(x) == 3", "5/2 <= x and x < 7/2", "refuted"),
        ("monotone(floor)", "abs(x) < 40", "proved"),
        ("increasing(floor)", "abs(x) < 40", "refuted"),
        ("monotone(floor)", None, "proved"),
        ("increasing(floor)", None, "refuted"),
        ("monotone(2*floor(x) - floor(2*x))", None, "refuted"),
        ("monotone(floor(x)**2)", None, "refuted"),
        ("increasing(x + floor(x) - 2*floor(x/2))", None, "refuted"),
        ("increasing(2*x + floor(x) - 2*floor(x/2))", None, "refuted"),
        ("increasing(floor(x) + x/10)", None, "proved"),
        ("monotone(floor(x) + 0*log(x))", None, "undecided"),
        ("x - 1 < floor(x) <= x", None, "proved"),
        ("x - 1 <= ceil(x) - 1 <= x - 1e-12", None, "refuted"),
        ("floor(x) <= 10**9", None, "undecided"),
        ("floor(10**20*pi) == 314159265358979323846 and floor(-exp(20)) == -485165196", None, "proved"),
        ("floor(sqrt(2)**2) == 1 or floor(exp(100)) < exp(100) - 1", None, "refuted"),
        ("floor(log(-1)) == 0", None, "undecided"),
    ],
)
def test_statements(statement: str, where: str | None, verdict: str) -> None:
    assert prove(statement, where=where, suggest=False).verdict.value == verdict


def test_a_wrong_proof_about_steps_would_be_contradicted() -> None:
    assert contradiction("x - floor(x) < 1/2") is not None
    assert contradiction("round(x) < x + 1/2", "0 < x and x < 3") is not None
    assert contradiction("abs(x - round(x)) <= 1/2") is None
    assert contradiction("D(floor)(x) == 1") is not None
    assert contradiction("monotone(x - 2*floor(x))") is not None
    assert contradiction("increasing(floor)") is not None

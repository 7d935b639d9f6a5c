"""Numbered components: they stand for any, but for those that a condition is about."""

from __future__ import annotations

import pytest
from gradproof.proofs.budget import Undecided, budget
from gradproof.proofs.cross_examination.examine import contradiction
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.statements import prove
from gradproof.proofs.vectors.prover import Prover
from gradproof.proofs.vectors.reader import parse_vector_statement
from gradproof.proofs.verdicts import Verdict

STEPS = 10_000


def _prove(text: str, where: str | None) -> bool:
    statement = parse_vector_statement(text, where)
    with budget(STEPS):
        return Prover(statement).prove(statement.formula).truth


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("softmax(v)[0] + softmax(v)[1] <= 1", None),
        ("softmax(v)[1] < 1", None),
        ("v[3] <= max(v)", None),
        ("softmax(v)[0]/softmax(v)[1] == exp(v[0] - v[1])", None),
        ("softmax(v)[0] >= softmax(v)[1]", "v[0] >= v[1]"),
        ("J(softmax)(v)[0, 1] == -softmax(v)[0]*softmax(v)[1]", None),
        ("v[0]**2 + v[1]**2 <= norm(v)**2", None),
        ("v[0] > 0", "v > 0"),
        ("abs(softmax(v)[0] - softmax(w)[0]) <= norm(v - w)", None),
    ],
)
def test_a_component_stands_for_any(text: str, where: str | None) -> None:
    assert _prove(text, where)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("softmax(v)[0] < 1", None),
        ("softmax(v)[0] + softmax(v)[1] < 1", None),
        ("softmax(v)[0] >= softmax(v)[1]", None),
        ("softmax(v)[0] >= softmax(v)[1]", "v[1] >= v[0]"),
        ("softmax(v)[0] >= softmax(v)[1]", "v[0] >= v[2]"),
        ("v[0] > 1", "v[1] > 1"),
        ("v <= v[0]", None),
        ("v[0] == max(v)", None),
        ("v[0]**2 + v[1]**2 < norm(v)**2", None),
        ("sum(v*v[0]) >= 0", None),
        ("sum(v - v[0]) == 0", None),
        ("max(v - v[0]) == 0", None),
        ("v[0] + v[1] + v[2] < 2*max(v)", None),
        ("J(softmax)(v)[0, 1] == J(softmax)(v)[0, 0]", None),
    ],
)
def test_what_is_false_of_a_component_has_no_proof(text: str, where: str | None) -> None:
    with pytest.raises(Undecided):
        _prove(text, where)


def test_a_counterexample_is_about_the_component_with_that_number() -> None:
    result = prove("v[1] <= v[0]", suggest=False)
    assert result.verdict is Verdict.REFUTED and result.counterexample is not None
    assert result.counterexample.at == {"n": "2", "v": "(0, 1)"}


def test_the_cross_examination_tries_vectors_that_have_the_component() -> None:
    assert contradiction("v[0] >= v[3]") is not None
    assert contradiction("v[0] >= v[1]", "v[0] >= v[2]") is not None
    assert contradiction("v[4] <= max(v)") is None


@pytest.mark.parametrize("text", ["softmax([a, b])[2] > 0", "v[64] > 0", "v[-1] > 0", "v[n] > 0", "convex(v[0])"])
def test_what_is_no_component_is_refused(text: str) -> None:
    with pytest.raises(StatementError):
        parse_vector_statement(text)

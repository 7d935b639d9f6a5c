"""Matrices written with diag and outer: which are equal, which are not, and what is no matrix."""

from __future__ import annotations

import pytest
from gradproof.proofs.budget import Undecided, budget
from gradproof.proofs.cross_examination.examine import contradiction
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.statements import prove
from gradproof.proofs.vectors.prover import Prover
from gradproof.proofs.vectors.reader import parse_vector_statement
from gradproof.proofs.verdicts import Verdict

TRUE_ONES = [
    "J(softmax)(v) == diag(softmax(v)) - outer(softmax(v), softmax(v))",
    "J(log_softmax) == diag(1) - outer(1, softmax(v))",
    "J(J(logsumexp)) == J(softmax)",
    "J(softmax)(v) == J(softmax)(v + 1)",
    "2*J(softmax) == J(softmax) + J(softmax)",
    "-outer(v, w)/2 == outer(-v, w/2)",
    "transpose(outer(v, w)) == outer(w, v)",
    "trace(outer(v, w)) == dot(v, w)",
    "dot(outer(v, w), w) == v*dot(w, w)",
    "diag(diag(J(softmax))) == diag(softmax(v)*(1 - softmax(v)))",
    "spectral_norm(outer(v, w)) <= norm(v)*norm(w)",
    "positive_semidefinite(diag(softmax(v)) - outer(softmax(v), softmax(v)))",
]
FALSE_ONES = [
    "J(softmax)(v) == diag(softmax(v)) + outer(softmax(v), softmax(v))",
    "J(softmax)(v) == diag(softmax(v)*(1 - softmax(v)))",
    "J(softmax)(v) == diag(softmax(v)) - outer(softmax(v), softmax(v))/2",
    "J(log_softmax) == diag(1) - outer(softmax(v), 1)",
    "J(log_softmax) == transpose(J(log_softmax))",
    "outer(v, w) == outer(w, v)",
    "trace(outer(v, w)) == norm(v)*norm(w)",
    "spectral_norm(outer(v, w)) <= dot(v, w)",
    "positive_semidefinite(outer(v, w))",
]


@pytest.mark.parametrize("text", TRUE_ONES)
def test_true_statements_are_proved(text: str) -> None:
    assert prove(text, suggest=False).verdict is Verdict.PROVED


@pytest.mark.parametrize("text", FALSE_ONES)
def test_false_ones_are_refuted_and_have_no_proof(text: str) -> None:
    assert prove(text, suggest=False).verdict is Verdict.REFUTED
    statement = parse_vector_statement(text)
    with pytest.raises(Undecided), budget(5_000):
        Prover(statement).prove(statement.formula)


@pytest.mark.parametrize("text", FALSE_ONES)
def test_the_cross_examination_contradicts_them(text: str) -> None:
    assert contradiction(text) is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("J(softmax) <= diag(softmax(v))", "matrices are compared with =="),
        ("J(softmax)*J(softmax) == J(softmax)", "is a matrix"),
        ("J(softmax) + softmax(v) == J(softmax)", "expected a matrix"),
        ("v*J(softmax) == J(softmax)", "a matrix is multiplied with a number"),
        ("J(softmax)(v) == softmax(v)", "is a matrix"),
        ("outer(v) == outer(v, v)", "takes 2 arguments"),
        ("diag(v) > 0", "expected a matrix"),
    ],
)
def test_what_is_no_matrix_is_refused(text: str, message: str) -> None:
    with pytest.raises(StatementError, match=message):
        parse_vector_statement(text)

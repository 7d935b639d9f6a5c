"""Two vectors: what is proved by the Jacobian between them and by shares, and false neighbours that have no proof."""

from __future__ import annotations

import pytest
from gradproof.proofs.budget import Undecided, budget
from gradproof.proofs.cross_examination.examine import contradiction
from gradproof.proofs.vectors.prover import Prover
from gradproof.proofs.vectors.reader import parse_vector_statement

from ...thorough import every, few

STEPS, STEPS_FOR_FALSE_ONES = 20_000, 5_000
"""Steps in which the true ones are proved, most of them in a tenth, and steps spent on each of the false ones."""
TRUE_ONES = [
    ("norm(softmax(v) - softmax(w)) <= norm(v - w)/2", None),
    ("abs(logsumexp(v) - logsumexp(w)) <= max(abs(w - v))", None),
    ("sum(softmax(v)*log(softmax(v)/softmax(w))) >= 0", None),
    ("logsumexp((v + w)/2) <= (logsumexp(v) + logsumexp(w))/2", None),
    ("sum(softmax(k*v)**2) >= 1/n", None),
    ("norm(softmax(w/t) - softmax(v/t)) <= norm(v - w)/(2*t)", "t > 0"),
    ("norm(gelu(v) - gelu(w)) <= 1.13*norm(v - w)", None),
    ("logsumexp(v) - logsumexp(w) <= max(v - w)", None),
    ("mean(v) - mean(w) <= max(v - w)", None),
    ("2*logsumexp(v) - 2*logsumexp(w) <= 2*norm(v - w)", None),
    ("dot(softmax(v) - softmax(w), v - w) >= 0", None),
    ("spectral_norm(J(log_softmax)) <= 1 + sqrt(n)", None),
    ("spectral_norm(J(v*sigmoid(v), v)) <= 1.1", None),
]
FALSE_ONES = [
    ("norm(softmax(v) - softmax(w)) <= 0.49*norm(v - w)", None),
    ("norm(softmax(v) - softmax(w)) < norm(v - w)", None),
    ("norm(softmax(v) + softmax(w)) <= norm(v - w)", None),
    ("norm(softmax(v) - softmax(2*w)) <= norm(v - w)", None),
    ("norm(softmax(v) - softmax(w)) <= norm(v - 2*w)", None),
    ("norm(softmax(v) - softmax(w)) <= norm(v - w)*norm(v)", None),
    ("norm(exp(v) - exp(w)) <= norm(v - w)", None),
    ("norm(tanh(2*v) - tanh(2*w)) <= norm(v - w)", None),
    ("norm(rms_norm(v, eps=0) - rms_norm(w, eps=0)) <= 1000*norm(v - w)", None),
    ("norm(tanh(v) - tanh(w)) <= 0.1*norm(v - w)", "v**2 >= 4 and w**2 >= 4"),
    ("norm(1/v - 1/w) <= norm(v - w)", "v >= 1 and w <= -1/9"),
    ("norm(log_softmax(v) - log_softmax(w)) <= norm(v - w)", None),
    ("abs(logsumexp(v) - logsumexp(w)) <= 0.99*max(abs(v - w))", None),
    ("abs(logsumexp(v) - logsumexp(w)) <= max(v - w)", None),
    ("logsumexp(v) - logsumexp(w) <= 2*max(v - w)", None),
    ("logsumexp(v) - logsumexp(w) <= max(w - v)", None),
    ("mean(w) - mean(v) <= max(v - w)", None),
    ("sum(v) - sum(w) <= max(abs(v - w))", None),
    ("sum(softmax(v)*log(softmax(w)/softmax(v))) >= 0", None),
    ("sum(softmax(w)*log(softmax(v)/softmax(w))) > -1/100", None),
    ("logsumexp((v + w)/3) <= (logsumexp(v) + logsumexp(w))/3", None),
    ("logsumexp((v + w)/2) >= (logsumexp(v) + logsumexp(w))/2", None),
    ("dot(softmax(v) - softmax(w), v - w) >= norm(v - w)**2/100", None),
    ("sum(softmax(k*v)**2) >= 1/12", None),
    ("sum(softmax(k*v)**2) >= 2/n", None),
    ("spectral_norm(J(log_softmax)) <= sqrt(n)/2", None),
    ("spectral_norm(J(v*sigmoid(v), v)) <= 1.09", None),
    ("spectral_norm(J(v*sigmoid(v), v)) <= 1.1*abs(v)", None),
]


def _prove(text: str, where: str | None) -> bool:
    statement = parse_vector_statement(text, where)
    return Prover(statement).prove(statement.formula).truth


@pytest.mark.parametrize(("text", "where"), few(TRUE_ONES, every(3)))
def test_a_statement_is_proved_for_every_n(text: str, where: str | None) -> None:
    with budget(STEPS):
        assert _prove(text, where)


@pytest.mark.parametrize(("text", "where"), few(FALSE_ONES, every(7)))
def test_a_false_neighbour_has_no_proof(text: str, where: str | None) -> None:
    with pytest.raises(Undecided), budget(STEPS_FOR_FALSE_ONES):
        _prove(text, where)


def test_the_cross_examination_tries_many_components() -> None:
    assert contradiction("sum(softmax(v)**2) >= 1/12") is not None
    assert contradiction("sum(softmax(v)**2) >= 1/n") is None

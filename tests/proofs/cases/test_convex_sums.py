"""Sums of values of one function: which are proved through one variable, and false ones beside them that are not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from gradproof.proofs.budget import Undecided
from gradproof.proofs.cases import convex_sums, points
from gradproof.proofs.catalogue.parse import parse_statement
from gradproof.proofs.decide.decision import Decision
from gradproof.proofs.language.syntax import TRUE, Connective, Formula, Relation, Statement, fold
from gradproof.proofs.normal_forms.signs import Undefined


def _to_zero(formula: Formula | None) -> Formula:
    def relation(leaf: Formula) -> Formula:
        assert isinstance(leaf, Relation)
        return points.to_zero(leaf.lhs - leaf.rhs, leaf.op)  # type: ignore[operator]

    return TRUE if formula is None else fold(formula, relation, Connective)


def _premises(text: str, where: str | None) -> list[Statement]:
    statement = parse_statement(text, where)
    names = tuple(sorted(Decision(statement).names_in(statement.formula)))
    question = points.Question(_to_zero(statement.formula), _to_zero(statement.where), names)
    return [premise.statement for premise in convex_sums.premises(question)]


def _is_proved(statement: Statement) -> bool:
    try:
        return Decision(statement).run().truth
    except (Undecided, Undefined):
        return False


ABOVE_0 = "a >= 0 and b >= 0 and c >= 0"
TRUE_ONES = [
    ("softplus((a + b + c)/3) <= (softplus(a) + softplus(b) + softplus(c))/3", None),
    ("softplus(a + b) + softplus(a - b) >= 2*softplus(a)", None),
    ("a**2 + b**2 + c**2 >= (a + b + c)**2/3", None),
    ("log((a + b)/2) >= (log(a) + log(b))/2", "a > 0 and b > 0"),
    ("gelu((a + b)/2) <= (gelu(a) + gelu(b))/2", "abs(a) < 1 and abs(b) < 1"),
    ("gelu(r*a + (1 - r)*b) <= r*gelu(a) + (1 - r)*gelu(b)", "0 <= r and r <= 1 and abs(a) <= 1 and abs(b) <= 1"),
    ("log(r*a + (1 - r)*b) >= r*log(a) + (1 - r)*log(b)", "0 <= r and r <= 1 and a > 0 and b > 0"),
    ("relu(a + b + c) <= relu(a) + relu(b) + relu(c)", None),
    ("tanh(a + b + c) <= tanh(a) + tanh(b) + tanh(c)", ABOVE_0),
    ("sigmoid(a + b + c) <= sigmoid(a) + sigmoid(b) + sigmoid(c) - 1", ABOVE_0),
    ("exp(a + b + c) + 2 >= exp(a) + exp(b) + exp(c)", ABOVE_0),
    ("abs(tanh(a) - tanh(b)) <= abs(a - b)", None),
    ("abs(tanh(a + b) - tanh(b)) <= abs(a)", None),
    ("abs(exp(a) - exp(b)) <= 3*abs(a - b)", "a < 1 and b < 1"),
    ("abs(relu(3*a) - relu(3*b)) <= 3*abs(a - b)", None),
    ("abs(tanh(a) - tanh(b)) < abs(a - b) + 1e-30", None),
]
FALSE_ONES = [
    ("softplus((a + b + c)/3) < (softplus(a) + softplus(b) + softplus(c))/3", None),
    ("softplus((a + b + c)/2) <= (softplus(a) + softplus(b) + softplus(c))/3", None),
    ("tanh((a + b + c)/3) <= (tanh(a) + tanh(b) + tanh(c))/3", None),
    ("tanh((a + b + c)/3) <= (tanh(a) + tanh(b) + tanh(c))/3", ABOVE_0),
    ("a**2 + b**2 + c**2 >= (a + b + c)**2/2", None),
    ("log((a + b)/2) > (log(a) + log(b))/2", "a > 0 and b > 0"),
    ("gelu((a + b)/2) <= (gelu(a) + gelu(b))/2", "abs(a) < 2 and abs(b) < 3"),
    ("softplus(r*a + (1 - r)*b) <= r*softplus(a) + (1 - r)*softplus(b)", "0 <= r and r <= 1.001"),
    ("softplus(r*a + (1 - r)*b) <= r*softplus(a) + (1 - r)*softplus(b)", "r <= 1"),
    ("softplus(r*a + (1 - r)*b) < r*softplus(a) + (1 - r)*softplus(b)", "0 < r and r < 1"),
    ("softplus(r*a + r*b) <= r*softplus(a) + (1 - r)*softplus(b)", "0 <= r and r <= 1"),
    ("softplus(r*a + (1 - r)*b) <= r*softplus(a) + (1/2 - r)*softplus(b)", "0 <= r and r <= 1"),
    ("tanh(r*a + (1 - r)*b) <= r*tanh(a) + (1 - r)*tanh(b)", "0 <= r and r <= 1"),
    ("gelu(r*a + (1 - r)*b) <= r*gelu(a) + (1 - r)*gelu(b)", "0 <= r and r <= 1 and abs(a) <= 1"),
    ("relu(a + b + c) < relu(a) + relu(b) + relu(c)", ABOVE_0),
    ("tanh(a + b + c) <= tanh(a) + tanh(b) + tanh(c)", "a >= 0 and b >= 0 and c >= -1"),
    ("tanh(a + b + c) <= tanh(a) + tanh(b)", ABOVE_0),
    ("sigmoid(a + b + c) < sigmoid(a) + sigmoid(b) + sigmoid(c) - 1", ABOVE_0),
    ("exp(a + b + c) >= exp(a) + exp(b) + exp(c)", ABOVE_0),
    ("sigmoid(a + b) <= 2*sigmoid(a) + sigmoid(b)/2", "a >= 0 and b >= 0"),
    ("abs(tanh(a) - tanh(b)) < abs(a - b)", None),
    ("abs(tanh(a) - tanh(b)) <= 0.99*abs(a - b)", None),
    ("abs(tanh(a) - tanh(2*b)) <= abs(a - b)", None),
    ("abs(tanh(a) + tanh(b)) <= abs(a - b)", None),
    ("abs(tanh(a) - tanh(b) + 1) <= abs(a - b)", None),
    ("abs(exp(a) - exp(b)) <= 3*abs(a - b)", "a < 1 and b < 2"),
    ("abs(tanh(a) - tanh(b)) <= abs(a - b) - 1e-30", None),
    ("abs(tanh(a) - tanh(b)) <= 0.99*abs(a - b) + 1e-30", None),
    ("abs(sign(a) - sign(b)) <= 100*abs(a - b)", None),
    ("abs(1/a - 1/b) <= abs(a - b)", "abs(a) >= 1 and b >= 1/2"),
]


@pytest.mark.parametrize(("text", "where"), TRUE_ONES)
def test_a_premise_in_one_variable_is_proved(text: str, where: str | None) -> None:
    assert any(map(_is_proved, _premises(text, where)))


@pytest.mark.parametrize(("text", "where"), FALSE_ONES)
def test_no_premise_of_a_false_statement_is_proved(text: str, where: str | None) -> None:
    assert not any(map(_is_proved, _premises(text, where)))


def test_a_function_without_a_value_at_the_sum_proves_nothing() -> None:
    """sqrt(1 - s) is concave where it is defined, and the sum of two such s may lie beyond."""
    where = "a >= 0 and b >= 0"
    assert any("concave" in p.text for p in _premises("tanh(a) + tanh(b) >= tanh(a + b)", where))
    assert not any("concave" in p.text for p in _premises("sqrt(1 - a) + sqrt(1 - b) + (a + b)**2 >= 1", where))


def test_an_empty_domain_proves_nothing() -> None:
    statement = parse_statement("relu(a + b + c) <= relu(a) + relu(b) + relu(c)", "a > b and b > c and c > a")
    with pytest.raises(Undecided):
        Decision(statement).run()
    assert Decision(replace(statement, where=None)).run().truth

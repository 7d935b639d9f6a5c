"""A planted falsehood is called unsound, with a point; what is true is left alone."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from flint import fmpq
from gradproof.crosschecks.soundness import contradict_facts, contradict_statement, examined
from gradproof.proofs.cross_examination.examine import Examination
from gradproof.proofs.datasheets.function import Facts, facts
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.functions.landscape import Extremum
from gradproof.proofs.reals.reals import Real
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Evidence, Result, Verdict

from ..thorough import few


def proved(statement: str, where: str | None = None) -> Result:
    """A result that claims to be proved, whatever is true."""
    return Result(statement, where, Verdict.PROVED, Evidence.ENCLOSURE)


def real(text: str) -> Real:
    return Real(exact=ex.rational(Fraction(text)))


def doctored(known: Facts, order: int, **changes) -> Facts:
    """Facts whose landscape of one order says something else."""
    right = known.orders[order]
    shape = replace(right.landscape)
    vars(shape).update(changes)  # cached properties: what is stored there is what it says
    orders = list(known.orders)
    orders[order] = replace(right, landscape=shape)
    return replace(known, orders=tuple(orders))


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("gelu(x) > x/2", None),
        ("D(sigmoid)(x) < 1/4", None),
        pytest.param("mish(x) >= -0.3", None, marks=pytest.mark.thorough),
        pytest.param("tanh(x) <= 1 - 1e-100", None, marks=pytest.mark.thorough),
        ("softplus(x) <= x + 1/1000", "x > 0"),
        pytest.param("a*b <= a**2", None, marks=pytest.mark.thorough),
        ("D(relu)(x) == 1", "x > -1"),
        ("x < 3 and x > -3", "x > 2"),
    ],
)
def test_a_falsehood_said_to_be_proved_is_unsound(statement, where):
    result = examined(proved(statement, where), examples=100)
    assert result.verdict is Verdict.UNSOUND
    assert result.counterexample is not None
    point = {name: fmpq(*map(int, value.split("/"))) for name, value in result.counterexample.at.items()}
    assert Examination(statement, where, None).holds_at(point) is False
    assert len(result.counterexample.lhs) < 130


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("D(sigmoid)(x) <= 1/4", None),
        pytest.param("abs(softsign(x)) <= abs(tanh(x))", None, marks=pytest.mark.thorough),
        ("D(relu)(x) == 1", "x > 0"),
        pytest.param("softplus(x) >= x/2 + log(2)", None, marks=pytest.mark.thorough),
        ("sup(D(sigmoid)) == 1/4", None),
    ],
)
def test_what_is_true_stays_proved(statement, where):
    result = prove(statement, where=where)
    assert result.verdict is Verdict.PROVED
    assert examined(result) is result


def test_only_what_is_proved_is_examined():
    refuted = replace(proved("gelu(x) > x/2"), verdict=Verdict.REFUTED)
    assert examined(refuted) is refuted


@pytest.mark.thorough
def test_functions_of_a_ledger_are_known():
    functions = {"mine": "x*tanh(exp(x))"}
    assert contradict_statement("mine(x) <= x", functions=functions, examples=100) is not None
    assert contradict_statement("mine(x) <= abs(x)", functions=functions, examples=100) is None


NAMES = ["sigmoid", "relu", "gelu", "softplus", "hard_swish", "tanhshrink", "leaky_relu"]


@pytest.mark.parametrize("name", few(NAMES, lambda name: name == "relu"))
def test_certified_facts_are_not_contradicted(name):
    assert contradict_facts(facts(name), examples=30) == ()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "order", "bound", "value", "attained"),
    [
        ("sigmoid", 1, "sup", "0.2499999999", True),
        ("gelu", 1, "sup", "1.128904145", True),
        ("gelu", 0, "inf", "-0.16997", True),
        ("sigmoid", 1, "sup", "0.25", False),
        ("tanh", 0, "sup", "0.99999999999", True),
    ],
)
def test_a_bound_a_little_wrong_is_contradicted(name, order, bound, value, attained):
    known = facts(name, orders=2)
    right: Extremum = getattr(known.orders[order].landscape, bound)
    wrong = replace(right, value=real(value), attained=attained)
    found = contradict_facts(doctored(known, order, **{bound: wrong}), examples=60)
    assert found
    assert found[0].verdict is Verdict.UNSOUND
    assert set(found[0].counterexample.at) == {"x"}
    assert str(found[0]).startswith(f"unsound: {name}")


@pytest.mark.thorough
def test_a_wrong_direction_parity_or_lipschitz_constant_is_contradicted():
    known = facts("hard_swish", orders=2)
    shape = known.orders[0].landscape
    rising = tuple(replace(run, direction="increasing") for run in shape.monotone)
    wrong = replace(doctored(known, 0, monotone=rising), parity="odd", lipschitz=real("1.4"))
    found = [c.proved for c in contradict_facts(wrong, examples=50)]
    assert any("increasing" in text for text in found)
    assert any("odd" in text for text in found)
    assert any("abs(hard_swish')" in text for text in found)

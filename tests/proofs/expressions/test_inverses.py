"""Inverse functions: what they solve, where they have values, and what is refused."""

from __future__ import annotations

import pytest
from flint import fmpq
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.cross_examination.examine import contradiction
from gradproof.proofs.expressions import calculus
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.expressions.inverses import inverse
from gradproof.proofs.functions.pieces import value_at
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.normal_forms.signs import Undefined
from gradproof.proofs.reals.reals import exact
from gradproof.proofs.statements import prove

SOLVED = [
    # formula, values at which the inverse has none
    ("3*x - 7", []),
    ("1/(2 - x)", ["0"]),
    ("x**5", []),
    ("x**(-3)", ["0"]),
    ("sqrt(x)", ["-1/2"]),
    ("1/sqrt(x + 1)", ["0", "-2"]),
    ("x**(2/3)", ["-1"]),
    ("exp(1 - x)", ["0", "-3"]),
    ("log(x/2)", []),
    ("tanh(x) + 1", ["0", "2", "3"]),
    ("sinh(2*x)", []),
    ("log(1 + exp(x))", ["0", "-1"]),
    ("3**x", ["0", "-1"]),
    ("1/(1 + exp(-x))", ["0", "1", "3/2"]),
]


@pytest.mark.parametrize(("text", "without"), SOLVED)
def test_inverse(text: str, without: list[str]) -> None:
    f = parse_expression(text)
    solved = inverse(f, "x", ex.name("x"))
    assert solved is not None
    back = calculus.substitute(solved, {"x": f})
    tried = 0
    for x in (fmpq(-5, 2), fmpq(-1, 3), fmpq(1, 7), fmpq(3), fmpq(11, 4)):
        try:
            value_at(f, "x", exact(x))
        except Undefined:
            continue
        tried += 1
        assert (value_at(back, "x", exact(x)).ball(200) - x).contains(0)
    assert tried >= 3
    for y in without:
        assert prove(f"inverse({text})({y}) > -oo", suggest=False).verdict.value == "undecided"


REFUSED = ["x**2", "abs(x)", "x*exp(x)", "sin(x)", "x + tanh(x)", "cosh(x)", "x**x", "1**x", "max(x, 1)", "7"]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_solved(text: str) -> None:
    with pytest.raises(StatementError):
        prove(f"inverse({text})(x) == x")


def test_a_wrong_proof_would_be_contradicted() -> None:
    assert contradiction("inverse(exp)(x) <= x - 2") is not None
    assert contradiction("inverse(tanh)(x) <= x", "x > 0") is not None
    assert contradiction("inverse(tanh)(x) >= x", "x > 0") is None
    assert contradiction("inverse(1/x)(x) > 0") is not None
    assert contradiction("inverse(x**3)(x) == x**3") is not None

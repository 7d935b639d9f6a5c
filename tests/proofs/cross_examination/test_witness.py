"""Statements at one point: decided by signs, or honestly unknown."""

from __future__ import annotations

import pytest
from flint import arb, fmpq
from gradproof.proofs.catalogue.entries import activation, catalogue
from gradproof.proofs.cross_examination.examine import Examination, WrittenTerm
from gradproof.proofs.functions.pieces import derivative_at
from gradproof.proofs.normal_forms.signs import Undefined

from ...thorough import every, few


@pytest.mark.parametrize(
    ("statement", "x", "holds"),
    [
        ("gelu(x) > x/2", 0, False),
        ("gelu(x) >= x/2", 1, True),
        ("D(relu)(x) == 1", 2, True),
        ("D(relu)(x) == 1", -2, False),
        ("D(relu)(x) == 1", 0, None),
        ("D(hard_sigmoid)(x) == 1/6", 3, None),
        ("D(gelu, 2)(x) < 0", 3, True),
        ("abs(x) == x and x < 5", 4, True),
        ("x < 0 or relu(x) == x", 4, True),
        ("not x < 5", 4, False),
        ("0 < tanh(x) < 1", 100, True),
        ("tanh(x) <= 1 - 1e-100", 1000, False),
        ("log(x) < x", -1, None),
        ("1/x < 3", 0, None),
        ("max(x, 2*x) == 2*x and min(x, 2*x) == x", 3, True),
        ("sign(x) == -1", -3, True),
        ("x**x > 0", -1, None),
        ("x**(2/1) > 0", -1, True),
        ("D(D(silu))(2*x) < 0", 2, True),
        ("D(D(x**2*y, x), y) == 2*x", 1, None),
        ("(gelu - relu)(x) < 0", 1, True),
        ("(log(x) if x > 0 else x) < 0", -1, True),
        ("elu(x, alpha=x) > 0", 1, True),
    ],
)
def test_holds_at(statement, x, holds):
    assert Examination(statement, None, None).holds_at({"x": fmpq(x), "y": fmpq(1)}) is holds


ONE_INPUT = [entry for entry in catalogue() if len(entry.inputs) == 1]


@pytest.mark.parametrize("entry", few(ONE_INPUT, every(6)), ids=lambda e: e.name)
@pytest.mark.parametrize("order", [0, 1, 2])
def test_values_agree_with_the_proof_engine(entry, order):
    expr = activation(entry.name).expr()
    met = 0
    for x in (fmpq(-7, 2), fmpq(-1, 3), fmpq(3, 7), fmpq(9, 4), fmpq(11)):
        mine = WrittenTerm(f"D({entry.name}(x), {order})").at({"x": x})
        try:
            theirs = derivative_at(expr, x, order, 256)
        except Undefined:
            assert mine is None
            continue
        assert mine is not None
        assert isinstance(theirs, arb)
        assert mine.overlaps(theirs)
        assert mine.rad() < 1e-30
        met += 1
    assert met == {"log1mexp": 3, "logit": 1, "softplus_inverse": 3}.get(entry.name, 5)


def test_sides_are_shown():
    examination = Examination("tanh(x) <= 1 - 1e-20", None, None)
    blame = examination.blame_at({"x": fmpq(1000)})
    assert blame.at == {"x": "1000"}
    assert blame.lhs != blame.rhs
    margin = examination.margin_at({"x": fmpq(1)})
    assert margin is not None
    assert margin < 0

"""The catalogue as SymPy sees it: a second program differentiates, and agrees with the engine."""

from __future__ import annotations

import pytest
import sympy
from flint import fmpq
from gradproof.proofs.catalogue.entries import catalogue
from gradproof.proofs.expressions.sympy_form import to_sympy
from gradproof.proofs.functions.pieces import Kink, derivative_at
from gradproof.proofs.normal_forms.signs import Undefined

from ...thorough import every, few

ENTRIES = [entry for entry in catalogue() if len(entry.inputs) == 1]
POINTS = (fmpq(7, 10), fmpq(3, 20), fmpq(-13, 10), fmpq(41, 10), fmpq(-37, 10))


def test_every_activation_is_seen() -> None:
    assert len(ENTRIES) >= 23


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("entry", few(ENTRIES, every(10)), ids=lambda entry: entry.name)
def test_sympy_differentiates_to_the_same_values(entry, order) -> None:
    x = sympy.Symbol("x", real=True)
    derivative = sympy.diff(to_sympy(entry.expr()), x, order)
    seen = 0
    for point in POINTS:
        try:
            ours = derivative_at(entry.expr(), point, order, 160)
        except Undefined:  # log1mexp and its like live on a part of the line
            continue
        seen += 1
        theirs = derivative.subs(x, sympy.Rational(int(point.p), int(point.q))).evalf(40)
        assert not isinstance(ours, Kink)
        assert abs(sympy.Float(ours.mid().str(40, radius=False), 40) - theirs) < sympy.Float("1e-30")
    assert seen


def test_a_definition_is_a_sympy_expression_with_its_parameters() -> None:
    (elu,) = [entry for entry in ENTRIES if entry.name == "elu"]
    assert {str(s) for s in elu.sympy_expression.free_symbols} == {"x", "alpha"}

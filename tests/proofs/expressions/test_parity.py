"""Parity read off structure agrees with values, and is found where the structure shows it."""

from __future__ import annotations

import pytest
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.expressions import calculus
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.expressions.parity import structural_parity
from gradproof.proofs.functions.pieces import value_at
from gradproof.proofs.normal_forms.signs import Undefined
from gradproof.proofs.reals.reals import compare, exact

ODD = [
    "x", "tanh(tanh(tanh(x)))", "sin(x)*cos(x)", "x**3/(1 + x**2)", "erf(x) + sinh(x)", "sign(x)*exp(-abs(x))",
    "atan(1/x)", "sigmoid(x) - 1/2", "2*Phi(x) - 1", "D(x**4)", "D(cos(x))", "x if x**2 > 1 else sin(x)", "softsign(x)",
    "erf(-x)/(x**2)",
]  # fmt: skip
EVEN = [
    "x**2", "cos(tanh(x))", "D(tanh(tanh(x)))", "D(sigmoid)", "D(sigmoid(2*tanh(x)), x)", "abs(x)", "exp(-x**2)",
    "x*tanh(x)", "max(x**2, 1)", "1/x**2", "D(erfc(x))", "sqrt(1 + x**2)", "abs(x)**(1/2)", "1 if x == 0 else x**2",
    "pi",
]  # fmt: skip
NEITHER = [
    "sigmoid(x)", "gelu(x)", "relu(x)", "exp(x)", "x + 1", "x + x**2", "max(x, -x**3)",
    "x if x > 0 else x**3", "sqrt(x)", "1/(2 + exp(x))", "log(x)*x", "Phi(x)*sigmoid(x)", "D(gelu)",
    "1 if x > 0 else -1", "tanh(x)*sigmoid(x)", "tanh(x + 1)",
]  # fmt: skip


@pytest.mark.parametrize(("text", "parity"), [*((t, -1) for t in ODD), *((t, 1) for t in EVEN)])
def test_structure_shows_parity(text: str, parity: int) -> None:
    assert structural_parity(parse_expression(text), "x") == parity


@pytest.mark.parametrize("text", NEITHER)
def test_what_is_neither_is_not_taken_for_it(text: str) -> None:
    assert structural_parity(parse_expression(text), "x") is None


@pytest.mark.parametrize("text", [*ODD, *EVEN])
def test_values_agree(text: str) -> None:
    e = parse_expression(text)
    parity = structural_parity(e, "x")
    assert parity is not None
    flipped = parity * calculus.substitute(e, {"x": -ex.name("x")})
    defined = 0
    for at in map(exact, (ex.rational("1/3").args[0], 1, 2, 5)):
        try:
            left, right = value_at(e, "x", at), value_at(flipped, "x", at)
        except Undefined:
            continue
        defined += 1
        assert left.ball(128).overlaps(right.ball(128)) or compare(left, right) == 0
    assert defined

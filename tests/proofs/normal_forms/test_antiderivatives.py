"""Antiderivatives: c G' is the function that was asked for, at points, and some functions have none of these forms."""

from __future__ import annotations

import pytest
from flint import fmpq
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.expressions import calculus
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.normal_forms.antiderivatives import antiderivative, primitives_of_derivatives

FOUND = [
    "3", "x**5 - 2*x", "a*x**2/(1 + a**2)", "exp(k*x)/k", "x*exp(-x**2)", "exp(-k*x)/(1 + exp(-k*x))**2", "sigmoid(x)",
    "1/(1 + x)", "x/(1 + x**2)", "1/(1 + x)**3", "1/cosh(3*x)**2", "tanh(x)*a", "cos(k*x + 1)", "sin(x)*cos(x)**3",
    "sqrt(1 + x)", "erf(x - a)", "atan(x) + sinh(2*x)", "exp(x)/(1 + exp(x))", "log(a)*x",
]  # fmt: skip


@pytest.mark.parametrize("text", FOUND)
def test_the_derivatives_add_up_to_the_function(text: str) -> None:
    e = parse_expression(text)
    parts = antiderivative(e, "x")
    assert parts is not None and all("x" not in ex.free_names(c) for c, _ in parts)
    total = ex.add(*(c * calculus.differentiate(g, "x") for c, g in parts))
    for x in (fmpq(1, 3), fmpq(7, 5)):
        place = {"x": x, "a": fmpq(2, 7), "k": fmpq(3, 4)}
        a, b = (enclose(f, place) for f in (total, e))
        assert a.overlaps(b) and a.rad() < 1e-20 and b.rad() < 1e-20


@pytest.mark.parametrize("text", ["exp(x**2)", "sin(x)/x", "x**x", "log(x)", "exp(x)*tanh(x)"])
def test_no_antiderivative(text: str) -> None:
    assert antiderivative(parse_expression(text), "x") is None


def test_the_functions_that_derivatives_are_taken_of_are_tried() -> None:
    e = parse_expression("D(exp(x**2))(3*x)*a")
    smooth = calculus.substitute(parse_expression("2*t*exp(t**2)*a"), {"t": parse_expression("3*x")})
    (guess,) = primitives_of_derivatives(e)
    assert guess is parse_expression("exp(9*x**2)")
    assert antiderivative(smooth, "x", [guess]) == [(parse_expression("a/3"), guess)]
    assert primitives_of_derivatives(parse_expression("D(abs)(x)")) == []

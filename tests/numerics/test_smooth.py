"""Rational functions are recognised and evaluated exactly."""

import pytest
from flint import fmpq
from gradproof.numerics.smooth import is_rational_function, nth_derivative, rational_value
from gradproof.proofs.language import parse_expression


@pytest.mark.parametrize(
    ("formula", "at_two_thirds"),
    [
        ("x/(1 + x)", fmpq(2, 5)),
        ("x**3 - 1/x**2", fmpq(8, 27) - fmpq(9, 4)),
        ("(x - 2/3)**2", fmpq(0)),
        ("7", fmpq(7)),
    ],
)
def test_exact_values(formula: str, at_two_thirds: fmpq) -> None:
    assert rational_value(parse_expression(formula, {}), fmpq(2, 3)) == at_two_thirds


@pytest.mark.parametrize("formula", ["exp(x)", "sqrt(x)", "x + pi", "abs(x)", "x**65", "x**x"])
def test_what_is_no_small_rational_function(formula: str) -> None:
    expr = parse_expression(formula, {})
    assert not is_rational_function(expr)
    assert rational_value(expr, fmpq(1)) is None


def test_a_pole_has_no_value() -> None:
    assert rational_value(parse_expression("1/(x - 1)", {}), fmpq(1)) is None


def test_derivatives_of_any_order() -> None:
    cube = parse_expression("x**3", {})
    assert [rational_value(nth_derivative(cube, n), fmpq(2)) for n in range(5)] == [8, 12, 12, 6, 0]

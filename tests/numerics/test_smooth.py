"""Rational functions are recognised and evaluated exactly."""

import pytest
from flint import fmpq
from gradproof.numerics.smooth import is_rational_function, nth_derivative, rational_power, rational_value
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
    assert rational_value(expr, fmpq(2)) is None


@pytest.mark.parametrize(
    ("formula", "x", "value"),
    [
        ("(x + sqrt(x**2 + 4))/2", fmpq(3, 2), fmpq(2)),
        ("1 + x/sqrt(x**2 + 4)", fmpq(3, 2), fmpq(8, 5)),
        ("sqrt(x)", fmpq(2, 9), None),
        ("sqrt(x)", fmpq(4, 10**40), fmpq(2, 10**20)),
        ("sqrt(x)", fmpq(10**40 + 1), None),
        ("sqrt(x - 1)*x", fmpq(0), None),
        ("x**(-3/2)", fmpq(9, 4), fmpq(8, 27)),
        ("x**(-3/2)", fmpq(0), None),
    ],
)
def test_roots_are_exact_where_they_are_rational(formula: str, x: fmpq, value: fmpq | None) -> None:
    assert rational_value(parse_expression(formula, {}), x) == value


def test_rational_powers() -> None:
    assert rational_power(fmpq(-27), fmpq(2)) == 729
    assert rational_power(fmpq(27, 8), fmpq(-2, 3)) == fmpq(4, 9)
    assert rational_power(fmpq(-27), fmpq(1, 3)) is None  # exp(log(-27)/3) is not real
    assert rational_power(fmpq(0), fmpq(1, 2)) == 0
    with pytest.raises(ZeroDivisionError):
        rational_power(fmpq(0), fmpq(-1, 2))


def test_a_pole_has_no_value() -> None:
    assert rational_value(parse_expression("1/(x - 1)", {}), fmpq(1)) is None


def test_derivatives_of_any_order() -> None:
    cube = parse_expression("x**3", {})
    assert [rational_value(nth_derivative(cube, n), fmpq(2)) for n in range(5)] == [8, 12, 12, 6, 0]

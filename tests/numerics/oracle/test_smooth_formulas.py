"""Rational functions are recognised and evaluated exactly."""

import pytest
from flint import fmpq
from gradproof.numerics.oracle.smooth_formulas import (
    nth_derivative,
    rational_power,
    rational_value,
)
from gradproof.proofs.catalogue.entries import catalogue
from gradproof.proofs.catalogue.parse import parse_expression, parse_number
from gradproof.proofs.enclosures.balls import excludes_zero
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.expressions.calculus import differentiate
from gradproof.proofs.expressions.expr import Expr, add, mul, power, rational
from gradproof.proofs.expressions.printing import to_text as text
from gradproof.proofs.functions.pieces import split

from ...thorough import few

FORMULAS = [
    (entry.name, piece.expr)
    for entry in catalogue()
    if len(entry.inputs) == 1
    for piece in split(entry.expr(), "x").pieces
    if piece.expr is not None
]
POINTS = [fmpq(p, 7) for p in (-900, -64, -15, -7, -2, 0, 1, 7, 9, 20, 70, 700)]
X = parse_number("x")


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
    assert rational_value(parse_number(formula), fmpq(2, 3)) == at_two_thirds


@pytest.mark.parametrize("formula", ["exp(x)", "sqrt(x)", "x + pi", "abs(x)", "x**65", "x**x"])
def test_what_is_no_small_rational_function(formula: str) -> None:
    expr = parse_number(formula)
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
    assert rational_value(parse_number(formula), x) == value


def test_rational_powers() -> None:
    assert rational_power(fmpq(-27), fmpq(2)) == 729
    assert rational_power(fmpq(27, 8), fmpq(-2, 3)) == fmpq(4, 9)
    assert rational_power(fmpq(-27), fmpq(1, 3)) is None  # exp(log(-27)/3) is not real
    assert rational_power(fmpq(0), fmpq(1, 2)) == 0
    with pytest.raises(ZeroDivisionError):
        rational_power(fmpq(0), fmpq(-1, 2))


def test_a_pole_has_no_value() -> None:
    assert rational_value(parse_expression("1/(x - 1)"), fmpq(1)) is None


def test_derivatives_of_any_order() -> None:
    cube = parse_number("x**3")
    assert [rational_value(nth_derivative(cube, n), fmpq(2)) for n in range(5)] == [8, 12, 12, 6, 0]


@pytest.mark.parametrize("order", few([1, 2, 3], lambda order: order == 1))
def test_a_derivative_with_powers_in_front_is_the_same_function(order: int) -> None:
    changed = 0
    for name, formula in FORMULAS:
        plain = _derived(formula, order)
        factored = nth_derivative(formula, order)
        changed += factored is not plain
        _same(plain, factored, f"{name}: {text(factored)}")
    assert len(FORMULAS) >= 100
    assert changed >= 7


@pytest.mark.parametrize(
    ("formula", "derivative"),
    [
        ("x/sqrt(1 + x**2)", "1/(x**2 + 1)**(3/2)"),
        ("x*exp(-exp(-x))", "exp(-exp(-x))*(x*exp(-x) + 1)"),
        ("x/(x - 1)", "-1/(x - 1)**2"),
        ("x/sqrt(x - 1)", "1/sqrt(x - 1) - x/(2*(x - 1)**(3/2))"),
    ],
)
def test_what_is_put_in_front(formula: str, derivative: str) -> None:
    expr = parse_number(formula)
    assert text(nth_derivative(expr, 1)) == derivative
    _same(_derived(expr, 1), nth_derivative(expr, 1), formula)


def test_a_base_that_occurs_twice_in_a_term() -> None:
    twice = add(mul(2, power(rational(2), fmpq(-1, 2)), X, X), mul(power(rational(2), fmpq(-1, 2)), X))
    integral = add(mul(fmpq(1, 3), X, X, X, 2, power(rational(2), fmpq(-1, 2))))
    _same(_derived(integral, 1), nth_derivative(integral, 1), "2/sqrt(2)")
    _same(_derived(twice, 1), nth_derivative(twice, 1), "2/sqrt(2)")


def _derived(expr: Expr, order: int) -> Expr:
    for _ in range(order):
        expr = differentiate(expr, "x")
    return expr


def _same(one: Expr, other: Expr, what: str) -> None:
    """The same values, undefined at the same points."""
    for x in POINTS:
        a, b = (enclose(e, {"x": x}, 4096) for e in (one, other))
        assert a.is_finite() == b.is_finite(), f"{what} at {x}"
        if a.is_finite():
            assert a.overlaps(b), f"{what} at {x}"
            assert excludes_zero(a) == excludes_zero(b), f"{what} at {x}"

"""The conjugate form is the same function, without the cancellation."""

import pytest
from flint import fmpq
from gradproof.numerics.implementations.conjugates import conjugate, quotient
from gradproof.proofs.catalogue.parse import parse_expression, parse_number
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.expressions.calculus import differentiate

FORMULAS = ("x + sqrt(x**2 + 4)", "x/(2*sqrt(x**2 + 4)) + 1/2", "1 - x/sqrt(1 + x**2)", "3*x**2 - x*sqrt(x**2 + 7/3)")


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_product_of_both_forms_is_the_difference_of_squares(formula: str) -> None:
    expr = parse_number(formula)
    found = conjugate(expr)
    assert found is not None
    numerator, p, r = found
    assert p + r is expr
    for x in (fmpq(-7, 3), fmpq(-1, 9), fmpq(2), fmpq(41, 5)):
        top, plain, other = (enclose(e, {"x": x}, 128) for e in (numerator, expr, p - r))
        assert top.overlaps(plain * other)
        assert top.rad() < 1e-20


def test_the_numerator_is_multiplied_out() -> None:
    found = conjugate(parse_expression("x + sqrt(x**2 + 4)"))
    assert found is not None
    assert found[0].value == -4


@pytest.mark.parametrize("formula", ["x + exp(x)", "sqrt(x) + sqrt(x + 1)", "x**2", "x + sqrt(exp(x))", "a + sqrt(x)"])
def test_other_expressions_have_none(formula: str) -> None:
    assert conjugate(parse_number(formula)) is None


def test_a_quotient_is_in_lowest_terms() -> None:
    slope = quotient(differentiate(parse_expression("(x**2 - 1)/(x - 1)"), "x"))
    assert str(slope.top / slope.bottom) == "1"

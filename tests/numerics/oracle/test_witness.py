"""The second witness: its own derivative rules, against values known in closed form."""

import mpmath
import pytest
from flint import fmpq
from gradproof.proofs.catalogue.parse import parse_expression

from ..witness import witness

FUNCTIONS = ("exp", "log", "erf", "erfc", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh")


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("order", [0, 1, 2])
def test_every_function_against_numerical_differentiation(function: str, order: int) -> None:
    got = witness(parse_expression(f"{function}(x**2/3 + x)"), fmpq(3, 4), order=order)
    with mpmath.workdps(60):
        wanted = mpmath.diff(lambda t: getattr(mpmath, function)(t * t / 3 + t), mpmath.mpf(3) / 4, order)
        assert abs(got - wanted) < mpmath.mpf(10) ** -35 * max(1, abs(wanted))


def test_cases_are_decided_at_the_point() -> None:
    expr = parse_expression("max(x, 0) + min(x, 1) + abs(x) + sign(x) + (x**2 if x > 2 else 5)")
    assert witness(expr, fmpq(3)) == 3 + 1 + 3 + 1 + 9
    assert witness(expr, fmpq(-3)) == 0 - 3 + 3 - 1 + 5
    assert witness(expr, fmpq(3), order=1) == 1 + 0 + 1 + 6


def test_it_sees_through_cancellation() -> None:
    value = witness(parse_expression("x - tanh(x)"), fmpq(1, 10**60))
    with mpmath.workdps(60):
        assert abs(value * mpmath.mpf(10) ** 180 * 3 - 1) < mpmath.mpf(10) ** -48

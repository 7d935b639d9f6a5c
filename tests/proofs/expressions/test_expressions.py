"""Constructors tidy, but never lose a point where an expression is undefined, nor change a value."""

from __future__ import annotations

import pickle

import pytest
from flint import fmpq
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.jets import enclose, jet
from gradproof.proofs.expressions import calculus
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.expressions.printing import to_text

X = ex.name("x")


def defined_at(e: ex.Expr, x: int | fmpq) -> bool:
    return enclose(e, {"x": x}).is_finite()


def test_equal_expressions_are_the_same_object() -> None:
    assert parse_expression("2*x + x + 1") is parse_expression("1/2*2 + 3*x") is 3 * X + 1
    assert pickle.loads(pickle.dumps(ex.exp(X) / 3)) is ex.exp(X) / 3


@pytest.mark.parametrize(
    "text",
    [
        "x/x", "x*(1/x)", "0/x", "1/x - 1/x", "0*(1/x)", "(1/x)**0", "x*(1/x)**0", "2*log(x)**0", "x**2/x", "1/(1/x)",
        "1/(1/x**2)", "(1/x**2)**(-3)", "(x**2)**(-3)", "1/x**16",
    ],
)  # fmt: skip
def test_undefined_at_zero_stays_undefined(text: str) -> None:
    e = parse_expression(text)
    assert not defined_at(e, 0) and defined_at(e, 2)


@pytest.mark.parametrize(
    "text",
    [
        "sqrt(x)*sqrt(x)", "sqrt(x)**2", "sqrt(x) - sqrt(x)", "0*log(x)", "exp(log(x))", "x**(1/2)*x**(3/2)",
        "1/sqrt(x)**2",
    ],
)  # fmt: skip
def test_undefined_below_zero_stays_undefined(text: str) -> None:
    e = parse_expression(text)
    assert not defined_at(e, -1) and defined_at(e, 2)


@pytest.mark.parametrize(
    "text",
    ["sqrt(1/x)", "(1/x)**(3/2)", "sqrt(log(x))", "log(1/x)", "tanh(1/x)", "sin(1/x)", "sqrt(1/x) + 1", "(1/x)**2"],
)
def test_not_known_inside_is_not_known_outside(text: str) -> None:
    """NaN means 'not known here': no operation may turn it into a number."""
    assert not defined_at(parse_expression(text), 0)


def test_one_over_a_power_is_a_power() -> None:
    """The derivative of 1/u^16 is a power of u then, not u^15 beside u^-32."""
    assert parse_expression("1/(1 + x)**16") is parse_expression("(1 + x)**(-16)")
    assert parse_expression("1/(1 + x)**(-16)") is not parse_expression("(1 + x)**16")
    assert parse_expression("sqrt(x)**(-1)") is parse_expression("x**(-1/2)")
    assert parse_expression("sqrt(x)**(-2)") is not parse_expression("1/x")


def test_total_terms_cancel() -> None:
    assert parse_expression("exp(x) - exp(x)") is ex.ZERO
    assert parse_expression("cosh(x)/cosh(x)") is ex.ONE
    assert parse_expression("log(1 + x**2) - log(1 + x**2)") is ex.ZERO


@pytest.mark.parametrize(
    ("text", "value"),
    [("2**10", 1024), ("4**(1/2)", 2), ("(8/27)**(1/3)", fmpq(2, 3)), ("0**0", 1), ("(-2)**3", -8), ("1**(1/2)", 1)],
)
def test_rational_powers_fold(text: str, value: int | fmpq) -> None:
    assert parse_expression(text).value == value


def test_large_powers_stay_unfolded() -> None:
    """1000**10000 is too long to write out, and must not loop either."""
    e = parse_expression("1000**10000")
    assert e.value is None and enclose(e) > 1


def test_roots_of_negative_numbers_do_not_multiply_to_a_number() -> None:
    assert parse_expression("sqrt(-1)*sqrt(-1)").value is None


def test_substitution_does_not_capture() -> None:
    inner = calculus.derivative(X * ex.name("y"), "x", ex.name("t"))
    assert ex.free_names(calculus.substitute(inner, {"y": X})) == {"x", "t"}, "the x put in for y stays free"


@pytest.mark.parametrize(
    "text",
    [
        "exp(x)/x",
        "x**x",
        "log(1 + x**2)",
        "atan(x)*erf(x)",
        "sqrt(x)*tanh(x)",
        "cosh(x)**3/sinh(x)",
        "tan(x/3)",
        "x**(5/3)",
    ],
)
def test_derivatives_agree_with_jets(text: str) -> None:
    e = parse_expression(text)
    slope = enclose(calculus.differentiate(e, "x"), {"x": 2}, 200)
    assert slope.overlaps(jet(e, "x", 2, 2, 200)[1]) and slope.rel_accuracy_bits() > 150


@pytest.mark.parametrize(
    "text",
    [
        "x - -1",
        "2*x/3 - 1/7",
        "-x**2",
        "(-x)**2",
        "x**(-1)",
        "exp(-x)/(1 + x)",
        "x if x > 0 else -x",
        "a/(b*c)",
        "(x + 1)**(1/3)",
        "1/x**2",
    ],
)
def test_text_reads_back(text: str) -> None:
    e = parse_expression(text)
    assert parse_expression(to_text(e)) is e

"""Pieces: breakpoints, values where pieces meet, and what a derivative is there."""

from __future__ import annotations

import pytest
from flint import fmpq
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.expressions.calculus import derivative
from gradproof.proofs.functions.pieces import Kink, derivative_at, one_sided_limit, split, value_at
from gradproof.proofs.functions.sign_charts import sign_line
from gradproof.proofs.normal_forms.signs import Undefined
from gradproof.proofs.reals.reals import compare, exact


@pytest.mark.parametrize(
    ("text", "breakpoints"),
    [
        ("relu(x)", ["0"]),
        ("relu6(x)", ["0", "6"]),
        ("abs(x**2 - 2)", ["-sqrt(2)", "sqrt(2)"]),
        ("1/x", ["0"]),
        ("log(x - 1)", ["1"]),
        ("sqrt(1 - x**2)", ["-1", "1"]),
        ("tanh(x)", []),
        ("1/(x**2 + 1)", []),
        ("max(exp(x), 2)", ["log(2)"]),
        ("abs(abs(x) - 1)", ["-1", "0", "1"]),
    ],
)
def test_breakpoints(text: str, breakpoints: list[str]) -> None:
    found = split(parse_expression(text), "x").breakpoints
    assert len(found) == len(breakpoints)
    assert all(compare(a, exact(parse_expression(b))) == 0 for a, b in zip(found, breakpoints, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "log(x)", "sqrt(x - 1)", "x**(-1/2)", "x**x", "log(x)*0", "sqrt(x)*sqrt(x)", "x**(1 if x < 5 else 2)",
        "x**sign(x)", "x**max(x, 1)",
    ],
)  # fmt: skip
def test_undefined_where_negative(text: str) -> None:
    cut = split(parse_expression(text), "x")
    assert cut.pieces[0].expr is None and cut.pieces[-1].expr is not None


VALUES = [
    ("sign(x)", "0", "0"),
    ("x if x >= 0 else 5", "0", "0"),
    ("5 if x < 0 else x", "0", "0"),
    ("sqrt(x)", "0", "0"),
    ("abs(x - 1) + abs(x + 1)", "0", "2"),
    ("D(softsign)", "0", "1"),
    ("D(x*abs(x))", "0", "0"),
    ("D(elu)", "0", "1"),
    ("D(x if x != 0 else 0)", "0", "1"),
    ("D(x**2 if x > 0 else x**3)", "0", "0"),
    ("D(exp(-1/x**2) if x != 0 else 0)", "0", "0"),
    ("D(D(x**3*sign(x)))", "0", "0"),
    ("max(x, x)", "3", "3"),
]


@pytest.mark.parametrize(("text", "x", "expected"), VALUES)
def test_values_where_pieces_meet(text: str, x: str, expected: str) -> None:
    value = value_at(parse_expression(text), "x", exact(parse_expression(x)))
    assert compare(value, exact(parse_expression(expected))) == 0


@pytest.mark.parametrize(
    ("text", "x"),
    [
        ("D(relu)", "0"),
        ("D(abs)", "0"),
        ("D(sign(x))", "0"),
        ("1/x", "0"),
        ("x/x", "0"),
        ("log(x)", "0"),
        ("log(x)", "-1"),
        ("D(sqrt(abs(x)))", "0"),
        ("D(x**2 if x > 0 else x**3 + 1)", "0"),
        ("D(sqrt(x))", "0"),
        ("D(1/x)", "0"),
        ("D(D(x*abs(x)))", "0"),
        ("D(relu6)", "6"),
        ("sqrt(x)*sqrt(x)", "-1"),
        ("D(1 if x == 0 else 0)", "0"),
        ("D(log(abs(x)) - log(abs(2*x)) if x != 0 else 0)", "0"),
    ],
)
def test_undefined_points(text: str, x: str) -> None:
    with pytest.raises(Undefined):
        value_at(parse_expression(text), "x", exact(parse_expression(x)))


@pytest.mark.parametrize(
    ("text", "gap", "sign"),
    [
        ("D(relu)(relu(x)) + 1", 0, None),
        ("D(abs)(x - abs(x))", -1, None),
        ("D(relu)(min(x, 0)) + 1", -1, None),
        ("D(x if x != 0 else 0)(relu(x))", 0, 1),
        ("D(softsign)(relu(x))", 0, 1),
        ("D(abs)(0) + x**2", 0, None),
    ],
)
def test_a_derivative_taken_at_a_kink_on_a_whole_interval(text: str, gap: int, sign: int | None) -> None:
    """relu(x) stays at relu's kink for all x < 0: what holds at one point holds on the interval."""
    assert sign_line(parse_expression(text), "x").gaps[gap] == sign


@pytest.mark.parametrize(
    ("text", "x", "side", "expected"),
    [
        ("log(3*x) - log(x)", "0", 1, "log(3)"),
        ("sin(x)/x", "0", 1, "1"),
        ("x/abs(x)", "0", -1, "-1"),
        ("x*log(x)", "0", 1, "0"),
        ("x*exp(log(x)**2 + 3*log(x))*0 + 1", "0", 1, "1"),
    ],
)
def test_one_sided_limits(text: str, x: str, side: int, expected: str) -> None:
    value = one_sided_limit(parse_expression(text), "x", exact(parse_expression(x)), side)
    assert compare(value, exact(parse_expression(expected))) == 0


@pytest.mark.parametrize("text", ["sqrt(1/x)", "(1/x)**(3/2)", "1/sqrt(x)", "exp(1/x)", "sqrt(1/x) + log(x)"])
def test_infinite_one_sided_limits(text: str) -> None:
    assert one_sided_limit(parse_expression(text), "x", exact(0), 1).infinite == 1


def test_derivative_at_a_rational() -> None:
    kink = derivative_at(parse_expression("relu"), fmpq(0), 1, 128)
    assert isinstance(kink, Kink) and (kink.left, kink.right) == (0, 1)
    assert derivative_at(parse_expression("x**3"), fmpq(2), 2, 128) == 12
    assert derivative(parse_expression("x"), "x", order=0) is parse_expression("x")

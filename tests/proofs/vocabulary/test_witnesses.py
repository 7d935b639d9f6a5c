"""Refuted shapes name points, and the function at these points is as they say."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.expressions import calculus
from gradproof.proofs.functions.landscape import decided_landscape
from gradproof.proofs.reals.reals import exact
from gradproof.proofs.statements import prove
from gradproof.proofs.vocabulary.witnesses import Curve, above_chord, steep, step


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


FUNCTIONS = {
    "silu": lambda x: x * sigmoid(x),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "tanh": math.tanh,
    "exp": math.exp,
    "softplus": lambda x: math.log1p(math.exp(x)),
    "sin(x)": math.sin,
    "1/x": lambda x: 1 / x,
    "sign(x)": lambda x: (x > 0) - (x < 0),
    "sqrt(abs(x))": lambda x: math.sqrt(abs(x)),
    "relu(x) - 2*relu(x - sqrt(2))": lambda x: max(x, 0) - 2 * max(x - math.sqrt(2), 0),
    "x**4 - 1000000*x**2": lambda x: x**4 - 1000000 * x**2,
    "(x if x > pi else 0)": lambda x: x if x > math.pi else 0,
    "(1 if x == 1/3 else 0)": lambda x: 1 if x == Fraction(1, 3) else 0,
    "(-1 if x == 1/3 else 0)": lambda x: -1 if x == Fraction(1, 3) else 0,
    "sign(x)*x**2 - 3*sign(x)": lambda x: ((x > 0) - (x < 0)) * (x**2 - 3),
}


def blame(result):
    assert result.verdict == "refuted"
    assert result.counterexample is not None
    return result.counterexample


def pair(result):
    assert set(blame(result).at) == {"x1", "x2"}
    low, high = (Fraction(blame(result).at[name]) for name in ("x1", "x2"))
    assert low < high
    return low, high


@pytest.mark.parametrize(
    ("word", "function"),
    [
        ("convex", "silu"), ("concave", "silu"), ("convex", "tanh"), ("concave", "gelu"), ("concave", "exp"),
        ("convex", "sin(x)"), ("convex", "relu(x) - 2*relu(x - sqrt(2))"), ("concave", "x**4 - 1000000*x**2"),
        ("convex", "sign(x)"), ("concave", "sign(x)"), ("convex", "(x if x > pi else 0)"),
        ("convex", "(1 if x == 1/3 else 0)"), ("convex", "(-1 if x == 1/3 else 0)"),
    ],
)  # fmt: skip
def test_a_function_that_does_not_bend_that_way_names_three_points(word, function):
    result = prove(f"{word}({function})")
    low, high = pair(result)
    f, middle = FUNCTIONS[function], (low + high) / 2
    above = f(middle) - (f(low) + f(high)) / 2
    assert above > 1e-9 if word == "convex" else above < -1e-9
    assert blame(result).lhs.startswith(f"f({middle}) = ")
    assert blame(result).rhs.startswith(f"(f({low}) + f({high}))/2 = ")


@pytest.mark.parametrize(
    ("word", "function", "where"),
    [
        ("increasing", "sign(x)*x**2 - 3*sign(x)", None), ("monotone", "sign(x)*x**2 - 3*sign(x)", None),
        ("decreasing", "1/x", None), ("decreasing", "(x if x > pi else 0)", "x > 0"), ("increasing", "silu", None),
    ],
)  # fmt: skip
def test_a_function_that_turns_or_jumps_names_two_points(word, function, where):
    low, high = pair(prove(f"{word}({function})", where=where))
    f = FUNCTIONS[function]
    assert f(low) <= f(high) if word == "decreasing" else f(low) > f(high)


@pytest.mark.parametrize(
    ("statement", "function", "bound"),
    [
        ("lipschitz(gelu) <= 1", "gelu", 1), ("lipschitz(gelu) <= 1.1289", "gelu", 1.1289),
        ("lipschitz(exp) < 500", "exp", 500), ("lipschitz(softplus) <= 0.99", "softplus", 0.99),
        ("0.9 >= lipschitz(tanh)", "tanh", 0.9), ("lipschitz(tanh) == 0.9", "tanh", 0.9),
        ("lipschitz(sqrt(abs(x))) <= 100", "sqrt(abs(x))", 100), ("lipschitz(sign(x)) <= 3", "sign(x)", 3),
        ("lipschitz(silu) <= sup(D(tanh))", "silu", 1),
    ],
)  # fmt: skip
def test_a_function_that_is_too_steep_names_two_points(statement, function, bound):
    low, high = pair(prove(statement))
    f = FUNCTIONS[function]
    assert abs(f(low) - f(high)) > bound * (high - low)


def test_points_lie_where_the_condition_holds():
    for statement, where, low, high in (
        ("lipschitz(x**2) <= 3", "x > 0 and x < 2", 0, 2),
        ("concave(exp)", "x > -1 and x < 0", -1, 0),
        ("increasing(1/x)", "x > 3 and x < 4", 3, 4),
    ):
        assert all(low < x < high for x in pair(prove(statement, where=where)))


@pytest.mark.parametrize("statement", ["lipschitz(softplus) < 1", "lipschitz(tanh) == 2", "lipschitz(exp) < oo"])
def test_no_points_show_a_bound_that_is_reached_only_in_the_limit_or_too_large(statement):
    assert blame(prove(statement)).at == {}


def test_an_odd_function_has_the_opposite_value():
    odd, even = blame(prove("odd(x + 1)")), blame(prove("even(x**3)"))
    assert (odd.lhs, odd.rhs) == ("f(0) = 1", "-f(0) = -1")
    assert (even.at, even.lhs, even.rhs) == ({"x": "-1"}, "f(1) = 1", "f(-1) = -1")


@pytest.mark.parametrize("text", ["x**2", "exp(x)", "abs(x)", "x", "softplus(x)"])
def test_no_points_contradict_what_is_true(text):
    """Places proposed for a shape that holds give nothing: the values there are compared."""
    body = parse_expression(text)
    curve, slope = Curve(body, "x", None), decided_landscape(calculus.derivative(body, "x"), "x")
    for place in (exact(0), exact(1), exact(-7)):
        assert above_chord(curve, place, 1) is None
    if text in {"exp(x)", "x", "softplus(x)"}:
        assert step(curve, exact(0), exact(0), -1) is None
        assert step(curve, exact(0), exact(0), 0) is None
    if text in {"abs(x)", "x", "softplus(x)"}:
        assert steep(curve, slope, exact(1)) is None

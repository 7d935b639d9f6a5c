"""The normal form: equal things look equal, and nothing false is ever called an identity."""

from __future__ import annotations

import random

import pytest
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.normal_forms import normal_form, quotients

SEED = 7

TRUE = [
    ("sin(x)**2 + cos(x)**2", "1"),
    ("tanh(x)", "(exp(x) - exp(-x))/(exp(x) + exp(-x))"),
    ("cosh(x)**2 - sinh(x)**2", "1"),
    ("1/(1 + exp(-x))", "exp(x)/(1 + exp(x))"),
    ("exp(2*x + y)", "exp(x)**2*exp(y)"),
    ("log(6)", "log(2) + log(3)"),
    ("sqrt(8)", "2*sqrt(2)"),
    ("sqrt(2)*sqrt(3)", "sqrt(6)"),
    ("(sqrt(2) + sqrt(3))**2", "5 + 2*sqrt(6)"),
    ("exp(log(x)*3)", "x**3"),
    ("erfc(-x)", "2 - erfc(x)"),
    ("(x**2 - 1)/(x - 1)", "x + 1"),
    ("x*pi", "pi*x"),
    ("sqrt(1 + x**2)**2", "1 + x**2"),
    ("1/(sqrt(2) - 1)", "sqrt(2) + 1"),
    ("log(exp(x) + exp(2*x))", "x + log(1 + exp(x))"),
    ("atan(-x)", "-atan(x)"),
    ("tan(x)", "sin(x)/cos(x)"),
    ("exp(x/2)**2", "exp(x)"),
    ("log(sqrt(2))", "log(2)/2"),
]

FALSE = [
    ("sqrt(x**2)", "x"),
    ("log(x**2)", "2*log(x) + 1e-30"),
    ("sqrt(1 + 2*x + x**2)", "-1 - x"),
    ("abs(x)", "x"),
    ("tanh(x)", "erf(x)"),
    ("exp(1)", "2.718281828459045"),
    ("atan(x) + atan(1/x)", "pi/2"),
    ("cos(x)", "1 - x**2/2"),
    ("sin(x)**2", "1 - cos(x)"),
    ("(x**3)**(1/3)", "-x"),
    ("sqrt(2) + sqrt(3)", "sqrt(5)"),
    ("exp(x)**(1/2)", "-exp(x/2)"),
    ("sigmoid(x)", "tanh(x)/2"),
    ("x**2", "x**2 + 1e-300"),
    ("sign(x)*x", "x"),
    ("max(x, 0)", "x"),
]


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_equal(left: str, right: str) -> None:
    assert normal_form.equal(parse_expression(left), parse_expression(right))


@pytest.mark.parametrize(("left", "right"), FALSE)
def test_not_equal(left: str, right: str) -> None:
    assert not normal_form.equal(parse_expression(left), parse_expression(right))


@pytest.mark.thorough
def test_normal_form_keeps_values() -> None:
    """The normal form of random expressions agrees with them wherever both have an enclosure."""
    rng = random.Random(SEED)
    leaves = ["x", "y", "2", "(1/3)", "pi", "sqrt(2)"]
    checked = 0
    for _ in range(150):
        text = rng.choice(leaves)
        for _ in range(4):
            other = rng.choice(leaves)
            text = rng.choice(
                [
                    f"({text} + {other})",
                    f"({text})*{other}",
                    f"({text} - {other})",
                    f"({text})/({other} + 3)",
                    f"exp(({text})/7)",
                    f"sqrt(({text})**2 + 1)",
                    f"log(({text})**2 + {other}**2 + 1)",
                    f"tanh({text})",
                    f"cos({text})",
                    f"({text})**2",
                    f"erf({text})",
                    f"sqrt(exp({text}))",
                ]
            )
        e = parse_expression(text)
        try:
            normal = normal_form.canonical(e)
        except quotients.TooComplex:
            continue
        point = {"x": rng.randint(1, 9), "y": rng.randint(1, 9)}
        a, b = enclose(e, point, 400), enclose(normal, point, 400)
        if a.is_finite() and b.is_finite():
            checked += 1
            with precision(400):
                assert a.overlaps(b), f"{text} at {point} (seed {SEED})"
    assert checked > 80


def test_too_large_is_refused_not_guessed() -> None:
    with pytest.raises(quotients.TooComplex):
        normal_form.canonical(parse_expression("(x + y + 1)**41*(x - y)**2"))
    assert not normal_form.is_zero(parse_expression("(x + y + 1)**41 - (x + y + 1)**40*(x + y + 1) + 1"))

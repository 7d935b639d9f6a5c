"""Landscapes: ranges, extrema, where they are attained, parity; and no value beyond a certified bound."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from flint import fmpq
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.functions.landscape import decided_landscape, landscape, proved_parity
from gradproof.proofs.functions.pieces import value_at
from gradproof.proofs.normal_forms.signs import Undefined
from gradproof.proofs.reals.reals import exact

from ...thorough import every, few

SEED = 3

RANGES = [
    ("sigmoid(x)", "(0, 1)"),
    ("relu(x)", "[0, oo)"),
    ("sign(x)", "{-1, 0, 1}"),
    ("1/x", "(-oo, 0) | (0, oo)"),
    ("exp(-1/x**2)", "(0, 1)"),
    ("x*log(x)", "[-exp(-1), oo)"),
    ("(x**2 - 1)/(x - 1)", "(-oo, 2) | (2, oo)"),
    ("tanh(x)", "(-1, 1)"),
    ("sqrt(1/x)", "(0, oo)"),
    ("(1/x)**(3/2)", "(0, oo)"),
    ("log(3*x) - log(x)", "{log(3)}"),
    ("x + log(3*x) - log(x)", "(log(3), oo)"),
    ("min(abs(x), 3)", "[0, 3]"),
    ("1/(1 + x**2) if x < 3 else exp(-log(1 + x**2))", "(0, 1]"),
    ("softsign(x)", "(-1, 1)"),
    ("x**2 if x > -2 else exp(log(x**2))", "[0, oo)"),
    ("x + 1 if x > 0 else x", "(-oo, 0] | (1, oo)"),
    ("sqrt(1 - x**2)", "[0, 1]"),
    ("sign(max(-1/4, x)*sign(x))", "{0, 1}"),
    ("D(relu)", "{0, 1}"),
    ("D(relu)(relu(x))", "{1}"),
    ("0*x + 2", "{2}"),
]


@pytest.mark.parametrize(("text", "expected"), RANGES)
def test_range(text: str, expected: str) -> None:
    assert str(decided_landscape(parse_expression(text), "x").range) == expected


EXTREMA = [
    ("1/(1 + x**2) if x < 3 else exp(-log(1 + x**2))", "1", ["0"]),
    ("exp(-log(1 + x**2)) if x < -3 else 1/(1 + x**2)", "1", ["0"]),
    ("x*exp(-x)", "exp(-1)", ["1"]),
    ("-(abs(x) - 1)**2", "0", ["-1", "1"]),
    ("D(sigmoid)", "1/4", ["0"]),
    ("tanh(x)", "1", []),
    ("min(x, 1) - max(x - 5, 0)", "1", ["1", "5"]),
]


@pytest.mark.parametrize(("text", "value", "places"), EXTREMA)
def test_sup(text: str, value: str, places: list[str]) -> None:
    sup = decided_landscape(parse_expression(text), "x").sup
    assert str(sup.value) == value and [str(at) for at in sup.at] == places


@pytest.mark.parametrize(
    ("text", "parity"),
    [
        ("tanh(x)", -1),
        ("cosh(x)", 1),
        ("x*abs(x)", -1),
        ("relu(x) + relu(-x)", 1),
        ("x**3 + 1e-30", None),
        ("exp(x)", None),
        ("abs(x) + 1e-40*x", None),
        ("gelu(x) - x/2", 1),
        ("x**2 if x > 3 else x*x", 1),
        ("sqrt(x)", None),
    ],
)
def test_parity(text: str, parity: int | None) -> None:
    assert proved_parity(parse_expression(text), "x") == parity


SAMPLED = [
    "gelu(x)",
    "D(gelu)",
    "D(D(silu))",
    "mish(x)",
    "x*exp(-abs(x))",
    "abs(x**3 - x)",
    "sqrt(abs(x))",
    "x**2*sign(x - 1)",
    "max(min(x, 2), x/3 - 1)",
    "exp(-1/x**2)/x",
    "log(abs(x))*x",
    "tanh(x)/x",
    "abs(abs(abs(x) - 1) - 1/2)",
    "erfc(x)*x",
    "x/(1 + x**2)",
    "1/(x**2 - 2)",
    "atan(x**3)",
    "(x - 1)**2*exp(-x)",
    "min(exp(x), exp(-2*x))",
    "x - sqrt(x**2 + 1)",
    "D(relu6)(3*x)",
    "relu(x - 1)/x",
    "(x if x > 1/3 else -x)/(1 + abs(x))",
    "hard_swish(x)",
]


@pytest.mark.parametrize("text", few(SAMPLED, every(6)))
def test_no_sample_leaves_the_bounds_or_breaks_a_run(text: str) -> None:
    """Values at rational points by ball arithmetic, independent of the runs they are checked against."""
    e = parse_expression(text)
    shape = landscape(e)
    assert shape.undecided is None
    rng = random.Random(f"{SEED} {text}")
    points = sorted(
        {fmpq(rng.randint(-4000, 4000), rng.choice((7, 100, 1000, 999))) for _ in range(40)} | {fmpq(0), fmpq(1)}
    )
    low, high = shape.inf.value.ball(200), shape.sup.value.ball(200)
    values = []
    for x in points:
        try:
            values.append((x, value_at(e, "x", exact(x)).ball(200)))
        except Undefined:
            continue
    assert len(values) > 20
    with precision(200):
        for x, value in values:
            assert not value < low and not value > high, f"{text} at {x} (seed {SEED})"
        for run in shape.runs:
            a, b = run.low.ball(200), run.high.ball(200)
            inside = [v for x, v in values if a < x and b > x]
            for before, after in pairwise(inside):
                assert not (after - before) * -run.direction > 0, f"{text} on ({run.low}, {run.high}) (seed {SEED})"


def test_extrema_are_tight() -> None:
    shape = decided_landscape(parse_expression("D(gelu)"), "x")
    assert [str(at) for at in shape.sup.at] == ["sqrt(2)"] and [str(at) for at in shape.inf.at] == ["-sqrt(2)"]
    assert shape.sup.value.exact is not None and enclose(shape.sup.value.exact).is_finite()


def test_infinitely_many_extrema_are_undecided() -> None:
    assert landscape(parse_expression("x*sin(x)")).undecided is not None

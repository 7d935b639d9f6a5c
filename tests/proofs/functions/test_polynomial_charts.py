"""Polynomials and quotients of them: exact charts, ties at zeros without a closed form, and what the search says."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import cast

import pytest
from flint import acb, fmpq, fmpq_poly, fmpz_poly
from gradproof.proofs.budget import Undecided, budget
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.functions import zeros
from gradproof.proofs.functions.polynomial_charts import zeros_and_signs
from gradproof.proofs.normal_forms.polynomials import constant_modulo, expression, fraction, isolated
from gradproof.proofs.reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, exact, image
from gradproof.proofs.statements import prove


def chebyshev(degree: int) -> fmpz_poly:
    """cos(n arccos x)."""
    before, last = fmpz_poly([1]), fmpz_poly([0, 1])
    for _ in range(degree - 1):
        before, last = last, fmpz_poly([0, 2]) * last - before
    return last


def polynomial(rng: random.Random) -> fmpq_poly:
    """Some polynomial, often with multiple zeros and neighbouring ones."""
    result = fmpq_poly([rng.choice([-3, 1, fmpq(2, 7)])])
    for _ in range(rng.randint(1, 3)):
        factor = fmpq_poly([rng.randint(-4, 4), rng.randint(-3, 3), rng.randint(-1, 2), rng.choice([0, 0, 1])])
        result *= (factor if factor.degree() > 0 else fmpq_poly([0, 1])) ** rng.randint(1, 2)
    return result


@pytest.mark.parametrize("seed", range(6))
def test_the_chart_is_that_of_the_search(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    agreements = 0
    for _ in range(4):
        e = expression(polynomial(rng), "x")
        ends = MINUS_INFINITY, exact(fmpq(rng.randint(-2, 9), 3))
        by_factors = zeros_and_signs(e, "x", *ends)
        assert by_factors is not None
        with monkeypatch.context() as patched:
            patched.setattr(zeros, "zeros_and_signs", lambda *_: None)
            try:
                with budget(3_000):
                    searched = zeros.chart(e, "x", *ends)
            except Undecided:
                continue
        assert list(searched.signs) == by_factors[1]
        assert all(a.ball(250).overlaps(b.ball(250)) for a, b in zip(searched.zeros, by_factors[0], strict=True))
        agreements += 1
    assert agreements >= 2


QUOTIENTS = [
    ("(x**2 - 1)/(x + 3)", "-2", "2", ["-1", "1"], [1, -1, 1]),
    ("1/(x - 1) - 1/(x + 1)", "-1", "1", [], [-1]),
    ("x**2/(x**2 + 1)", None, None, ["0"], [1, 1]),
    ("(x - 1)**3*(x + 2)**2*(x**2 + x + 1)", None, None, ["-2", "1"], [-1, -1, 1]),
    ("8*x**3 - 6*x - 1", None, None, ["cos(7*pi/9)", "cos(5*pi/9)", "cos(pi/9)"], [-1, 1, -1, 1]),
    ("-x**5 + 7", None, None, ["7**(1/5)"], [1, -1]),
    ("2 - 3*x - x**2", None, None, ["-(sqrt(17) + 3)/2", "(sqrt(17) - 3)/2"], [-1, 1, -1]),
]


@pytest.mark.parametrize(("text", "low", "high", "expected", "signs"), QUOTIENTS)
def test_quotients(text: str, low: str | None, high: str | None, expected: list[str], signs: list[int]) -> None:
    ends = [Real(exact=parse_expression(end)) if end else None for end in (low, high)]
    result = zeros_and_signs(parse_expression(text), "x", ends[0] or MINUS_INFINITY, ends[1] or PLUS_INFINITY)
    assert result is not None and result[1] == signs
    assert all(compare(x, exact(parse_expression(y))) == 0 for x, y in zip(result[0], expected, strict=True))


@pytest.mark.parametrize("text", ["1/x", "exp(x)*x", "pi*x - 1", "x**2/(x - 1/2)", "(x/x)**-2", "x**a", "x**300"])
def test_what_is_no_quotient_or_has_a_pole_inside_is_left_to_the_search(text: str) -> None:
    assert zeros_and_signs(parse_expression(text), "x", exact(-1), exact(1)) is None


def test_every_division_stays_in_the_denominator() -> None:
    for text, points in [("x/x", [0]), ("1/(1/x)", [0]), ("(1/x)**2/(1/(x - 1))", [0, 1]), ("1/x - 1/x", [0])]:
        quotient = fraction(parse_expression(text), "x")
        assert quotient is not None and all(quotient[1](fmpq(point)) == 0 for point in points), text


@pytest.mark.parametrize("degree", [5, 24, 40])
def test_zeros_of_chebyshev_polynomials_are_cosines(degree: int) -> None:
    result = zeros_and_signs(expression(chebyshev(degree), "x"), "x", MINUS_INFINITY, PLUS_INFINITY)
    assert result is not None and len(result[0]) == degree
    for k, zero in enumerate(reversed(result[0])):
        assert zero.ball(300).overlaps(exact(parse_expression(f"cos({2 * k + 1}*pi/{2 * degree})")).ball(300))
        assert zero.ball(300).rel_accuracy_bits() > 250 or zero.rational == 0


def test_each_interval_holds_one_zero() -> None:
    for coefficients in [(-1, -1, 0, 0, 0, 1), (1, -5, 0, 0, 0, 1), (-2, 0, 0, 1), (10**30, -(10**20), 7, 1)]:
        f = fmpz_poly(list(coefficients))
        intervals = isolated(coefficients)
        assert all((f(low) > 0) != (f(high) > 0) for low, high in intervals)
        assert all(a[1] <= b[0] for a, b in pairwise(intervals))
        roots = cast("list[tuple[acb, int]]", f.complex_roots())  # the stubs of flint leave out the multiplicities
        assert len(intervals) == sum(root.imag == 0 for root, _ in roots)


def test_a_value_at_a_zero_is_rational_only_by_division() -> None:
    vanishing = parse_expression("x**3 - x - 1")
    assert constant_modulo(parse_expression("x**4 - x**2 - x + 5"), vanishing, "x") == 5
    assert constant_modulo(parse_expression("(x**3 - x)/(x + 1)*(x + 1)"), vanishing, "x") == 1
    assert constant_modulo(parse_expression("x**4 - x**2 - x*1.000001 + 5"), vanishing, "x") is None
    assert constant_modulo(parse_expression("1/(x**3 - x - 1)"), vanishing, "x") is None


def test_equal_values_at_different_zeros_are_seen_to_be_equal() -> None:
    e = parse_expression("(x**2 - x)**3 - (x**2 - x)*7 + (x**2 - x)**5")  # the same at x and 1 - x
    slope = parse_expression("(2*x - 1)*(3*(x**2 - x)**2 - 7 + 5*(x**2 - x)**4)")
    result = zeros_and_signs(slope, "x", MINUS_INFINITY, PLUS_INFINITY)
    assert result is not None
    first, *_, last = result[0]
    assert compare(image(e, "x", first), image(e, "x", last)) == 0
    assert compare(image(e + parse_expression("x/10**40"), "x", first), image(e, "x", last)) == -1


T_7, T_16 = (" + ".join(f"({c})*x**{k}" for k, c in enumerate(chebyshev(n).coeffs()) if c) for n in (7, 16))


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        (f"{T_7} <= 1", "proved"),
        (f"{T_7} < 1", "refuted"),
        (f"{T_7} <= 1 - 1e-30", "refuted"),
        (f"sup(abs({T_16})) == 1", "proved"),
        (f"sup(abs({T_16} + x/10**25)) == 1", "refuted"),
    ],
)
def test_touching_maxima(statement: str, verdict: str) -> None:
    assert prove(statement, where="abs(x) <= 1", suggest=False).verdict.value == verdict

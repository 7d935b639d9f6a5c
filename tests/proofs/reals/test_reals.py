"""Certified numbers: comparison, digits and the larger of two, at and beside the places where they could go wrong."""

from __future__ import annotations

import pickle
import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath as mp
import pytest
from flint import arb, fmpq
from gradproof.proofs.budget import Undecided, budget, spend
from gradproof.proofs.enclosures.balls import exact_rational, precision
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.functions.zeros import chart
from gradproof.proofs.normal_forms.signs import constant_sign
from gradproof.proofs.reals.decimals import half_unit, round_decimal
from gradproof.proofs.reals.reals import (
    MINUS_INFINITY,
    PLUS_INFINITY,
    Real,
    compare,
    exact,
    extreme,
    image,
    opposite,
    sign_of,
)

from ..exactly import holds

SEED = 20261122
X = ex.name("x")


def hidden(e: ex.Expr) -> Real:
    """A number known by its enclosures alone."""
    return Real(refine=lambda bits: enclose(e, prec=bits))


def test_rounding_to_digits() -> None:
    """Half a unit at most, ties away from 0, exact where it says so, no digit too many."""
    rng = random.Random(SEED)
    values = [fmpq(rng.randint(-(10**9), 10**9), rng.choice([1, 2, 5, 10**6, 3, 7, 2**40])) for _ in range(300)]
    values += [fmpq(n, d) for n in (5, 15, 25, 95, 995, 9995, 99949, 99951, 1) for d in (1, 10, 100, 10**6, 10**30)]
    values += [fmpq(10) ** k - fmpq(1, 10**40) for k in (-9, -1, 0, 1, 25)]
    values += [fmpq(10) ** k for k in (-30, -5, 0, 21, 40)]
    for value in values:
        for digits in (1, 2, 3, 17, 30):
            text, is_exact = round_decimal(value, digits)
            shown, truth = Fraction(Decimal(text)), Fraction(int(value.p), int(value.q))
            unit = Fraction(10) ** (Decimal(text).adjusted() - digits + 1)
            assert abs(shown - truth) <= unit / 2, f"{value} to {digits} digits is not {text}"
            assert is_exact == (shown == truth), text
            if abs(shown - truth) == unit / 2:
                assert abs(shown) > abs(truth), f"a tie, towards 0: {value} to {digits} digits is not {text}"
            assert len(Decimal(text).normalize().as_tuple().digits) <= digits
    assert round_decimal(fmpq(0), 5) == ("0", True)


@pytest.mark.parametrize("e", [ex.sqrt(2), ex.PI * 10**25, ex.exp(-90), -ex.log(3), ex.exp(ex.rational(-1) * 10**4)])
def test_digits_of_a_number_known_by_enclosures(e: ex.Expr) -> None:
    number = hidden(e)
    with mp.workdps(120):
        truth = mp.mpf(mp.mpmathify(eval_mp(e)))
        for digits in (1, 5, 30, 80):
            text = number.decimal(digits)
            found = number.to_json(digits)
            assert found["decimal"] == text == exact(e).decimal(digits) and found["exact"] is None
            assert abs(mp.mpf(text) - truth) <= mp.mpf(found["radius"]) * (1 + mp.mpf(10) ** -30)
            assert mp.mpf(found["radius"]) <= abs(truth) * mp.mpf(10) ** (1 - digits)
            assert mp.mpf(half_unit(text)) == mp.mpf(found["radius"])


def eval_mp(e: ex.Expr) -> Any:
    match e.op:
        case "rational":
            return mp.mpf(int(e.args[0].p)) / int(e.args[0].q)
        case "pi":
            return +mp.pi
        case "add":
            return mp.fsum(map(eval_mp, e.args))
        case "mul":
            return mp.fprod(map(eval_mp, e.args))
        case "pow":
            return mp.power(*map(eval_mp, e.args))
        case op:
            return getattr(mp, op)(*map(eval_mp, e.args))


def test_digits_at_a_rounding_boundary() -> None:
    """1/2 + 10^-60 rounds up, 1/2 - 10^-60 down; a number that may be either has no digit."""
    half = ex.function("sin", 1) ** 2 + ex.function("cos", 1) ** 2 + fmpq(3, 2)  # 5/2, by balls around it
    for e, text in ((half + fmpq(1, 10**60), "3"), (half - fmpq(1, 10**60), "2")):
        assert hidden(e).decimal(1) == text
    with pytest.raises(Undecided):
        hidden(half).decimal(1)


def test_comparison() -> None:
    root = ex.sqrt(2)
    near = root + ex.rational(fmpq(1, 10**200))
    for a in (exact(root), hidden(root)):
        for b in (exact(near), hidden(near)):
            assert compare(a, b) == -1 and compare(b, a) == 1
    assert compare(exact(ex.sqrt(8)), exact(2 * root)) == 0
    for a, b in ((hidden(root), hidden(root)), (hidden(root), exact(root))):
        with pytest.raises(Undecided):
            compare(a, b)
    one = hidden(root)
    assert compare(one, one) == 0
    ordered = [MINUS_INFINITY, exact(-(10**9)), hidden(-root), exact(0), hidden(near), PLUS_INFINITY]
    for i, a in enumerate(ordered):
        for j, b in enumerate(ordered):
            assert compare(a, b) == (i > j) - (i < j)


def test_two_roots_of_one_function() -> None:
    """x = cos-like roots without exact form: the same root found twice is equal, the next one is not."""
    e = ex.function("tanh", X) - X * fmpq(1, 2)
    first, again = chart(e, "x").zeros, chart(e, "x", exact(-10), exact(10)).zeros
    assert len(first) == len(again) == 3
    for i, a in enumerate(first):
        for j, b in enumerate(again):
            assert compare(a, b) == (i > j) - (i < j)
    other = chart(e + ex.rational(fmpq(1, 10**60)), "x").zeros
    assert compare(first[2], other[2]) == -1, "roots of two functions, 1e-60 apart"
    beside = Real(refine=lambda _: again[2].ball(900) + arb(10) ** -100, vanishes=again[2].vanishes)
    assert compare(first[2], beside) == -1, "outside the bracket the same function may have another root"
    assert opposite(first[0], first[2]) and not opposite(first[0], other[2])
    assert opposite(exact(ex.sqrt(2)), exact(-ex.sqrt(2))) and not opposite(exact(1), exact(fmpq(-99, 100)))


def test_the_larger_and_the_smaller() -> None:
    a, b = hidden(ex.sqrt(2)), exact(fmpq(141, 100))
    assert extreme(a, b, 1) is a and extreme(a, b, -1) is b and extreme(PLUS_INFINITY, a, 1) is PLUS_INFINITY
    alike = hidden(ex.sqrt(2))
    for sense in (1, -1):
        found = extreme(a, alike, sense)
        assert found is not a and found is not alike
        with mp.workdps(60):
            assert holds(found.ball(128), mp.sqrt(2)) and found.ball(128).rad() < 1e-30
    wide, thin = Real(refine=lambda _: arb(1, 1)), Real(refine=lambda _: arb("1.5", 0.25))
    for a, b in ((wide, thin), (thin, wide)):
        assert extreme(a, b, 1).ball().contains(2) and extreme(a, b, -1).ball().contains(0)


@pytest.mark.parametrize(
    ("e", "sign"),
    [
        (ex.exp(1) * ex.exp(-1) - 1, 0), (ex.sqrt(2) * ex.sqrt(3) - ex.sqrt(6), 0), (ex.function("erf", 30) - 1, -1),
        (ex.exp(ex.PI) - ex.PI - 20, -1), (ex.exp(-1000), 1), (ex.log(2) - ex.log(2) + 0, 0),
        (ex.rational(fmpq(-1, 10**50)), -1),
    ],
)  # fmt: skip
def test_the_sign_of_a_constant(e: ex.Expr, sign: int) -> None:
    assert constant_sign(e) == sign == sign_of(exact(e))
    if sign:
        assert sign_of(hidden(e)) == sign
    else:
        with pytest.raises(Undecided):
            sign_of(hidden(e + ex.PI - ex.PI * 1))


@pytest.mark.parametrize("e", [0 * ex.log(-1), 0 * ex.power(ex.ZERO, -1), ex.log(0) - ex.log(0), X, 0 * ex.sqrt(-2)])
def test_something_undefined_or_free_has_no_sign(e: ex.Expr) -> None:
    """Identically 0 says nothing about 0/0 or the logarithm of a negative number."""
    with pytest.raises(Undecided):
        constant_sign(e)


def test_images_of_points() -> None:
    at = chart(ex.function("tanh", X) - X * fmpq(1, 2), "x").zeros[2]
    with mp.workdps(60):
        root = mp.findroot(lambda t: mp.tanh(t) - t / 2, 2)
        vanishing = ex.function("tanh", X) - X / 2
        for e, truth in ((ex.exp(X), mp.exp(root)), (X * 7 + 1, 7 * root + 1), (vanishing + 3, mp.mpf(3)), (X, root)):
            for bits in (64, 160):
                ball = image(e, "x", at).ball(bits)
                assert holds(ball, truth) and ball.rel_accuracy_bits() >= bits - 16
    assert image(ex.exp(X), "x", exact(0)).rational == 1 and image(ex.PI, "x", at).exact is ex.PI


def test_numbers_as_fractions() -> None:
    with precision(300):
        assert exact_rational(arb(fmpq(-3, 2**70))) == fmpq(-3, 2**70) and exact_rational(arb(2) ** 90) == fmpq(2) ** 90
        assert exact_rational(arb(0)) == 0
        with pytest.raises(Undecided):
            exact_rational(arb(2) ** 10**7)


def test_pickles_keep_the_enclosure() -> None:
    root = chart(ex.function("tanh", X) - X * fmpq(1, 2), "x").zeros[2]
    for real in (PLUS_INFINITY, exact(ex.sqrt(2) / 3), root, image(ex.exp(X), "x", root)):
        back = pickle.loads(pickle.dumps(real))
        assert back.infinite == real.infinite and back.exact is real.exact and back.vanishes is real.vanishes
        if not real.infinite:
            assert back.ball(64).overlaps(real.ball(2000)) and back.ball(600).rad() < 1e-150


@pytest.mark.parametrize("digits", [1, 2, 17, 30])
def test_rounding_in_a_direction(digits: int) -> None:
    """Up is the least decimal of that many digits not below, down the greatest not above."""
    rng = random.Random(SEED)
    values = [fmpq(rng.randint(-(10**9), 10**9), rng.choice([1, 2, 3, 7, 10**6, 2**40])) for _ in range(200)]
    values += [fmpq(k) for k in (0, 1, -1, 99, -99)] + [fmpq(99999, 10**7), -fmpq(1) + fmpq(1, 10**40)]
    for value in values:
        truth = Fraction(int(value.p), int(value.q))
        for direction in (1, -1):
            text, is_exact = round_decimal(value, digits, direction)
            beyond = (Fraction(text) - truth) * direction
            assert beyond >= 0 and is_exact == (beyond == 0), f"{value} to {digits} digits, {direction}: {text}"
            assert beyond < Fraction(10) ** (Decimal(text).adjusted() - digits + 1) or not value
            assert len(Decimal(text).normalize().as_tuple().digits) <= digits


@pytest.mark.parametrize("e", [ex.sqrt(2), -ex.log(3), ex.exp(-90), ex.PI * 10**25])
def test_bounds_of_a_number_known_by_enclosures(e: ex.Expr) -> None:
    for digits in (1, 5, 30):
        for direction in (1, -1):
            assert hidden(e).bound(direction, digits) == exact(e).bound(direction, digits)
        low, high = (Fraction(hidden(e).bound(direction, digits)) for direction in (-1, 1))
        with precision(400):
            assert arb(fmpq(low.numerator, low.denominator)) < hidden(e).ball(400)
            assert arb(fmpq(high.numerator, high.denominator)) > hidden(e).ball(400)


def test_a_bound_of_what_may_be_a_short_decimal_is_still_a_bound() -> None:
    two = hidden(ex.function("sin", 1) ** 2 + ex.function("cos", 1) ** 2 + 1)
    assert Fraction(two.bound(1)) >= 2 >= Fraction(two.bound(-1))
    assert Fraction(two.bound(1)) - Fraction(two.bound(-1)) <= Fraction(2, 10**29)
    assert PLUS_INFINITY.bound(1) == "inf"


def test_a_zero_is_exact_or_has_a_small_radius() -> None:
    ball_zero = Real(refine=lambda _: arb(0))
    assert ball_zero.to_json() == {"decimal": "0", "exact": "0", "radius": "0"}
    assert Real(refine=lambda _: arb(3) / 4).to_json() == {"decimal": "0.75", "exact": None, "radius": "0"}
    perhaps = hidden(ex.function("sin", 1) ** 2 + ex.function("cos", 1) ** 2 - 1)
    shown = perhaps.to_json()
    assert (shown["decimal"], shown["exact"]) == ("0", None)
    assert 0 < Fraction(shown["radius"]) <= Fraction(1, 10**1000)
    coarse = Real(refine=lambda bits: arb(0, arb(2) ** -min(bits, 200))).to_json()
    assert coarse["decimal"] == "0" and Fraction(2) ** -200 <= Fraction(coarse["radius"]) <= Fraction(1, 10**30)


def test_a_number_beside_a_rounding_boundary_has_a_decimal_and_a_radius() -> None:
    half = hidden(ex.function("sin", 1) ** 2 + ex.function("cos", 1) ** 2 + fmpq(3, 2))
    shown = half.to_json(1)
    assert abs(Fraction(shown["decimal"]) - Fraction(5, 2)) <= Fraction(shown["radius"]) <= 1
    with pytest.raises(Undecided):
        half.decimal(1)


FEW_DIGITS = (
    ("1.00000000000000000000000000001915", 29), ("2.5000000001", 7), ("-0.0123456", 5), ("1", 3), ("99.9", 1),
    ("-7", 0),
)  # fmt: skip


@pytest.mark.parametrize(("middle", "places"), FEW_DIGITS)
def test_a_number_known_to_few_digits_has_no_more(middle: str, places: int) -> None:
    """Whatever number the ball means, it is within the radius of the decimal that is shown."""
    centre, radius = Fraction(middle), Fraction(1, 10**places)
    with precision(300):
        ball = arb(fmpq(centre.numerator, centre.denominator), arb(fmpq(1, 10**places)))
    shown = Real(refine=lambda _: ball).to_json()
    for value in (centre - radius, centre, centre + radius):
        assert abs(Fraction(shown["decimal"]) - value) <= Fraction(shown["radius"]) <= 100 * radius


def test_an_exact_form_does_not_depend_on_who_asked_before() -> None:
    x = ex.name("x")
    asked, fresh = (chart(x**2 - n, "x", exact(0)).zeros[0] for n in (19, 23))
    assert asked.recognise()
    assert fresh.to_json()["exact"] == "sqrt(23)"
    assert str(chart(x**2 - 29, "x", exact(0)).zeros[0]) == "sqrt(29)"


def test_a_search_that_was_cut_short_is_made_again() -> None:
    def search(_: arb) -> ex.Expr:
        spend(5)
        return ex.sqrt(31)

    root = Real(refine=lambda bits: enclose(ex.sqrt(31), prec=bits), recognise=search)
    with budget(0), pytest.raises(Undecided):
        root.recognise()
    assert root.exact is ex.sqrt(31)

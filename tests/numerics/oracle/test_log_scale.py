"""Values beyond a ball's exponents, and the side of an exact number a value lies on."""

import pytest
from flint import arb, ctx, fmpq
from gradproof.numerics.oracle.log_scale import beside_exact, log_size, parts, scaled_enclosure, scaled_sign, stand_in
from gradproof.proofs.catalogue.entries import catalogue
from gradproof.proofs.catalogue.parse import parse_expression, parse_number
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.expressions.calculus import differentiate

SMOOTH = [e for e in catalogue() if len(e.inputs) == 1 and not e.expr().switching]
PRIMITIVES = ("exp(x)", "log(x**2 + 1)", "erf(x)", "erfc(x)", "sinh(x)", "cosh(x)", "tanh(x)", "sqrt(x**2 + 3)")
QUOTIENTS = (
    "exp(x)/(1 + exp(x))", "1/(1 + exp(-x))", "sqrt(log(1 + exp(x)))", "(1 + exp(x))**(-3/2)", "log(3 + 2*exp(x))",
    "tanh(log(2 + exp(x)))", "tanh(log(x**2 + 1/3))",
    "(exp(2*x) + exp(x) - x)/(exp(2*x) + 3)", "exp(x + 1/(1 + exp(x**2)))", "(4 + exp(-x**2))**(5/2)", "log(exp(x))",
)  # fmt: skip
RATIONALS = [fmpq(p, 7) for p in (-300, -71, -9, -1, 0, 2, 8, 64, 280)]


@pytest.mark.parametrize("formula", PRIMITIVES + QUOTIENTS)
def test_where_plain_balls_work_both_enclose_the_same_number(formula: str) -> None:
    _agree(parse_number(formula))


@pytest.mark.parametrize("entry", SMOOTH, ids=lambda e: e.name)
def test_every_smooth_entry_and_its_derivatives(entry) -> None:
    expr = entry.expr()
    for _ in range(3):
        _agree(expr)
        expr = differentiate(expr, "x")


def _agree(expr) -> None:
    for x in RATIONALS:
        plain, scaled = enclose(expr, {"x": x}, 256), scaled_enclosure(expr, x, "x", 256)
        assert scaled.is_finite() == plain.is_finite()
        if not plain.is_finite():  # outside the domain
            continue
        assert plain.overlaps(scaled), x
        with ctx.workprec(256):
            assert scaled.rad() <= arb(2) ** -150 * (1 + abs(plain))


def test_smooth_entries_were_seen() -> None:
    assert len(SMOOTH) >= 40


@pytest.mark.parametrize("x", [10**5, 10**40, 10**300])
def test_growth_cancels_before_it_overflows(x: int) -> None:
    ratio = parse_expression("exp(x)/(1 + exp(x))")
    assert scaled_enclosure(ratio, fmpq(x), "x", 128).overlaps(arb(1))
    tail = scaled_enclosure(parse_expression("cosh(x)**-2*x"), fmpq(x), "x", 128)
    assert abs(tail) < arb(2) ** -2000
    assert tail > 0 or x > 10**40


@pytest.mark.parametrize("formula", ["1/(1 + exp(-x))", "x/(1 + exp(-x))", "exp(x)/(exp(x) + 2)"])
@pytest.mark.parametrize("exponent", [12, 40, 127])
def test_decay_is_seen_on_a_whole_binade(formula: str, exponent: int) -> None:
    binade = -arb(2) ** exponent * arb(1.5, 0.5)
    assert abs(scaled_enclosure(parse_expression(formula), binade, "x", 128)) < arb(2) ** -1080


def test_sizes_that_no_ball_shows_have_logarithms() -> None:
    binade = arb(2) ** 20 * arb(1.5, 0.5)
    growth = log_size(parse_expression("-exp(x)"), binade, "x", 128)
    assert growth.contains(arb(2) ** 20)
    assert growth.contains(arb(2) ** 21)
    assert growth > 2**20 - 1
    assert log_size(parse_expression("sin(x)"), binade, "x", 128).is_nan()


def test_the_side_of_an_exact_number() -> None:
    shrink, x = parse_expression("x - tanh(x)"), fmpq(2**24 + 2)
    above = beside_exact(shrink, x, "x", 2048)
    assert above is not None
    assert above > x - 1
    below = beside_exact(parse_expression("x*Phi(x)"), x, "x", 2048)
    assert below is not None
    assert below < x
    assert beside_exact(shrink, fmpq(1), "x", 2048) is None
    assert beside_exact(parse_number("x"), x, "x", 2048) is None


@pytest.mark.parametrize(
    ("formula", "x", "c", "sign"),
    [
        ("exp(x)/(1 + exp(x))", 2**88, fmpq(1), -1),
        ("exp(x)/(3 + 2*exp(x))", 2**88, fmpq(1, 2), -1),
        ("sqrt(4*x**2 + exp(-x))", 2**40, fmpq(2**41), 1),
        ("log(1 + exp(x))**(-3/2)", 2**88, fmpq(1, 2**132), -1),
        ("(8 - exp(-exp(x)))**(-2/3)", 100, fmpq(1, 4), 1),
        ("exp(x - tanh(x)*x)", 2**40, fmpq(1), 1),
        ("log(exp(x) - 1) + exp(x)/(1 - exp(x))", 2**900, fmpq(2**900 - 1), -1),
        ("exp(2*x)*exp(-x) - exp(x)", 10**5, fmpq(0), 0),
    ],
)
def test_exact_parts(formula: str, x: int, c: fmpq, sign: int) -> None:
    with precision(128):
        found = parts(parse_number(formula), fmpq(x), "x")
        assert (found.c, found.t) == (c, 0)
        assert (found.rest.m > 0) - (found.rest.m < 0) == sign
        assert abs(found.rest.ball()) < arb(2) ** -1000


def test_the_square_root_of_no_square_stays_a_ball() -> None:
    with precision(128):
        found = parts(parse_expression("sqrt(2 + exp(-x))"), fmpq(10**6), "x")
        assert found.c == 0
        assert found.rest.ball().overlaps(arb(2).sqrt())


def test_signs_through_growth_that_is_no_ball() -> None:
    for formula, sign in (("log(1 + exp(-x))", 1), ("exp(-exp(-x)) - 1", -1), ("sqrt(1 - exp(-x)) - 1", -1)):
        assert scaled_sign(parse_number(formula), fmpq(10**190), "x", 128) == sign


@pytest.mark.parametrize("c", [fmpq(0), fmpq(1), fmpq(-(2**900) - 1), fmpq(3, 2**1075)])
@pytest.mark.parametrize("side", [1, -1])
def test_a_stand_in_lies_on_its_side_alone(c: fmpq, side: int) -> None:
    ball = stand_in(c, side, 2048)
    assert ball is not None
    with precision(1 << 13):
        assert (ball - arb(c)) * side > 0
        assert abs(ball - arb(c)) < arb(2) ** -1200 * max(abs(c), fmpq(1))


def test_where_floats_may_be_nearer_nothing_stands_in() -> None:
    assert stand_in(fmpq(1, 3), 1, 2048) is None
    assert stand_in(fmpq(1, 2**1900), 1, 2048) is None


@pytest.mark.parametrize("u", [1001, 5000, 10**9])
def test_the_far_tail_of_erfc_encloses_the_plain_one(u: int) -> None:
    expr = parse_expression("erfc(x)*exp(x**2)*x")
    value = scaled_enclosure(expr, fmpq(u), "x", 256)
    with ctx.workprec(256):
        assert value.rad() < 1 / arb(u) ** 2
        exact = arb(u).erfc() * (arb(u) * u).exp() * u
        assert exact.overlaps(value)


def test_the_tanh_of_a_logarithm_beside_its_rational() -> None:
    smish = parse_expression("x*tanh(log(1 + 1/(1 + exp(-x))))")
    above = beside_exact(smish, fmpq(2**15), "x", 2048)  # below 3/5 x, by no more than exp(-2**15) x
    assert above is None  # 3/5 x is no float, so nothing has to stand beside it
    x = fmpq(5 * 2**13)
    below = beside_exact(smish, x, "x", 2048)
    assert below is not None
    assert below < arb(3 * 2**13)
    assert scaled_sign(parse_expression("x*tanh(log(1 + 1/(1 + exp(-x)))) - 3/5*x"), x, "x", 128) == -1


def test_the_sign_of_a_product_of_what_nearly_vanishes() -> None:
    slope = parse_expression("exp(-exp(-x))*(x*exp(-x) + 1)")
    assert scaled_sign(slope, fmpq(-(2**10)), "x", 128) == -1
    assert scaled_sign(slope, fmpq(-(2**90)), "x", 128) == -1


@pytest.mark.parametrize("x", [3072, 2**14, 2**24, 2**100])
def test_the_tanh_of_a_logarithm_beside_one(x: int) -> None:
    mish = parse_expression("x*tanh(log(1 + exp(x)))")
    for expr, exact in ((mish, x), (differentiate(mish, "x"), 1)):
        found = beside_exact(expr, fmpq(x), "x", 2048)
        assert found is not None
        assert found < exact if expr is mish else found > exact

"""Values beyond a ball's exponents, and the side of an exact number a value lies on."""

import pytest
from flint import arb, ctx, fmpq
from gradproof.numerics.scaled import beside_exact, scaled_enclosure
from gradproof.proofs.catalogue import catalogue
from gradproof.proofs.evaluate import enclose
from gradproof.proofs.expressions import differentiate
from gradproof.proofs.language import parse_expression

SMOOTH = [e for e in catalogue() if len(e.inputs) == 1 and not e.expr().switching]
PRIMITIVES = ("exp(x)", "log(x**2 + 1)", "erf(x)", "erfc(x)", "sinh(x)", "cosh(x)", "tanh(x)", "sqrt(x**2 + 3)")
RATIONALS = [fmpq(p, 7) for p in (-300, -71, -9, -1, 0, 2, 8, 64, 280)]


@pytest.mark.parametrize("formula", PRIMITIVES)
def test_where_plain_balls_work_both_enclose_the_same_number(formula: str) -> None:
    _agree(parse_expression(formula, {}))


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
    ratio = parse_expression("exp(x)/(1 + exp(x))", {})
    assert scaled_enclosure(ratio, fmpq(x), "x", 128).overlaps(arb(1))
    tail = scaled_enclosure(parse_expression("cosh(x)**-2*x", {}), fmpq(x), "x", 128)
    assert abs(tail) < arb(2) ** -2000
    assert tail > 0 or x > 10**40


def test_the_side_of_an_exact_number() -> None:
    shrink, x = parse_expression("x - tanh(x)", {}), fmpq(2**24 + 2)
    above = beside_exact(shrink, x, "x", 2048)
    assert above is not None
    assert above > x - 1
    below = beside_exact(parse_expression("x*Phi(x)", {}), x, "x", 2048)
    assert below is not None
    assert below < x
    assert beside_exact(shrink, fmpq(1), "x", 2048) is None
    assert beside_exact(parse_expression("x", {}), x, "x", 2048) is None


@pytest.mark.parametrize("u", [1001, 5000, 10**9])
def test_the_far_tail_of_erfc_encloses_the_plain_one(u: int) -> None:
    expr = parse_expression("erfc(x)*exp(x**2)*x", {})
    value = scaled_enclosure(expr, fmpq(u), "x", 256)
    with ctx.workprec(256):
        assert value.rad() < 1 / arb(u) ** 2
        exact = arb(u).erfc() * (arb(u) * u).exp() * u
        assert exact.overlaps(value)

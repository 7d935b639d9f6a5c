"""Sign charts: all zeros, in order, with the right sign on every gap."""

from __future__ import annotations

import mpmath as mp
import pytest
from flint import arb
from gradproof.proofs.budget import Undecided, budget
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.jets import program
from gradproof.proofs.functions.zeros import chart
from gradproof.proofs.reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, exact
from gradproof.proofs.reals.roots import Root


def end(text: str | None, infinite: Real) -> Real:
    return infinite if text is None else exact(parse_expression(text))


LAMBERT_7 = "x*(135135 + 17325*x**2 + 378*x**4 + x**6)/(135135 + 62370*x**2 + 3150*x**4 + 28*x**6)"
CHARTS = [
    # formula, low, high, zeros, signs
    ("x**2 - 2", None, None, ["-sqrt(2)", "sqrt(2)"], (1, -1, 1)),
    ("exp(x) - x - 1", None, None, ["0"], (1, 1)),
    ("(x**2 - 2)**2*exp(-x**2)", None, None, ["-sqrt(2)", "sqrt(2)"], (1, 1, 1)),
    ("x**3", None, None, ["0"], (-1, 1)),
    ("tanh(x) - x/2", None, None, [None, "0", None], (1, -1, 1, -1)),
    ("log(x)", "0", None, ["1"], (-1, 1)),
    ("x*log(x)", "0", None, ["1"], (-1, 1)),
    ("sinh(x) - 2*x", None, None, [None, "0", None], (-1, 1, -1, 1)),
    ("x**2 - 2", "-sqrt(2)", "sqrt(2)", [], (-1,)),
    ("x - 1e-40", "0", None, ["1e-40"], (-1, 1)),
    ("x*(x - 1e-10)", None, None, ["0", "1e-10"], (1, -1, 1)),
    ("sqrt(x) - x", "0", None, ["1"], (1, -1)),
    ("exp(-1/x**2)*(x - 3)", "0", None, ["3"], (-1, 1)),
    ("x**5 - x**4", "0", "1", [], (-1,)),
    ("sin(x)", "1/10", "10", [None, None, None], (1, -1, 1, -1)),
    ("exp(x) - 1e30", None, None, [None], (-1, 1)),
    (f"{LAMBERT_7} - tanh(x)", None, None, ["0"], (-1, 1)),
    pytest.param(
        f"{LAMBERT_7} - tanh(x) - x**13/10**20", None, None, [None, None, "0", None, None], (1, -1, 1, -1, 1, -1),
        marks=pytest.mark.thorough,
    ),
    ("1/(1 + x**2/20)**16 - erfc(x)/2", "0", None, [], (1,)),
    ("(exp(20*x) + 1)**2 - exp(20*x)**2 - 2*exp(20*x) - 1", None, None, [], (0,)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "low", "high", "zeros", "signs"), CHARTS)
def test_chart(text: str, low: str | None, high: str | None, zeros: list[str | None], signs: tuple[int, ...]) -> None:
    found = chart(parse_expression(text), "x", end(low, MINUS_INFINITY), end(high, PLUS_INFINITY))
    assert found.signs == signs and len(found.zeros) == len(zeros)
    for zero, expected in zip(found.zeros, zeros, strict=True):
        if expected is not None:
            with precision(256):
                assert zero.ball(200).overlaps(exact(parse_expression(expected)).ball(200))


def test_zeros_without_exact_form_are_where_mpmath_finds_them() -> None:
    found = chart(parse_expression("tanh(x) - x/2"), "x")
    with mp.workdps(60):
        root = mp.findroot(lambda t: mp.tanh(t) - t / 2, 2)
        assert mp.almosteq(mp.mpf(found.zeros[2].decimal(40)), root, rel_eps=mp.mpf(10) ** -38)


@pytest.mark.parametrize("offset", ["1e-30", "-1e-30"])
def test_a_double_zero_is_told_from_two_or_none(offset: str) -> None:
    found = chart(parse_expression(f"x**2 - 2*x*sqrt(2) + 2 + {offset}"), "x")
    assert found.signs == ((1,) if offset == "1e-30" else (1, -1, 1))


def test_a_constant_whose_sign_needs_many_digits() -> None:
    assert chart(parse_expression("exp(-1000)"), "x").signs == (1,)
    assert chart(parse_expression("tanh(200) - 1"), "x").signs == (-1,)


def test_a_root_stays_in_its_bracket_at_every_precision() -> None:
    """At 96 bits the sign at the upper end is lost to cancellation: the bracket must not move to the wrong half."""
    compiled = program(parse_expression("(exp(17*x) + 1)**2 - exp(17*x)**2 - 2*exp(17*x) - 1 + x**3 + x - 3"))
    root = Root(compiled, "x", 0, arb(0), arb(2), rising=1)
    with mp.workdps(40):
        truth = mp.findroot(lambda t: t**3 + t - 3, 1.2)
    for bits in (64, 200, 400):
        assert root(bits).overlaps(arb(mp.nstr(truth, 30)).union(arb(mp.nstr(truth, 29))))


def test_a_zero_at_zero_gets_thin() -> None:
    """Newton meets the root exactly at its midpoint: that is an answer, not a reason to stop with a wide ball."""
    zero = chart(parse_expression("sinh(x) - 2*x"), "x").zeros[1]
    assert zero.ball(64).rad() < arb("1e-10")
    assert zero.recognise() and zero.ball(64).rad() < arb("1e-10")


def test_infinitely_many_zeros_are_undecided() -> None:
    with pytest.raises(Undecided):
        chart(parse_expression("sin(x)"), "x")


@pytest.mark.thorough
def test_a_search_that_failed_is_not_run_again_unless_it_was_cut_short() -> None:
    e = parse_expression("cos(x)*exp(-x**2) - 2*sin(x)*exp(-x**2)*x + 0*y")
    with budget(500), pytest.raises(Undecided, match="more steps than are spent"):
        chart(e, "x", exact(-250), exact(250))
    spent: list[float] = []
    for _ in range(2):
        with budget() as meter, pytest.raises(Undecided, match="zeros of"):
            chart(e, "x", exact(-250), exact(250))
        spent.append(meter.spent)
    assert spent[0] > 10_000 and spent[1] == 0

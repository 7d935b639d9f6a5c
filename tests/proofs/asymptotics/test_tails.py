"""Tail models contain the function on the whole tail: every primitive, with models that absorb nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import mpmath as mp
import pytest
from flint import arb, fmpq
from gradproof.proofs.asymptotics.limits import End, limit, tail_sign
from gradproof.proofs.asymptotics.monomials import LOG_Y, UNIT, Model, Monomial, Y, growth
from gradproof.proofs.asymptotics.tail_models import Tail
from gradproof.proofs.asymptotics.tail_values import TailValues
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.expressions.expr import Expr
from gradproof.proofs.reals.reals import MINUS_INFINITY, PLUS_INFINITY, exact

from ...thorough import every, few

SEED = 20261122
DIGITS = 120
BITS = 512


def ends(ball: arb) -> tuple[Any, Any]:
    """The two ends of a ball, exactly; a ball that knows nothing is the whole line."""
    if not ball.is_finite():
        return -mp.inf, mp.inf
    with precision(2 * BITS):
        pairs = [end.mid().man_exp() for end in (ball.lower(), ball.upper())]
    low, high = (mp.ldexp(mp.mpf(int(m)), int(e)) for m, e in pairs)
    return low, high


def coefficient(c: Expr | arb) -> tuple[Any, Any]:
    return ends(c if isinstance(c, arb) else enclose(c, prec=BITS))


def monomial(m: Monomial, y: Any) -> Any:
    value = y ** (mp.mpf(int(m.k.p)) / int(m.k.q))
    if m.l:
        value *= mp.log(y) ** (mp.mpf(int(m.l.p)) / int(m.l.q))
    return value * mp.exp(mp.fsum(coefficient(c)[0] * monomial(n, y) for c, n in m.q))


def bounds(model: Model, y: Any) -> tuple[Any, Any]:
    low = high = mp.mpf(0)
    for m, c in model:
        a, b = coefficient(c)
        size = monomial(m, y)
        low, high = low + a * size, high + b * size
    return low, high


def assert_contains(text: str, truth: Callable[[Any], Any], start: fmpq, terms: int, side: int) -> int:
    """Build the model of a formula on one tail; check its values at random points. Returns how many were finite."""
    rng = random.Random(f"{SEED} {text} {start} {terms} {side}")
    end = End(PLUS_INFINITY if side > 0 else MINUS_INFINITY, -side)
    with precision(BITS):
        model = Tail(start, terms).model(parse_expression(text), "x", end.variable())
    first = mp.mpf(int(start.p)) / int(start.q)
    informative = 0
    with mp.workdps(DIGITS):
        spread = (first + mp.mpf(rng.expovariate(1 / 3)) for _ in range(12))
        points = [first, first + mp.mpf(10) ** -9, *spread, 60 * first + 7]
        for y in points:
            value = truth(side * y)
            low, high = bounds(model, y)
            if not mp.isfinite(low):
                continue
            informative += 1
            slack = mp.mpf(10) ** -80 * (1 + abs(low) + abs(high) + abs(value))
            assert low - slack <= value <= high + slack, f"{text} at x={mp.nstr(side * y, 20)} (seed {SEED})"
    return informative


PRIMITIVES: dict[str, Callable[[Any], Any]] = {
    "exp(1/x)": lambda x: mp.exp(1 / x),
    "exp(x)": mp.exp,
    "exp(-x**2)": lambda x: mp.exp(-x * x),
    "erf(x)": mp.erf,
    "erfc(x)": mp.erfc,
    "erf(1/x)": lambda x: mp.erf(1 / x),
    "atan(x)": mp.atan,
    "atan(1/x)": lambda x: mp.atan(1 / x),
    "tanh(x)": mp.tanh,
    "sinh(1/x)": lambda x: mp.sinh(1 / x),
    "cosh(x)": mp.cosh,
    "sin(1/x)": lambda x: mp.sin(1 / x),
    "cos(1/x)": lambda x: mp.cos(1 / x),
    "1/(1 + exp(-x))": lambda x: 1 / (1 + mp.exp(-x)),
    "log(1 + exp(x))": lambda x: mp.log1p(mp.exp(x)),
    "(1 + 1/x**2)**(1/3)": lambda x: mp.root(1 + 1 / x**2, 3),
    "sqrt(x**2 + 4)": lambda x: mp.sqrt(x * x + 4),
    "1/(1 + x**2)": lambda x: 1 / (1 + x * x),
}
POSITIVE_ONLY: dict[str, Callable[[Any], Any]] = {
    "log(x)": mp.log,
    "log(1 + 1/x)": lambda x: mp.log1p(1 / x),
    "x**(1/3)": lambda x: mp.root(x, 3),
    "x**x": lambda x: x**x,
    "(1 + 1/x)**(-3)": lambda x: (1 + 1 / x) ** -3,
    "sqrt(1 + 1/x)": lambda x: mp.sqrt(1 + 1 / x),
    "log(x)/x": lambda x: mp.log(x) / x,
}


@pytest.mark.parametrize("terms", few([1, 2, 3, 6], every(4)))
@pytest.mark.parametrize("start", few([fmpq(2), fmpq(9, 2)], every(2)))
def test_models_contain_the_function(start: fmpq, terms: int) -> None:
    checked = 0
    for text, truth in PRIMITIVES.items():
        for side in (1, -1):
            checked += assert_contains(text, truth, start, terms, side)
    for text, truth in POSITIVE_ONLY.items():
        checked += assert_contains(text, truth, start, terms, 1)
    assert checked > 0.9 * 15 * (2 * len(PRIMITIVES) + len(POSITIVE_ONLY))


def test_truncation_keeps_the_function() -> None:
    """More terms than the limit: the rest goes into one ball."""
    text = "1/x + 2/x**2 - 3/x**3 + 4/x**4 - 5/x**5 + exp(-x)"
    truth = lambda x: 1 / x + 2 / x**2 - 3 / x**3 + 4 / x**4 - 5 / x**5 + mp.exp(-x)  # noqa: E731
    for terms in (1, 2, 3):
        assert_contains(text, truth, fmpq(2), terms, 1)


def test_monomials_are_ordered_by_growth() -> None:
    assert growth(Y) == growth(LOG_Y) == 1 and growth(UNIT) == 0
    falling = Monomial(fmpq(100), fmpq(0), ((ex.rational(-1), Y),))
    assert growth(falling) == -1, "exp(-y) beats y^100"


def test_decrease_is_proved_only_where_it_is_true() -> None:
    """y^10 exp(-y) rises up to 10, log(y)/y up to e."""
    with precision(128):
        tail = TailValues(fmpq(2))
        bump = Monomial(fmpq(10), fmpq(0), ((ex.rational(-1), Y),))
        ratio = Monomial(fmpq(-1), fmpq(1))
        assert not tail.decreasing(bump, fmpq(9)) and tail.decreasing(bump, fmpq(11))
        assert not tail.decreasing(ratio, fmpq(5, 2)) and tail.decreasing(ratio, fmpq(3))
        top = tail.range_from(bump, fmpq(2))
        assert top.contains(10**10 * arb(-10).exp()), "the maximum lies beyond the start"


@pytest.mark.parametrize(
    ("text", "side", "sign"),
    [
        ("tanh(x) - 1", 1, -1),
        ("erf(x) - 1", 1, -1),
        ("atan(x) - pi/2", 1, -1),
        ("exp(x) - x**100", 1, 1),
        ("log(1 + exp(x)) - x", 1, 1),
        ("x*tanh(x) + x", -1, -1),
        ("sqrt(x**2 + 4) + x", -1, 1),
        ("x - x", 1, 0),
    ],
)
def test_signs_decide_strictness(text: str, side: int, sign: int) -> None:
    end = End(PLUS_INFINITY if side > 0 else MINUS_INFINITY, -side)
    assert tail_sign(parse_expression(text), "x", end).sign == sign


def test_a_late_sign_change_is_not_missed() -> None:
    """x - 1000 is negative on [1/2, 1000): no start at or below 1000 may be accepted."""
    found = tail_sign(parse_expression("x - 1000"), "x", End(PLUS_INFINITY, -1))
    assert found.sign == 1 and found.start > 1000


@pytest.mark.parametrize("text", ["sin(x)", "x + x*sin(x)", "tan(x)"])
def test_oscillation_has_no_sign(text: str) -> None:
    with pytest.raises(Undecided):
        tail_sign(parse_expression(text), "x", End(PLUS_INFINITY, -1))


@pytest.mark.parametrize(
    ("text", "at", "side", "expected"),
    [
        ("sin(x)/x", "0", 1, "1"),
        ("(exp(x) - 1)/x", "0", -1, "1"),
        ("x*log(x)", "0", 1, "0"),
        ("(1 - cos(x))/x**2", "0", 1, "1/2"),
        ("exp(-1/x**2)/x**9", "0", 1, "0"),
        ("log(3*x) - log(x)", "0", 1, "log(3)"),
        ("(sqrt(x) - sqrt(2))/(x - 2)", "2", 1, "sqrt(2)/4"),
    ],
)
def test_limits_at_finite_points(text: str, at: str, side: int, expected: str) -> None:
    found = limit(parse_expression(text), "x", End(exact(parse_expression(at)), side))
    assert found.exact is not None
    with precision(200):
        assert enclose(found.exact - parse_expression(expected), prec=200).contains(0)

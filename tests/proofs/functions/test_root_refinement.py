"""Zeros: every one is found, none invented, each stays in its bracket; the parts of the search tested alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import mpmath as mp
import pytest
from flint import arb, fmpq
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.jets import program
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.expressions.printing import to_text
from gradproof.proofs.functions.zeros import LENGTH, _merge, _power, _Search, chart
from gradproof.proofs.reals.reals import MINUS_INFINITY, PLUS_INFINITY, compare, exact
from gradproof.proofs.reals.roots import Root

from ...thorough import every, few
from ..exactly import ends, holds, inside, interval, number

SEED = 20261122
X = ex.name("x")
SHAPES = [ex.ONE, ex.exp(-X), ex.exp(-X * X * fmpq(1, 4)), 2 + ex.function("tanh", X), 1 / (1 + X * X)]
"""Positive factors, which change no zero and no sign."""


def from_roots(roots: dict[fmpq, int], shape: ex.Expr, lead: int) -> ex.Expr:
    e = ex.as_expr(lead) * shape
    for root, order in roots.items():
        e = e * ex.power(X - root, order)
    return e


def bisected(f: Callable[[Any], Any], low: Any, high: Any) -> Any:
    left = mp.sign(f(low))
    for _ in range(150):
        middle = (low + high) / 2
        low, high = (middle, high) if mp.sign(f(middle)) == left else (low, middle)
    return low


def signs_between(
    roots: dict[fmpq, int], lead: int, low: fmpq | None, high: fmpq | None
) -> tuple[list[fmpq], tuple[int, ...]]:
    """The roots inside and the sign on each gap, by counting the factors that are negative."""
    inside = sorted(r for r in roots if (low is None or r > low) and (high is None or r < high))
    signs = []
    for i in range(len(inside) + 1):
        beyond = inside[i:] + [r for r in roots if high is not None and r >= high]
        signs.append(lead * (-1) ** sum(roots[r] for r in beyond))
    return inside, tuple(signs)


@pytest.mark.parametrize("seed", range(24))
def test_charts_of_known_roots(seed: int) -> None:
    """Simple, double and triple roots, clusters down to 1e-9, and ends on roots or close to them."""
    rng = random.Random(f"{SEED} {seed}")
    roots: dict[fmpq, int] = {}
    for _ in range(rng.randint(1, 3)):
        at = fmpq(rng.randint(-24, 24), rng.choice([1, 2, 3, 8]))
        roots[at] = rng.choice([1, 1, 2, 3])
        if rng.random() < 0.4:
            roots[at + fmpq(1, 10 ** rng.choice([1, 3, 6, 9]))] = rng.choice([1, 1, 2])
    lead, shape = rng.choice([1, -2]), rng.choice(SHAPES)
    e = from_roots(roots, shape, lead)
    some = rng.choice(sorted(roots))
    intervals: list[tuple[fmpq | None, fmpq | None]] = [(None, None), (some, None), (None, some), (some, some + 1)]
    near = fmpq(1, 10**12)
    intervals += [(some - 1, some), (some - near, None), (some + near, some + 2), (None, some + 10**5 * near)]
    for low, high in intervals:
        found = chart(
            e, "x", MINUS_INFINITY if low is None else exact(low), PLUS_INFINITY if high is None else exact(high)
        )
        within, signs = signs_between(roots, 1 if lead > 0 else -1, low, high)
        shown = f"{to_text(e)} on ({low}, {high})"
        assert found.signs == signs, shown
        assert len(found.zeros) == len(within), shown
        for zero, root in zip(found.zeros, within, strict=True):
            assert zero.ball(200).overlaps(arb(root)) and zero.ball(200).rad() < 1e-30, shown
            assert zero.recognise() and compare(zero, exact(root)) == 0, shown


@pytest.mark.parametrize(
    ("text", "low", "high", "truth"),
    few(
        [
            ("sin(x)", "1/10", "19", [k * mp.pi for k in range(1, 7)]),
            ("sin(x**2)", "1/2", "5", [mp.sqrt(k * mp.pi) for k in range(1, 8)]),
            ("cos(x) - x", "-3", "3", [mp.findroot(lambda t: mp.cos(t) - t, 0.7)]),
            ("exp(x)*cos(x) - 1/100", "-9", "0", None),
            ("erf(x) - x/2", "-5", "5", None),
            ("x*exp(-x) - 1/3", "-1", "20", None),
            ("sin(x) + sin(10*x)/3", "1/10", "6", None),
        ],
        every(7),
    ),
)
def test_charts_of_transcendental_functions(text: str, low: str, high: str, truth: list | None) -> None:
    """As many zeros as a fine grid shows sign changes, each within its enclosure of what mpmath finds."""
    e = parse_expression(text)
    a, b = exact(parse_expression(low)), exact(parse_expression(high))
    found = chart(e, "x", a, b)
    names = {n: getattr(mp, n) for n in ("sin", "cos", "exp", "erf")}
    f = lambda t: eval(text.replace("1/", "one/"), names, {"x": t, "one": mp.mpf(1)})  # noqa: E731
    with mp.workdps(60):
        first, last = (number(end.rational) for end in (a, b) if end.rational is not None)
        ts = [first + (last - first) * (mp.mpf(k) + mp.mpf("0.31")) / 4000 for k in range(4000)]
        changes = [(s, t) for s, t in pairwise(ts) if mp.sign(f(s)) != mp.sign(f(t))]
        assert len(found.zeros) == len(changes)
        for zero, (s, t) in zip(found.zeros, changes, strict=True):
            root = bisected(f, s, t)
            low_, high_ = ends(zero.ball(120))
            slack = mp.mpf(10) ** -28
            assert low_ - slack <= root <= high_ + slack and high_ - low_ < mp.mpf(10) ** -25
        probes = [first, *(t for _, t in changes), last]
        for sign, s, t in zip(found.signs, probes, probes[1:], strict=False):
            assert sign == int(mp.sign(f((s + t) / 2)))
        if truth is not None:
            assert all(abs(ends(z.ball(100))[0] - r) < 1e-14 for z, r in zip(found.zeros, truth, strict=True))


@pytest.mark.parametrize("rising", [1, -1])
@pytest.mark.parametrize("at", [fmpq(1, 3), fmpq(0), fmpq(-7, 5), fmpq(5, 2)])
def test_refinement_keeps_the_root(rising: int, at: fmpq) -> None:
    """At every precision, with brackets of very different sides, and for a root exactly in the middle."""
    step = X - at
    for e in (step, ex.function("sinh", step), step**3 + step, ex.exp(3 * step) - 1, ex.function("erf", step)):
        compiled = program(rising * e)
        for left, right in ((fmpq(1), fmpq(1)), (fmpq(1, 10**6), fmpq(2)), (fmpq(3), fmpq(1, 10**9))):
            with precision(256):
                root = Root(compiled, "x", 0, arb(at - left), arb(at + right), rising)
            for bits in (32, 64, 190, 400):
                ball = root(bits)
                assert ball.contains(arb(at)) or ball.overlaps(arb(at)), f"{to_text(e)} at {bits} bits: {ball}"
                with mp.workdps(200):
                    low, high = ends(ball)
                    assert low <= number(at) <= high or abs(low - number(at)) < mp.mpf(10) ** -150, to_text(e)
                    assert high - low < mp.mpf(2) ** (12 - bits)


def test_refinement_of_a_derivative() -> None:
    """The zero of the second derivative of x**4 - 6 x**2 is 1."""
    root = Root(program(X**4 - 6 * X**2), "x", 2, arb("0.25"), arb(3), 1)
    assert root(100).overlaps(arb(1)) and root(100).rad() < 1e-25


def search(text: str) -> _Search:
    return _Search(parse_expression(text), "x", MINUS_INFINITY, PLUS_INFINITY, 128, 100)


def test_a_zero_at_the_border_of_a_cell_is_noticed() -> None:
    for a, b in ((0, 1), (-1, 0)):
        with pytest.raises(Undecided, match="border"):
            search("x*(x + 5)")._descend(arb(a), arb(b), 1)
    points, signs = search("x*(x + 5)")._descend(arb(-1), arb(1), 1)
    assert len(points) == 1 and signs == [-1, 1]


def test_all_zeros_below_a_derivative_that_keeps_its_sign() -> None:
    """From the third derivative down to the function: all zeros on the cell, also the double one."""
    for text, zeros, signs in (
        ("x**3 - 3*x + 1", 3, [-1, 1, -1, 1]), ("x**3 - 3*x + 2", 2, [-1, 1, 1]), ("x**3 - 3*x + 3", 1, [-1, 1]),
        ("(x - 1/3)**3", 1, [-1, 1]),
    ):  # fmt: skip
        points, found = search(text)._descend(arb(-3), arb("2.5"), 3)
        assert (len(points), found) == (zeros, signs), text


def test_a_double_zero_needs_an_identity() -> None:
    """An enclosure of 0 is no proof: 1e-30 above or below it there is none, or there are two."""
    for shift, zeros in (("0", 1), ("1e-30", 0), ("-1e-30", 2), ("1e-100", 0)):
        points, _ = search(f"x**2 - 2*x + 1 + {shift}")._descend(arb(-3), arb("2.5"), 2)
        assert len(points) == zeros


def test_a_bracket_is_one_only_with_the_signs_of_its_marks() -> None:
    """The rounded ends of a bracket lie inside it; a zero beyond them is not in it."""
    found = search("x**2 - 2")
    found._check_bracket(arb(1), arb(2), 0, -1, 1)
    for low, high in ((arb("1.5"), arb(2)), (arb(0), arb(1)), (arb(1).union(arb("1.5")), arb(2))):
        with pytest.raises(Undecided):
            found._check_bracket(low, high, 0, -1, 1)


def test_a_root_that_looks_like_a_third_is_not_one() -> None:
    """1/3 + 1e-160 agrees with 1/3 to more digits than exact forms are guessed from."""
    at = fmpq(1, 3) + fmpq(1, 10**160)
    (root,) = chart((X - at) * (X * X + 1), "x").zeros
    assert compare(root, exact(fmpq(1, 3))) == 1
    (root,) = chart(ex.function("sinh", X - at) * ex.exp(X), "x").zeros
    assert compare(root, exact(fmpq(1, 3))) == 1


def test_signs_that_disagree_are_an_error() -> None:
    zero = exact(0)
    assert _merge([1], [([], [1]), ([zero], [1, -1])], [-1]) == ([zero], [1, -1])
    assert _merge([], [([], [1]), ([zero], [1, -1])], []) == ([zero], [1, -1])
    for left, right in (([-1], [-1]), ([1], [1])):
        with pytest.raises(Undecided):
            _merge(left, [([], [1]), ([zero], [1, -1])], right)
    with pytest.raises(Undecided):
        _merge([], [([], [1]), ([], [-1])], [])


def test_powers_of_an_offset() -> None:
    with precision(128), mp.workdps(60):
        for low, high in ((-1, 1), (-3, 3)):
            offset = interval(low, high)
            for n in range(7):
                assert all(holds(_power(offset, n), t**n) for t in inside(offset))
                assert n % 2 or _power(offset, n).lower() > -1e-6


FUNCTIONS = {
    "x**5 - 3*x**2 + x/7": lambda t: t**5 - 3 * t**2 + t / 7,
    "sin(3*x) + x/2": lambda t: mp.sin(3 * t) + t / 2,
    "exp(-x**2)*(x - 1/5)": lambda t: mp.exp(-t * t) * (t - mp.mpf(1) / 5),
    "tanh(2*x) - x**3": lambda t: mp.tanh(2 * t) - t**3,
    "log(x**2 + 1/9)": lambda t: mp.log(t * t + mp.mpf(1) / 9),
}


@pytest.mark.parametrize("text", FUNCTIONS)
def test_a_derivative_said_to_keep_its_sign_does(text: str) -> None:
    rng = random.Random(f"{SEED} {text}")
    decided = 0
    for _ in range(40):
        low = fmpq(rng.randint(-300, 250), 128)
        high = low + fmpq(1, rng.choice([1, 2, 4, 8, 16]))
        with precision(128, LENGTH):
            found = search(text)._nonvanishing(arb(low), arb(high))
        if found is None:
            continue
        decided += 1
        sign, order = found
        with mp.workdps(40):
            for k in range(9):
                t = number(low) + number(high - low) * k / 8
                assert sign * mp.diff(FUNCTIONS[text], t, order) > -mp.mpf(10) ** -15, f"order {order} at {t}"
    assert decided > 15


@pytest.mark.parametrize(
    ("text", "side", "sign", "next_zero"),
    [
        ("x**2*(x - 1/1000)", 1, -1, fmpq(1, 1000)), ("x**2*(x + 1/1000)", -1, 1, fmpq(-1, 1000)),
        ("x*(x - 1/7)", 1, -1, fmpq(1, 7)), ("x**3", -1, -1, None), ("x**3", 1, 1, None),
        ("-x**4*(x - 3)", -1, 1, None),
        ("(exp(x) - 1)*(x - 1/30)", 1, -1, fmpq(1, 30)),
    ],
)  # fmt: skip
def test_a_neighbourhood_that_is_cleared_holds_no_other_zero(
    text: str, side: int, sign: int, next_zero: fmpq | None
) -> None:
    other = PLUS_INFINITY if side > 0 else MINUS_INFINITY
    found = search(text)
    reach, seen = found._finite_end(exact(0), side, other)
    assert seen == sign and reach is not None
    assert side * reach > 0
    if next_zero is not None:
        assert side * reach < side * arb(next_zero)
    bounded = search(text)._finite_end(exact(0), side, exact(side * fmpq(1, 64)))[0]
    assert bounded is not None and side * bounded <= arb("0.0157"), "no further than the other end"


def test_an_affine_function() -> None:
    for text, low, high, zeros, signs in (
        ("2*x - 3", None, None, 1, (-1, 1)), ("3 - 2*x", "0", "1", 0, (1,)), ("3 - 2*x", "2", "3", 0, (-1,)),
        ("x - 1", "1", None, 0, (1,)), ("x - 1", None, "1", 0, (-1,)), ("1 - x", "0", "3", 1, (1, -1)),
        ("x*sqrt(2) - 2", "0", "2", 1, (-1, 1)),
    ):  # fmt: skip
        a = exact(parse_expression(low)) if low else MINUS_INFINITY
        b = exact(parse_expression(high)) if high else PLUS_INFINITY
        found = chart(parse_expression(text), "x", a, b)
        assert (len(found.zeros), found.signs) == (zeros, signs), text

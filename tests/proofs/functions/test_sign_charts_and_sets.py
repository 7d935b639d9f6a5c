"""Lines, sets, spans and pieces by brute force: what they say of many points is what is true there."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise, product
from typing import Any

import mpmath as mp
import pytest
from flint import arb, fmpq
from gradproof.proofs.budget import Undecided
from gradproof.proofs.cases import fourier_motzkin
from gradproof.proofs.cases.bounds import product_span, span_of
from gradproof.proofs.cases.case_split import _positive_term, _span_signs
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.functions.pieces import Pieces, split, value_at
from gradproof.proofs.functions.sign_charts import sign_line
from gradproof.proofs.functions.step_functions import Line, constant, merge, sample
from gradproof.proofs.functions.zeros import chart
from gradproof.proofs.normal_forms.signs import Undefined
from gradproof.proofs.reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, exact
from gradproof.proofs.reals.sets import Interval, RealSet, equal, point, union
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

from ..exactly import holds, number

SEED = 20261122
X = ex.name("x")

# --- lines ------------------------------------------------------------------------------------------------------


def read(line: Line[Any], x: fmpq) -> Any:
    """What a line says at a rational."""
    for i, mark in enumerate(line.marks):
        order = compare(exact(x), mark)
        if order == 0:
            return line.at[i]
        if order < 0:
            return line.gaps[i]
    return line.gaps[-1]


def random_line(rng: random.Random, label: str) -> Line[str]:
    """Marks out of a small stock, so that lines share some and others are very near."""
    stock = [fmpq(n, 2) for n in range(-4, 5)] + [fmpq(n, 2) + fmpq(1, 10**30) for n in range(-4, 5)]
    marks = sorted(rng.sample(stock, rng.randint(0, 5)))
    names = [f"{label}{i}" for i in range(2 * len(marks) + 1)]
    return Line(tuple(map(exact, marks)), tuple(names[1::2]), tuple(names[::2]))


@pytest.mark.parametrize("seed", range(20))
def test_merged_lines_say_what_each_says(seed: int) -> None:
    rng = random.Random(f"{SEED} {seed}")
    lines = [random_line(rng, label) for label in "abc"] + [constant("d")]
    merged = merge(lines)
    assert len(merged.at) == len(merged.marks) == len(merged.gaps) - 1
    assert all(compare(a, b) < 0 for a, b in pairwise(merged.marks)), "equal marks appear once"
    halves = [fmpq(n, 2) for n in range(-5, 6)]
    for x in (h + d for h in halves for d in (fmpq(0), fmpq(1, 10**30), fmpq(1, 10**31), -fmpq(1, 10**31), fmpq(1, 4))):
        assert read(merged, x) == tuple(read(line, x) for line in lines), f"at {x}"


def test_a_mark_found_twice_is_one_mark() -> None:
    """sqrt(2) as an exact number, as a root of x**2 - 2 and as the end of a condition."""
    roots = sign_line(X * X - 2, "x")
    other = Line((exact(ex.sqrt(2)),), ("at",), ("left", "right"))
    merged = merge([roots, other])
    assert len(merged.marks) == 2 and merged.at == ((0, "left"), (0, "at")) and merged.gaps[1] == (-1, "left")
    near = Line((exact(ex.sqrt(2) + fmpq(1, 10**40)),), ("at",), ("left", "right"))
    assert merge([roots, near]).at == ((0, "left"), (0, "left"), (1, "at"))


def test_samples_lie_strictly_inside() -> None:
    rng = random.Random(SEED)
    ends = [exact(fmpq(rng.randint(-50, 50), rng.randint(1, 9))) for _ in range(30)] + [exact(0), exact(1), exact(-1)]
    ends += [exact(ex.sqrt(2)), exact(ex.PI), exact(ex.PI + fmpq(1, 10**40)), MINUS_INFINITY, PLUS_INFINITY]
    ends += list(chart(ex.function("tanh", X) - X / 2, "x").zeros)
    for low, high in product(ends, repeat=2):
        if compare(low, high) < 0:
            x = sample(low, high)
            assert x.rational is not None and compare(low, x) < 0 < compare(high, x), f"{x} between {low} and {high}"


# --- sets -------------------------------------------------------------------------------------------------------


def contains(parts: Any, x: fmpq) -> bool:
    for part in parts:
        low, high = compare(exact(x), part.low), compare(exact(x), part.high)
        if (low > 0 or (low == 0 and part.low_closed)) and (high < 0 or (high == 0 and part.high_closed)):
            return True
    return False


def random_interval(rng: random.Random) -> Interval:
    low, high = sorted(rng.choices(range(-3, 4), k=2))
    if low == high:
        return point(exact(low))
    a = MINUS_INFINITY if rng.random() < 0.1 else exact(low)
    b = PLUS_INFINITY if rng.random() < 0.1 else exact(high)
    return Interval(a, b, not a.infinite and rng.random() < 0.5, not b.infinite and rng.random() < 0.5)


@pytest.mark.parametrize("seed", range(40))
def test_unions(seed: int) -> None:
    """The same points, in disjoint parts that do not touch."""
    rng = random.Random(f"{SEED} {seed}")
    parts = [random_interval(rng) for _ in range(rng.randint(1, 6))]
    joined = union(parts)
    for x in (fmpq(n, 4) for n in range(-20, 21)):
        assert contains(joined.parts, x) == contains(parts, x), f"{x} in {joined} from {[str(p) for p in parts]}"
    for a, b in pairwise(joined.parts):
        order = compare(a.high, b.low)
        assert order < 0 or (order == 0 and not a.high_closed and not b.low_closed), str(joined)
    assert equal(joined, union(reversed(parts)))
    last = joined.parts[-1]
    if not last.high.infinite and not last.is_point:
        flipped = Interval(last.low, last.high, last.low_closed, not last.high_closed)
        assert not equal(joined, RealSet((*joined.parts[:-1], flipped)))


# --- spans ------------------------------------------------------------------------------------------------------

ENDS: list[int | None] = [None, -2, -1, 0, 1, 3]
"""None: the infinity on that side."""


def spans() -> list[Interval]:
    result = []
    for low, high in product(ENDS, ENDS):
        if low is not None and high is not None and low > high:
            continue
        for closed in product((True, False), repeat=2):
            if (low is None and closed[0]) or (high is None and closed[1]):
                continue
            if low is not None and low == high and not all(closed):
                continue
            a = MINUS_INFINITY if low is None else exact(low)
            result.append(Interval(a, PLUS_INFINITY if high is None else exact(high), *closed))
    return result


def members(span: Interval) -> list[fmpq]:
    """Points of a span: its ends where closed, points close to them where open, far ones, 0 where inside."""
    low = fmpq(-1000) if span.low.infinite else span.low.rational
    high = fmpq(1000) if span.high.infinite else span.high.rational
    assert low is not None and high is not None
    if low == high:
        return [low]
    close = fmpq(1, 10**6)
    inside = [low if span.low_closed else low + close, high if span.high_closed else high - close, (low + high) / 2]
    return inside + ([fmpq(0)] if low < 0 < high else [])


def agrees(value: Real, attained: bool, found: fmpq, sense: int) -> bool:
    """Whether the largest (sense 1) product of members is what the end of a span says."""
    if value.infinite:
        return value.infinite == sense and abs(found) > 400 and not attained
    assert value.rational is not None
    gap = sense * (value.rational - found)
    return gap == 0 if attained else 0 < gap < fmpq(1, 10**2)


def test_products_of_spans() -> None:
    """All open, closed and unbounded combinations: the ends, and whether they are attained."""
    checked = 0
    for a, b in product(spans(), repeat=2):
        if any(s.low.infinite or s.high.infinite for s in (a, b)) and any(
            r is not None and abs(r) < fmpq(1, 10**3) for s in (a, b) for r in (s.low.rational, s.high.rational)
        ):
            continue  # 0 times something unbounded: below
        found = product_span(a, b)
        products = [x * y for x in members(a) for y in members(b)]
        shown = f"{a} times {b}"
        assert agrees(found.low, found.low_closed, min(products), -1), shown
        assert agrees(found.high, found.high_closed, max(products), 1), shown
        checked += 1
    assert checked > 1000


def test_products_with_zero_and_infinity() -> None:
    nonnegative, positive = (Interval(exact(0), PLUS_INFINITY, closed, False) for closed in (True, False))
    zero, unit = Interval(exact(0), exact(0), True, True), Interval(exact(0), exact(1), False, False)
    everything = Interval(MINUS_INFINITY, PLUS_INFINITY, False, False)
    for a, b, low, high, closed in (
        (nonnegative, nonnegative, 0, None, True), (positive, nonnegative, 0, None, True),
        (positive, positive, 0, None, False),
        (zero, everything, 0, 0, True), (zero, positive, 0, 0, True), (unit, positive, 0, None, False),
        (unit, nonnegative, 0, None, True),
    ):  # fmt: skip
        for found in (product_span(a, b), product_span(b, a)):
            assert found.low.rational == low and found.low_closed is closed
            assert found.high.infinite == 1 if high is None else found.high.rational == high


@pytest.mark.parametrize(
    ("text", "low", "high", "attained"),
    [
        ("sigmoid(x) + tanh(y)", "-1", "2", (False, False)), ("exp(-y**2)/(1 + x**2)", "0", "1", (False, True)),
        ("exp(-x**2) + tanh(y)", "-1", "2", (False, False)), ("exp(-x**2) + 1/(1 + y**2)", "0", "2", (False, True)),
        ("x**2 + y**2", "0", "oo", (True, False)), ("tanh(x)*tanh(y)", "-1", "1", (False, False)),
        ("x*tanh(y)", "-oo", "oo", (False, False)), ("exp(-x**2)*exp(y)", "0", "oo", (False, False)),
    ],
)  # fmt: skip
def test_ranges_of_independent_parts(text: str, low: str, high: str, attained: tuple[bool, bool]) -> None:
    found = span_of(parse_expression(text), {})
    for end, expected in ((found.low, low), (found.high, high)):
        if expected.endswith("oo"):
            assert end.infinite == (-1 if expected.startswith("-") else 1)
        else:
            assert compare(end, exact(parse_expression(expected))) == 0
    assert (found.low_closed, found.high_closed) == attained


@pytest.mark.parametrize(
    ("span", "signs"),
    [
        ((0, 1, True, True), {0, 1}), ((0, 1, False, True), {1}), ((-1, 0, True, True), {-1, 0}),
        ((-1, 0, True, False), {-1}),
        ((-1, 1, False, False), {-1, 0, 1}), ((0, 0, True, True), {0}), ((1, 2, False, False), {1}),
    ],
)  # fmt: skip
def test_signs_of_a_span(span: tuple[int, int, bool, bool], signs: set[int]) -> None:
    low, high, low_closed, high_closed = span
    assert _span_signs(Interval(exact(low), exact(high), low_closed, high_closed)) == signs


def test_terms_that_are_positive() -> None:
    y, known = ex.name("y"), {X: 1, ex.name("y"): -1, ex.name("z"): 0}
    for e, positive in (
        (X, True), (y, False), (X * y, False), (-X * y, True), (X / y, False), (y**2, True), (y**3, False),
        (ex.name("z"), False), (ex.name("w"), False), (ex.exp(ex.name("w")), True), (-ex.exp(ex.name("w")), False),
        (2 * X * y**-4, True),
    ):  # fmt: skip
        assert _positive_term(e, known) is positive, e


@pytest.mark.parametrize(
    ("text", "where"),
    [
        # false, but true at every simple point
        ("abs(x - y - 1/7) > 0", None), ("(x - y)**2 > 0", "x > y - 1/7 and x < y + 1/9 and x != 0 and y != 0"),
        ("x*y >= 0", "x > 1/7 or y > 1/7"), ("(x - 11/10)**2 + (y + 1/10)**2 > 1e-8", "x > 1/7 or y > 1/7"),
        ("x + y < 2/7", "x <= 1/7 and y <= 1/7"), ("tanh(x) < tanh(y)", "x <= y and x > 1/7 and y < 1/6"),
        ("x*y < 1/49", "0 <= x <= 1/7 and 0 <= y <= 1/7"), ("1/(x*y) != 49", None), ("x - y >= 1/7", "x - y > 1/8"),
        ("(x + y)/(x - y)*(x - y) == x + y + (1 if x == y + 1/7 else 0)", None), ("sign(x*y - 1/7) != 0", None),
        ("max(x, y) != 1/7", None), ("sigmoid(x)*sigmoid(y) < 1/4", "x <= 0 and y <= 0"), ("exp(x)*y > 0", "y >= 0"),
    ],
)  # fmt: skip
def test_false_statements_about_two_names_are_not_proved(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is not Verdict.PROVED


# --- linear inequalities ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30))
def test_feasible_systems_are_not_called_infeasible(seed: int) -> None:
    """Rows that hold at a chosen point are feasible; adding the opposite of one of them makes them infeasible."""
    rng = random.Random(f"{SEED} {seed}")
    at = {n: fmpq(rng.randint(-5, 5), rng.randint(1, 3)) for n in "xyz"}
    rows = []
    for _ in range(rng.randint(1, 6)):
        coefficients = {n: fmpq(rng.randint(-3, 3)) for n in "xyz"}
        kept = tuple((n, c) for n, c in coefficients.items() if c)
        slack = fmpq(rng.randint(0, 2))
        value = sum((c * at[n] for n, c in kept), fmpq(0))
        rows.append(fourier_motzkin.Linear(kept, slack - value, bool(slack)))
    assert fourier_motzkin.feasible(rows)
    row = rng.choice(rows)
    against = fourier_motzkin.Linear(tuple((n, -c) for n, c in row.coefficients), -row.constant, True)
    assert not fourier_motzkin.feasible([*rows, against])
    touching = fourier_motzkin.Linear(against.coefficients, against.constant, False)
    assert not row.strict or not fourier_motzkin.feasible([row, touching])
    assert row.strict or fourier_motzkin.feasible([row, touching])


# --- pieces -----------------------------------------------------------------------------------------------------

Pair = tuple[str, Callable[[Any], Any]]


def random_formula(rng: random.Random, depth: int) -> Pair:
    """A formula with nested case distinctions, as text and as a Python function."""
    if depth == 0:
        c = rng.randint(-3, 3)
        return rng.choice([("x", lambda t: t), (f"({c})", lambda t: mp.mpf(c)), (f"(x - ({c}))", lambda t: t - c),
                           ("x**2", lambda t: t * t), ("exp(x)", mp.exp)])  # fmt: skip
    (a, f), (b, g) = random_formula(rng, depth - 1), random_formula(rng, depth - 1)
    match rng.randrange(8):
        case 0:
            return f"abs({a})", lambda t: abs(f(t))
        case 1:
            return f"max({a}, {b})", lambda t: max(f(t), g(t))
        case 2:
            return f"min({a}, {b})", lambda t: min(f(t), g(t))
        case 3:
            op = rng.choice(["<", "<=", ">", ">=", "==", "!="])
            holds_ = {"<": lambda s: s < 0, "<=": lambda s: s <= 0, ">": lambda s: s > 0, ">=": lambda s: s >= 0,
                      "==": lambda s: s == 0, "!=": lambda s: s != 0}[op]  # fmt: skip
            return f"({a} if {b} {op} 0 else x)", lambda t: f(t) if holds_(g(t)) else t
        case 4:
            return f"sign({a})*({b})", lambda t: mp.sign(f(t)) * g(t)
        case 5:
            return f"({a} + {b})", lambda t: f(t) + g(t)
        case 6:
            return f"relu({a})", lambda t: max(f(t), mp.mpf(0))
        case _:
            return f"sqrt({a})", lambda t: mp.sqrt(f(t)) if f(t) >= 0 else _undefined()


def _undefined() -> Any:
    raise ValueError("undefined")


@pytest.mark.thorough
def test_pieces_cover_the_line_and_agree_with_the_formula() -> None:
    """On every piece the smooth formula has the values of the whole one; at the breakpoints value_at has."""
    rng = random.Random(SEED)
    decided = 0
    for _ in range(60):
        text, truth = random_formula(rng, 3)
        e = parse_expression(text)
        try:
            cut = split(e, "x")
        except Undecided:
            continue
        decided += 1
        assert_pieces(e, cut, truth, text)
    assert decided > 50


def assert_pieces(e: ex.Expr, cut: Pieces, truth: Callable[[Any], Any], text: str) -> None:
    assert cut.pieces[0].low.infinite == -1 and cut.pieces[-1].high.infinite == 1
    assert all(a.high is b.low or compare(a.high, b.low) == 0 for a, b in pairwise(cut.pieces)), "a piece is skipped"
    assert len(cut.pieces) == len(cut.breakpoints) + 1
    with mp.workdps(60):
        for piece in cut.pieces:
            assert compare(piece.low, piece.high) < 0
            for x in {sample(piece.low, piece.high), *_more(piece.low, piece.high)}:
                assert x.rational is not None
                check(e, piece.expr, truth, x.rational, text)
        for x in [fmpq(n) for n in range(-4, 5)] + [b.rational for b in cut.breakpoints if b.rational is not None]:
            check(e, e, truth, x, text)


def _more(low: Real, high: Real) -> list[Real]:
    middle = sample(low, high)
    return [sample(low, middle), sample(middle, high)]


def check(e: ex.Expr, formula: ex.Expr | None, truth: Callable[[Any], Any], x: fmpq, text: str) -> None:
    t = number(x)
    try:
        value = truth(t)
    except ValueError:
        with pytest.raises(Undefined):
            value_at(e, "x", exact(x))
        return
    assert formula is not None, f"{text} is defined at {x}"
    try:
        found = value_at(formula, "x", exact(x)).ball(160)
    except Undecided:
        return
    zero = abs(value) < 1e-30 and found.overlaps(arb(0))
    assert zero or holds(found, value), f"{text} at {x}: {found}, not {value}"


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("x if x > 0 else -1", (-1, -1, 1)), ("x if x >= 0 else -1", (-1, 0, 1)), ("1 if x == 0 else -1", (-1, 1, -1)),
        ("1 if x != 0 else 0", (1, 0, 1)), ("sign(x)", (-1, 0, 1)), ("log(x) - log(x) + 1", (None, None, 1)),
        ("sqrt(x) + 1", (None, 1, 1)), ("1/x", (-1, None, 1)), ("max(x, 0)", (0, 0, 1)), ("min(x, 0)", (-1, 0, 0)),
        ("x**(-1/2)", (None, None, 1)), ("D(relu) + 1", (1, None, 1)), ("0*(1/x)", (0, None, 0)),
        ("x**x", (None, None, 1)), ("D(abs)", (-1, None, 1)), ("D(x*abs(x))", (1, 0, 1)),
    ],
)  # fmt: skip
def test_signs_left_at_and_right_of_zero(text: str, signs: tuple[int | None, ...]) -> None:
    """Which branch holds at equality, and that undefined is None, never 0."""
    line = sign_line(parse_expression(text), "x")
    at = next((i for i, m in enumerate(line.marks) if compare(m, exact(0)) == 0), None)
    assert (read(line, fmpq(-1, 10**9)), read(line, fmpq(0)), read(line, fmpq(1, 10**9))) == signs
    assert at is not None or len(set(signs)) == 1

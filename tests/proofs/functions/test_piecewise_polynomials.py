"""Piecewise polynomials: their forms are what the cut by signs says, at every kind of point; many are few."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from math import exp

import pytest
from flint import fmpq
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.expressions.expr import Expr
from gradproof.proofs.functions import pieces
from gradproof.proofs.functions.piecewise_polynomials import PiecewisePolynomial, in_order, piecewise_polynomial
from gradproof.proofs.normal_forms.signs import Undefined
from gradproof.proofs.reals.reals import exact
from gradproof.proofs.statements import prove


def form_of(text: str) -> PiecewisePolynomial | None:
    return piecewise_polynomial(parse_expression(text), "x")


def spline(rng: random.Random, depth: int) -> Expr:
    """Some piecewise polynomial with rational breakpoints."""
    x = ex.name("x")
    if depth == 0:
        return ex.rational(rng.randint(-2, 2)) * x + ex.rational(fmpq(rng.randint(-3, 3), 2))
    a, b = spline(rng, depth - 1), spline(rng, rng.randint(0, depth - 1))
    match rng.randint(0, 6):
        case 0:
            return ex.switch("abs", a)
        case 1:
            return ex.switch(rng.choice(["max", "min"]), a, b)
        case 2:
            return ex.switch("if", rng.choice(["<", "<=", "==", "!="]), spline(rng, 0), a, b)
        case 3:
            return ex.switch("sign", a) * spline(rng, 0)
        case 4:
            return Expr("derivative", a, "x", x)
        case 5:
            return a - b * fmpq(1, 3)
        case _:
            return ex.power(spline(rng, 0), rng.randint(1, 2)) + a


def values(e: Expr, points: list[fmpq]) -> list[fmpq | None]:
    result: list[fmpq | None] = []
    for point in points:
        try:
            result.append(pieces.value_at(e, "x", exact(point)).rational)
        except Undefined:
            result.append(None)
    return result


@contextmanager
def by_cases(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pieces and values as the cases say, with no form of anything."""
    with monkeypatch.context() as patched:
        patched.setattr(pieces, "piecewise_polynomial", lambda *_: None)
        patched.setattr(pieces, "around", lambda *_: None)
        patched.setattr(pieces, "outside", lambda e, _: (e, {}))
        patched.setattr(pieces, "in_order", lambda e, _: e)
        pieces.split.cache_clear()
        yield
    pieces.split.cache_clear()


@pytest.mark.parametrize("seed", range(4))
def test_values_are_those_of_the_cut_by_signs(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    forms = 0
    for _ in range(8):
        e = spline(rng, 3)
        form = piecewise_polynomial(e, "x")
        if form is None:
            continue
        forms += 1
        points = [*form.marks, *(mark + fmpq(1, 1000) for mark in form.marks), fmpq(-7), fmpq(0), fmpq(1, 3), fmpq(9)]
        with by_cases(monkeypatch):
            expected = values(e, points)
        assert [form.value(x) for x in points] == expected, str(e)
    assert forms >= 4


TABLE = "table([(0, 1), (1, 3), (2, 2), (3, -1), (4, 0), (5, 2), (6, 2), (7, -3)])"
STEPS = TABLE.replace(")])", ")], step)")


@pytest.mark.parametrize(
    "text",
    [
        f"{TABLE}(x)*exp(x) - x", f"exp({TABLE}(x))/{TABLE}(x)", f"log({TABLE}(x))", f"x**{TABLE}(x)",
        f"abs({TABLE}(x) - exp(x)) - {TABLE}(2*x)", f"D({TABLE}(x)*exp(x), x)", f"D({TABLE})(x)*exp(x)",
        f"sqrt({STEPS}(x)) + tanh(x)", f"D({STEPS}(x)*exp(x), x)", f"max({STEPS}(x), sin(x)) + abs(x)*{TABLE}(x)",
        f"floor({TABLE}(x))*exp(x)", f"D({STEPS})(x)*exp(x)", f"{TABLE}(x)/{TABLE}(x)*exp(x)",
    ],
)  # fmt: skip
def test_a_function_around_a_table_is_what_its_cases_say(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    e = parse_expression(text)
    points = [fmpq(k, 6) for k in range(-3, 46)]

    def said() -> list[tuple[object, ...]]:
        result: list[tuple[object, ...]] = []
        for point in points:
            try:
                result.append((pieces.value_at(e, "x", exact(point)).decimal(20),))
            except Undefined:
                result.append(())
        cut = pieces.split(e, "x", exact(-1), exact(8))
        for point in points:
            formula = cut.pieces[cut.locate(exact(point + fmpq(1, 12)))].expr
            result.append((formula is not None and enclose(formula, {"x": point}).str(9),))
        return result

    as_forms = said()
    with by_cases(monkeypatch):
        assert said() == as_forms


def test_the_pieces_of_a_function_around_a_table_have_its_formulas() -> None:
    cut = pieces.split(parse_expression(f"{TABLE}(x)*exp(x)"), "x")
    assert [point.rational for point in cut.breakpoints] == [*range(8)]
    assert cut.pieces[4].expr is parse_expression("(x - 4)*exp(x)")
    assert cut.pieces[0].expr is parse_expression("exp(x)")
    logarithm = pieces.split(parse_expression(f"log({TABLE}(x))"), "x")
    undefined = [(piece.low.rational, piece.high.rational) for piece in logarithm.pieces if piece.expr is None]
    assert undefined == [(fmpq(8, 3), 3), (3, 4), (fmpq(32, 5), 7), (7, None)]


@pytest.mark.parametrize(
    ("bound", "entries", "verdict"),
    [
        ("1.9e-4", 129, "proved"), ("1.87e-4", 129, "refuted"), ("1e-6", 129, "refuted"),
        pytest.param("1.9e-7", 4097, "proved", marks=pytest.mark.thorough),
        pytest.param("1.8e-7", 4097, "refuted", marks=pytest.mark.thorough),
    ],
)  # fmt: skip
def test_a_table_is_compared_piece_by_piece(bound: str, entries: int, verdict: str) -> None:
    step = Fraction(16, entries - 1)
    xs = [k * step - 8 for k in range(entries)]
    rows = ", ".join(f"({x}, {1 / (1 + exp(-x)):.8f})" for x in xs)
    result = prove(f"abs(table([{rows}])(x) - sigmoid(x)) <= {bound}", where="abs(x) <= 8", suggest=False)
    assert result.verdict.value == verdict


def test_what_stands_between_the_entries_is_tried() -> None:
    table = "table([" + ", ".join(f"({k}, {k * k})" for k in range(-40, 41)) + "])"
    result = prove(f"{table}(x) - x**2 <= 1/5", where="abs(x) <= 40", suggest=False)
    assert result.verdict.value == "refuted" and result.counterexample is not None
    assert Fraction(result.counterexample.at["x"]).denominator == 2


def test_a_mark_stays_only_where_something_changes() -> None:
    form = form_of("abs(x) + abs(x - 1) - max(x, -x) + (1 if x == 3 else 0)")
    assert form is not None and form.marks == (1, 3) and form.value(fmpq(3)) == 3
    assert form_of("max(x, 1) + min(x, 1) - x - 1") == form_of("0*x")
    assert form_of("abs(x**3 - x)*(1 if x > 2 else 0)") is not None


@pytest.mark.parametrize("text", ["abs(x**2 - 2)", "abs(x)/x", "max(x, pi)", "abs(x)*exp(x)", "abs(x)+y", "abs(x)**41"])
def test_what_has_no_form(text: str) -> None:
    assert form_of(text) is None


def test_irrational_zeros_outside_the_gap_of_their_formula_do_not_matter() -> None:
    assert form_of("abs(x**2 - 2 if x > 3/2 else x)") is not None
    assert form_of("abs(x**2 - 2 if x > 7/5 else x)") is None


@pytest.mark.parametrize(
    ("text", "parity"),
    [("abs(x - 1) + abs(x + 1)", 1), ("sign(x)", -1), ("abs(x - 1) + abs(x + 2)", None), ("x*abs(x)", -1),
     ("1 if x >= 0 else -1", None), ("D(abs(x))", -1)],
)  # fmt: skip
def test_parity(text: str, parity: int | None) -> None:
    form = form_of(text)
    assert form is not None and form.parity == parity


def staircase(n: int, step: str = "relu(x - {0}/{1})") -> str:
    return " + ".join(f"(-1)**{k}*" + step.format(k, 7) for k in range(n))


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        (f"0 <= {staircase(160)} <= 80/7", "proved"),
        (f"0 < {staircase(160)}", "refuted"),
        (f"monotone({staircase(200)})", "proved"),
        (f"convex({staircase(201)})", "refuted"),
        (f"lipschitz({staircase(100, 'abs(x - {0}/{1})')}) == 2", "proved"),
        (f"lipschitz({staircase(100, 'abs(x - {0}/{1})')}) < 2", "refuted"),
        (f"continuity({staircase(100, 'relu(x - {0}/{1})**3')}) == 2", "proved"),
        (f"{staircase(90)} == {staircase(90, '(abs(x - {0}/{1}) + x - {0}/{1})/2')}", "proved"),
        (f"{staircase(90)} == {staircase(91)}", "refuted"),
        ("max(" + ", ".join(f"{k}*x - {k * k}" for k in range(60)) + ") < x**2/4", "refuted"),
        ("max(" + ", ".join(f"{k}*x - {k * k}" for k in range(60)) + ") <= x**2/4", "proved"),
    ],
)
def test_many_pieces(statement: str, verdict: str) -> None:
    assert prove(statement, suggest=False).verdict.value == verdict


@pytest.mark.parametrize(
    "text",
    [
        " + ".join(f"{(-1) ** k * (k % 4 + 1)}*abs(x - {k})" for k in range(12)) + " + (5 if x == 3 else 0)",
        "sign(x - 1) + max(x, 2)*(1 if x < 9 else 0)"
        + "".join(f" + {k}*relu(x - {k}/3)**2 + (1 if x <= {k} else 0)" for k in range(8)),
    ],
)
def test_cases_in_order_are_the_same_function(text: str) -> None:
    e = parse_expression(text)
    form, ordered = piecewise_polynomial(e, "x"), in_order(e, "x")
    assert form is not None and len(form.marks) >= 8 and ordered is not e and piecewise_polynomial(ordered, "x") == form
    mixed = in_order(e - parse_expression("tanh(x)"), "x")
    assert mixed is ordered - parse_expression("tanh(x)")
    for x in (*form.marks, fmpq(-5), fmpq(7, 2), fmpq(100)):
        assert pieces.value_at(ordered, "x", exact(x)).rational == form.value(x)


def test_few_cases_and_what_has_holes_stay_as_they_are() -> None:
    for text in ("abs(x) + abs(x - 1) + tanh(x)", "D(" + " + ".join(f"abs(x - {k})" for k in range(9)) + ")"):
        assert in_order(parse_expression(text), "x") is parse_expression(text)


RAMPS = " + ".join(f"({(-1) ** k})*relu(x - {k}/10)" for k in range(40))


@pytest.mark.parametrize(
    ("statement", "where", "verdict"),
    [
        (f"{RAMPS} + tanh(x) < 3", None, "proved"),
        (f"{RAMPS} + tanh(x) < 2.999", None, "refuted"),
        (f"abs({RAMPS} - x/2 - sin(x)/100) <= 1/10 + 1/100", "0 <= x and x <= 39/10", "proved"),
        (f"abs({RAMPS} - x/2 - sin(x)/100) <= 1/20", "0 <= x and x <= 39/10", "refuted"),
        (f"continuity({RAMPS} + exp(x)) == 0", None, "proved"),
        (f"increasing({RAMPS} + exp(x))", None, "proved"),
        (f"increasing({RAMPS} - exp(x)/100)", None, "refuted"),
    ],
)
def test_many_pieces_beside_something_smooth(statement: str, where: str | None, verdict: str) -> None:
    assert prove(statement, where=where, suggest=False).verdict.value == verdict

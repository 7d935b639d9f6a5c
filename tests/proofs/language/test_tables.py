"""Tables: what lies between their entries and beyond them, and how what is no table is refused."""

from __future__ import annotations

from itertools import pairwise

import pytest
from flint import fmpq
from gradproof.proofs.catalogue.parse import parse_expression, parse_statement
from gradproof.proofs.cross_examination.examine import WrittenTerm, contradiction
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.expressions import calculus
from gradproof.proofs.functions.pieces import value_at
from gradproof.proofs.functions.piecewise_polynomials import piecewise_polynomial
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.reals.reals import exact
from gradproof.proofs.statements import prove

ENTRIES = [(-2, fmpq(1, 3)), (-1, 4), (fmpq(1, 2), -1), (3, 0), (5, fmpq(7, 2))]
TEXT = ", ".join(f"({x}, {y})" for x, y in ENTRIES)
PLACES = [fmpq(p, 4) for p in range(-13, 25)]


def at(text: str, x: fmpq) -> fmpq | None:
    return value_at(parse_expression(text), "x", exact(x)).rational


@pytest.mark.parametrize("kind", ["linear", "step", "cubic"])
def test_entries_are_kept_and_the_ends_are_constant(kind: str) -> None:
    text = f"table([{TEXT}], {kind})"
    assert [at(text, fmpq(x)) for x, _ in ENTRIES] == [y for _, y in ENTRIES]
    assert at(text, fmpq(-9)) == fmpq(1, 3) and at(text, fmpq(10**9)) == fmpq(7, 2)


def test_between_entries() -> None:
    for (a, ya), (b, yb) in pairwise(ENTRIES):
        middle = (a + b) / fmpq(2)
        assert at(f"table([{TEXT}])", middle) == (ya + yb) / fmpq(2)
        assert at(f"table([{TEXT}], step)", middle) == ya


def test_the_spline_is_the_natural_one() -> None:
    """It is a cubic with two continuous derivatives, the second 0 at both ends: there is one such function."""
    form = piecewise_polynomial(parse_expression(f"table([{TEXT}], cubic)"), "x")
    assert form is not None and [p.degree() for p in form.gaps] == [0, 3, 3, 3, 3, 0]
    inner = form.gaps[1:-1]
    for (left, right), (x, _) in zip(pairwise(inner), ENTRIES[1:-1], strict=True):
        for _ in range(3):
            assert left(fmpq(x)) == right(fmpq(x))
            left, right = left.derivative(), right.derivative()
    assert inner[0].derivative().derivative()(fmpq(-2)) == inner[-1].derivative().derivative()(fmpq(5)) == 0


@pytest.mark.parametrize("kind", ["linear", "step", "cubic"])
def test_the_cross_examination_reads_tables_by_itself_and_agrees(kind: str) -> None:
    text = f"table([{TEXT}], {kind})"
    written, slope = WrittenTerm(f"{text}(x**3)"), WrittenTerm(f"D({text})(x)")
    derived = calculus.derivative(parse_expression(text), "x")
    for x in PLACES:
        value, rate = at(text, x**3), slope.at({"x": x})
        ball = written.at({"x": x})
        with precision(2_000):
            assert ball is not None and value is not None and ball.contains(value) and ball.rad() < 1e-60
            if x not in [e for e, _ in ENTRIES]:
                right = value_at(derived, "x", exact(x)).rational
                assert rate is not None and right is not None and rate.contains(right)


def test_a_wrong_proof_about_a_table_would_be_contradicted() -> None:
    assert contradiction(f"table([{TEXT}], cubic)(x) <= 3.9") is not None
    assert contradiction(f"table([{TEXT}])(x) <= 4") is None
    assert contradiction(f"table([{TEXT}], step)(x) > -1") is not None
    assert contradiction(f"D(table([{TEXT}]))(x) >= -10/3 + 1e-9") is not None


STATEMENTS = [
    (f"table([{TEXT}])(x) <= 4", "proved"),
    (f"table([{TEXT}])(x) < 4", "refuted"),
    (f"sup(table([{TEXT}], cubic)) > 4", "proved"),
    (f"continuity(table([{TEXT}], step)) == -1", "proved"),
    (f"lipschitz(table([{TEXT}])) == 11/3", "proved"),
    (f"lipschitz(table([{TEXT}])) < 11/3", "refuted"),
    (f"range(table([{TEXT}], step)) == {{-1, 0, 1/3, 7/2, 4}}", "proved"),
    ("table([(0, 0), (1, 1)])(tanh(x)) == max(0, tanh(x))", "proved"),
    ("table([(0, 0), (1, 1)])(tanh(x)) == tanh(x)", "refuted"),
    ("table([(0x1p-1, 0), (3/4, -1e-3), (2**2, 1)], step)(1/2) == 0", "proved"),
    ("limit(table([(0, 0), (1, 1)], step)(x), x, 1) == 1", "refuted"),
]


@pytest.mark.parametrize(("statement", "verdict"), STATEMENTS)
def test_statements(statement: str, verdict: str) -> None:
    assert prove(statement, suggest=False).verdict.value == verdict


REFUSED = [
    ("table(x)(x) < 1", "expected table"),
    ("table([(0, 1), (1, 2)], quadratic)(x) < 3", "linear, step or cubic"),
    ("table([(0, 1)])(x) < 3", "from 2 to"),
    ("table([(0, 1), (0, 2)])(x) < 3", "increase"),
    ("table([(0, 1), (1, pi)])(x) < 3", "pair of rationals"),
    ("table([(0, 1), (1, 2, 3)])(x) < 3", "pair of rationals"),
    ("table([(0, 1), (1, 1/0)])(x) < 3", "pair of rationals"),
    ("table([(0, 1), (1, 9**9)])(x) < 3", "pair of rationals"),
    ("table < 3", "cannot stand alone"),
    ("table([" + ", ".join(f"({k}, 0)" for k in range(301)) + "], cubic)(x) < 3", "from 2 to 300"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(StatementError, match=message):
        parse_statement(text)


def test_thousands_of_entries_are_nested_no_deeper_than_they_have_to_be() -> None:
    e = parse_expression("table([" + ", ".join(f"({k}, {k * k % 7})" for k in range(3_000)) + "])")
    form = piecewise_polynomial(e, "x")
    assert form is not None and len(form.marks) > 2_000
    assert form.value(fmpq(2_000) + fmpq(1, 2)) == fmpq(2_000**2 % 7 + 2_001**2 % 7, 2)

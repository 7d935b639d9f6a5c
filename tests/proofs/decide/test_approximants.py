"""How far approximants are from their functions: contact of high order, and maxima that tie by symmetry."""

from __future__ import annotations

import pytest
from flint import arb
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.decide.resolution import _one_sided
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.functions.landscape import _tied, decided_landscape
from gradproof.proofs.functions.zeros import chart
from gradproof.proofs.reals.reals import Real
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

from ...thorough import few

TAYLOR = "x - x**3/3 + 2*x**5/15 - 17*x**7/315 - tanh(x)"
PADE = "x*(945 + 105*x**2 + x**4)/(945 + 420*x**2 + 15*x**4) - tanh(x)"
SHIFTED = "exp(-(x-1)**2)*(x-1)**2*(1 + tanh(x-1)**2)"
"""Symmetric about 1, its two greatest values without an exact form."""

PAIRS = [
    (f"abs({TAYLOR}) <= 0.01557", f"abs({TAYLOR}) <= 0.01556", "abs(x) <= 1"),
    (f"abs({TAYLOR}) <= 92.63", f"abs({TAYLOR}) <= 92.62", "1 <= x and x <= 3"),
    (f"zeros({TAYLOR}) == {{0}}", f"zeros({TAYLOR}) == {{}}", "abs(x) <= 1"),
    (f"sup(abs({PADE})) <= 2.2e-5", f"sup(abs({PADE})) <= 2.1e-5", "abs(x) <= 2"),
    ("sup(abs(softsign - tanh)) < 0.3063047861933749204", "sup(abs(softsign - tanh)) < 0.3063047861933749203",
     None),
    ("sup(abs(x*(27 + x**2)/(27 + 9*x**2) - tanh(x))) <= 0.0236",
     "sup(abs(x*(27 + x**2)/(27 + 9*x**2) - tanh(x))) <= 0.0235", "abs(x) <= 2"),
    ("sup(abs(sigmoid - hard_sigmoid)) < 0.0692", "sup(abs(sigmoid - hard_sigmoid)) < 0.0691", None),
    (f"sup({SHIFTED}) < 0.6", f"sup({SHIFTED}) < 0.5", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "neighbour", "where"),
    few(PAIRS, lambda text, *_: "hard_sigmoid" in text or "0.01557" in text),
    ids=[text for text, *_ in PAIRS],
)
def test_a_right_bound_is_proved_and_a_tighter_one_refuted(text: str, neighbour: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is Verdict.PROVED
    assert prove(neighbour, where=where, suggest=False).verdict is Verdict.REFUTED


def test_a_zero_of_high_order_is_found_once() -> None:
    found = chart(parse_expression(TAYLOR), "x")
    assert [zero.recognise() and zero.exact for zero in found.zeros] == [ex.ZERO]
    assert found.signs == (1, -1)


def test_values_that_are_not_told_apart_still_have_an_extremum() -> None:
    shape = decided_landscape(parse_expression(SHIFTED), "x")
    assert shape.sup.attained and shape.sup.at == ()
    low, high = map(float, shape.sup.among)
    assert low < 0 < 2 < high and abs(low + high - 2) < 1e-12
    assert prove(f"argmax({SHIFTED}) == {{0, 2}}", suggest=False).verdict is Verdict.UNDECIDED


def test_values_that_tie_by_symmetry_are_one_value() -> None:
    shape = decided_landscape(parse_expression("abs(softsign - tanh)"), "x")
    assert shape.sup.among == () and len(shape.sup.at) == 2


def test_whether_a_tie_is_attained_is_not_guessed() -> None:
    """A limit at an end that ties with a value inside: neither may be dropped."""
    untold = [Real(refine=lambda bits: arb(1, 1e-3)) for _ in range(2)]
    with pytest.raises(Undecided):
        _tied([(untold[0], Real(exact=ex.ZERO)), (untold[1], None)], 1)
    assert not _tied([(untold[0], None), (untold[1], None)], 1).attained


@pytest.mark.parametrize(
    ("text", "op", "word", "cases"),
    [
        ("abs(x) - 1", "<=", "and", ("x - 1", "-x - 1")),
        ("abs(x) - 1", ">", "or", ("x - 1", "-x - 1")),
        ("1 - 2*abs(x)", "<", "or", ("1 - 2*x", "1 + 2*x")),
        ("1 - 2*abs(x)", ">=", "and", ("1 - 2*x", "1 + 2*x")),
        ("max(x, x**2) - 1", "<", "and", ("x - 1", "x**2 - 1")),
        ("min(x, x**2) - 1", "<", "or", ("x - 1", "x**2 - 1")),
        ("min(x, x**2) - 1", ">=", "and", ("x - 1", "x**2 - 1")),
        ("3 - min(x, x**2)", "<=", "and", ("3 - x", "3 - x**2")),
    ],
)
def test_a_relation_about_abs_max_and_min_as_two(text: str, op: str, word: str, cases: tuple[str, str]) -> None:
    assert _one_sided(parse_expression(text), op) == (word, tuple(map(parse_expression, cases)))


@pytest.mark.parametrize(("text", "op"), [("abs(x) - 1", "=="), ("x*abs(x) - 1", "<"), ("sign(x)", "<")])
def test_other_relations_stay_one(text: str, op: str) -> None:
    assert _one_sided(parse_expression(text), op) is None

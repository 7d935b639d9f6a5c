"""An undecided answer says which step failed, on what, what is true nevertheless, and what to try."""

from __future__ import annotations

import re

import pytest
from gradproof.proofs.catalogue.parse import parse_statement
from gradproof.proofs.repair import weaker
from gradproof.proofs.statements import prove
from gradproof.proofs.vectors.reader import parse_vector_statement
from gradproof.proofs.verdicts import Verdict

from ...thorough import every, few

INTERNAL = re.compile(r"#|\b(cells?|balls?|tails?|models?|jets?|keys?|marks?|boxes|leaf|None|Expr|Decision)\b|<\w+")
"""Words of the engine, and its placeholders."""
STATEMENTS = [
    ("convex(sin(x)/x)", None), ("convex((x if x < 1 else 2))", "x <= 1"), ("sin(x)*sin(sqrt(2)*x) <= 1", None),
    ("lipschitz(sin(x**2)) == oo", None), ("lipschitz(sin(exp(x))) == oo", None), ("zeros(sin(exp(x))) == {0}", None),
    ("sup(x*y) == oo", None), ("sup(x + 1/y) == oo", None), ("E(1/z) == 0", None), ("E(sin(1/z)) == 0", None),
    ("integral(1/sqrt(x), x, 0, 1) == 2", None), ("integral(exp(x**a), x, 0, 1) > 1", None),
    ("forall(x, exists(y, y**2 == x))", None), ("forall(x, x**2 + a*x + 1 > 0)", None),
    ("zeros(tan(x) - x) == {0}", None),
    ("argmax(x*exp(-a*x)) == 1/a", "a > 0"), ("float16(exp(x)) == 0", "x < -20"), ("product(D(silu), 50) < 118", None),
    ("D(relu)(0) == 0", None), ("E2(tanh(u)*tanh(v), c) == c", None), ("E2(exp(u*v), c) > 0", None),
    ("E(tanh(s*z)**2) <= s**2", None), ("E(exp(a*abs(z)**3)) < 10", None), ("E(tanh(z*cos(z))) < 1", None),
    ("log(log(log(x))) < x", None), ("1/(x - x) > 0", None), ("sqrt(-1) == 1", None), ("limit(x**x, x, 0) == 1", None),
    ("limit(abs(x)**a, x, 0) == 0", None), ("lipschitz(x**a) == oo", None), ("continuity(abs(x)**a) == 0", None),
    ("convex(abs(x)**a)", "a >= 1"), ("exists(x, sin(x) + sin(sqrt(2)*x) == 2)", None), ("odd(x**a)", None),
    ("round(x)*x >= x**2 - abs(x)/2", None), ("asymptotic(sin(x)*x, x, x, oo)", None), ("sup(a*x - x**4) >= 0", None),
    ("identity_near(x + sin(1/x)*x**2, 0)", None), ("a*b*c*d <= (a**4 + b**4 + c**4 + d**4)/4", None),
    ("exp(x*y) >= 1 + x*y + sin(x*y)**2/100", None), ("max(v) - min(v) <= sum(abs(v))", None),
    ("lipschitz(tanh(a*x) + sin(x)) <= abs(a) + 1", None), ("atan(x) + atan(1/x) == pi/2", "x > 0"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "where"), few(STATEMENTS, every(4)))
def test_an_undecided_answer_is_in_the_words_of_its_reader(statement, where):
    result = prove(statement, where=where)
    assert result.verdict is Verdict.UNDECIDED
    reason, *more = result.explanation
    assert re.match(r"(not decided|without a value): \S", reason)
    assert all(line.startswith("to try: ") for line in more)
    for line in (*result.explanation, result.nearest or ""):
        assert not INTERNAL.search(line), line
    if result.nearest is not None:
        text, _, condition = result.nearest.partition(" where ")
        assert prove(text, where=condition or None).verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("statement", "where", "nearest"),
    [
        ("sin(x)*sin(sqrt(2)*x) <= 1", None, "sin(x)*sin(sqrt(2)*x) <= 1 where abs(x) <= 10"),
        ("log(log(log(x))) < x", "x > 3", "log(log(log(x))) < x where x > 3 and abs(x) <= 10"),
        ("sin(x) + sin(sqrt(2)*x) < 2 and exp(x) > 0", None, "exp(x) > 0"),
        ("positive(cos(1/x) + 9)", None, "positive(cos(1/x) + 9) where abs(x) <= 10 and abs(x) >= 1/10"),
    ],
)  # fmt: skip
def test_what_is_true_nevertheless(statement, where, nearest):
    result = prove(statement, where=where)
    assert (result.verdict, result.nearest) == (Verdict.UNDECIDED, nearest)


def test_the_word_that_the_reason_is_about_stands_before_it():
    (first, *_) = prove("E(1/z) == 0").explanation
    assert first.startswith("not decided: E(1/z): its integral")
    (first, *_) = prove("sup(x*y) == oo and zeros(tanh) == {0}").explanation
    assert first.startswith("not decided: sup(x*y): ")


@pytest.mark.parametrize(
    ("statement", "texts"),
    [
        ("tanh(x) == x", ["tanh(x) == x"] * 3 + ["tanh(x) <= x", "tanh(x) >= x"]),
        ("abs(tanh(x) - x) <= 1", ["abs(tanh(x) - x) <= 1"] * 3 + ["tanh(x) - x <= 1", "-(tanh(x) - x) <= 1"]),
        ("1 > abs(x)", ["1 > abs(x)"] * 3 + ["x < 1", "-(x) < 1"]),
        ("sup(tanh) == 1", ["sup(tanh) == 1"] * 3 + ["sup(tanh) <= 1", "sup(tanh) >= 1"]),
        ("E(relu(z)) == 1", ["E(relu(z)) <= 1", "E(relu(z)) >= 1"]),
        ("odd(tanh) and x > 0", ["odd(tanh)", "x > 0"] + ["odd(tanh) and x > 0"] * 3),
    ],
)  # fmt: skip
def test_every_candidate_follows_from_the_statement(statement, texts):
    candidates = list(weaker.candidates(parse_statement(statement, None, None)))
    assert [text for text, _ in candidates] == texts
    assert all(where is None or where.startswith("abs(x) ") for _, where in candidates)


def test_candidates_about_vectors_have_some_number_of_components():
    statement = parse_vector_statement("sum(v) == max(v)")
    assert list(weaker.candidates(statement)) == [
        ("sum(v) == max(v)", "n == 2"), ("sum(v) == max(v)", "n == 3"),
        ("sum(v) <= max(v)", None), ("sum(v) >= max(v)", None),
    ]  # fmt: skip

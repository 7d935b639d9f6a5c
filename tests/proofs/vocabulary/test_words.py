"""A word is one declaration: once it is in its table it is read, decided and repaired, and the page must tell of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from gradproof.proofs.cases.answers import Answer
from gradproof.proofs.catalogue.entries import known_functions
from gradproof.proofs.catalogue.vector_entries import vector_activations
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.language.words import CORE, ELEMENTARY
from gradproof.proofs.reals.reals import exact
from gradproof.proofs.reals.sets import RealSet, point
from gradproof.proofs.statements import prove
from gradproof.proofs.vectors import words as vector_words
from gradproof.proofs.vectors.algebra import DIMENSION
from gradproof.proofs.verdicts import Counterexample, Verdict
from gradproof.proofs.vocabulary.numbers import Found, number_of_function
from gradproof.proofs.vocabulary.properties import Question, property_of_function
from gradproof.proofs.vocabulary.sets import set_of_function
from gradproof.proofs.vocabulary.words import FAMILIES, WORDS

PAGE = (Path(__file__).parents[3] / "docs" / "statements.md").read_text("utf-8")
RESERVED_ONLY = {"true", "false"}
VECTOR_WORDS = {*vector_words.NUMBERS, *vector_words.TRUTHS, *vector_words.MATRICES}


def flat(q: Question) -> Answer:
    """Whether a function has one value."""
    values = q.landscape().range
    if values.single() is not None:
        return Answer(True, (f"{q.text}: {values}",))
    return Answer(False, (f"{q.text}: {values}",), Counterexample({}, str(values), "one value"))


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A property, a number, a set and a word of vectors that the language does not have."""
    for word in (
        property_of_function("flat", flat, lambda r, _say: iter([r.instead("bounded")])),
        number_of_function("seven", lambda f, _body, _region: Found(exact(7), (f.text,))),
        set_of_function("nines", lambda s, _body, _region: (RealSet((point(exact(9)),)), (s.text,))),
    ):
        monkeypatch.setitem(WORDS, word.name, word)
    middle = vector_words.of_vector("middle", lambda vectors, v: vectors.sum(v) / DIMENSION)
    monkeypatch.setitem(vector_words.NUMBERS, middle.name, middle)


STATEMENTS = [
    ("flat(x - x)", "proved"),
    ("flat(tanh)", "refuted"),
    ("flat(relu) or sup(tanh) == 1", "proved"),
    ("seven(tanh) == 7", "proved"),
    ("seven(tanh) < 7", "refuted"),
    ("nines(tanh) == {9}", "proved"),
    ("nines(tanh) + seven(x) == 16", "proved"),
    ("nines(tanh) == {8}", "refuted"),
    ("middle(v) == mean(v)", "proved"),
    ("middle(v) <= max(v)", "proved"),
    ("middle(v) == sum(v)", "refuted"),
]


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize(("text", "verdict"), STATEMENTS)
def test_a_planted_word_is_read_and_decided_and_its_refutation_is_repaired(text: str, verdict: str) -> None:
    result = prove(text)
    assert result.verdict.value == verdict, result.explanation
    if result.verdict is Verdict.REFUTED:
        assert result.nearest is not None and result.nearest != text
        near, _, where = result.nearest.partition(" where ")
        assert prove(near, where=where or None, suggest=False).verdict is Verdict.PROVED


@pytest.mark.usefixtures("planted")
def test_a_planted_word_has_its_own_repair() -> None:
    assert prove("flat(tanh)").nearest == "bounded(tanh)"
    assert prove("flat(exp)").nearest == "not (flat(exp))"


@pytest.mark.parametrize(("text", "verdict"), STATEMENTS)
def test_without_its_declaration_the_word_is_unknown(text: str, verdict: str) -> None:
    with pytest.raises(StatementError, match=r"unknown function|unknown property"):
        prove(text)


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize(
    ("text", "functions", "fragment"),
    [
        ("1 + flat(x) > 0", None, "expected a number, got something true or false"),
        ("flat(x, 2)", None, "flat takes 1 argument, got 2"),
        ("flat + 1 > 0", None, "'flat' cannot stand alone"),
        ("sevn(tanh) > 0", None, "did you mean 'seven'?"),
        ("x > 0", {"flat": "x"}, "the name is taken"),
        ("sum(v) > 0", {"middle": "x"}, "the name is taken in statements about vectors"),
        ("flat(x) and sum(v) == sum(v)", None, "beside vectors, statements are relations"),
    ],
)
def test_errors_know_a_planted_word(text: str, functions: dict[str, str] | None, fragment: str) -> None:
    with pytest.raises(StatementError, match=re.escape(fragment)):
        prove(text, functions=functions)


def test_no_name_means_two_things() -> None:
    assert len(WORDS) == len(CORE) + sum(len(family.WORDS) for family in FAMILIES)
    assert all(name == word.name for name, word in WORDS.items())
    assert known_functions().keys() & WORDS.keys() <= ELEMENTARY
    vectors = {name for name in VECTOR_WORDS if vector_words.is_vector_word(name)}
    assert len(VECTOR_WORDS) == len(vector_words.NUMBERS) + len(vector_words.TRUTHS) + len(vector_words.MATRICES)
    assert not vectors & (vector_activations().keys() | known_functions().keys())
    assert not vector_activations().keys() & (known_functions().keys() | WORDS.keys())


def untold(page: str) -> set[str]:
    """The words that no code on a page of the language has."""
    told = {word for code in re.findall(r"`[^`\n]+`", page) for word in re.findall(r"[A-Za-z]\w*", code)}
    return (WORDS.keys() | vector_words.NUMBERS.keys() | VECTOR_WORDS) - RESERVED_ONLY - told


def test_the_page_has_every_word() -> None:
    assert untold(PAGE) == set()
    assert len(WORDS) >= 60


@pytest.mark.usefixtures("planted")
def test_the_page_misses_a_planted_word() -> None:
    assert untold(PAGE) == {"flat", "seven", "nines", "middle"}
    assert untold(PAGE + "\n| `flat(f)` `seven(f)` `nines(f)` | |\n| `middle(v)` | |\n") == set()

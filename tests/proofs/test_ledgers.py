"""Ledgers of known truth: every verdict is right, every word of the language occurs, every refutation is repaired."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from gradproof.proofs.catalogue.entries import catalogue
from gradproof.proofs.catalogue.vector_entries import vector_catalogue
from gradproof.proofs.ledger import Claim, ClaimResult, Ledger, load, verify
from gradproof.proofs.statements import prove
from gradproof.proofs.vectors import words as vector_words
from gradproof.proofs.verdicts import Verdict
from gradproof.proofs.vocabulary.words import WORDS

LEDGERS = tuple(load(path) for path in sorted((Path(__file__).parents[1] / "ledgers").glob("*.toml")))
CLAIMS = [
    pytest.param(ledger, claim, id=f"{Path(ledger.path).stem}-{claim.id}")
    for ledger in LEDGERS
    for claim in ledger.claims
]
LOGIC = {"and", "or", "not", "if", "else"}
ACTIVATIONS = {activation.name for activation in (*catalogue(), *vector_catalogue())}


@cache
def decided(path: str, identifier: str) -> ClaimResult:
    """One claim's result, decided once for all tests."""
    ledger = next(ledger for ledger in LEDGERS if ledger.path == path)
    return verify(next(claim for claim in ledger.claims if claim.id == identifier), ledger)


@pytest.mark.parametrize(("ledger", "claim"), CLAIMS)
def test_the_verdict_is_the_expected_one(ledger: Ledger, claim: Claim) -> None:
    result = decided(ledger.path, claim.id)
    assert result.verdict.value == claim.expect, result.explanation


@pytest.mark.parametrize(("ledger", "claim"), [c for c in CLAIMS if c.values[1].expect == "refuted"])  # type: ignore[union-attr]
def test_a_refutation_carries_a_true_statement(ledger: Ledger, claim: Claim) -> None:
    nearest = decided(ledger.path, claim.id).nearest
    assert nearest is not None
    text, _, where = nearest.partition(" where ")
    assert prove(text, where=where or None, suggest=False).verdict is Verdict.PROVED, nearest
    assert (text, where or None) != (claim.statement, claim.where)


def test_as_many_false_statements_as_true_ones() -> None:
    counts = Counter(claim.expect for ledger in LEDGERS for claim in ledger.claims)
    assert set(counts) == {"proved", "refuted"} and counts["proved"] == counts["refuted"] > 150


VOCABULARIES = {
    "numbers": WORDS.keys() - {"true", "false"}, "logic": LOGIC,
    "vectors": {*vector_words.NUMBERS, *vector_words.TRUTHS, *vector_words.MATRICES},
}  # fmt: skip
TRUE_WORDS = {
    word
    for ledger in LEDGERS
    for claim in ledger.claims
    if claim.expect == "proved"
    for word in re.findall(r"[A-Za-z]\w*", claim.statement or "")
}


@pytest.mark.parametrize("vocabulary", VOCABULARIES.values(), ids=VOCABULARIES)
def test_every_word_occurs_in_a_true_statement(vocabulary: set[str]) -> None:
    assert vocabulary and vocabulary - TRUE_WORDS == set()


def test_nearly_every_activation_occurs() -> None:
    """Nearly: a new activation is one entry in the catalogue, and nothing elsewhere."""
    assert len(ACTIVATIONS & TRUE_WORDS) >= 0.9 * len(ACTIVATIONS) > 80

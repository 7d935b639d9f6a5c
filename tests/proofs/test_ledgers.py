"""Ledgers of known truth: every verdict is right, every word of the language occurs, every refutation is repaired."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from gradproof.proofs.catalogue.entries import catalogue
from gradproof.proofs.catalogue.vector_entries import vector_catalogue
from gradproof.proofs.ledger import Claim, Ledger, load, verify
from gradproof.proofs.statements import prove
from gradproof.proofs.vectors import words as vector_words
from gradproof.proofs.verdicts import Verdict
from gradproof.proofs.vocabulary.words import WORDS

from ..thorough import every, few

LEDGERS = tuple(load(path) for path in sorted((Path(__file__).parents[1] / "ledgers").glob("*.toml")))
CLAIMS = [
    pytest.param(ledger, claim, id=f"{Path(ledger.path).stem}-{claim.id}")
    for ledger in LEDGERS
    for claim in ledger.claims
]
REFUTED = [case for case in CLAIMS if case.values[1].expect == "refuted"]  # type: ignore[union-attr]
UNREPAIRED = {"generic-weights-signed-false", "an-unbounded-factor"}
"""Refutations beside which the engine has nothing true to say yet: with powers of a base that may be 0, of an unbounded
factor."""
LOGIC = {"and", "or", "not", "if", "else"}
ACTIVATIONS = {activation.name for activation in (*catalogue(), *vector_catalogue())}


@pytest.mark.parametrize(("ledger", "claim"), few(CLAIMS, every(20)))
def test_the_verdict_is_the_expected_one(ledger: Ledger, claim: Claim) -> None:
    result = prove(claim.statement or "", where=claim.where, functions=ledger.functions, suggest=False)
    assert result.verdict.value == claim.expect, result.explanation


@pytest.mark.parametrize(("ledger", "claim"), few(REFUTED, every(28)))
def test_a_refutation_carries_a_true_statement(ledger: Ledger, claim: Claim) -> None:
    nearest = verify(claim, ledger).nearest
    if claim.id in UNREPAIRED:
        assert nearest is None
        return
    assert nearest is not None
    text, _, where = nearest.partition(" where ")
    proof = prove(text, where=where or None, functions=ledger.functions, suggest=False)
    assert proof.verdict is Verdict.PROVED, nearest
    assert (text, where or None) != (claim.statement, claim.where)


def test_there_are_true_and_false_statements() -> None:
    counts = Counter(claim.expect for ledger in LEDGERS for claim in ledger.claims)
    assert counts["proved"] > 300 and counts["refuted"] > 230 and set(counts) <= {"proved", "refuted", "undecided"}
    for ledger in LEDGERS:
        assert {claim.expect for claim in ledger.claims} >= {"proved", "refuted"}, ledger.path


def test_false_statements_stand_beside_true_ones() -> None:
    expected = {(ledger.path, claim.id): claim.expect for ledger in LEDGERS for claim in ledger.claims}
    beside = [(path, claim) for path, claim in expected if claim.endswith("-false")]
    assert len(beside) >= 200
    for path, claim in beside:
        assert (expected[path, claim], expected[path, claim.removesuffix("-false")]) == ("refuted", "proved")


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

"""The page of claims met in documentation is the one its ledger gives, and says what every refuted one should say."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from gradproof.proofs.ledger import verify

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(DOCS / "documentation_page.py"))


@pytest.fixture(scope="module")
def page() -> str:
    return (DOCS / "what_the_documentation_says.md").read_text("utf-8")


@pytest.mark.thorough
def test_the_page_is_fresh_and_every_verdict_expected(script: dict[str, Any], page: str) -> None:
    """Regenerate with `python docs/documentation_page.py`."""
    ledger, results = script["decided"]()
    assert len(results) >= 45 and {result.claim.id for result in results if not result.as_expected} == set()
    assert {r.claim.id for r in results if r.verdict.value in ("refuted", "qualified") and r.nearest is None} == set()
    assert script["page"](ledger, results) == page


def test_a_few_claims_stand_on_the_page_as_they_are_decided(script: dict[str, Any], page: str) -> None:
    ledger = script["load"](script["LEDGER"])
    assert len(ledger.claims) >= 45
    assert all(claim.says in page and " ".join(claim.statement.split()) in page for claim in ledger.claims)
    results = [verify(claim, ledger) for claim in ledger.claims[::12]]
    assert all(result.as_expected for result in results)
    paragraphs = {*script["page"](ledger, results).split("\n\n")}
    # Only the number of verdicts and the tables depend on the claims that are left out.
    assert len([each for each in paragraphs if each not in page]) <= 2

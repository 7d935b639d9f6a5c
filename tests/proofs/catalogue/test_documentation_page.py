"""The pages of claims met in documentation and texts are the ones their ledgers give, and say what should be said."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from gradproof.proofs.ledger import verify

SCRIPT = Path(__file__).parents[3] / "docs" / "documentation_page.py"
AT_LEAST = {"what_the_documentation_says": 45, "what_the_texts_say": 120}
DECIDED = 0.93
"""The share of the statements that are decided, at least."""


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


@pytest.fixture(scope="module", params=sorted(AT_LEAST))
def page(request: pytest.FixtureRequest, script: dict[str, Any]) -> Any:
    (page,) = [page for page in script["PAGES"] if page.ledger.stem == request.param]
    return page


def test_every_page_is_tested(script: dict[str, Any]) -> None:
    assert {page.ledger.stem for page in script["PAGES"]} == {*AT_LEAST}


@pytest.mark.thorough
def test_the_page_is_fresh_and_every_verdict_expected(script: dict[str, Any], page: Any) -> None:
    """Regenerate with `python docs/documentation_page.py`."""
    ledger, results = script["decided"](page)
    assert {result.claim.id for result in results if not result.as_expected} == set()
    assert {r.claim.id for r in results if r.verdict.value in ("refuted", "qualified") and r.nearest is None} == set()
    assert sum(result.verdict.value != "undecided" for result in results) >= DECIDED * len(results)
    assert script["text"](page, ledger, results) == page.path.read_text("utf-8")


def test_a_few_claims_stand_on_the_page_as_they_are_decided(script: dict[str, Any], page: Any) -> None:
    ledger, written = script["load"](page.ledger), page.path.read_text("utf-8")
    assert len(ledger.claims) >= AT_LEAST[page.ledger.stem]
    statements = {" ".join(claim.statement.split()).replace("|", "\\|") for claim in ledger.claims}
    assert all(statement in written for statement in statements)
    results = [verify(claim, ledger) for claim in ledger.claims[5 :: len(ledger.claims) // 6]]
    assert all(result.as_expected for result in results)
    paragraphs = {*script["text"](page, ledger, results).split("\n\n")}
    # Only the number of verdicts and the tables depend on the claims that are left out.
    assert len([each for each in paragraphs if each not in written]) <= 3

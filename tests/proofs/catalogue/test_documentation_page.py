"""The page of claims met in documentation is the one its ledger gives, and says what every refuted one should say."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_is_fresh_and_every_verdict_expected() -> None:
    """Regenerate with `python docs/documentation_page.py`."""
    script = runpy.run_path(str(DOCS / "documentation_page.py"))
    ledger, results = script["decided"]()
    assert len(results) >= 45 and {result.claim.id for result in results if not result.as_expected} == set()
    assert {r.claim.id for r in results if r.verdict.value in ("refuted", "qualified") and r.nearest is None} == set()
    assert script["page"](ledger, results) == (DOCS / "what_the_documentation_says.md").read_text("utf-8")

"""The statements in docs/statements.md have the verdicts that the page gives them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from gradproof.proofs.statements import prove

from .thorough import every, few

PAGE = Path(__file__).resolve().parents[1] / "docs" / "statements.md"


def stated() -> list[tuple[str, str, str | None]]:
    """Verdict, statement and condition of every line in a block of statements."""
    rows: list[tuple[str, str, str | None]] = []
    for block in re.findall(r"```statements\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        for line in block.strip().splitlines():
            verdict, rest = line.split(maxsplit=1)
            statement, _, where = rest.partition(" where ")
            rows.append((verdict, statement.strip(), where.strip() or None))
    return rows


@pytest.mark.parametrize(("verdict", "statement", "where"), few(stated(), every(4)))
def test_statements_have_the_verdicts_of_the_page(verdict: str, statement: str, where: str | None) -> None:
    assert prove(statement, where=where, suggest=False).verdict.value == verdict


def test_the_page_has_statements() -> None:
    assert len(stated()) >= 30

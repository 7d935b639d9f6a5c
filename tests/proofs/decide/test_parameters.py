"""Formulas with parameters: which of them an answer is about. Their verdicts are in ledgers/parameters.toml."""

from __future__ import annotations

import pytest
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

PARTS = "continuity(a*x if x <= 0 else (x if x < 1 else 1 + b*(x - 1)))"


def test_each_part_of_a_condition_decides() -> None:
    assert prove(f"{PARTS} == 0", where="a < 1 and b < 1").verdict is Verdict.PROVED
    assert prove(f"{PARTS} == 0", where="a < 1 and (b < 1 or b > 2)").verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("text", "where", "case"),
    [
        ("continuity(a*x if x <= 0 else x) == 0", None, "a = 1"),
        (f"{PARTS} == 0", "a < 1", "b = 1"),
        ("continuity(a*x if x <= 0 else b*x) == 0", "a < b", "a = b"),
        ("continuity(a*x + c*x**2 if x <= 0 else x) == 0", "c == 0", "a = 1"),
    ],
)
def test_a_message_says_which_parameters_it_is_true_of(text: str, where: str | None, case: str) -> None:
    result = prove(text, where=where)
    assert result.verdict is Verdict.UNDECIDED
    (line,) = result.explanation
    assert "8 derivatives agree at x = " in line
    assert case in line.partition(" if ")[2]

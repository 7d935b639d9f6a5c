"""What the texts say is decided as independent evaluations have it: formulas written down again, in mpmath alone."""

from __future__ import annotations

import tomllib
from pathlib import Path

import mpmath as mp
import pytest

from ...thorough import every, few
from . import curves, gates, tails
from .numerics import DIGITS

LEDGER = Path(__file__).parents[3] / "docs" / "what_the_texts_say.toml"
CHECKS = tails.CHECKS | curves.CHECKS | gates.CHECKS
EXPECTED = {claim["id"]: claim["expect"] for claim in tomllib.loads(LEDGER.read_text("utf-8"))["claim"]}


@pytest.mark.parametrize("name", few(EXPECTED, every(8)))
def test_the_expected_verdict_is_the_one_of_the_evaluation(name: str) -> None:
    with mp.workdps(DIGITS):
        holds = CHECKS[name]()
    assert EXPECTED[name] in (("proved", "undecided") if holds else ("refuted", "qualified", "undecided"))


def test_every_text_is_evaluated() -> None:
    assert len(CHECKS) == len(tails.CHECKS) + len(curves.CHECKS) + len(gates.CHECKS)
    assert {*CHECKS} == {*EXPECTED} and len(EXPECTED) >= 120

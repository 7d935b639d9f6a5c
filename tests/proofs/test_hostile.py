"""Hostile statements get an answer or one clear error. benchmarks/hostile.py runs them, ledgers and certificates."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest
from gradproof.proofs.budget import budget
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "hostile.py"
STEPS = 1_500
"""For each: the answer is then often undecided, which is an answer."""


def _hostile() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hostile", BENCHMARK)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["hostile"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.thorough
def test_hostile_statements_are_answered() -> None:
    hostile = _hostile()
    rng = random.Random(7)
    verdicts: list[Verdict] = []
    refused: list[str] = []
    for kind in hostile.STATEMENTS * 3:
        text = kind(rng)
        try:
            with budget(STEPS) as meter:
                verdicts.append(prove(text).verdict)
            assert meter.spent < 20 * STEPS, text
        except StatementError as error:
            refused.append(str(error))
    assert all("\n" not in line and len(line) < 400 for line in refused)
    assert len(verdicts) + len(refused) == 3 * len(hostile.STATEMENTS)
    assert {Verdict.PROVED, Verdict.UNDECIDED, Verdict.REFUTED} <= set(verdicts) and refused

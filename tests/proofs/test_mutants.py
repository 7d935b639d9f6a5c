"""The planted faults of benchmarks/mutants.py still fit the sources: each text to replace occurs exactly once."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
try:
    mutants: Any = importlib.import_module("mutants")
finally:
    sys.path.remove(str(ROOT / "benchmarks"))


@pytest.mark.parametrize("mutant", mutants.MUTANTS, ids=lambda m: m.name)
def test_a_fault_can_be_planted(mutant: Any) -> None:
    source = (ROOT / "proofs" / f"{mutant.module}.py").read_text()
    changed = mutant.applied(source)
    compile(changed, mutant.module, "exec")
    assert changed != source
    assert all((ROOT / "tests" / "proofs" / f"{name}.py").exists() for name in mutant.tests)


def test_faults_are_many_and_told_apart() -> None:
    names = [m.name for m in mutants.MUTANTS]
    assert len(names) == len(set(names)) > 80
    assert len({m.module for m in mutants.MUTANTS}) >= 15

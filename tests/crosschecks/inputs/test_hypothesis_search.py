"""A seed gives the same examples whatever else is loaded."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from gradproof.crosschecks.inputs.hypothesis_search import CLIMB, drive
from hypothesis import strategies as st


def drawn() -> list[int]:
    seen: list[int] = []
    drive(st.integers(), lambda n: bool(seen.append(n)), examples=300, seed=7, phases=CLIMB)
    return seen


@pytest.mark.thorough
def test_constants_of_the_modules_loaded_are_not_drawn(tmp_path, monkeypatch):
    before = drawn()
    path = tmp_path / "constants_there.py"
    path.write_text("\n".join(f"C{k} = {987654321 + 7 * k}" for k in range(50)), "utf-8")
    module = ModuleType("constants_there")
    module.__file__ = str(path)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert drawn() == before

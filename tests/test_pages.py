"""The README, the tutorials and the pages of the documentation: what they say is done prints what they show."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from .pages import ROOT, check, commands, follow
from .thorough import every, few

TUTORIALS = ("reader", "implementer", "designer")
DEPTH = ROOT / "docs" / "depth.md"


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("name", few(TUTORIALS, lambda name: name == "reader"))
def test_a_tutorial_can_be_followed(name: str, tmp_path: Path) -> None:
    assert follow(ROOT / "docs" / "tutorials" / f"{name}.md", tmp_path) >= 8


def test_the_readme_can_be_followed(tmp_path: Path) -> None:
    assert follow(ROOT / "README.md", tmp_path) >= 3


def test_the_proof_that_is_followed_by_hand(tmp_path: Path) -> None:
    assert follow(ROOT / "docs" / "how_a_proof_works.md", tmp_path) >= 3


@pytest.mark.parametrize(("command", "shown"), few(commands(DEPTH), every(3)))
def test_a_command_of_the_depth_page(command: str, shown: str, tmp_path: Path) -> None:
    check(command, shown, tmp_path)


def test_the_depth_page_has_commands() -> None:
    assert len(commands(DEPTH)) >= 10


def test_the_reference_pages_are_fresh() -> None:
    """Regenerate with `python docs/reference_pages.py`."""
    script = runpy.run_path(str(ROOT / "docs" / "reference_pages.py"))
    for file, page in script["PAGES"].items():
        written = (ROOT / "docs" / file).read_text("utf-8")
        assert written.split() == page().split(), f"{file} is stale"


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").split()) < 900

"""docs/depth.md: every command prints the lines that the page shows, in their order."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from gradproof.reports.cli import run

from .thorough import every, few

PAGE = Path(__file__).resolve().parents[1] / "docs" / "depth.md"


def shown() -> list[tuple[str, str]]:
    """Each command of the page, and what the page shows of its output."""
    blocks = re.findall(r"```console\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    commands = [command for block in blocks for command in re.split(r"^\$ gradproof ", block, flags=re.M) if command]
    return [(command.partition("\n")[0], command.partition("\n")[2]) for command in commands]


@pytest.mark.parametrize(("command", "output"), few(shown(), every(3)))
def test_a_command_prints_what_the_page_shows(command, output, capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    run(shlex.split(command))
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    place = 0
    for line in output.splitlines():
        if line.strip() and line != "…":
            assert line.rstrip() in printed[place:], f"{line!r} is not in what {command!r} prints here"
            place += printed[place:].index(line.rstrip()) + 1


def test_the_page_has_commands() -> None:
    assert len(shown()) >= 10

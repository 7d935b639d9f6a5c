"""docs/testing.md: its modules, its commands, its workflow and its suite, in a folder as a reader would make it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "testing.md").read_text("utf-8")
FILES = dict(re.findall(r"```\w+ (\S+)\n(.*?)```", TEXT, re.DOTALL))
CONSOLE = [line for block in re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
COMMANDS = {
    "gradproof": [sys.executable, "-m", "gradproof"],
    "pytest": [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
    "python": [sys.executable],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the page."""
    folder = tmp_path_factory.mktemp("page")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n", "utf-8")
    return folder


def run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """The command of a line, with what it is piped into left out."""
    program, *words = line.partition("|")[0].split()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [*COMMANDS[program], *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip


def test_every_example_is_seen():
    assert {*FILES} == {"kernels.py", "compare.py", "test_tanh.py", "test_odd.py", "xfails.txt"}
    assert sum(line.startswith("$ ") for line in CONSOLE) == 3


@pytest.mark.thorough
def test_the_commands_print_what_the_page_shows_and_the_workflow_passes(folder):
    shown = [(line[2:], after) for line, after in zip(CONSOLE, [*CONSOLE[1:], ""], strict=True) if line[:2] == "$ "]
    for command, last in shown[:2]:
        answer = run(folder, command)
        assert answer.stdout.splitlines()[-1] == last, answer.stderr
        assert answer.returncode == ("--save-baseline" in command)
    (compared,) = re.findall(r"run: (gradproof check .*--baseline .*)", TEXT)
    assert run(folder, compared).returncode == 0
    (saved,) = re.findall(r"run: (gradproof check .*--save-baseline .*) \|\| true", TEXT)
    run(folder, saved)
    assert (folder / "new-baseline.json").read_text("utf-8") == (folder / "baseline.json").read_text("utf-8")


@pytest.mark.thorough
def test_the_target_as_tests_fails_as_expected(folder):
    (command,) = (line[2:] for line in CONSOLE if line.startswith("$ pytest"))
    answer = run(folder, command)
    assert answer.returncode == 0, answer.stdout
    summary = answer.stdout.splitlines()[-1]
    assert "2 xfailed" in summary and "warning" not in summary


@pytest.mark.thorough
def test_the_program_and_the_suite_of_the_page_pass(folder):
    assert run(folder, "python compare.py").returncode == 0
    answer = run(folder, "pytest test_tanh.py test_odd.py")
    assert answer.returncode == 0, answer.stdout
    assert "4 passed" in answer.stdout

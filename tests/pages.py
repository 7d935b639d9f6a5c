"""Pages as their readers follow them: the files that a page shows are made, its commands run in order, in a folder.

A block ```LANGUAGE NAME is a file; ```python without a name is a program that is run. In a ```console block each
`$ ` line is a command, and what follows are lines that it prints, in this order; … stands for lines that are left out,
and a time in seconds for any.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from gradproof.reports.cli import run

ROOT = Path(__file__).resolve().parents[1]
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def commands(page: Path) -> list[tuple[str, str]]:
    """Each command of a page, and what the page shows of its output."""
    return [pair for language, _, text in _blocks(page) if language == "console" for pair in _commands(text)]


def follow(page: Path, folder: Path) -> int:
    """Does what the page says, in the folder; the number of commands and programs. Raises AssertionError."""
    steps = 0
    for language, name, text in _blocks(page):
        if name:
            (folder / name).write_text(text, "utf-8")
        elif language == "console":
            for command, shown in _commands(text):
                check(command, shown, folder)
                steps += 1
        elif language == "python":
            _process([sys.executable, "-c", text], folder)
            steps += 1
    return steps


def check(command: str, shown: str, folder: Path) -> None:
    """That the command prints the lines shown, in their order. Raises AssertionError."""
    printed = [_timeless(line) for line in output(command, folder).splitlines()]
    place = 0
    for line in shown.splitlines():
        if line.strip() and line.strip() != "…":
            wanted = _timeless(line)
            said = f"{wanted!r} is not in what {command!r} prints here:"
            assert wanted in printed[place:], "\n".join([said, *printed])
            place += printed[place:].index(wanted) + 1


def output(command: str, folder: Path) -> str:
    """What a command line prints on 80 columns; a lone `gradproof` command inside this process."""
    if command.startswith("gradproof ") and not re.search(r"[|<>]|&&", re.sub(r"'[^']*'|\"[^\"]*\"", "", command)):
        before, out = Path.cwd(), StringIO()
        os.chdir(folder)
        try:
            with redirect_stdout(out), redirect_stderr(out):
                run(shlex.split(command)[1:])
        finally:
            os.chdir(before)
        return out.getvalue()
    program = {"gradproof": f"{sys.executable} -m gradproof", "pytest": f"{sys.executable} -m pytest",
               "python": sys.executable}  # fmt: skip
    words = command.split(" ", 1)
    return _process(["bash", "-c", " ".join([program.get(words[0], words[0]), *words[1:]])], folder)


def _process(command: list[str], folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def _blocks(page: Path) -> Iterator[tuple[str, str, str]]:
    yield from _BLOCK.findall(page.read_text("utf-8"))


def _commands(block: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def _timeless(line: str) -> str:
    return re.sub(r"\b\d+(\.\d+)? s\b", "… s", line.rstrip())

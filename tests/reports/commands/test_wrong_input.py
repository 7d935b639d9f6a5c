"""Kinds of wrong input over all commands: each is one clear line on stderr and the right exit code, before any work.

`wrong_input.txt` holds the table: a command line, and below it the exit code and the line; … stands for any text.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from gradproof.reports import cli

TABLE = Path(__file__).with_name("wrong_input.txt").read_text("utf-8")
ROWS = re.findall(r"^\$ gradproof (.*)\n(\d) (.*)$", TABLE, re.MULTILINE)
CLAIM = '[[claim]]\nid = "a"\nsays = "s"\nstatement = "x > 0"\n'
FILES = {
    "claims.toml": CLAIM,
    "not.toml": "title = 'x'\n[[claim]\n",
    "empty.toml": "",
    "binary.toml": b"\x00\xff\xfe",
    "unknown.toml": "titel = 'x'\n" + CLAIM,
    "misspelt.toml": CLAIM.replace("statement", "statment"),
    "twice.toml": CLAIM + CLAIM,
    "expect.toml": CLAIM + 'expect = "true"\n',
    "experiment.toml": CLAIM + 'experiment = "nosuch"\n',
    "bad.json": '{"schema": 1}',
    "kernels.py": "def broken(:\n",
    "table.csv": "x,value\n0,0\n",
    "empty.csv": "",
}
SHOWN = ("misspelt.toml", "twice.toml", "expect.toml", "experiment.toml")
"""Ledgers of which a claim is wrong: the others are decided and shown."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wrong")
    for name, content in FILES.items():
        folder.joinpath(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    folder.joinpath("empty").mkdir()
    return folder


def matches(line: str, expected: str) -> bool:
    """Whether the parts of `expected` stand in the line one after the other, the first at its beginning."""
    pattern = ".*".join(re.escape(part) for part in expected.split("…"))
    return re.match(pattern, line) is not None


@pytest.mark.parametrize(("command", "code", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_wrong_input_is_one_line(capsys, folder, monkeypatch, command, code, expected):
    monkeypatch.chdir(folder)
    files = sorted(folder.rglob("*"))
    assert cli.run(shlex.split(command)) == int(code)
    out, err = capsys.readouterr()
    assert out == "" or any(name in command for name in SHOWN)
    assert err.startswith("gradproof: ") and err.count("\n") == 1, err
    assert matches(err.removeprefix("gradproof: "), expected), err
    assert sorted(path for path in folder.rglob("*") if "__pycache__" not in path.parts) == files


def test_the_table_has_enough_kinds_of_every_command():
    assert len(ROWS) == TABLE.count("$ gradproof ") >= 200
    commands = {shlex.split(command)[0] for command, _, _ in ROWS}
    assert commands >= set(cli.cli.commands)


@pytest.mark.parametrize("command", ["prove 'x^2 >= 0'", "verify not.toml", "sweep numpy --as relu --device cuda"])
def test_wrong_input_in_a_process_of_its_own(folder, command):
    done = subprocess.run(
        [sys.executable, "-m", "gradproof", *shlex.split(command)], cwd=folder, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "Traceback" not in done.stderr

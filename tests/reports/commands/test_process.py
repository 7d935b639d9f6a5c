"""What only shows in a process of its own: light imports, closed pipes, full disks, interrupts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("sympy", "numpy", "matplotlib", "rich", "flint", "hypothesis", "jinja2", "torch")


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from gradproof.reports.cli import run; run(['--help']);"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_prove_does_not_load_arrays_or_plots():
    code = (
        "import sys; from gradproof.reports.cli import run; run(['prove', 'tanh(x) < 1']);"
        "print(sorted({'numpy', 'matplotlib', 'hypothesis', 'torch'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_the_installed_command_is_there():
    command = Path(sys.executable).with_name("gradproof")
    assert command.exists(), f"no {command}: is gradproof installed in this environment?"
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("gradproof ")


def test_json_is_alone_on_stdout_and_stderr_is_silent_without_a_terminal(gradproof, ledger_file):
    done = gradproof("verify", "--json", ledger_file)
    assert done.stdout.startswith("{")
    assert done.stdout.endswith("}\n")
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="NO /dev/full: the full disk is not tested")
def test_a_full_disk_is_one_line():
    command = [sys.executable, "-c", "from gradproof.reports.cli import main; main()", "list"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == "gradproof: No space left on device\n"


def test_a_closed_pipe_is_silent():
    command = f"'{sys.executable}' -c 'from gradproof.reports.cli import main; main()' list | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.stderr == ""
    assert "activations" in done.stdout


@pytest.mark.thorough
def test_an_unwritable_folder_is_one_line(gradproof, tmp_path):
    (tmp_path / "taken").write_text("a file, no folder")
    done = gradproof("report", "-o", tmp_path / "taken" / "inside")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "taken" in done.stderr


@pytest.mark.thorough
def test_a_terminal_that_knows_only_ascii(gradproof, ledger_file):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = gradproof("describe", "relu", env=environment)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


@pytest.mark.thorough
def test_ctrl_c_exits_with_130_and_one_line(tmp_path):
    code = (
        "import os, signal\n"
        "from gradproof.reports import cli\nfrom gradproof.reports.views import ledgers as ledger_page\n"
        "real = ledger_page.ledgers.verify\n"
        "def verify(claim, ledger):\n"
        "    if claim.id == 'strict':\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    return real(claim, ledger)\n"
        "ledger_page.ledgers.verify = verify\n"
        "cli.main()\n"
    )
    ledger = tmp_path / "ledger.toml"
    entries = "".join(f"[[claim]]\nid = '{name}'\nsays = 's'\nstatement = 'x == x'\n" for name in ("first", "strict"))
    ledger.write_text("title = 't'\n" + entries)
    command = [sys.executable, "-c", code, "verify", "--workers", "1", str(ledger)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 130
    assert done.stdout.startswith("interrupted: 1 of 2 claims were decided\n")
    assert done.stdout.endswith("1 of 2 claims: 1 proved\n"), "what was done is kept"
    assert "Traceback" not in done.stderr


def interrupted(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in which the sixth group of networks is interrupted before it is measured."""
    code = (
        "import itertools, os, signal, sys, time\n"
        "import gradproof.numerics.networks.gradients as m\nfrom gradproof.reports.cli import run\n"
        "right, calls = m._norms, itertools.count(1)\n"
        "def counted(*a):\n"
        "    if next(calls) != 6: return right(*a)\n"
        "    time.sleep(0.2)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    assert a[-1].wait(30)\n"
        "    return right(*a)\n"
        "m._norms = counted\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    command_line = [sys.executable, "-c", code, command, *arguments]
    return subprocess.run(command_line, capture_output=True, text=True, timeout=120)


def test_an_interrupt_keeps_the_networks_that_are_measured():
    options = ("--layers", "2", "--width", "1024", "--measure")
    done = interrupted("depth", "relu", *options)
    assert done.returncode == 130, done.stderr
    assert done.stdout.startswith("interrupted: ") and " random networks were measured until then\n" in done.stdout
    assert "gradient factors with abs(w) = 1" in done.stdout and "Traceback" not in done.stderr
    data = json.loads(interrupted("depth", "relu", "--json", *options).stdout)
    assert data["interrupted"] is True and 2 <= data["network"]["measured"]["trials"] < 64

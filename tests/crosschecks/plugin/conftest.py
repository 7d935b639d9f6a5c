"""A sample project: a module of kernels, a suite of its own, and pytest run in it as its author runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

KERNELS = '''
"""Kernels that keep a log of their calls."""
import os
import numpy as np

def logged(x):
    with open("calls.log", "a") as log:
        log.write(f"{x.dtype} {x.size} {os.getpid()}\\n")

def relu(x):
    logged(x)
    return np.where(x != x, x, np.where(x > 0, x, np.zeros_like(x)))

def bad_relu(x):
    logged(x)
    return np.where(x == -np.inf, x.dtype.type(np.nan), np.where(x == 2, x.dtype.type(0.25), relu(x)))

def noted_relu(x):
    y = relu(x)
    return np.where(x == 2, x.dtype.type(1.25), y)

def lost_relu(x):
    os._exit(3)
'''
OWN = '''
import pytest
from gradproof.crosschecks import assert_conforms
from kernels import bad_relu, relu

def test_own():
    assert relu is not None

@pytest.mark.own
def test_wrong():
    assert_conforms(bad_relu, "relu", dtype="float8_e5m2")

@pytest.mark.own
def test_right(conforms):
    conforms(relu, "relu", dtype="float8_e5m2")
'''
PROJECT = '''
[project]
name = "sample"
version = "1"
[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["."]
markers = ["own: checks in the suite itself"]
xfail_strict = true
'''
XFAILS = '''
# what is known to be wrong
gradproof::kernels:bad_relu::relu-order0-*-special-values  # NaN at -inf, accepted
*-bad_relu-*  # a kernel that is gone
'''

Pytest = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the project."""
    folder = tmp_path_factory.mktemp("sample")
    (folder / "tests").mkdir()
    for name, text in (
        ("kernels.py", KERNELS), ("tests/test_own.py", OWN), ("pyproject.toml", PROJECT), ("xfails.txt", XFAILS),
        ("tests/conftest.py", ""),
    ):  # fmt: skip
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def in_project(project: Path) -> Pytest:
    """Runs pytest in the project, without the options of this one."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environment["COLUMNS"] = "200"
        command = [sys.executable, "-m", "pytest", *arguments]
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, timeout=300, check=False
        )

    return run

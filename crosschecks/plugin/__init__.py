"""The pytest plugin: targets as tests (`pytest --gradproof torch`), and a fixture that checks a function.

Loaded in every pytest run, so it imports pytest alone; the modules of this room import :mod:`checking` and the rooms
before it, and are loaded where `--gradproof` is given.

def test_my_gelu(conforms):
    conforms(my_gelu, "gelu", dtype="float32", max_ulp=2)
"""

from __future__ import annotations

from collections.abc import Callable
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import pytest

from .keys import FOLDER, PREFIX, SELECTED, SHARED, targets


@pytest.fixture(scope="session")
def conforms() -> Callable[..., None]:
    """gradproof.crosschecks.assert_conforms: fails unless a callable computes an activation in a float format."""
    from ..checking.check import assert_conforms

    return assert_conforms


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options that begin with --gradproof."""
    group = parser.getgroup("gradproof", "implementations of activation functions as tests")
    group.addoption(
        "--gradproof", action="append", default=[], metavar="TARGET",
        help="test what `gradproof check TARGET` tests: one test per function, order, format and property",
    )  # fmt: skip
    group.addoption("--gradproof-as", metavar="NAME", help="the activation that the target computes")
    group.addoption("--gradproof-dtype", action="append", default=[], metavar="F", help="a format; may be repeated")
    for gate, said in (
        ("max-ulp", "in ULP"),
        ("max-conditioned-ulp", "in ULP / (1 + condition number); where nothing is promised, 4, and 1 in 16 bits"),
        ("max-abs-error", "absolute"),
        ("max-rel-error", "relative"),
    ):
        text = f"the largest error promised, {said}"
        group.addoption(f"--gradproof-{gate}", type=float, metavar="N", help=text)
    group.addoption(
        "--gradproof-xfails", metavar="FILE",
        help="expected failures: a pattern of test ids (fnmatch) per line, the reason behind #",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Takes the ids of the plugin's own tests from the arguments, which pytest would take for files."""
    if targets(config):
        config.stash[SELECTED] = [name for name in config.args if f"{name}::".startswith(PREFIX)]
        config.args[:] = [name for name in config.args if name not in config.stash[SELECTED]]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Adds the tests of the targets, before -k, -m and --lf choose among all."""
    if targets(config):
        from .nodes import Root, node

        items += session.genitems(node(Root, session, name="gradproof", nodeid="gradproof"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tells a process of pytest-xdist the folder through which results are shared."""
    config: pytest.Config = node.config
    if targets(config):
        if FOLDER not in config.stash:
            config.stash[FOLDER] = mkdtemp(prefix="gradproof-pytest-")
        node.workerinput[SHARED] = config.stash[FOLDER]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends the process in which implementations were called, and removes what was shared."""
    if targets(config):
        from .plan import close

        close(config)
        if FOLDER in config.stash:
            rmtree(config.stash[FOLDER], ignore_errors=True)

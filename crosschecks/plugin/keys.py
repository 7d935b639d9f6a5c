"""The names under which the plugin's parts leave things for each other, and the warning that it gives."""

from __future__ import annotations

import pytest

PREFIX = "gradproof::"
"""The beginning of the ids of all tests that the plugin makes."""
SELECTED = pytest.StashKey[list[str]]()
"""The ids given on the command line; all tests where there is none."""
SHARED = "gradproof_shared"
"""The name, among the inputs of a process of pytest-xdist, of the folder through which the processes share results."""
FOLDER = pytest.StashKey[str]()
"""That folder, in the process that starts the others."""


class UnmatchedXfail(pytest.PytestWarning):
    """The warning of an entry in the file of expected failures that matches no test."""


def targets(config: pytest.Config) -> list[str]:
    """The targets that --gradproof names, each once; none where there is no such option."""
    named: list[str] = config.getoption("gradproof", default=None) or []
    return list(dict.fromkeys(named))

"""The pytest plugin: light to load, and its fixture is assert_conforms."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from gradproof.crosschecks import assert_conforms


def test_the_fixture_checks(conforms):
    assert conforms is assert_conforms
    conforms(np.abs, "relu", dtype="float8_e5m2", at=["0x1p+0"])
    with pytest.raises(AssertionError, match="accuracy at x = -1"):
        conforms(np.abs, "relu", dtype="float8_e5m2", at=["-0x1p+0"])


def test_loading_the_plugin_loads_nothing_heavy():
    program = (
        "import sys, gradproof.crosschecks.plugin\n"
        "print(*sorted({'numpy', 'sympy', 'flint', 'hypothesis', 'torch', 'matplotlib'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []

"""The pytest plugin: a fixture that checks an activation function. Loaded in every pytest run, so it imports nothing.

def test_my_gelu(conforms):
    conforms(my_gelu, "gelu", dtype="float32", max_ulp=2)
"""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def conforms() -> Callable[..., None]:
    """gradproof.crosschecks.assert_conforms: fails unless a callable computes an activation in a float format."""
    from .checking.check import assert_conforms

    return assert_conforms

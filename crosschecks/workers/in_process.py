"""Calls an implementation in this process: for `assert_conforms`, whose callable may be local to a test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from ..implementation import Implementation
from . import invoke
from .worker_process import Failed, Returned


class Caller(Protocol):
    """Something that calls implementations: a Worker, or Here."""

    def call(
        self,
        implementation: Implementation,
        arrays: Sequence[np.ndarray],
        *,
        layout: str = "contiguous",
        meanwhile: Callable[[], object] | None = None,
    ) -> Returned | Failed:
        """Calls it on flat arrays, laid out as named in layouts.py. `meanwhile` may be done while it works."""
        ...


class Here:
    """Calls given functions in this very process: what crashes or hangs takes the process with it."""

    def __init__(self, functions: dict[str, Callable[..., Any]]) -> None:
        self._functions = functions

    def call(
        self,
        implementation: Implementation,
        arrays: Sequence[np.ndarray],
        *,
        layout: str = "contiguous",
        meanwhile: Callable[[], object] | None = None,
    ) -> Returned | Failed:
        """Calls the function that stands for the implementation's `function`."""
        how = {"layout": layout, **implementation.request()}
        try:
            values, mutated = invoke.call(self._functions[implementation.function], how, arrays)
        except invoke.NotAnArray as error:
            return Failed("not an array", str(error))
        except Exception as error:  # whatever it raised is the finding
            return Failed("exception", f"{type(error).__name__}: {error}"[:500])
        return Returned(values, mutated)

"""Calls an implementation in this process: for `assert_conforms`, whose callable may be local to a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from ..implementation import Implementation
from . import invoke
from .worker_process import Failed, Returned, Worker


class Here:
    """Calls given functions in this very process: what crashes or hangs takes the process with it."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self._functions = functions

    def call(
        self,
        implementation: Implementation,
        arrays: Sequence[np.ndarray],
        *,
        layout: str = "contiguous",
        meanwhile: Callable[[], object] | None = None,
    ) -> Returned | Failed:
        """Calls the function that stands for the implementation's `function`, as :meth:`Worker.call` would."""
        how, started = {"layout": layout, **implementation.request()}, invoke.processor_time()
        try:
            values, mutated = invoke.call(self._functions[implementation.function], how, arrays)
        except Exception as error:  # whatever it raised is the finding
            return Failed(*invoke.failure(error))
        return Returned(values, mutated, invoke.processor_time() - started)


Caller: TypeAlias = Worker | Here
"""Something that calls implementations."""

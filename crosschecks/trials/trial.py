"""One implementation at one order in one format, called on a sample and set beside the truth: what properties judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ...numerics.floats.formats import Floats, as_float64
from ...proofs.datasheets.function import Facts
from ...proofs.enclosures.formats import Format
from ...proofs.functions.landscape import Landscape
from ..findings import Finding, Shown, finding, shown
from ..implementation import Implementation
from ..workers.in_process import Caller
from ..workers.worker_process import Failed, Returned
from .errors import Measured, measured
from .references import Truth, truth_for


@dataclass(frozen=True)
class Options:
    """The options of a check."""

    max_ulp: float = 4.0
    """The largest conditioned error that passes, in ULP."""
    examples: int = 20
    """The number of examples that Hypothesis tries for one property."""
    every: int = 3
    """The ratio of float64's many binades beyond 2^64 to those of them that are drawn from."""
    seed: int = 0
    formats: tuple[Format, ...] | None = None
    """None: those the target takes."""
    at: tuple[str, ...] = ()
    """Inputs in hexadecimal, instead of a sample."""
    exhaustive: bool = False
    """Every input of the formats of 16 bits."""


@dataclass(frozen=True)
class Subject:
    """An implementation, the inputs of a sample, its results on them, and the truth."""

    implementation: Implementation
    format: Format
    caller: Caller
    facts: Facts | None
    """None for an activation of several inputs."""
    options: Options
    inputs: tuple[Floats, ...]
    values: Floats
    """The implementation's results for the inputs, from one call."""
    truth: Truth

    @cached_property
    def measured(self) -> Measured:
        """The errors of the results."""
        return measured(self.values, self.truth, self.format, self.options.max_ulp)

    @property
    def landscape(self) -> Landscape | None:
        """The certified shape of the function under test, or None where it is undecided."""
        if self.facts is None:
            return None
        shape = self.facts.orders[self.implementation.order].landscape
        return None if shape.undecided is not None or shape.is_empty else shape

    @property
    def x(self) -> np.ndarray:
        """The (first) input as float64."""
        return as_float64(self.inputs[0])

    @property
    def got(self) -> np.ndarray:
        """The results as float64."""
        return as_float64(self.values)

    def call(self, inputs: Sequence[Floats], layout: str = "contiguous") -> Returned | Failed:
        """Calls the implementation again."""
        return self.caller.call(self.implementation, inputs, layout=layout)

    def finding(self, name: str, index: int, expected: Shown, message: str, *, got: Any = None) -> Finding:
        """A finding at the input of this index."""
        point = tuple(a[index] for a in self.inputs)
        return self.finding_at(name, point, self.values[index] if got is None else got, expected, message)

    def finding_at(self, name: str, point: Sequence[Any], got: Any, expected: Shown, message: str) -> Finding:
        """A finding at a point, which need not be one of the sample."""
        return finding(self.implementation, self.format.name, name, point, shown(got), expected, message)

    def at(self, inputs: Sequence[Floats], truth: Truth | None = None) -> Subject | None:
        """The same implementation on other inputs, or None where it fails on them. `truth` where it is known."""
        result = self.call(inputs)
        if isinstance(result, Failed):
            return None
        if result.values.dtype != self.values.dtype or result.values.size != len(inputs[0]):
            return None
        truth = truth or truth_for(self.implementation, inputs)
        return replace(self, inputs=tuple(inputs), values=result.values.reshape(-1), truth=truth)

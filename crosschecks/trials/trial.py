"""One implementation at one order in one format, called on a sample and set beside the truth: what properties judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, as_float64, to_bits
from ...proofs.datasheets.function import Facts
from ...proofs.enclosures.formats import Format
from ...proofs.functions.landscape import Landscape
from ..findings import FAILURE, Cause, Extent, Finding, Shown, finding, shown
from ..gates import Gates
from ..implementation import Implementation
from ..inputs.samples import is_within
from ..workers.in_process import Caller
from ..workers.worker_process import Failed, Returned
from .errors import Measured, measured
from .groups import Group
from .references import Truth, exact_digits, truth_for
from .survey import Survey

FEW_EXAMPLES, FEW_BINADES = 8, 16
"""`examples` and `every` of a check of a whole pack, in which all is less: it has hundreds of results."""


@dataclass(frozen=True)
class Effort:
    """The extent of the check of one function in one format: with the same seed and gates, it decides the inputs."""

    examples: int
    every: int
    survey: bool
    large: bool | None = None
    """As in :class:`Options`."""


@dataclass(frozen=True)
class Options:
    """The options of a check."""

    gates: Gates = field(default_factory=Gates)
    """The errors that pass."""
    strict: frozenset[str] = frozenset()
    """Properties of which a note is a failure."""
    ignored: frozenset[str] = frozenset()
    """Properties that are left out."""
    span: str | None = None
    """The inputs tested, "LOW:HIGH" in the words of :mod:`.inputs.bit_patterns`; None: all that are worth a try."""
    examples: int = 20
    """The number of examples that Hypothesis tries for one property."""
    every: int = 3
    """The ratio of float64's many binades beyond 2^64 to those drawn from; above 3, of all formats'."""
    seed: int = 0
    formats: tuple[Format, ...] | None = None
    """None: those the target takes."""
    at: tuple[str, ...] = ()
    """Inputs as text, instead of a sample."""
    exhaustive: bool = False
    """Every input of float32 as well."""
    survey: bool = True
    """Very many inputs besides the sample."""
    large: bool | None = None
    """The survey of float32 has as many inputs as a fast implementation gets, not 2^17. None: where it is one."""
    effort: Callable[[Implementation, Format, Options], Effort | None] | None = None
    """The extent asked for, function by function; where there is none, it is as above."""

    @property
    def thin(self) -> bool:
        """Whether it is one check of very many."""
        return self.every >= FEW_BINADES

    def of(self, implementation: Implementation, fmt: Format) -> Options:
        """The options of one function in one format."""
        effort = self.effort(implementation, fmt, self) if self.effort is not None else None
        return replace(self, effort=None, **(vars(effort) if effort is not None else {}))


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
    survey: Survey | None = None
    """Measurements at very many other inputs."""
    groups: tuple[Group, ...] | None = None
    """The failing inputs by cause; None: causes were not looked for."""

    @cached_property
    def measured(self) -> Measured:
        """The errors of the results."""
        return measured(self.inputs, self.values, self.truth, self.format, self.limits)

    @property
    def limits(self) -> Mapping[str, float]:
        """The limits that decide, by the name of the gate."""
        return self.options.gates.limits(self.format)

    def passes(self, index: int, value: Any) -> bool:
        """Whether another result for the input of this index would be let pass by the gates."""
        values, point = np.asarray([value]).astype(self.values.dtype), [a[[index]] for a in self.inputs]
        return not measured(point, values, self.truth.at([index]), self.format, self.limits).failing[0]

    def distinct(self, indices: np.ndarray) -> int:
        """The number of different inputs among some, given by index."""
        return np.unique(np.stack([to_bits(a[indices]) for a in self.inputs]), axis=1).shape[1]

    @property
    def flushed(self) -> tuple[int, int]:
        """Subnormal inputs that were answered as zero is, and subnormal results that came back as zero: how many."""
        masks = self.measured.flushed_inputs, self.measured.flushed_results
        inputs, results = (self.distinct(np.flatnonzero(mask)) for mask in masks)
        if (seen := self.survey) is None:
            return inputs, results
        both = max if seen.whole else add  # the sample's are among all there are
        return both(inputs, seen.flushed_inputs), both(results, seen.flushed_results)

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

    @cached_property
    def raising(self) -> NDArray[np.bool_]:
        """A mask of the inputs at which a function of one number raises an exception, which was taken for an infinity
        or NaN."""
        none, strange = np.zeros(self.got.shape, np.bool_), np.flatnonzero(~np.isfinite(self.got))
        if self.implementation.array != "scalar" or not strange.size:
            return none
        asked = replace(self.implementation, array="raising")
        answer = self.caller.call(asked, [a[strange] for a in self.inputs])
        if isinstance(answer, Returned):
            none[strange] = answer.values == 1
        return none

    def exception(self, index: int) -> str | None:
        """The exception that a function of one number raises at the input of this index; None where it returns."""
        if not self.raising[index]:
            return None
        asked = replace(self.implementation, array="passing on")
        answer = self.caller.call(asked, [a[[index]] for a in self.inputs])
        return answer.message if isinstance(answer, Failed) and answer.how == "exception" else None

    def call(self, inputs: Sequence[Floats], layout: str = "contiguous") -> Returned | Failed:
        """Calls the implementation again."""
        return self.caller.call(self.implementation, inputs, layout=layout)

    def finding(
        self, name: str, index: int, expected: Shown, message: str, *, got: Any = None, severity: str = FAILURE,
        count: int = 1, cause: Cause | None = None, extent: Extent | None = None,
    ) -> Finding:
        """A finding at the input of this index; where an exception is what came of it, it says so."""
        point = tuple(a[index] for a in self.inputs)
        raised = self.exception(index) if got is None else None
        result = shown(self.values[index] if got is None else got) if raised is None else "exception"
        message = message if raised is None else f"raises {raised}; {message}"
        return finding(
            self.implementation, self.format.name, name, point, result, expected, message, severity=severity,
            count=count, cause=cause, extent=extent,
        )  # fmt: skip

    def expected(self, index: int) -> Shown:
        """The true value, correctly rounded; in 20 digits where the result is that very float, and not near enough."""
        nearest = self.truth.reference.value[index]
        if float(nearest) != float(self.values[index]) or len(self.inputs) > 1:
            return shown(nearest)
        return exact_digits(self.implementation, self.x[index], 20) or shown(nearest)

    def asked(self, inputs: Sequence[Floats]) -> NDArray[np.bool_]:
        """A mask of the inputs that are asked for: those of a replay, or in the range; else all of them."""
        if self.options.at:
            sample = set(zip(*(to_bits(a).tolist() for a in self.inputs), strict=True))
            points = zip(*(to_bits(np.ascontiguousarray(a)).tolist() for a in inputs), strict=True)
            return np.array([point in sample for point in points], np.bool_)
        return np.logical_and.reduce([is_within(a, self.options.span) for a in inputs])

    def at(self, inputs: Sequence[Floats], truth: Truth | None = None) -> Subject | None:
        """The same implementation on other inputs; None where it fails on them, or they are not asked for. `truth`
        where it is known."""
        if not self.asked(inputs).all():
            return None
        result = self.call(inputs)
        if isinstance(result, Failed):
            return None
        if result.values.dtype != self.values.dtype or result.values.size != len(inputs[0]):
            return None
        truth = truth or truth_for(self.implementation, inputs)
        return replace(self, inputs=tuple(inputs), values=result.values.reshape(-1), truth=truth, groups=None)

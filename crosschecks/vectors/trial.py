"""One function of a row, at one order in one format: its results for batches of rows beside the references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, as_float64, from_bits, to_bits
from ...numerics.floats.ulp import Reference, ulp_errors
from ...numerics.vectors.definitions import RowFunction
from ...numerics.vectors.reference import RowReference, row_reference
from ...proofs.enclosures.formats import FORMATS, Format
from ..findings import FAILURE, Finding, Shown, shown
from ..gates import NAMES
from ..implementation import Implementation
from ..trials.trial import FEW_EXAMPLES, Options
from ..workers.in_process import Caller
from ..workers.worker_process import Failed, Returned
from .replay import replay_command, row_hex, row_text
from .rows import Batch

_SUMMED = {"center": 1, "layer_norm": 2, "rms_norm": 2, "l2_normalize": 2}
"""Functions of a sum over the row, of its numbers or their squares."""


@dataclass(frozen=True)
class Answered:
    """A batch with its cotangents (none for values), the results, and the truth about them.

    Arrays are of shape (rows, results for one row). Errors are 0 where nothing is judged.
    """

    batch: Batch
    cotangents: Floats | None
    values: Floats
    reference: Reference
    defined: NDArray[np.bool_]
    movement: NDArray[np.float64]
    """See :class:`RowReference`."""
    apart: NDArray[np.bool_]
    """A mask of the rows whose numbers or their squares, summed, overflow the format that they are summed in."""
    limits: Mapping[str, float]
    """The limits that decide, by the name of the gate."""
    halved: bool
    """The rows are the halves of a gate."""
    mutated: bool = False
    """The implementation wrote into the rows."""

    @property
    def format(self) -> Format:
        """The format of the rows and of the results."""
        return FORMATS[self.values.dtype.name]

    @property
    def judged(self) -> NDArray[np.bool_]:
        """A mask of the components with an exact result, in rows that are not set apart."""
        return self.defined & ~self.apart[:, None]

    @property
    def expected(self) -> NDArray[np.float64]:
        """The exact results, rounded."""
        return as_float64(self.reference.value)

    @property
    def got(self) -> NDArray[np.float64]:
        """The results as float64."""
        return as_float64(self.values)

    @cached_property
    def flushed(self) -> NDArray[np.bool_]:
        """Zeros for subnormal numbers, for what subnormal factors may make, and in rows with subnormal numbers.

        Counted apart: not in the errors.
        """
        least, rows = float(self.format.min_normal), np.abs(as_float64(self.batch.rows))
        small = np.abs(self.expected) < least * np.maximum(2 * self._factors, 1)
        flushed_inputs = ((rows > 0) & (rows < least)).any(axis=1, keepdims=True)
        return self.judged & (self.got == 0) & (self.expected != 0) & (small | flushed_inputs)

    @cached_property
    def error(self) -> NDArray[np.float64]:
        """In ULP."""
        return np.where(self.judged & ~self.flushed, ulp_errors(self.values, self.reference), 0.0)

    @cached_property
    def conditioned(self) -> NDArray[np.float64]:
        """The error in ULP over 1 + the unavoidable one."""
        with np.errstate(invalid="ignore", over="ignore"):
            conditioned = self.error / (1 + self.unavoidable)
        return np.where(np.isinf(self.error), np.inf, conditioned)

    @cached_property
    def unavoidable(self) -> NDArray[np.float64]:
        """How far the exact results move where all that they are computed from moves by an ULP of its own, in ULP.

        What they are computed from may have been rounded to a subnormal: two units of these for each factor of it.
        """
        exponent = self.reference.ulp_exponent
        with np.errstate(over="ignore"):
            moved = np.ldexp(self.movement, 1 - self.format.precision - exponent)
            return moved + np.ldexp(self._factors, self.format.emin - self.format.precision + 2 - exponent)

    @property
    def _factors(self) -> NDArray[np.float64]:
        """The factor of an intermediate result: a gate's other half, a gradient's largest cotangent."""
        factors = np.zeros((len(self.values), 1))
        if self.halved:
            factors = np.maximum(*np.split(np.abs(as_float64(self.batch.rows)), 2, axis=1))
        if self.cotangents is not None:
            by = np.abs(as_float64(self.cotangents)).reshape(len(factors), -1)
            factors = np.maximum(factors, 1) * (by if self.halved else by.max(axis=1, keepdims=True))
        return np.nan_to_num(np.tile(factors, self.values.shape[1] // factors.shape[1]), posinf=0.0)

    @cached_property
    def by_gate(self) -> Mapping[str, NDArray[np.float64]]:
        """The errors that each gate limits."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            absolute = np.ldexp(self.error, self.reference.ulp_exponent)
            size = np.abs(self.expected + np.ldexp(self.reference.residual, self.reference.ulp_exponent))
            relative = np.where(self.error > 0, absolute / size, 0.0)
        return {
            "max_ulp": self.error,
            "max_conditioned_ulp": self.conditioned,
            "max_abs_error": absolute,
            "max_rel_error": np.where(np.isnan(relative), np.inf, relative),
        }

    @cached_property
    def failing(self) -> NDArray[np.bool_]:
        """A mask of the results that a gate does not let pass."""
        return np.logical_or.reduce([self.by_gate[name] > limit for name, limit in self.limits.items()])

    def allowed(self, row: int, component: int) -> str:
        """The errors of one result beside their limits: "5.2 conditioned ULP, 4 allowed"."""
        return ", ".join(
            f"{self.by_gate[gate][row, component]:.4g} {NAMES[gate]}, {limit:g} allowed"
            for gate, limit in self.limits.items()
        )

    def only(self, row: int, values: Floats) -> Answered:
        """One row with other results."""
        one, exact = slice(row, row + 1), self.reference
        cotangents = None if self.cotangents is None else self.cotangents[one]
        return Answered(
            Batch(self.batch.rows[one], self.batch.kinds[one]), cotangents,
            values.reshape(1, -1), Reference(exact.value[one], exact.residual[one], exact.ulp_exponent[one]),
            self.defined[one], self.movement[one], self.apart[one], self.limits, self.halved,
        )  # fmt: skip


@dataclass(frozen=True)
class RowTrial:
    """An implementation with its results for every batch that it answered."""

    implementation: Implementation
    function: RowFunction
    format: Format
    caller: Caller
    options: Options
    answered: tuple[Answered, ...]

    @property
    def few(self) -> bool:
        """Whether rows are of few lengths: in a check of a whole pack, and where every shape is compiled."""
        return self.options.examples <= FEW_EXAMPLES or self.implementation.array == "jax"

    @property
    def values_only(self) -> Iterator[Answered]:
        """The batches of a trial of values; none in a trial of gradients."""
        return iter(() if self.implementation.order else self.answered)

    def call(self, rows: Floats, cotangents: Floats | None, layout: str = "contiguous") -> Returned | Failed:
        """The implementation's results, one row each; a shape or dtype that is not theirs is a failure so named."""
        inputs = [rows] if cotangents is None else [rows, cotangents]
        returned = self.caller.call(self.implementation, inputs, layout=layout)
        if isinstance(returned, Failed):
            return returned
        expected = _shapes(self.function, rows.shape, gradient=cotangents is not None)
        if returned.values.dtype != rows.dtype:
            return Failed("dtype", returned.values.dtype.name)
        if returned.values.shape not in expected:
            return Failed("shape", f"{returned.values.shape} for rows of shape {rows.shape}, expected {expected[0]}")
        return replace(returned, values=returned.values.reshape(len(rows), -1))

    def at(self, batch: Batch, cotangents: Floats | None) -> Answered | Failed:
        """The results for a batch beside the truth."""
        returned = self.call(batch.rows, cotangents)
        if isinstance(returned, Failed):
            return returned
        truths = [
            _truth(self.implementation, row, None if cotangents is None else cotangents[i])
            for i, row in enumerate(batch.rows)
        ]
        reference = Reference(
            np.stack([t.value for t in truths]), np.stack([t.residual for t in truths]),
            np.stack([t.ulp_exponent for t in truths]),
        )  # fmt: skip
        defined, movement = np.stack([t.defined for t in truths]), np.stack([t.movement for t in truths])
        apart, limits = self._apart(batch.rows), self.options.gates.limits(self.format)
        return Answered(
            batch, cotangents, returned.values, reference, defined, movement, apart, limits,
            self.function.is_gate, returned.mutated,
        )  # fmt: skip

    def _apart(self, rows: Floats) -> NDArray[np.bool_]:
        """Sums are computed in float32, those of float64 in float64."""
        if self.function.name not in _SUMMED:
            return np.zeros(len(rows), bool)
        working = FORMATS["float64" if self.format.bits == 64 else "float32"]
        with np.errstate(over="ignore", invalid="ignore"):
            sums = np.sum(np.abs(as_float64(rows)) ** _SUMMED[self.function.name], axis=1)
        return sums > float(working.max_finite) / 4

    def finding(
        self, name: str, answered: Answered, row: int, component: int, message: str, *,
        severity: str = FAILURE, count: int = 1, got: Any = None, expected: Shown | None = None,
    ) -> Finding:  # fmt: skip
        """A finding about one component of one row's result."""
        cotangent = None if answered.cotangents is None else answered.cotangents[row]
        exact = shown(answered.reference.value[row, component])
        result = got if isinstance(got, str) else shown(answered.values[row, component] if got is None else got)
        text = f"component {component} of {answered.values.shape[1]}, {answered.batch.kinds[row]}: {message}"
        return self.finding_at(
            name, answered.batch.rows[row], cotangent, result, exact if expected is None else expected, text,
            severity=severity, count=count,
        )  # fmt: skip

    def finding_at(
        self, name: str, row: Floats, cotangent: Floats | None, got: Shown, expected: Shown, message: str, *,
        severity: str = FAILURE, count: int = 1,
    ) -> Finding:  # fmt: skip
        """A finding about one row."""
        replay = replay_command(self.implementation, self.format.name, row, cotangent, self.options.seed)
        x, x_hex = row_text(row, cotangent), row_hex(row, cotangent)
        return Finding(name, severity, None, count, x, x_hex, got, expected, message, replay)


def _shapes(function: RowFunction, shape: Sequence[int], *, gradient: bool) -> list[tuple[int, ...]]:
    """The shapes that the result for rows of a shape may have, the usual one first."""
    count, length = shape
    if gradient:
        return [(count, length)]
    return [(count,), (count, 1)] if function.is_number else [(count, length // len(function.vectors))]


def _truth(implementation: Implementation, row: Floats, cotangent: Floats | None) -> RowReference:
    """The truth about a row. Earlier answers are remembered: packs share their rows."""
    bits = to_bits(np.ascontiguousarray(row)).tobytes()
    by = None if cotangent is None else to_bits(np.ascontiguousarray(np.atleast_1d(cotangent))).tobytes()
    return _remembered(implementation.activation, implementation.parameters, row.dtype.name, bits, by)


@lru_cache(maxsize=4096)
def _remembered(
    name: str, parameters: tuple[tuple[str, float | str], ...], fmt: str, row: bytes, cotangent: bytes | None
) -> RowReference:
    unsigned = f"u{FORMATS[fmt].bits // 8}"
    by = None if cotangent is None else from_bits(np.frombuffer(cotangent, unsigned), fmt)
    numbers = from_bits(np.frombuffer(row, unsigned), fmt)
    return row_reference(name, numbers, cotangent=by, parameters=dict(parameters))

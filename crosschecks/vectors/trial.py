"""One function of a row, at one order in one format: its results for batches of rows beside the certified references."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from ..findings import Finding, Shown, shown
from ..implementation import Implementation
from ..trials.trial import Options
from ..workers.in_process import Caller
from ..workers.worker_process import Failed, Returned
from .replay import replay_command, row_hex, row_text
from .rows import Batch

FAILURE, NOTE = "failure", "note"
WIDE_LIMIT, NARROW_LIMIT = 4.0, 1.0
"""The largest conditioned errors that pass by default, in ULP: in formats of more than 16 bits, and in others."""
_SQUARED = ("layer_norm", "rms_norm", "l2_normalize")


@dataclass(frozen=True)
class Seen:
    """Something seen in a trial: a failure, or a note."""

    severity: str
    finding: Finding


@dataclass(frozen=True)
class Answered:
    """A batch with its cotangents (none for values), the results, and the truth about them."""

    batch: Batch
    cotangents: Floats | None
    values: Floats
    """Shape (rows, results for one row)."""
    reference: Reference
    defined: NDArray[np.bool_]
    movement: NDArray[np.float64]
    """See :class:`RowReference`."""
    apart: NDArray[np.bool_]
    """A mask of the rows of norms whose squares overflow the format that they are summed in: not in the errors."""

    @cached_property
    def judged(self) -> NDArray[np.bool_]:
        """The components with an exact result, in rows that are not set apart."""
        return self.defined & ~self.apart[:, None]

    @cached_property
    def error(self) -> NDArray[np.float64]:
        """Errors in ULP, 0 where nothing is judged; of results flushed to zero too."""
        return np.where(self.judged & ~self.flushed, ulp_errors(self.values, self.reference), 0.0)

    @cached_property
    def flushed(self) -> NDArray[np.bool_]:
        """Zeros for subnormal numbers."""
        exact = as_float64(self.reference.value)
        least = float(_format(self).min_normal)
        return self.judged & (as_float64(self.values) == 0) & (exact != 0) & (np.abs(exact) < least)

    @cached_property
    def conditioned(self) -> NDArray[np.float64]:
        """Errors over 1 + the ULP that the exact result moves where all it is computed from moves by one of its own."""
        with np.errstate(invalid="ignore", over="ignore"):
            conditioned = self.error / (1 + self.unavoidable)
        return np.where(np.isinf(self.error), np.inf, conditioned)

    @cached_property
    def unavoidable(self) -> NDArray[np.float64]:
        """The movement of the exact results, in ULP.

        A gradient may be computed from results that were rounded to subnormals: two units of these, times the largest
        cotangent of the row.
        """
        fmt, exponent = _format(self), self.reference.ulp_exponent
        with np.errstate(over="ignore"):
            moved = np.ldexp(self.movement, 1 - fmt.precision - exponent)
            if self.cotangents is not None:
                largest = np.abs(as_float64(self.cotangents)).reshape(len(exponent), -1).max(axis=1, keepdims=True)
                moved = moved + np.ldexp(largest, fmt.emin - fmt.precision + 2 - exponent)
            return moved


def _format(answered: Answered) -> Format:
    return FORMATS[answered.values.dtype.name]


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
    def limit(self) -> float:
        """The largest conditioned error that passes, in ULP."""
        default = WIDE_LIMIT if self.format.bits > 16 else NARROW_LIMIT
        return default if self.options.max_ulp == WIDE_LIMIT else self.options.max_ulp

    @property
    def values_only(self) -> Iterator[Answered]:
        """The batches of a trial of values; none in a trial of gradients."""
        return iter(() if self.implementation.order else self.answered)

    def again(self, rows: Floats, cotangents: Floats | None, layout: str = "contiguous") -> Floats | Failed:
        """The results for other rows; a failure also where their shape or dtype is another."""
        values = called(self, rows, cotangents, layout)
        return values if isinstance(values, Failed) else values.values

    def at(self, batch: Batch, cotangents: Floats | None) -> Answered | Failed:
        """The results for a batch beside the truth."""
        returned = called(self, batch.rows, cotangents)
        if isinstance(returned, Failed):
            return returned
        rows = range(len(batch.rows))
        references = [
            reference_of(self.implementation, batch.rows[i], None if cotangents is None else cotangents[i])
            for i in rows
        ]
        stacked = Reference(*(np.stack([getattr(r, name) for r in references]) for name in Reference.__annotations__))
        defined, movement = (np.stack([getattr(r, name) for r in references]) for name in ("defined", "movement"))
        return Answered(batch, cotangents, returned.values, stacked, defined, movement, self._apart(batch.rows))

    def _apart(self, rows: Floats) -> NDArray[np.bool_]:
        """Sums are computed in float32, those of float64 in float64."""
        if self.function.name not in _SQUARED:
            return np.zeros(len(rows), bool)
        working = FORMATS["float64" if self.format.bits == 64 else "float32"]
        with np.errstate(over="ignore", invalid="ignore"):
            squares = np.sum(as_float64(rows) ** 2, axis=1)
        return np.isinf(squares) | (squares > float(working.max_finite) / 4)

    def seen(
        self, name: str, answered: Answered, row: int, component: int, message: str, *,
        severity: str = FAILURE, got: Any = None, expected: Shown | None = None,
    ) -> Seen:  # fmt: skip
        """A violation of the property of this name at one component of one row's result."""
        cotangent = None if answered.cotangents is None else answered.cotangents[row]
        exact = shown(answered.reference.value[row, component])
        return Seen(severity, self.finding(
            name, answered.batch.rows[row], cotangent, shown(answered.values[row, component] if got is None else got),
            exact if expected is None else expected,
            f"component {component} of {answered.values.shape[1]}, {answered.batch.kinds[row]}: {message}",
        ))  # fmt: skip

    def finding(
        self, name: str, row: Floats, cotangent: Floats | None, got: Shown, expected: Shown, message: str
    ) -> Finding:
        """A finding about one row."""
        replay = replay_command(self.implementation, self.format.name, row, cotangent, self.options.seed)
        return Finding(name, row_text(row, cotangent), row_hex(row, cotangent), got, expected, message, replay)


def called(trial: RowTrial, rows: Floats, cotangents: Floats | None, layout: str = "contiguous") -> Returned | Failed:
    """An implementation's results as rows; a shape or dtype that is not the result's is a failure of that name."""
    inputs = [rows] if cotangents is None else [rows, cotangents]
    returned = trial.caller.call(trial.implementation, inputs, layout=layout)
    if isinstance(returned, Failed):
        return returned
    expected = expected_shapes(trial.function, rows.shape, gradient=cotangents is not None)
    if returned.values.dtype != rows.dtype:
        return Failed("dtype", f"{returned.values.dtype.name} for {rows.dtype.name}")
    if returned.values.shape not in expected:
        return Failed("shape", f"{returned.values.shape} for rows of shape {rows.shape}, expected {expected[0]}")
    return replace(returned, values=returned.values.reshape(len(rows), -1))


def expected_shapes(function: RowFunction, shape: Sequence[int], *, gradient: bool) -> list[tuple[int, ...]]:
    """The shapes that the result for rows of a shape may have, the usual one first."""
    count, length = shape
    if gradient:
        return [(count, length)]
    return [(count,), (count, 1)] if function.is_number else [(count, length // len(function.vectors))]


def reference_of(implementation: Implementation, row: Floats, cotangent: Floats | None) -> RowReference:
    """The truth about a row. Earlier answers are remembered: packs share their rows."""
    patterns = [None if a is None else to_bits(np.ascontiguousarray(np.atleast_1d(a))).tobytes()
                for a in (row, cotangent)]  # fmt: skip
    return _reference(implementation.activation, implementation.parameters, row.dtype.name, patterns[0], patterns[1])


@lru_cache(maxsize=4096)
def _reference(
    name: str, parameters: tuple[tuple[str, float | str], ...], fmt: str, row: bytes, cotangent: bytes | None
) -> RowReference:
    floats = [None if p is None else from_bits(np.frombuffer(p, f"u{FORMATS[fmt].bits // 8}"), fmt)
              for p in (row, cotangent)]  # fmt: skip
    assert floats[0] is not None
    return row_reference(name, floats[0], cotangent=floats[1], parameters=dict(parameters))

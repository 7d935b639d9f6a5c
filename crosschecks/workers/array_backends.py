"""Array libraries and devices for the bulk of a sweep: whole strips of results, wherever they lie.

Results stay in their library's arrays. Only numbers by row, counts, positions, and the few rows and results that
are looked at one by one come back to NumPy.

All of this is IEEE float64 arithmetic, and the oracle's error bars ask no more of it: they hold for a matrix product
that adds its terms in any order, with fused operations or without (see :mod:`gradproof.numerics.oracle.taylor_rows`); a
difference is rounded once; comparisons are exact. So profiles do not depend on the library or the device. NumPy is
such a library, and so is torch on CPUs and on CUDA devices: TF32 shortens products of float32 matrices, never of
float64 ones. A device without float64 raises an error. JAX is no such library: XLA takes float32's subnormals for 0 on
CPUs, so that JAX's results come to NumPy first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import from_bits
from ...numerics.oracle.float32_rows import ROW
from ...numerics.oracle.taylor_rows import powers
from ...proofs.enclosures.formats import Format
from ..implementation import Implementation
from .invoke import bridge

CACHED_STRIP = 256
"""Rows whose distances are worked out at once: 256 rows of 2048 float64s, 4 MiB, stay in a processor's last cache, and
with fewer the calls from Python take longer than the arithmetic."""


@dataclass(frozen=True)
class Arrays:
    """A library, a device of it, and what only this library can say."""

    xp: Any
    """The library's namespace. Its functions are called by the names and in the way that NumPy and torch share."""
    device: Any
    strip: int
    """Rows whose distances are worked out at once."""
    floats: Callable[[int, int, Format], Any]
    """The function of (first, count, format) for the floats with `count` consecutive bit patterns from `first` on."""
    to_numpy: Callable[[Any], NDArray[Any]]

    def moved(self, values: NDArray[Any]) -> Any:
        """An array of NumPy's on the device."""
        return self.xp.asarray(values, device=self.device)

    def column(self, values: NDArray[np.float64]) -> Any:
        """A number for each row, to compare the row with."""
        return self.moved(values)[:, None]

    def as_float64(self, floats: Any) -> Any:
        """The values as float64s; exact."""
        return self.xp.asarray(floats, dtype=self.xp.float64)

    def distances(self, coefficients: NDArray[np.float64], got: Any) -> Any:
        """The distances of rows of results from the values of the rows' polynomials; kept until the next call."""
        xp, out = self.xp, self._buffer[: len(coefficients)]
        xp.matmul(self.moved(coefficients), self._powers, out=out)
        xp.subtract(got, out, out=out)
        return xp.abs(out, out=out)

    def ends(self, distance: Any) -> NDArray[np.float64]:
        """The smallest and the largest distance of each row; NaN where one is NaN."""
        xp = self.xp
        return self.to_numpy(xp.stack([xp.amin(distance, axis=1), xp.amax(distance, axis=1)]))

    def count(self, truths: Any) -> int:
        """The number of those that are true."""
        return int(self.xp.count_nonzero(truths))

    def positions(self, truths: Any) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows and columns of what is true, in order."""
        rows, columns = self.xp.where(truths)
        return self.to_numpy(rows), self.to_numpy(columns)

    def odd(self, got: Any) -> Any:
        """A mask of the float32s with an odd bit pattern."""
        return (got.view(self.xp.int32) & 1) == 1

    @cached_property
    def _powers(self) -> Any:
        return self.moved(powers())

    @cached_property
    def _buffer(self) -> Any:
        return self.xp.empty((self.strip, ROW), dtype=self.xp.float64, device=self.device)


def _floats(first: int, count: int, fmt: Format) -> NDArray[Any]:
    return from_bits(np.arange(first, first + count, dtype=f"u{fmt.bits // 8}"), fmt)


NUMPY = Arrays(np, "cpu", CACHED_STRIP, _floats, lambda array: array)


@lru_cache(maxsize=8)
def arrays_on(library: str, device: str) -> Arrays:
    """A library's arrays on a device of it. Raises what the library does where there is no such device."""
    return bridge(library).arrays(device)


def arrays_of(implementation: Implementation) -> Arrays:
    """The arrays that an implementation's results stay in: NumPy's, unless it names a device."""
    return arrays_on(implementation.array, implementation.device) if implementation.device else NUMPY

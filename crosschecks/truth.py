"""What the results should be: the oracle's references for a sample, and the condition number where it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..numerics.formats import Floats, as_float64, dtype_of, format_of, from_bits, to_bits, to_float
from ..numerics.oracle import condition, reference
from ..numerics.ulp import Reference
from ..proofs.catalogue import activation
from ..proofs.formats import Format
from ..proofs.reals import Real
from .gated import gated_condition, gated_reference
from .implementation import Implementation

Parameters = tuple[tuple[str, "float | str"], ...]


@dataclass(frozen=True)
class Truth:
    """Exact values over a sample."""

    reference: Reference
    defined: NDArray[np.bool_]
    """Where the function has a value: at finite inputs that are no kinks of a derivative."""
    kappa: Callable[[NDArray[np.intp]], NDArray[np.float64]]
    """The condition number of the function under test at inputs given by index; the sum of both of two inputs."""


def truth_for(implementation: Implementation, inputs: Sequence[Floats]) -> Truth:
    """The truth for an implementation. What was asked before is remembered: packs share their samples."""
    i, fmt = implementation, format_of(inputs[0]).name
    patterns = tuple(to_bits(np.ascontiguousarray(a)).tobytes() for a in inputs)
    return _truth(i.activation, i.parameters, i.order, i.variable, fmt, patterns)


def joined(first: Truth, second: Truth) -> Truth:
    """The truth for two samples, one after the other."""
    a, b, size = first.reference, second.reference, len(first.defined)
    reference = Reference(
        np.concatenate([a.value, b.value]),
        np.concatenate([a.residual, b.residual]),
        np.concatenate([a.ulp_exponent, b.ulp_exponent]),
    )

    def kappa(at: NDArray[np.intp]) -> NDArray[np.float64]:
        found = np.empty(len(at))
        found[at < size], found[at >= size] = first.kappa(at[at < size]), second.kappa(at[at >= size] - size)
        return found

    return Truth(reference, np.concatenate([first.defined, second.defined]), kappa)


@lru_cache(maxsize=1024)
def _truth(
    name: str, parameters: Parameters, order: int, variable: int, fmt: str, patterns: tuple[bytes, ...]
) -> Truth:
    unsigned = f"u{dtype_of(fmt).itemsize}"
    inputs = [from_bits(np.frombuffer(p, dtype=unsigned), fmt) for p in patterns]
    finite = np.logical_and.reduce([np.isfinite(as_float64(a)) for a in inputs])
    entry, given = activation(name), dict(parameters)
    if len(inputs) > 1:
        values = gated_reference(entry, given, order, variable, inputs)
        return Truth(values, finite, lambda at: gated_condition(entry, given, order, variable, [a[at] for a in inputs]))
    (x,) = inputs
    values = reference(entry, x, order=order, parameters=given)
    defined = finite.copy()
    for index in values.kinks:
        defined[index] = False
    return Truth(values, defined, lambda at: condition(entry, x[at], order=order, parameters=given))


def rounded(real: Real, fmt: Format) -> float:
    """A certified real correctly rounded to a format; infinities stay."""
    if real.is_infinite:
        return float(real)
    return to_float(fmt.round(real.rational if real.rational is not None else real.ball))

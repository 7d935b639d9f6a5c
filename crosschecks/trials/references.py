"""The correct results: the oracle's references for a sample, and the condition number where it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, as_float64, dtype_of, exact, format_of, from_bits, to_bits, to_float
from ...numerics.floats.ulp import Reference
from ...numerics.oracle.reference import condition, oracle, reference
from ...proofs.catalogue.parse import definition
from ...proofs.enclosures.balls import precision
from ...proofs.enclosures.formats import FORMATS, Format
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import Kink, split
from ...proofs.reals.reals import Real
from ..implementation import Implementation
from .several_inputs import gated_condition, gated_reference

Parameters = tuple[tuple[str, "float | str"], ...]


@dataclass(frozen=True)
class Truth:
    """Exact values over a sample."""

    reference: Reference
    defined: NDArray[np.bool_]
    """Where there is something to judge: at finite inputs that are no kinks of a derivative and no ends of a domain."""
    kappa: Callable[[NDArray[np.intp]], NDArray[np.float64]]
    """The condition number of the function under test at inputs given by index; the sum of both of two inputs."""

    def at(self, chosen: Sequence[int] | NDArray[np.intp]) -> Truth:
        """The truth for some of the inputs, given by index."""
        indices, r = np.asarray(chosen, np.intp), self.reference
        some = Reference(r.value[indices], r.residual[indices], r.ulp_exponent[indices])
        return Truth(some, self.defined[indices], lambda at: self.kappa(indices[at]))


def truth_for(implementation: Implementation, inputs: Sequence[Floats]) -> Truth:
    """The truth for an implementation. Earlier answers are remembered: packs share their samples."""
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
        kappas = np.empty(len(at))
        kappas[at < size], kappas[at >= size] = first.kappa(at[at < size]), second.kappa(at[at >= size] - size)
        return kappas

    return Truth(reference, np.concatenate([first.defined, second.defined]), kappa)


@lru_cache(maxsize=1024)
def _truth(
    name: str, parameters: Parameters, order: int, variable: int, fmt: str, patterns: tuple[bytes, ...]
) -> Truth:
    unsigned = f"u{dtype_of(fmt).itemsize}"
    inputs = [from_bits(np.frombuffer(p, dtype=unsigned), fmt) for p in patterns]
    if len(inputs) > 1:
        entry, settings = definition(name), dict(parameters)
        known, defined = gated_reference(entry, settings, order, variable, inputs)

        def kappa(at: NDArray[np.intp]) -> NDArray[np.float64]:
            return gated_condition(entry, settings, order, variable, [a[at] for a in inputs])

        return Truth(known, defined, kappa)
    (x,), expr = inputs, _expression(name, parameters)
    values = reference(expr, x, order=order)
    defined = np.isfinite(as_float64(x))
    for index in values.kinks:
        defined[index] = False
    for end in split(expr, "x").breakpoints:  # at an end of its domain a pole may give an infinity
        defined &= ~(np.isnan(as_float64(values.value)) & (as_float64(x) == float(end)))
    kappas = np.full(x.shape, np.nan)

    def kappa_of_one(at: NDArray[np.intp]) -> NDArray[np.float64]:
        missing = at[np.isnan(kappas[at])]
        kappas[missing] = condition(expr, x[missing], order=order)
        return kappas[at]

    return Truth(values, defined, kappa_of_one)


@lru_cache(maxsize=256)
def _expression(name: str, parameters: Parameters) -> Expr:
    """The exact expression of an activation of one input."""
    return definition(name).expr(**dict(parameters))


def exact_digits(implementation: Implementation, x: Any, digits: int) -> str | None:
    """The exact value at one input of a function of one, as a decimal; None where there is none."""
    i = implementation
    real = oracle(_expression(i.activation, i.parameters), i.order).at(exact(x))
    if real is None or isinstance(real, Kink):
        return None
    bits = 4 * digits
    with precision(bits + 32):
        while True:
            ball = arb(real) if isinstance(real, fmpq) else real(bits)
            if ball.rel_accuracy_bits() > 3.33 * digits + 4 or bits > 1 << 14:
                return ball.str(digits, radius=False)
            bits *= 2


def beyond(x: NDArray[np.float64], end: Real, side: int) -> NDArray[np.bool_]:
    """A mask of the floats that lie strictly to the right (1) or to the left (-1) of a certified real."""
    near = rounded(end, FORMATS["float64"])
    outside = x > near if side > 0 else x < near
    if np.isfinite(near):  # the nearest float lies on either side of it, or is the number itself
        distance = arb(exact(near)) - end.ball(1024)
        outside |= (x == near) & bool(distance > 0 if side > 0 else distance < 0)
    return outside


def rounded(real: Real, fmt: Format) -> float:
    """A certified real correctly rounded to a format; infinities stay."""
    if real.is_infinite:
        return float(real)
    return to_float(fmt.round(real.rational if real.rational is not None else real.ball))

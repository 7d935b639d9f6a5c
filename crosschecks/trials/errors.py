"""Distances of results from the truth, in all the units of the gates, and the results that only flush subnormals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, as_float64
from ...numerics.floats.ulp import conditioned, signed_ulp_errors
from ...proofs.enclosures.formats import Format
from ..gates import NAMES
from .references import Truth

_CHUNK = 64


@dataclass(frozen=True)
class Measured:
    """Arrays over the sample. Errors are 0 where nothing is judged."""

    judged: NDArray[np.bool_]
    """The exact value is known and is a real number, and the input is finite."""
    flushed_inputs: NDArray[np.bool_]
    """A subnormal input was answered as zero is. Counted apart: not in the errors."""
    flushed_results: NDArray[np.bool_]
    """Zero came back for a subnormal number, though the input was none. Likewise."""
    signed: NDArray[np.float64]
    """(result - exact) in ULP."""
    absolute: NDArray[np.float64]
    relative: NDArray[np.float64]
    conditioned: NDArray[np.float64]
    """The error in ULP over 1 + kappa: what the implementation can be blamed for. Worked out where it might be the
    largest or above its limit, 0 elsewhere."""
    limits: Mapping[str, float]
    """The limits that decide, by the name of the gate."""

    @cached_property
    def error(self) -> NDArray[np.float64]:
        """In ULP."""
        return np.abs(self.signed)

    @property
    def worst(self) -> int:
        """The index of the largest error; among equals, of the largest conditioned error."""
        return int(np.lexsort([self.conditioned, self.error])[-1])

    @cached_property
    def by_gate(self) -> Mapping[str, NDArray[np.float64]]:
        """The errors that each gate limits."""
        return {
            "max_ulp": self.error,
            "max_conditioned_ulp": self.conditioned,
            "max_abs_error": self.absolute,
            "max_rel_error": self.relative,
        }

    @cached_property
    def failing(self) -> NDArray[np.bool_]:
        """A mask of the results that a gate does not let pass."""
        return np.logical_or.reduce([self.by_gate[name] > limit for name, limit in self.limits.items()])

    @property
    def explained(self) -> NDArray[np.bool_]:
        """A mask of plain errors above the limit of the conditioned one, where nothing else is promised."""
        limit = self.limits.get("max_conditioned_ulp") if len(self.limits) == 1 else None
        return np.zeros(self.error.shape, np.bool_) if limit is None else (self.error > limit) & ~self.failing

    @property
    def to_explain(self) -> NDArray[np.bool_]:
        """A mask of the results that fail; where none does, of those that only the condition number lets pass."""
        return self.failing if self.failing.any() else self.explained

    def allowed(self, index: int) -> str:
        """The errors of one result beside their limits: "5.2 conditioned ULP, 4 allowed"."""
        return ", ".join(
            f"{self.by_gate[gate][index]:.4g} {NAMES[gate]}, {limit:g} allowed" for gate, limit in self.limits.items()
        )


def measured(
    inputs: Sequence[Floats], values: Floats, truth: Truth, fmt: Format, limits: Mapping[str, float]
) -> Measured:
    """Compares results with the truth."""
    judged, exact = truth.defined, truth.reference
    nearest, got = as_float64(exact.value), as_float64(values)
    signed = np.where(judged, signed_ulp_errors(values, exact), 0.0)
    far = judged & (np.abs(signed) >= 1)  # nearer to a zero than that, rounding may have gone there
    zeroed = far & (got == 0) & (np.abs(nearest) < float(fmt.min_normal))
    small = np.logical_or.reduce([is_subnormal(as_float64(a), fmt) for a in inputs])
    flushed_inputs, flushed_results = small & zeroed, zeroed & ~small
    if len(inputs) == 1:
        flushed_inputs |= far & small & _answered_as_zero(inputs[0], values, judged & ~far)
    signed[flushed_inputs | flushed_results] = 0.0
    error = np.abs(signed)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        absolute = np.ldexp(error, exact.ulp_exponent)
        size = np.abs(nearest + np.ldexp(exact.residual, exact.ulp_exponent))
        relative = np.where(error > 0, absolute / size, 0.0)
    relative = np.where(np.isnan(relative), np.inf, relative)
    kappas = _conditioned(error, truth.kappa, limits.get("max_conditioned_ulp", np.inf))
    return Measured(judged, flushed_inputs, flushed_results, signed, absolute, relative, kappas, limits)


def is_subnormal(x: NDArray[np.float64], fmt: Format) -> NDArray[np.bool_]:
    """A mask of the subnormal numbers of a format."""
    return (x != 0) & (np.abs(x) < float(fmt.min_normal))


def _answered_as_zero(x: Floats, values: Floats, right: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask of the inputs with the result that the zero of the same sign has, where that is in the sample and
    right: of sigmoid in place of silu every small input has the result of zero."""
    inputs, got, same = as_float64(x), as_float64(values), np.zeros(x.shape, np.bool_)
    for negative in (False, True):
        signed = np.signbit(inputs) == negative
        for zero in np.flatnonzero(signed & (inputs == 0) & right)[:1]:
            same |= signed & (got == got[zero])
    return same


def _conditioned(
    error: NDArray[np.float64], kappa: Callable[[NDArray[np.intp]], NDArray[np.float64]], limit: float
) -> NDArray[np.float64]:
    """Conditioned errors, from the largest error down until no smaller one can matter: a condition number is dear."""
    conditioned_errors = np.zeros_like(error)
    order = np.argsort(-error, kind="stable")
    for start in range(0, len(order), _CHUNK):
        chunk = order[start : start + _CHUNK]
        if error[chunk[0]] <= min(conditioned_errors.max(), limit):
            break
        conditioned_errors[chunk] = conditioned(error[chunk], kappa(chunk))
    return conditioned_errors

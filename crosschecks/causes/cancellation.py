"""Formulas that cancel: the results are those of a naive formula in the same arithmetic, digit for digit.

Two computations of 1 + erf(x/sqrt(2)) differ where their erf differs in its last digit, by as much as is lost; so half
of the telling inputs must agree to within the tolerance, and all of them to within a few of the digits that are lost.
"""

from __future__ import annotations

import numpy as np

from ...numerics.floats.formats import Floats, as_float64
from ...numerics.floats.ulp import ulp_errors
from ...proofs.enclosures.formats import Format
from ..findings import Cause
from .evidence import Evidence, Mask, Numbers, Recognised, agree, longest_run
from .formulas import arithmetics, evaluated, parameter_values
from .naive_formulas import Naive, naive_formulas

LEAST = 5
"""The number of telling inputs below which nothing is named."""
SAME = 0.5
"""The share of them that agree digit for digit."""


def cancels(evidence: Evidence, part: Mask) -> Recognised | None:
    """The naive formula that explains most of a part of the failing inputs."""
    implementation, fmt = evidence.implementation, evidence.format
    if len(evidence.subject.inputs) > 1:
        return None
    part = part & np.isfinite(evidence.got)
    best: tuple[int, Recognised] | None = None
    for naive in naive_formulas(implementation.activation, implementation.order):
        for arithmetic in arithmetics(fmt):
            mask = _explained(evidence, part, naive, arithmetic)
            if mask is not None and (best is None or mask.sum() > best[0]):
                best = int(mask.sum()), Recognised(_cause(evidence, mask, naive, arithmetic), mask)
    return None if best is None else best[1]


def _explained(evidence: Evidence, part: Mask, naive: Naive, arithmetic: Format) -> Mask | None:
    """The inputs of a part that a formula explains; None where that is not shown."""
    (inputs,) = evidence.subject.inputs
    results = as_float64(_results(evidence, naive.formula, inputs, arithmetic))
    same = agree(evidence.got, results, evidence.unit, evidence.tolerance)
    telling = part & (np.abs(evidence.got - evidence.nearest) > (2 * evidence.tolerance + 0.5) * evidence.unit)
    near = same | (np.abs(evidence.got - results) <= _lost(evidence, naive, inputs, arithmetic))
    run = longest_run(evidence.x, near, telling)
    if run.sum() < LEAST or (same & run).sum() < SAME * run.sum():
        return None
    inside = (evidence.x >= evidence.x[run].min()) & (evidence.x <= evidence.x[run].max())
    return part & inside


def _lost(evidence: Evidence, naive: Naive, inputs: Floats, arithmetic: Format) -> Numbers:
    """How far apart two computations of a formula may be: as far as its results are from the truth around there."""
    results = as_float64(_results(evidence, naive.formula, inputs, arithmetic))
    order = np.argsort(evidence.x, kind="stable")
    off = np.where(evidence.judged, np.abs(results - evidence.nearest), 0.0)[order]
    off = np.where(np.isfinite(off), off, 0.0)
    around = np.max([np.roll(off, shift) for shift in range(-4, 5)], axis=0)
    lost = np.empty_like(around)
    lost[order] = around
    return lost


def _results(evidence: Evidence, formula: str, inputs: Floats, arithmetic: Format) -> Floats:
    return evaluated(formula, inputs, parameter_values(evidence.implementation), arithmetic, evidence.format)


def _cause(evidence: Evidence, mask: Mask, naive: Naive, arithmetic: Format) -> Cause:
    (inputs,) = evidence.subject.inputs
    wide = "" if arithmetic is evidence.format else f", computed in {arithmetic.name},"
    text = f"{naive.cancels} cancels {naive.where}: the results are those of {naive.formula}{wide} in NumPy"
    stable_error = None
    if naive.stable is not None:
        at = np.flatnonzero(mask)
        stable = _results(evidence, naive.stable, inputs[at], arithmetics(evidence.format)[0])
        stable_error = float(ulp_errors(stable, evidence.subject.truth.at(at).reference).max())
    return Cause("cancellation", text, naive.stable, stable_error, naive.formula)

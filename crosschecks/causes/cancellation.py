"""Formulas that cancel: the results are those of a naive formula in the same arithmetic, digit for digit.

Two computations of 1 + erf(x/sqrt(2)) differ where their erf differs in its last digit, by a whole number of its units:
nearly all telling inputs must do so, and a quarter agree to within the tolerance or the others be many. Where the
values of functions are rounded to 16 bits, every result is a whole number of these units off: there nearly all must
agree, and those that do are explained.
"""

from __future__ import annotations

import numpy as np

from ...numerics.floats.formats import Floats, as_float64
from ..findings import Cause
from ..trials.errors import measured
from .evidence import Evidence, Mask, Numbers, Recognised, agree, longest_run
from .formulas import Arithmetic, arithmetics, evaluated, parameter_values, written
from .naive_formulas import Naive, naive_formulas

LEAST = 5
"""The number of different telling results below which nothing is named."""
SAME, ENOUGH = 0.25, 16
"""The share of them that agree digit for digit; without it, how many different ones are whole units off."""
ALL = 0.96
"""The share of the telling results that must be those of a formula whose functions are rounded to 16 bits."""
STEADY = 64
"""Conditioned ULP up to which a formula is offered as one that keeps the digits, at all inputs that fail."""
QUANTA, SLACK = 8.2, 0.1
"""How many of the last digits of an elementary function the others are off by, which is a whole number but for this."""


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


def _explained(evidence: Evidence, part: Mask, naive: Naive, arithmetic: Arithmetic) -> Mask | None:
    """The inputs of a part that a formula explains; None where that is not shown."""
    (inputs,) = evidence.subject.inputs
    results = as_float64(_results(evidence, naive.formula, inputs, arithmetic))
    same = agree(evidence.got, results, evidence.unit, evidence.tolerance)
    telling = part & ~agree(evidence.got, evidence.nearest, evidence.unit, 2 * evidence.tolerance + 0.5)
    quantum = _quantum(evidence, naive, arithmetic, results)
    if arithmetic.values.bits <= 16:
        return _agreeing(evidence, part, same, telling)
    near = same | _whole(evidence, results, quantum)
    run = longest_run(evidence.x, near, telling)
    shown = near & run
    different = len(np.unique(evidence.got[shown & (evidence.got != 0)]))  # zeros are alike, whatever their cause
    if different < LEAST or (different < ENOUGH and (same & run).sum() < SAME * run.sum()):
        return None
    inside = (evidence.x >= evidence.x[run].min()) & (evidence.x <= evidence.x[run].max())
    consistent = agree(evidence.got, evidence.nearest, 2 * evidence.unit + QUANTA * quantum, 1.0)
    return part & (inside | near | consistent)


def _agreeing(evidence: Evidence, part: Mask, same: Mask, telling: Mask) -> Mask | None:
    """The inputs at which results are the very floats of a formula, where they are in all but a few of a run."""
    run = longest_run(evidence.x, same, telling)
    shown = same & run
    different = len(np.unique(evidence.got[shown & (evidence.got != 0)]))
    if different < LEAST or shown.sum() < ALL * run.sum() or shown.sum() < ALL * (telling & part).sum():
        return None
    return part & same


def _quantum(evidence: Evidence, naive: Naive, arithmetic: Arithmetic, results: Numbers) -> Numbers:
    """The difference that one place of the elementary functions makes to the results of a formula."""
    (inputs,) = evidence.subject.inputs
    moved = evaluated(naive.formula, inputs, parameter_values(evidence.implementation), arithmetic, nudged=True)
    with np.errstate(all="ignore"):
        return np.nan_to_num(np.abs(moved - results), nan=0.0, posinf=0.0)


def _whole(evidence: Evidence, results: Numbers, quantum: Numbers) -> Mask:
    """Where results differ from a formula's by a few times that difference, and that is what the digits lost are."""
    with np.errstate(all="ignore"):
        off = np.abs(evidence.got - results)
        quanta = np.where(quantum > 0, off / quantum, np.inf)
        rest = np.abs(quanta - np.rint(quanta)) * quantum
        small = rest <= evidence.tolerance * evidence.unit + SLACK * quantum
    units = (quanta > 0.5) | (results != 0)  # what is next to 0 agrees with all that is as small
    return units & (quanta <= QUANTA) & small & (quantum > QUANTA * evidence.unit)


def _results(evidence: Evidence, formula: str, inputs: Floats, arithmetic: Arithmetic) -> Floats:
    return evaluated(formula, inputs, parameter_values(evidence.implementation), arithmetic)


def _cause(evidence: Evidence, mask: Mask, naive: Naive, arithmetic: Arithmetic) -> Cause:
    (inputs,) = evidence.subject.inputs
    values = parameter_values(evidence.implementation)
    formula, part = written(naive.formula, values), written(naive.cancels, values)
    stable_form = None if naive.stable is None else written(naive.stable, values)
    how = (arithmetic.words or f", computed in {arithmetic.format.name}").rstrip(",")
    text = f"{part} cancels {naive.where}: the results are those of {formula}{how}"
    error = weighed = None
    if naive.stable is not None:
        at = np.flatnonzero(mask)
        stable = _results(evidence, naive.stable, inputs[at], arithmetics(evidence.format)[0])
        truth = evidence.subject.truth.at(at)
        near = measured([inputs[at]], stable, truth, evidence.format, {"max_conditioned_ulp": 0})
        error, weighed = float(near.error.max()), float(near.conditioned.max())
        if not weighed <= STEADY:
            stable_form = error = weighed = None
    return Cause("cancellation", f"{part} cancels", text, stable_form, error, weighed, formula)

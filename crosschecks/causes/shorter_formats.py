"""Arithmetic too short: results that a shorter format holds, and operations that are each rounded to 16 bits."""

from __future__ import annotations

import numpy as np

from ...numerics.floats.formats import all_values, as_float64, rounded_from_float64
from ...proofs.enclosures.formats import FORMATS
from ..findings import Cause
from ..trials.errors import measured
from .evidence import Evidence, Mask, Numbers, Recognised, agree
from .formulas import Arithmetic, arithmetics, evaluated, parameter_values, written
from .naive_formulas import formulas

LEAST = 12
"""The number of failing inputs below which nothing is named."""
ENOUGH = 0.98
"""The share of all results that the shorter format holds, NaN and infinities left out."""
RIGHT = 1.0
"""The largest error, in ULP, of a formula that is right if it is rounded once."""
ONCE = "computed in float32 and rounded once"
SHORTER = {"float64": ("float16", "bfloat16", "float32"), "float32": ("float16", "bfloat16")}


def is_shorter(evidence: Evidence, part: Mask) -> Recognised | None:
    """The shortest format that holds the results, where it does not hold the true values."""
    got, nearest = evidence.got, evidence.nearest
    sample = evidence.judged & np.isfinite(got) & (got != 0)
    if (sample & part).sum() < LEAST or (sample & part).sum() < 0.5 * part.sum():
        return None
    for name in SHORTER.get(evidence.format.name, ()):
        values = _held(got, name)
        others = sample & ~_held(nearest, name)
        if others.sum() >= LEAST and values[others].mean() >= ENOUGH and values[part & sample].mean() >= ENOUGH:
            text = f"every result is a {name} number: it is computed or stored in {name} and widened"
            return Recognised(Cause("shorter-format", f"the results are {name} numbers", text), part)
    return None


def _held(values: Numbers, name: str) -> Mask:
    return rounded_from_float64(values, FORMATS[name]).astype(np.float64) == values


def rounds_operations(evidence: Evidence, part: Mask) -> Recognised | None:
    """The formula that has these results if every operation is rounded to 16 bits, and is right if only the last is."""
    fmt, i = evidence.format, evidence.implementation
    if fmt.bits != 16 or len(evidence.subject.inputs) != 1:
        return None
    at, (x,) = np.flatnonzero(part), evidence.subject.inputs
    once, *_, each = arithmetics(fmt)
    for formula in formulas(i.activation, i.order):
        results = evaluated(formula, x, parameter_values(i), each)
        if not agree(evidence.got, as_float64(results), evidence.unit, 0.0)[at].mean() >= ENOUGH:
            continue
        right = evaluated(formula, x[at], parameter_values(i), once)
        near = measured([x[at]], right, evidence.subject.truth.at(at), fmt, {"max_conditioned_ulp": 0})
        error, weighed = float(near.error.max()), float(near.conditioned.max())
        if error <= RIGHT and _everywhere(evidence, formula, each, once):
            title = "every operation is rounded to 16 bits"
            form = written(formula, parameter_values(i))
            text = f"every operation is rounded to {fmt.name}: the results are those of {form} computed so"
            return Recognised(Cause("rounded-operations", title, text, form, error, weighed, form, ONCE), part)
    return None


def _everywhere(evidence: Evidence, formula: str, *ways: Arithmetic) -> bool:
    """Whether all finite results, of a format or a range of it, are those of the first of two arithmetics, also where
    these differ."""
    x = all_values(evidence.format)
    x = x[np.isfinite(as_float64(x)) & evidence.subject.asked([x])]
    got, values = evidence.at(x), parameter_values(evidence.implementation)
    if got is None:
        return False
    got = as_float64(got)
    first, second = (as_float64(evaluated(formula, x, values, how)) for how in ways)
    finite, same = np.isfinite(got), got == first
    apart = finite & (first != second)
    return apart.sum() >= LEAST and same[apart].mean() >= ENOUGH and same[finite].mean() >= ENOUGH

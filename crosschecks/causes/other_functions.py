"""Results of another function than the one asked for, or of the same with other parameters.

It is named where nearly all results, those that fail and those that do not, are as near to the other function as a
good implementation of it would be, and the failing ones far nearer to it than to the function asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, as_float64
from ..findings import Cause
from ..gates import CONDITIONED, CONDITIONED_SHORT
from ..trials.errors import Measured, measured
from ..trials.references import Truth, truth_for
from .alternatives import (
    Alternative,
    exchanged,
    other_activations,
    other_branches,
    other_orders,
    rounded_divisors,
    rounded_parameters,
)
from .evidence import Evidence, Mask, Recognised, agree
from .formulas import arithmetics, evaluated, parameter_values
from .naive_formulas import naive_formulas
from .parameters import solved

FEW, MANY, LEAST = 12, 96, 6
"""Inputs for a first look and for the proof, of those that fail and of the others each; and too few for either."""
ENOUGH, MOST = 0.96, 0.75
"""The shares of results that another function must explain: of those that are right for the function asked for, and of
those that are wrong, some of which may be wrong for the other as well, where it cancels or overflows."""
FAR = 8.0
"""How much nearer the failing results are to it, in the median."""


def is_another(evidence: Evidence, part: Mask) -> Recognised | None:
    """The first other function that fits; it explains all inputs that fail."""
    if part.sum() < LEAST:
        return None
    i = evidence.implementation
    sources: tuple[Callable[[], Iterator[Alternative]], ...] = (
        lambda: rounded_parameters(i), lambda: rounded_divisors(i), lambda: exchanged(i),
        lambda: other_branches(i), lambda: other_orders(i), lambda: solved(evidence),
        lambda: other_activations(evidence),
    )  # fmt: skip
    for source in sources:
        for alternative in source():
            if _fits(evidence, part, alternative, FEW) and _fits(evidence, part, alternative, MANY):
                cause = Cause(alternative.kind, alternative.title, alternative.text, remedy=alternative.remedy)
                return Recognised(cause, part)
    return None


def _fits(evidence: Evidence, part: Mask, alternative: Alternative, count: int) -> bool:
    """Whether it explains `count` results that fail and as many others; the first alone take most of them out."""
    wrong, right = _spread(np.flatnonzero(part), count), _spread(np.flatnonzero(evidence.judged & ~part), count)
    near = _measured(evidence, wrong, alternative)
    if near is None or _explained(evidence, wrong, alternative, near).mean() < MOST:
        return False
    asked = np.minimum(evidence.subject.measured.error[wrong], 2.0**evidence.format.precision)
    if np.median(asked / (near.error + 0.5)) < FAR:
        return False
    near = _measured(evidence, right, alternative) if right.size else None
    if near is None:
        return True
    there = evidence.judged[right] & near.judged
    of_right = _explained(evidence, right, alternative, near)[there]
    telling = of_right[evidence.got[right][there] != 0]  # zeros are alike, and may have underflowed
    if of_right.size and of_right.mean() < MOST:
        return False
    return not telling.size or bool(telling.mean() >= ENOUGH)


def _explained(evidence: Evidence, at: NDArray[np.intp], alternative: Alternative, near: Measured) -> Mask:
    """The results that are right for the alternative, or as wrong as a naive formula of it makes them."""
    return near.judged & ~near.failing | _as_naive(evidence, at, alternative)


def _measured(evidence: Evidence, at: NDArray[np.intp], alternative: Alternative) -> Measured | None:
    """The errors of results at some inputs, were the alternative asked for."""
    inputs = [a[at] for a in evidence.subject.inputs]
    truth = _truth(alternative, inputs)
    limit = CONDITIONED if evidence.format.bits > 16 else CONDITIONED_SHORT
    return None if truth is None else measured(
        inputs, evidence.subject.values[at], truth, evidence.format, {"max_conditioned_ulp": limit}
    )  # fmt: skip


def _as_naive(evidence: Evidence, at: NDArray[np.intp], alternative: Alternative) -> Mask:
    """Where results are those of a naive formula of the alternative, which loses digits of its own."""
    i, (x, *others) = alternative.implementation, [a[at] for a in evidence.subject.inputs]
    same = np.zeros(at.shape, np.bool_)
    for naive in () if others else naive_formulas(i.activation, i.order):
        for arithmetic in arithmetics(evidence.format):
            results = as_float64(evaluated(naive.formula, x, parameter_values(i), arithmetic))
            same |= agree(evidence.got[at], results, evidence.unit[at], evidence.tolerance)
    return same


def _truth(alternative: Alternative, inputs: list[Floats]) -> Truth | None:
    try:
        return truth_for(alternative.implementation, inputs[::-1] if alternative.swapped else inputs)
    except ValueError:  # a parameter that the activation cannot have
        return None


def _spread(indices: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """At most `count` of the indices, evenly spread."""
    if len(indices) <= count:
        return indices
    return indices[np.linspace(0, len(indices) - 1, count).astype(int)]

"""The edge of a region in which an implementation fails, to the float, and the intermediates that overflow there."""

from __future__ import annotations

import math

import numpy as np

from ...numerics.floats.formats import at_places, places
from ...proofs.enclosures.formats import FORMATS, Format
from ..findings import Cause
from .evidence import Evidence, Mask, Recognised

LEAST = 3
"""The number of failing inputs below which nothing is named."""
_WIDTH = 64
"""The parts that a call of the search cuts an interval into; calls of one size are compiled once."""
PRECISE = 11
"""The precision below which an edge is near a threshold of some intermediate by chance."""
OVERFLOW_SYMPTOMS = (0, 1, 2)
"""NaN, an infinity, zero for a normal number."""


def edge(evidence: Evidence, inner: float, outer: float) -> float | None:
    """The input nearest to 0 whose result is of the kind of that at `outer`; `inner` is right, and nearer to 0.

    Kinds are NaN, infinities and equal numbers. None where results of both kinds mix.
    """
    fmt, dtype = evidence.format, evidence.subject.values.dtype
    low, high = places(np.array([inner, outer]).astype(dtype)).tolist()
    while abs(high - low) > 1:
        ranks = np.array([low + (high - low) * k // _WIDTH for k in range(_WIDTH + 1)])
        results = evidence.at(at_places(ranks, fmt))
        if results is None:
            return None
        values = results.astype(np.float64)
        wanted = values[-1]
        same = np.isnan(values) if np.isnan(wanted) else values == wanted
        first = int(np.argmax(same))
        if not same[first:].all() or first == 0:
            return None
        low, high = int(ranks[first - 1]), int(ranks[first])
    return float(at_places(np.array([high]), fmt)[0])


def tail(evidence: Evidence, part: Mask, side: int) -> tuple[float, float, Mask] | None:
    """The last right input and the outermost wrong one on a side, where all beyond fails, with the inputs between."""
    here = evidence.judged & (side * evidence.x > 0)
    wrong = here & part
    if wrong.sum() < LEAST:
        return None
    order = np.flatnonzero(here)[np.argsort(side * evidence.x[here], kind="stable")]
    last = np.flatnonzero(wrong[order])[-1]
    runs = np.flatnonzero(~wrong[order[:last]])
    if not len(runs):
        return None
    start = int(runs[-1])
    mask = np.zeros(part.shape, np.bool_)
    mask[order[start + 1 : last + 1]] = True
    if mask.sum() < LEAST:
        return None
    return float(evidence.x[order[start]]), float(evidence.x[order[last]]), mask


def thresholds(fmt: Format) -> list[tuple[float, str]]:
    """The sizes of an input at which intermediates leave the range of a format, with their names."""
    largest, least = float(fmt.max_finite), float(fmt.min_subnormal)
    log = math.log(largest)
    return [
        (log, "exp({x}) overflows"), (log / 2, "exp(2*{x}) overflows, or exp({x})**2"),
        (log + math.log(2), "cosh(x) overflows"), (math.sqrt(largest), "x*x overflows"),
        (largest ** (1 / 3), "x**3 overflows"), (_product(log, 1), "x*exp({x}) overflows"),
        (_product(log, 2), "x*exp(2*{x}) overflows"), (-math.log(least) + math.log(2), "exp(-{x}) underflows to 0"),
        (-math.log(float(fmt.min_normal)), "exp(-{x}) is a subnormal, and flushed"),
        (math.sqrt(-math.log(least) + math.log(2)), "exp(-x*x) underflows to 0"),
        (math.sqrt(2 * (-math.log(least) + math.log(2))), "exp(-x*x/2) underflows to 0"),
    ]  # fmt: skip


def _product(log: float, times: int) -> float:
    """The x at which the logarithm of x*exp(times*x) is `log`."""
    x = log / times
    for _ in range(60):  # each step leaves less than a tenth of the error
        x = (log - math.log(x)) / times
    return x


def overflows(evidence: Evidence, part: Mask) -> Recognised | None:
    """The intermediate that overflows where the results become NaN, infinite or 0."""
    if len(evidence.subject.inputs) > 1 or evidence.format.precision < PRECISE:
        return None
    for side in (-1, 1):
        ends = tail(evidence, part & np.isin(evidence.symptom, OVERFLOW_SYMPTOMS), side)
        if ends is None:
            continue
        inner, outer, mask = ends
        at = edge(evidence, inner, outer)
        if at is None:
            continue
        # nearer to 0 another intermediate may have overflowed before: n*x where n = exp(x)**2, which is infinite later
        there = mask & part & (side * evidence.x >= side * at)
        for fmt in (evidence.format, *([FORMATS["float32"]] if evidence.format.bits == 16 else [])):
            for size, words in thresholds(fmt):
                if abs(abs(at) - size) <= size * 2.0 ** (2 - min(evidence.format.precision, 20)):
                    named = words.format(x="x" if side > 0 else "-x") if "{x}" in words else words
                    text = f"{named} from x = {at!r} on: {_results(evidence, there)}"
                    return Recognised(Cause("overflow", named, text), there)
    return None


def _results(evidence: Evidence, there: Mask) -> str:
    """The results at some inputs, which are all of one kind, in words."""
    if evidence.subject.raising[there].all():
        return "it raises an exception"
    return f"the results are {float(evidence.got[there][0])!r}"

"""Tables: results that stay the same beyond some input, and results in steps."""

from __future__ import annotations

import numpy as np

from ...numerics.floats.formats import as_float64
from ...numerics.oracle.certified import certified
from ...proofs.catalogue.parse import definition
from ..findings import Cause
from .edges import edge, tail
from .evidence import Evidence, Mask, Recognised

LEAST = 6
"""The number of failing inputs below which nothing is named."""
_POINTS, _REACH = 1 << 14, 16.0
"""The inputs in a row among which steps are looked for, from -REACH to REACH; float32 has them all."""
_FEWER = 16
"""The ratio of all neighbours to those that are looked at first."""
STEPPED, ENOUGH = 0.5, 100
"""The share of neighbours with one result, where the function has two; and how many of these there must be."""


def saturates(evidence: Evidence, part: Mask) -> Recognised | None:
    """The constant that results have beyond some input, where the function goes on."""
    if len(evidence.subject.inputs) > 1:
        return None
    masks, words = np.zeros(part.shape, np.bool_), list[str]()
    for side in (-1, 1):
        ends = tail(evidence, part, side)
        if ends is None:
            continue
        inner, outer, mask = ends
        values = np.unique(evidence.got[mask])
        if len(values) > 1 or not np.isfinite(values[0]) or len(np.unique(evidence.nearest[mask])) < LEAST:
            continue
        at = edge(evidence, inner, outer)
        masks |= mask & part
        beyond = inner if at is None else at
        words.append(f"for x {'<' if side < 0 else '>'}= {beyond:.6g} the result is always {float(values[0])!r}")
    if not words:
        return None
    title = "the results are clamped"
    return Recognised(Cause("saturates", title, f"{title}: {', and '.join(words)}"), masks)


def is_stepped(evidence: Evidence, part: Mask) -> Recognised | None:
    """The steps of results that are constant where the function varies."""
    i, fmt = evidence.implementation, evidence.format
    if len(evidence.subject.inputs) > 1 or fmt.bits < 32 or part.sum() < LEAST:
        return None
    x = np.linspace(-_REACH, _REACH, _POINTS + 1).astype(evidence.subject.values.dtype)
    some = np.arange(0, _POINTS, _FEWER)
    first = evidence.at(x[np.stack([some, some + 1], axis=1).ravel()])
    if first is None or not (first[::2] == first[1::2]).any():
        return None
    results = evidence.at(x)
    if results is None:
        return None
    got = results.astype(np.float64)
    with np.errstate(invalid="ignore"):
        flat = np.diff(got) == 0
    inside = np.flatnonzero(~flat)
    if not inside.size:
        return None
    flat[: inside[0]] = flat[inside[-1] :] = False  # clamped
    if flat.sum() < STEPPED * ENOUGH:
        return None
    exact = certified(definition(i.activation).expr(**dict(i.parameters)), i.order)(as_float64(x))
    with np.errstate(invalid="ignore"):
        apart = np.abs(np.diff(exact.value)) - exact.bar[1:] - exact.bar[:-1]
        varies = apart > 4 * 2.0 ** (1 - fmt.precision) * np.abs(exact.value[1:])
    varies[: inside[0]] = varies[inside[-1] :] = False
    flat &= varies
    if varies.sum() < ENOUGH or flat.sum() < STEPPED * varies.sum():
        return None
    steps = len(np.unique(got[1:][varies]))
    text = (
        f"the results come in steps, {steps} of them from {-_REACH:g} to {_REACH:g}: a table, or numbers of "
        f"{max(1, int(np.ceil(np.log2(steps))))} bits"
    )
    return Recognised(Cause("steps", "the results come in steps", text), part)

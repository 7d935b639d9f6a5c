"""NaN in gives NaN out, and at an infinity the result is the limit, where there is one.

A derivative's value at NaN is a convention: where it is the same on either side, IEEE 754 lets it ignore its input.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...numerics.floats.formats import dtype_of
from ...numerics.floats.ulp import ulps
from ..findings import Finding, shown
from ..trials.references import rounded
from ..trials.trial import Subject

NAME = "special values"


def findings(subject: Subject) -> Iterator[Finding]:
    """One for each special input that is answered wrongly."""
    got = subject.got
    some_nan = np.logical_or.reduce([np.isnan(a.astype(np.float64)) for a in subject.inputs])
    swallowed = np.flatnonzero(some_nan & ~np.isnan(got))
    if len(swallowed) and subject.implementation.order == 0:
        yield subject.finding(NAME, int(swallowed[0]), "nan", "a NaN does not come through")
    if subject.landscape is None:
        return
    for infinity, limit in zip((-np.inf, np.inf), subject.landscape.limits, strict=True):
        where = np.flatnonzero(subject.x == infinity)
        if limit is None or not len(where):
            continue
        expected = float(limit) if limit.is_infinite else rounded(limit, subject.format)
        index = int(where[0])
        if got[index] != expected and not abs(got[index] - expected) <= _allowed(expected, subject):
            yield subject.finding(NAME, index, shown(expected), f"the limit there is {limit.decimal(17)}")


def _allowed(limit: float, subject: Subject) -> float:
    """A finite limit may be off like any value, except for zero in relative terms."""
    if not np.isfinite(limit):
        return 0.0
    unit = float(ulps(np.array(limit).astype(dtype_of(subject.format)))) if limit else 0.0
    sizes = {"max_ulp": unit, "max_conditioned_ulp": unit, "max_abs_error": 1.0, "max_rel_error": abs(limit)}
    return min(bound * sizes[gate] for gate, bound in subject.limits.items())

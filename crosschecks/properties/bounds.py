"""No result leaves the certified range. Rounding is monotone, so rounded bounds bound rounded values.

A bound that is only approached, or reached along a whole interval, may not be passed at all: a probability above 1 is
wrong by any amount. Next to an extremum at a single point every value may be off by `max_ulp`, and so may the bound.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...numerics.floats.formats import dtype_of
from ...numerics.floats.ulp import ulps
from ...proofs.functions.landscape import Extremum
from ..findings import Finding, shown
from ..trials.references import rounded
from ..trials.trial import Subject

NAME = "bounds"


def findings(subject: Subject) -> Iterator[Finding]:
    """At most one result below the infimum and one above the supremum, each the one furthest out."""
    landscape = subject.landscape
    if landscape is None:
        return
    for extremum, sign, side in ((landscape.inf, -1, "below the infimum"), (landscape.sup, 1, "above the supremum")):
        bound = rounded(extremum.value, subject.format)
        if not np.isfinite(bound):
            continue
        with np.errstate(invalid="ignore"):
            beyond = sign * (subject.got - bound) - _allowed(extremum, bound, subject)
        beyond[np.isnan(beyond) | ~subject.truth.defined] = -np.inf
        worst = int(np.argmax(beyond))
        if beyond[worst] > 0:
            message = f"{side} {extremum.value.bound(sign, 20)}, which no exact value passes"
            yield subject.finding(NAME, worst, shown(bound), message)


def _allowed(extremum: Extremum, bound: float, subject: Subject) -> float:
    if not extremum.at or extremum.on:
        return 0.0
    return subject.options.max_ulp * float(ulps(np.array(bound).astype(dtype_of(subject.format))))

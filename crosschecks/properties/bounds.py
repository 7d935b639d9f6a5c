"""No result leaves the certified range. Rounding is monotone, so rounded bounds bound rounded values.

A result beyond a bound by more than the gates allow is a failure of accuracy as well; by less, it is a note: worth
knowing where what follows divides by 1 - tanh(x), or takes the logarithm of a probability.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..findings import FAILURE, NOTE, Finding, shown
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
            beyond = sign * (subject.got - bound)
        beyond[np.isnan(beyond) | ~subject.truth.defined | subject.raising] = -np.inf
        worst = int(np.argmax(beyond))
        if beyond[worst] > 0:
            message = f"{side} {extremum.value.bound(sign, 20)}, which no exact value passes"
            severity = FAILURE if subject.measured.failing[worst] else NOTE
            count = int((beyond > 0).sum())
            yield subject.finding(NAME, worst, shown(bound), message, severity=severity, count=count)

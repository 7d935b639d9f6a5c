"""Where the function is monotone, the results are: a correctly rounded function never turns back.

An implementation accurate to e ULP may turn back by 2 e where the truth hardly moves, so what counts is a step back
of more than `max_ulp / 2` conditioned ULP: half of what accuracy alone would let pass.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..findings import Finding
from ..trials.references import beyond
from ..trials.trial import Subject

NAME = "monotone"


def findings(subject: Subject) -> Iterator[Finding]:
    """At most one step back on each monotone interval: the largest, in conditioned ULP."""
    landscape = subject.landscape
    if landscape is None:
        return
    x, got, truth = subject.x, subject.got, subject.truth
    judged = np.isfinite(x) & truth.defined & np.isfinite(got)
    ulp = np.ldexp(1.0, truth.reference.ulp_exponent)
    for interval in landscape.monotone:
        inside = np.flatnonzero(judged & beyond(x, interval.low, 1) & beyond(x, interval.high, -1))
        inside = inside[np.argsort(x[inside], kind="stable")]
        if len(inside) < 2:
            continue
        low, high = inside[:-1], inside[1:]
        rise = got[high] - got[low]
        with np.errstate(over="ignore"):
            back = {"increasing": -rise, "decreasing": rise, "constant": np.abs(rise)}[interval.direction] / ulp[high]
        turns = np.flatnonzero(back > subject.options.max_ulp / 2)
        back[turns] /= 1 + truth.kappa(high[turns])
        worst = int(np.argmax(back))
        if back[worst] > subject.options.max_ulp / 2:
            before, after = int(low[worst]), int(high[worst])
            words = {"increasing": "at least", "decreasing": "at most", "constant": "exactly"}[interval.direction]
            message = (
                f"{interval.direction} from {interval.low.bound(1, 6)} to {interval.high.bound(-1, 6)}, "
                f"but f({float(x[before]).hex()}) is {got[before]!s}"
            )
            yield subject.finding(NAME, after, f"{words} {got[before]!s}", message)

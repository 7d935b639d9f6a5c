"""Where the function is monotone, the results are: a correctly rounded function never turns back.

Of two results on a step back by more than the gates allow, one fails by itself. A smaller step, mostly of one ULP, is a
note.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...numerics.floats.formats import hex_text
from ..findings import FAILURE, NOTE, Finding, digits_of, in_digits
from ..gates import ulp_words
from ..trials.references import beyond
from ..trials.trial import Subject

NAME = "monotone"


def findings(subject: Subject) -> Iterator[Finding]:
    """At most one failure and one note: the largest step back of each kind, in ULP."""
    landscape = subject.landscape
    if landscape is None:
        return
    x, got, measured = subject.x, subject.got, subject.measured
    judged = np.isfinite(x) & subject.truth.defined & np.isfinite(got)
    ulp = np.ldexp(1.0, subject.truth.reference.ulp_exponent)
    worst: dict[str, tuple[float, int, int, str]] = {}
    counts = {FAILURE: 0, NOTE: 0}
    for interval in landscape.monotone:
        inside = np.flatnonzero(judged & beyond(x, interval.low, 1) & beyond(x, interval.high, -1))
        inside = inside[np.argsort(x[inside], kind="stable")]
        if len(inside) < 2:
            continue
        low, high = inside[:-1], inside[1:]
        rise = got[high] - got[low]
        with np.errstate(over="ignore"):
            back = {"increasing": -rise, "decreasing": rise, "constant": np.abs(rise)}[interval.direction] / ulp[high]
        fails = measured.failing[low] | measured.failing[high]
        for severity, kind in ((FAILURE, fails), (NOTE, ~fails)):
            turns = np.flatnonzero(kind & (back > 0))
            if turns.size:
                counts[severity] += len(turns)
                k = int(turns[np.argmax(back[turns])])
                step = float(back[k]), int(low[k]), int(high[k]), interval.direction
                worst[severity] = max(worst.get(severity, step), step)
    for severity, (size, before, after, direction) in worst.items():
        words = {"increasing": "at least", "decreasing": "at most", "constant": "exactly"}[direction]
        digits = digits_of(subject.format.name)
        at, there = in_digits(float(x[before]), digits), in_digits(float(got[before]), digits)
        message = (
            f"{direction}, but turns back{_by(size, subject)} from f({at}), "
            f"x = {hex_text(subject.inputs[0][before])}, which is {there}"
        )
        expected = f"{words} {there}"
        yield subject.finding(NAME, after, expected, message, severity=severity, count=counts[severity])


def _by(size: float, subject: Subject) -> str:
    """The size of a step back, unless it is as large as the numbers themselves."""
    words = ulp_words(size, subject.format)
    return f" by {words}" if words.endswith("ULP") else ""

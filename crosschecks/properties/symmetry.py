"""An odd function gives -f(x) for -x, an even one f(x), to the last bit: rounding to nearest is symmetric.

Where they differ and the gates let both pass, it is a note.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...numerics.floats.formats import Floats
from ...proofs.datasheets.function import Facts
from ..findings import FAILURE, NOTE, Finding, shown
from ..trials.trial import Subject
from ..workers.worker_process import Failed

NAME = "symmetry"


def parity(facts: Facts, order: int) -> str | None:
    """`odd`, `even` or None. Differentiating swaps the two."""
    if facts.parity is None or order % 2 == 0:
        return facts.parity
    return {"odd": "even", "even": "odd"}[facts.parity]


def findings(subject: Subject) -> Iterator[Finding]:
    """At most one: the smallest input where the results differ."""
    if subject.facts is None:
        return
    wanted = parity(subject.facts, subject.implementation.order)
    if wanted is None:
        return
    (x,) = subject.inputs
    negated = _negated(x)
    both = subject.asked([negated])
    mirrored = subject.call((np.where(both, negated, x),))
    if isinstance(mirrored, Failed):
        return  # the sample has both signs of everything that matters: what fails there is reported there
    expected = mirrored.values.astype(np.float64) * (-1 if wanted == "odd" else 1)
    got = subject.got
    defined = np.isfinite(subject.x) & subject.truth.defined & both
    wrong = np.flatnonzero(defined & (got != expected) & ~(np.isnan(got) & np.isnan(expected)))
    if len(wrong):
        first = int(wrong[np.argmin(np.abs(subject.x[wrong]))])
        sign = "-f(-x)" if wanted == "odd" else "f(-x)"
        fails = subject.measured.failing[wrong].any()
        yield subject.finding(
            NAME, first, shown(expected[first]), f"the function is {wanted}, but f(x) is not {sign} here",
            severity=FAILURE if fails else NOTE, count=len(wrong),
        )  # fmt: skip


def _negated(x: Floats) -> Floats:
    return (-x.astype(np.float64)).astype(x.dtype)

"""The errors of many results cancel: their mean is 0, as rounding to nearest has it. A store that truncates is noted.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..findings import NOTE, Finding, shown
from ..trials.trial import Subject

NAME = "bias"

ENOUGH = 1000
"""Inexact results for a mean to be told from chance: their errors spread by some 0.3 ULP, so it is off by 0.01."""
BIASED = 0.3
"""The mean error, in ULP, that is noted. Truncation has 0.5."""


def findings(subject: Subject) -> Iterator[Finding]:
    """At most one note."""
    seen = subject.survey
    if seen is None or seen.inexact < ENOUGH:
        return
    for mean, way in ((seen.mean_signed, "up" if seen.mean_signed > 0 else "down"),
                      (seen.mean_outward, "away from zero" if seen.mean_outward > 0 else "towards zero")):  # fmt: skip
        if abs(mean) > BIASED:
            message = f"results lean {way}: the mean error of {seen.inexact} results is {mean:+.3g} ULP"
            index = int(np.argmax(subject.measured.error))
            expected = shown(subject.truth.reference.value[index])
            yield subject.finding(NAME, index, expected, message, severity=NOTE, count=seen.inexact)
            return

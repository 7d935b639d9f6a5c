"""The choices an implementation makes where the definition leaves one. Printed, never judged."""

from __future__ import annotations

import numpy as np

from ..properties.kinks import kinks_met
from ..trials.trial import Subject


def conventions(subject: Subject) -> dict[str, str]:
    """Texts by name: "at the kink 0.0": "0.0", "f(-0.0)": "-0.0", "f(nan)": "nan", "f(inf)": "inf"."""
    if len(subject.inputs) > 1:
        return {}
    chosen = {f"at the kink {subject.x[index]!s}": str(subject.got[index]) for index, _ in kinks_met(subject)}
    x = subject.x
    for special in (-0.0, 0.0, np.inf, -np.inf, np.nan):
        same = np.isnan(x) if np.isnan(special) else (x == special) & (np.signbit(x) == np.signbit(special))
        for index in np.flatnonzero(same)[:1]:
            chosen[f"f({special})"] = "an exception" if subject.raising[index] else str(subject.got[index])
    return chosen

"""The results that causes are told from: those of a subject's sample, and more where it fails."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, as_float64, at_places, places
from ...proofs.enclosures.formats import Format
from ..findings import Cause
from ..implementation import Implementation
from ..trials.first_call import extended
from ..trials.symptoms import symptoms
from ..trials.trial import Subject

MORE = 96
"""Inputs tried besides the sample, from the first that fails to the last."""
Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Recognised:
    """A cause, and the inputs that fail for it."""

    cause: Cause
    mask: Mask


@dataclass(frozen=True)
class Evidence:
    """A subject whose sample tells of causes."""

    subject: Subject
    wrong: Mask
    """The inputs whose results are to be explained."""

    @property
    def implementation(self) -> Implementation:
        """The implementation under test."""
        return self.subject.implementation

    @property
    def format(self) -> Format:
        """The format of the sample."""
        return self.subject.format

    @property
    def judged(self) -> Mask:
        """Where there is a true value to compare with."""
        return self.subject.measured.judged

    @property
    def x(self) -> Numbers:
        """The (first) input."""
        return self.subject.x

    @property
    def got(self) -> Numbers:
        """The results."""
        return self.subject.got

    @cached_property
    def nearest(self) -> Numbers:
        """The true values, correctly rounded."""
        return as_float64(self.subject.truth.reference.value)

    @cached_property
    def unit(self) -> Numbers:
        """The ULP of the true values."""
        return np.ldexp(1.0, self.subject.truth.reference.ulp_exponent)

    @cached_property
    def symptom(self) -> NDArray[np.int8]:
        """The symptoms of the results, by their index in SYMPTOMS."""
        return symptoms(self.got, self.nearest, self.format)

    @property
    def tolerance(self) -> float:
        """The distance in ULP within which two computations are the same: frameworks differ in the last digit of an
        exponential; results of 16 bits come from float32 and are the same or not."""
        return 2.0 if self.format.bits > 16 else 0.0

    def at(self, x: Floats) -> Floats | None:
        """The implementation's results for further inputs; None where it fails on them, or they are not asked for."""
        if not self.subject.asked([x]).all():
            return None
        result = self.subject.call([x])
        values = getattr(result, "values", None)
        if values is None or values.dtype != x.dtype or values.size != x.size:
            return None
        return values.reshape(-1)


def evidence(subject: Subject) -> Evidence:
    """The subject with further inputs where it fails. With several inputs, and where all are there, as it is."""
    wrong = subject.measured.to_explain
    at = np.flatnonzero(wrong & np.isfinite(subject.x))
    if len(subject.inputs) > 1 or subject.format.bits <= 8 or not at.size:
        return Evidence(subject, wrong)
    x = subject.x[at]
    low, high = float(x.min()), float(x.max())
    first, last = places(np.array([low, high]).astype(subject.values.dtype)).tolist()
    with np.errstate(over="ignore", invalid="ignore"):
        even = np.linspace(low, high, MORE)
        even = even[np.isfinite(even)].astype(subject.values.dtype)
    ranks = [first + (last - first) * k // (MORE - 1) for k in range(MORE)]
    spread = at_places(np.array(ranks, np.int64), subject.format)
    subject = extended(subject, [np.concatenate([spread, even])])
    return Evidence(subject, subject.measured.to_explain)


def agree(a: Numbers, b: Numbers, unit: Numbers, tolerance: float) -> Mask:
    """Where two arrays of results are the same up to a tolerance in ULP."""
    with np.errstate(invalid="ignore", over="ignore"):
        return (a == b) | (np.isnan(a) & np.isnan(b)) | (np.abs(a - b) <= tolerance * unit)


def longest_run(x: Numbers, holds: Mask, among: Mask, cost: float = 9.0) -> Mask:
    """The interval with the most inputs, among some, at which something holds: one exception weighs `cost` of them."""
    order = np.flatnonzero(among)
    order = order[np.argsort(x[order], kind="stable")]
    weights = np.where(holds[order], 1.0, -cost)
    best, start, total, span = 0.0, 0, 0.0, (0, 0)
    for k, weight in enumerate(weights.tolist()):
        if total <= 0:
            start, total = k, 0.0
        total += weight
        if total > best:
            best, span = total, (start, k + 1)
    mask = np.zeros(x.shape, np.bool_)
    mask[order[span[0] : span[1]]] = True
    return mask

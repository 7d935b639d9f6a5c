"""Judges of tiles that need no oracle, and what may go wrong in one. Imported by worker processes, by name."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
from gradproof.crosschecks.implementation import Implementation
from gradproof.crosschecks.sweeps.profile import (
    BINS,
    ENDS,
    SPECIAL,
    Cell,
    Edge,
    Extreme,
    Failure,
    Profile,
    graded,
    merged,
)
from gradproof.crosschecks.workers.unguarded import direct
from gradproof.numerics.floats.formats import as_float64, from_bits, to_bits
from gradproof.numerics.floats.ulp import ulps
from gradproof.proofs.enclosures.formats import Format


def rough_relu(x):
    """max(x, 0) with the last three bits cleared."""
    return from_bits(to_bits(np.where(x > 0, x, np.where(x != x, x, np.zeros_like(x)))) & ~np.uint64(7), x.dtype.name)


def relu_profile(implementation: Implementation, fmt: Format, first: int, count: int, known: Profile | None) -> Profile:
    """Compares with max(x, 0): every error in its bin, the worst, and the two ends of the run."""
    patterns = np.arange(first, first + count)
    x = from_bits(patterns, fmt)
    try:
        got = direct(implementation)(x)
        if got.shape != x.shape or got.dtype != x.dtype:
            raise TypeError(f"{got.dtype} of shape {got.shape}")
    except Exception as error:
        return Profile(fmt.name, failures=(Failure(first, first + count - 1, f"{type(error).__name__}: {error}"),))
    exact, result = as_float64(np.where(x > 0, x, np.zeros_like(x))), as_float64(got)
    with np.errstate(invalid="ignore"):
        errors = np.abs(result - exact) / ulps(np.where(x > 0, x, np.zeros_like(x)))
    keys = np.where(np.isfinite(as_float64(x)), patterns >> (fmt.precision - 1), SPECIAL)
    errors = np.where(np.isfinite(errors), errors, np.where(keys == SPECIAL, 0.0, np.inf))
    cells = {int(key): _cell(errors[keys == key], patterns[keys == key], got[keys == key]) for key in np.unique(keys)}
    last, largest = first + count - 1, int(to_bits(np.array(float(fmt.max_finite), x.dtype)))
    pairs = ((first, -1, first <= largest), (last, 1, last < largest))
    ends = frozenset(Edge(p, int(to_bits(got)[p - first]), side, int(rises)) for p, side, rises in pairs)
    return merged(fmt.name, [Profile(fmt.name, edges=ends), Profile(fmt.name, cells)])


def _cell(errors, patterns, got) -> Cell:
    histogram = np.bincount(np.searchsorted(ENDS[:-1], errors), minlength=BINS)
    at = int(np.argmax(errors))
    worst = Extreme(graded(float(errors[at])), int(patterns[at]), int(to_bits(got)[at]))
    return Cell(len(errors), tuple(map(int, histogram)), int((errors == 0).sum()), worst, worst)


def dying_at_random(
    implementation: Implementation, fmt: Format, first: int, count: int, known: Profile | None
) -> Profile:
    """Every third tile kills its process, the first time that it is judged: as the operating system may."""
    seen = Path(os.environ["SEEN"]) / str(first)
    if first // count % 3 == 1 and not seen.exists():
        seen.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return relu_profile(implementation, fmt, first, count, known)


def slow_at_first(
    implementation: Implementation, fmt: Format, first: int, count: int, known: Profile | None
) -> Profile:
    """The oracle, not the implementation, takes longer for one tile than the implementation may."""
    if first == 0:
        signal.sigtimedwait([], 0.6)
    return relu_profile(implementation, fmt, first, count, known)


def refuses(implementation: Implementation, fmt: Format, first: int, count: int, known: Profile | None) -> Profile:
    """The oracle cannot say."""
    raise ArithmeticError("no value is known")

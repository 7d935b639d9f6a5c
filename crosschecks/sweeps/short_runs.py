"""The profile of very many short runs of inputs, such as a sample's: one call, judged together.

A tile costs some milliseconds however few inputs it has; a sample of one input of every binade has 512 of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import as_float64, from_bits
from ...numerics.oracle.certified import ComparisonUndecided
from ...proofs.enclosures.formats import Format
from ..implementation import Implementation
from ..inputs.bit_patterns import Patterns, Run, largest
from ..workers.array_backends import NUMPY
from .exact_grading import Batch, Errors, Judge, histogram, is_blamed, judge_of
from .profile import GRAIN, Cell, Profile, binade, merged
from .tiles import edges, profile_of, results_at, turns


def profile_of_runs(implementation: Implementation, fmt: Format, runs: Sequence[Run]) -> Profile:
    """The profile of an implementation of NumPy arrays on runs of bit patterns.

    All finite inputs are given in one call, unless that fails; NaNs and infinities in calls of their own, as an
    implementation may treat them in one way in long arrays and in another in short ones.
    """
    pieces, judge = list(Patterns("", tuple(runs)).pieces(1 << (fmt.precision - 1))), judge_of(implementation, fmt.name)
    sign = 1 << (fmt.bits - 1)
    finite = [(first, count) for first, count in pieces if (first + count - 1) % sign <= largest(fmt)]
    together: list[Profile] = []
    if finite:
        patterns = np.concatenate([np.arange(first, first + count) for first, count in finite])
        got = results_at(implementation, from_bits(patterns, fmt))
        if not isinstance(got, str):
            with suppress(ComparisonUndecided):
                together = _judged(judge, patterns, got, finite)
    left = [piece for piece in pieces if piece not in finite] if together else runs
    return merged(fmt.name, [*together, *(profile_of(implementation, fmt, first, count) for first, count in left)])


def _judged(judge: Judge, patterns: NDArray[np.int64], got: NDArray[Any], pieces: Sequence[Run]) -> list[Profile]:
    """The profiles of results at runs of finite patterns, each within a binade, one after the other in `patterns`."""
    fmt, start = judge.format, 0
    x = as_float64(from_bits(patterns, fmt))
    profiles = [Profile(fmt.name, dict(_cells(judge, Batch(patterns, x, as_float64(got), judge.truth(x)))))]
    for first, count in pieces:
        part, start = got[start : start + count], start + count
        turned = turns(judge, first, part, NUMPY) if count > 1 else Cell()
        cells = {binade(first, fmt): turned} if turned.turned_back else {}
        profiles.append(Profile(fmt.name, cells, edges(judge, first, first + count - 1, part[:1], part[-1:])))
    return profiles


def _cells(judge: Judge, batch: Batch) -> Iterable[tuple[int, Cell]]:
    """The cells of the binades that the finite inputs of a batch lie in."""
    judged = batch.values.judged
    flushed = np.zeros(judged.shape, np.bool_)
    flushed[judged] = judge.flushed(batch.at(judged))
    kept = np.flatnonzero(judged & ~flushed)
    errors = Errors(judge, batch.at(kept))
    bins, right = errors.bins(), errors.correctly_rounded()
    settled = _settled(errors, bins)
    keys = batch.patterns >> (judge.format.precision - 1)  # as binade has it
    for key in np.unique(keys).tolist():
        every, some = np.flatnonzero(keys == key), np.flatnonzero(keys[kept] == key)
        worst = settled.at(some)
        yield key, Cell(
            len(every),
            histogram(bins[some]),
            int(right[some].sum()),
            worst.worst(None),
            worst.worst_conditioned(None),
            flushed=int(flushed[every].sum()),
            out_of_bounds=judge.out_of_bounds(batch.got[every]),
            unjudged=int((~judged[every]).sum()),
        )


def _settled(errors: Errors, bins: NDArray[np.int8]) -> Errors:
    """The same errors, for the worst of many small parts.

    Whether an error is 0 was decided for its bin, small ones have one grade, and the condition numbers that all parts
    need are computed together.
    """
    settled, zero = copy(errors), bins == 0
    small = ~zero & (errors.error + errors.bar <= GRAIN / 2)
    settled.error = np.where(zero, 0.0, np.where(small, GRAIN / 4, errors.error))
    settled.bar = np.where(zero | small, 0.0, errors.bar)
    settled.kappa, blamed = np.zeros_like(errors.error), np.flatnonzero(is_blamed(settled.error))
    if blamed.size:
        settled.kappa[blamed] = errors.judge.kappa(errors.batch.at(blamed))
    return settled

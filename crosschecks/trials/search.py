"""The search for larger errors, by Hypothesis and by halving, and for the simplest input that fails."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis import target
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, at_places, places, shifted
from ...proofs.enclosures.formats import Format
from ..inputs import strategies
from ..inputs.hypothesis_search import CLIMB, drive
from .errors import Measured
from .trial import Subject

_BLOCK = 12
"""Floats in one example: a call of an array costs hardly more than one of a float."""
_PARTS, _STEPS = 32, 14
"""The parts that the surroundings of the worst input are cut into, and how often: of a binade of float64 a float is
left."""
_EDGES, _CUTS = 8, 4
"""The edges of failing regions that are looked for, and the parts that each step of the search leaves one of."""


def climb(subject: Subject) -> tuple[Floats, ...]:
    """Inputs with the largest conditioned errors that Hypothesis finds, starting from the worst of the sample.

    At least one input, at most as many as there were examples.
    """
    hot = np.argsort(subject.measured.conditioned)[-3:]
    blocks = st.tuples(*(_block(a[hot], subject.format, subject.options.span) for a in subject.inputs))
    hottest: list[tuple[Any, ...]] = [tuple(a[int(hot[-1])] for a in subject.inputs)]

    def example(block: tuple[Floats, ...]) -> bool:
        asked = subject.asked(block)
        block = tuple(a[asked] for a in block)
        if not asked.any():
            return False
        probe = subject.at(block)
        if probe is not None:
            errors = probe.measured.conditioned
            worst = int(np.argmax(errors))
            hottest.append(tuple(a[worst] for a in block))
            target(min(math.log2(1 + errors[worst]), 1000.0), label="conditioned error")
        return False

    drive(blocks, example, examples=subject.options.examples, seed=subject.options.seed, phases=CLIMB)
    columns = zip(*hottest, strict=True)
    return tuple(np.array(column, dtype=a.dtype) for column, a in zip(columns, subject.inputs, strict=True))


def edges(subject: Subject) -> Floats:
    """The failing inputs next to one that passes, by bisection between neighbours of the sample: those few with the
    largest errors. There a wrong branch begins, and is mostly worst.
    """
    (x,), failing = subject.inputs, subject.measured.failing
    judged = np.flatnonzero(subject.measured.judged)
    order = judged[np.argsort(places(x[judged]), kind="stable")]
    ranks, fails = places(x)[order], failing[order]
    at = np.flatnonzero((fails[1:] != fails[:-1]) & (np.diff(ranks) > 1))
    sizes = np.maximum(*(np.where(fails, subject.measured.conditioned[order], 0.0)[at + k] for k in (0, 1)))
    at = at[np.argsort(-sizes, kind="stable")[:_EDGES]]
    right = np.where(fails[at], ranks[at + 1], ranks[at])  # passes, and the other fails
    wrong = np.where(fails[at], ranks[at], ranks[at + 1])
    while (np.abs(wrong - right) > 1).any():
        size, way = np.abs(wrong - right), np.sign(wrong - right)
        steps = np.where(size[:, None] < _CUTS, size[:, None] // 2, size[:, None] // _CUTS * np.arange(1, _CUTS))
        inner = right[:, None] + way[:, None] * steps
        probe = subject.at([at_places(inner.ravel(), subject.format)])
        if probe is None:
            break
        fail = probe.measured.failing.reshape(inner.shape)
        first = np.column_stack([fail, np.ones(len(at), np.bool_)]).argmax(axis=1)
        rows, grid = np.arange(len(at)), np.column_stack([right, inner, wrong])
        right, wrong = grid[rows, first], grid[rows, first + 1]
    return at_places(wrong, subject.format)


def zoomed(subject: Subject) -> Floats:
    """Inputs ever nearer to where the errors around the worst of a sample are largest, plain and conditioned ones.

    A branch that an implementation takes too early is worst where it begins, mostly between two inputs of the sample.
    """
    worst = [*_zoomed(subject, lambda m: m.error), *_zoomed(subject, lambda m: m.conditioned)]
    return at_places(np.array(worst, np.int64), subject.format)


def _zoomed(subject: Subject, errors: Callable[[Measured], NDArray[np.float64]]) -> list[int]:
    """The places of the worst input of each step, where its error is finite."""
    ranks, sizes = places(subject.inputs[0]), errors(subject.measured)
    finite = np.isfinite(subject.x)
    if not np.isfinite(sizes[finite]).all():
        return []
    grid, first = np.unique(ranks[finite], return_index=True)
    sizes, worst = sizes[finite][first], list[int]()
    for _ in range(_STEPS):
        k = int(np.argmax(sizes))
        low, at, high = (int(grid[j]) for j in (max(k - 1, 0), k, min(k + 1, len(grid) - 1)))
        worst.append(at)
        if high - low <= 2:
            break
        grid = np.array(sorted({at, *(low + (high - low) * part // _PARTS for part in range(_PARTS + 1))}), np.int64)
        probe = subject.at([at_places(grid, subject.format)])
        if probe is None:
            break
        sizes = errors(probe.measured)
    return worst


def simplest(subject: Subject, failing: np.ndarray, fails: Callable[[Subject], bool]) -> tuple[Any, ...] | None:
    """The simplest point, cut from one of the failing ones, that still fails alone. None: none does alone.

    Args:
        subject: what is tested.
        failing: indices of failing inputs, the most telling first.
        fails: judges a subject whose sample is one point, many times over.
    """
    some = failing[:8]
    points = strategies.simpler_points([a[some] for a in subject.inputs], subject.format)

    def example(point: tuple[Any, ...]) -> bool:
        probe = subject.at([np.full(65, x) for x in point])  # vector lanes and a scalar tail
        return probe is not None and fails(probe)

    point = drive(points, example, examples=40, seed=subject.options.seed)
    whole = tuple(a[failing[0]] for a in subject.inputs)
    return point if point is not None else whole if example(whole) else None


def _block(hot: Floats, fmt: Format, span: str | None) -> st.SearchStrategy[Floats]:
    """Floats in a row with some step between them, near a hot point or anywhere."""
    finite = hot[np.isfinite(hot.astype(np.float64))]
    anywhere = strategies.floats(fmt, finite=True) if span is None else strategies.among(span, fmt)
    start = st.one_of(strategies.near(finite, fmt), anywhere) if len(finite) else anywhere
    steps = np.arange(_BLOCK)

    def spread(first: Any, step: int) -> Floats:
        return shifted(np.full(_BLOCK, first), steps * step)

    return st.builds(spread, start, st.integers(1, 1 << (fmt.precision // 2)))

"""Hypothesis at work: climbing towards larger errors, and shrinking a failing input to the simplest one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis import target

from ...numerics.floats.formats import Floats, shifted
from ...proofs.enclosures.formats import Format
from ..inputs import strategies
from ..inputs.hypothesis_search import CLIMB, drive
from .trial import Subject

_BLOCK = 12
"""Floats in one example: a call of an array costs hardly more than one of a float."""


def climb(subject: Subject) -> tuple[Floats, ...]:
    """Inputs with the largest conditioned errors that Hypothesis finds, starting from the worst of the sample.

    At least one input, at most as many as there were examples.
    """
    hot = np.argsort(subject.measured.conditioned)[-3:]
    blocks = st.tuples(*(_block(a[hot], subject.format) for a in subject.inputs))
    hottest: list[tuple[Any, ...]] = [tuple(a[int(hot[-1])] for a in subject.inputs)]

    def example(block: tuple[Floats, ...]) -> bool:
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


def _block(hot: Floats, fmt: Format) -> st.SearchStrategy[Floats]:
    """Floats in a row with some step between them, near a hot point or anywhere."""
    finite = hot[np.isfinite(hot.astype(np.float64))]
    anywhere = strategies.floats(fmt, finite=True)
    start = st.one_of(strategies.near(finite, fmt), anywhere) if len(finite) else anywhere
    steps = np.arange(_BLOCK)

    def spread(first: Any, step: int) -> Floats:
        return shifted(np.full(_BLOCK, first), steps * step)

    return st.builds(spread, start, st.integers(1, 1 << (fmt.precision // 2)))

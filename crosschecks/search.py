"""Hypothesis at work: climbing towards larger errors, and shrinking a failing input to the simplest one."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, find, settings, target
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from ..numerics.formats import Floats, shifted
from ..proofs.formats import Format
from . import strategies
from .subject import Subject

_BLOCK = 12
"""Floats in one example: a call of an array costs hardly more than one of a float."""


def climb(subject: Subject) -> tuple[Floats, ...]:
    """Inputs with the largest conditioned errors that Hypothesis finds, starting from the worst of the sample.

    At least one input, at most as many as there were examples.
    """
    hot = np.argsort(subject.measured.conditioned)[-3:]
    blocks = st.tuples(*(_block(a[hot], subject.format) for a in subject.inputs))
    found: list[tuple[Any, ...]] = [tuple(a[int(hot[-1])] for a in subject.inputs)]

    def example(block: tuple[Floats, ...]) -> bool:
        probe = subject.at(block)
        if probe is not None:
            errors = probe.measured.conditioned
            worst = int(np.argmax(errors))
            found.append(tuple(a[worst] for a in block))
            target(min(math.log2(1 + errors[worst]), 1000.0), label="conditioned error")
        return False

    _run(blocks, example, subject.options.examples, subject.options.seed, shrink=False)
    columns = zip(*found, strict=True)
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

    found = _run(points, example, max_examples=40, seed=subject.options.seed, shrink=True)
    whole = tuple(a[failing[0]] for a in subject.inputs)
    return found if found is not None else whole if example(whole) else None


def _block(hot: Floats, fmt: Format) -> st.SearchStrategy[Floats]:
    """Floats in a row with some step between them, near a hot point or anywhere."""
    finite = hot[np.isfinite(hot.astype(np.float64))]
    anywhere = strategies.floats(fmt, finite=True)
    start = st.one_of(strategies.near(finite, fmt), anywhere) if len(finite) else anywhere
    steps = np.arange(_BLOCK)

    def spread(first: Any, step: int) -> Floats:
        return shifted(np.full(_BLOCK, first), steps * step)

    return st.builds(spread, start, st.integers(1, 1 << (fmt.precision // 2)))


def _run(strategy: Any, example: Callable[[Any], bool], max_examples: int, seed: int, *, shrink: bool) -> Any:
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate, Phase.target)
    quiet = settings(
        max_examples=max_examples, phases=phases, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    try:
        return find(strategy, example, settings=quiet, random=Random(seed))
    except NoSuchExample:
        return None

"""Running Hypothesis as a search engine: seeded, silent, and leaving nothing in the user's folder."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from random import Random
from typing import TypeVar
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, configuration, find, settings
from hypothesis.errors import NoSuchExample
from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.strategies import SearchStrategy

Example = TypeVar("Example")

CLIMB = (Phase.generate, Phase.target)
"""Draw examples, then go where `target` grew."""
SHRINK = (Phase.generate, Phase.shrink)
"""Draw examples until one satisfies the condition, then look for the simplest that does."""
SEEK = (Phase.generate, Phase.target, Phase.shrink)
"""The same, climbing on the way."""

_SLOWNESS = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
"""Health checks that Hypothesis leaves out: here an example may take as long as an implementation does."""


def drive(
    strategy: SearchStrategy[Example],
    condition: Callable[[Example], bool],
    *,
    examples: int,
    seed: int,
    phases: tuple[Phase, ...] = SHRINK,
) -> Example | None:
    """An example that satisfies the condition, or None if `examples` tries find none."""
    quiet = settings(
        max_examples=examples,
        phases=phases,
        database=None,
        deadline=None,
        suppress_health_check=_SLOWNESS,
    )
    with _storing_elsewhere(), _drawing_the_same_everywhere():
        try:
            return find(strategy, condition, settings=quiet, random=Random(seed))
        except NoSuchExample:
            return None


@contextmanager
def _storing_elsewhere() -> Generator[None]:
    """Hypothesis keeps a cache in the current folder, which is no place for it when a user runs a check."""
    saved = vars(configuration)["__hypothesis_home_directory"]
    configuration.set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "gradproof-hypothesis")
    try:
        yield
    finally:
        configuration.set_hypothesis_home_dir(saved)


def _drawing_the_same_everywhere() -> AbstractContextManager[object]:
    """Hypothesis draws constants that it reads in the modules loaded: the same seed would give other inputs in another
    process, or beside other tests."""
    return patch.object(HypothesisProvider, "_maybe_draw_constant", _no_constant, create=True)


def _no_constant(*_: object, **__: object) -> None:
    """No constant is drawn."""

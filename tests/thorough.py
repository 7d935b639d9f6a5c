"""Parameters of tests, of which a few run by default and all of them with `-m thorough`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import pytest


def few(parameters: Iterable[Any], keep: Callable[..., bool]) -> list[Any]:
    """All of the parameters: those that `keep` is false of have the marker `thorough`.

    `keep` gets a test's parameters as the test does: a tuple (or pytest.param) as several, anything else as one.
    """
    marked = []
    for parameter in parameters:
        each = parameter if hasattr(parameter, "marks") else pytest.param(*_values(parameter))
        marks = each.marks if keep(*each.values) else (*each.marks, pytest.mark.thorough)
        marked.append(pytest.param(*each.values, id=each.id, marks=marks))
    assert any(marks for _, marks, _ in marked) and not all(marks for _, marks, _ in marked)
    return marked


def _values(parameter: Any) -> tuple[Any, ...]:
    return parameter if isinstance(parameter, tuple) else (parameter,)


def every(step: int) -> Callable[..., bool]:
    """True of the first parameter, and of each that comes `step` after the last."""
    calls = count()
    return lambda *_: next(calls) % step == 0

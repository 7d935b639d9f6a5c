"""Calling an implementation on a sample, and finding the element to blame where the call fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...numerics.floats.formats import Floats
from ..implementation import Implementation
from .in_process import Caller
from .worker_process import Failed, Returned

_PATIENCE = {"exception": 60, "not an array": 1, "garbage": 1, "crash": 14, "hang": 8}
"""The most failed calls, by kind, that the search for the element to blame may cost. A crash costs a new process,
a hang the whole time limit; what is garbage or no array does not depend on the element."""


@dataclass(frozen=True)
class Blamed:
    """A failure, and the inputs it was narrowed down to."""

    failed: Failed
    low: int
    high: int
    """It failed on the elements low to high - 1."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a sample: the results (None where nothing came back) and the failures."""

    returned: Returned | None
    answered: np.ndarray
    """A mask of the elements that have a result."""
    blamed: tuple[Blamed, ...]


def call_on_sample(
    caller: Caller,
    implementation: Implementation,
    inputs: Sequence[Floats],
    meanwhile: Callable[[], object] | None = None,
) -> Outcome:
    """One call for the whole sample; if it fails, halves of it, until the element is found or patience ends."""
    search = _Search(caller, implementation, inputs)
    size = len(inputs[0])
    search.start(size, meanwhile)
    answered = np.zeros(size, dtype=bool)
    for low, high, _ in search.pieces:
        answered[low:high] = True
    values = [piece.values for _, _, piece in sorted(search.pieces, key=lambda p: p[0])]
    if len(search.pieces) == 1:
        returned = search.pieces[0][2]
    elif values and len({v.dtype for v in values}) == 1 and sum(v.size for v in values) == answered.sum():
        mutated = any(piece.mutated for _, _, piece in search.pieces)
        returned = Returned(np.concatenate([v.reshape(-1) for v in values]), mutated)
    else:
        returned = None
    return Outcome(returned, answered, tuple(search.blamed))


class _Search:
    """Bisection that stops at the first element blamed for each kind of failure, keeping what came back."""

    def __init__(self, caller: Caller, implementation: Implementation, inputs: Sequence[Floats]) -> None:
        self.caller, self.implementation, self.inputs = caller, implementation, inputs
        self.pieces: list[tuple[int, int, Returned]] = []
        self.blamed: list[Blamed] = []
        self.spent = 0

    def start(self, size: int, meanwhile: Callable[[], object] | None) -> None:
        """Tries the whole, then one element: most of what fails, fails for any."""
        whole = self._call(0, size, meanwhile)
        if isinstance(whole, Returned):
            self.pieces.append((0, size, whole))
            return
        middle = size // 2
        single = self._call(middle, middle + 1)
        if isinstance(single, Failed):
            self.blamed.append(Blamed(single, middle, middle + 1))
        else:
            self.run(0, size // 2)
            self.run(size // 2, size)

    def run(self, low: int, high: int) -> None:
        """Bisects what fails."""
        result = self._call(low, high)
        if isinstance(result, Returned):
            self.pieces.append((low, high, result))
            return
        self.spent += 1
        if high - low == 1 or self.spent >= _PATIENCE[result.how]:
            if all(b.failed.how != result.how for b in self.blamed):
                self.blamed.append(Blamed(result, low, high))
            return
        middle = (low + high) // 2
        self.run(low, middle)
        self.run(middle, high)

    def _call(self, low: int, high: int, meanwhile: Callable[[], object] | None = None) -> Returned | Failed:
        return self.caller.call(self.implementation, [a[low:high] for a in self.inputs], meanwhile=meanwhile)

"""An implementation under test, as a value: what it should compute, and how the worker finds and calls it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Implementation:
    """One callable, at one order.

    `parameters` are those of the activation that the reference uses; `keywords` are what the callable is called with.
    For order 1, `variable` is the input by which the derivative is taken.
    """

    target: str
    activation: str
    order: int
    function: str
    """`module:qualified.name`, importable in the worker."""
    array: str = "numpy"
    """The library whose arrays it takes: `numpy`, `torch` or `jax`; `scalar`: it takes one number at a time."""
    through: str = "itself"
    """`itself`: what the callable returns is under test. `autograd`: its derivative by the array library. Of functions
    of a row also `product`: that of a cotangent with the Jacobian, likewise; `rows`: it is called for one at a time."""
    variable: int = 0
    parameters: tuple[tuple[str, float], ...] = ()
    keywords: tuple[tuple[str, Any], ...] = ()
    device: str | None = None
    """In a sweep, where its arrays are and its results are judged, in the words of its array library: `cpu`, `cuda:1`.
    None: it is called with what NumPy's arrays become, and NumPy judges."""
    formats: tuple[str, ...] = ()
    """The formats, by name, in which it is tested where none are asked for; empty: those that it does not refuse."""

    asked: tuple[str, ...] = ()
    """The options of a command line without which the target would be called otherwise, in words."""

    def request(self) -> dict[str, Any]:
        """The part of a request that tells the worker how to call it."""
        return {
            "function": self.function,
            "array": self.array,
            "through": self.through,
            "variable": self.variable,
            "keywords": dict(self.keywords),
        }

"""The shortest way from an array of floats to an implementation's results, for sweeps over billions of inputs.

Nothing is copied, checked or isolated here: what an implementation does to its input or to the process, it does. The
caller decides about threads (torch.set_num_threads, the processor's affinity for JAX; ONNX Runtime is given one).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ...proofs.catalogue.parse import definition
from ..implementation import Implementation
from .invoke import bridge, find
from .scalars import exception, one_by_one


@lru_cache(maxsize=64)
def direct(implementation: Implementation) -> Callable[[Any], Any]:
    """A function from a contiguous array to a new array of results, which may be read-only. Made once and kept.

    Both are NumPy's; or, where the implementation names a device, its own library's on that device.

    JAX compiles for every new length, so tiles should have the same. The result of torch may share the input's memory
    where the function is the identity.

    Raises ValueError for an activation of several inputs.
    """
    if len(definition(implementation.activation).inputs) != 1:
        raise ValueError(f"activation={implementation.activation!r}: expected an activation of one input")
    function, keywords = find(implementation.function), dict(implementation.keywords)
    if implementation.array == "scalar":
        function = one_by_one(function)
    elif implementation.array != "numpy":
        library = bridge(implementation.array)
        made = library.direct if implementation.device is None else library.on_device
        return made(function, keywords, through=implementation.through)

    def called(x: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return function(x, **keywords)

    return called


def exceptions(implementation: Implementation, x: np.ndarray) -> list[str | None]:
    """The exceptions of a function of one number at these points, in words; None where it returns."""
    function, keywords = find(implementation.function), dict(implementation.keywords)
    raised = [exception(function, (point,), keywords) for point in x.tolist()]
    return [error and f"{type(error).__name__}: {error}"[:200] for error in raised]

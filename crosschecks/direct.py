"""The shortest way from a float array to an implementation's results, for sweeps over billions of inputs.

Nothing is copied, checked or isolated here: what an implementation does to its input or to the process, it does. The
caller decides about threads (torch.set_num_threads, the processor's affinity for JAX; ONNX Runtime is given one).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from ..proofs.catalogue import activation
from .calling import bridge, find
from .implementation import Implementation


@lru_cache(maxsize=64)
def direct(implementation: Implementation) -> Callable[[np.ndarray], np.ndarray]:
    """A function from a contiguous array to a new array of results, which may be read-only. Made once and kept.

    JAX compiles for every new length, so tiles should have the same. The result of torch may share the input's memory
    where the function is the identity.

    Raises ValueError for an activation of several inputs.
    """
    if len(activation(implementation.activation).inputs) != 1:
        raise ValueError(f"activation={implementation.activation!r}: expected an activation of one input")
    function, keywords = find(implementation.function), dict(implementation.keywords)
    if implementation.array != "numpy":
        return bridge(implementation.array).direct(function, keywords, through=implementation.through)

    def called(x: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return function(x, **keywords)

    return called

"""Many short runs judged together, against each judged by itself."""

from __future__ import annotations

import numpy as np
import pytest
from gradproof.crosschecks.implementation import Implementation
from gradproof.crosschecks.inputs.bit_patterns import patterns
from gradproof.crosschecks.sweeps.profile import merged
from gradproof.crosschecks.sweeps.short_runs import profile_of_runs
from gradproof.crosschecks.sweeps.tiles import profile_of
from gradproof.numerics.floats.formats import as_float64, rounded_from_float64
from gradproof.proofs.enclosures.formats import format_named


def careless(x: np.ndarray) -> np.ndarray:
    """tanh with rounding errors, a flat place, a jump back, zeros for small values and NaN for infinities."""
    wide = as_float64(x)
    y = np.tanh(wide) * (1 + 1e-3 * np.sin(1e3 * wide))
    y = np.where((wide > 1) & (wide < 1.5), -np.tanh(wide), y)
    return rounded_from_float64(np.where(np.abs(wide) < 1e-7, 0.0, y), format_named(x.dtype.name)).astype(x.dtype)


def refusing(x: np.ndarray) -> np.ndarray:
    """tanh of at most 512 numbers."""
    if len(x) > 512:
        raise MemoryError("too many")
    return np.tanh(x)


@pytest.mark.parametrize("function", [careless, refusing])
@pytest.mark.parametrize(
    ("order", "dtype", "words"),
    [(0, "float32", "sample:1"), (0, "float16", "sample:16"), (1, "float16", "sample:2"), (0, "float8_e4m3fn", "all"),
     (0, "float16", "0.5:0.51,1.49:1.5,60000:inf")],
)  # fmt: skip
def test_judged_together_and_one_by_one(function, order: int, dtype: str, words: str) -> None:
    fmt = format_named(dtype)
    implementation = Implementation("careless", "tanh", order, f"{__name__}:{function.__name__}")
    runs = patterns(words, fmt).runs
    apart = merged(dtype, [profile_of(implementation, fmt, first, count) for first, count in runs])
    assert profile_of_runs(implementation, fmt, runs).to_json() == apart.to_json()
    assert apart.finite.inputs + apart.special.inputs == sum(count for _, count in runs) or function is refusing

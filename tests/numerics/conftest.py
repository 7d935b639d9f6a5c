"""Inputs shared by the numeric layer's tests."""

from collections.abc import Callable

import numpy as np
import pytest
from gradproof.numerics.floats.formats import Floats, all_values, from_bits, rounded_from_float64
from gradproof.proofs.enclosures.formats import FORMATS

SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 3.0, -3.0, 6.0, -0.7517916524, 1e-300, -745.2, 709.9]


def sample_of(fmt: str, size: int, seed: int) -> Floats:
    """Special values, patterns of random bits, normal draws and the range where exponentials still count."""
    if FORMATS[fmt].bits == 8:
        return all_values(fmt)
    generator = np.random.default_rng(seed)
    width = FORMATS[fmt].bits // 8
    patterns = generator.integers(0, 256, (size, width), dtype=np.uint8).view(f"u{width}").ravel()
    values = np.concatenate(
        [
            generator.standard_normal(size) * 4,
            generator.uniform(-800, 800, size),
            np.ldexp(generator.standard_normal(size), generator.integers(-60, 20, size)),
            SPECIAL,
        ]
    )
    return np.concatenate([from_bits(patterns, fmt), rounded_from_float64(values, fmt)])


@pytest.fixture
def sample() -> Callable[..., Floats]:
    return sample_of

"""Samples: the inputs every check starts from, whatever chance adds to them.

Random inputs alone miss most real bugs, so a sample always has the special values, the landmarks of the activation
(kinks, zeros, extrema, inflection points) and the thresholds of the format, each with the neighbouring floats, and a
draw from every binade.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, all_values, format_of, from_bits, rounded_from_float64, to_bits
from ...numerics.floats.test_points import log_of, neighbourhoods, ordered, special_values, thresholds
from ...proofs.enclosures.formats import Format
from .bit_patterns import between, patterns

_INNER = 64
"""Binades 2^-64 to 2^64 get a draw of either sign, those beyond one draw of a random sign."""

_MANY, EVERY = 300, 3
"""Of more binades than this beyond, only every third is drawn from; and of any where more are to be left out. The seed
says which."""


def binade_draws(fmt: Format, rng: np.random.Generator, every: int = EVERY) -> Floats:
    """A float from every binade (beyond 2^64, of float64, from every third, or from fewer), and from the subnormals of
    every length."""
    fraction_bits = fmt.precision - 1
    exponents = np.arange(fmt.emin, fmt.emax + 1)
    if every > EVERY or len(exponents) > _MANY + 2 * _INNER:
        exponents = exponents[(abs(exponents) <= _INNER) | (exponents % every == rng.integers(every))]
    inner = abs(exponents) <= _INNER
    both = np.concatenate([exponents, exponents[inner]])
    signs = np.concatenate([rng.choice([-1, 1], len(exponents)), np.zeros(inner.sum(), dtype=int)])
    signs[len(exponents) :] = -signs[: len(exponents)][inner]
    normal = _with_bits(both - fmt.emin + 1, rng.integers(0, 1 << fraction_bits, len(both)), fmt)
    short = [int(rng.integers(1 << k, 2 << k)) for k in range(fraction_bits)]
    subnormal = _with_bits(np.zeros(len(short), dtype=int), np.array(short), fmt)
    drawn = np.concatenate([np.where(signs < 0, -normal, normal), subnormal, -subnormal])
    return drawn[np.isfinite(drawn.astype(np.float64))]


def linear_draws(fmt: Format, rng: np.random.Generator, count: int = 160) -> Floats:
    """Uniform draws where activations bend (half of them within 16 of 0), out to where exp leaves the format."""
    reach = 1.1 * -log_of(fmt.min_subnormal)
    wide = rng.uniform(-reach, reach, count // 2)
    return rounded_from_float64(np.concatenate([rng.uniform(-16, 16, count - count // 2), wide]), fmt)


def sample(fmt: Format, around: Iterable[float], rng: np.random.Generator, every: int = EVERY) -> Floats:
    """Special values, thresholds, draws and the given points with their neighbours; of 8 bits, every float.

    Each float once, in increasing order, -0 before +0 and NaN last.
    """
    if fmt.bits == 8:
        return ordered(all_values(fmt))
    near = neighbourhoods([*around, *thresholds(fmt)], fmt)
    return ordered(np.concatenate([special_values(fmt), near, binade_draws(fmt, rng, every), linear_draws(fmt, rng)]))


def within(inputs: Floats, span: str | None) -> Floats:
    """The inputs inside a span "LOW:HIGH"; all of them for None. Raises PatternsError."""
    return inputs[is_within(inputs, span)]


def is_within(inputs: Floats, span: str | None) -> NDArray[np.bool_]:
    """A mask of the inputs inside a span; all of them for None. Raises PatternsError."""
    if span is None:
        return np.ones(inputs.shape, np.bool_)
    bits, fmt = to_bits(np.ascontiguousarray(inputs)).astype(np.uint64), format_of(inputs)
    inside = np.zeros(inputs.shape, np.bool_)
    for first, count in patterns(span, fmt, most=None).runs:
        inside |= (bits >= first) & (bits < first + count)
    return inside


def pairs(
    fmt: Format, rng: np.random.Generator, inputs: int = 2, count: int = 240, span: str | None = None
) -> tuple[Floats, ...]:
    """Points of several inputs: every pair of special values, and draws that mix binades, thresholds and the rest; each
    input is inside the span. Raises PatternsError."""
    special = within(special_values(fmt)[::2], span)
    grid = np.meshgrid(*[special] * inputs)
    pool = np.concatenate([binade_draws(fmt, rng), *[linear_draws(fmt, rng)] * 4, neighbourhoods(thresholds(fmt), fmt)])
    if span is not None:
        pool = np.concatenate([within(pool, span), between(span, fmt, rng, count)])
    return tuple(np.concatenate([g.reshape(-1), rng.choice(pool, count)]) for g in grid)


def _with_bits(exponent: np.ndarray, fraction: np.ndarray, fmt: Format) -> Floats:
    return from_bits((exponent.astype(np.uint64) << np.uint64(fmt.precision - 1)) | fraction.astype(np.uint64), fmt)

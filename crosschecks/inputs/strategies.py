"""Hypothesis strategies for floats of the six formats: by bits, near given points, and towards simpler ones.

All of them shrink: towards 0 and 1, towards the first centre, towards fewer significant bits.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from flint import fmpq
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ...numerics.floats.formats import Floats, dtype_of, from_bits, shifted, to_bits
from ...proofs.enclosures.formats import Format, format_named
from .bit_patterns import patterns


def floats(fmt: Format | str, *, finite: bool = False) -> SearchStrategy[np.generic]:
    """Every bit pattern of a format, NaNs and subnormals included, each binade as likely as any other.

    Args:
        fmt: the format or its name.
        finite: leave out infinities and NaNs.
    """
    f = _format(fmt)
    fraction = f.precision - 1

    def encoded(sign: int, exponent: int, rest: int) -> np.generic:
        return from_bits([(sign << (f.bits - 1)) | (exponent << fraction) | rest], f)[0]

    everything = st.builds(
        encoded,
        st.integers(0, 1),
        st.integers(0, (1 << (f.bits - 1 - fraction)) - 1),
        st.integers(0, (1 << fraction) - 1),
    )
    return everything.filter(lambda x: bool(np.isfinite(float(x)))) if finite else everything


def among(span: str, fmt: Format) -> SearchStrategy[np.generic]:
    """The finite floats of a span (:mod:`bit_patterns`), of the runs of it. Shrinks to the first."""
    runs = patterns(span, fmt, most=None).runs

    def encoded(run: int, step: int) -> np.generic:
        first, count = runs[run]
        return from_bits([first + step % count], fmt)[0]

    steps = st.integers(0, max(count for _, count in runs) - 1)
    return st.builds(encoded, st.integers(0, len(runs) - 1), steps).filter(lambda x: bool(np.isfinite(float(x))))


def near(centres: Floats | Sequence[float], fmt: Format | str, *, ulps: int = 1000) -> SearchStrategy[np.generic]:
    """Finite floats within `ulps` ULP of one of the centres. Shrinks to the first centre."""
    f = _format(fmt)
    points = np.asarray(centres).astype(dtype_of(f))
    if not points.size:
        raise ValueError("centres: expected at least one")

    def step(index: int, by: int) -> np.generic:
        return shifted(points[index : index + 1], by)[0]

    return st.builds(step, st.integers(0, len(points) - 1), st.integers(-ulps, ulps)).filter(
        lambda x: bool(np.isfinite(float(x)))
    )


def simpler_points(points: Sequence[Floats], fmt: Format | str) -> SearchStrategy[tuple[np.generic, ...]]:
    """Points of as many coordinates as there are arrays, each coordinate cut to any number of its leading bits.

    Shrinks to the first point with the fewest bits.
    """
    f = _format(fmt)
    fraction = f.precision - 1

    def cut(index: int, kept: tuple[int, ...]) -> tuple[np.generic, ...]:
        return tuple(_truncated(a[index : index + 1], fraction - k, f) for a, k in zip(points, kept, strict=True))

    kept = st.tuples(*(st.integers(0, fraction) for _ in points))
    return st.builds(cut, st.integers(0, len(points[0]) - 1), kept)


def rational_points(names: Sequence[str], landmarks: Sequence[fmpq] = ()) -> SearchStrategy[dict[str, fmpq]]:
    """Rational points: small ones, every magnitude from 2^-300 to 2^40, and next to the landmarks."""
    return st.fixed_dictionaries({name: _rationals(landmarks) for name in names})


def _rationals(landmarks: Sequence[fmpq]) -> SearchStrategy[fmpq]:
    fractions = st.fractions(-30, 30, max_denominator=1000).map(_rational)
    scaled = st.builds(_scaled, st.integers(-1000, 1000), st.integers(-300, 30))
    if not landmarks:
        return st.one_of(fractions, scaled)
    exponents = st.one_of(st.integers(0, 8), st.integers(0, 120)).map(operator.neg)
    offsets = st.builds(_scaled, st.integers(-8, 8), exponents)
    beside = st.builds(_sum, st.sampled_from(list(landmarks)), offsets)
    return st.one_of(fractions, scaled, beside, beside)


def rational_pairs(low: fmpq | None, high: fmpq | None) -> SearchStrategy[dict[str, fmpq]]:
    """Two rational points, x and y, between the ends; None is an infinite end."""

    def between(part: fmpq, low: fmpq, high: fmpq) -> fmpq:
        return low + part * (high - low)

    def away(size: fmpq) -> fmpq:
        if low is not None:
            return low + size
        assert high is not None
        return high - size

    if low is not None and high is not None:
        parts = st.fractions(0, 1, max_denominator=1000).map(_rational)
        inside = st.builds(between, parts, st.just(low), st.just(high))
    elif low is None and high is None:
        inside = _rationals(())
    else:
        inside = st.builds(_scaled, st.integers(1, 1000), st.integers(-100, 20)).map(away)
    return st.fixed_dictionaries({"x": inside, "y": inside})


def _rational(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _scaled(mantissa: int, exponent: int) -> fmpq:
    return fmpq(mantissa) * fmpq(2) ** exponent


def _sum(a: fmpq, b: fmpq) -> fmpq:
    return a + b


def _format(fmt: Format | str) -> Format:
    return fmt if isinstance(fmt, Format) else format_named(fmt)


def _truncated(value: Floats, lost: int, fmt: Format) -> np.generic:
    shift = np.uint64(lost)
    return from_bits((to_bits(value).astype(np.uint64) >> shift) << shift, fmt)[0]

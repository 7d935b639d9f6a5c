"""The inputs of a survey: very many, dense where the function varies, and the same for the same seed.

The natural domain of a function is where its values follow no power of x (below it tanh(x) is x, beyond it 1), and
the binades around 1 in any case. In float32 every run of DENSE neighbours there has one input or more, but for binades
in which a function turns very often: they have inputs around WINDOWS places. Formats of 16 bits are taken whole.
float64 has inputs around CLUSTERS places of every binade of the natural domain. Outside float32 has OUTSIDE inputs in
every binade: values are plain there, but an implementation may change from one formula to another. float64 leaves that
to the sample, which has a draw from every binade. A thin survey, one of hundreds, has inputs around some places alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, all_values, from_bits
from ...numerics.oracle.certified import Certified
from ...numerics.oracle.float32_rows import DEEPEST, ROW
from ...proofs.enclosures.formats import FORMATS, Format
from .bit_patterns import between

DENSE = 64
MOST, FEW = 1 << 23, 1 << 17
"""The most inputs of float32, and those of float64 and of implementations too slow for more."""
BINADES = frozenset((sign, exponent) for sign in (0, 1) for exponent in range(1, 255))
"""The binades of float32's normal numbers, by sign bit and exponent bits."""
ORDINARY = range(127 - 10, 127 + 5)
"""Exponent bits of the binades that are always looked at."""
SMOOTH = 2.0**-26
"""Relative deviations from a power of x that no float32 shows."""
POWERS = (0, 1, 2, -1, 3, -2)
PLACES = (0, 3 << 20, 31 << 18)
"""Where in a binade the values are compared with a power."""
_BINADE = 1 << 23
CLUSTERS, FEW_CLUSTERS = 8, 2
"""Places in a binade of float64 around which inputs are drawn: the oracle's blocks there are dear. The latter in a thin
survey."""
DEAR, WINDOWS = 8, 16
"""A binade of float32 is dear where a polynomial of the oracle serves less than a 2**DEAR-th of it; the rows of a dear
binade, or of any in a thin survey, that have inputs."""
SINGLE = 128
"""Inputs of a binade in which no polynomial serves even a row."""
OUTSIDE, FEW_OUTSIDE = 16, 4
"""Inputs in a binade of float32 outside the natural domain; the latter in a thin survey."""
_FURTHER = (30, 4)
"""How many binades the natural domain in float64 reaches below and above that in float32."""


def survey_inputs(
    truth: Certified, fmt: Format, rng: np.random.Generator, *, span: str | None, most: int, thin: bool = False
) -> Floats:
    """Inputs in the order of their bit patterns; of the larger formats no zeros, subnormals and infinities.

    `most` is how many of float32 there may be, and a few more.
    """
    if span is not None:
        return between(span, fmt, rng, FEW if fmt.bits > 32 else most)
    if fmt.bits <= 16:
        return all_values(fmt)
    natural = natural_binades(truth)
    if fmt.bits > 32:
        return _of_float64(natural, rng, FEW_CLUSTERS if thin else CLUSTERS)
    each = min(_BINADE // DENSE, -(-most // len(natural)))
    dear = {key for key in natural if thin or truth.is_dear(key[0] << 8 | key[1], DEAR)}
    dearest = {key for key in dear if truth.is_dear(key[0] << 8 | key[1], DEEPEST)}
    drawn = (
        _drawn(_keys(natural - dear), each, rng), _near_places(_keys(dear - dearest), each, rng),
        _near_places(_keys(dearest), SINGLE, rng),
        _drawn(_keys(BINADES - natural), FEW_OUTSIDE if thin else OUTSIDE, rng),
    )  # fmt: skip
    return from_bits(np.sort(np.concatenate(drawn)).astype(np.uint32), fmt)


@lru_cache(maxsize=64)
def natural_binades(truth: Certified) -> frozenset[tuple[int, int]]:
    """The binades of float32 in the natural domain, by sign bit and exponent bits."""
    keys = sorted(BINADES)
    bits = _keys(keys)[:, None] + np.array(PLACES)
    x = from_bits(bits.reshape(-1).astype(np.uint32), FORMATS["float32"]).astype(np.float64)
    values, x = truth.points(x).value.reshape(bits.shape), x.reshape(bits.shape)
    tiny, huge = float(FORMATS["float32"].min_subnormal) / 2, float(FORMATS["float32"].max_finite)
    with np.errstate(all="ignore"):
        size = np.abs(values)
        plain = (size <= tiny).all(axis=1) | (~(size <= huge)).all(axis=1)
        for power in POWERS:
            ratio = values / x**power
            plain |= (np.abs(ratio - ratio[:, :1]) <= SMOOTH * np.abs(ratio[:, :1])).all(axis=1)
    varied: list[bool] = np.logical_not(plain).tolist()
    return frozenset(key for key, varies in zip(keys, varied, strict=True) if varies or key[1] in ORDINARY)


def _keys(binades: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    """The first bit patterns of binades of float32."""
    return np.array([sign << 31 | exponent << 23 for sign, exponent in sorted(binades)], np.int64)


def _drawn(firsts: NDArray[np.int64], each: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """`each` patterns of every binade, one from each of its equal parts."""
    step = _BINADE // each
    starts = (firsts[:, None] + step * np.arange(each)).reshape(-1)
    return starts + rng.integers(0, step, starts.shape)


def _near_places(firsts: NDArray[np.int64], each: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """`each` patterns of every binade, among a row of neighbours in each of some equal parts."""
    part = _BINADE // ROW // WINDOWS
    rows = part * np.arange(WINDOWS)[:, None] + rng.integers(0, part, (len(firsts), WINDOWS, 1))
    places = rng.integers(0, ROW, (len(firsts), WINDOWS, each // WINDOWS))
    return (firsts[:, None, None] + ROW * rows + places).reshape(-1)


def _of_float64(natural: frozenset[tuple[int, int]], rng: np.random.Generator, clusters: int) -> Floats:
    """The natural domain in float64, from that in float32."""
    below, above = _FURTHER
    keys = sorted({(sign, exponent + 1023 - 127 + k) for sign, exponent in natural for k in range(-below, above + 1)})
    firsts = np.array([(sign << 11 | exponent) << 52 for sign, exponent in keys], np.uint64)
    cluster = -(-FEW // (len(keys) * clusters))
    centres = rng.integers(0, 1 << 52, (len(keys), clusters, 1), dtype=np.uint64)
    near = centres + rng.integers(0, 1 << 40, (len(keys), clusters, cluster), dtype=np.uint64)
    patterns = firsts[:, None, None] + near % np.uint64(1 << 52)
    return from_bits(np.sort(patterns, axis=None), FORMATS["float64"])

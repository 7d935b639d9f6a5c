"""Where to look: the inputs every check starts from, whatever chance adds to them.

Random inputs alone miss most real bugs, so a sample always has the special values, the landmarks of the activation
(kinks, zeros, extrema, inflection points) and the thresholds of the format, each with the neighbouring floats, and a
draw from every binade.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from ..numerics.formats import Floats, all_values, dtype_of, from_bits, rounded_from_float64, shifted, to_bits
from ..proofs.facts import Facts
from ..proofs.formats import Format
from ..proofs.reals import Real
from ..proofs.sets import Interval

NEIGHBOURS = 2
"""How many floats on either side of a landmark or threshold are looked at."""

_INNER = 64
"""Binades 2^-64 to 2^64 get a draw of either sign, those beyond one draw of a random sign."""

_MANY = 300
"""Of more binades than this beyond, only every third (or as told) is drawn from, and the seed says which."""


def special_values(fmt: Format) -> Floats:
    """Zeros and infinities of either sign, NaN, the ends of the subnormal and the normal range, one."""
    finite = [0.0, 1.0, float(fmt.min_subnormal), float(fmt.min_normal), float(fmt.min_normal - fmt.min_subnormal)]
    finite += [float(fmt.max_finite), 2.0 ** (1 - fmt.precision), 2.0**-fmt.precision]
    positive = finite + ([math.inf] if fmt.overflow == "inf" else [])
    return np.array([*positive, *(-v for v in positive), math.nan]).astype(dtype_of(fmt))


def landmarks(facts: Facts) -> tuple[float, ...]:
    """The kinks, zeros, extrema and inflection points of a function, as the nearest float64."""
    found = {_nearest(kink.at) for kink in facts.kinks}
    for order in facts.orders:
        landscape = order.landscape
        if landscape.undecided is not None or landscape.is_empty:
            continue
        found |= {_nearest(point.at) for point in landscape.critical}
        found |= {_nearest(end) for piece in landscape.monotone for end in (piece.low, piece.high)}
        found |= {_nearest(end) for zero in landscape.zeros for end in _ends(zero)}
    return tuple(sorted(x for x in found if math.isfinite(x)))


def thresholds(fmt: Format) -> tuple[float, ...]:
    """Where exp, its square, 1 + exp or erfc of an input overflow, underflow, vanish or saturate in a format."""
    log_max, log_min, log_normal = (_log(v) for v in (fmt.max_finite, fmt.min_subnormal / 2, fmt.min_normal))
    vanish = [(fmt.precision + k) * math.log(2) for k in (-1, 0, 1)]
    exponents = [log_max, -log_min, -log_normal, *vanish]
    sizes = [*exponents, *(v / 2 for v in exponents)]
    sizes += [math.sqrt(2 * v) for v in exponents] + [math.sqrt(v) for v in exponents]
    sizes += [math.exp(log_max / 2), math.exp(log_max / 3), math.exp(-log_max / 2), 2.0**fmt.precision]
    return tuple(s * v for v in sizes for s in (-1, 1))


def neighbourhoods(centres: Iterable[float], fmt: Format, steps: int = NEIGHBOURS) -> Floats:
    """The floats nearest to the centres and so many on either side of each."""
    centre = rounded_from_float64(np.array(sorted(set(centres)), dtype=np.float64), fmt)
    centre = centre[np.isfinite(centre.astype(np.float64))]
    return np.concatenate([shifted(centre, k) for k in range(-steps, steps + 1)])


def binade_draws(fmt: Format, rng: np.random.Generator, every: int = 3) -> Floats:
    """A float from every binade (of float64: every third, beyond 2^64), and from the subnormals of every length."""
    fraction_bits = fmt.precision - 1
    exponents = np.arange(fmt.emin, fmt.emax + 1)
    if len(exponents) > _MANY + 2 * _INNER:
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
    reach = 1.1 * -_log(fmt.min_subnormal)
    wide = rng.uniform(-reach, reach, count // 2)
    return rounded_from_float64(np.concatenate([rng.uniform(-16, 16, count - count // 2), wide]), fmt)


def sample(fmt: Format, around: Iterable[float], rng: np.random.Generator, every: int = 3) -> Floats:
    """All of the above, each float once, in increasing order, -0 before +0 and NaN last. Every float of 8 bits."""
    if fmt.bits == 8:
        return ordered(all_values(fmt))
    near = neighbourhoods([*around, *thresholds(fmt)], fmt)
    return ordered(np.concatenate([special_values(fmt), near, binade_draws(fmt, rng, every), linear_draws(fmt, rng)]))


def pairs(fmt: Format, rng: np.random.Generator, inputs: int = 2, count: int = 240) -> tuple[Floats, ...]:
    """Points of several inputs: every pair of special values, and draws that mix binades, thresholds and the rest."""
    special = special_values(fmt)
    grid = np.meshgrid(*[special[::2]] * inputs)
    pool = np.concatenate([binade_draws(fmt, rng), *[linear_draws(fmt, rng)] * 4, neighbourhoods(thresholds(fmt), fmt)])
    return tuple(np.concatenate([g.reshape(-1), rng.choice(pool, count)]) for g in grid)


def ordered(values: Floats) -> Floats:
    """Each float once, in increasing order, -0 before +0 and one NaN last."""
    as_float = values.astype(np.float64)
    bits = np.unique(to_bits(values[~np.isnan(as_float)]))
    unique = from_bits(bits, values.dtype.name)
    order = np.lexsort([~np.signbit(unique), unique.astype(np.float64)])
    nan = np.array([math.nan] if np.isnan(as_float).any() else []).astype(values.dtype)
    return np.concatenate([unique[order], nan])


def _with_bits(exponent: np.ndarray, fraction: np.ndarray, fmt: Format) -> Floats:
    return from_bits((exponent.astype(np.uint64) << np.uint64(fmt.precision - 1)) | fraction.astype(np.uint64), fmt)


def _nearest(real: Real) -> float:
    """A root that is 0, but not known to be, is enclosed by balls around 0."""
    return 0.0 if not real.is_infinite and real.ball(256).contains(0) else float(real)


def _ends(zero: Real | Interval) -> tuple[Real, ...]:
    return (zero.low, zero.high) if isinstance(zero, Interval) else (zero,)


def _log(positive) -> float:
    return math.log(int(positive.p)) - math.log(int(positive.q))

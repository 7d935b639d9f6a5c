"""The test points: the special values of a format, the landmarks of a function and the thresholds of exponentials.

Landmarks are kinks, zeros, extrema and inflection points. Random draws are elsewhere
(:mod:`gradproof.crosschecks.inputs.samples`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from flint import fmpq

from ...proofs.datasheets.function import Facts
from ...proofs.enclosures.formats import Format
from ...proofs.reals.reals import Real
from ...proofs.reals.sets import Interval
from .formats import Floats, dtype_of, from_bits, rounded_from_float64, shifted, to_bits

NEIGHBOURS = 2
"""How many floats on either side of a landmark or threshold are looked at."""


def special_values(fmt: Format) -> Floats:
    """Zeros and infinities of either sign, NaN, the ends of the subnormal and the normal range, one."""
    finite = [0.0, 1.0, float(fmt.min_subnormal), float(fmt.min_normal), float(fmt.min_normal - fmt.min_subnormal)]
    finite += [float(fmt.max_finite), 2.0 ** (1 - fmt.precision), 2.0**-fmt.precision]
    positive = finite + ([math.inf] if fmt.overflow == "inf" else [])
    return np.array([*positive, *(-v for v in positive), math.nan]).astype(dtype_of(fmt))


def landmarks(facts: Facts) -> tuple[float, ...]:
    """The kinks, zeros, extrema and inflection points of a function, as the nearest float64."""
    places = {nearest_float(kink.at) for kink in facts.kinks}
    for order in facts.orders:
        landscape = order.landscape
        if landscape.undecided is not None or landscape.is_empty:
            continue
        places |= {nearest_float(point.at) for point in landscape.places}
        places |= {nearest_float(end) for piece in landscape.monotone for end in (piece.low, piece.high)}
        places |= {nearest_float(end) for zero in landscape.zeros for end in _ends(zero)}
    return tuple(sorted(x for x in places if math.isfinite(x)))


def thresholds(fmt: Format) -> tuple[float, ...]:
    """Where exp, its square, 1 + exp or erfc of an input overflow, underflow, vanish or saturate in a format."""
    log_max, log_min, log_normal = (log_of(v) for v in (fmt.max_finite, fmt.min_subnormal / 2, fmt.min_normal))
    vanish = [(fmt.precision + k) * math.log(2) for k in (-1, 0, 1)]
    exponents = [log_max, -log_min, -log_normal, *vanish]
    sizes = [*exponents, *(v / 2 for v in exponents)]
    sizes += [math.sqrt(2 * v) for v in exponents] + [math.sqrt(v) for v in exponents]
    sizes += [math.exp(log_max / 2), math.exp(log_max / 3), math.exp(-log_max / 2), 2.0**fmt.precision]
    return tuple(s * v for v in sizes for s in (-1, 1))


def neighbourhoods(centres: Iterable[float], fmt: Format, steps: int = NEIGHBOURS) -> Floats:
    """The floats nearest to the centres and `steps` on either side of each."""
    centre = rounded_from_float64(np.array(sorted(set(centres)), dtype=np.float64), fmt)
    centre = centre[np.isfinite(centre.astype(np.float64))]
    return np.concatenate([shifted(centre, k) for k in range(-steps, steps + 1)])


def ordered(values: Floats) -> Floats:
    """Each float once, in increasing order, -0 before +0 and one NaN last."""
    as_float = values.astype(np.float64)
    bits = np.unique(to_bits(values[~np.isnan(as_float)]))
    unique = from_bits(bits, values.dtype.name)
    order = np.lexsort([~np.signbit(unique), unique.astype(np.float64)])
    nan = np.array([math.nan] if np.isnan(as_float).any() else []).astype(values.dtype)
    return np.concatenate([unique[order], nan])


def nearest_float(real: Real) -> float:
    """The nearest float64. A root that is 0, but not known to be, is enclosed by balls around 0."""
    return 0.0 if not real.is_infinite and real.ball(256).contains(0) else float(real)


def _ends(zero: Real | Interval) -> tuple[Real, ...]:
    return (zero.low, zero.high) if isinstance(zero, Interval) else (zero,)


def log_of(positive: fmpq) -> float:
    """The logarithm of a positive rational, however large or small."""
    return math.log(int(positive.p)) - math.log(int(positive.q))

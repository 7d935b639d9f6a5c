"""Means over a normal variable in floats, split where a function has kinks or jumps, with an estimate of their error.

A rule for smooth functions on the whole line (Gauss-Hermite) is no use here: on a step it errs by the weight of a
node. Between breakpoints the functions are analytic, and Gauss-Legendre rules of two orders agree or the panel is
halved. Means that :mod:`gradproof.proofs.means.expectations` certifies in seconds take a millisecond here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

REACH = 37.0
"""In standard deviations; the density is 2e-298 there."""
PANELS = np.array([-REACH, -20, -12, -8, -6, -4.5, -3, -2, -1, 0, 1, 2, 3, 4.5, 6, 8, 12, 20, REACH])
TOLERANCE = 1e-9
"""Of one panel's error, relative to the sum of all panels' sizes, where nothing else is said."""
MOST_PANELS = 4_000
"""Panels halved at once; beyond, the error is what it is. A singularity halves two or three at a time."""
HALVINGS = 40
ORDERS = (10, 20)


def _rules() -> tuple[Array, Array, Array]:
    """The nodes of both orders on [-1, 1], and the weights of the higher and of the lower order on all of them."""
    (low_nodes, low), (high_nodes, high) = (np.polynomial.legendre.leggauss(order) for order in ORDERS)
    return (
        np.concatenate([low_nodes, high_nodes]),
        np.concatenate([np.zeros_like(low), high]),
        np.concatenate([low, np.zeros_like(high)]),
    )


NODES, HIGHER, LOWER = _rules()


def normal_means(
    integrands: Callable[[Array], Array],
    mean: float,
    deviation: float,
    breakpoints: Sequence[float] = (),
    *,
    tolerance: float = TOLERANCE,
) -> tuple[Array, Array]:
    """The means of m functions of a normal variable, and the estimated error of each.

    `integrands` maps n points to an array of shape (m, n). The functions are smooth between the breakpoints, up to
    `tolerance` relative to their means. A mean that overflows or diverges is infinite or NaN, and so is its error.
    """
    if deviation == 0:
        value = integrands(np.array([mean]))[:, 0]
        return value, np.zeros_like(value)
    inside = [cut for b in breakpoints if abs(cut := (b - mean) / deviation) < REACH]
    edges = np.unique(np.concatenate([PANELS, inside]))
    left, right = edges[:-1], edges[1:]
    means: Array | float = 0.0
    errors: Array | float = 0.0
    sizes: Array | float = 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for halving in range(HALVINGS + 1):
            values, differences = _panels(integrands, mean, deviation, left, right)
            whole = sizes + np.abs(values).sum(axis=1)
            # Where a value overflows, halving is no help: a comparison with NaN is False, too.
            good = ~(differences > tolerance * whole[:, None]).any(axis=0)
            if halving == HALVINGS or len(left) > MOST_PANELS:
                good[:] = True
            means = means + values[:, good].sum(axis=1)
            sizes = sizes + np.abs(values[:, good]).sum(axis=1)
            errors = errors + differences[:, good].sum(axis=1)
            if good.all():
                break
            left, right = left[~good], right[~good]
            middle = (left + right) / 2
            left, right = np.concatenate([left, middle]), np.concatenate([middle, right])
        ends = np.abs(integrands(mean + deviation * np.array([-REACH, REACH]))).sum(axis=1) * _density(REACH)
    return np.asarray(means), np.asarray(errors + ends)


def _panels(
    integrands: Callable[[Array], Array], mean: float, deviation: float, left: Array, right: Array
) -> tuple[Array, Array]:
    """The integral over each panel by the higher order, and the lower order's distance from it: shape (m, panels)."""
    half = (right - left) / 2
    t = ((left + right) / 2)[:, None] + half[:, None] * NODES
    values = integrands((mean + deviation * t).ravel()).reshape(-1, *t.shape) * (_density(t) * half[:, None])
    higher = values @ HIGHER
    return higher, np.abs(higher - values @ LOWER)


def _density(t: Array | float) -> Array:
    return np.exp(-np.square(t) / 2) / math.sqrt(2 * math.pi)

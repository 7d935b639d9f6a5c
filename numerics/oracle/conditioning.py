"""Condition numbers of many inputs at once, from the certified oracle's values of a function and of its derivative."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .certified import FLOAT32, Certified, Values, certified
from .reference import condition
from .taylor_rows import BEYOND

LITTLE = 2.0**-900
"""Values of an oracle for sizes are sizes if they are larger."""


def condition_numbers(
    truth: Certified, x: NDArray[np.float64], values: Values, *, places: int | None = None
) -> NDArray[np.float64]:
    """kappa = abs(x g'(x) / g(x)) of a function g at finite float32 inputs, to a relative 2**-30 of 1 + kappa.

    Args:
        truth: the oracle of g.
        x: the inputs, in any order.
        values: those of `truth` at x. See :func:`.reference.condition` for zeros and kinks.
        places: where g or its slope is far below the range of the format, and sizes are dear, as many inputs have the
            condition number computed, and the others one between those of their neighbours. None: all have.
    """
    slope = certified(truth.expr, truth.order + 1)(x)
    with np.errstate(all="ignore"):
        kappas = np.abs(x * slope.value / values.value)
    kappas = np.where(slope.judged & ~np.isnan(kappas), kappas, 0.0)
    value, rate = (_size_unknown(v) for v in (values, slope))
    with np.errstate(over="ignore"):
        # The slope's side of the smallest float is known, and mostly nothing more is needed.
        most = np.maximum(2 * np.abs(slope.value) + slope.bar, 2 * float(FLOAT32.min_subnormal))
        negligible = np.abs(x) * most < 2.0**-32 * np.abs(values.value)
    unsure = value | (rate & ~(negligible & (np.abs(slope.value) < BEYOND)))
    left = np.flatnonzero(unsure)
    if places is not None and left.size > places:
        left = left[np.argsort(x[left], kind="stable")]
        known = left[np.linspace(0, left.size - 1, places).astype(np.intp)]
        kappas[left] = np.interp(x[left], x[known], _of_little(truth, x[known]))
    elif left.size:
        kappas[left] = _of_little(truth, x[left])
    return kappas


def _of_little(truth: Certified, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The condition number where the function or its slope is far below the range of the format."""
    value, slope = (certified(truth.expr, truth.order + k, sizes=True)(x) for k in (0, 1))
    with np.errstate(all="ignore"):
        kappas = np.abs(x * slope.value / value.value)
    reliable = value.judged & slope.judged
    for v in (value, slope):
        reliable &= (np.abs(v.value) > LITTLE) & (v.bar < 2.0**-40 * np.abs(v.value))
    left = np.flatnonzero(~reliable)
    if left.size:
        kappas[left] = condition(truth.expr, x[left], order=truth.order)
    return kappas


def _size_unknown(v: Values) -> NDArray[np.bool_]:
    """A mask of the inputs at which the oracle tells sides of floats, but no sizes."""
    size = np.abs(v.value)
    stands_in = (v.bar == 0) & (size > 0) & ((size < float(FLOAT32.min_normal)) | (size >= BEYOND))
    return stands_in | (v.bar > 2.0**-32 * size)

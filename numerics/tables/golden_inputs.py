"""The inputs of the golden vectors: where the values of one function in one format are worth writing down.

Special values, landmarks and the thresholds of exponentials; the places where the correctly rounded value itself
changes its kind (underflows, overflows, reaches its limit, parts from its argument); hard cases; and a spread over
all binades. Nothing is drawn by chance: the same inputs come out on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...proofs.datasheets.function import facts
from ...proofs.enclosures.formats import Format, RoundingUndecided
from ...proofs.expressions import calculus
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import split
from ..floats.formats import Floats, all_values, as_float64, format_of, from_bits, rounded_from_float64, to_bits
from ..floats.test_points import landmarks, neighbourhoods, ordered, special_values, thresholds
from ..oracle.reference import reference
from .hard_cases import hard_cases, weyl

ORDERS = (0, 1, 2)
HARD_CASES = 10
"""Hard cases for each order."""
CHANGES = 12
"""Changes of kind looked at for each order: an oscillating function has many."""
INNER = range(-20, 8)
"""The exponents of binades that each give a float of either sign, as do OUTER exponents spread over the whole range."""
OUTER = 44

UNDECIDED = -9
"""The kind of a value that the oracle cannot round: no such input is kept."""
NO_LIMITS = np.array([np.nan, np.nan])


def inputs(expr: Expr, fmt: Format) -> Floats:
    """Where an activation of x is looked at, in increasing order, NaN last. Every float of 8 bits."""
    if fmt.bits == 8:
        return ordered(all_values(fmt))
    grid = np.concatenate([spread(fmt), special_values(fmt), _thresholds(fmt)])
    near = neighbourhoods(_landmarks(expr), fmt)
    found = [x for order in ORDERS for x in (changes(expr, order, grid), hard_cases(expr, order, fmt, HARD_CASES))]
    x = ordered(np.concatenate([grid, near, *found]))
    return x[np.logical_and.reduce([_kinds(expr, order, x, NO_LIMITS)[:, 0] != UNDECIDED for order in ORDERS])]


def pairs(expr: Expr, names: Sequence[str], fmt: Format) -> tuple[Floats, Floats]:
    """Where a function of two inputs is looked at, all finite but one NaN of each.

    Every pair of some special values; what is worth a look in one input while the other is 1; and the spread of
    one beside the spread of the other.
    """
    special = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -3.0, float(fmt.min_subnormal), float(fmt.max_finite)])
    columns = [tuple(a.reshape(-1) for a in np.meshgrid(special, special))]
    one, wide = np.ones(1), as_float64(spread(fmt) if fmt.bits > 8 else all_values(fmt)[::3])
    for i, name in enumerate(names):
        line = calculus.substitute(expr, {n: ex.name("x") if n == name else ex.rational(1) for n in names})
        alone = as_float64(_inputs_of_line(line, fmt))
        other = np.resize(np.concatenate([one, one, wide]), alone.shape)
        columns.append((alone, other) if i == 0 else (other, alone))
    columns.append((wide, np.roll(wide[::-1], len(wide) // 3)))
    both = np.array([np.concatenate(column) for column in zip(*columns, strict=True)])
    both = both[:, np.isfinite(both).all(axis=0)]
    both = np.concatenate([both, [[np.nan, 1.0], [1.0, np.nan]]], axis=1)
    first, second = (rounded_from_float64(column, fmt) for column in both)
    patterns = to_bits(first).astype(np.uint64), to_bits(second).astype(np.uint64)
    _, kept = np.unique(np.stack(patterns, axis=1), axis=0, return_index=True)
    kept = np.sort(kept)
    return first[kept], second[kept]


def _inputs_of_line(expr: Expr, fmt: Format) -> Floats:
    near = neighbourhoods(_landmarks(expr), fmt)
    if fmt.bits == 8:
        return near
    grid = np.concatenate([spread(fmt), _thresholds(fmt)])
    return np.concatenate([near, *(x for n in ORDERS for x in (changes(expr, n, grid), hard_cases(expr, n, fmt, 4)))])


def _thresholds(fmt: Format) -> Floats:
    return neighbourhoods(thresholds(fmt), fmt, steps=0)


@lru_cache(maxsize=256)
def _landmarks(expr: Expr) -> tuple[float, ...]:
    """Those of the function, and every point at which its formula changes."""
    cut = split(expr, "x").breakpoints
    return (*landmarks(facts(expr)), *map(float, cut))


def spread(fmt: Format) -> Floats:
    """Finite floats of either sign, from every inner binade and from some of the others, subnormals included."""
    outer = np.linspace(fmt.emin - fmt.precision + 1, fmt.emax, OUTER).astype(int).tolist()
    exponents = sorted({e for e in (*INNER, *outer) if e <= fmt.emax and e > fmt.emin - fmt.precision})
    patterns = [_in_binade(e, i, fmt) | s << (fmt.bits - 1) for i, e in enumerate(exponents) for s in (0, 1)]
    values = from_bits(patterns, fmt)
    return values[np.isfinite(as_float64(values))]


def _in_binade(exponent: int, i: int, fmt: Format) -> int:
    """The pattern of a float in this binade."""
    fraction_bits = fmt.precision - 1
    if exponent < fmt.emin:
        length = exponent - (fmt.emin - fraction_bits)
        return 1 << length | weyl(i) >> 1 >> (63 - length)
    return (exponent - fmt.emin + 1) << fraction_bits | weyl(i) >> (64 - fraction_bits)


def changes(expr: Expr, order: int, grid: Floats) -> Floats:
    """The neighbouring floats between which the correctly rounded value changes its kind, found by bisection.

    One change is found between any two neighbours on the grid whose kinds differ.
    """
    x = as_float64(grid)
    known = ordered(grid[np.isfinite(x) & ~((x == 0) & np.signbit(x))])
    low, high = _places(known[:-1]), _places(known[1:])
    ends = as_float64(reference(expr, np.array([-np.inf, np.inf]).astype(grid.dtype), order=order).value)
    kinds = _kinds(expr, order, known, ends)
    differ = np.flatnonzero((kinds[1:] != kinds[:-1]).any(axis=1))
    differ = differ[np.linspace(0, len(differ) - 1, min(len(differ), CHANGES)).astype(int)]
    low, high, left = low[differ], high[differ], kinds[:-1][differ]
    while (open_ := high - low > 1).any():
        middle = low + (high - low) // 2
        same = (_kinds(expr, order, _at_places(middle, grid.dtype), ends) == left).all(axis=1)
        low, high = np.where(open_ & same, middle, low), np.where(open_ & ~same, middle, high)
    return np.concatenate([_at_places(low, grid.dtype), _at_places(high, grid.dtype)])


def _kinds(expr: Expr, order: int, x: Floats, ends: NDArray[np.float64]) -> NDArray[np.int64]:
    """The kind of each value, (n, 7): sign, undefined, subnormal, beyond the range, the argument, either limit."""
    try:
        known = reference(expr, x, order=order)
    except RoundingUndecided:
        if len(x) == 1:
            return np.full((1, 7), UNDECIDED)
        return np.concatenate([_kinds(expr, order, half, ends) for half in np.array_split(x, 2)])
    value = as_float64(known.value)
    fmt = format_of(x)
    subnormal = np.abs(value) < float(fmt.min_normal)
    sign = np.sign(np.nan_to_num(value))
    columns = [sign, np.isnan(value), subnormal, np.isinf(value), value == as_float64(x)]
    return np.stack([*columns, *(value == end for end in ends)], axis=1).astype(np.int64)


def _places(x: Floats) -> NDArray[np.int64]:
    """The rank of finite floats in the order of the format, 0 for both zeros."""
    patterns = to_bits(np.ascontiguousarray(x)).astype(np.uint64)
    sign = np.uint64(1 << (8 * x.dtype.itemsize - 1))
    size = (patterns & (sign - np.uint64(1))).astype(np.int64)
    return np.where(patterns & sign, -size, size)


def _at_places(places: NDArray[np.int64], dtype: np.dtype) -> Floats:
    sign = np.where(places < 0, np.uint64(1 << (8 * dtype.itemsize - 1)), np.uint64(0))
    return from_bits((np.abs(places).astype(np.uint64) | sign).astype(f"u{dtype.itemsize}"), dtype.name)

"""The comparison of runs of consecutive inputs with the certified oracle, a tile at a time.

For float32 the polynomials of many rows are evaluated by one matrix product, and all but a few rows are settled by
counting how many distances lie above each threshold, in the array library and on the device where the results are
(:mod:`workers.array_backends`). The rest is judged input by input, in NumPy (:mod:`exact_grading`): rows on
which the value changes its binade, without a polynomial, or with results that are not finite; and distances within
the oracle's error bar of a threshold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.error_free import TwoTerms
from ...numerics.floats.formats import as_float64, from_bits, to_bits
from ...numerics.oracle.asymptotes import Beside
from ...numerics.oracle.certified import ComparisonUndecided, Values
from ...numerics.oracle.float32_rows import ROW
from ...numerics.oracle.taylor_rows import DEGREE, powers
from ...proofs.enclosures.formats import Format
from ..implementation import Implementation
from ..inputs.bit_patterns import largest
from ..workers.array_backends import NUMPY, Arrays, arrays_of
from ..workers.unguarded import direct, exceptions
from .exact_grading import LARGE, THRESHOLDS, Batch, Errors, Judge, grade_below, judge_of
from .profile import BINS, GRAIN, SPECIAL, Cell, Edge, Extreme, Failure, Profile, Raised, binade, unshifted

TILE = 1 << 20
"""The most inputs an implementation is called on at once; tiles are aligned, so that calls do not depend on chunks."""
EDGE = 1 - 1 / ROW
"""The largest abs(t) of a float in a row."""

_FAINT = np.array([2.0**-149], np.float32)
"""The smallest positive float32: 0 as a float64 in a process told to flush subnormals, where nothing can be judged."""


def profile_of(
    implementation: Implementation, fmt: Format, first: int, count: int, known: Profile | None = None
) -> Profile:
    """The profile of an implementation on consecutive bit patterns: one call, whose results are judged.

    `known` is the profile of other inputs, to which the caller will add this one: worst inputs that are not worse
    than its own may be left out.

    The patterns lie inside one aligned tile of TILE. An exception of the implementation, or a result of another shape
    or dtype, makes the patterns a Failure of the profile.
    """
    judge, arrays = judge_of(implementation, fmt.name), arrays_of(implementation)
    got = results_at(implementation, arrays.floats(first, count, fmt))
    if isinstance(got, str):
        return Profile(fmt.name, failures=(Failure(first, first + count - 1, got),))
    profile = profile_of_results(judge, first, got, known, arrays)
    if implementation.array == "scalar":
        profile = replace(profile, raised=_raised(judge, implementation, first, as_float64(got)))
    return profile


def _raised(judge: Judge, implementation: Implementation, first: int, got: NDArray[np.float64]) -> Raised | None:
    """The exceptions behind results that are not finite, where the judge expects other ones."""
    strange = np.flatnonzero(~np.isfinite(got))
    x = as_float64(from_bits(first + strange, judge.format))
    wrong = ~judge.expected(x, got[strange])
    messages = exceptions(implementation, x[wrong])
    raised = [i for i, message in enumerate(messages) if message is not None]
    if not raised:
        return None
    at, message = first + int(strange[wrong][raised[0]]), messages[raised[0]]
    assert message is not None
    return Raised(len(raised), int(np.isinf(x[wrong][raised]).sum()), at, message)


def results_at(implementation: Implementation, x: Any) -> Any:
    """The results of one call, or a sentence about why there are none to judge."""
    try:
        with np.errstate(all="ignore"):
            got = direct(implementation)(x)
    except Exception as error:  # whatever it raised is what it gave
        return f"{type(error).__name__}: {error}"[:200]
    if _FAINT.astype(np.float64)[0] == 0:
        return "the implementation makes this process take subnormal numbers for 0"
    if not isinstance(got, type(x)):
        return f"expected {_described(x)}, got {type(got).__name__}"
    if (got.dtype, got.shape, got.device) != (x.dtype, x.shape, x.device):
        return f"expected {_described(x)}, got {_described(got)}"
    return got


def _described(array: Any) -> str:
    where = "" if str(array.device) == "cpu" else f" on {array.device}"
    return f"{str(array.dtype).removeprefix('torch.')} of shape {tuple(array.shape)}{where}"


def profile_of_results(
    judge: Judge, first: int, got: Any, known: Profile | None = None, arrays: Arrays = NUMPY
) -> Profile:
    """The profile of results at the consecutive patterns from a first one."""
    best: Mapping[int, Cell] = known.cells if known else {}
    fmt, last = judge.format, first + len(got) - 1
    if fmt.name != "float32":  # judged one by one
        got, arrays = arrays.to_numpy(got), NUMPY
    cells: dict[int, Cell] = {}
    for key in range(binade(first, fmt), binade(last, fmt) + 1):
        low, high = max(key << (fmt.precision - 1), first), min(((key + 1) << (fmt.precision - 1)) - 1, last)
        for kind, start, stop in _parts(key, low, high, fmt):
            part = got[start - first : stop + 1 - first]
            if kind == SPECIAL:
                cell = judge.special(np.arange(start, stop + 1), as_float64(arrays.to_numpy(part)))
            else:
                cell = _finite(judge, start, part, best.get(kind, Cell()), arrays)
                cell += turns(judge, start, got[start - first : stop + 2 - first], arrays)
            cells[kind] = cells[kind] + cell if kind in cells else cell
    return Profile(fmt.name, cells, edges(judge, first, last, *(arrays.to_numpy(y) for y in (got[:1], got[-1:]))))


def _parts(key: int, low: int, high: int, fmt: Format) -> list[tuple[int, int, int]]:
    """A run inside one sign and exponent, cut into finite inputs and special ones."""
    magnitude = low & ((1 << (fmt.bits - 1)) - 1)
    finite = min(high, low + largest(fmt) - magnitude)
    parts = [(key, low, finite)] if finite >= low else []
    return parts + ([(SPECIAL, max(low, finite + 1), high)] if high > finite else [])


def edges(judge: Judge, first: int, last: int, low: NDArray[Any], high: NDArray[Any]) -> frozenset[Edge]:
    """The halves of the pairs that reach out of a run, of which the first and the last result are given."""
    halves = ((first, low, -1, judge.direction(first - 1)), (last, high, 1, judge.direction(last)))
    return frozenset(Edge(x, int(to_bits(y)[0]), side, way) for x, y, side, way in halves if way)


def _finite(judge: Judge, first: int, got: Any, known: Cell, arrays: Arrays) -> Cell:
    """The cell of consecutive finite inputs of one binade."""
    if judge.format.name == "float32":
        cell, results = _counted(judge, first, got, known, arrays), got
    else:
        cell, results = _one_by_one(judge, first, got, known), as_float64(got)
    return cell + Cell(out_of_bounds=judge.out_of_bounds(results, arrays.count))


def turns(judge: Judge, first: int, got: Any, arrays: Arrays) -> Cell:
    """The pairs that turn back among consecutive inputs of one binade, and the next one if it is there."""
    results = got if judge.format.name == "float32" else as_float64(got)
    turned_back = judge.turned_back(first, results, arrays.count)
    return Cell(
        turned_back=turned_back,
        worst_turn=judge.worst_turn(first, arrays.to_numpy(got)) if turned_back else None,
    )


def _counted(judge: Judge, first: int, got: Any, known: Cell, arrays: Arrays) -> Cell:
    """Whole rows together, and one by one what is left of rows at both ends."""
    stop = first + len(got)
    low = min(-(-first // ROW) * ROW, stop)
    high = max(stop // ROW * ROW, low)
    cell = Cell()
    for start, end in ((first, low), (high, stop)):
        if start < end:
            cell += _one_by_one(judge, start, arrays.to_numpy(got[start - first : end - first]), known)
    if low < high:
        cell += _Rows(judge, low, got[low - first : high - first].reshape(-1, ROW), arrays).cell(known)
    return cell


def _one_by_one(judge: Judge, first: int, got: NDArray[Any], known: Cell) -> Cell:
    patterns = np.arange(first, first + len(got))
    x = as_float64(from_bits(patterns, judge.format))
    return _cell(judge, Batch(patterns, x, as_float64(got), judge.truth(x)), known)


def _cell(judge: Judge, batch: Batch, known: Cell) -> Cell:
    """The judge's cell; inputs at which it comes to no decision are not judged."""
    try:
        return judge.cell(batch, known)
    except ComparisonUndecided:
        if len(batch.x) == 1:
            return Cell(1, unjudged=1)
        half = len(batch.x) // 2
        return _cell(judge, batch.at(slice(None, half)), known) + _cell(judge, batch.at(slice(half, None)), known)


class _Rows:
    """Whole rows of float32 results inside one binade."""

    def __init__(self, judge: Judge, first: int, got: Any, arrays: Arrays) -> None:
        self.judge, self.first, self.got, self.arrays = judge, first, got, arrays
        rows = judge.truth.rows(first // ROW, len(got))
        self.coefficients, self.bars = rows.coefficients, rows.bars
        self.exact: Sequence[TwoTerms | Beside | None] = rows.exact
        self._classify(rows.tilts)

    def _classify(self, tilts: NDArray[np.float64]) -> None:
        """The rows' ULPs, and which rows are not for the fast path."""
        fmt, sizes = self.judge.format, np.abs(self.coefficients)
        middle, slope = sizes[:, 0], sizes[:, 1] * EDGE
        rest = sizes[:, 2:].sum(axis=1) + self.bars + 2.0**-48 * (self.bars > 0) * middle
        low, high = middle - slope - rest, middle + slope + rest
        with np.errstate(invalid="ignore"):
            exponents = [np.clip(np.frexp(np.maximum(v, 0.0))[1] - 1, fmt.emin, fmt.emax + 1) for v in (low, high)]
        # Where the function is 0, the ULP is that of the subnormals.
        exponents = [np.where(high == 0, fmt.emin, e) for e in exponents]
        steady = ((low > 0) | (high == 0)) & (exponents[0] == exponents[1]) & (high <= float(fmt.max_finite))
        undefined = np.isnan(self.coefficients[:, 0]) & (self.bars == 0)
        overflow = low > float(fmt.max_finite) + float(fmt.ulp(fmt.max_finite)) / 2
        with np.errstate(invalid="ignore"):
            infinite = np.copysign(np.inf, self.coefficients[:, 0])
        self.wanted = np.select([undefined, overflow], [np.nan, infinite], 0.0)
        """The result expected at every float of a row, where that is NaN or infinite; else 0."""
        if self.first & ((1 << 31) - 1) == 0:  # x = 0
            steady[0], self.wanted[0] = False, 0.0
        self.ulp = np.ldexp(1.0, np.where(steady, exponents[0], 0) - fmt.precision + 1)
        self.slow = ~steady
        tiny = np.flatnonzero(steady & (low < float(fmt.min_normal)) & (high > float(fmt.min_subnormal) / 2))
        if tiny.size:  # a zero there may be a flushed subnormal
            self.slow[tiny] |= self.arrays.to_numpy((self.got[tiny] == 0).any(axis=1))
        # A lower bound of the condition number.
        steep = sizes[:, 1] - (sizes[:, 2:] * np.arange(2, DEGREE + 1)).sum(axis=1) - tilts
        with np.errstate(invalid="ignore", divide="ignore"):
            kappa = np.maximum(steep, 0.0) / high * self._reach() * (1 - 2.0**-40)
        self.kappa = np.where(np.isfinite(kappa), kappa, 0.0)

    def _reach(self) -> NDArray[np.float64]:
        """The smallest abs(x) of each row in units of half the row's width."""
        patterns = self.first + ROW * np.arange(len(self.got))
        x = np.abs(as_float64(from_bits(patterns, self.judge.format)))
        return x / (np.spacing(x.astype(np.float32)).astype(np.float64) * ROW / 2)

    def cell(self, known: Cell) -> Cell:
        """The cell of all rows. Of the worst inputs those are looked for that are worse than the known ones."""
        cell, size = Cell(worst=known.worst, worst_conditioned=known.worst_conditioned), self.arrays.strip
        for low, high in pairwise(self._cuts()):
            for start in range(low, high, size):
                cell = self._with_strip(cell, slice(start, min(start + size, high)))
        return cell

    def _cuts(self) -> list[int]:
        """Indices of rows at breakpoints and where exact forms change; both ends too."""
        base = self.first // ROW
        breaks = {cut - base for cut in self.judge.truth.cuts(base, base + len(self.got))}
        return sorted(breaks | {row for row, (a, b) in enumerate(pairwise(self.exact), 1) if a != b})

    def _with_strip(self, cell: Cell, rows: slice) -> Cell:
        """The cell of what went before and of some rows."""
        with np.errstate(invalid="ignore"):
            distance, unit, bar = self._distances(rows)
            smallest, largest = self.arrays.ends(distance)
        slow = self.slow[rows] | ~np.isfinite(largest)
        settled = self._settled(rows, largest)
        cell += self._settled_cell(rows, np.flatnonzero(settled))
        for row in np.flatnonzero(slow & ~settled) + rows.start:
            results = self.arrays.to_numpy(self.got[row])
            cell += _one_by_one(self.judge, self.first + int(row) * ROW, results, cell)
        fast = ~(slow | settled)
        if fast.any():
            by_row = (np.where(fast, v, np.nan) for v in (smallest, largest, unit, bar))
            strip = _Strip(self, rows, fast, distance, *by_row)
            cell = strip.with_worst(cell + strip.counts())
        return cell

    def _settled(self, rows: slice, largest: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Rows on which no number is expected, or numbers are and none came."""
        settled = self.wanted[rows] != 0
        strange = np.flatnonzero(~settled & ~self.slow[rows] & ~np.isfinite(largest))
        if strange.size:
            finite = self.arrays.xp.isfinite(self.got[rows][strange])
            settled[strange] = self.arrays.to_numpy(~finite.any(axis=1))
        return settled

    def _settled_cell(self, rows: slice, settled: NDArray[np.intp]) -> Cell:
        """The cell of such rows: each result is what is expected, or infinitely far from it."""
        if not settled.size:
            return Cell()
        xp, got = self.arrays.xp, self.got[rows][settled]
        wanted = self.arrays.column(self.wanted[rows][settled])
        right = xp.where(xp.isnan(wanted), xp.isnan(got), got == wanted)
        count, inputs = self.arrays.count(right), len(settled) * ROW
        row, column = (int(p[0]) for p in self.arrays.positions(~right)) if count < inputs else (0, 0)
        pattern = self.first + (rows.start + int(settled[row])) * ROW + column
        result = int(to_bits(self.arrays.to_numpy(got[row][column : column + 1]))[0])
        worst = Extreme(0.0 if count == inputs else math.inf, pattern, result)
        histogram = (count, *(0,) * (BINS - 2), inputs - count)
        return Cell(inputs, histogram, correctly_rounded=count, worst=worst, worst_conditioned=worst)

    def _distances(self, rows: slice) -> tuple[Any, NDArray[np.float64], NDArray[np.float64]]:
        """Distances of results from values, what an ULP of them is in each row, and the error bars."""
        arrays, got, bars = self.arrays, self.got[rows], self.bars[rows]
        if (bars > 0).any() and (exact := self.exact[int(rows.start)]) is not None:
            floats = arrays.floats(self.first + rows.start * ROW, len(bars) * ROW, self.judge.format)
            x = arrays.as_float64(floats).reshape(-1, ROW)
            distance = exact.distances(x, arrays.as_float64(got), arrays.xp)
            return distance, exact.q * self.ulp[rows], np.zeros_like(bars)
        return arrays.distances(self.coefficients[rows], got), self.ulp[rows], bars

    def batch(self, rows: Any, columns: NDArray[np.intp]) -> Batch:
        """Results at some columns of one row, or each of a row of its own, with the oracle's values."""
        patterns = self.first + rows * ROW + columns
        value: NDArray[np.float64] = (self.coefficients[rows] * powers().T[columns]).sum(axis=1)
        values = Values(value, np.full(value.shape, self.bars[rows]), np.ones(value.shape, np.bool_))
        x = as_float64(from_bits(patterns, self.judge.format))
        return Batch(patterns, x, as_float64(self.arrays.to_numpy(self.got[rows, columns])), values)


@dataclass(frozen=True)
class _Strip:
    """Some rows with the distances of results from values. Numbers by row are NaN in rows that are not `fast`."""

    whole: _Rows
    rows: slice
    fast: NDArray[np.bool_]
    distance: Any
    smallest: NDArray[np.float64]
    largest: NDArray[np.float64]
    ulp: NDArray[np.float64]
    bar: NDArray[np.float64]

    def counts(self) -> Cell:
        """The fast rows' histogram and correctly rounded results."""
        inputs = correctly_rounded = int(np.count_nonzero(self.fast)) * ROW
        histogram = [self._zeros(), *[0] * (BINS - 1)]
        rest = inputs - histogram[0]
        for k, threshold in enumerate(THRESHOLDS, 1):
            level = threshold * self.ulp
            # A bar of 0 means exact: comparisons with the level itself decide.
            lower = np.where(self.bar > 0, np.nextafter(level - self.bar, -np.inf), level)
            above, odd_ties = self._above(level, lower) if (self.largest >= lower).any() else (0, 0)
            if k == 1:
                correctly_rounded -= above + odd_ties
            histogram[k] = rest - above
            rest = above
            if not rest:
                break
        histogram[len(THRESHOLDS) + 1] += rest
        return Cell(inputs, tuple(histogram), correctly_rounded)

    def _zeros(self) -> int:
        """The number of errors that are exactly 0."""
        arrays, zeros = self.whole.arrays, 0
        rows = np.flatnonzero((self.bar == 0) & (self.smallest == 0))
        if rows.size:
            zeros = arrays.count(self.distance[rows] == 0)
        for _, some in self._close(-self.bar, self.bar):
            zeros += int(np.count_nonzero(self.whole.judge.compare(some, some.got) == 0))
        return zeros

    def _above(self, level: NDArray[np.float64], lower: NDArray[np.float64]) -> tuple[int, int]:
        """The number of errors above a level, and of those that equal it and belong to results that are odd."""
        arrays, judge = self.whole.arrays, self.whole.judge
        upper = np.where(self.bar > 0, np.nextafter(level + self.bar, np.inf), level)
        above, odd = arrays.count(self.distance > arrays.column(upper)), 0
        if arrays.count(self.distance >= arrays.column(lower)) == above:
            return above, odd
        exact = np.flatnonzero((self.bar == 0) & (self.largest >= level))
        if exact.size:
            tied = self.distance[exact] == arrays.column(level[exact])
            odd = arrays.count(tied & arrays.odd(self.whole.got[self.rows][exact]))
        for row, some in self._close(lower, upper):
            step = level[row]
            up, down = judge.compare(some, some.got + step), judge.compare(some, some.got - step)
            above += int(((up > 0) | (down < 0)).sum())
            odd += int((((up == 0) | (down == 0)) & (to_bits(some.got.astype(np.float32)) & 1 == 1)).sum())
        return above, odd

    def _close(
        self, lower: NDArray[np.float64], upper: NDArray[np.float64]
    ) -> Iterator[tuple[NDArray[np.intp], Batch]]:
        """Results with distances from a lower to an upper one, and the rows they are in; not of exact rows."""
        rows = np.flatnonzero((self.bar > 0) & (self.smallest <= upper) & (self.largest >= lower))
        if rows.size:
            column, distance = self.whole.arrays.column, self.distance[rows]
            near = (distance >= column(lower[rows])) & (distance <= column(upper[rows]))
            at, columns = self.whole.arrays.positions(near)
            if at.size:
                yield rows[at], self._batch(rows[at], columns)

    def with_worst(self, cell: Cell) -> Cell:
        """The cell with the errors that are worse than its worst, as they are and conditioned."""
        kappa = self.whole.kappa[self.rows]
        return replace(
            cell,
            worst=self._worst(np.zeros_like(kappa), cell.worst, Errors.worst),
            worst_conditioned=self._worst(kappa, cell.worst_conditioned, Errors.worst_conditioned),
        )

    def _worst(
        self,
        kappa: NDArray[np.float64],
        best: Extreme | None,
        worst_of: Callable[[Errors, Extreme | None], Extreme | None],
    ) -> Extreme | None:
        """The largest error divided by 1 + the condition number, of which lower bounds are given for each row."""
        first = self.whole.first + (np.arange(len(kappa)) + self.rows.start) * ROW
        upper, divisor = self.largest + self.bar, self.ulp * (1 + kappa)
        conditioned = worst_of is Errors.worst_conditioned
        fast = self.fast.copy()
        if best is None:
            row = int(np.argmax(np.where(fast, upper / divisor, -1.0)))
            best = worst_of(Errors(self.whole.judge, self._batch(row, np.argmax(self._at(row), keepdims=True))), None)
        while best is not None:
            floor = np.where(first < best.x, grade_below(best.error), best.error)
            # Positive errors below a grain count as a grain. Products with a short floor are exact where they need be.
            with np.errstate(over="ignore"):
                bound = np.where(floor < GRAIN, np.minimum(floor, 0.0), unshifted(floor) if conditioned else floor)
                limit = bound * divisor
            rounded = (self.bar > 0) | (kappa > 0) | (bound >= LARGE)
            limit *= np.where(rounded, 1 - np.copysign(2.0**-40, limit), 1.0)
            relevant = np.flatnonzero(fast & (upper > limit))
            if not relevant.size:
                break
            # Behind the best the largest, which must be larger; then, from the first, those before it.
            larger_ = relevant[first[relevant] > best.x]
            row = int(larger_[np.argmax((upper / divisor)[larger_])] if larger_.size else relevant[0])
            fast[row] = False
            chosen = np.flatnonzero(self._at(row) + self.bar[row] >= limit[row])
            best = worst_of(Errors(self.whole.judge, self._batch(row, chosen)), best)
        return best

    def _at(self, row: int) -> NDArray[np.float64]:
        return self.whole.arrays.to_numpy(self.distance[row])

    def _batch(self, rows: Any, columns: NDArray[np.intp]) -> Batch:
        return self.whole.batch(rows + self.rows.start, columns)

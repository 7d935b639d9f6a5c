"""Judging results one by one: what decides every number of a profile where no shortcut does.

Values and error bars come from the certified oracle. Whatever a bar leaves open (is this error above a half? is it
the largest?) is decided exactly, so that a profile holds facts and no estimates.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from ...numerics.floats.error_free import two_sum
from ...numerics.floats.formats import Floats, as_float64, dtype_of, exact, from_bits, places, to_bits
from ...numerics.oracle.certified import Certified, ComparisonUndecided, Values, certified
from ...numerics.oracle.conditioning import condition_numbers
from ...numerics.oracle.reference import reference
from ...proofs.budget import Undecided
from ...proofs.catalogue.parse import definition
from ...proofs.enclosures.balls import precision
from ...proofs.enclosures.formats import Format, format_named
from ...proofs.expressions import calculus
from ...proofs.functions.landscape import Monotone, decided_landscape
from ...proofs.reals.reals import Real
from ..implementation import Implementation
from ..inputs.bit_patterns import largest
from ..trials.references import beyond, rounded
from .profile import BINS, ENDS, GRAIN, Cell, Extreme, Turn, further, graded, larger, shifted, unshifted

THRESHOLDS = ENDS[1:-2]
"""The finite ends of the histogram's bins but 0, in ULP."""
SIDE = 2.0**-20
"""The largest distance, in ULP, of a value with a bar of 0 from the exact one, on the same side of every float."""
Floats64 = NDArray[np.float64]
Flags = NDArray[np.bool_]
Above = Callable[[NDArray[np.intp], float], Flags]
"""Decides exactly which of the errors at some indices are above a bound."""

LARGE = 2.0**22
"""The error, in ULP, from which a result may be so far from the value in size that their difference is no float64."""
ENOUGH = 8
"""Errors of which the largest is conditioned before the others."""


@dataclass(frozen=True)
class Batch:
    """Results at some inputs of one binade and the truth there; arrays of one length, in the order of patterns."""

    patterns: NDArray[np.int64]
    x: Floats64
    got: Floats64
    values: Values

    def at(self, chosen: Any) -> Batch:
        """The batch of some of the results."""
        v = self.values
        values = Values(v.value[chosen], v.bar[chosen], v.judged[chosen])
        return Batch(self.patterns[chosen], self.x[chosen], self.got[chosen], values)


class Judge:
    """The certified facts about one activation, with parameters, at one order, in one format."""

    def __init__(self, name: str, parameters: tuple[tuple[str, float | str], ...], order: int, fmt: Format) -> None:
        entry = definition(name)
        if len(entry.inputs) > 1:
            raise ValueError(f"activation={name!r}: expected one of a single input to sweep over")
        expr = entry.expr(**dict(parameters))
        self.entry, self.parameters, self.order, self.format = entry, dict(parameters), order, fmt
        self.truth: Certified = certified(expr, order)
        self.slope: Certified = certified(expr, order + 1)
        self.runs: tuple[tuple[int, int, int], ...] = ()
        """Monotone runs of patterns: first, last and the direction from smaller patterns to larger."""
        self.bounds = -math.inf, math.inf
        try:
            shape = decided_landscape(calculus.derivative(expr, "x", order=order), "x")
            self.bounds = rounded(shape.inf.value, fmt), rounded(shape.sup.value, fmt)
            self.runs = _runs(shape.monotone, fmt)
        except Undecided:
            pass

    def direction(self, pattern: int) -> int:
        """1 if the function rises from this pattern to the next, -1 if it falls, 0 if neither or unknown."""
        return next((way for first, last, way in self.runs if first <= pattern < last), 0)

    def turned_back(self, first: int, got: Any, count: Callable[[Any], int] = np.count_nonzero) -> int:
        """Among consecutive results, how many pairs of neighbours go the wrong way. `count` those of their library."""
        pairs = 0
        for low, high, way in self.runs:
            part = got[max(low - first, 0) : max(high + 1 - first, 0)]
            if way and len(part) > 1:
                wrong = part[1:] < part[:-1] if way > 0 else part[1:] > part[:-1]
                pairs += int(count(wrong))
        return pairs

    def worst_turn(self, first: int, got: Floats) -> Turn | None:
        """Among consecutive results, the pair of neighbours that goes furthest the wrong way."""
        worst: Turn | None = None
        for low, high, way in self.runs:
            start = max(low - first, 0)
            part = got[start : max(high + 1 - first, 0)]
            if not way or len(part) < 2:
                continue
            with np.errstate(invalid="ignore"):
                wrong = np.flatnonzero(part[1:] < part[:-1] if way > 0 else part[1:] > part[:-1])
            if wrong.size:
                back = np.abs(places(part[wrong + 1]) - places(part[wrong]))
                k = int(np.argmax(back))
                pair = to_bits(part[wrong[k] : wrong[k] + 2]).tolist()
                worst = further(worst, Turn(int(back[k]), first + start + int(wrong[k]), *pair))
        return worst

    def out_of_bounds(self, got: Any, count: Callable[[Any], int] = np.count_nonzero) -> int:
        """The number of results beyond the certified bounds."""
        low, high = self.bounds
        below = int(count(got < low)) if low > -math.inf else 0
        return below + (int(count(got > high)) if high < math.inf else 0)

    def special(self, patterns: NDArray[np.int64], got: Floats64) -> Cell:
        """NaNs and infinities: NaN is expected for NaN, the limit for an infinity."""
        agree = self._agree(as_float64(from_bits(patterns, self.format)), got)
        histogram = [0] * BINS
        histogram[0], histogram[-1] = int(agree.sum()), int((~agree).sum())
        worst = None
        if not agree.all():
            at = int(np.argmin(agree))
            worst = Extreme(math.inf, int(patterns[at]), self.bits(got[at]))
        return Cell(len(patterns), tuple(histogram), histogram[0], worst, worst)

    def _agree(self, x: Floats64, got: Floats64) -> NDArray[np.bool_]:
        """Whether results at NaNs and infinities are those expected there."""
        ends = np.array([math.nan, math.inf, -math.inf])
        at_ends = reference(self.entry, ends, order=self.order, parameters=self.parameters, fmt=self.format.name)
        expected = as_float64(at_ends.value)[np.isinf(x).astype(np.int8) + (x == -math.inf)]
        return (got == expected) | (np.isnan(got) & np.isnan(expected))

    def expected(self, x: Floats64, got: Floats64) -> NDArray[np.bool_]:
        """Whether results that are not finite may be: where the value is none, overflows, or is not judged."""
        expected, finite = self._agree(x, got), np.isfinite(x)
        values = self.truth(x[finite])
        large = np.abs(values.value) > float(self.format.max_finite)
        expected[finite] = ~values.judged | np.isnan(values.value) | (large & np.isinf(got[finite]))
        return expected

    def cell(self, batch: Batch, known: Cell | None = None) -> Cell:
        """The cell of a batch, without what concerns pairs and bounds.

        Of the worst inputs those are looked for that are worse than the known ones of the same binade.
        """
        judged = batch.values.judged
        every = batch.at(judged)
        flushed = self.flushed(every)
        error = Errors(self, every.at(~flushed))
        base = known or Cell()
        return Cell(
            len(batch.x),
            histogram(error.bins()),
            int(error.correctly_rounded().sum()),
            error.worst(base.worst),
            error.worst_conditioned(base.worst_conditioned),
            flushed=int(flushed.sum()),
            unjudged=int((~judged).sum()),
        )

    def flushed(self, batch: Batch) -> Flags:
        """A mask of the zeros that came back for what rounds to a subnormal number."""
        fmt, flushed = self.format, np.zeros(len(batch.x), np.bool_)
        zeros = np.flatnonzero((batch.got == 0) & (np.abs(batch.values.value) < 2 * float(fmt.min_normal)))
        if zeros.size:
            some, half = batch.at(zeros), float(fmt.min_subnormal) / 2
            size, top = np.full(len(zeros), half), np.full(len(zeros), float(fmt.min_normal) - half)
            up, down = self.compare(some, size) > 0, self.compare(some, -size) < 0
            small = (self.compare(some, top) < 0) & (self.compare(some, -top) > 0)
            flushed[zeros] = (up | down) & small
        return flushed

    def compare(self, batch: Batch, m: Floats64) -> NDArray[np.int8]:
        """The signs of f(x) - m, certain."""
        v = batch.values
        with np.errstate(invalid="ignore"):
            apart = v.value - m
        signs = np.sign(np.nan_to_num(apart)).astype(np.int8)
        # Rounding is monotone: a rounded distance above the bar is a distance above the bar.
        open_ = np.flatnonzero((v.bar > 0) & ~(np.abs(apart) > v.bar))
        if open_.size:
            signs[open_] = self.truth.signs(batch.x[open_], m[open_])
        return signs

    def compare_sum(self, batch: Batch, step: Floats64, ulp: Floats64) -> NDArray[np.int8]:
        """The signs of f(x) - (got + step), certain; the sum need not be a float64."""
        v = batch.values
        m: Floats64
        lost: Floats64
        m, lost = two_sum(batch.got, step)
        signs = self.compare(batch, m)
        distance = np.abs(v.value - m)
        # Where the bar is 0, the value is as good as f(x) for a multiple of 2**-10 ULP, and to 2**-20 ULP for all else.
        on_grid: Flags = (lost == 0) & (np.ldexp(m / ulp, 10) == np.rint(np.ldexp(m / ulp, 10)))
        reach: Floats64 = np.where(v.bar > 0, v.bar, 2.0**-18 * ulp) + 2 * np.abs(lost)
        doubtful: Flags = ~(distance > reach) & np.where(v.bar > 0, lost != 0, ~on_grid)
        for i in np.flatnonzero(doubtful & ~np.isnan(v.value)):
            level = exact(float(batch.got[i])) + exact(float(step[i]))
            signs[i] = self.truth.side(float(batch.x[i]), level)
        return signs

    def conditioned_above(self, x: float, got: float, ulp: float, bound: float) -> bool:
        """Whether error / (1 + kappa) is above a bound, decided by ball arithmetic."""
        truth, slope = self.truth.exactly(x), self.slope.exactly(x)
        if isinstance(truth, fmpq) and isinstance(slope, fmpq):
            top = abs(exact(x) * slope)
            if truth == 0:
                return top == 0 and abs(exact(got)) > exact(bound) * exact(ulp)
            return abs(exact(got) - truth) > exact(bound) * exact(ulp) * (1 + top / abs(truth))
        for bits in (128, 512, 2048):
            if truth is None or slope is None:
                break
            with precision(bits):
                value, rate = (v(bits) if callable(v) else arb(v) for v in (truth, slope))
                top = abs(arb(exact(x)) * rate)
                if value.is_zero() and not top.is_zero():
                    return False  # kappa is infinite
                kappa = top if top.is_zero() else top / abs(value)
                level = abs(arb(exact(got)) - value) / arb(exact(ulp)) - arb(bound) * (1 + kappa)
            if level > 0 or level <= 0:
                return bool(level > 0)
        raise ComparisonUndecided(f"the conditioned error at {x.hex()} against {bound}")

    def kappa(self, batch: Batch) -> Floats64:
        """The condition number of the function at each input, to a relative 2**-30 of 1 + kappa."""
        return condition_numbers(self.truth, batch.x, batch.values)

    def bits(self, got: float) -> int:
        """The bit pattern of a result."""
        return int(_patterns(np.array([got]), self.format)[0])


class Errors:
    """The errors of a batch, in ULP, with bars."""

    def __init__(self, judge: Judge, batch: Batch) -> None:
        self.judge, self.batch = judge, batch
        fmt, v = judge.format, batch.values
        self.ulp = np.ldexp(1.0, _exponents(judge, batch) - fmt.precision + 1)
        overflow = float(fmt.max_finite) + float(fmt.ulp(fmt.max_finite)) / 2
        levels = np.full(len(batch.x), overflow)
        high = judge.compare(batch, levels) >= 0
        low = judge.compare(batch, -levels) <= 0
        undefined = np.isnan(v.value)
        top = math.inf if fmt.overflow == "inf" else math.nan
        expected = np.select([undefined, high, low], [math.nan, top, -top], 0.0)
        """The right answers that are not finite; 0 elsewhere."""
        self.numbers = np.isfinite(expected) & np.isfinite(batch.got)
        agree = (expected == batch.got) | (np.isnan(expected) & np.isnan(batch.got))
        with np.errstate(invalid="ignore", over="ignore"):
            self.error = np.abs(batch.got - v.value) / self.ulp
            rounding = 2.0**-51 * self.error
            # Where the bar is 0, for results of about the value's size the difference is exact, and as good as f(x)'s.
            large = self.error >= LARGE
            inexact = large | (two_sum(batch.got, -v.value)[1] != 0)
            near = np.where(inexact, rounding, 0.0) + np.where(large, 2.0**-18, 0.0)
            self.bar = np.where(v.bar > 0, v.bar / self.ulp + rounding, near)
        self.error = np.where(self.numbers, self.error, np.where(~np.isfinite(expected) & agree, 0.0, math.inf))
        self.bar = np.where(self.numbers, self.bar, 0.0)
        self.kappa: Floats64 | None = None
        """Condition numbers where errors are blamed, if they were computed for all results together."""

    def at(self, chosen: Any) -> Errors:
        """The errors of some of the results."""
        part = copy(self)
        part.batch, part.ulp, part.numbers = self.batch.at(chosen), self.ulp[chosen], self.numbers[chosen]
        part.error, part.bar = self.error[chosen], self.bar[chosen]
        part.kappa = None if self.kappa is None else self.kappa[chosen]
        return part

    def above(self, threshold: float, chosen: NDArray[np.intp] | None = None) -> tuple[Flags, Flags]:
        """Masks of the errors above a threshold and of those that equal it; for all inputs or for some."""
        error, bar = (self.error, self.bar) if chosen is None else (self.error[chosen], self.bar[chosen])
        above, equal = error > threshold + bar, (error == threshold) & (bar == 0)
        open_ = np.flatnonzero(~above & (error > threshold - bar) & (bar > 0))
        if open_.size:
            at = open_ if chosen is None else chosen[open_]
            some, step = self.batch.at(at), threshold * self.ulp[at]
            up = self.judge.compare_sum(some, step, self.ulp[at])
            down = self.judge.compare_sum(some, -step, self.ulp[at]) if threshold else up
            above[open_] = (up > 0) | (down < 0)
            equal[open_] = (up == 0) | (down == 0)
        return above, equal

    def bins(self) -> NDArray[np.int8]:
        """The bin that each error falls into."""
        _, exact_ = self.above(0.0)
        bins = np.where(exact_, 0, 1).astype(np.int8)
        for threshold in THRESHOLDS:
            above = self.above(threshold)[0]
            if not above.any():
                break
            bins += above
        return bins + np.isinf(self.error)

    def correctly_rounded(self) -> Flags:
        """A mask of the results that are the nearest float, the even one of two."""
        above, tied = self.above(0.5)
        odd = _patterns(self.batch.got, self.judge.format) & 1
        return ~above & ~(tied & (odd == 1))

    def worst(self, best: Extreme | None) -> Extreme | None:
        """The largest error, if it is larger than a known one or comes before it."""
        return self._largest(self.error, self.bar, best, lambda at, bound: self.above(bound, at)[0], self.batch)

    def worst_conditioned(self, best: Extreme | None) -> Extreme | None:
        """The largest conditioned error."""
        chosen = np.arange(len(self.error))
        if best:
            before = self.batch.patterns < best.x
            floor = np.where(before, grade_below(best.error), best.error)
            chosen = np.flatnonzero(shifted(self.error + np.maximum(self.bar, SIDE)) > floor)
        if not chosen.size:
            return best
        chosen = self._not_outdone(chosen)
        error, bar = self.error[chosen].copy(), self.bar[chosen].copy()
        blamed = np.flatnonzero(is_blamed(error))
        if blamed.size:
            error[blamed], bar[blamed] = self._conditioned(chosen[blamed])
        error = shifted(error)
        some = self.batch.at(chosen)

        def above(at: NDArray[np.intp], bound: float) -> NDArray[np.bool_]:
            if bound == 0:  # no share of an error of 0 is shifted
                return self.above(0.0, chosen[at])[0]
            ulp = self.ulp[chosen]
            points = [(float(some.x[i]), float(some.got[i]), float(ulp[i])) for i in at]
            return np.array([self.judge.conditioned_above(*point, unshifted(bound)) for point in points], np.bool_)

        return self._largest(error, bar, best, above, some)

    def _conditioned(self, chosen: NDArray[np.intp]) -> tuple[Floats64, Floats64]:
        """Errors divided by 1 + kappa, with bars."""
        kappa = self.judge.kappa(self.batch.at(chosen)) if self.kappa is None else self.kappa[chosen]
        share = 1 + kappa
        error, bar = self.error[chosen] / share, self.bar[chosen]
        return error, np.where(bar > 0, bar, SIDE) / share + 2.0**-29 * error

    def _not_outdone(self, chosen: NDArray[np.intp]) -> NDArray[np.intp]:
        """Without the errors that are smaller than the largest one is when conditioned: they need no kappa."""
        error = self.error[chosen]
        blamed = np.flatnonzero(is_blamed(error))
        if blamed.size < ENOUGH:
            return chosen
        (top,), (bar,) = self._conditioned(chosen[blamed[[np.argmax(error[blamed])]]])
        most = error + np.maximum(self.bar[chosen], SIDE)
        return chosen[shifted(most * (1 + 2.0**-28)) > grade_below(graded(float(shifted(max(top - bar, 0.0)))))]

    def _largest(
        self, error: Floats64, bar: Floats64, best: Extreme | None, above: Above, batch: Batch
    ) -> Extreme | None:
        """The largest of the errors of a batch, known up to bars."""
        if not error.size:
            return best
        grade = graded(max(0.0, float(np.max(error - bar))))
        open_ = np.flatnonzero(error + bar > grade)
        while open_.size and (beyond_ := open_[above(open_, grade)]).size:
            grade = graded(math.nextafter(grade, math.inf))
            open_ = beyond_
        if best and grade < best.error:
            return best
        bound = grade_below(grade)
        sure = np.flatnonzero(error - bar > bound) if grade > 0 else np.flatnonzero(error == 0)
        first = int(sure[0]) if sure.size else len(error)
        maybe = np.flatnonzero((error + bar > bound)[:first] & ~(error - bar > bound)[:first] & (bar > 0)[:first])
        if grade > 0 and maybe.size:
            first = int(min([first, *maybe[above(maybe, bound)]]))
        worst = Extreme(grade, int(batch.patterns[first]), self.judge.bits(float(batch.got[first])))
        return larger(worst, best)


def histogram(bins: NDArray[np.int8]) -> tuple[int, ...]:
    """The number of errors in each bin."""
    return tuple(np.bincount(bins, minlength=BINS).tolist())


def is_blamed(error: Floats64) -> NDArray[np.bool_]:
    """A mask of the errors that are divided by 1 + kappa: a positive one up to a grain counts as a grain anyway."""
    return (error > GRAIN / 2) & np.isfinite(error)


def grade_below(grade: float) -> float:
    """The largest error of a lower grade."""
    if math.isinf(grade):
        return float(np.finfo(np.float64).max)
    unit = max(GRAIN, math.ldexp(1.0, math.frexp(grade)[1] - 20))
    return grade - (unit if graded(grade - unit) == grade - unit else unit / 2)


def _exponents(judge: Judge, batch: Batch) -> NDArray[np.int64]:
    """e with 2**e <= abs(f(x)) < 2**(e + 1), kept within the format's range."""
    fmt, v = judge.format, batch.values
    size = np.where(np.isfinite(v.value), np.abs(v.value), 0.0)

    def exponent(y: Floats64) -> NDArray[np.int64]:
        exponents = np.frexp(y)[1].astype(np.int64) - 1
        return np.clip(np.where(y > 0, exponents, fmt.emin), fmt.emin, fmt.emax)

    # Twice the bar, or a difference just below a power of two could round to it.
    low, high = exponent(np.maximum(size - 2 * v.bar, 0.0)), exponent(size + v.bar)
    open_ = np.flatnonzero(low != high)
    if open_.size:
        some, level = batch.at(open_), np.ldexp(1.0, high[open_])
        reached = (judge.compare(some, level) >= 0) | (judge.compare(some, -level) <= 0)
        high[open_] = np.where(reached, high[open_], high[open_] - 1)
    return high


def _runs(monotone: Iterable[Monotone], fmt: Format) -> tuple[tuple[int, int, int], ...]:
    """Monotone intervals as runs of patterns of one sign: first, last, direction."""
    ways = {"increasing": 1, "decreasing": -1, "constant": 0}
    sign = 1 << (fmt.bits - 1)
    magnitudes = range(largest(fmt) + 1)
    runs: list[tuple[int, int, int]] = []
    for interval in monotone:
        for side in (1, -1):
            near, far = (interval.low, interval.high) if side > 0 else (interval.high, interval.low)
            first = bisect_left(magnitudes, True, key=lambda m, s=side, e=near: _inside(m, s, e, s, fmt))
            last = bisect_left(magnitudes, True, key=lambda m, s=side, e=far: not _inside(m, s, e, -s, fmt)) - 1
            if first < last:
                base = sign if side < 0 else 0
                runs.append((base + first, base + last, side * ways[interval.direction]))
    return tuple(sorted(runs))


def _inside(magnitude: int, side: int, end: Real, way: int, fmt: Format) -> bool:
    """Whether the float of this magnitude and sign lies strictly to one side of a real."""
    x = side * as_float64(from_bits(np.array([magnitude]), fmt))
    return end.infinite == -way or (not end.infinite and bool(beyond(x, end, way)[0]))


def _patterns(values: Floats64, fmt: Format) -> NDArray[np.int64]:
    """The bit patterns of floats of a format, given as float64."""
    with np.errstate(over="ignore", invalid="ignore"):
        return to_bits(np.ascontiguousarray(values.astype(dtype_of(fmt)))).astype(np.int64)


@lru_cache(maxsize=32)
def judge_of(implementation: Implementation, fmt: str) -> Judge:
    """The judge for an implementation; kept, with the polynomials it has built."""
    i = implementation
    return Judge(i.activation, i.parameters, i.order, format_named(fmt))

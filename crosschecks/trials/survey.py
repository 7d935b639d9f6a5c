"""A survey: an implementation at very many inputs, in float32 one in 64 of those that matter.

Results are set beside the certified oracle's values, whose error is below 2**-20 ULP, so that a survey counts and
looks for what is worth a closer look; its worst inputs join the sample, where every number is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, as_float64, from_bits, to_bits
from ...numerics.oracle.certified import Certified, Values, certified
from ...numerics.oracle.conditioning import condition_numbers
from ...numerics.oracle.precise import precise
from ...proofs.budget import Undecided
from ...proofs.catalogue.parse import definition
from ...proofs.enclosures.formats import Format
from ..gates import CONDITIONED
from ..implementation import Implementation
from ..inputs.bit_patterns import patterns
from ..inputs.survey_inputs import FEW, MOST, survey_inputs
from ..workers.bisect import Blamed, call_on_sample
from ..workers.in_process import Caller
from ..workers.worker_process import Failed
from .symptoms import SYMPTOMS, symptoms

CHUNK = 1 << 18
KEPT = 4
"""The inputs kept for each reason to look closer."""
BESIDE = 2.0**-6
"""The distance from a float, in ULP, within which a value is next to it."""
LITTLE = 256
"""The inputs of a chunk whose condition numbers are computed where values are below the range of the format."""
SLOW = 0.1
"""Seconds of processor time for FEW inputs from which an implementation is asked for no more of them."""
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """The failing inputs of one symptom: how many, the smallest and the largest."""

    count: int
    low: float
    high: float

    def __add__(self, other: Seen) -> Seen:
        return Seen(self.count + other.count, min(self.low, other.low), max(self.high, other.high))


@dataclass
class Survey:
    """The counts of a survey, and the inputs worth a closer look."""

    whole: bool
    """Every input of the format, or of the range asked for, is in it."""
    large: bool = False
    """It has as many inputs as a fast implementation is asked for."""
    inputs: int = 0
    failing: dict[str, Seen] = field(default_factory=dict[str, Seen])
    """Inputs at which a gate does not hold, by symptom."""
    flushed_inputs: int = 0
    flushed_results: int = 0
    inexact: int = 0
    """Results for values that lie between two floats, near neither; means are over them."""
    signed: float = 0.0
    outward: float = 0.0
    blamed: tuple[Blamed, ...] = ()
    """Calls that failed, with indices into `chunk`."""
    chunk: Floats | None = None
    _best: dict[str, tuple[Scores, Floats]] = field(default_factory=dict[str, "tuple[Scores, Floats]"])

    @property
    def mean_signed(self) -> float:
        """The mean of (result - exact), in ULP."""
        return _mean(self.signed, self.inexact)

    @property
    def mean_outward(self) -> float:
        """The mean of abs(result) - abs(exact), in ULP."""
        return _mean(self.outward, self.inexact)

    @property
    def candidates(self) -> Floats | None:
        """The inputs worth a closer look, each once; None where there are none."""
        kept = [x for _, x in self._best.values() if len(x)]
        if not kept:
            return None
        return from_bits(np.unique(to_bits(np.concatenate(kept))), kept[0].dtype.name)

    def keep(self, reason: str, scores: Scores, x: Floats) -> None:
        """Keeps the inputs with the largest scores."""
        if not scores.size:
            return
        if reason in self._best:
            before, kept = self._best[reason]
            scores, x = np.concatenate([before, scores]), np.concatenate([kept, x])
        best = np.argsort(-scores, kind="stable")[:KEPT]
        self._best[reason] = scores[best], x[best]


def _mean(total: float, count: int) -> float:
    """A mean to the digits that it has: values are known to 2**-20 ULP, which of these they are hangs on the order in
    which the oracle was asked."""
    return float(f"{total / count:.5g}") if count else 0.0


@dataclass(frozen=True)
class Asked:
    """A survey to be made."""

    implementation: Implementation
    format: Format
    limits: Mapping[str, float]
    """The limits that decide, by the name of the gate."""
    bounds: tuple[float, float] | None
    """The certified range of the function, rounded."""
    seed: int
    span: str | None
    """The inputs asked for, "LOW:HIGH"."""
    thin: bool = False
    """It is one survey of hundreds."""
    large: bool | None = None
    """Whether it is one of a fast implementation. None: the time of its first call decides."""


def surveyed(asked: Asked, caller: Caller) -> Survey | None:
    """The survey of a function of one input; None where the oracle has no fast values for it."""
    i, fmt = asked.implementation, asked.format
    try:
        truth = certified(definition(i.activation).expr(**dict(i.parameters)), i.order)
        rng = np.random.default_rng([asked.seed, fmt.bits])
        x = survey_inputs(truth, fmt, rng, span=asked.span, most=FEW, thin=asked.thin)
        large = fmt.bits == 32 and (_is_quick(asked, x[:FEW], caller) if asked.large is None else asked.large)
        if large:
            x = survey_inputs(truth, fmt, rng, span=asked.span, most=MOST >> (4 if asked.thin else 0), thin=asked.thin)
        whole = fmt.bits <= 16 if asked.span is None else len(x) == patterns(asked.span, fmt, most=None).inputs
        survey = Survey(whole=whole, large=large)
        judge = _Judge(asked, truth)
        for start in range(0, len(x), CHUNK):
            if not judge.add(survey, x[start : start + CHUNK], caller):
                survey.whole = False
                break
    except Undecided:
        return None
    return survey


def _is_quick(asked: Asked, x: Floats, caller: Caller) -> bool:
    """Whether an implementation is quick, at its second call if need be: the first may have compiled something."""
    for _ in range(2):
        answer = caller.call(asked.implementation, [x])
        if isinstance(answer, Failed):
            return False
        if answer.seconds * FEW < SLOW * len(x):
            return True
    return False


def _ulps(size: Scores, fmt: Format) -> Scores:
    """ulp(y) for sizes of exact values y, by their exponent bits; infinite and NaN sizes give some number."""
    mask, emin = np.int64(0x7FF << 52), fmt.emin + 1023
    exponent = np.maximum(size.view(np.int64) & mask, np.int64(max(emin, 1) << 52))
    if fmt.bits < 64:
        return (exponent - np.int64((fmt.precision - 1) << 52)).view(np.float64)
    return np.ldexp(exponent.view(np.float64), 1 - fmt.precision)


@dataclass(frozen=True)
class _Exact:
    """The exact values at the inputs of a chunk."""

    high: Scores
    low: Scores
    """The rest of each value after `high`."""
    bar: Scores
    """As in the oracle's Values, where these are of one float64."""
    known: NDArray[np.bool_]

    def at(self, chosen: NDArray[np.intp]) -> Values:
        """The oracle's values at some inputs of a format of at most 32 bits."""
        return Values(self.high[chosen], self.bar[chosen], self.known[chosen])


class _Judge:
    """The exact values that the results of a survey are compared with."""

    def __init__(self, asked: Asked, truth: Certified) -> None:
        self.asked, self.truth = asked, truth
        self.pairs = precise(truth.expr, truth.order) if asked.format.bits > 32 else None

    def add(self, survey: Survey, x: Floats, caller: Caller) -> bool:
        """Adds a chunk to a survey; False where the call failed."""
        values: list[_Exact] = []
        answer = caller.call(self.asked.implementation, [x], meanwhile=lambda: values.append(self._values(x)))
        if isinstance(answer, Failed):
            survey.chunk, survey.blamed = x, call_on_sample(caller, self.asked.implementation, [x]).blamed
            return False
        if answer.values.dtype != x.dtype or answer.values.shape != x.shape:
            return False  # on the sample they were right: what changes with the size is found by its own property
        survey.inputs += len(x)
        self._compare(survey, x, as_float64(answer.values), values[0] if values else self._values(x))
        return True

    def _values(self, x: Floats) -> _Exact:
        points = as_float64(x)
        finite = np.isfinite(points)
        high, low, bar = np.full(points.shape, np.nan), np.zeros(points.shape), np.zeros(points.shape)
        known = np.zeros(points.shape, np.bool_)
        if self.pairs is not None:
            hi, lo, _ = self.pairs.pairs(np.ascontiguousarray(points[finite]))
            high[finite], low[finite], known[finite] = hi, np.where(np.isfinite(hi), lo, 0.0), ~np.isnan(hi)
        else:
            values = self.truth(points[finite])
            high[finite], bar[finite], known[finite] = values.value, values.bar, values.judged
        return _Exact(high, low, bar, known)

    def _compare(self, survey: Survey, x: Floats, got: Scores, exact: _Exact) -> None:
        fmt, high, low, known = self.asked.format, exact.high, exact.low, exact.known
        with np.errstate(all="ignore"):
            size, distance = np.abs(high), got - high - low
            unit = _ulps(size, fmt)
            signed = distance / unit
        beyond = float(fmt.max_finite) + float(fmt.ulp(fmt.max_finite)) / 2 if fmt.bits < 64 else np.inf
        strange = np.flatnonzero(~(np.isfinite(signed) & (size < beyond)))
        signed[strange] = self._of_no_numbers(got[strange], high[strange], size[strange] < beyond)
        zeros = np.flatnonzero(got == 0)
        small = (size[zeros] >= float(fmt.min_subnormal)) & (size[zeros] < float(fmt.min_normal))
        zeros = zeros[small & known[zeros]]
        from_subnormal = int((np.abs(as_float64(x[zeros])) < float(fmt.min_normal)).sum())
        survey.flushed_inputs += from_subnormal
        survey.flushed_results += len(zeros) - from_subnormal
        signed[zeros] = 0.0
        signed[~known] = 0.0
        error = np.abs(signed)
        with np.errstate(all="ignore"):
            absolute = error * unit
            relative = absolute / size
        absolute[error == 0] = relative[error == 0] = 0.0
        absolute[np.isinf(error)] = relative[np.isinf(error)] = np.inf
        conditioned = self._conditioned(x, error, exact)
        by_gate = {
            "max_ulp": error, "max_conditioned_ulp": conditioned, "max_abs_error": absolute, "max_rel_error": relative,
        }  # fmt: skip
        for gate, scores in by_gate.items():
            best = np.argmax(scores, keepdims=True)
            survey.keep(gate, scores[best], x[best])
        failing = np.logical_or.reduce([by_gate[gate] > limit for gate, limit in self.asked.limits.items()])
        self._count(survey, x, got, high, np.flatnonzero(failing))
        judged = known.copy()
        judged[strange] = judged[zeros] = False
        with np.errstate(all="ignore"):  # whole ULPs of a pair leave what its second part holds
            self._means(survey, high, np.where(low != 0, low, high) / unit, signed, judged)
        self._out_of_shape(survey, x, got, high, unit, known)

    def _of_no_numbers(self, got: Scores, high: Scores, finite: NDArray[np.bool_]) -> Scores:
        """The errors where the result is no number, or the exact value is none that the format holds: 0 or infinite."""
        with np.errstate(invalid="ignore"):
            top = np.copysign(np.inf if self.asked.format.overflow == "inf" else np.nan, high)
        expected = np.where(np.isnan(high), np.nan, np.where(finite, 0.0, top))
        agree = ~finite & ((got == expected) | (np.isnan(got) & np.isnan(expected)))
        return np.where(agree, 0.0, np.inf)

    def _conditioned(self, x: Floats, error: Scores, exact: _Exact) -> Scores:
        """Errors over 1 + kappa where the error may be above its limit, 0 elsewhere."""
        limit = self.asked.limits.get("max_conditioned_ulp", CONDITIONED)
        conditioned = np.where(np.isinf(error), np.inf, 0.0)
        above = np.flatnonzero((error > limit) & np.isfinite(error))
        if above.size:
            with np.errstate(over="ignore"):
                near = as_float64(x[above]).astype(np.float32).astype(np.float64)
            inside = np.isfinite(near) & (near != 0)
            above, near = above[inside], near[inside]
            values = self.truth(near) if self.pairs is not None else exact.at(above)
            conditioned[above] = error[above] / (1 + condition_numbers(self.truth, near, values, places=LITTLE))
        return conditioned

    def _count(self, survey: Survey, x: Floats, got: Scores, high: Scores, failing: NDArray[np.intp]) -> None:
        """Counts failing results by symptom, and keeps the simplest and the outermost."""
        if not failing.size:
            return
        kind, at = symptoms(got[failing], high[failing], self.asked.format), as_float64(x[failing])
        for k in range(len(SYMPTOMS)):
            some = kind == k
            if not some.any():
                continue
            points, where = at[some], x[failing[some]]
            seen = Seen(len(points), float(np.nanmin(points)), float(np.nanmax(points)))
            before = survey.failing.get(SYMPTOMS[k])
            survey.failing[SYMPTOMS[k]] = seen if before is None else before + seen
            for reason, scores in (("simplest", -np.abs(points)), ("first", -points), ("last", points)):
                survey.keep(f"{SYMPTOMS[k]}, {reason}", scores, where)

    def _means(
        self, survey: Survey, high: Scores, scaled: Scores, signed: Scores, judged: NDArray[np.bool_]
    ) -> None:
        """Adds the errors of results of about the right size for values, in ULP, that are not next to a float.

        Where a function is all but constant its values are, and say nothing of how they were rounded.
        """
        with np.errstate(all="ignore"):
            judged = judged & (np.abs(scaled - np.rint(scaled)) > BESIDE) & (np.abs(signed) < 2)
        survey.inexact += int(judged.sum())
        survey.signed += float(signed[judged].sum())
        survey.outward += float((signed[judged] * np.sign(high[judged])).sum())

    def _out_of_shape(
        self, survey: Survey, x: Floats, got: Scores, high: Scores, unit: Scores, known: NDArray[np.bool_]
    ) -> None:
        """Keeps results beyond the bounds, and neighbours that turn back."""
        finite = known & np.isfinite(got) & np.isfinite(high)
        if self.asked.bounds is not None:
            lowest, highest = self.asked.bounds
            for reason, sign, bound in (("below", -1, lowest), ("above", 1, highest)):
                at = np.flatnonzero(finite & ((got < bound) if sign < 0 else (got > bound)))
                survey.keep(reason, np.abs(got[at] - bound), x[at])
        both = finite[1:] & finite[:-1]
        with np.errstate(all="ignore"):
            back = -np.sign(np.diff(high)) * np.diff(got) / unit[1:]
        at = np.flatnonzero(both & (back > 0))
        at = at[np.argsort(-back[at], kind="stable")[:1]]
        survey.keep("turns back", np.repeat(back[at], 2), np.concatenate([x[at], x[at + 1]]))

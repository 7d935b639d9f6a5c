"""Numbers of whole functions, estimated: extrema by sampling and climbing, limits far out, means by quadrature.

An estimate is an interval in which the number is expected. For a supremum the lower end is certain, because each sample
is enclosed; the other end is an expectation, and is left open wherever the samples do not show a clear picture (many
peaks, slow tails, poles). An end that is left open contradicts nothing.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from flint import arb, arb_series, ctx, fmpq

from ..enclosures.balls import precision
from .as_written import Node
from .witness import Place, Undefined, Unknown, Witness, sign

INFINITY = arb("inf")
BITS = 120
FINE_BITS = 400
CLOSE = fmpq(1, 2**90)
"""Neighbours nearer than this are beside a number that is written."""
TINY = arb(10) ** -8
MAX_CELLS = 8_000
NARROW, WIDE, WIDE_NARROW = fmpq(1, 2**20), 16, fmpq(1, 32)
"""Cells that are halved no more: relative to 1 + abs(x), and where nothing is known of one far out, to abs(x)."""
_EDGES = [(s, k) for k in range(-6, 25) for s in (-1, 1)]
MAX_PEAKS = 8
"""More local maxima than this among the samples: the function may oscillate faster than it is sampled."""


@dataclass(frozen=True)
class Estimate:
    """An interval for a number; None where nothing is known on that side."""

    low: arb | None
    high: arb | None

    def ball(self) -> arb:
        """The interval as one ball. Raises Unknown where an end is open."""
        if self.low is None or self.high is None:
            raise Unknown
        if not self.low.is_finite() or not self.high.is_finite():
            if self.low == self.high:
                return self.low
            raise Unknown
        return self.low.union(self.high)

    def __neg__(self) -> Estimate:
        return Estimate(None if self.high is None else -self.high, None if self.low is None else -self.low)


def estimate(value: arb) -> Estimate:
    """A ball, or an infinity, as an interval."""
    return Estimate(value, value) if not value.is_finite() else Estimate(value.lower(), value.upper())


def hull(parts: Sequence[Estimate]) -> Estimate:
    """The smallest interval around several."""
    lows, highs = [p.low for p in parts], [p.high for p in parts]
    low = None if None in lows else min(lows)  # type: ignore[type-var]
    return Estimate(low, None if None in highs else max(highs))  # type: ignore[type-var]


Sample = tuple[fmpq, arb]


class Curve:
    """A function of one variable that can be looked at: its values, its derivatives, and samples inside its domain."""

    def __init__(
        self, witness: Witness, body: Node, symbol: int, place: Place, xs: Sequence[fmpq],
        inside: Callable[[fmpq], bool | None], order: int = 0, careful: Callable[[arb], bool | None] | None = None,
    ) -> None:  # fmt: skip
        self.witness = witness
        self.body = body
        self.symbol = symbol
        self.place = place
        self.order = order
        self.inside = inside
        self.careful = careful
        """Where given, what is expected of an extremum is confirmed on cells; it tells which cells are outside."""
        self._xs = xs
        self._samples: list[Sample] | None = None

    def derived(self, order: int = 1) -> Curve:
        """The derivative as a curve."""
        question = (self.witness, self.body, self.symbol, self.place, self._xs, self.inside)
        return Curve(*question, order=self.order + order, careful=self.careful)

    def at(self, x: fmpq | arb) -> arb:
        """The value at a point. Raises Undefined or Unknown."""
        if self.order:
            return self.jet(x, 0)[0]
        value = self.witness.ball(self.body, {**self.place, self.symbol: x})
        if not value.is_finite():
            raise Unknown
        return value

    def jet(self, x: fmpq | arb, order: int) -> list[arb]:
        """Value and derivatives up to an order. Raises Undefined or Unknown."""
        length = self.order + order + 1
        with precision(ctx.prec, max(length, 2)):
            value = self.witness.value(self.body, {**self.place, self.symbol: arb_series([arb(x), arb(1)])})
            for _ in range(self.order):
                value = value.derivative() if isinstance(value, arb_series) else arb(0)
            found = [value[k] if isinstance(value, arb_series) else value * (k == 0) for k in range(order + 1)]
        if not all(c.is_finite() for c in found):
            raise Unknown
        return [c * math.factorial(k) for k, c in enumerate(found)]

    def samples(self) -> list[Sample]:
        """Points of the domain with their values, in order."""
        if self._samples is None:
            self._samples = []
            with precision(BITS):
                for x in self._xs:
                    if self.inside(x):
                        try:
                            self._samples.append((x, self.at(x)))
                        except (Undefined, Unknown):
                            continue
        return self._samples

    def peak(self) -> Estimate:
        """The supremum."""
        return self._extremum(1)

    def pit(self) -> Estimate:
        """The infimum."""
        return -self._extremum(-1)

    def _extremum(self, which: int) -> Estimate:
        """The supremum of the curve, or of its negative."""
        samples = self.samples()
        if not samples:
            raise Unknown
        values = [which * v for _, v in samples]
        low = max(v.lower() for v in values)
        mids = [v.mid() for v in values]
        last = len(samples) - 1
        peaks = [
            i for i in range(last + 1)
            if (i == 0 or mids[i] >= mids[i - 1]) and (i == last or mids[i] > mids[i + 1])
        ]  # fmt: skip
        if len(peaks) > MAX_PEAKS:
            return Estimate(low, None)
        try:
            tails = [self._tail(side, which) for side in (-1, 1) if self._reaches(side)]
            tops = [self._climbed(i, which) for i in sorted(peaks, key=lambda i: -mids[i])[:3]]
        except Unknown:
            return Estimate(low, None)
        highs = [t.high for t in (*tails, *tops)]
        lows = [low, *(t.low for t in tops if t.low is not None), *(t.low for t in tails if t.low == INFINITY)]
        high = None if None in highs else max(low, *highs)  # type: ignore[type-var]
        if high is not None and high.is_finite() and self.careful is not None and not self._confirmed(high, which):
            high = None
        return Estimate(max(lows), high)

    def _confirmed(self, high: arb, which: int) -> bool:
        """Whether nothing is much larger between the samples: the curve enclosed on cells, halved where it must be."""
        assert self.careful is not None
        bound = high + (1 + abs(high)) / 1000
        edges = [s * fmpq(2) ** k for s, k in _EDGES]
        cells = list(pairwise(sorted(edges)))
        with precision(BITS):
            for _ in range(MAX_CELLS):
                if not cells:
                    return True
                a, b = cells.pop()
                cell = arb(a).union(arb(b))
                if self.careful(cell) is False:
                    continue
                try:
                    if which * self.at(cell) <= bound:
                        continue
                    seen = True
                except Undefined:
                    continue
                except (Unknown, ValueError):
                    seen = False
                if b - a < NARROW * (1 + abs(a)) and seen:
                    return False
                if b - a < (NARROW if abs(a) < WIDE else WIDE_NARROW * abs(a)) and not seen:
                    continue  # a seam or a pole, beside which there are samples, or powers of e far out
                cells += [(a, (a + b) / 2), ((a + b) / 2, b)]
        return False

    def _reaches(self, side: int) -> bool:
        """Whether the domain is seen to go on for ever on a side."""
        samples = self.samples()
        return abs(samples[0 if side < 0 else -1][0]) >= 10**6

    def _tail(self, side: int, which: int) -> Estimate:
        end = far(self, None, side)
        return end if which > 0 else -end

    def _climbed(self, i: int, which: int) -> Estimate:
        """The local maximum near a sample: by golden section, then, where the curve is smooth, by Newton's method."""
        samples = self.samples()
        x, value = samples[i]
        value = which * value
        if abs(x) > 10**5:  # a tail, which is looked at on its own
            return Estimate(value.lower(), value.upper())
        left, right = (self._fallen(i, side, which) for side in (-1, 1))
        if (margin := self._beside(x, value, (left, right), which)) is not None:
            return Estimate(value.lower(), (value + margin).upper())
        left, right = max(left, x - 2), min(right, x + 2)
        place, top = self._golden(left, right, x, value, which, 14)
        reach = right - left
        try:
            with precision(FINE_BITS):
                return self._newton(place, reach, which)
        except (Undefined, Unknown):
            pass
        place, top = self._golden(place - reach / 512, place + reach / 512, place, top, which, 40)
        if self._is_spike(place, top, reach, which):
            return Estimate(top.lower(), None)
        margin = (1 + abs(top)) * arb(10) ** -6 + 8 * abs(top - value) * arb(10) ** -3
        return Estimate(top.lower(), (top + margin).upper())

    def _fallen(self, i: int, side: int, which: int) -> fmpq:
        """The next point on a side at which the value is certainly lower, or which is outside the domain."""
        samples = self.samples()
        x, value = samples[i]
        k = bisect_left(self._xs, x) + side
        while 0 <= k < len(self._xs) and abs(self._xs[k] - x) < 2:
            i += side
            if not (0 <= i < len(samples) and samples[i][0] == self._xs[k]) or which * (value - samples[i][1]) > 0:
                return self._xs[k]
            k += side
        return x + 2 * side

    def _beside(self, x: fmpq, value: arb, neighbours: tuple[fmpq, fmpq], which: int) -> arb | None:
        """How far the supremum may lie above a sample next to which the function falls or its domain ends."""
        if all(abs(n - x) > CLOSE for n in neighbours):
            return None
        drops = []
        for n in neighbours:
            try:
                if self.inside(n):
                    drops.append(value - which * self.at(n))
            except (Undefined, Unknown):
                continue
        if not drops or not all(0 <= d < (1 + abs(value)) * TINY for d in drops):
            return None
        return max(drops) + (1 + abs(value)) * CLOSE

    def _is_spike(self, place: fmpq, top: arb, reach: fmpq, which: int) -> bool:
        """Whether the values around a maximum are all far below it, as beside a pole."""
        below = []
        with precision(BITS):
            for x in (place - reach / 2**16, place + reach / 2**16):
                with suppress(Undefined, Unknown):
                    if self.inside(x):
                        below.append(bool(top - which * self.at(x) > (1 + abs(top)) / 100))
        return all(below)

    def _golden(self, a: fmpq, b: fmpq, x: fmpq, top: arb, which: int, steps: int) -> tuple[fmpq, arb]:
        ratio = fmpq(382, 1000)
        with precision(BITS):
            for _ in range(steps):
                left = x - a > b - x
                other = _short(x - ratio * (x - a) if left else x + ratio * (b - x))
                try:
                    value = which * self.at(other) if self.inside(other) else None
                except (Undefined, Unknown):
                    value = None
                if value is not None and value.mid() > top.mid():
                    a, b = (a, x) if left else (x, b)
                    x, top = other, value
                elif left:
                    a = other
                else:
                    b = other
        return x, top

    def _newton(self, place: fmpq, reach: fmpq, which: int) -> Estimate:
        """The value at the zero of the derivative, which is exact to some hundred bits."""
        x = arb(place)
        for _ in range(12):
            value, slope, bend = self.jet(x, 2)
            if slope.is_zero():
                break
            if not which * bend < 0:
                raise Unknown
            step = (slope / bend).mid()
            x = (x - step).mid()
            if abs(x - place) > arb(reach) / 4:
                raise Unknown
            if abs(step) < arb(2) ** -130:
                break
        else:
            raise Unknown
        exact = fmpq(*_ratio(x))
        if not self.inside(exact):
            raise Unknown
        value = which * self.at(exact)
        return Estimate(value.lower(), (value + (1 + abs(value)) * arb(2) ** -110).upper())


def _ratio(x: arb) -> tuple[int, int]:
    mantissa, exponent = x.mid().man_exp()
    m, e = int(mantissa), int(exponent)
    return (m << e, 1) if e >= 0 else (m, 1 << -e)


def _short(x: fmpq) -> fmpq:
    """A dyadic number within 2^-80 of a point, relative to 1 + abs(x)."""
    return fmpq((x * 2**80).__floor__(), 2**80) if x.q > 2**80 else x


# --- limits ---------------------------------------------------------------------------------------------------


FAR = (6, 12, 20, 34, 60, 110, 200, 400, 1000, 4000, 10**5, 10**7)
NOT_SO_FAR = tuple(range(2, 11))
"""Where cancellation leaves nothing of the values further out."""
NEAR = (6, 12, 20, 34, 60, 90, 120, 160, 200, 280)
STRETCH = fmpq(8, 7)


def far(curve: Curve, at: arb | fmpq | None, side: int) -> Estimate:
    """The limit at a point from one side, or at an infinity: from values that settle or grow. Raises Unknown.

    Raises Undefined where the function has certainly no values on that side.
    """
    values: list[arb] = []
    undefined = 0
    for exponent in FAR if at is None else NEAR:
        try:
            values.append(_accurate(curve, at, side, exponent))
        except Undefined:
            undefined += 1
        except Unknown:
            continue
    if undefined > 4 and not values:
        raise Undefined
    if at is None and len(values) < 5 and not undefined:
        return _growing(curve, side)
    if len(values) < 5 or undefined > 4:
        raise Unknown
    *_, first, second, third = values
    sizes = [abs(v) for v in (first, second, third)]
    signs = {sign(v) for v in (first, second, third)}
    if len(signs) == 1 and sizes[2] > 10**6 and sizes[1] > sizes[0] * 3 / 2 and sizes[2] > sizes[1] * 3 / 2:
        infinity = INFINITY if third > 0 else -INFINITY
        return Estimate(infinity, infinity)
    steps = abs(second - first), abs(third - second)
    scale = 1 + sizes[2]
    settled = max(s.upper() for s in steps) < scale * arb(10) ** -30
    if settled or (steps[1] < steps[0] * 6 / 10 and steps[1] < scale * arb(10) ** -4):
        radius = (4 * steps[1] + scale * arb(10) ** -30).upper()
        return Estimate((third - radius).lower(), (third + radius).upper())
    raise Unknown


def _growing(curve: Curve, side: int) -> Estimate:
    """An infinite limit, where values grow steadily as far as they are computed. Raises Unknown."""
    values = [_accurate(curve, None, side, exponent) for exponent in NOT_SO_FAR]
    steady = all(abs(b) > abs(a) * 3 / 2 for a, b in pairwise(values)) and len({sign(v) for v in values}) == 1
    if not (steady and abs(values[-1]) > 10**3 * (1 + abs(values[0]))):
        raise Unknown
    infinity = INFINITY if values[-1] > 0 else -INFINITY
    return Estimate(infinity, infinity)


def _accurate(curve: Curve, at: arb | fmpq | None, side: int, exponent: int) -> arb:
    for bits in (BITS, 600, 2400):
        with precision(bits + (0 if at is None else exponent)):
            if at is None:
                x = arb(STRETCH) * arb(2) ** exponent * side
            else:
                x = arb(at) + arb(STRETCH) * arb(2) ** -exponent * side
            value = curve.at(x)
            if value.rad() < (abs(value.mid()) * arb(2) ** -40) or value.rad() < arb(10) ** -40:
                return value
    raise Unknown


# --- means ----------------------------------------------------------------------------------------------------

_NODES = 8
_WIDTH, _REACH = 2, 10
_MAX_SPLITS = 14


def _legendre(n: int) -> list[tuple[float, float]]:
    """Nodes and weights of Gauss and Legendre's rule on [-1, 1]."""
    found = []
    for k in range(n):
        node, weight = arb.legendre_p_root(n, k, weight=True)
        found.append((float(node.mid()), float(weight.mid())))
    return found


_RULE = _legendre(_NODES)


def mean(curve: Curve) -> Estimate:
    """The mean over a standard normal variable, by two quadratures of different fineness. Raises Unknown."""
    ends = [_end(curve, side) for side in (-1, 1)]
    if any(ends):
        if {*ends} == {-1, 1}:
            raise Undefined
        infinity = INFINITY * (ends[0] or ends[1])
        return Estimate(infinity, infinity)
    panels = [(float(a), float(a + _WIDTH)) for a in range(-_REACH, _REACH, _WIDTH)]
    total = error = 0.0
    splits = 0
    waiting = [(a, b, _panel(curve, a, b)) for a, b in panels]
    while waiting:
        a, b, coarse = waiting.pop()
        middle = (a + b) / 2
        halves = [(a, middle, _panel(curve, a, middle)), (middle, b, _panel(curve, middle, b))]
        fine = halves[0][2] + halves[1][2]
        if abs(fine - coarse) > 1e-9 and splits < _MAX_SPLITS:
            splits += 1
            waiting += halves
            continue
        total += fine
        error += abs(fine - coarse)
    radius = 4 * error + 1e-12 * (1 + abs(total))
    if not math.isfinite(total) or error > 1e-2 * (1 + abs(total)):
        raise Unknown
    return Estimate(arb(total - radius), arb(total + radius))


def _panel(curve: Curve, a: float, b: float) -> float:
    middle, half = (a + b) / 2, (b - a) / 2
    total = 0.0
    with precision(64):
        for node, weight in _RULE:
            z = middle + half * node
            total += weight * float(curve.at(arb(z)).mid()) * math.exp(-z * z / 2)
    return total * half / math.sqrt(2 * math.pi)


def _end(curve: Curve, side: int) -> int:
    """0 where the integrand vanishes far out, else the sign with which it grows. Raises Unknown."""
    sizes = []
    with precision(BITS):
        for z in (10, 20, 40):
            sizes.append(curve.at(fmpq(side * z)) * (-arb(z) * z / 2).exp())
    if all(abs(s) < arb(10) ** -13 for s in sizes):
        return 0
    growing = abs(sizes[2]) > abs(sizes[1]) > abs(sizes[0]) and abs(sizes[1]) > 1
    signs = {sign(s) for s in sizes}
    if growing and len(signs) == 1:
        return signs.pop() or 0
    raise Unknown


# --- continuity -----------------------------------------------------------------------------------------------


def jumps(curve: Curve, places: Sequence[fmpq]) -> Iterator[tuple[fmpq, arb, arb]]:
    """Places where the curve jumps, with the values on both sides, or there and beside it."""
    near, nearer = fmpq(1, 2**40), fmpq(1, 2**80)
    for place in places:
        with precision(240):
            try:
                if not all(curve.inside(place + s * e) for s in (-1, 0, 1) for e in (near, nearer)):
                    continue
                value = curve.derived(-curve.order).at(place)  # the function itself has a value there
                wide = curve.at(place + near) - curve.at(place - near)
                left, right = curve.at(place - nearer), curve.at(place + nearer)
            except (Undefined, Unknown):
                continue
            scale = 1 + abs(left) + abs(right)
            if abs(right - left) > scale * arb(10) ** -6 and abs(wide - (right - left)) < scale * arb(10) ** -8:
                yield place, left, right
            elif curve.order == 0 and abs(value - right) > scale * arb(10) ** -6 and abs(wide) < scale * arb(10) ** -8:
                yield place, value, right


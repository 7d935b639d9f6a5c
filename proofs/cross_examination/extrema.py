"""Suprema and infima of curves, estimated: from samples, by climbing from the highest, and from limits far out.

The lower end of a supremum is certain, because each sample is enclosed. The other end is an expectation, and is left
open wherever the samples do not show a clear picture (many peaks, slow tails, poles). Where an alarm depends on it, it
is confirmed on cells that cover the line.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

from flint import arb, fmpq

from ..enclosures.balls import precision
from .curves import BITS, INFINITY, Curve, Estimate, highest
from .limits import limit
from .witness import Undefined, Unknown

FINE_BITS = 400
CLOSE = fmpq(1, 2**90)
"""Neighbours nearer than this are beside a number that is written."""
MAX_PEAKS = 8
"""More local maxima than this among the samples: the function may oscillate faster than it is sampled."""
MAX_CELLS = 8_000
NARROW, WIDE, WIDE_NARROW = fmpq(1, 2**60), 16, fmpq(1, 32)
"""Cells that are halved no more: relative to 1 + abs(x), and where nothing is known of one far out, to abs(x)."""
_EDGES = sorted(s * fmpq(2) ** k for k in range(-6, 25) for s in (-1, 1))
_RATIO = fmpq(382, 1000)
"""Of the golden section."""


def peak(curve: Curve) -> Estimate:
    """The supremum. Raises Unknown."""
    return _Ascent(curve, 1).supremum()


def pit(curve: Curve) -> Estimate:
    """The infimum. Raises Unknown."""
    return -_Ascent(curve, -1).supremum()


class _Ascent:
    """The search for the supremum of a curve, or of its negative."""

    def __init__(self, curve: Curve, which: int) -> None:
        self.curve = curve
        self.which = which
        self.samples = [(x, which * value) for x, value in curve.samples]
        if not self.samples:
            raise Unknown
        self.mids = [value.mid() for _, value in self.samples]
        self.size = max(self.mids) - sorted(self.mids)[max(len(self.mids) - 9, 0) // 2]
        """The unit for differences: how far the highest sample lies above the median one, or, of few, the lowest."""

    def supremum(self) -> Estimate:
        mids, last = self.mids, len(self.mids) - 1
        low = max(value.lower() for _, value in self.samples)
        peaks = [
            i for i in range(last + 1)
            if (i == 0 or mids[i] >= mids[i - 1]) and (i == last or mids[i] > mids[i + 1])
        ]  # fmt: skip
        if len(peaks) > MAX_PEAKS:
            return Estimate(low, None)
        try:
            tails = [self._limit(None, side) for side in (-1, 1) if self._reaches(side)]
            tops = [self._climbed(i) for i in sorted(peaks, key=lambda i: -mids[i])[:3]]
        except (Undefined, Unknown):
            return Estimate(low, None)
        tails = [t if t.low == INFINITY else Estimate(low, t.high) for t in tails]  # not always attained
        top = highest((Estimate(low, low), *tails, *tops))
        if top.high is not None and top.high.is_finite() and self.curve.careful and not self._is_confirmed(top.high):
            return Estimate(top.low, None)
        return top

    def _at(self, x: fmpq | arb) -> arb:
        return self.which * self.curve.at(x)

    def _at_inside(self, x: fmpq) -> arb | None:
        """The value at a point; None outside the domain, or where it is not known."""
        with suppress(Undefined, Unknown):
            return self._at(x) if self.curve.inside(x) else None
        return None

    def _limit(self, at: fmpq | None, side: int) -> Estimate:
        end = limit(self.curve, at, side)
        return end if self.which > 0 else -end

    def _reaches(self, side: int) -> bool:
        """Whether the domain is seen to go on for ever on a side."""
        return abs(self.samples[0 if side < 0 else -1][0]) >= 10**6

    # --- climbing

    def _climbed(self, i: int) -> Estimate:
        """The local maximum near a sample: by golden section, then, where the curve is smooth, by Newton's method."""
        x, value = self.samples[i]
        if abs(x) > 10**5:  # a tail, which is looked at on its own
            return Estimate(value.lower(), value.upper())
        left, right = (self._fallen(i, side) for side in (-1, 1))
        if (margin := self._margin_beside(x, value, (left, right))) is not None:
            return Estimate(value.lower(), (value + margin).upper())
        left, right = max(left, x - 2), min(right, x + 2)
        place, top = self._golden(left, right, x, value, 14)
        reach = right - left
        with suppress(Undefined, Unknown), precision(FINE_BITS):
            return self._newton(place, reach)
        place, top = self._golden(place - reach / 512, place + reach / 512, place, top, 40)
        if self._is_spike(place, top, reach):
            return Estimate(top.lower(), None)
        margin = (1 + abs(top)) * arb(10) ** -6 + 8 * abs(top - value) * arb(10) ** -3
        return Estimate(top.lower(), (top + margin).upper())

    def _fallen(self, i: int, side: int) -> fmpq:
        """The next point on a side at which the value is certainly lower, or which is outside the domain."""
        x, value = self.samples[i]
        points = self.curve.points
        k = bisect_left(points, x) + side
        while 0 <= k < len(points) and abs(points[k] - x) < 2:
            i += side
            beside = self.samples[i] if 0 <= i < len(self.samples) else None
            if beside is None or beside[0] != points[k] or value - beside[1] > 0:
                return points[k]
            k += side
        return x + 2 * side

    def _margin_beside(self, x: fmpq, value: arb, neighbours: tuple[fmpq, fmpq]) -> arb | None:
        """How far the supremum may lie above a sample close to which the function falls, or has no value.

        None where there is more to climb. Raises Unknown, or Undefined, where it has no limit at a close point.
        """
        if all(abs(point - x) > CLOSE for point in neighbours):
            return None
        margins: list[arb] = []
        for point in neighbours:
            lower = self._at_inside(point)
            if lower is not None:
                margins.append(value - lower)
            elif abs(point - x) <= CLOSE:
                high = self._limit(point, 1 if x > point else -1).high
                if high is None or not high.is_finite():
                    raise Unknown
                margins.append((high - value).max(arb(0)))
        if not margins or not all(0 <= m <= self.size * arb(10) ** -6 for m in margins):
            return None
        return max(margins) + self.size * CLOSE

    def _golden(self, a: fmpq, b: fmpq, x: fmpq, top: arb, steps: int) -> tuple[fmpq, arb]:
        with precision(BITS):
            for _ in range(steps):
                left = x - a > b - x
                other = _short(x - _RATIO * (x - a) if left else x + _RATIO * (b - x))
                value = self._at_inside(other)
                if value is not None and value.mid() > top.mid():
                    a, b = (a, x) if left else (x, b)
                    x, top = other, value
                elif left:
                    a = other
                else:
                    b = other
        return x, top

    def _newton(self, place: fmpq, reach: fmpq) -> Estimate:
        """The value at the zero of the derivative, which is exact to some hundred bits."""
        x = arb(place)
        for _ in range(12):
            _, slope, bend = self.curve.jet(x, 2)
            if slope.is_zero():
                break
            if not self.which * bend < 0:
                raise Unknown
            step = (slope / bend).mid()
            x = (x - step).mid()
            if abs(x - place) > arb(reach) / 4:
                raise Unknown
            if abs(step) < arb(2) ** -130:
                break
        else:
            raise Unknown
        exact = x.mid().fmpq()
        if not self.curve.inside(exact):
            raise Unknown
        value = self._at(exact)
        return Estimate(value.lower(), (value + self.size * arb(2) ** -110).upper())

    def _is_spike(self, place: fmpq, top: arb, reach: fmpq) -> bool:
        """Whether differences to the values around a maximum do not shrink closer to it, as beside a pole."""
        spiky: list[bool] = []
        with precision(BITS):
            for side in (-1, 1):
                near, far = (self._at_inside(place + side * reach / 2**k) for k in (16, 8))
                if near is not None and far is not None:
                    spiky.append(bool(4 * (top - near) > top - far))
        return all(spiky)

    # --- confirming

    def _is_confirmed(self, high: arb) -> bool:
        """Whether nothing is larger between the samples, nor much larger far out: enclosed on cells that are halved."""
        with precision(BITS):
            high += self.size * arb(2) ** -100
            loose = high + self.size / 1000
            cells = list(pairwise(_EDGES))
            for _ in range(MAX_CELLS):
                if not cells:
                    return True
                a, b = cells.pop()
                cell = arb(a).union(arb(b))
                if self.curve.inside(cell) is False:
                    continue
                narrow, wide = b - a < NARROW * (1 + abs(a)), abs(a) >= WIDE
                try:
                    if self._at(cell) <= (loose if wide or narrow else high) or self._is_below(a, b, cell, high):
                        continue
                    if narrow:
                        return False
                except Undefined:
                    continue
                except (Unknown, ValueError):
                    if narrow and not self._is_tried(a, b):
                        return False
                    if narrow or (wide and b - a < WIDE_NARROW * abs(a)):
                        continue  # a seam or a pole beside which there are samples, or powers of e far out
                cells += [(a, (a + b) / 2), ((a + b) / 2, b)]
        return False

    def _is_below(self, a: fmpq, b: fmpq, cell: arb, high: arb) -> bool:
        """Whether a smooth curve is nowhere above a bound on a cell: it is monotone, convex or concave there."""
        with suppress(Undefined, Unknown, ValueError):
            _, slope, bend = (self.which * d for d in self.curve.jet(cell, 2))
            if slope >= 0 or slope <= 0 or bend >= 0:
                return self._at(a) <= high and self._at(b) <= high
            if bend < 0:
                value, slope, _ = (self.which * d for d in self.curve.jet((a + b) / 2, 2))
                return value - slope**2 / (2 * bend) <= high
        return False

    def _is_tried(self, a: fmpq, b: fmpq) -> bool:
        """Whether points lie in a cell, and at each something is known: the value, that there is none, or a seam.

        Where a point is not dyadic, the value there may have been missed: its ball is on both sides of the seam.
        """
        points = self.curve.points[bisect_left(self.curve.points, a) : bisect_right(self.curve.points, b)]
        for x in points:
            try:
                replace(self.curve, order=0).at(x)
            except Undefined:
                continue
            except Unknown:
                if not arb(x).is_exact():
                    return False
        return bool(points)


def _short(x: fmpq) -> fmpq:
    """A dyadic number within 2^-80 of a point, relative to 1 + abs(x)."""
    return fmpq((x * 2**80).__floor__(), 2**80) if x.q > 2**80 else x

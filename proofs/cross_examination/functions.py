"""Statements about whole functions, tried by their definitions: properties, sets, constants and roundings.

Each question is answered False (or with a bound) where samples certainly contradict what was said, and otherwise left
open: no number of samples shows that a function is increasing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from flint import arb, fmpq

from ..enclosures.balls import precision
from ..enclosures.formats import Format
from .as_written import Node
from .curves import BITS, INFINITY, Curve, Estimate, Sample, estimate, highest, hull, infinite
from .extrema import FINE_BITS, peak, pit
from .limits import limit
from .witness import Place, Undefined, Unknown, sign

SETS = {"range", "zeros", "argmax", "argmin", "subdifferential"}


@dataclass(frozen=True)
class Claimed:
    """A set as it is written: an interval, or members."""

    low: arb
    high: arb
    opened: tuple[bool, bool]
    members: list[arb] | None

    def excludes(self, value: arb) -> bool:
        """Whether a value is certainly not in the set."""
        if self.members is not None:
            return all(not value.overlaps(m) for m in self.members)
        below = value <= self.low if self.opened[0] else value < self.low
        above = value >= self.high if self.opened[1] else value > self.high
        return bool(below or above)

    def ends(self) -> tuple[Estimate, Estimate] | None:
        """Its infimum and supremum; None for the empty set."""
        if self.members is None:
            return estimate(self.low), estimate(self.high)
        if not self.members:
            return None
        low, high = self.members[0], self.members[0]
        for m in self.members[1:]:
            low, high = low.min(m), high.max(m)
        return estimate(low), estimate(high)


# --- properties -----------------------------------------------------------------------------------------------


def holds_of(node: Node, curve: Curve, at: arb | None, places: Sequence[fmpq]) -> bool | None:
    """False where a property of the curve is contradicted, else None."""
    return False if _fails(node.op, curve, at, places) else None


def _fails(word: str, curve: Curve, at: arb | None, places: Sequence[fmpq]) -> bool:
    match word:
        case "increasing" | "decreasing" | "monotone":
            return _is_not_monotone(word, curve.samples)
        case "convex" | "concave":
            return _is_not_convex(curve.samples, 1 if word == "convex" else -1)
        case "odd" | "even":
            return _has_not_parity(curve, -1 if word == "odd" else 1)
        case "positive":
            return any(v <= 0 for _, v in curve.samples)
        case "bounded":
            return any(_is_infinite_far_out(curve, side) for side in (-1, 1))
        case "differentiable":
            return first_jump(curve, places, 1) is not None
        case "smooth":
            return first_jump(curve, places, 3) is not None
        case "identity_near" if at is not None:
            return not ((curve.at(at) - at).contains(0) and (curve.jet(at, 1)[1] - 1).contains(0))
        case _:
            raise Unknown


def _is_not_monotone(word: str, samples: list[Sample]) -> bool:
    rises = [b[1] - a[1] for a, b in pairwise(samples)]
    match word:
        case "increasing":
            return any(r <= 0 for r in rises)
        case "decreasing":
            return any(r >= 0 for r in rises)
        case _:
            return any(r > 0 for r in rises) and any(r < 0 for r in rises)


def _is_not_convex(samples: list[Sample], which: int) -> bool:
    for stride in (1, 5, 17):
        for (a, fa), (b, fb), (c, fc) in zip(samples, samples[stride:], samples[2 * stride :], strict=False):
            weight = arb((b - a) / (c - a))
            if which * (fb - (1 - weight) * fa - weight * fc) > 0:
                return True
    return False


def _has_not_parity(curve: Curve, which: int) -> bool:
    with precision(BITS):
        for x, value in curve.samples:
            with suppress(Undefined, Unknown):
                if not (curve.at(-x) - which * value).contains(0):
                    return True
    return False


def _is_infinite_far_out(curve: Curve, side: int) -> bool:
    with suppress(Undefined, Unknown):
        if curve.inside(fmpq(side * 10**30)):
            end = limit(curve, None, side).low
            return end is not None and not end.is_finite()
    return False


def first_jump(curve: Curve, places: Sequence[fmpq], orders: int) -> int | None:
    """The order of the first derivative, up to one, that jumps at some place; None if none is seen to."""
    return next((order for order in range(orders + 1) if curve.derived(order).jumps(places)), None)


# --- numbers --------------------------------------------------------------------------------------------------


def lipschitz(curve: Curve, places: Sequence[fmpq]) -> Estimate:
    """The supremum of the slope's size; without bound where the function jumps.

    Where it rises more from one sample to the next than the slopes that are seen allow, a steep piece was not seen.
    """
    if curve.jumps(places):
        return infinite(1)
    slope = highest((peak(curve.derived()), -pit(curve.derived())))
    rise = max((abs(fb - fa) / arb(b - a) for (a, fa), (b, fb) in pairwise(curve.samples)), default=arb(0))
    if slope.high is not None and rise > slope.high:
        return Estimate(rise.lower(), None)
    return slope


def continuity(curve: Curve, places: Sequence[fmpq]) -> Estimate:
    """An upper bound: one less than the order of the first derivative that jumps."""
    order = first_jump(curve, places, 5)
    return Estimate(arb(-1), None) if order is None else Estimate(None, arb(order - 1))


def rounded(value: arb, form: Format) -> Estimate:
    """The float of a format nearest to a number, ties to even, from the definition."""
    if not value.is_finite():
        raise Unknown
    low, high = (_nearest(end, form) for end in (value.lower(), value.upper()))
    if low is None or high is None or not low == high:
        raise Unknown
    return Estimate(low, high)


def _nearest(end: arb, form: Format) -> arb | None:
    """None where a format without infinities has no such float."""
    mantissa, exponent = (int(part) for part in end.man_exp())
    if not mantissa:
        return arb(0)
    beyond = INFINITY * (1 if mantissa > 0 else -1) if form.overflow == "inf" else None
    top = abs(mantissa).bit_length() - 1 + exponent
    last = max(top, form.emin) - form.precision + 1
    shift = exponent - last
    if shift < -100_000 or top > form.emax + 2:
        return arb(0) if shift < 0 else beyond
    steps = mantissa << shift if shift >= 0 else _half_even(mantissa, -shift)
    return beyond if abs(steps) > int(form.max_finite / fmpq(2) ** last) else arb(steps) * arb(2) ** last


def _half_even(mantissa: int, shift: int) -> int:
    down = mantissa >> shift
    rest = mantissa - (down << shift)
    half = 1 << (shift - 1)
    return down + (rest > half or (rest == half and down & 1))


def product_extrema(curve: Curve, count: Estimate) -> tuple[Estimate, Estimate]:
    """The infimum and the supremum of a product of independent values of a curve."""
    n = _whole(count)
    values = sorted((v for _, v in curve.samples), key=lambda v: v.mid())
    attained = _products(values[0], values[-1], n)
    expected: list[arb] = []
    with suppress(Unknown):
        expected = _products(pit(curve).ball(), peak(curve).ball(), n)
    if not all(e.is_finite() for e in expected):
        expected = []
    low = Estimate(min((e.lower() for e in expected), default=None), min(p.upper() for p in attained))
    return low, Estimate(max(p.lower() for p in attained), max((e.upper() for e in expected), default=None))


def _products(least: arb, most: arb, n: int) -> list[arb]:
    """The products of n factors among which the extreme ones are."""
    return [least**k * most ** (n - k) for k in {0, 1, n - 1, n}]


def product(curve: Curve, count: Estimate, place: Place, node: Node) -> Estimate:
    """The product at arguments that are chosen for the point: all alike, or two kinds."""
    n = _whole(count)
    drawn = place.get(node.text)
    chosen = None if drawn is None else int(drawn.p)
    values = [v for _, v in curve.samples]
    if chosen is None or not values:
        raise Unknown
    first, second = values[chosen % len(values)], values[(7 * chosen + 3) % len(values)]
    k = chosen % (n + 1) if chosen % 2 else n
    return estimate(first**k * second ** (n - k))


def _whole(count: Estimate) -> int:
    if count.low is None or count.high is None or not count.low == count.high:
        raise Unknown
    n = int(float(count.low.mid()))
    if not 1 <= n <= 10_000:
        raise Unknown
    return n


# --- sets -----------------------------------------------------------------------------------------------------


def differs(kind: str, curve: Curve, claimed: Claimed, at: arb | None) -> bool:
    """Whether a set of the curve is certainly not the claimed one."""
    match kind:
        case "range":
            return _range_differs(curve, claimed)
        case "zeros":
            return _zeros_differ(curve, claimed)
        case "argmax" | "argmin":
            return _extrema_differ(curve, claimed, 1 if kind == "argmax" else -1)
        case _:
            return _subdifferential_differs(curve, claimed, at)


def _range_differs(curve: Curve, claimed: Claimed) -> bool:
    samples = curve.samples
    if any(claimed.excludes(v) for _, v in samples):
        return True
    ends = claimed.ends()
    if ends is None:
        return bool(samples)
    return pit(curve).is_apart_from(ends[0]) or peak(curve).is_apart_from(ends[1])


def product_range_differs(curve: Curve, count: Estimate, claimed: Claimed) -> bool:
    """Whether the values of a product of independent values are certainly not the claimed set."""
    n = _whole(count)
    if any(claimed.excludes(v**n) for _, v in curve.samples):
        return True
    ends = claimed.ends()
    if ends is None:
        return bool(curve.samples)
    return any(a.is_apart_from(b) for a, b in zip(product_extrema(curve, count), ends, strict=True))


def _zeros_differ(curve: Curve, claimed: Claimed) -> bool:
    if _fails_at_a_member(curve, claimed, lambda value: value > 0 or value < 0):
        return True
    if any(v.is_zero() and claimed.excludes(arb(x)) for x, v in curve.samples):
        return True
    for (a, fa), (b, fb) in pairwise(curve.samples):
        if b - a <= 2 and {sign(fa), sign(fb)} == {-1, 1}:
            zero = _crossing(curve, a, b, sign(fa))
            if zero is not None and claimed.excludes(zero):
                return True
    return False


def _crossing(curve: Curve, a: fmpq, b: fmpq, before: int | None) -> arb | None:
    """A small ball in which the curve certainly passes through 0.

    It is continuous on a ball for which it has an enclosure: a seam, where it may jump, or a pole has none.
    """
    with precision(2 * BITS), suppress(Undefined, Unknown):
        for _ in range(50):
            middle = (a + b) / 2
            side = sign(curve.at(middle))
            if side is None:
                return None
            a, b = (middle, b) if side == before else (a, middle)
        cell = arb(a).union(arb(b))
        curve.at(cell)
        return cell if curve.inside(cell) else None
    return None


def _fails_at_a_member(curve: Curve, claimed: Claimed, is_wrong: Callable[[arb], bool]) -> bool:
    """Whether a claimed member is outside the domain or has a wrong value."""
    with precision(FINE_BITS):
        for x in _between(claimed) if claimed.members is None else claimed.members:
            try:
                if is_wrong(curve.at(x)):
                    return True
            except Undefined:
                return True
            except Unknown:
                continue
    return False


def _between(claimed: Claimed) -> list[arb]:
    low = claimed.low if claimed.low.is_finite() else (claimed.high - 1000 if claimed.high.is_finite() else arb(-1000))
    high = claimed.high if claimed.high.is_finite() else low + 1000
    return [low + (high - low) * k / 7 for k in range(1, 7)]


def _extrema_differ(curve: Curve, claimed: Claimed, which: int) -> bool:
    with precision(FINE_BITS):
        top = peak(curve).low if which > 0 else (-pit(curve)).low
    if top is None:
        raise Unknown
    return _fails_at_a_member(curve, claimed, lambda value: which * value < top)


def _subdifferential_differs(curve: Curve, claimed: Claimed, at: arb | None) -> bool:
    assert at is not None
    slope = curve.derived()
    sides = [limit(slope, at, side) for side in (-1, 1)]
    ends = claimed.ends()
    if ends is None:
        raise Unknown
    whole = hull(sides)
    low = Estimate(whole.low, min((s.high for s in sides if s.high is not None), default=None))
    high = Estimate(max((s.low for s in sides if s.low is not None), default=None), whole.high)
    return low.is_apart_from(ends[0]) or high.is_apart_from(ends[1])


SEARCHED = tuple(sorted({s * fmpq(k, 4) * fmpq(2) ** n for n in range(-6, 6) for k in range(4, 8) for s in (1, -1)}))
"""Numbers between which the value of an inverse function is looked for."""


def solution(curve: Curve, y: arb) -> Estimate:
    """Where a one-to-one function is y: between two numbers at which it lies on both sides. Raises Unknown."""

    def difference(x: fmpq) -> arb | None:
        try:
            return curve.at(x) - y
        except (Undefined, Unknown):
            return None

    known = [(x, d) for x, d in zip(SEARCHED, map(difference, SEARCHED), strict=True) if d is not None and sign(d)]
    for (low, before), (high, after) in pairwise(known):
        if sign(before) != sign(after):
            for _ in range(80):
                middle = (low + high) / 2
                value = difference(middle)
                if value is None or not sign(value):
                    break
                if sign(value) == sign(before):
                    low, before = middle, value
                else:
                    high, after = middle, value
            if not abs(before - after) < arb(2) ** -20:  # a pole
                raise Unknown
            return Estimate(arb(low), arb(high))
    raise Unknown

"""Statements about whole functions, tried by their definitions: properties, sets, constants and roundings.

Each question is answered False (or with a bound) where samples certainly contradict what was said, and otherwise left
open: no number of samples shows that a function is increasing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from flint import arb, fmpq

from ..enclosures.balls import precision
from ..enclosures.formats import Format
from .as_written import Node
from .numbers import BITS, FINE_BITS, INFINITY, Curve, Estimate, Sample, estimate, far, hull, jumps
from .witness import Place, Undefined, Unknown, sign

NUMBERS = {"sup", "inf", "lipschitz", "continuity", "E", "limit", "argmax", "argmin", "rounding", "product"}
SETS = {"range", "zeros", "argmax", "argmin", "subdifferential"}
TINY = arb(10) ** -9


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
    samples = curve.samples()
    match node.op:
        case "increasing" | "decreasing" | "monotone":
            return _monotone(node.op, samples)
        case "convex" | "concave":
            return _convex(samples, 1 if node.op == "convex" else -1)
        case "odd" | "even":
            return _parity(curve, -1 if node.op == "odd" else 1)
        case "positive":
            return False if any(v <= 0 for _, v in samples) else None
        case "bounded":
            return _bounded(curve)
        case "differentiable" | "smooth":
            return _smooth(curve, places, 1 if node.op == "differentiable" else 3)
        case "identity_near":
            return _identity_near(curve, at)
    raise Unknown


def _monotone(kind: str, samples: list[Sample]) -> bool | None:
    rises = [b[1] - a[1] for a, b in pairwise(samples)]
    match kind:
        case "increasing":
            return False if any(r <= 0 for r in rises) else None
        case "decreasing":
            return False if any(r >= 0 for r in rises) else None
    return False if any(r > 0 for r in rises) and any(r < 0 for r in rises) else None


def _convex(samples: list[Sample], wanted: int) -> bool | None:
    for stride in (1, 5, 17):
        for i in range(stride, len(samples) - stride):
            (a, fa), (b, fb), (c, fc) = samples[i - stride], samples[i], samples[i + stride]
            weight = arb((b - a) / (c - a))
            if wanted * (fb - (1 - weight) * fa - weight * fc) > 0:
                return False
    return None


def _parity(curve: Curve, which: int) -> bool | None:
    with precision(BITS):
        for x, value in curve.samples():
            with suppress(Undefined, Unknown):
                if not (curve.at(-x) - which * value).contains(0):
                    return False
    return None


def _bounded(curve: Curve) -> bool | None:
    for side in (-1, 1):
        with suppress(Undefined, Unknown):
            if curve.inside(fmpq(side * 10**30)):
                end = far(curve, None, side)
                if end.low is not None and not end.low.is_finite():
                    return False
    return None


def _smooth(curve: Curve, places: Sequence[fmpq], orders: int) -> bool | None:
    for order in range(orders + 1):
        if next(jumps(curve.derived(order) if order else curve, places), None) is not None:
            return False
    return None


def _identity_near(curve: Curve, at: arb | None) -> bool | None:
    assert at is not None
    if not (curve.at(at) - at).contains(0):
        return False
    slope = curve.jet(at, 1)[1]
    return None if (slope - 1).contains(0) else False


# --- numbers --------------------------------------------------------------------------------------------------


def lipschitz(curve: Curve, places: Sequence[fmpq]) -> Estimate:
    """The supremum of the slope's size; without bound where the function jumps."""
    if next(jumps(curve, places), None) is not None:
        return Estimate(INFINITY, INFINITY)
    slope = curve.derived()
    up, down = slope.peak(), -slope.pit()
    return _larger(up, down)


def _larger(a: Estimate, b: Estimate) -> Estimate:
    lows = [e.low for e in (a, b) if e.low is not None]
    highs = [a.high, b.high]
    return Estimate(max(lows) if lows else None, None if None in highs else max(highs))  # type: ignore[type-var]


def continuity(curve: Curve, places: Sequence[fmpq]) -> Estimate:
    """An upper bound: one less than the first derivative that jumps."""
    for order in range(6):
        if next(jumps(curve.derived(order) if order else curve, places), None) is not None:
            return Estimate(None, arb(order - 1))
    return Estimate(arb(-1), None)


def rounded(value: arb, form: Format) -> Estimate:
    """The float of a format nearest to a number, ties to even, from the definition."""
    if not value.is_finite():
        raise Unknown
    low, high = (_nearest(end, form) for end in (value.lower(), value.upper()))
    if low is None or high is None or not low == high:
        raise Unknown
    return Estimate(low, high)


def _nearest(end: arb, form: Format) -> arb | None:
    mantissa, exponent = (int(part) for part in end.man_exp())
    if not mantissa:
        return arb(0)
    top = mantissa.bit_length() - 1 + exponent if mantissa > 0 else (-mantissa).bit_length() - 1 + exponent
    last = max(top, form.emin) - form.precision + 1
    shift = exponent - last
    if shift < -100_000 or top > form.emax + 2:
        return arb(0) if shift < 0 else (INFINITY * (1 if mantissa > 0 else -1) if form.overflow == "inf" else None)
    steps = mantissa << shift if shift >= 0 else _half_even(mantissa, -shift)
    limit = int(form.max_finite / fmpq(2) ** last) if last >= 0 else int(form.max_finite * fmpq(2) ** -last)
    if abs(steps) > limit:
        return INFINITY * (1 if mantissa > 0 else -1) if form.overflow == "inf" else None
    return arb(steps) * arb(2) ** last


def _half_even(mantissa: int, shift: int) -> int:
    down = mantissa >> shift
    rest = mantissa - (down << shift)
    half = 1 << (shift - 1)
    return down + (rest > half or (rest == half and down & 1))


def of_product(op: str, curve: Curve, count: Estimate) -> Estimate:
    """The supremum or infimum of a product of independent values of a curve."""
    n = _whole(count)
    bottom, top = curve.pit(), curve.peak()
    samples = [v for _, v in curve.samples()]
    least, most = min(samples, key=lambda v: v.mid()), max(samples, key=lambda v: v.mid())
    products = [least**k * most ** (n - k) for k in {0, 1, n - 1, n}]
    seen = Estimate(min(p.upper() for p in products), max(p.lower() for p in products))
    expected: list[arb] = []
    with suppress(Unknown):
        ends = bottom.ball(), top.ball()
        expected = [ends[0] ** k * ends[1] ** (n - k) for k in {0, 1, n - 1, n}]
    if not all(e.is_finite() for e in expected):
        expected = []
    if op == "sup":
        return Estimate(seen.high, max((e.upper() for e in expected), default=None))
    return Estimate(min((e.lower() for e in expected), default=None), seen.low)


def product(curve: Curve, count: Estimate, place: Place, node: Node) -> Estimate:
    """The product at arguments that are chosen for the point: all alike, or two kinds."""
    n = _whole(count)
    drawn = place.get(node.text)
    chosen = None if drawn is None else int(drawn.p)
    values = [v for _, v in curve.samples()]
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
    return _subdifferential_differs(curve, claimed, at)


def _range_differs(curve: Curve, claimed: Claimed) -> bool:
    samples = curve.samples()
    if any(claimed.excludes(v) for _, v in samples):
        return True
    ends = claimed.ends()
    if ends is None:
        return bool(samples)
    return _apart(curve.pit(), ends[0]) or _apart(curve.peak(), ends[1])


def product_range_differs(curve: Curve, count: Estimate, claimed: Claimed) -> bool:
    """Whether the values of a product of independent values are certainly not the claimed set."""
    n = _whole(count)
    if any(claimed.excludes(v**n) for _, v in curve.samples()):
        return True
    ends = claimed.ends()
    if ends is None:
        return bool(curve.samples())
    return any(_apart(of_product(op, curve, count), end) for op, end in zip(("inf", "sup"), ends, strict=True))


def _apart(a: Estimate, b: Estimate) -> bool:
    above = a.low is not None and b.high is not None and a.low > b.high
    below = a.high is not None and b.low is not None and a.high < b.low
    return bool(above or below)


def _zeros_differ(curve: Curve, claimed: Claimed) -> bool:
    if _fails_at_a_member(curve, claimed, lambda value: value > 0 or value < 0):
        return True
    samples = curve.samples()
    if any(v.is_zero() and claimed.excludes(arb(x)) for x, v in samples):
        return True
    for (a, fa), (b, fb) in pairwise(samples):
        if (sign(fa) == 1 and sign(fb) == -1) or (sign(fa) == -1 and sign(fb) == 1):
            zero = _crossing(curve, a, b, sign(fa) or 1, max(abs(fa), abs(fb), key=lambda v: v.mid()))
            if zero is not None and claimed.excludes(zero):
                return True
    return False


def _crossing(curve: Curve, a: fmpq, b: fmpq, before: int, size: arb) -> arb | None:
    """A small ball around a place where the curve passes through 0, not by a jump."""
    if b - a > 2:
        return None
    with precision(2 * BITS):
        for _ in range(50):
            middle = (a + b) / 2
            try:
                here = sign(curve.at(middle)) if curve.inside(middle) else None
            except (Undefined, Unknown):
                return None
            if here == 0:
                return arb(middle)
            if here is None:
                return None
            a, b = (middle, b) if here == before else (a, middle)
        ends = [curve.at(a), curve.at(b)]
        if any(abs(v) > size * arb(10) ** -6 for v in ends):
            return None
        return arb(a).union(arb(b))


def _fails_at_a_member(curve: Curve, claimed: Claimed, wrong) -> bool:
    """Whether a claimed member is outside the domain or has a wrong value."""
    if claimed.members is None:
        middles = _between(claimed)
    else:
        middles = claimed.members
    with precision(FINE_BITS):
        for x in middles:
            try:
                if wrong(curve.at(x)):
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
        top = curve.peak().low if which > 0 else (-curve.pit()).low
    if top is None:
        raise Unknown
    return _fails_at_a_member(curve, claimed, lambda value: which * value < top)


def _subdifferential_differs(curve: Curve, claimed: Claimed, at: arb | None) -> bool:
    assert at is not None
    slope = curve.derived()
    sides = [far(slope, at, side) for side in (-1, 1)]
    ends = claimed.ends()
    if ends is None:
        raise Unknown
    whole = hull(sides)
    low = Estimate(whole.low, min((s.high for s in sides if s.high is not None), default=None))
    high = Estimate(max((s.low for s in sides if s.low is not None), default=None), whole.high)
    return _apart(low, ends[0]) or _apart(high, ends[1])

"""Sets of reals as ordered disjoint intervals with certified ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cmp_to_key

from .reals import Real, compare


@dataclass(frozen=True)
class Interval:
    """An interval; a point when both ends are the same closed end. Infinite ends are open."""

    low: Real
    high: Real
    low_closed: bool
    high_closed: bool

    @property
    def is_point(self) -> bool:
        return self.low is self.high or (self.low_closed and self.high_closed and compare(self.low, self.high) == 0)

    def __str__(self) -> str:
        if self.low is self.high:
            return f"{{{self.low}}}"
        return f"{'[' if self.low_closed else '('}{self.low}, {self.high}{']' if self.high_closed else ')'}"


@dataclass(frozen=True)
class RealSet:
    """A finite union of intervals, increasing and apart."""

    parts: tuple[Interval, ...]

    @property
    def is_empty(self) -> bool:
        return not self.parts

    def single(self) -> Real | None:
        """The only element of a one-point set."""
        return self.parts[0].low if len(self.parts) == 1 and self.parts[0].is_point else None

    def __str__(self) -> str:
        if not self.parts:
            return "{}"
        if all(part.low is part.high for part in self.parts):
            return "{" + ", ".join(str(part.low) for part in self.parts) + "}"
        return " | ".join(map(str, self.parts))


def point(x: Real) -> Interval:
    """The set of one number."""
    return Interval(x, x, True, True)


def _by_start(a: Interval, b: Interval) -> int:
    order = compare(a.low, b.low)
    return order or (not a.low_closed) - (not b.low_closed)


def union(parts: Iterable[Interval]) -> RealSet:
    """The union, joined where intervals overlap or touch. Raises Undecided where ends do not separate."""
    result: list[Interval] = []
    for part in sorted(parts, key=cmp_to_key(_by_start)):
        if not result:
            result.append(part)
            continue
        last = result[-1]
        gap = compare(part.low, last.high)
        if gap > 0 or (gap == 0 and not (part.low_closed or last.high_closed)):
            result.append(part)
            continue
        further = compare(part.high, last.high)
        if further > 0:
            result[-1] = Interval(last.low, part.high, last.low_closed, part.high_closed)
        elif further == 0 and part.high_closed and not last.high_closed:
            result[-1] = Interval(last.low, last.high, last.low_closed, True)
    return RealSet(tuple(result))


def equal(a: RealSet, b: RealSet) -> bool:
    """Whether two sets are equal. Raises Undecided."""
    if len(a.parts) != len(b.parts):
        return False
    return all(
        compare(p.low, q.low) == 0
        and compare(p.high, q.high) == 0
        and (p.low_closed, p.high_closed) == (q.low_closed, q.high_closed)
        for p, q in zip(a.parts, b.parts, strict=True)
    )

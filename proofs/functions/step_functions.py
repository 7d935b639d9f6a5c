"""Step functions: the real line cut into points and open gaps, one value on each: a sign, truth, None for undefined.

Lines of several functions are refined to common marks; then a statement about all of them is decided by looking
at finitely many places. A mark of one function is compared with a mark of another by certified comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flint import fmpq

from ..budget import Undecided, spend
from ..enclosures.balls import doublings, exact_rational, precision
from ..normal_forms.signs import CAP_BITS, START_BITS
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, exact

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Line(Generic[T_co]):
    """marks increasing; at[i] holds at marks[i], gaps[i] on the open gap before marks[i] (the last: after all)."""

    marks: tuple[Real, ...]
    at: tuple[T_co, ...]
    gaps: tuple[T_co, ...]

    def ends(self, gap: int) -> tuple[Real, Real]:
        """The two ends of a gap."""
        low = self.marks[gap - 1] if gap else MINUS_INFINITY
        return low, self.marks[gap] if gap < len(self.marks) else PLUS_INFINITY

    def map(self, f: Callable[[T_co], U]) -> Line[U]:
        return Line(self.marks, tuple(map(f, self.at)), tuple(map(f, self.gaps)))


def constant(value: T) -> Line[T]:
    """The same value everywhere."""
    return Line((), (), (value,))


def indicator(point: Real) -> Line[bool]:
    """The set of one point."""
    return Line((point,), (True,), (False, False))


def hull(region: Line[bool]) -> tuple[Real, Real]:
    """An interval that contains the region, its ends exact or infinite."""
    held = [i for i, inside in enumerate(region.gaps) if inside]
    points = [i for i, inside in enumerate(region.at) if inside]
    if not held and not points:
        raise Undecided("the domain is empty")
    first, last = min([*held, *(i + 1 for i in points)]), max([*held, *points])
    low = region.ends(first)[0]
    high = region.ends(last)[1]
    return _outward(low, -1), _outward(high, 1)


def _outward(end: Real, side: int) -> Real:
    """The end itself where it is exact, else a rational beyond it."""
    if end.infinite or end.recognise():
        return end
    ball = end.ball(64)
    return exact(exact_rational(ball.upper() if side > 0 else ball.lower()) + fmpq(side, 8))


def merge(lines: Sequence[Line[Any]]) -> Line[tuple[Any, ...]]:
    """Common refinement: at every place the tuple of all values. Raises Undecided."""
    spend(0.2 + 0.1 * sum(len(line.marks) for line in lines))
    marks = merge_marks(line.marks for line in lines)
    columns = [_spread(line, marks) for line in lines]
    at = tuple(tuple(column[0][i] for column in columns) for i in range(len(marks)))
    gaps = tuple(tuple(column[1][i] for column in columns) for i in range(len(marks) + 1))
    return Line(marks, at, gaps)


def merge_marks(lists: Iterable[Sequence[Real]]) -> tuple[Real, ...]:
    """All marks in order, equal ones once."""
    result: list[Real] = []
    for marks in lists:
        merged: list[Real] = []
        i = j = 0
        while i < len(result) or j < len(marks):
            if i == len(result):
                order = 1
            elif j == len(marks):
                order = -1
            else:
                order = compare(result[i], marks[j])
            merged.append(result[i] if order <= 0 else marks[j])
            i += order <= 0
            j += order >= 0
        result = merged
    return tuple(result)


def _spread(line: Line[T], marks: tuple[Real, ...]) -> tuple[list[T], list[T]]:
    at: list[T] = []
    gaps: list[T] = []
    position = 0
    for mark in marks:
        gaps.append(line.gaps[position])
        if position < len(line.marks) and compare(line.marks[position], mark) == 0:
            at.append(line.at[position])
            position += 1
        else:
            at.append(line.gaps[position])
    gaps.append(line.gaps[position])
    return at, gaps


def sample(low: Real, high: Real) -> Real:
    """A short rational strictly inside an open gap."""
    if low.infinite and high.infinite:
        return exact(0)
    if low.infinite:
        end = exact_rational(high.ball(64).lower())
        return exact(int(end.p // end.q) - 1)
    if high.infinite:
        end = exact_rational(low.ball(64).upper())
        return exact(1 - int(-end.p // end.q))
    for bits in doublings(START_BITS, CAP_BITS):
        with precision(2 * bits):
            a, b = exact_rational(low.ball(bits).upper()), exact_rational(high.ball(bits).lower())
        if a < b:
            return exact(_simplest_between(a, b))
    raise Undecided(f"a point between {low} and {high}")


def _simplest_between(a: fmpq, b: fmpq) -> fmpq:
    """The fraction with the smallest denominator in the open interval (a, b)."""
    if a < 0 < b:
        return fmpq(0)
    if b <= 0:
        return -_simplest_between(-b, -a)
    whole = a.p // a.q
    if whole + 1 < b:
        return fmpq(whole + 1)
    # a and b share their whole part (or b is the next whole number): recurse on the reciprocals of the rests.
    rest_a, rest_b = a - whole, b - whole
    if rest_a == 0:
        n = 1 / rest_b
        return whole + fmpq(1, int(n.p // n.q) + 1)
    return whole + 1 / _simplest_between(1 / rest_b, 1 / rest_a)

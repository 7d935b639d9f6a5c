"""Shapes of functions of one name: cuts of the line with the sign of the derivative on every gap, re-checked.

Between two marks a function is then strictly monotone or constant, and its values there fill the interval between its
one-sided limits. A condition restricts shapes, and with them ranges, extrema, `bounded`, `positive` and monotony.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cmp_to_key, partial
from typing import Any

from mpmath import libmp as lib

from .domain import Domain, Part
from .evaluation import Cell, Point, limit
from .intervals import Num, Unclear, Undefined, Value, compare
from .reader import Node, replaced
from .signs import Mark, SignOf


def slope_of(e: Node, name: str) -> Node:
    """The derivative; its own variable is named after the derivatives inside, so that it is none of theirs."""
    bound = f"{name}#-{e.derivatives}"
    return Node("D", replaced(e, name, Node("name", bound)), bound, Node("name", name))


def unrestricted(check: Domain, e: Any, name: str) -> None:
    """Raises Unclear where the condition speaks of the name."""
    if name in check.confined:
        raise Unclear(f"{e.text[:60]} under a condition on {name}")


def in_domain(check: Domain, name: str, sign: SignOf) -> bool:
    """Whether the condition holds where the signs are taken."""
    return name not in check.confined or check.truth(check.where, sign, strict=True) is True


def shape(check: Domain, e: Any) -> list[Part]:
    """The values of a function of one name on its domain, piece by piece."""
    name = check.reader.variable(e)
    key = f"shape of {e.text} | {name}"
    if key not in check.cache:
        with check.about(key):
            check.cache[key] = _parts(check, key, name, e)
    return check.cache[key]


def _parts(check: Domain, key: str, name: str, e: Any) -> list[Part]:
    f = check.reader.read(e)
    gaps, marks = check.cut(key, name, e)
    parts: list[Part] = []
    for i, gap in enumerate(gaps):
        if in_domain(check, name, partial(check.sign, gap)):
            direction = check.sign(gap, "slope", slope_of(f, name))
            if direction is not None:
                left, right = end_value(f, gap.low, 1), end_value(f, gap.high, -1)
                low, high = (left, right) if direction > 0 else (right, left)
                part = Part(low, high, False, False, direction=direction) if direction else Part(left, left, on=gap)
                parts.append(part)
            elif check.sign(gap, "value", f) is not None:
                raise Unclear(f"{key}: a function without a derivative")
        if i < len(marks) and in_domain(check, name, partial(check.at_mark, marks[i])):
            with suppress(Undefined):
                value = value_at(f, marks[i])
                parts.append(Part(value, value, at=marks[i]))
    if not parts:
        raise Unclear(f"{key}: the domain is empty")
    return parts


def value_at(f: Node, mark: Mark) -> Num:
    """The value at a mark: one object, so that it equals the one-sided limits where the function is continuous."""
    if f not in mark.values:
        mark.values[f] = Point(mark.name, mark.point).value(f) if mark.exact else _near(f, mark)
    return mark.values[f]


def _near(f: Node, mark: Mark) -> Num:
    """All values on a bracket on which the function is continuous."""
    cell = Cell(mark.name, mark.span)
    try:
        cell.jet(f, 2)  # smooth there
        return cell.form(f, 0)
    except Unclear:
        value = cell.value(f)
        if cell.jumps:
            raise
        return value


def end_value(f: Node, mark: Mark, side: int) -> Value:
    """The one-sided limit at an end of a gap."""
    if mark.bracket is not None:
        try:
            _near(f, mark)
            return value_at(f, mark)
        except Unclear:
            if not mark.exact:
                raise
    return limit(f, mark.name, mark.value, side)


def extremum(parts: list[Part], sense: int) -> tuple[Value, list[Part]]:
    """The supremum (sense 1) or infimum (-1), and the parts in which it is attained."""
    best: Value = "-oo" if sense > 0 else "oo"
    holders: list[Part] | None = []
    for part in parts:
        value, taken = (part.high, part.high_closed) if sense > 0 else (part.low, part.low_closed)
        try:
            order = sense * compare(value, best)
        except Unclear:  # too close to tell: the larger of the two, where it is attained stays open
            assert isinstance(value, Num) and isinstance(best, Num)
            beyond = lib.mpf_gt if sense > 0 else lib.mpf_lt
            low, high = (a if beyond(a, b) else b for a, b in zip(value.ball, best.ball, strict=True))
            best, holders = Num(None, (low, high)), None
            continue
        if order > 0:
            best, holders = value, []
        if order >= 0 and taken and holders is not None:
            holders.append(part)
    return best, holders or []


def union(parts: list[Part]) -> list[Part]:
    """The same set as disjoint parts from left to right."""

    def order(p: Part, q: Part) -> int:
        return compare(p.low, q.low) or q.low_closed - p.low_closed

    result: list[Part] = []
    for part in sorted(parts, key=cmp_to_key(order)):
        if result:
            last = result[-1]
            reach = compare(part.low, last.high)
            if reach < 0 or (reach == 0 and (part.low_closed or last.high_closed)):
                beyond = compare(part.high, last.high)
                high, closed = (part.high, part.high_closed) if beyond > 0 else (last.high, last.high_closed)
                result[-1] = Part(last.low, high, last.low_closed, closed or (beyond == 0 and part.high_closed))
                continue
        result.append(Part(part.low, part.high, part.low_closed, part.high_closed))
    return result


def pieces(check: Domain, e: Any) -> tuple[Node, str, list[Mark], list[tuple[Mark, int]]]:
    """A function that is analytic between marks, on an interval: the marks inside it, and the ends that belong to it.

    An end comes with the side, 1 or -1, on which the interval lies.
    """
    name, f = check.reader.variable(e), check.reader.read(e)
    key = f"pieces of {e.text} | {name}"
    with check.about(key):
        gaps, marks = check.cut(key, name, e)
        inside = [in_domain(check, name, partial(check.sign, gap)) for gap in gaps]
        members = {i for i, mark in enumerate(marks) if in_domain(check, name, partial(check.at_mark, mark))}
        if not any(inside):
            raise Unclear(f"{key}: the domain has no interior")
        first, last = inside.index(True), len(inside) - 1 - inside[::-1].index(True)
        between = {*range(first, last)}
        if not all(inside[first : last + 1]) or not between <= members <= between | {first - 1, last}:
            raise Unclear(f"{key}: the domain is not an interval")
        for gap in gaps[first : last + 1]:
            check.defined(gap, f)
        if not all(marks[i].exact for i in members):
            raise Unclear(f"{key}: a breakpoint without an exact form")
    return f, name, marks[first:last], [(marks[i], 1 if i < first else -1) for i in members - between]


def continuous_at(f: Node, name: str, point: Num, demand: bool = True) -> bool:
    """Whether both one-sided limits are the value. Raises Unclear where it stays open, or is not so on `demand`."""
    left, value, right = limit(f, name, point, -1), Point(name, point).value(f), limit(f, name, point, 1)
    if isinstance(left, str) or isinstance(right, str):
        raise Unclear("an infinite one-sided limit")
    signs = [(side - value).sign() for side in (left, right)]
    if None in signs or (demand and any(signs)):
        raise Unclear("whether a function is continuous at a mark")
    return not any(signs)

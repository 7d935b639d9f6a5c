"""Properties of whole functions, re-checked on shapes and pieces: monotony, convexity, parity, smoothness, approx.

Continuity, smoothness and convexity are confirmed on an interval; a property of a function that the condition restricts
in another way is not confirmed.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any

from .domain import Domain, Part
from .evaluation import Point, closed, derivative_at, limit
from .intervals import Num, Unclear, Undefined, compare, number
from .reader import Bad, Node, replaced, tree
from .shapes import continuous_at, extremum, pieces, shape, slope_of, unrestricted
from .signs import SignOf


def predicate(check: Domain, kind: str, e: Any) -> bool:
    """Whether a property of a function, or approx, holds."""
    args = e.args
    if kind == "approx" and len(args) == 2 and len(e.keywords) == 1:
        return approx(check, args[0], args[1], e.keywords[0])
    if e.keywords:
        raise Bad(f"no such option: {e.text[:80]!r}")
    if kind == "identity_near" and len(args) == 2:
        name, point = check.reader.variable(args[0]), closed(check.reader.read(args[1]))
        unrestricted(check, e, name)
        f = check.reader.read(args[0])
        return compare(Point(name, point).value(f), point) == 0 == compare(derivative_at(f, name, point), number(1))
    if len(args) != 1:
        raise Bad(f"not a statement: {e.text[:80]!r}")
    match kind:
        case "increasing" | "decreasing" | "monotone":
            return _monotone(shape(check, args[0]), kind)
        case "convex" | "concave":
            f, name, marks, edges = pieces(check, args[0])
            for mark in marks:
                continuous_at(f, name, mark.point)
            if edges:
                raise Unclear(f"{kind} up to an end of the domain")
            steps = _steps(shape(check, tree(f"D({args[0].text})")))
            return all(s >= 0 for s in steps) if kind == "convex" else all(s <= 0 for s in steps)
        case "odd" | "even":
            return _parity(check, args[0], kind)
        case "bounded":
            return not any(isinstance(extremum(shape(check, args[0]), s)[0], str) for s in (-1, 1))
        case "smooth":
            unrestricted(check, e, check.reader.variable(args[0]))
            return continuity(check, args[0]) is None
        case "differentiable":
            return _differentiable(check, args[0])
        case "positive":
            low, holders = extremum(shape(check, args[0]), -1)
            sign = compare(low, number(0))
            return sign == 1 or (sign == 0 and not holders)
        case _:
            raise Unclear(f"{kind} is beyond the re-checker")


def _steps(parts: list[Part]) -> list[int]:
    """The direction of every gap and of every step between neighbouring parts, from left to right."""
    steps = [part.direction for part in parts if part.at is None]
    for a, b in pairwise(parts):
        order = compare(b.start, a.end)
        if order or (a.at and b.at):
            steps.append(order)
    return steps


def _monotone(parts: list[Part], kind: str) -> bool:
    steps = _steps(parts)
    up, down = all(s > 0 for s in steps), all(s < 0 for s in steps)
    if kind != "monotone":
        return up if kind == "increasing" else down
    return all(s >= 0 for s in steps) or all(s <= 0 for s in steps)


def _parity(check: Domain, e: Any, kind: str) -> bool:
    """f(-x) = f(x) or -f(x) on every gap and at every mark; each has a value where the other has one."""
    name, f = check.reader.variable(e), check.reader.read(e)
    unrestricted(check, e, name)
    key = f"parity of {e.text} | {name}"
    mirrored = replaced(f, name, -Node("name", name))
    difference = mirrored - f if kind == "even" else mirrored + f
    signs: set[int | None] = set()
    with check.about(key):
        gaps, marks = check.cut(key, name, e)
        places: list[SignOf] = [partial(check.sign, gap) for gap in gaps]
        for sign_of in [*places, *(partial(check.at_mark, mark) for mark in marks)]:
            sign = sign_of(kind, difference)
            if sign is None and {sign_of("value", f), sign_of("mirrored", mirrored)} != {None}:
                raise Unclear(f"{key}: f(x) is defined where f(-x) is not")
            signs.add(sign)
    if signs == {None}:
        raise Unclear(f"{key}: nowhere are f(x) and f(-x) both defined")
    return signs <= {0, None}


def approx(check: Domain, a: Any, b: Any, option: Any) -> bool:
    """b is a rounded to n significant digits, ties either way; with rel=r, abs(a - b) <= r abs(b)."""
    if option.arg not in ("rel", "digits"):
        raise Bad("approx takes digits= or rel=")
    x, y, amount = closed(check.reader.read(a)), closed(check.reader.read(b)), fraction_of(check, option.value)
    target = y.rational
    if not target:
        raise Unclear("approx to a number that is not written out")
    if option.arg == "rel":
        half = amount * abs(target)
    elif amount not in range(1, 1001):
        raise Bad("digits is a whole number from 1 to 1000")
    else:
        half = Fraction(10) ** (_leading_place(x) - int(amount) + 1) / 2
        if (target / (2 * half)).denominator != 1:
            return False
    above, below = (x - (target - half)).sign(), (x - (target + half)).sign()
    if above is None or below is None:
        raise Unclear("a number so close to a rounding boundary")
    return above >= 0 >= below


def _leading_place(x: Num) -> int:
    """The exponent of the leading decimal digit: 10^n <= abs(x) < 10^(n + 1)."""
    sign = x.sign()
    largest, smallest = (number(Fraction(10) ** n) for n in (2000, -2000))
    if not sign or compare(x * x, largest) > 0 or compare(x * x, smallest) < 0:
        raise Unclear("the leading digit of a number")
    size, n = x * sign, 0
    while (size - Fraction(10) ** (n + 1)).sign() in (0, 1):
        n += 1
    while (size - Fraction(10) ** n).sign() == -1:
        n -= 1
    if (size - Fraction(10) ** n).sign() not in (0, 1) or (size - Fraction(10) ** (n + 1)).sign() != -1:
        raise Unclear("the leading digit of a number")
    return n


def fraction_of(check: Domain, e: Any) -> Fraction:
    """A rational that is written out. Raises Bad."""
    value = check.reader.read(e)
    if value.op != "num":
        raise Bad(f"expected a rational number: {e.text[:40]!r}")
    return value.args[0]


def continuity(check: Domain, e: Any) -> int | None:
    """The largest k with f in C^k, -1 with a jump, None for smooth."""
    f, name, marks, edges = pieces(check, e)
    if edges:
        raise Unclear(f"the continuity of {e.text[:60]} up to an end of the domain")
    if not marks:
        return None
    for mark in marks:
        if not continuous_at(f, name, mark.point, demand=False):
            return -1
    for order in range(1, 25):
        f = slope_of(f, name)
        for mark in marks:
            left, right = (limit(f, name, mark.value, side) for side in (-1, 1))
            if isinstance(left, str) or isinstance(right, str) or (sign := (left - right).sign()):
                return order - 1
            if sign is None:
                raise Unclear("whether two derivatives agree")
    raise Unclear("a function that is smoother than the re-checker looks")


def _differentiable(check: Domain, e: Any) -> bool:
    f, name, marks, _ = pieces(check, e)
    unrestricted(check, e, name)
    for mark in marks:
        Point(name, mark.point).value(f)  # where it is undefined, nothing is said
        try:
            derivative_at(f, name, mark.point)
        except Undefined:
            return False
    return True

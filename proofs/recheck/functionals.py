"""Statements about whole functions, re-checked: ranges, extrema, limits, expectations, products, predicates.

A function's *shape* is a cut of the line with the sign of its derivative on every gap; between two marks it is then
strictly monotone or constant, and its values there fill the interval between its one-sided limits.

A condition restricts shapes, and with them ranges, extrema, `bounded`, `positive` and monotony. Lipschitz constants,
continuity, smoothness and convexity are confirmed on an interval; what else speaks of a function that the condition
restricts is not confirmed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction
from functools import cmp_to_key
from itertools import pairwise
from typing import Any

import sympy as sp
from mpmath import libmp as lib

from .domain import Domain, Part
from .formulas import Bad, Cell, Node, Point, algebraic, closed, derivative_at, limit, num, power, replaced, tree
from .intervals import FAR, Num, Unclear, Undefined, Value, compare, is_zero, number
from .signs import Mark

FORMATS = {  # precision, least and greatest exponent
    "float64": (53, -1022, 1023), "float32": (24, -126, 127), "float16": (11, -14, 15), "bfloat16": (8, -126, 127),
    "float8_e4m3fn": (4, -6, 8), "float8_e5m2": (3, -14, 15),
}  # fmt: skip
MAX_COUNT, MAX_VALUES = 10_000, 2_000


def slope_of(e: Node, name: str) -> Node:
    """The derivative; its own variable is named after the derivatives inside, so that it is none of theirs."""
    bound = f"{name}#-{e.derivatives}"
    return Node("D", replaced(e, name, Node("name", bound)), bound, Node("name", name))


def restricted(check: Domain, name: str) -> bool:
    """Whether the condition speaks of the name."""
    return name in check.confined


def _unrestricted(check: Domain, e: Any, name: str) -> None:
    if restricted(check, name):
        raise Unclear(f"{e.text[:60]} under a condition on {name}")


def inside(check: Domain, name: str, sign: Callable[[str, Node], int | None]) -> bool:
    """Whether the condition holds where the signs are taken."""
    return not restricted(check, name) or check.truth(check.where, sign, strict=True) is True


def shape(check: Domain, e: Any) -> list[Part]:
    """The values of a function of one name on its domain, piece by piece."""
    name = check.reader.variable(e)
    key = f"shape of {e.text} | {name}"
    if key in check.cache:
        return check.cache[key]
    f, before = check.reader.read(e), check.at
    check.at = key
    parts: list[Part] = []
    gaps, marks = check.cut(key, name, e)
    for i, (gap, ends) in enumerate(gaps):
        if inside(check, name, lambda key, e, g=gap, m=ends: check.sign(g, key, e, name, m)):
            direction = check.sign(gap, "slope", slope_of(f, name), name, ends)
            if direction is not None:
                low, high = (end_value(f, name, m, side) for m, side in zip(ends, (1, -1), strict=True))
                bounds = (low, high) if direction > 0 else (high, low)
                parts.append(Part(*bounds, False, False, direction=direction) if direction else Part(low, low, on=ends))
            elif check.sign(gap, "value", f, name, ends) is not None:
                raise Unclear(f"{key}: a function without a derivative")
        if i < len(marks) and inside(check, name, lambda key, e, m=marks[i]: check.at_mark(e, name, m)):
            try:
                value = at(f, name, marks[i])
                parts.append(Part(value, value, at=marks[i]))
            except Undefined:
                continue
    if not parts:
        raise Unclear(f"{key}: the domain is empty")
    check.at = before
    check.cache[key] = parts
    return parts


def at(f: Node, name: str, mark: Mark) -> Num:
    """The value at a mark: one object, so that it equals the one-sided limits where the function is continuous."""
    assert isinstance(mark.value, Num)
    if f not in mark.values:
        mark.values[f] = Point(name, mark.value).value(f) if mark.exact else _near(f, name, mark)
    return mark.values[f]


def _near(f: Node, name: str, mark: Mark) -> Num:
    """All values on a bracket on which the function is continuous."""
    cell = Cell(name, mark.span)
    try:
        cell.jet(f, 2)  # smooth there
        return cell.form(f, 0)
    except Unclear:
        value = cell.value(f)
        if cell.jumps:
            raise
        return value


def end_value(f: Node, name: str, mark: Mark, side: int) -> Value:
    """The one-sided limit at an end of a gap."""
    if mark.bracket is not None:
        try:
            _near(f, name, mark)
            return at(f, name, mark)
        except Unclear:
            if not mark.exact:
                raise
    return limit(f, name, mark.value, side)


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
            pick = lib.mpf_gt if sense > 0 else lib.mpf_lt
            ends = zip(value.ball, best.ball, strict=True)
            best, holders = Num(None, tuple(a if pick(a, b) else b for a, b in ends)), None
            continue
        if order > 0:
            best, holders = value, []
        if order >= 0 and taken and holders is not None:
            holders.append(part)
    if holders is None:
        return best, []
    return best, holders


def functional(check: Domain, e: Any) -> Any:
    """The value of a call as a node (or "oo", "-oo"); None where it is no functional."""
    kind, args = e.func.id, e.args
    match kind, len(args):
        case ("sup" | "inf"), 1:
            return constant(extremum(values_of(check, args[0]), 1 if kind == "sup" else -1)[0])
        case "limit", 3:
            name = check.reader.bound(args[1])
            f, point = check.reader.read(args[0]), check.value(args[2])
            if isinstance(point, str):
                return constant(limit(f, name, point, -1))
            values = [limit(f, name, closed(point), side) for side in (-1, 1)]
            if isinstance(values[0], str) or isinstance(values[1], str) or (values[0] - values[1]).sign() != 0:
                raise Unclear(f"{e.text}: two sides of a limit")
            return constant(values[0])
        case "E", 1:
            return constant(expectation(check, args[0]))
        case "lipschitz", 1:
            f, name, marks, edges = _pieces(check, args[0])
            for mark in marks:
                _continuous_at(f, name, mark.value)
            for mark, side in edges:
                if compare(at(f, name, mark), limit(f, name, mark.value, side)):
                    raise Unclear(f"{e.text}: a jump at an end of the domain")
            slopes = shape(check, tree(f"D({args[0].text})"))
            low, high = (extremum(slopes, sense)[0] for sense in (-1, 1))
            if isinstance(low, str) or isinstance(high, str):
                return "oo"
            return constant(extremum([Part(high, high), Part(low * -1, low * -1)], 1)[0])
        case "continuity", 1:
            order = continuity(check, args[0])
            return "oo" if order is None else num(order)
        case "product", 2:
            return product(check, e)[0]
        case _ if kind in FORMATS and len(args) == 1:
            return num(rounded(kind, check.reader.read(args[0])))
    return None


def constant(value: Value) -> Any:
    if isinstance(value, str):
        return value
    rational = value.exact if value.exact is not None and value.exact.is_Rational else None
    return Node("const", value) if rational is None else num(Fraction(int(rational.p), int(rational.q)))


def rounded(kind: str, e: Node) -> Fraction:
    """A number rounded to a format; of one that is not rational, both ends of an enclosure must round alike."""
    if e.op == "num":
        return _nearest(kind, e.args[0])
    ball = closed(e).ball
    if any(abs(end[2] + end[3]) > FAR for end in ball):
        raise Unclear(f"{kind} of a number so large or small")
    low, high = (Fraction(*lib.to_rational(end)) for end in ball)
    if _nearest(kind, low) != _nearest(kind, high):
        raise Unclear(f"{kind} of a number near a rounding boundary")
    return _nearest(kind, low)


def _nearest(kind: str, x: Fraction) -> Fraction:
    """A rational rounded to the nearest number of a format, ties to even."""
    precision, least, greatest = FORMATS[kind]
    if abs(x) >= Fraction(2) ** greatest:
        raise Unclear(f"{kind} near its largest number")
    exponent = max(least, (abs(x.numerator).bit_length() - x.denominator.bit_length()) if x else least)
    if abs(x) < Fraction(2) ** exponent:
        exponent = max(least, exponent - 1)
    unit = Fraction(2) ** (exponent - precision + 1)
    return round(x / unit) * unit


def expectation(check: Domain, e: Any) -> Num:
    """E over a standard normal: differences of limits of antiderivatives that are checked by differentiating them."""
    name = check.reader.variable(e, preferred="z")
    _unrestricted(check, e, name)
    key, before, f = f"E of {e.text} | {name}", check.at, check.reader.read(e)
    check.at = key
    z = Node("name", name)
    density = Node("exp", num(Fraction(-1, 2)) * power(z, num(2))) * power(num(2) * Node("pi"), num(Fraction(-1, 2)))
    total = number(0)
    for gap, ends in check.cut(key, name, e)[0]:
        primitive = check.reader.read(tree(gap.get("antiderivative")))
        if not _entire(primitive):
            raise Unclear(f"{key}: an antiderivative that is not a sum of z^k exp, erf")
        check.identity(gap, slope_of(primitive, name) - f * density, name, ends)
        values = [end_value(primitive, name, mark, side) for mark, side in zip(ends, (1, -1), strict=True)]
        if any(isinstance(v, str) for v in values):
            raise Unclear(f"{key}: not integrable")
        total = total + (values[1] - values[0])  # type: ignore[operator]
    check.at = before
    return total


def _entire(e: Node) -> bool:
    """Sums and products of powers, exp and erfc: entire, and in the end of one sign, so that integrals converge."""
    if not e.names or e.op == "name":
        return True
    if e.op == "pow" and not (e.args[1].denominator == 1 and e.args[1] > 0):
        return False
    return e.op in ("add", "mul", "pow", "exp", "erfc") and all(_entire(a) for a in e.args if isinstance(a, Node))


# --- products of independent values


def is_product(e: Any) -> bool:
    return isinstance(e, ast.Call) and isinstance(e.func, ast.Name) and e.func.id == "product" and len(e.args) == 2


def product(check: Domain, e: Any) -> tuple[Node, list[Part]]:
    """product(f, n): a node that ranges over the parts. For a free n, a share in (0, 1] of the largest product."""
    if ("product", e.text) in check.cache:
        return check.cache["product", e.text]
    values, count = shape(check, e.args[0]), check.reader.read(e.args[1])
    whole = int(count.args[0]) if count.op == "num" and count.args[0] in range(1, MAX_COUNT + 1) else None
    if whole is None and count.op != "name":
        raise Bad(f"{e.text[:80]}: n is a whole number from 1 to {MAX_COUNT}, or a free name")
    key = f"product#{len(check.products)}"
    node = Node("name", key)
    points = _distinct([p.low for p in values]) if all(p.is_point for p in values) else None
    span = union(values)
    if points is not None:
        if whole is None and all((p * p - p).sign() == 0 for p in points):
            whole = 1
        if whole is None or len(points) * whole > MAX_VALUES:
            raise Unclear(f"{e.text}: too many values")
        found = points
        for _ in range(whole - 1):
            found = _distinct([p * q for p in found for q in points])
            if len(found) > MAX_VALUES:
                raise Unclear(f"{e.text}: too many values")
        parts = [Part(p, p) for p in found]
    elif len(span) == 1 and not isinstance(low := span[0].low, str) and not isinstance(high := span[0].high, str) and (
        low.sign() in (0, 1)
    ):
        flags = (span[0].low_closed, span[0].high_closed)
        if whole is not None:
            parts = [Part(low.fn("pow", Fraction(whole)), high.fn("pow", Fraction(whole)), *flags)]
        elif low.sign() == 0 and high.sign() == 1 and flags == (False, True):
            parts = [Part(number(0), number(1), *flags)]
            node = node * Node("exp", count * Node("log", constant(high)))
        else:
            raise Unclear(f"{e.text}: for every n")
    else:
        raise Unclear(f"{e.text}: the values of the factor")
    check.products[key] = parts
    check.cache["product", e.text] = node, parts
    return node, parts


def values_of(check: Domain, e: Any) -> list[Part]:
    """The values of a function, or of a product of as many factors as are written."""
    if not is_product(e):
        return shape(check, e)
    node, parts = product(check, e)
    if node.op != "name":
        raise Unclear(f"{e.text}: for every n")
    return parts


def _distinct(values: list[Any]) -> list[Num]:
    kept: list[Num] = []
    for v in values:
        if isinstance(v, str) or v.exact is None:
            raise Unclear("a product of numbers without exact forms")
        if v not in kept:
            kept.append(v)
    return kept


def sign_on_part(e: Node, name: str, part: Part, which: str) -> int:
    """The sign of an expression that is affine in the name, inside an interval of values or at an end of it."""
    if which != "inside":
        sign = Point(name, part.low if which == "low" else part.high).value(e).sign()
        if sign is None:
            raise Unclear("a sign at the end of a set of values")
        return sign
    symbol = sp.Symbol(name, real=True)
    if not is_zero(sp.diff(algebraic(e, _no_case), symbol, 2)):
        raise Unclear("a product inside another function")
    signs = {sign_on_part(e, name, part, w) for w in ("low", "high")}
    signs = signs - {0} if len(signs) > 1 else signs
    if len(signs) > 1:
        raise Unclear("a sign that changes inside a set of values")
    return signs.pop()


def _no_case(u: Node) -> int:
    raise Unclear("a case distinction on a product")


# --- sets


def same_set(check: Domain, a: Any, b: Any) -> bool:
    """Whether two sets of reals are equal."""
    left, right = (union(members(check, side)) for side in (a, b))
    return len(left) == len(right) and all(
        compare(p.low, q.low) == 0 == compare(p.high, q.high)
        and (p.low_closed, p.high_closed) == (q.low_closed, q.high_closed)
        for p, q in zip(left, right, strict=True)
    )


def members(check: Domain, e: Any) -> list[Part]:
    """A set as parts, in any order."""

    def value(side: Any) -> Value:
        found = check.value(side)
        return found if isinstance(found, str) else closed(found)

    text = e.text[:80]
    match e:
        case ast.Set(elts=elements):
            return [Part(v := value(x), v) for x in elements]
        case ast.Name(id="reals"):
            return [Part("-oo", "oo", False, False)]
        case ast.Call(func=ast.Name(id=("interval" | "open_interval") as kind), args=[low, high], keywords=keywords):
            ends: dict[Any, Any] = dict.fromkeys(("left", "right"), "closed" if kind == "interval" else "open")
            ends |= {k.arg: k.value.id if isinstance(k.value, ast.Name) else None for k in keywords}
            if len(ends) != 2 or not {*ends.values()} <= {"open", "closed"}:
                raise Bad(f"expected left= and right=, each open or closed: {text!r}")
            a, b = value(low), value(high)
            flags = [ends[side] == "closed" and not isinstance(x, str) for side, x in (("left", a), ("right", b))]
            if (order := compare(a, b)) > 0 or (order == 0 and not all(flags)):
                raise Bad(f"an interval with its ends out of order: {text!r}")
            return [Part(a, b if order else a, flags[0], flags[1])]
        case ast.Call(keywords=[_, *_]):
            raise Bad(f"no such option: {text!r}")
        case ast.Call(func=ast.Name(id="range"), args=[f]):
            return values_of(check, f)
        case ast.Call(func=ast.Name(id=("argmax" | "argmin") as kind), args=[f]):
            holders = extremum(shape(check, f), 1 if kind == "argmax" else -1)[1]
            if not holders:
                raise Unclear(f"{kind}: where it is attained")
            points = [Part(p.at.value, p.at.value) for p in holders if p.at]
            return points + [Part(p.on[0].value, p.on[1].value, False, False) for p in holders if p.on]
        case ast.Call(func=ast.Name(id="subdifferential"), args=[f, point]):
            name, at_ = check.reader.variable(f), closed(check.reader.read(point))
            _unrestricted(check, e, name)
            body = check.reader.read(f)
            _continuous_at(body, name, at_)
            slopes = [limit(slope_of(body, name), name, at_, side) for side in (-1, 1)]
            if any(isinstance(s, str) for s in slopes):
                raise Unclear(f"{text}: an infinite slope")
            parts = extremum([Part(s, s) for s in slopes], -1)[0], extremum([Part(s, s) for s in slopes], 1)[0]
            return [Part(parts[0], parts[0])] if parts[0] is parts[1] else [Part(*parts)]
    return [Part(v := value(e), v)]


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
                order_ = compare(part.high, last.high)
                high, high_closed = (part.high, part.high_closed) if order_ > 0 else (last.high, last.high_closed)
                result[-1] = Part(last.low, high, last.low_closed, high_closed or (order_ == 0 and part.high_closed))
                continue
        result.append(Part(part.low, part.high, part.low_closed, part.high_closed))
    return result


# --- predicates


def predicate(check: Domain, kind: str, e: Any) -> bool:
    """Whether a property of a function, or approx, holds."""
    args = e.args
    if kind == "approx" and len(args) == 2 and len(e.keywords) == 1:
        return approx(check, args[0], args[1], e.keywords[0])
    if e.keywords:
        raise Bad(f"no such option: {e.text[:80]!r}")
    if kind == "identity_near" and len(args) == 2:
        name, point = check.reader.variable(args[0]), closed(check.reader.read(args[1]))
        _unrestricted(check, e, name)
        f = check.reader.read(args[0])
        return compare(Point(name, point).value(f), point) == 0 == compare(derivative_at(f, name, point), number(1))
    if len(args) != 1:
        raise Bad(f"not a statement: {e.text[:80]!r}")
    match kind:
        case "increasing" | "decreasing" | "monotone":
            return _monotone(shape(check, args[0]), kind)
        case "convex" | "concave":
            f, name, marks, edges = _pieces(check, args[0])
            for mark in marks:
                _continuous_at(f, name, mark.value)
            if edges:
                raise Unclear(f"{kind} up to an end of the domain")
            steps = _steps(shape(check, tree(f"D({args[0].text})")))
            return all(s >= 0 for s in steps) if kind == "convex" else all(s <= 0 for s in steps)
        case "odd" | "even":
            return _parity(check, args[0], kind)
        case "bounded":
            return not any(isinstance(extremum(shape(check, args[0]), s)[0], str) for s in (-1, 1))
        case "smooth":
            _unrestricted(check, e, check.reader.variable(args[0]))
            return continuity(check, args[0]) is None
        case "differentiable":
            return _differentiable(check, args[0])
        case "positive":
            low, holders = extremum(shape(check, args[0]), -1)
            sign = compare(low, number(0))
            return sign == 1 or (sign == 0 and not holders)
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
    _unrestricted(check, e, name)
    key, before = f"parity of {e.text} | {name}", check.at
    check.at = key
    mirrored = replaced(f, name, -Node("name", name))
    difference = mirrored - f if kind == "even" else mirrored + f
    gaps, marks = check.cut(key, name, e)
    places = [lambda key, e, g=gap, m=ends: check.sign(g, key, e, name, m) for gap, ends in gaps]
    places += [lambda key, e, m=mark: check.at_mark(e, name, m) for mark in marks]
    signs = set()
    for sign in places:
        signs.add(found := sign(kind, difference))
        if found is None and {sign("value", f), sign("mirrored", mirrored)} != {None}:
            raise Unclear(f"{key}: f(x) is defined where f(-x) is not")
    check.at = before
    if signs == {None}:
        raise Unclear(f"{key}: nowhere are f(x) and f(-x) both defined")
    return signs <= {0, None}


def approx(check: Domain, a: Any, b: Any, option: Any) -> bool:
    """b is a rounded to n significant digits, ties either way; with rel=r, abs(a - b) <= r abs(b)."""
    if option.arg not in ("rel", "digits"):
        raise Bad("approx takes digits= or rel=")
    x, y, amount = closed(check.reader.read(a)), closed(check.reader.read(b)), fraction_of(check, option.value)
    if y.exact is None or not y.exact.is_Rational or not y:
        raise Unclear("approx to a number that is not written out")
    target = Fraction(int(y.exact.p), int(y.exact.q))
    if option.arg == "rel":
        half = amount * abs(target)
    elif amount not in range(1, 1001):
        raise Bad("digits is a whole number from 1 to 1000")
    else:
        exponent = 0  # of the leading digit of a
        largest, smallest = (number(Fraction(10) ** n) for n in (2000, -2000))
        if not x.sign() or compare(x * x, largest) > 0 or compare(x * x, smallest) < 0:
            raise Unclear("the leading digit of a number")
        for sign in (1, -1):
            size = x * (x.sign() or 1)
            while (size - Fraction(10) ** (exponent + (sign > 0))).sign() == sign or (
                sign > 0 and (size - Fraction(10) ** (exponent + 1)).sign() == 0
            ):
                exponent += sign
        ends = [(size - Fraction(10) ** (exponent + up)).sign() for up in (0, 1)]
        if ends[0] not in (0, 1) or ends[1] != -1:
            raise Unclear("the leading digit of a number")
        half = Fraction(10) ** (exponent - int(amount) + 1) / 2
        if (target / (2 * half)).denominator != 1:
            return False
    signs = [(x - (target - half)).sign(), (x - (target + half)).sign()]
    if None in signs:
        raise Unclear("a number so close to a rounding boundary")
    return signs[0] >= 0 >= signs[1]  # type: ignore[operator]


def fraction_of(check: Domain, e: Any) -> Fraction:
    value = check.reader.read(e)
    if value.op != "num":
        raise Bad(f"expected a rational number: {e.text[:40]!r}")
    return value.args[0]


def _pieces(check: Domain, e: Any) -> tuple[Node, str, list[Mark], list[tuple[Mark, int]]]:
    """A function that is analytic between marks, on an interval: the marks inside it, and the ends that belong to it.

    An end comes with the side, 1 or -1, on which the interval lies.
    """
    name, f = check.reader.variable(e), check.reader.read(e)
    key, before = f"pieces of {e.text} | {name}", check.at
    check.at = key
    gaps, marks = check.cut(key, name, e)
    within = [inside(check, name, lambda key, e, g=gap, m=ends: check.sign(g, key, e, name, m)) for gap, ends in gaps]
    belongs = [inside(check, name, lambda key, e, m=mark: check.at_mark(e, name, m)) for mark in marks]
    if not any(within):
        raise Unclear(f"{key}: the domain has no interior")
    first, last = within.index(True), len(within) - 1 - within[::-1].index(True)
    between, members = {*range(first, last)}, {i for i, belonging in enumerate(belongs) if belonging}
    if not all(within[first : last + 1]) or not between <= members <= between | {first - 1, last}:
        raise Unclear(f"{key}: the domain is not an interval")
    for gap, ends in gaps[first : last + 1]:
        check.defined(gap, f, name, ends)
    if not all(marks[i].exact for i in members):
        raise Unclear(f"{key}: a breakpoint without an exact form")
    check.at = before
    return f, name, marks[first:last], [(marks[i], 1 if i < first else -1) for i in members - between]


def continuity(check: Domain, e: Any) -> int | None:
    """The largest k with f in C^k, -1 with a jump, None for smooth."""
    f, name, marks, edges = _pieces(check, e)
    if edges:
        raise Unclear(f"the continuity of {e.text[:60]} up to an end of the domain")
    if not marks:
        return None
    for mark in marks:
        if not _continuous_at(f, name, mark.value, demand=False):
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


def _continuous_at(f: Node, name: str, point: Value, demand: bool = True) -> bool:
    assert isinstance(point, Num)
    values = [limit(f, name, point, -1), Point(name, point).value(f), limit(f, name, point, 1)]
    if any(isinstance(v, str) for v in values):
        raise Unclear("an infinite one-sided limit")
    signs = [(values[i] - values[1]).sign() for i in (0, 2)]  # type: ignore[operator]
    if None in signs or (demand and any(signs)):
        raise Unclear("whether a function is continuous at a mark")
    return not any(signs)


def _differentiable(check: Domain, e: Any) -> bool:
    f, name, marks, _ = _pieces(check, e)
    _unrestricted(check, e, name)
    for mark in marks:
        assert isinstance(mark.value, Num)
        Point(name, mark.value).value(f)  # where it is undefined, nothing is said
        try:
            derivative_at(f, name, mark.value)
        except Undefined:
            return False
    return True

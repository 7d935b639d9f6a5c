"""Numbers and sets computed from whole functions, re-checked: suprema, limits, expectations, products, ranges.

Lipschitz constants are confirmed on an interval; what else speaks of a function that the condition restricts, and does
not follow from its shape, is not confirmed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import sympy as sp
from mpmath import libmp as lib

from .domain import Domain, Part
from .evaluation import Point, algebraic, closed, limit
from .intervals import FAR, Num, Unclear, Value, compare, is_zero, number
from .predicates import continuity
from .reader import Bad, Node, num, power, tree
from .shapes import continuous_at, end_value, extremum, pieces, shape, slope_of, union, unrestricted, value_at

FORMATS = {  # precision, least and greatest exponent
    "float64": (53, -1022, 1023), "float32": (24, -126, 127), "float16": (11, -14, 15), "bfloat16": (8, -126, 127),
    "float8_e4m3fn": (4, -6, 8), "float8_e5m2": (3, -14, 15),
}  # fmt: skip
MAX_COUNT, MAX_VALUES = 10_000, 2_000


def functional(check: Domain, e: Any) -> Node | str | None:
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
            left, right = (limit(f, name, closed(point), side) for side in (-1, 1))
            if isinstance(left, str) or isinstance(right, str) or (left - right).sign() != 0:
                raise Unclear(f"{e.text}: two sides of a limit")
            return constant(left)
        case "E", 1:
            return constant(expectation(check, args[0]))
        case "lipschitz", 1:
            f, name, marks, edges = pieces(check, args[0])
            for mark in marks:
                continuous_at(f, name, mark.point)
            for mark, side in edges:
                if compare(value_at(f, mark), limit(f, name, mark.value, side)):
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
        case _:
            return None


def constant(value: Value) -> Node | str:
    """A number as a node; an infinity as it is."""
    if isinstance(value, str):
        return value
    return Node("const", value) if value.rational is None else num(value.rational)


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
    unrestricted(check, e, name)
    key, f, z = f"E of {e.text} | {name}", check.reader.read(e), Node("name", name)
    density = Node("exp", num(Fraction(-1, 2)) * power(z, num(2))) * power(num(2) * Node("pi"), num(Fraction(-1, 2)))
    total = number(0)
    with check.about(key):
        for gap in check.cut(key, name, e)[0]:
            primitive = check.reader.read(tree(gap.arguments.get("antiderivative")))
            if not _entire(primitive):
                raise Unclear(f"{key}: an antiderivative that is not a sum of z^k exp, erf")
            check.identity(gap.cases(gap.arguments), slope_of(primitive, name) - f * density)
            low, high = end_value(primitive, gap.low, 1), end_value(primitive, gap.high, -1)
            if isinstance(low, str) or isinstance(high, str):
                raise Unclear(f"{key}: not integrable")
            total = total + (high - low)
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
    """A node for product(f, n), and the values it takes; for a free n, a share in (0, 1] of the largest product."""
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
        products = points
        for _ in range(whole - 1):
            products = _distinct([p * q for p in products for q in points])
            if len(products) > MAX_VALUES:
                raise Unclear(f"{e.text}: too many values")
        parts = [Part(p, p) for p in products]
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


def _distinct(values: Iterable[Value]) -> list[Num]:
    kept: list[Num] = []
    for v in values:
        if isinstance(v, str) or v.exact is None:
            raise Unclear("a product of numbers without exact forms")
        if v not in kept:
            kept.append(v)
    return kept


def sign_on_part(name: str, part: Part, which: str, key: str, e: Node) -> int:
    """The sign of an expression that is affine in the name, inside an interval of values or at an end of it."""
    if which != "inside":
        end = part.low if which == "low" else part.high
        sign = None if isinstance(end, str) else Point(name, end).value(e).sign()
        if sign is None:
            raise Unclear("a sign at the end of a set of values")
        return sign
    symbol = sp.Symbol(name, real=True)
    if not is_zero(sp.diff(algebraic(e, _no_case), symbol, 2)):
        raise Unclear("a product inside another function")
    signs = {sign_on_part(name, part, w, key, e) for w in ("low", "high")}
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
        node = check.value(side)
        return node if isinstance(node, str) else closed(node)

    text = e.text[:80]
    match e:
        case ast.Set(elts=elements):
            return [Part(v := value(x), v) for x in elements]
        case ast.Name(id="reals"):
            return [Part("-oo", "oo", False, False)]
        case ast.Call(func=ast.Name(id=("interval" | "open_interval") as kind), args=[low, high], keywords=keywords):
            ends: dict[str | None, Any] = dict.fromkeys(("left", "right"), "closed" if kind == "interval" else "open")
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
            return points + [Part(p.on.low.value, p.on.high.value, False, False) for p in holders if p.on]
        case ast.Call(func=ast.Name(id="subdifferential"), args=[f, point]):
            name, at = check.reader.variable(f), closed(check.reader.read(point))
            unrestricted(check, e, name)
            body = check.reader.read(f)
            continuous_at(body, name, at)
            slopes = [limit(slope_of(body, name), name, at, side) for side in (-1, 1)]
            if any(isinstance(s, str) for s in slopes):
                raise Unclear(f"{text}: an infinite slope")
            least, largest = (extremum([Part(s, s) for s in slopes], sense)[0] for sense in (-1, 1))
            return [Part(least, largest)]
        case _:
            return [Part(v := value(e), v)]

"""Bounds of an expression in several names, its parts bounded one by one: exact ends, open or closed.

Where the parts share no name the bounds are tight; where they do, they are still bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from ..budget import Undecided
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.landscape import decided_landscape
from ..functions.sign_charts import Line
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, exact, sign_of
from ..reals.sets import Interval

ARGUMENT = "argument#"
"""A function's argument, taken for a name of its own."""
MAX_ARGUMENTS = 4


def span_of(e: Expr, regions: Mapping[str, Line[bool]]) -> Interval:
    """An interval that contains every value of a smooth expression over independent names; its closed ends may be
    attained. Raises Undecided.
    """
    names = ex.free_names(e)
    if not names:
        value = exact(e)
        return Interval(value, value, True, True)
    if len(names) == 1:
        (name,) = names
        shape = decided_landscape(e, name, regions.get(name))
        if shape.is_empty:
            raise Undecided("an empty range")
        return Interval(shape.inf.value, shape.sup.value, shape.inf.attained, shape.sup.attained)
    for argument in _shared_arguments(e):
        apart = calculus.substitute_node(e, argument, ex.name(ARGUMENT))
        with suppress(Undecided):
            return span_of(apart, regions)
    match e.op:
        case "add":
            groups = _grouped(e.args, ex.add)
            if len(groups) > 1:
                return _fold(groups, _sum, regions)
            try:
                return _linear(e, regions)
            except Undecided:
                return _fold(list(e.args), _sum, regions)
        case "mul":
            groups = _grouped(e.args, ex.mul)
            return _fold(groups if len(groups) > 1 else list(e.args), product_span, regions)
        case "sin" | "cos":
            return Interval(exact(-1), exact(1), True, True)
        case op if op in _LIMITS:
            return _monotone_image(op, span_of(e.args[0], regions))
        case _:
            raise Undecided(f"the range of {to_text(e)[:60]}")


def _shared_arguments(e: Expr) -> list[Expr]:
    """Arguments in several names, of functions below: with one of them as a name of its own, bounds stay bounds."""
    found: dict[Expr, None] = {}

    def visit(node: Expr) -> None:
        for child in ex.children(node):
            if node.op in ex.FUNCTIONS and len(ex.free_names(child)) > 1:
                found[child] = None
            elif len(ex.free_names(child)) > 1:
                visit(child)

    if ARGUMENT not in ex.free_names(e):
        visit(e)
    return list(found)[:MAX_ARGUMENTS]


_LIMITS = {
    "exp": (exact(0), PLUS_INFINITY), "tanh": (exact(-1), exact(1)), "erf": (exact(-1), exact(1)),
    "erfc": (exact(2), exact(0)), "atan": (exact(-ex.PI / 2), exact(ex.PI / 2)),
    "sinh": (MINUS_INFINITY, PLUS_INFINITY),
}  # fmt: skip
"""The limits at -oo and oo of the functions that are monotone on the whole line."""


def _monotone_image(op: str, inner: Interval) -> Interval:
    ends: list[tuple[Real, bool]] = []
    for end, closed in ((inner.low, inner.low_closed), (inner.high, inner.high_closed)):
        if end.infinite:
            ends.append((_LIMITS[op][end.infinite > 0], False))
        elif end.exact is not None:
            ends.append((exact(ex.function(op, end.exact)), closed))
        else:
            raise Undecided("the image of a bound without an exact form")
    (low, low_closed), (high, high_closed) = ends if op != "erfc" else ends[::-1]
    return Interval(low, high, low_closed, high_closed)


def _grouped(parts: tuple[Expr, ...], join: object) -> list[Expr]:
    """Parts that share names put together, so that different groups are independent."""
    groups: list[tuple[frozenset[str], list[Expr]]] = []
    for part in parts:
        names = ex.free_names(part)
        touching = [g for g in groups if g[0] & names]
        merged = [p for g in touching for p in g[1]] + [part]
        groups = [g for g in groups if g not in touching]
        groups.append((names.union(*(g[0] for g in touching)), merged))
    return [join(*group) for _, group in groups]  # type: ignore[operator]


def _linear(e: Expr, regions: Mapping[str, Line[bool]]) -> Interval:
    """A sum that is linear in one name: that name times its coefficient, plus a rest that shares nothing with it."""
    for name in sorted(ex.free_names(e)):
        slope = calculus.differentiate(e, name)
        rest = calculus.substitute(e, {name: ex.ZERO})
        if name not in ex.free_names(slope) and not ex.free_names(slope) & ex.free_names(rest) and e.total:
            return _sum(product_span(span_of(ex.name(name), regions), span_of(slope, regions)), span_of(rest, regions))
    raise Undecided("a sum whose parts share names")


def _fold(parts: list[Expr], combine: object, regions: Mapping[str, Line[bool]]) -> Interval:
    spans = [span_of(part, regions) for part in parts]
    result = spans[0]
    for span in spans[1:]:
        result = combine(result, span)  # type: ignore[operator]
    return result


def _sum(a: Interval, b: Interval) -> Interval:
    return Interval(
        _add(a.low, b.low), _add(a.high, b.high), a.low_closed and b.low_closed, a.high_closed and b.high_closed
    )


def _add(x: Real, y: Real) -> Real:
    if x.infinite or y.infinite:
        return x if x.infinite else y
    if x.exact is not None and y.exact is not None:
        return exact(x.exact + y.exact)
    return Real(refine=lambda bits: x.ball(bits) + y.ball(bits))


def _is_zero(x: Real) -> bool:
    return not x.infinite and sign_of(x) == 0


def _multiply(x: Real, y: Real) -> Real:
    if x.infinite or y.infinite:
        sign = (x.infinite or sign_of(x)) * (y.infinite or sign_of(y))
        return exact(0) if sign == 0 else PLUS_INFINITY if sign > 0 else MINUS_INFINITY
    if x.exact is not None and y.exact is not None:
        return exact(x.exact * y.exact)
    return Real(refine=lambda bits: x.ball(bits) * y.ball(bits))


def _ends(span: Interval) -> list[tuple[Real, bool]]:
    """The ends and whether they are attained; a single number once, which equals itself without a proof."""
    ends = [(span.low, span.low_closed), (span.high, span.high_closed)]
    return ends[:1] if span.low is span.high else ends


def product_span(a: Interval, b: Interval) -> Interval:
    """All products of two independent numbers; an end is attained where its factors are, a 0 where one factor 0 is."""
    ends: list[tuple[Real, bool]] = []
    for x, x_closed in _ends(a):
        for y, y_closed in _ends(b):
            zero = (x_closed and _is_zero(x)) or (y_closed and _is_zero(y))
            ends.append((_multiply(x, y), zero or (x_closed and y_closed)))
    low, high = ends[0], ends[0]
    for end in ends[1:]:
        order = compare(end[0], low[0])
        if order < 0 or (order == 0 and end[1]):
            low = end
        order = compare(end[0], high[0])
        if order > 0 or (order == 0 and end[1]):
            high = end
    return Interval(low[0], high[0], low[1], high[1])

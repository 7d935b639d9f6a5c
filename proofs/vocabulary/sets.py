"""Sets that statements compute from whole functions: range, argmax, argmin, zeros, subdifferential."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ..budget import Undecided
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.landscape import Landscape, decided_landscape
from ..functions.oscillation import extent
from ..functions.pieces import one_sided_derivative, one_sided_limit, value_at
from ..functions.step_functions import Line
from ..language.reader import FunctionSet, Reader, table
from ..language.source import source_text
from ..language.syntax import IntervalDisplay, SetDisplay, SetFunctional
from ..normal_forms.signs import Undefined
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare
from ..reals.sets import Interval, RealSet, point, union
from .values import closed_real, describe_extremum, variable_of

Members: TypeAlias = tuple[RealSet, tuple[str, ...]]
"""A set and the sentences that say how it was found."""


@dataclass(frozen=True)
class ComputedSet(FunctionSet):
    """A word for a set that is computed from a function."""

    members: Callable[[SetFunctional, Expr, Line[bool] | None], Members]
    """The set, of a body with numbers filled in, where the condition holds: the body depends on the variable alone.
    Raises Undecided or Undefined."""
    exact: bool = False
    """Whether a statement about it as a number may be proved exactly; else it is proved by enclosures."""


def set_of_function(
    name: str, members: Callable[[SetFunctional, Expr, Line[bool] | None], Members], *, of_product: bool = False
) -> ComputedSet:
    """A word for a set taken from one function."""

    def read(reader: Reader, node: ast.Call) -> SetFunctional:
        body = reader.argument(node, name)
        return SetFunctional(name, body, source_text(node), reader.variable(body, node, of_product=of_product))

    return ComputedSet(name, read, members)


def _range(s: SetFunctional, body: Expr, region: Line[bool] | None) -> Members:
    shape = extent(body, variable_of(s), region)
    notes = [describe_extremum(f"{kind} of {s.text[6:-1]}", shape, kind) for kind in ("inf", "sup")]
    return shape.range, (f"{s.text} = {shape.range}", *notes)


def _zeros(s: SetFunctional, body: Expr, region: Line[bool] | None) -> Members:
    shape = _without_repetition(s, body, region)
    zeros = union([z if isinstance(z, Interval) else point(z) for z in shape.zeros])
    return zeros, (f"{s.text} = {zeros}",)


def _places(s: SetFunctional, body: Expr, region: Line[bool] | None) -> Members:
    """Where the maximum or the minimum is attained."""
    shape = _without_repetition(s, body, region)
    kind = "sup" if s.kind == "argmax" else "inf"
    extremum = shape.sup if kind == "sup" else shape.inf
    if extremum.among:
        raise Undecided(f"{s.text}: at which of {', '.join(map(str, extremum.among))}, whose values are not told apart")
    places = union([*(point(at) for at in extremum.at), *extremum.on])
    return places, (describe_extremum(s.text.replace("arg", "", 1), shape, kind),)


def _without_repetition(s: SetFunctional, body: Expr, region: Line[bool] | None) -> Landscape:
    """The landscape of a function with a domain, and without a period."""
    shape = decided_landscape(body, variable_of(s), region)
    if shape.period is not None:
        raise Undecided(f"{s.text} is an infinite set: it repeats after {to_text(shape.period)}")
    if shape.is_empty:
        raise Undecided(f"{s.text}: the domain is empty")
    return shape


def _read_subdifferential(reader: Reader, node: ast.Call) -> SetFunctional:
    reader.arguments(node, "subdifferential", 2)
    body, at = map(reader.expression, node.args)
    return SetFunctional("subdifferential", body, source_text(node), reader.variable(body, node), at)


def _subdifferential(s: SetFunctional, body: Expr, _region: Line[bool] | None) -> Members:
    """The Clarke subdifferential of a continuous, piecewise smooth function: [min, max] of the one-sided slopes."""
    assert s.at is not None
    text, variable, at = s.text, variable_of(s), closed_real(s.at)
    for side in (-1, 1):
        if compare(one_sided_limit(body, variable, at, side), value_at(body, variable, at)) != 0:
            raise Undefined(f"{text}: the function jumps at {at}")
    left, right = (one_sided_derivative(body, variable, at, side) for side in (-1, 1))
    order = compare(left, right)
    note = f"{text}: one-sided derivatives {left} from the left and {right} from the right"
    if order == 0 and left.infinite:
        raise Undefined(f"{text}: the slope at {at} is infinite, and no number")
    if order == 0:
        return RealSet((point(left),)), (note,)
    low, high = (left, right) if order < 0 else (right, left)
    return RealSet((Interval(low, high, not low.infinite, not high.infinite),)), (note,)


WORDS = table(
    set_of_function("range", _range, of_product=True),
    set_of_function("argmax", _places),
    set_of_function("argmin", _places),
    set_of_function("zeros", _zeros),
    ComputedSet("subdifferential", _read_subdifferential, _subdifferential, exact=True),
)


# --- sets that are written out


def displayed(s: SetDisplay | IntervalDisplay) -> RealSet:
    """A set written out as members or as an interval."""
    if isinstance(s, SetDisplay):
        return union([point(closed_real(m)) for m in s.members])
    low, high = (
        closed_real(end) if isinstance(end, Expr) else (PLUS_INFINITY if end.sign > 0 else MINUS_INFINITY)
        for end in (s.low, s.high)
    )
    order = compare(low, high)
    if order > 0 or (order == 0 and (s.left_open or s.right_open)):
        return RealSet(())
    if order == 0:
        return RealSet((point(low),))
    return RealSet((Interval(low, high, not s.left_open, not s.right_open),))


def region_of(s: RealSet) -> Line[bool]:
    """Membership in a set, as a line."""
    marks: list[Real] = []
    at: list[bool] = []
    gaps = [False]
    for part in s.parts:
        if part.is_point:
            marks.append(part.low)
            at.append(True)
            gaps.append(False)
            continue
        if part.low.infinite:
            gaps[-1] = True
        else:
            if marks and compare(marks[-1], part.low) == 0:
                at[-1] = at[-1] or part.low_closed
                gaps[-1] = True
            else:
                marks.append(part.low)
                at.append(part.low_closed)
                gaps.append(True)
        if not part.high.infinite:
            marks.append(part.high)
            at.append(part.high_closed)
            gaps.append(False)
    return Line(tuple(marks), tuple(at), tuple(gaps))

"""Sign charts: the sign of an expression on the whole line, or on a window of it, as a step function.

None where the expression is undefined. The line is cut into pieces with one smooth formula, each piece at its zeros.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

from ..asymptotics.limits import End, tail_sign
from ..budget import Undecided
from ..enclosures.balls import known_sign
from ..enclosures.jets import enclose
from ..expressions.expr import Expr
from ..normal_forms.signs import Undefined
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, exact, sign_of
from .periods import period
from .pieces import Pieces, formula_at, split, value_at
from .step_functions import Line, hull
from .zeros import chart


@lru_cache(maxsize=1 << 10)
def sign_line(e: Expr, variable: str) -> Line[int | None]:
    """The sign of an expression at every real; None where it is undefined. Raises Undecided.

    An oscillating term has no finite cut; where a growing one outweighs it on both tails, the middle has one.
    """
    try:
        return window_signs(e, variable, MINUS_INFINITY, PLUS_INFINITY)
    except Undecided:
        try:
            left, right = (tail_sign(e, variable, End(end, -end.infinite)) for end in (MINUS_INFINITY, PLUS_INFINITY))
        except Undecided:
            left = right = None
        if left is None or right is None:
            raise
    reach = max(left.start, right.start) + 1
    middle = window_signs(e, variable, exact(-reach), exact(reach))
    return Line(middle.marks, middle.at, (left.sign, *middle.gaps[1:-1], right.sign))


def window_signs(e: Expr, variable: str, low: Real, high: Real) -> Line[int | None]:
    """sign_line on [low, high]; outside, nothing is said (None)."""
    if not (low.infinite or high.infinite) and compare(low, high) == 0:
        return Line((low,), (_sign_at(e, variable, low),), (None, None))
    cut = split(e, variable, low, high)
    marks: list[Real] = []
    at: list[int | None] = []
    gaps: list[int | None] = []

    def mark(x: Real) -> None:
        marks.append(x)
        at.append(_sign_at(e, variable, x))

    if not low.infinite:
        gaps.append(None)
        mark(low)
    for i, piece in enumerate(cut.pieces):
        if piece.expr is None:
            gaps.append(None)
        else:
            inside = chart(piece.expr, variable, piece.low, piece.high)
            gaps.append(inside.signs[0])
            for zero, sign in zip(inside.zeros, inside.signs[1:], strict=True):
                marks.append(zero)
                at.append(0)
                gaps.append(sign)
        if i < len(cut.breakpoints):
            mark(cut.breakpoints[i])
    if not high.infinite:
        mark(high)
        gaps.append(None)
    return Line(tuple(marks), tuple(at), tuple(gaps))


def signs_within(e: Expr, variable: str, region: Line[bool] | None) -> Line[int | None]:
    """sign_line, or where the whole line is undecided, the signs on the hull of a region. Raises Undecided."""
    try:
        return sign_line(e, variable)
    except Undecided:
        if region is None:
            raise
        low, high = hull(region)
        if low.infinite and high.infinite:
            raise
    return window_signs(e, variable, low, high)


def split_within(e: Expr, variable: str, region: Line[bool] | None) -> Pieces:
    """The pieces on the whole line, or where it has no finite cut, on the hull of a region or on two periods.

    Whatever happens anywhere on the line of a periodic function happens inside two periods. Raises Undecided.
    """
    try:
        return split(e, variable)
    except Undecided:
        length = period(variable, e) if region is None else None
        if region is not None:
            return split(e, variable, *hull(region))
        if length is None:
            raise
    return split(e, variable, exact(0), exact(2 * length))


def common_period(variable: str, *functions: Expr) -> Expr | None:
    """A common period of functions, as they are written or with their derivatives taken."""
    return period(variable, *(_written_out(e, variable) for e in functions))


def _written_out(e: Expr, variable: str) -> Expr:
    """The one smooth formula of the function, where it has one: x + sin(x) does not repeat, its derivative does."""
    try:
        cut = split(e, variable)
    except Undecided:
        return e
    formula = cut.pieces[0].expr
    return formula if formula is not None and len(cut.pieces) == 1 else e


def _sign_at(e: Expr, variable: str, x: Real) -> int | None:
    if x.rational is not None:
        place = {variable: x.rational}
        with suppress(Undecided, Undefined):
            if sign := known_sign(enclose(formula_at(e, place), place)):
                return sign
    try:
        return sign_of(value_at(e, variable, x))
    except Undefined:
        return None

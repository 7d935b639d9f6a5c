"""Numbers and sets that statements compute from whole functions: sup, E, limit, range, argmax, roundings."""

from __future__ import annotations

from dataclasses import dataclass

from ..budget import Undecided
from ..enclosures.formats import FORMATS
from ..enclosures.jets import enclose
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.expectations import expectation
from ..functions.landscape import Landscape, decided_landscape
from ..functions.oscillation import two_limits
from ..functions.pieces import one_sided_derivative, one_sided_limit, value_at
from ..functions.regularity import continuity, lipschitz
from ..functions.sign_charts import Line
from ..language.syntax import Functional, Infinity, IntervalDisplay, SetDisplay, SetFunctional, SetValue
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, exact, sign_of
from ..reals.sets import Interval, RealSet, point, union

MOST_PLACES = 4
"""Points, and intervals, at which an extremum is said to be attained; how many more there are is said too."""


@dataclass(frozen=True)
class Found:
    """A value and the sentences that say how it was found."""

    value: Real
    notes: tuple[str, ...] = ()


def functional(f: Functional, body: Expr, region: Line[bool] | None) -> Found:
    """The value of sup, inf, lipschitz, continuity, limit, E or a rounding. Raises Undecided or Undefined."""
    if f.kind in FORMATS:
        return _rounded(f, body)
    assert f.variable is not None
    if extra := ex.free_names(body) - {f.variable}:
        raise Undecided(f"{f.text} depends on {', '.join(sorted(extra))}")
    match f.kind:
        case "sup" | "inf":
            shape = decided_landscape(body, f.variable, region)
            return Found(
                (shape.sup if f.kind == "sup" else shape.inf).value, (describe_extremum(f.text, shape, f.kind),)
            )
        case "E" if region is not None:
            raise Undecided(f"{f.text} is a mean over all {f.variable}, not under a condition on {f.variable}")
        case "lipschitz":
            value = lipschitz(body, f.variable, region)
            return Found(value, (f"{f.text} = {digits(value)}, the supremum of abs of the derivative",))
        case "continuity":
            order = continuity(body, f.variable, region)
            value = PLUS_INFINITY if order == float("inf") else exact(int(order))
            return Found(value, (f"{f.text} = {value}: {_continuity_sentence(order)}",))
        case "E":
            value = expectation(body, f.variable)
            return Found(value, (f"{f.text} = {digits(value)}",))
        case "limit":
            value = _limit(f, body)
            return Found(value, (f"{f.text} = {digits(value)}, from the leading term at {_end(f.at)}",))
        case "argmax" | "argmin" | "zeros" | "range" | "subdifferential":
            return _only_member(f, body, region)
        case kind:
            raise Undecided(f"no rule for {kind}")


def _only_member(f: Functional, body: Expr, region: Line[bool] | None) -> Found:
    """A set of one equals its number. Raises Undefined for any other."""
    assert not isinstance(f.at, Infinity)
    members, notes = set_value(SetFunctional(f.kind, f.body, f.text, f.variable, f.at), body, region)
    only = members.single()
    if only is None:
        raise Undefined(f"{f.text} = {members} is not a set of one, and so no number")
    only.recognise()  # what is calculated with it may need its exact form
    return Found(only, notes)


def _end(at: Expr | Infinity | None) -> str:
    return to_text(at) if isinstance(at, Expr) else str(at)


def _continuity_sentence(order: float) -> str:
    if order == float("inf"):
        return "all derivatives agree wherever two pieces meet"
    if order < 0:
        return "it has a jump, a pole or a hole"
    return f"derivatives up to order {int(order)} agree where pieces meet, order {int(order) + 1} does not"


def digits(x: Real) -> str:
    """Exact form and certified digits."""
    if x.infinite or x.rational is not None:
        return str(x)
    try:
        shown = f"{x.bound(-sign_of(x), 30)}..."  # towards 0: these are its first digits
    except Undecided:  # too large or too small to write out
        shown = x.ball().str(12)
    if x.exact is not None and len(to_text(x.exact)) <= 100:
        return f"{to_text(x.exact)} = {shown}"
    return shown


def describe_extremum(text: str, shape: Landscape, kind: str) -> str:
    """One sentence: the value, and where it is attained."""
    extremum = shape.sup if kind == "sup" else shape.inf
    if not extremum.attained:
        return f"{text} = {digits(extremum.value)}, not attained"
    if extremum.among:
        places = " or ".join(map(str, extremum.among[:MOST_PLACES]))
        untold = f"attained at {shape.variable} = {places}, whose values are not told apart"
        return f"{text} = {digits(extremum.value)}, {untold}"
    points, parts = extremum.at, extremum.on
    places = [str(at) for at in points[:MOST_PLACES]] + [f"all of {part}" for part in parts[:MOST_PLACES]]
    if (more := len(points) + len(parts) - len(places)) > 0:
        places.append(f"and {more} more")
    only = "only " if len(points) == 1 and not parts else ""
    at = f"{only}at {shape.variable} = {', '.join(places)}"
    if shape.period is not None:
        at = f"in each period {at}"
    return f"{text} = {digits(extremum.value)}, attained {at}"


class NoLimit(Undefined):
    """A limit that is proved not to exist."""

    def __init__(self, f: Functional, why: str) -> None:
        super().__init__(f"{f.text} does not exist: {why}")
        self.functional = f


def _limit(f: Functional, body: Expr) -> Real:
    """Raises NoLimit, Undefined or Undecided."""
    assert f.variable is not None
    if isinstance(f.at, Infinity):
        try:
            return one_sided_limit(body, f.variable, PLUS_INFINITY if f.at.sign > 0 else MINUS_INFINITY, 0)
        except Undecided:
            _refute_limit(f, body, None, f.at.sign)
            raise
    assert isinstance(f.at, Expr)
    at = closed_real(f.at)
    try:
        left, right = (one_sided_limit(body, f.variable, at, side) for side in (-1, 1))
    except Undecided:
        if at.exact is not None:
            for side in (1, -1):
                _refute_limit(f, body, at.exact, side)
        raise
    if compare(left, right) != 0:
        raise NoLimit(f, f"{left} from the left, {right} from the right")
    return left


def _refute_limit(f: Functional, body: Expr, at: Expr | None, side: int) -> None:
    """Raises NoLimit where two sequences with different limits are found."""
    assert f.variable is not None
    if (limits := two_limits(body, f.variable, at, side)) is not None:
        raise NoLimit(f, f"along one sequence it tends to {limits[0]}, along another to {limits[1]}")


def closed_real(e: Expr) -> Real:
    """A closed expression as a certified number. Raises Undefined where it has no value, Undecided if it is open."""
    if names := ex.free_names(e):
        raise Undecided(f"a number is needed, but {to_text(e)} depends on {', '.join(sorted(names))}")
    value = value_at(e, "x", exact(0))
    if value.exact is not None:
        if not enclose(value.exact, prec=256).is_finite():
            _require_finite(value.exact)
    return value


def _require_finite(e: Expr) -> None:
    if not enclose(e, prec=2048).is_finite():
        raise Undefined(f"{to_text(e)} has no finite enclosure")


def _rounded(f: Functional, body: Expr) -> Found:
    """The number a format rounds a real to."""
    if ex.free_names(body):
        raise Undecided(f"{f.text}: rounding is decided for numbers, not for functions of a free name")
    form = FORMATS[f.kind]
    value = closed_real(body)
    rational = value.rational
    if rational is None and value.exact is not None:
        rational = normal_form.simplest(value.exact).value
    try:
        result = form.round(rational if rational is not None else value.ball)
    except (ArithmeticError, ValueError) as error:
        raise Undecided(f"{f.text}: {error}") from None
    if result == "nan":
        raise Undefined(f"{f.text} is not a number: the format has no infinity and overflows to NaN")
    rounded = Real(infinite=1 if result == "inf" else -1) if isinstance(result, str) else exact(result)
    return Found(rounded, (f"{f.text}: {value} rounds to {rounded} in {f.kind}",))


# --- sets ---------------------------------------------------------------------------------------------------------


def set_value(s: SetValue, body: Expr | None, region: Line[bool] | None) -> tuple[RealSet, tuple[str, ...]]:
    """A set and the sentences that say how it was found; body is a SetFunctional's resolved body."""
    if isinstance(s, SetDisplay):
        return union([point(closed_real(m)) for m in s.members]), ()
    if isinstance(s, IntervalDisplay):
        return _interval(s), ()
    assert isinstance(s, SetFunctional) and body is not None and s.variable is not None
    if extra := ex.free_names(body) - {s.variable}:
        raise Undecided(f"{s.text} depends on {', '.join(sorted(extra))}")
    if s.kind == "subdifferential":
        assert s.at is not None
        return _subdifferential(s.text, body, s.variable, closed_real(s.at))
    shape = decided_landscape(body, s.variable, region)
    if s.kind == "range":
        notes = [describe_extremum(f"{kind} of {s.text[6:-1]}", shape, kind) for kind in ("inf", "sup")]
        return shape.range, (f"{s.text} = {shape.range}", *notes)
    if shape.period is not None:
        raise Undecided(f"{s.text} is an infinite set: it repeats after {to_text(shape.period)}")
    if shape.is_empty:
        raise Undecided(f"{s.text}: the domain is empty")
    if s.kind == "zeros":
        found = union([z if isinstance(z, Interval) else point(z) for z in shape.zeros])
        return found, (f"{s.text} = {found}",)
    extremum = shape.sup if s.kind == "argmax" else shape.inf
    if extremum.among:
        raise Undecided(f"{s.text}: at which of {', '.join(map(str, extremum.among))}, whose values are not told apart")
    found = union([*(point(at) for at in extremum.at), *extremum.on])
    return found, (describe_extremum(s.text.replace("arg", "", 1), shape, "sup" if s.kind == "argmax" else "inf"),)


def _interval(s: IntervalDisplay) -> RealSet:
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


def _subdifferential(text: str, body: Expr, variable: str, at: Real) -> tuple[RealSet, tuple[str, ...]]:
    """The Clarke subdifferential of a continuous, piecewise smooth function: [min, max] of the one-sided slopes."""
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

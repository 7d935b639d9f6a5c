"""Closed expressions as certified numbers, and what is said of numbers and extrema."""

from __future__ import annotations

from ..budget import Undecided
from ..enclosures.jets import enclose
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.landscape import Landscape
from ..functions.oscillation import Extent
from ..functions.pieces import value_at
from ..language.syntax import Functional, SetFunctional
from ..normal_forms.signs import Undefined
from ..reals.reals import Real, exact, sign_of

MOST_PLACES = 4
"""Points, and intervals, at which an extremum is said to be attained; how many more there are is said too."""


def variable_of(f: Functional | SetFunctional) -> str:
    """The name over which a number or a set of a function is taken."""
    assert f.variable is not None
    return f.variable


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


def negated(x: Real) -> Real:
    """The number with the other sign."""
    if x.infinite:
        return Real(infinite=-x.infinite)
    return exact(-x.exact) if x.exact is not None else Real(refine=lambda bits: -x.ball(bits))


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


def describe_extremum(text: str, shape: Landscape | Extent, kind: str) -> str:
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

"""Functions that oscillate towards infinity: limits that do not exist, and bounds.

Sines and cosines of affine functions of x repeat after a common period T, so along x = a + n T they are constants,
and what is left of the function has a limit that its tail model gives. Two offsets a with different limits prove
that the function has none: sin(x) tends to 0 along 2 pi n and to 1 along pi/2 + 2 pi n. So x cos(x) has no bound: it
tends to oo along 2 pi n. And where every sine and cosine is a number between -1 and 1, whatever the others are, what
is left is enclosed beyond some R: abs(sin(x)/x) <= 1/R there, so that the bounds are those of the middle. Where it is
affine in each of them, it lies between its values at -1 and 1: cos(x) (1 - 1/(1 + x^2)) < 1, which it comes near.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from itertools import product

from flint import arb, fmpq

from ..budget import Undecided, exhausted
from ..enclosures.jets import enclose
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, exact, extreme
from ..reals.sets import Interval, RealSet
from .landscape import Extremum, Landscape, decided_landscape
from .periods import period
from .pieces import one_sided_limit, split
from .step_functions import Line

OFFSETS = 8
MOST_WAVES = 3
"""Sines and cosines of which all values -1 and 1 are tried together."""
REACHES = (4, 16, 64, 256)
"""Where the middle of the line may end."""


@dataclass(frozen=True)
class Extent:
    """The bounds of a function on its whole domain, where it has no landscape, and its values if they are known."""

    variable: str
    sup: Extremum
    inf: Extremum
    values: RealSet | None
    period: None = None

    @property
    def range(self) -> RealSet:
        """The set of values. Raises Undecided."""
        if self.values is None:
            raise Undecided("which values between its bounds the function takes")
        return self.values


def extent(e: Expr, variable: str, region: Line[bool] | None = None) -> Landscape | Extent:
    """The bounds and values of a function where the condition holds. Raises Undecided."""
    try:
        return decided_landscape(e, variable, region)
    except Undecided:
        if region is not None or exhausted():
            raise
        known = _without_bounds(e, variable) or _by_envelope(e, variable) or _as_in_the_middle(e, variable)
        if known is None:
            raise
        return known


def _without_bounds(e: Expr, variable: str) -> Extent | None:
    """The extent of a function that tends to oo along one sequence and to -oo along another."""
    sides = {limit.infinite for side in (-1, 1) for limit in _limits_along(e, variable, side)}
    if not {-1, 1} <= sides:
        return None
    # One formula that is defined everywhere is continuous, and takes whatever is between two of its values.
    whole = RealSet((Interval(MINUS_INFINITY, PLUS_INFINITY, False, False),)) if e.total and not e.switching else None
    return Extent(variable, Extremum(PLUS_INFINITY, False, ()), Extremum(MINUS_INFINITY, False, ()), whole)


def _by_envelope(e: Expr, variable: str) -> Extent | None:
    """The extent of a function between the bounds of its envelope, which these do not take and it comes near.

    What is affine in each wave lies, at every x, between its values where all waves are -1 or 1. If none of these
    functions takes the largest of their suprema, the function does not, and if it tends to it along a sequence, that
    is its own supremum; so for the infimum.
    """
    waves: list[Expr] = []
    body = _with_tidy_waves(e, variable, waves, [])
    names = {wave: ex.name(f"wave {k}") for k, wave in enumerate(dict.fromkeys(waves))}
    body = _named(body, names)
    if body.switching or not 0 < len(names) <= MOST_WAVES or not all(_is_affine(body, name) for name in names.values()):
        return None
    corners: list[Landscape] = []
    try:
        for signs in product((ex.rational(-1), ex.ONE), repeat=len(names)):
            at = {name.args[0]: sign for name, sign in zip(names.values(), signs, strict=True)}
            corners.append(decided_landscape(calculus.substitute(body, at), variable))
        limits = [limit for side in (-1, 1) for limit in _limits_along(e, variable, side)]
        high, low = _envelope_bound(corners, limits, 1), _envelope_bound(corners, limits, -1)
    except Undecided:
        return None
    if high is None or low is None:
        return None
    # One formula that is defined everywhere is continuous, and takes whatever is between two of its values.
    values = RealSet((Interval(low, high, False, False),)) if e.total and not e.switching else None
    return Extent(variable, Extremum(high, False, ()), Extremum(low, False, ()), values)


def _envelope_bound(corners: Sequence[Landscape], limits: Sequence[Real], sense: int) -> Real | None:
    """The supremum (1) or infimum (-1) of an envelope, where it is not taken and is a limit of the function."""
    extrema = [corner.sup if sense > 0 else corner.inf for corner in corners]
    bound = reduce(partial(extreme, sense=sense), (extremum.value for extremum in extrema))
    taken = any(extremum.attained and compare(extremum.value, bound) == 0 for extremum in extrema)
    return bound if not taken and any(compare(limit, bound) == 0 for limit in limits) else None


def _is_affine(e: Expr, name: Expr) -> bool:
    """Whether an expression is affine in a name, and defined for all of its values where it is for one."""
    identifier = name.args[0]
    return normal_form.is_zero(calculus.differentiate(calculus.differentiate(e, identifier), identifier)) and not any(
        identifier in ex.free_names(condition[0]) for condition in _domain_conditions(e)
    )


def _domain_conditions(e: Expr) -> Iterator[tuple[Expr, tuple[int, ...], str]]:
    """The conditions under which the operations in an expression are defined."""
    if (condition := calculus.domain_condition(e)) is not None:
        yield condition
    for child in ex.children(e):
        yield from _domain_conditions(child)


def _as_in_the_middle(e: Expr, variable: str) -> Extent | None:
    """The extent on [-R, R], if the values beyond are strictly between its bounds."""
    cut = split(e, variable)
    formulas = cut.pieces[0].expr, cut.pieces[-1].expr
    if None in formulas:
        return None
    for reach in REACHES:
        low, high = exact(-reach), exact(reach)
        if any(compare(mark, low) <= 0 or compare(mark, high) >= 0 for mark in cut.breakpoints):
            continue
        tails = [_beyond(f, variable, side, reach) for f, side in zip(formulas, (-1, 1), strict=True) if f is not None]
        middle = decided_landscape(e, variable, Line((low, high), (True, True), (False, True, False)))
        if all(_strictly_between(tail, middle) for tail in tails):
            values = middle.range  # with one part it has all values between its ends, those of the tails with them
            return Extent(variable, middle.sup, middle.inf, values if len(values.parts) == 1 else None)
    return None


def _strictly_between(tail: arb, middle: Landscape) -> bool:
    low, high = middle.inf.value, middle.sup.value
    above = high.infinite or tail < high.ball(128)
    return bool(tail.is_finite() and above and (low.infinite or tail > low.ball(128)))


def _beyond(e: Expr, variable: str, side: int, reach: int) -> arb:
    """A ball around all values where side * x >= reach; not finite where none is found.

    A sine or cosine is any number between -1 and 1, a name of its own; x is side/t with t between 0 and 1/reach.
    """
    waves: list[Expr] = []
    arguments: list[Expr] = []
    body = _with_tidy_waves(e, variable, waves, arguments)
    if _has_derivative(body) or not all(_exists(u, variable, side) for u in arguments):
        return arb("nan")
    names = {wave: ex.name(f"wave {k}") for k, wave in enumerate(dict.fromkeys(waves))}
    try:
        free = normal_form.canonical(calculus.substitute(_named(body, names), {variable: side / ex.name("t")}))
    except normal_form.TooComplex:
        return arb("nan")
    spans = dict.fromkeys((name.args[0] for name in names.values()), arb(0, 1))
    return enclose(free, {**spans, "t": arb(0).union(arb(fmpq(1, reach)))})


def _named(e: Expr, names: dict[Expr, Expr]) -> Expr:
    if e in names:
        return names[e]
    return calculus.rebuild(e, lambda child: _named(child, names)) if ex.children(e) else e


def two_limits(body: Expr, variable: str, at: Expr | None, side: int) -> tuple[Real, Real] | None:
    """Two different limits along sequences to a point from one side, or (at None) to an infinity; else None.

    Raises nothing: None where no two are proved to differ.
    """
    if at is not None:  # x = at + 1/t, t to an infinity
        body = calculus.substitute(body, {variable: at + 1 / ex.name(variable)})
    limits: list[Real] = []
    for limit in _limits_along(body, variable, side):
        try:
            different = next((other for other in limits if compare(limit, other) != 0), None)
        except (Undecided, Undefined):
            continue
        if different is not None:
            return different, limit
        limits.append(limit)
    return None


def _limits_along(body: Expr, variable: str, side: int) -> Iterator[Real]:
    """Limits along sequences to an infinity along which all sines and cosines are constants."""
    waves: list[Expr] = []
    arguments: list[Expr] = []
    body = _with_tidy_waves(body, variable, waves, arguments)
    length = period(variable, *waves) if waves else None
    if length is None or _has_derivative(body) or not all(_exists(u, variable, side) for u in arguments):
        return
    for k in range(OFFSETS):
        try:
            along = _at_offset(body, variable, length * fmpq(k, OFFSETS))
            yield one_sided_limit(along, variable, PLUS_INFINITY if side > 0 else MINUS_INFINITY, 0)
        except (Undecided, Undefined):
            continue


def _has_derivative(e: Expr) -> bool:
    return e.op == "derivative" or (e.switching and any(map(_has_derivative, ex.children(e))))


def _is_wave(e: Expr, variable: str) -> bool:
    return e.op in ("sin", "cos") and variable in ex.free_names(e) and not e.switching


def _exists(e: Expr, variable: str, side: int) -> bool:
    """Whether an expression is proved to be defined far out: a normal form may be defined where it is not."""
    if e.total:
        return True
    try:
        return split(e, variable).pieces[-1 if side > 0 else 0].expr is not None
    except (Undecided, Undefined):
        return False


def _with_tidy_waves(e: Expr, variable: str, waves: list[Expr], arguments: list[Expr]) -> Expr:
    """The function with its sines and cosines of normal forms, which are noted, and so are the arguments they had."""
    if variable not in ex.free_names(e) or e.op == "derivative":
        return e
    if not _is_wave(e, variable):
        return calculus.rebuild(e, lambda child: _with_tidy_waves(child, variable, waves, arguments))
    arguments.append(e.args[0])
    try:
        wave = ex.function(e.op, normal_form.canonical(e.args[0]))
    except normal_form.TooComplex:
        wave = e
    waves.append(wave)
    return wave


def _at_offset(e: Expr, variable: str, offset: Expr) -> Expr:
    """The function along offset + n * period: its sines and cosines are constants."""
    if _is_wave(e, variable):
        return calculus.substitute(e, {variable: offset})
    return calculus.rebuild(e, lambda child: _at_offset(child, variable, offset)) if ex.children(e) else e

"""Means E(F(s*z)) compared with a number wherever a condition on s holds: at an end where they are monotone, else box
by box.

z and -z are alike, so that the mean depends on abs(s) alone. Where it is proved to be monotone in that, its value at
the end of the condition's hull bounds it on all of the domain; the limits of F bound it on an unbounded one. Else F
itself may be bounded, or on a bounded domain boxes of abs(s) are halved until an enclosure of the mean on each decides.
A refutation names an s in the domain.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce

from flint import arb, fmpq

from ..budget import Undecided
from ..enclosures.balls import exact_rational, known_sign, precision
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.landscape import decided_landscape
from ..functions.step_functions import Line, sample
from ..language.syntax import Functional, Statement
from ..means.mean_by_scale import BITS, MeanByScale
from ..normal_forms import normal_form
from ..reals.reals import PLUS_INFINITY, Real, compare, exact
from ..vocabulary.values import digits, variable_of
from .integrands import means

MAX_BOXES = 400
NEAR = (fmpq(1, 16), fmpq(1, 1024))
"""Parts of the way from an end of a domain into it at which a counterexample is looked for."""
FAR = (10, 100)
"""Distances into an unbounded one."""


@dataclass(frozen=True)
class ParameterComparison:
    """E(F(s*z)) op number, for the s of a domain: F as a function of the mean's own variable."""

    functional: Functional
    parameter: str
    f: Expr
    op: str
    number: Expr


def comparison(statement: Statement) -> ParameterComparison | None:
    """The mean that an inequality compares with a number; None for another statement."""
    for f, number, op in means(statement):
        if f.variable is None:
            continue
        names = ex.free_names(f.body) - {f.variable}
        closed = ex.free_names(number) <= statement.functionals.keys()
        if len(names) != 1 or f.variable not in ex.free_names(f.body) or not closed:
            continue
        (parameter,) = names
        scaled = None if parameter in statement.functionals else _of_product(f.body, parameter, f.variable)
        if scaled is not None:
            return ParameterComparison(f, parameter, scaled, op, number)
    return None


def _of_product(e: Expr, parameter: str, variable: str) -> Expr | None:
    """F, in the variable, where e is F(parameter * variable), else None."""
    s, z = ex.name(parameter), ex.name(variable)
    f = calculus.substitute(e, {parameter: ex.ONE})
    for product in (s * z, z * s):
        back = calculus.substitute(f, {variable: product})
        if back is e or (not e.switching and e.total and normal_form.is_zero(back - e)):
            return f
    return None


@dataclass(frozen=True)
class Settled:
    """The truth of a comparison, why, and an s where it fails, with the mean there."""

    truth: bool
    note: str
    at: Real | None = None
    mean: Real | None = None


def settle(question: ParameterComparison, bound: Real, domain: Line[bool]) -> Settled:
    """The answer for all s of the domain. Raises Undecided."""
    variable = variable_of(question.functional)
    mean = MeanByScale(question.f, variable)
    parts = [_sizes(low, high) for low, high in _parts(domain)]
    if mean.sense:
        # The end of abs(s) at which the mean is nearest to the bound.
        farthest = (mean.sense > 0) == question.op.startswith("<")
        at = (_largest if farthest else _smallest)([end for part in parts for end in part])
        value = mean.at(at)
        word = "rises" if mean.sense > 0 else "falls"
        note = f"{question.functional.text} {word} in abs({question.parameter}), and is {digits(value)} at {at}"
        if ex.holds(question.op, compare(value, bound)):
            return Settled(True, note)
    else:
        with suppress(Undecided):
            shape = decided_landscape(question.f, variable)
            extremum = (shape.sup if question.op.startswith("<") else shape.inf).value
            if ex.holds(question.op, compare(extremum, bound)):
                return Settled(True, f"{question.functional.text}: the integrand comes to {digits(extremum)}")
        note = f"{question.functional.text}: enclosed on boxes of {question.parameter}"
        if all(_on_boxes(mean, question.op, bound, *part) for part in parts):
            return Settled(True, note)
    for s in _candidates(domain):
        size = exact(normal_form.simplest(ex.switch("abs", s)))
        with suppress(Undecided):
            if not ex.holds(question.op, compare(there := mean.at(size), bound)):
                return Settled(False, note, exact(s), there)
    raise Undecided(f"{question.functional.text}: no {question.parameter} was found at which the comparison fails")


def _parts(domain: Line[bool]) -> list[tuple[Real, Real]]:
    """The ends of the gaps and points of a domain. Raises Undecided for an empty one."""
    gaps = [domain.ends(i) for i, inside in enumerate(domain.gaps) if inside]
    points = [(mark, mark) for mark, inside in zip(domain.marks, domain.at, strict=True) if inside]
    if not gaps and not points:
        raise Undecided("the domain is empty: nothing satisfies the condition")
    return gaps + points


def _sizes(low: Real, high: Real) -> tuple[Real, Real]:
    """The smallest and the largest abs(s) between two ends."""
    ends = [_size(low), _size(high)]
    inside = low.infinite or high.infinite or compare(low, high)
    within = inside and _sign(low) < 0 < _sign(high)
    return exact(0) if within else _smallest(ends), _largest(ends)


def _size(end: Real) -> Real:
    if end.infinite:
        return PLUS_INFINITY
    if end.exact is None:
        raise Undecided("a condition on a parameter, with an end that has no exact form")
    return exact(normal_form.simplest(end.exact * _sign(end)))


def _sign(end: Real) -> int:
    return end.infinite or compare(end, exact(0))


def _largest(ends: list[Real]) -> Real:
    return reduce(lambda a, b: b if compare(a, b) < 0 else a, ends)


def _smallest(ends: list[Real]) -> Real:
    return reduce(lambda a, b: a if compare(a, b) < 0 else b, ends)


def _on_boxes(mean: MeanByScale, op: str, bound: Real, low: Real, high: Real) -> bool:
    """Whether the comparison holds on a part of abs(s), cut into boxes; False where it fails in the middle of one.

    Raises Undecided for a part without end, and where too many boxes are needed.
    """
    if high.infinite:
        raise Undecided("a mean for parameters without end")
    if compare(low, high) == 0:
        return ex.holds(op, compare(mean.at(low), bound))
    boxes = [(_outward(low, -1), _outward(high, 1))]
    for _ in range(MAX_BOXES):
        if not boxes:
            return True
        a, b = boxes.pop()
        sign = _sign_of(mean.over(a, b), bound)
        if sign and ex.holds(op, sign):
            continue
        middle = (a + b) / 2
        if (sign := _sign_of(mean.over(middle, middle), bound)) and not ex.holds(op, sign):
            return False
        boxes += [(middle, b), (a, middle)]
    raise Undecided("a mean needs more boxes of its parameter than are tried")


def _sign_of(ball: arb, bound: Real) -> int | None:
    """The sign of a ball less the bound; None where it is not known."""
    if bound.infinite:
        return -bound.infinite
    with precision(2 * BITS):
        return known_sign(ball - bound.ball(2 * BITS))


def _outward(end: Real, side: int) -> fmpq:
    if (value := end.rational) is not None:
        return value
    ball = end.ball(64)
    return max(exact_rational(ball.lower()), fmpq(0)) if side < 0 else exact_rational(ball.upper())


def _candidates(domain: Line[bool]) -> Iterator[Expr]:
    """Numbers of a domain: those that end it, and such as lie inside, near its ends too."""
    for mark, inside in zip(domain.marks, domain.at, strict=True):
        if inside and mark.exact is not None:
            yield mark.exact
    for i, inside in enumerate(domain.gaps):
        if inside:
            low, high = domain.ends(i)
            middle = sample(low, high)
            yield from (each.exact for each in (middle, sample(middle, high), sample(low, middle)) if each.exact)
            for end in (low, high):
                if end.rational is not None and middle.rational is not None:
                    yield from (ex.rational(end.rational + (middle.rational - end.rational) * part) for part in NEAR)
                elif middle.rational is not None:
                    yield from (ex.rational(middle.rational + size * end.infinite) for size in FAR)

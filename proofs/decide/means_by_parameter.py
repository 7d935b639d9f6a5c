"""Means E(F(s*z)) and E2(f(u)*g(v), c) compared with a number wherever a condition on s or c holds: at an end where
they are monotone, else box by box.

z and -z are alike, so that a mean of F(s*z) depends on abs(s) alone; one of correlated variables has no value for c
outside [-1, 1]. Where a mean is proved to be monotone, its value at the end of the condition's hull bounds it on all of
the domain. Else it may have a bound, or on a bounded domain boxes are halved until an enclosure of the mean on each
decides. A refutation names an s or c in the domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import reduce
from itertools import islice
from typing import TypeAlias

from flint import arb, fmpq

from ..budget import Undecided
from ..cases.answers import Point
from ..enclosures.balls import exact_rational, known_sign, precision
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.step_functions import Line, sample
from ..language.syntax import (
    Connective,
    Formula,
    Functional,
    Infinity,
    Quantified,
    Relation,
    Statement,
    relations,
    terms,
)
from ..means.mean_by_correlation import MeanByCorrelation
from ..means.mean_by_scale import BITS, MeanByScale
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..reals.reals import PLUS_INFINITY, Real, compare, exact
from ..vocabulary.values import digits, variable_of
from .integrands import TURNED, means

KINDS = ("E", "E2")
MAX_BOXES = 200
NARROW, NARROWEST = fmpq(1, 64), fmpq(1, 1 << 12)
"""So narrow a box, beside the size of its numbers or as it is, is not cut any more."""
FIRST = 2
"""Values of the parameter that are tried before boxes are."""
DISTANCES = 8
"""Deviations, each eight times the one before, beyond which a mean is enclosed at once."""
NEAR = (fmpq(1, 16), fmpq(1, 1024))
"""Parts of the way from an end of a domain into it at which a counterexample is looked for."""
FAR = (10, 100)
"""Distances into an unbounded one."""


Mean: TypeAlias = MeanByScale | MeanByCorrelation


@dataclass(frozen=True)
class ParameterMean:
    """E(F(s*z)) for a parameter s, with F as a function of the mean's own variable; or E2(e, c) for a parameter c."""

    functional: Functional
    parameter: str
    f: Expr

    def mean(self) -> Mean:
        """The mean as a function of its parameter. Raises Undecided."""
        variable = variable_of(self.functional)
        if self.functional.second is None:
            return MeanByScale(self.f, variable)
        return MeanByCorrelation(self.f, variable, self.functional.second)

    def coordinate(self, parameter: Expr) -> Expr:
        """The size of a deviation or the correlation, of which the mean is a function, at a value of its parameter."""
        return ex.switch("abs", parameter) if self.functional.second is None else parameter

    @property
    def in_what(self) -> str:
        """The text of that size or correlation."""
        return f"abs({self.parameter})" if self.functional.second is None else self.parameter


@dataclass(frozen=True)
class ParameterComparison:
    """A mean op number, for the values of its parameter in a domain."""

    of: ParameterMean
    op: str
    number: Expr


def comparison(statement: Statement) -> ParameterComparison | None:
    """The mean that an inequality compares with a number; None for another statement."""
    for f, number, op in means(statement, KINDS):
        if ex.free_names(number) <= statement.functionals.keys() and (of := _by_parameter(f, statement)) is not None:
            return ParameterComparison(of, op, number)
    return None


def _by_parameter(f: Functional, statement: Statement) -> ParameterMean | None:
    """A number of a statement as a mean with a parameter; None for another one."""
    if f.kind not in KINDS or f.variable is None:
        return None
    names = ex.free_names(f.body) - f.bound
    if f.second is not None:
        free = isinstance(f.at, Expr) and f.at.op == "name" and f.at.args[0] not in statement.functionals and not names
        return ParameterMean(f, f.at.args[0], f.body) if isinstance(f.at, Expr) and free else None
    if len(names) != 1 or f.variable not in ex.free_names(f.body):
        return None
    (parameter,) = names
    scaled = None if parameter in statement.functionals else _of_product(f.body, parameter, f.variable)
    return None if scaled is None else ParameterMean(f, parameter, scaled)


@dataclass(frozen=True)
class OrderOfParameters:
    """The comparison of two values of a parameter from which that of the means there follows; where the mean is
    strictly monotone, both say the same."""

    statement: Statement
    mean: Mean
    left: ParameterMean
    right: ParameterMean
    note: str

    def values(self, point: Point) -> tuple[Real, Real] | None:
        """The means of both sides at a point. Raises Undecided."""
        at = [point.get(each.parameter) for each in (self.left, self.right)]
        numbers = [ex.rational(x) for x in at if isinstance(x, fmpq)]
        if len(numbers) < 2:
            return None
        left, right = (exact(normal_form.simplest(self.left.coordinate(x))) for x in numbers)
        return self.mean.at(left), self.mean.at(right)


def by_order(statement: Statement) -> OrderOfParameters | None:
    """An inequality between the values of one mean, through the order of its parameters. Raises Undecided."""
    for f, other, op in means(statement, KINDS):
        g = statement.functionals.get(other.args[0]) if other.op == "name" else None
        left, right = (None if each is None else _by_parameter(each, statement) for each in (f, g))
        if left is None or right is None or f.bound != right.functional.bound or left.f is not right.f:
            continue
        mean = left.mean()
        if not mean.sense or (op in ("<", ">") and not mean.is_strict):
            continue
        first, second = (each.coordinate(ex.name(each.parameter)) for each in (left, right))
        order = op if mean.sense > 0 else TURNED[op]
        formula: Formula = Relation(order, first, second, f"{left.in_what} {order} {right.in_what}")
        rest = {key: value for key, value in statement.functionals.items() if value not in (f, g)}
        within = [*_between(mean, (first, second))] + ([] if statement.where is None else [statement.where])
        where = Connective("and", tuple(within)) if within else None
        word = f"{'strictly ' if mean.is_strict else ''}{'rises' if mean.sense > 0 else 'falls'}"
        other_statement = replace(statement, formula=formula, functionals=rest, where=where)
        return OrderOfParameters(other_statement, mean, left, right, f"{f.text} {word} in {left.in_what}")
    return None


def _between(mean: Mean, names: tuple[Expr, Expr]) -> Iterator[Formula]:
    """That there is a mean at these values of its parameter."""
    if mean.most is not None:
        for name in names:
            yield Relation("<=", name * name, ex.rational(mean.most**2), f"{to_text(name)} is a correlation")


def without_limits(statement: Statement) -> tuple[Statement, tuple[str, ...]] | None:
    """A statement with limits of means in their parameters as means at the limit, and the sentences that say so; None
    where there are none. Raises Undecided."""
    functionals, notes = dict(statement.functionals), list[str]()
    for key, f in statement.functionals.items():
        inner = statement.functionals.get(f.body.args[0]) if f.kind == "limit" and f.body.op == "name" else None
        of = None if inner is None else _by_parameter(inner, statement)
        if of is not None and of.parameter == f.variable and f.at is not None:
            functionals[key], said = _limit(of, f.at)
            notes.append(f"{f.text} = {said}")
    if not notes:
        return None
    used = _placeholders(statement, functionals)
    kept = {key: f for key, f in functionals.items() if key in used}
    return replace(statement, functionals=kept), tuple(notes)


def _limit(of: ParameterMean, at: Expr | Infinity) -> tuple[Functional, str]:
    """A number that is the limit of a mean in its parameter, and what it is. Raises Undecided."""
    mean, f = of.mean(), of.functional
    if isinstance(at, Expr):
        if ex.free_names(at) or not mean.is_continuous_at(at):
            raise Undecided(f"the limit of {f.text} at {to_text(at)}")
        if f.second is not None:
            number = replace(f, at=at, text=f"E2({to_text(f.body)}, {to_text(at)})")
        else:
            body = calculus.substitute(f.body, {of.parameter: at})
            number = replace(f, body=body, text=f"E({to_text(body)})")
        return number, f"{number.text}, as the mean is continuous in {of.parameter}"
    if not isinstance(mean, MeanByScale):
        raise Undecided(f"the limit of {f.text} at {at}, where there are no correlations")
    end = mean.far()
    why = f"that of the limits of {to_text(of.f)}"
    if end.infinite:
        return Functional("limit", ex.name("x"), f.text, "x", Infinity(end.infinite)), f"{end}, {why}"
    assert end.exact is not None
    return replace(f, body=end.exact, text=f"E({to_text(end.exact)})"), f"{to_text(end.exact)}, {why}"


def _placeholders(statement: Statement, functionals: Mapping[str, Functional]) -> frozenset[str]:
    """The numbers that a statement needs, those inside others among them; all where there are quantifiers."""
    leaves = [leaf for part in (statement.formula, statement.where) if part is not None for leaf in relations(part)]
    if any(isinstance(leaf, Quantified) for leaf in leaves):
        return frozenset(functionals)
    names = {name for leaf in leaves for e, _ in terms(leaf) for name in ex.free_names(e)}
    names |= {name for factor, count, _ in statement.products.values() for name in ex.free_names(factor * count)}
    for key in reversed([*functionals]):  # what stands inside a number is held before it
        if key in names:
            inside = (functionals[key].body, functionals[key].at)
            names |= {name for e in inside if isinstance(e, Expr) for name in ex.free_names(e)}
    return frozenset(names)


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
    of, mean = question.of, question.of.mean()
    parts = [part for low, high in _parts(domain) if (part := _within(mean, low, high)) is not None]
    parts = [part for part in parts if compare(*part) != 0 or _has_value(mean, part[0])]
    if not parts:
        raise Undecided("the domain is empty: nothing satisfies the condition with every term defined")
    if mean.sense:
        # The end at which the mean is nearest to the bound.
        farthest = (mean.sense > 0) == question.op.startswith("<")
        at = (_largest if farthest else _smallest)([end for part in parts for end in part])
        value = mean.at(at)
        word = "rises" if mean.sense > 0 else "falls"
        note = f"{of.functional.text} {word} in {of.in_what}, and is {digits(value)} at {at}"
        order = compare(value, bound)
        if ex.holds(question.op, order):
            return Settled(True, note)
        if order == 0 and mean.is_strict and not _is_taken(mean, at, domain):
            return Settled(True, f"{note}, which is no value of {of.parameter} here")
    else:
        with suppress(Undecided):
            extremum = mean.bound(1 if question.op.startswith("<") else -1)
            if ex.holds(question.op, compare(extremum, bound)):
                return Settled(True, f"{of.functional.text}: {mean.bounded_by} {digits(extremum)}")
        note = f"{of.functional.text}: enclosed on boxes of {of.parameter}"
        if (refuted := _refuted(question, mean, bound, islice(_candidates(domain), FIRST), note)) is not None:
            return refuted
        with suppress(Undecided):
            if all(_on_boxes(mean, question.op, bound, *part) for part in parts):
                return Settled(True, note)
    if (refuted := _refuted(question, mean, bound, _candidates(domain), note)) is not None:
        return refuted
    raise Undecided(f"{of.functional.text}: no {of.parameter} was found at which the comparison fails")


def _refuted(
    question: ParameterComparison, mean: Mean, bound: Real, candidates: Iterable[Expr], note: str
) -> Settled | None:
    """The first value of the parameter at which the comparison fails."""
    for s in candidates:
        with suppress(Undecided):
            at, _ = _within(mean, exact(s), exact(s)) or (None, None)
            if at is not None and (x := at.rational) and (sign := _sign_of(mean.over(x, x), bound)):
                if ex.holds(question.op, sign):
                    continue  # a coarse enclosure says so, where a fine one takes long
            if at is not None and not ex.holds(question.op, compare(there := mean.at(at), bound)):
                return Settled(False, note, exact(s), there)
    return None


def _is_taken(mean: Mean, at: Real, domain: Line[bool]) -> bool:
    """Whether what the mean is a function of comes to a number in the domain of its parameter."""
    if at.infinite or at.exact is None:
        return not at.infinite
    values = [at, exact(normal_form.simplest(-at.exact))] if isinstance(mean, MeanByScale) else [at]
    return any(_contains(domain, value) for value in values)


def _contains(domain: Line[bool], x: Real) -> bool:
    """Whether a number lies in a domain. Raises Undecided."""
    for i, mark in enumerate(domain.marks):
        if (order := compare(x, mark)) <= 0:
            return domain.gaps[i] if order else domain.at[i]
    return domain.gaps[-1]


def _has_value(mean: Mean, at: Real) -> bool:
    """Whether there is a mean at one value; between two there is everywhere. Raises Undecided."""
    try:
        mean.at(at)
    except Undefined:
        return False
    return True


def _within(mean: Mean, low: Real, high: Real) -> tuple[Real, Real] | None:
    """The smallest and the largest of what the mean is a function of, between two ends of its parameter: abs(s) of a
    deviation s; the correlations between them, None for none."""
    if isinstance(mean, MeanByScale):
        return _sizes(low, high)
    inner = _largest([low, exact(mean.least)]), _smallest([high, exact(mean.most)])
    order = compare(*inner)
    # Two ends that only their cut makes one enclose an open gap, which that point is no part of.
    return None if order > 0 or (order == 0 and compare(low, high) != 0) else inner


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


def _on_boxes(mean: Mean, op: str, bound: Real, low: Real, high: Real) -> bool:
    """Whether the comparison holds between two ends, cut into boxes; False where it fails inside one, or far out.

    Raises Undecided where too many boxes are needed, and for a part without end whose far part is not settled.
    """
    if high.infinite:
        assert isinstance(mean, MeanByScale)
        start = max(_outward(low, 1, mean), fmpq(1))
        for end in (start * 8**k for k in range(DISTANCES)):
            if sign := _sign_of(mean.beyond(end), bound):
                break
        else:
            raise Undecided("a mean for large deviations")
        if not ex.holds(op, sign):
            return False
        high = exact(end)
    if compare(low, high) == 0:
        return ex.holds(op, compare(mean.at(low), bound))
    boxes = [(_outward(low, -1, mean), _outward(high, 1, mean))]
    for _ in range(MAX_BOXES):
        if not boxes:
            return True
        a, b = boxes.pop()
        sign = _sign_of(mean.over(a, b), bound)
        if sign and ex.holds(op, sign):
            continue
        if b - a < max(NARROW * max(abs(a), abs(b)), NARROWEST):
            raise Undecided("a mean that comes too near to the number that it is compared with")
        middle = (a + b) / 2
        if (sign := _sign_of(mean.over(middle, middle), bound)) and not ex.holds(op, sign):
            return False
        boxes += [(middle, b), (a, middle)]
    raise Undecided("a mean needs more ranges of its parameter than are tried")


def _sign_of(ball: arb, bound: Real) -> int | None:
    """The sign of a ball less the bound; None where it is not known."""
    if bound.infinite:
        return -bound.infinite
    with precision(2 * BITS):
        return known_sign(ball - bound.ball(2 * BITS))


def _outward(end: Real, side: int, mean: Mean) -> fmpq:
    if (value := end.rational) is not None:
        return value
    ball = end.ball(64)
    if side < 0:
        return max(exact_rational(ball.lower()), mean.least)
    value = exact_rational(ball.upper())
    return value if mean.most is None else min(value, mean.most)


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

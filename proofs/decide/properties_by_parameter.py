"""Properties and ranges of a function whose formula has parameters, as conditions on the parameters.

Such a condition holds for exactly those parameters for which the property does. On each piece (:mod:`cuts`) it speaks
of the signs that the formula or its derivatives take; where two pieces meet, of one-sided limits and the value there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TypeAlias

from ..budget import Undecided
from ..cases.bounds import span_of
from ..cases.conditions import all_of, any_of, negation
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.sign_charts import sign_line
from ..functions.step_functions import Line, merge
from ..language.choices import switched
from ..language.syntax import (
    FALSE,
    TRUE,
    Formula,
    Infinity,
    IntervalDisplay,
    Leaf,
    Predicate,
    Relation,
    SetDisplay,
    SetFunctional,
    Value,
    conjuncts,
    terms,
)
from ..normal_forms import normal_form
from ..reals.sets import Interval, point, union
from .cuts import Interval as Part
from .cuts import Known, Premises
from .piece_bounds import Bound, PieceBounds

Parts: TypeAlias = "tuple[Part, ...]"

MAX_ORDER = 8
"""Derivatives compared where two pieces meet before giving up."""


def subject(leaf: Leaf) -> str | None:
    """The variable of the function that a property or a set of values is taken of; None where there is no such."""
    match leaf:
        case Predicate(variable=variable) if leaf.kind in _CONDITIONS:
            return variable
        case Relation(lhs=SetFunctional(variable=variable)) | Relation(rhs=SetFunctional(variable=variable)):
            return variable
        case _:
            return None


def condition(leaf: Leaf, filled: Callable[[Expr], Expr], premises: Premises) -> Expr:
    """1 where a function has a property, or a set of values, and 0 elsewhere; numbers are to be filled in.

    Undefined for parameters for which the function is nowhere defined. Raises Undecided.
    """
    match leaf:
        case Predicate(kind=kind, body=body, variable=str(variable)):
            question = _Question(filled(body), variable, premises)
            return question.by_cases(partial(_CONDITIONS[kind], question))
        case Relation(lhs=SetFunctional() as s, rhs=claimed) | Relation(lhs=claimed, rhs=SetFunctional() as s):
            truth = _set_condition(s, claimed, filled, premises)
            return truth if leaf.op == "==" else 1 - truth
        case _:
            raise Undecided(f"{leaf.text}, for every value of its parameters")


def _set_condition(s: SetFunctional, claimed: Value, filled: Callable[[Expr], Expr], premises: Premises) -> Expr:
    """1 where a set of a function is as claimed, and 0 elsewhere. Raises Undecided."""
    assert s.variable is not None
    if any(s.variable in ex.free_names(e) for e, _ in (*terms(claimed), *terms(ex.ZERO if s.at is None else s.at))):
        raise Undecided(f"{s.text} and a set that depends on another {s.variable}")
    question = _Question(filled(s.body), s.variable, premises)
    match claimed:
        case IntervalDisplay(low=low, high=high):
            low, high = (filled(end) if isinstance(end, Expr) else end for end in (low, high))
            claimed = replace(claimed, low=low, high=high)
        case SetDisplay(members=members):
            claimed = SetDisplay(tuple(map(filled, members)))
        case Expr():
            claimed = SetDisplay((filled(claimed),))
        case _:
            raise Undecided(f"{s.text} and a set that is not written out")
    match s.kind, claimed:
        case "range", IntervalDisplay():
            return question.by_cases(lambda parts: question.fills(parts, claimed))
        case "zeros", _:
            return question.vanishes_at(claimed)
        case ("argmax" | "argmin"), SetDisplay(members=(place,)):
            return question.extremal_at(place, 1 if s.kind == "argmax" else -1)
        case "subdifferential", _ if s.at is not None:
            return question.slopes_at(filled(s.at), claimed)
        case _:
            raise Undecided(f"{s.text}, for every value of its parameters")


def described(truth: Expr, allowed: Callable[[str], Line[bool]]) -> str:
    """The parameters for which a condition is 1, of those that the statement's condition allows, in words."""
    if truth.value is not None:
        return f"true for {'all' if truth.value else 'no'} parameters that the condition allows"
    names = sorted(ex.free_names(truth))
    with suppress(Undecided):
        if len(names) == 1:
            line = merge([sign_line(truth, names[0]), allowed(names[0])]).map(lambda pair: pair == (1, True))
            intervals = [Interval(*line.ends(i), False, False) for i, held in enumerate(line.gaps) if held]
            points = [point(mark) for mark, held in zip(line.marks, line.at, strict=True) if held]
            if not (intervals or points):
                return described(ex.ZERO, allowed)
            return f"true exactly for {names[0]} in {union([*intervals, *points])}"
    return f"a condition on {', '.join(names)}"


class _Question(PieceBounds):
    """One function with parameters, and conditions on them."""

    def by_cases(self, leaf: Callable[[Parts], Formula]) -> Expr:
        """The condition of each case, as 1 and 0."""
        try:
            return self.fold(self.tree(-1, 1, {}), lambda parts: switched(leaf(parts), ex.ONE, ex.ZERO))
        except normal_form.TooComplex as reason:
            raise Undecided(f"{to_text(self.body)}: {reason}") from None

    # --- properties

    def rises(self, parts: Parts, sign: int, *, strictly: bool = False) -> Formula:
        """Never falls (sign 1) or never rises (-1); strictly, where no piece is constant.

        A smooth piece never falls exactly where its derivative is never negative; it is constant on no part of itself
        unless everywhere, because it is analytic. Two pieces rise together if f(b-) <= f(b) <= f(b+) between them.
        """
        conditions: list[Formula] = []
        for part in parts:
            slope = self.derivative(part).formula
            conditions.append(negation(self.takes(part, slope, -sign)))
            if strictly:
                conditions.append(self.takes(part, slope, sign))
        for left, right in pairwise(parts):
            before, value, after = self.around(left, right)
            conditions.append(self.relation(before, "<=", value, left, sign))
            conditions.append(self.relation(value, "<=", after, left, sign))
        return all_of(conditions)

    def monotone(self, parts: Parts) -> Formula:
        """Never falls, or never rises."""
        return any_of([self.rises(parts, 1), self.rises(parts, -1)])

    def bends(self, parts: Parts, sign: int) -> Formula:
        """Convex (1) or concave (-1): continuous, with a derivative that never falls or rises, across kinks too."""
        slopes = [self.derivative(part) for part in parts]
        conditions = [negation(self.takes(part, self.derivative(part).formula, -sign)) for part in slopes]
        for left, right in pairwise(parts):
            conditions.append(self.continuous(left, right))
        for left, right in pairwise(slopes):
            before, after = self.sides(left, right)
            conditions.append(self.relation(before, "<=", after, left, sign))
        return all_of(conditions)

    def mirrored(self, parts: Parts, sign: int) -> Formula:
        """f(-x) == f(x) (1) or -f(x) (-1), for a function that is defined everywhere."""
        if not self.body.total:
            for left, right in pairwise(parts):
                self.around(left, right)  # has a value there
        flipped = calculus.substitute(self.body, {self.variable: -self.x})
        difference = _Question(flipped - sign * self.body, self.variable, self.premises)
        tree = difference.tree(-1, 1, self._of_parameters(parts))
        zero = difference.fold(tree, lambda pieces: switched(difference.vanishes(pieces), ex.ONE, ex.ZERO))
        return TRUE if zero is ex.ONE else FALSE if zero is ex.ZERO else Relation("==", zero - 1, ex.ZERO, "")

    def _of_parameters(self, parts: Parts) -> Known:
        """The signs that are known of the parameters alone."""
        return {key: sign for key, sign in parts[0].known.items() if self.variable not in ex.free_names(key)}

    def vanishes(self, parts: Parts) -> Formula:
        """0 everywhere."""
        if any(map(self._differs_from_zero, parts)):
            return FALSE
        conditions = [negation(self.takes(part, part.formula, sign)) for part in parts for sign in (1, -1)]
        conditions += [self.relation(self.value_at_meeting(left), "==", ex.ZERO, left) for left in parts[:-1]]
        return all_of(conditions)

    def positive(self, parts: Parts) -> Formula:
        """Above 0 everywhere."""

        conditions = [self.positive_on(part) for part in parts]
        conditions += [self.relation(self.value_at_meeting(left), ">", ex.ZERO, left) for left in parts[:-1]]
        return all_of(conditions)

    def positive_on(self, part: Part) -> Formula:
        """Above 0 on a piece: so is the inf, or it is 0 and not attained."""

        def above(bound: Bound) -> Formula:
            return self.compared(bound, ">" if bound.attained else ">=", ex.ZERO, part)

        try:
            return self.bound(part, part.formula, -1, above)
        except (Undecided, normal_form.TooComplex):
            if self.always(part.formula, ">", part.known):
                return TRUE
            raise

    def bounded(self, parts: Parts) -> Formula:
        """Between two numbers; between pieces there are only finitely many values more."""
        return all_of([self.bounded_on(part) for part in parts])

    def bounded_on(self, part: Part) -> Formula:
        """Between two numbers on a piece."""

        def finite(bound: Bound) -> Formula:
            return FALSE if isinstance(bound.value, int) else TRUE

        try:
            return all_of([self.bound(part, part.formula, sense, finite) for sense in (1, -1)])
        except (Undecided, normal_form.TooComplex):
            span = span_of(part.formula, {})  # of all values for all parameters
            if not (span.low.infinite or span.high.infinite):
                return TRUE
            raise

    def smooth(self, parts: Parts) -> Formula:
        """All derivatives agree wherever two pieces meet."""
        return all_of([
            all_of([self.continuous(left, right), self.agree(left, right, 0, {})]) for left, right in pairwise(parts)
        ])  # fmt: skip

    def differentiable(self, parts: Parts) -> Formula:
        """Continuous, with one-sided derivatives that agree wherever two pieces meet."""
        conditions: list[Formula] = []
        for left, right in pairwise(parts):
            before, after = self.sides(self.derivative(left), self.derivative(right))
            conditions += [self.continuous(left, right), self.relation(before, "==", after, left)]
        return all_of(conditions)

    def fills(self, parts: Parts, claimed: IntervalDisplay) -> Formula:
        """With these bounds, attained or not: then all between them are values, because the function is continuous."""
        conditions = [c for left, right in pairwise(parts) for c in conjuncts(self.continuous(left, right))]
        known = self._of_parameters(parts)
        relations = [(c.lhs, c.op) for c in conditions if isinstance(c, Relation) and isinstance(c.lhs, Expr)]
        if FALSE in conditions or not all(self.always(*relation, known) for relation in relations):
            raise Undecided(f"the values of {to_text(self.body)}, which may jump")
        ends = ((claimed.low, claimed.left_open, -1), (claimed.high, claimed.right_open, 1))
        return all_of([self.reaches(parts, *end) for end in ends])

    def reaches(self, parts: Parts, end: Expr | Infinity, opened: bool, sense: int) -> Formula:
        """The bound of all values is this end, and not attained where the interval is open there."""
        if isinstance(end, Infinity):
            infinite = TRUE if end.sign == sense else FALSE
            return any_of([
                self.bound(part, part.formula, sense, lambda bound: infinite if isinstance(bound.value, int) else FALSE)
                for part in parts
            ])  # fmt: skip

        def within(bound: Bound, part: Part) -> Formula:
            """Nothing is beyond the end, nor at it where it is open."""
            return self.compared(bound, "<" if opened and bound.attained else "<=", end, part, sense)

        def touches(bound: Bound, part: Part) -> Formula:
            return self.compared(bound, "==", end, part) if bound.attained or opened else FALSE

        inside, touching = (
            [self.bound(part, part.formula, sense, partial(judge, part=part)) for part in parts]
            + [judge(Bound(self.value_at_meeting(left), attained=True), left) for left in parts[:-1]]
            for judge in (within, touches)
        )
        return all_of([*inside, any_of(touching)])

    def _differs_from_zero(self, part: Part) -> bool:
        """Whether, for no parameters, the formula is 0 at each of two points of a half of the line inside a piece."""
        if part.high == 1 and part.low in (-1, ex.ZERO):
            sign = 1
        elif part.low == -1 and part.high is ex.ZERO:
            sign = -1
        else:
            return False
        first, second = (calculus.substitute(part.formula, {self.variable: ex.rational(sign * x)}) for x in (1, 2))
        known = self._of_parameters((part,))
        return first.total and self.always(first, "!=", known, Relation("==", second, ex.ZERO, ""))

    # --- sets of points

    def vanishes_at(self, claimed: SetDisplay | IntervalDisplay) -> Expr:
        """1 where the function is 0 exactly on a set, and 0 elsewhere. Raises Undecided."""
        match claimed:
            case SetDisplay(members=members):
                if all(map(self.has_value_at, members)) and self.elsewhere(self.body, "!=", members):
                    values = [calculus.substitute(self.body, {self.variable: member}) for member in members]
                    return switched(all_of([Relation("==", value, ex.ZERO, "") for value in values]), ex.ONE, ex.ZERO)
            case IntervalDisplay(low=Expr() as low, high=Expr() as high):
                inside: list[Formula] = [
                    Relation(">" if claimed.left_open else ">=", self.x - low, ex.ZERO, ""),
                    Relation("<" if claimed.right_open else "<=", self.x - high, ex.ZERO, ""),
                ]
                outside = any_of([negation(condition) for condition in inside])
                if self.body.total and self.always(high - low, ">=", {}) and self.always(self.body, "==", {}, *inside):
                    if self.always(self.body, "!=", {}, outside):
                        return ex.ONE
            case _:
                pass
        raise Undecided(f"the zeros of {to_text(self.body)}")

    def has_value_at(self, place: Expr) -> bool:
        """Whether the function has a value at a place wherever the place is a number: elsewhere it is no zero."""
        return self.body.total or self.defined(calculus.substitute(self.body, {self.variable: place}), {})

    def elsewhere(self, e: Expr, op: str, places: tuple[Expr, ...]) -> bool:
        """Whether `e op 0` is proved everywhere but at some places, of a single one on either side."""
        sides = (("<",), (">",)) if len(places) == 1 else (("!=",) * len(places),)
        return all(
            self.always(e, op, {}, *(Relation(r, self.x - at, ex.ZERO, "") for r, at in zip(ops, places, strict=True)))
            for ops in sides
        )

    def extremal_at(self, place: Expr, sense: int) -> Expr:
        """1, where the function is proved to be largest (1) or smallest (-1) at this place and nowhere else."""
        top = calculus.substitute(self.body, {self.variable: place})
        if not top.total or not self.elsewhere(sense * (top - self.body), ">", (place,)):
            raise Undecided(f"where {to_text(self.body)} is extremal")
        return ex.ONE

    def slopes_at(self, at: Expr, claimed: SetDisplay | IntervalDisplay) -> Expr:
        """1 where the one-sided slopes at a point span a set, and 0 elsewhere: Clarke's subdifferential.

        The function is to be continuous there, and its derivative on either side up to the point.
        """
        left, right = self.tree(-1, at, {}), self.tree(at, 1, {})
        limits = (
            self.fold(left, lambda parts: self.value_beside(parts[-1], at)),
            self.fold(right, lambda parts: self.value_beside(parts[0], at)),
        )
        slopes = (
            self.fold(left, lambda parts: self.value_beside(self.derivative(parts[-1]), at)),
            self.fold(right, lambda parts: self.value_beside(self.derivative(parts[0]), at)),
        )
        value = calculus.substitute(self.body, {self.variable: at})
        if not value.total or not all(self.always(limit - value, "==", {}) for limit in limits):
            raise Undecided(f"whether {to_text(self.body)} jumps at {to_text(at)}")
        match claimed:
            case SetDisplay(members=(low,)):
                high = low
            case IntervalDisplay(low=Expr() as low, high=Expr() as high, left_open=False, right_open=False):
                pass
            case _:
                raise Undecided(f"the slopes of {to_text(self.body)} at {to_text(at)}")
        ends = ((ex.switch("min", *slopes), low), (ex.switch("max", *slopes), high))
        return switched(all_of([Relation("==", end, side, "") for end, side in ends]), ex.ONE, ex.ZERO)

    def value_beside(self, part: Part, at: Expr) -> Expr:
        """The limit of a piece at its end. Raises Undecided."""
        value = calculus.substitute(part.formula, {self.variable: at})
        if not self.defined(value, part.known):
            raise Undecided(f"the limit of {to_text(part.formula)} at {to_text(at)}")
        return value

    # --- where two pieces meet

    def derivative(self, part: Part) -> Part:
        """The derivative of a piece."""
        return replace(part, formula=normal_form.simplest(calculus.differentiate(part.formula, self.variable)))

    def sides(self, left: Part, right: Part) -> tuple[Expr, Expr]:
        """The limits of two pieces where they meet. Raises Undecided."""
        at, place = self.meeting(left)
        before, after = (calculus.substitute(part.formula, at) for part in (left, right))
        if not (self.defined(before, left.known) and self.defined(after, right.known)):
            raise Undecided(f"the limits at {place}")
        return before, after

    def around(self, left: Part, right: Part) -> tuple[Expr, Expr, Expr]:
        """The limit, the value and the limit where two pieces meet. Raises Undecided."""
        before, after = self.sides(left, right)
        return before, self.value_at_meeting(left), after

    def continuous(self, left: Part, right: Part) -> Formula:
        """The limits where two pieces meet are the value there."""
        before, value, after = self.around(left, right)
        return all_of([self.relation(before, "==", value, left), self.relation(value, "==", after, left)])

    def agree(self, left: Part, right: Part, order: int, fixed: Mapping[str, Expr]) -> Formula:
        """All derivatives from this order on agree where two pieces meet, for parameters some of which are fixed."""
        at, place = self.meeting(left)
        formulas = [calculus.substitute(part.formula, fixed) for part in (left, right)]
        if all(f.total for f in formulas) and normal_form.is_zero(formulas[0] - formulas[1]):
            return TRUE  # one analytic formula on both sides
        if order > MAX_ORDER:
            raise Undecided(f"whether all derivatives agree at {place}")
        before, after = (calculus.substitute(calculus.substitute(f, at), fixed) for f in formulas)
        if not (self.defined(before, left.known) and self.defined(after, right.known)):
            raise Undecided(f"a derivative at {place}")
        gap = normal_form.canonical(before - after)
        signs = self.signs(gap, left.known)
        if 0 not in signs:
            return FALSE
        closed = dict(fixed)
        if signs != frozenset((0,)):
            # Where the gap closes, a parameter that occurs linearly in it has one value.
            linear = [n for n in sorted(ex.free_names(gap)) if calculus.differentiate(gap, n).value is not None]
            if not linear:
                raise Undecided(f"whether {to_text(gap)} is 0")
            root = -calculus.substitute(gap, {linear[0]: ex.ZERO}) / calculus.differentiate(gap, linear[0])
            closed = {**{n: calculus.substitute(e, {linear[0]: root}) for n, e in fixed.items()}, linear[0]: root}
        rest = self.agree(self.derivative(left), self.derivative(right), order + 1, closed)
        return all_of([self.relation(gap, "==", ex.ZERO, left), rest])


_CONDITIONS: Mapping[str, Callable[[_Question, Parts], Formula]] = {
    "increasing": lambda question, parts: question.rises(parts, 1, strictly=True),
    "decreasing": lambda question, parts: question.rises(parts, -1, strictly=True),
    "monotone": _Question.monotone,
    "convex": lambda question, parts: question.bends(parts, 1),
    "concave": lambda question, parts: question.bends(parts, -1),
    "even": lambda question, parts: question.mirrored(parts, 1),
    "odd": lambda question, parts: question.mirrored(parts, -1),
    "positive": _Question.positive,
    "bounded": _Question.bounded,
    "smooth": _Question.smooth,
    "differentiable": _Question.differentiable,
}

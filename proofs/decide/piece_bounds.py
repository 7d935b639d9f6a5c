"""Conditions on the parameters under which the values of a formula, on one piece, are bounded or signed as asked.

A formula ``c G(x) + d`` with c and d free of x (if need be after stretching x by a parameter) has the bounds of G,
scaled; which of them is the upper one depends on the sign of c.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeAlias

from ..budget import Undecided
from ..cases.conditions import all_of, any_of
from ..cases.sign_rules import interval
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.landscape import decided_landscape
from ..functions.sign_charts import signs_within
from ..functions.step_functions import constant, merge
from ..language.syntax import FALSE, TRUE, Formula, Relation
from ..normal_forms import normal_form
from ..normal_forms.signs import constant_sign
from ..reals.reals import Real, sign_of
from .cuts import SIGNS, Cuts, Interval, real_end


@dataclass(frozen=True)
class Bound:
    """A greatest lower or a least upper bound of a formula on a piece."""

    value: Expr | int | None
    """A formula in the parameters, or the sign of an infinity; None for a number without an exact form."""
    attained: bool
    rough: bool = False
    """Whether nothing but the sign of the value is right."""


Judge: TypeAlias = Callable[[Bound], Formula]
"""A condition on a bound."""


class PieceBounds(Cuts):
    """A function with parameters, and conditions on its pieces."""

    def takes(self, part: Interval, e: Expr, sign: int) -> Formula:
        """The formula has this sign somewhere on the piece: its least upper bound has, or its greatest lower bound."""
        e = _without_positive_factors(normal_form.simplest(e))

        def beyond(bound: Bound) -> Formula:
            return self.compared(bound, ">", ex.ZERO, part, sign)

        try:
            return self.bound(part, e, sign, beyond)
        except (Undecided, normal_form.TooComplex):
            if self.always(sign * e, "<=", part.known):
                return FALSE
            if self.always(sign * e, ">", part.known):
                return TRUE
            raise

    def bound(self, part: Interval, e: Expr, sense: int, judge: Judge) -> Formula:
        """A condition on the sup (sense 1) or inf (-1) of a smooth formula on a piece. Raises Undecided."""
        if self.variable not in ex.free_names(e):
            return judge(Bound(e, attained=True))
        for stretched, changed in self._ways(part, e):
            if (condition := self._bounds_of_form(stretched, changed, sense, judge)) is not None:
                return condition
        for p in sorted(ex.free_names(e) - {self.variable}):
            name = ex.name(p)
            if self.known_sign(name, part.known) is None:
                return self.by_sign_of(name, part, lambda s, name=name: self._with_sign(part, e, sense, judge, name, s))
        raise Undecided(f"the bounds of {to_text(e)} for all {', '.join(sorted(ex.free_names(e) - {self.variable}))}")

    def _with_sign(self, part: Interval, e: Expr, sense: int, judge: Judge, name: Expr, sign: int) -> Formula:
        flat = e if sign else calculus.substitute(e, {name.args[0]: ex.ZERO})
        return self.bound(replace(part, known={**part.known, name: sign}), flat, sense, judge)

    def _ways(self, part: Interval, e: Expr) -> Iterator[tuple[Interval, Expr]]:
        """The formula on its piece, stretched by a parameter, and on the whole line moved by one and then stretched."""
        yield part, e
        yield from self._stretches(part, e)
        for p in sorted(ex.free_names(e) - {self.variable}) if (part.low, part.high) == (-1, 1) else ():
            with suppress(normal_form.TooComplex):
                moved = normal_form.canonical(calculus.substitute(e, {self.variable: self.x + ex.name(p)}))
                if p not in ex.free_names(moved):
                    yield replace(part, formula=moved), moved
                    yield from self._stretches(part, moved)

    def _stretches(self, part: Interval, e: Expr) -> Iterator[tuple[Interval, Expr]]:
        """The formula stretched by each parameter of known sign, on a piece with ends at 0 or infinity."""
        ends = (part.low, part.high)
        if not all(isinstance(end, int) or end is ex.ZERO for end in ends):
            return
        for p in sorted(ex.free_names(e) - {self.variable}):
            if sign := self.known_sign(ex.name(p), part.known):
                low, high = (end * sign if isinstance(end, int) else end for end in (ends if sign > 0 else ends[::-1]))
                for changed in self.stretched(e, p, sign):
                    yield Interval(low, high, changed, part.known), changed

    def _bounds_of_form(self, part: Interval, e: Expr, sense: int, judge: Judge) -> Formula | None:
        """The condition on the bound of c G(x) + d, where e has this form."""
        form = self.separate(e)
        if form is None or not (self.defined(form[0], part.known) and self.defined(form[2], part.known)):
            return None
        c, g, d = form
        if c is ex.ZERO:
            return judge(Bound(d, attained=True))
        moving = any(ex.free_names(end) for end in (part.low, part.high) if isinstance(end, Expr))
        bounds = self._at_ends(part, g) if moving else _extrema(part, g, self.variable)
        if bounds is None:
            return None

        def by_sign(sign: int) -> Formula:
            if not sign:
                return judge(Bound(d, attained=True))
            bound = bounds[(sign * sense + 1) // 2]
            if isinstance(bound.value, int):
                return judge(replace(bound, value=bound.value * sign))
            if bound.value is None or (bound.rough and d is not ex.ZERO):
                return judge(replace(bound, value=None))
            return judge(replace(bound, value=c * bound.value + d))

        return self.by_sign_of(c, part, by_sign)

    def _at_ends(self, part: Interval, g: Expr) -> tuple[Bound, Bound] | None:
        """Lower and upper bound between ends that depend on parameters, of a G that is monotone on the whole line."""
        if not g.total:
            return None
        shape = decided_landscape(g, self.variable)
        if len({run.direction for run in shape.runs}) != 1 or not shape.runs[0].direction:
            return None
        start, end = (
            Bound(calculus.substitute(g, {self.variable: at}), attained=False)
            if isinstance(at, Expr)
            else _bound(limit, attained=False)
            for at, limit in ((part.low, shape.runs[0].start), (part.high, shape.runs[-1].end))
        )
        return (start, end) if shape.runs[0].direction > 0 else (end, start)

    def by_sign_of(self, e: Expr, part: Interval, then: Callable[[int], Formula]) -> Formula:
        """The condition that holds for the sign of an expression, of those that it can have."""
        conditions = {sign: then(sign) for sign in SIGNS if sign in self.signs(e, part.known)}
        if len(distinct := list(dict.fromkeys(conditions.values()))) == 1:
            return distinct[0]
        ops = {1: ">", 0: "==", -1: "<"}
        cases = [all_of([Relation(ops[sign], e, ex.ZERO, ""), each]) for sign, each in conditions.items()]
        return any_of(cases)

    def compared(self, bound: Bound, op: str, other: Expr, part: Interval, sense: int = 1) -> Formula:
        """A bound, which may be infinite, against an expression; both negated where the sense is -1."""
        value = bound.value
        if isinstance(value, int):
            return TRUE if ex.holds(op, value * sense) else FALSE
        if value is None or (bound.rough and other is not ex.ZERO):
            raise Undecided("a bound without an exact form")
        return self.relation(value, op, other, part, sense)

    def relation(self, lhs: Expr, op: str, rhs: Expr, part: Interval, sense: int = 1) -> Formula:
        """lhs op rhs, or -lhs op -rhs for the sense -1, decided where the signs that are known on the piece do."""
        difference = sense * (lhs - rhs)
        if not difference.switching:
            difference = normal_form.simplest(difference)
        if not ex.free_names(difference):
            signs = frozenset((constant_sign(difference),))
        else:
            signs = self.signs(difference, part.known)
        truths = {ex.holds(op, s) for s in signs}
        return Relation(op, difference, ex.ZERO, "") if len(truths) > 1 else TRUE if truths <= {True} else FALSE


def _extrema(part: Interval, g: Expr, variable: str) -> tuple[Bound, Bound] | None:
    """Lower and upper bound of a function without parameters on a piece with fixed ends; None where it has holes."""
    inside = interval(real_end(part.low), real_end(part.high), closed=False)
    if not g.total:
        line = merge([signs_within(g, variable, inside), inside or constant(True)])
        if any(within and sign is None for sign, within in (*line.gaps, *line.at)):
            return None
    shape = decided_landscape(g, variable, inside)
    return _bound(shape.inf.value, attained=shape.inf.attained), _bound(shape.sup.value, attained=shape.sup.attained)


def _bound(x: Real, *, attained: bool) -> Bound:
    if x.infinite:
        return Bound(x.infinite, attained)
    if x.recognise() and x.exact is not None:
        return Bound(x.exact, attained)
    return Bound(ex.rational(sign_of(x)), attained, rough=True)


def _without_positive_factors(e: Expr) -> Expr:
    """An expression of the same sign at every point; factors that are positive everywhere are left out."""
    try:
        number, upper, lower = normal_form.numerator_factors(e)
    except normal_form.TooComplex:
        return e
    powers = [*upper, *((base, -power) for base, power in lower)]
    rest = [ex.power(base, power) for base, power in powers if not (base.positive and base.total)]
    return ex.mul(number, *rest)

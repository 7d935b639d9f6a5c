"""sup, inf, lipschitz, continuity and limits of a function whose formula has parameters, as formulas in them.

The line is cut where a case distinction falls; a cut may itself depend on the parameters, and where a sign depends
on them alone both cases are kept. On an interval between two cuts the formula is ``c G(x) + d`` with c and d free of
x (if need be after stretching x by a parameter), so its bounds are those of G, which has no parameter left.
The result is a formula with case distinctions, defined for exactly those parameters for which the function is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import reduce
from itertools import pairwise

from ..budget import Undecided
from ..cases.sign_rules import interval
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.landscape import decided_landscape
from ..functions.pieces import one_sided_limit
from ..language.syntax import Functional, Infinity
from ..means.gaussian_moments import closed_mean
from ..normal_forms import normal_form
from ..normal_forms.antiderivatives import antiderivative, primitives_of_derivatives
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, exact
from ..vocabulary.words import naming
from .cuts import SIGNS, Cuts, Interval, Known, Premises, real_end, without_zero_products

KINDS = ("sup", "inf", "lipschitz", "continuity", "limit", "E", "integral")
"""The numbers that are computed of a function that has further free names."""
MAX_SMOOTHNESS = 8
"""Derivatives compared at a breakpoint before giving up."""


def value(f: Functional, body: Expr, premises: Premises) -> Real:
    """One of KINDS for body as a function of one variable: a number in terms of its other names. Raises Undecided."""
    assert f.variable is not None
    question = _Question(body, f.variable, premises)
    try:
        with naming(f.text):
            return _value(f, question)
    except InfiniteValue as infinite:
        if question.cases > 1:
            raise Undecided(f"{f.text}, which is infinite for some parameters") from None
        return PLUS_INFINITY if f.kind == "lipschitz" or infinite.sign > 0 else MINUS_INFINITY
    except normal_form.TooComplex as reason:
        raise Undecided(f"{f.text}: {reason}") from None


class InfiniteValue(Exception):
    """An infinite bound or limit, of this sign, for all parameters of one case."""

    def __init__(self, sign: int) -> None:
        self.sign = sign


def _value(f: Functional, question: _Question) -> Real:
    """One of KINDS as a number in terms of the parameters. Raises Undecided or InfiniteValue."""
    if isinstance(f.at, Expr) and not ex.free_names(f.at):
        return exact(question.limit_at(f.at))
    if f.kind == "integral":
        return exact(normal_form.simplest(question.fold(question.tree(ex.ZERO, ex.ONE, {}), question.integral)))
    tree = question.tree(-1, 1, {})
    match f.kind:
        case "sup" | "inf":
            return exact(question.fold(tree, lambda parts: question.extremum(parts, 1 if f.kind == "sup" else -1)))
        case "lipschitz":
            return exact(question.fold(tree, question.steepest))
        case "E":
            return exact(normal_form.simplest(question.fold(tree, question.mean)))
        case "continuity" if isinstance(tree, tuple) and len(tree) == 1:
            return PLUS_INFINITY  # one smooth formula
        case "continuity":
            return exact(question.fold(tree, question.smoothness))
        case "limit" if isinstance(f.at, Infinity):
            end = PLUS_INFINITY if f.at.sign > 0 else MINUS_INFINITY
            place = -1 if f.at.sign > 0 else 0
            return exact(question.fold(tree, lambda parts: question.limit(parts[place], end, 0)))
        case kind:
            raise Undecided(f"{kind} of a function with parameters, at {f.at}")


class _Question(Cuts):
    """One function with parameters, and bounds on its pieces."""

    # --- bounds

    def extremum(self, parts: tuple[Interval, ...], sense: int) -> Expr:
        """The sup (1) or inf (-1) over all parts and the points between them."""
        bounds: list[Expr] = []
        undecided: Undecided | None = None
        for part in parts:  # one that is unbounded settles it, whatever the others are
            try:
                bounds.append(self.bound(part, part.formula, sense))
            except Undecided as reason:
                undecided = undecided or reason
        if undecided is not None:
            raise undecided
        # A derivative that exists between two parts is a one-sided limit of either, already counted.
        if not (self.body.op == "derivative" and self.body.args[2] is self.x):
            for left in parts[:-1]:
                if _has_derivative(self.body):
                    raise Undecided("a derivative next to other terms, in a function with parameters")
                value = calculus.substitute(self.body, self.meeting(left)[0])
                bounds.append(value if value.total else self.value_at_meeting(left))
        return _largest(bounds, sense)

    def steepest(self, parts: tuple[Interval, ...]) -> Expr:
        """sup abs(f'), for an f proved to be continuous where its parts meet."""
        for left, right in pairwise(parts):
            at, place = self.meeting(left)
            sides = [calculus.substitute(part.formula, at) for part in (left, right)]
            defined = all(self.defined(side, left.known) for side in sides)
            if not defined or not self.is_zero(sides[0] - sides[1], left.known):
                raise Undecided(f"whether the function jumps at {place}")
            self._require_value(left, sides[0])
        bounds: list[Expr] = []
        for part in parts:
            slope = normal_form.simplest(calculus.differentiate(part.formula, self.variable))
            bounds += [self.bound(part, slope, 1), -self.bound(part, slope, -1)]
        return _largest(bounds, 1)

    def mean(self, parts: tuple[Interval, ...]) -> Expr:
        """The mean over a standard normal, where every part has a closed form that holds for all parameters."""
        ends = [(*(None if isinstance(end, int) else end for end in (part.low, part.high)),) for part in parts]
        means = [
            closed_mean(part.formula, self.variable, low, high) if self.defined(part.formula, part.known) else None
            for part, (low, high) in zip(parts, ends, strict=True)
        ]
        if None in means:
            raise Undecided(f"the mean of {to_text(self.body)} has no closed form for every value of its parameters")
        return ex.add(*(mean for mean in means if mean is not None))

    def integral(self, parts: tuple[Interval, ...]) -> Expr:
        """The integral over all parts, each by an antiderivative that is smooth on the whole line."""
        guesses = primitives_of_derivatives(self.body)
        total = ex.ZERO
        for part in parts:
            assert isinstance(part.low, Expr) and isinstance(part.high, Expr)
            found = antiderivative(part.formula, self.variable, guesses)
            if found is None or not all(self._is_smooth(g, part.known) for _, g in found):
                raise Undecided(f"an antiderivative of {to_text(part.formula)} for every value of its parameters")
            for c, g in found:
                at_low, at_high = (calculus.substitute(g, {self.variable: end}) for end in (part.low, part.high))
                total = total + c * (at_high - at_low)
            if not self.defined(total, part.known):
                raise Undecided(f"whether {to_text(total)} is defined for every value of its parameters")
        return total

    def _is_smooth(self, g: Expr, known: Known) -> bool:
        """Whether a formula is analytic in the variable on the whole line: it has no cases, and where an operation is
        not defined everywhere, that depends on the parameters alone, which are such that it is."""
        if g.total:
            return not g.switching
        moving = [child for child in ex.children(g) if self.variable in ex.free_names(child)]
        if not moving:
            return self.defined(g, known)
        condition = calculus.domain_condition(g)
        anywhere = condition is None or (condition[0].positive and condition[0].total)
        return anywhere and g.op not in ex.SWITCHES and all(self._is_smooth(child, known) for child in ex.children(g))

    def limit(self, part: Interval, at: Real, side: int) -> Expr:
        """The limit of a piece at its end: an infinity, or a number from a side. Raises Undecided or InfiniteValue.

        It is the value where there is one, since formulas are continuous wherever they are defined; else that of
        c G(x) + d, if need be with x stretched.
        """
        if at.exact is not None:
            value = calculus.substitute(part.formula, {self.variable: at.exact})
            if self.defined(value, part.known):
                return value
        for e, end, approach in self._ways(part, at, side):
            if (limit := self._limit_of_form(part, e, end, approach)) is not None:
                return limit
        for p in sorted(ex.free_names(part.formula) - {self.variable}):
            if self.known_sign(ex.name(p), part.known) is None:
                return self._limit_by_sign_of_name(part, at, side, p)
        raise Undecided(f"the limit of {to_text(part.formula)} at {at} for every value of its parameters")

    def _limit_by_sign_of_name(self, part: Interval, at: Real, side: int, p: str) -> Expr:
        """The cases of a parameter whose sign is not known."""
        name = ex.name(p)
        limits = {
            s: self.limit(replace(part, formula=formula, known={**part.known, name: s}), at, side)
            for s, formula in self._formulas_by_sign(part.formula, p, part.known)
        }
        return _by_sign(name, limits)

    def _formulas_by_sign(self, e: Expr, p: str, known: Known) -> Iterator[tuple[int, Expr]]:
        """The signs that a parameter can have, and a formula for each: it is defined on its piece, and stays so."""
        signs = [s for s in SIGNS if s in self.signs(ex.name(p), known)]
        self.cases = max(self.cases, len(signs))
        for s in signs:
            yield s, e if s else without_zero_products(calculus.substitute(e, {p: ex.ZERO}))

    def _limit_of_form(self, part: Interval, e: Expr, at: Real, side: int) -> Expr | None:
        """The limit of c G(x) + d, where e has this form."""
        form = None
        with suppress(normal_form.TooComplex):
            form = self.separate(e)
        if form is None or not all(self.defined(f, part.known) for f in (form[0], form[2])):
            return None
        c, g, d = form
        return d if c is ex.ZERO else self._scaled(c, one_sided_limit(g, self.variable, at, side), part) + d

    def _scaled(self, c: Expr, x: Real, part: Interval) -> Expr:
        """c x, with x in its exact form. Raises Undecided or InfiniteValue."""
        if x.infinite and (sign := self.known_sign(c, part.known)):
            raise InfiniteValue(sign * x.infinite)
        return c * _exact(x)

    def limit_at(self, at: Expr) -> Expr:
        """The limit at a number, the same from both sides; elsewhere the function may be undefined."""
        self.holes = True
        trees = ((self.tree(-1, at, {}), -1), (self.tree(at, 1, {}), 1))
        limits: list[Expr] = []
        infinite: list[int] = []
        for tree, side in trees:
            try:
                limits.append(
                    self.fold(tree, lambda parts, s=side: self.limit(parts[-1 if s < 0 else 0], exact(at), s))
                )
            except InfiniteValue as value:
                infinite.append(value.sign)
        if len(infinite) == 2 and len({*infinite}) == 1:
            raise InfiniteValue(infinite[0])
        if infinite or not (limits[0] is limits[1] or self.always(limits[0] - limits[1], "==", {})):
            raise Undecided(f"whether the limits from both sides of {to_text(at)} agree for all parameters")
        return limits[1]

    def _ways(self, part: Interval, at: Real, side: int) -> Iterator[tuple[Expr, Real, int]]:
        """The formula, then stretched by each parameter of known sign, and where its variable tends to."""
        yield part.formula, at, side
        for p in sorted(ex.free_names(part.formula) - {self.variable}):
            sign = self.known_sign(ex.name(p), part.known)
            if sign and (at.infinite or at.exact is ex.ZERO):
                end = PLUS_INFINITY if at.infinite * sign > 0 else MINUS_INFINITY if at.infinite else at
                yield from ((e, end, side * sign) for e in self.stretched(part.formula, p, sign))

    def smoothness(self, parts: tuple[Interval, ...]) -> Expr:
        """The number of derivatives that agree wherever two parts meet; -1 where the function jumps."""
        if len(parts) == 1:
            raise Undecided("a function that is smooth for some parameters and has breakpoints for others")
        meetings = [pair for pair in pairwise(parts) if not self._is_one_formula(*pair)]
        if not meetings:
            raise Undecided("a function that is smooth, in several pieces with parameters")
        return _largest([self._smoothness_at(left, right, 0, {}) for left, right in meetings], -1)

    def _is_one_formula(self, left: Interval, right: Interval) -> bool:
        """Whether two parts have one analytic formula, which is the value where they meet: all derivatives agree."""
        if not (_is_analytic(left.formula) and normal_form.is_zero(left.formula - right.formula)):
            return False
        self._require_value(left, calculus.substitute(left.formula, self.meeting(left)[0]))
        return True

    def _smoothness_at(self, left: Interval, right: Interval, order: int, fixed: Mapping[str, Expr]) -> Expr:
        at, place = self.meeting(left)
        if order > MAX_SMOOTHNESS:
            raise Undecided(f"continuity: {order - 1} derivatives agree at {place}{self._case(left.known, fixed)}")
        sides = [calculus.substitute(calculus.substitute(part.formula, at), fixed) for part in (left, right)]
        if not all(self.defined(side, left.known) for side in sides):
            raise Undecided(f"whether the function is defined at {place}")
        if order == 0:
            self._require_value(left, sides[0])
        gap = normal_form.canonical(sides[0] - sides[1])
        next_left, next_right = (
            replace(part, formula=calculus.differentiate(part.formula, self.variable)) for part in (left, right)
        )
        signs = self.signs(gap, left.known)
        if signs == frozenset((0,)):
            return self._smoothness_at(next_left, next_right, order + 1, fixed)
        if 0 not in signs:
            return ex.rational(order - 1)
        # Where the gap closes, a parameter that occurs linearly in it has one value.
        linear_names = [n for n in sorted(ex.free_names(gap)) if calculus.differentiate(gap, n).value is not None]
        if not linear_names:
            raise Undecided(f"whether {to_text(gap)} is 0")
        name = linear_names[0]
        root = -calculus.substitute(gap, {name: ex.ZERO}) / calculus.differentiate(gap, name)
        closed = self._smoothness_at(next_left, next_right, order + 1, {**fixed, name: root})
        return ex.switch("if", "!=", gap, ex.rational(order - 1), closed)

    def _case(self, known: Mapping[Expr, int], fixed: Mapping[str, Expr]) -> str:
        """The parameters that are spoken of, where that is not all of them."""
        keys = [key for key in known if self.variable not in ex.free_names(key)]
        conditions = [f"{to_text(key)} {'<=>'[known[key] + 1]} 0" for key in keys]
        conditions += [f"{name} = {to_text(normal_form.simplest(root))}" for name, root in fixed.items()]
        return f" if {' and '.join(conditions)}" if conditions else ""

    def _require_value(self, left: Interval, limit: Expr) -> None:
        """That the value where a part ends is the limit there. Raises Undecided."""
        if not self.is_zero(self.value_at_meeting(left) - limit, left.known):
            raise Undecided(f"the value at {self.meeting(left)[1]}")

    def bound(self, part: Interval, e: Expr, sense: int) -> Expr:
        """The sup or inf of a smooth formula on an interval. Raises Undecided."""
        if self.variable not in ex.free_names(e):
            return e
        if (bound := self._separated(part, e, sense)) is not None:
            return bound
        parameters = sorted(ex.free_names(e) - {self.variable})
        ends = (part.low, part.high)
        for p in parameters if all(isinstance(end, int) or end is ex.ZERO for end in ends) else ():
            sign = self.known_sign(ex.name(p), part.known)
            if sign is None:
                return self._by_sign_of_name(part, e, sense, p)
            low, high = (end * sign if isinstance(end, int) else end for end in (ends if sign > 0 else ends[::-1]))
            for changed in self.stretched(e, p, sign) if sign else ():
                bound = self._separated(Interval(low, high, changed, part.known), changed, sense)
                if bound is not None:
                    return bound
        raise Undecided(f"the bounds of {to_text(e)} for every {', '.join(parameters)}")

    def _by_sign_of_name(self, part: Interval, e: Expr, sense: int, p: str) -> Expr:
        """The cases of a parameter whose sign is not known."""
        name = ex.name(p)
        bounds = {
            s: self.bound(replace(part, known={**part.known, name: s}), formula, sense)
            for s, formula in self._formulas_by_sign(e, p, part.known)
        }
        return _by_sign(name, bounds)

    def _separated(self, part: Interval, e: Expr, sense: int) -> Expr | None:
        """The bound of c G(x) + d, where e has this form."""
        form = None
        with suppress(normal_form.TooComplex):
            form = self.separate(e)
        if form is None or not (self.defined(form[0], part.known) and self.defined(form[2], part.known)):
            return None
        c, g, d = form
        if not g.total:
            return None
        if any(ex.free_names(end) for end in (part.low, part.high) if isinstance(end, Expr)):
            return self._at_ends(part, e, c, g, d, sense)
        shape = decided_landscape(g, self.variable, interval(real_end(part.low), real_end(part.high), closed=False))
        top, bottom = shape.sup.value, shape.inf.value
        if c is ex.ZERO:
            return d
        sign = self.known_sign(c, part.known)
        if sign is not None:
            chosen = top if sign * sense > 0 else bottom
            return d if sign == 0 else self._scaled(c, chosen, part) + d
        return _largest([c * _exact(top) + d, c * _exact(bottom) + d], sense)

    def _at_ends(self, part: Interval, e: Expr, c: Expr, g: Expr, d: Expr, sense: int) -> Expr | None:
        """Between ends that depend on parameters: a G that is monotone on the whole line is extremal at an end."""
        shape = decided_landscape(g, self.variable)
        if len({run.direction for run in shape.runs}) != 1:
            return None
        values: list[Expr] = []
        for end in (part.low, part.high):
            if isinstance(end, Expr):
                values.append(calculus.substitute(e, {self.variable: end}))
                continue
            limit = shape.runs[0].start if end < 0 else shape.runs[-1].end
            if not limit.infinite:
                values.append(c * _exact(limit) + d)
            elif (sign := self.known_sign(c, part.known)) is None or sign * limit.infinite == sense:
                return None  # an infinite end does not count where it lies on the other side
        return _largest(values, sense) if all(v.total for v in values) else None


def _by_sign(e: Expr, cases: Mapping[int, Expr]) -> Expr:
    """The value for the sign of an expression, of those that it can have."""
    if not cases:
        raise Undecided("nothing satisfies the condition")
    *first, (_, value) = cases.items()
    for sign, case in reversed(first):
        value = ex.switch("if", ">" if sign > 0 else "==", e, case, value)
    return value


def _is_analytic(e: Expr) -> bool:
    """Whether an expression is made of functions analytic on the whole line, of logarithms and powers of positive terms
    and of whole powers, for all values of its names."""
    if e.switching or not e.total or e.op == "derivative":
        return False
    if e.op == "pow" and not e.args[0].positive and (e.args[1].value is None or e.args[1].value.q != 1):
        return False
    return all(map(_is_analytic, ex.children(e)))


def _has_derivative(e: Expr) -> bool:
    return e.op == "derivative" or any(map(_has_derivative, ex.children(e)))


def _exact(x: Real) -> Expr:
    if x.infinite:
        raise Undecided("a bound that is infinite for some parameters")
    if not x.recognise():
        raise Undecided("a bound without an exact form, times a parameter")
    assert x.exact is not None
    return x.exact


def _largest(bounds: list[Expr], sense: int) -> Expr:
    op = "max" if sense > 0 else "min"
    distinct = list(dict.fromkeys(normal_form.simplest(b) if not b.switching else b for b in bounds))
    return reduce(lambda a, b: ex.switch(op, a, b), distinct)

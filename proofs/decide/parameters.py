"""sup, inf, lipschitz, continuity and limits of a function whose formula has parameters, as formulas in them.

The line is cut where a case distinction falls; a cut may itself depend on the parameters, and where a sign depends
on them alone both cases are kept. On an interval between two cuts the formula is ``c G(x) + d`` with c and d free of
x (if need be after stretching x by a parameter), so its bounds are those of G, which has no parameter left.
The result is a formula with case distinctions, defined for exactly those parameters for which the function is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import reduce
from itertools import pairwise
from typing import TypeAlias

from ..budget import Undecided, spend
from ..cases.sign_rules import interval
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.landscape import decided_landscape
from ..functions.pieces import Resolver, UnknownSign, one_sided_limit, primitive
from ..functions.zeros import chart
from ..language.syntax import Functional, Infinity
from ..means.gaussian_moments import closed_mean
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, exact
from .trees import Branch, End, Interval, Tree, joined

SignsOf: TypeAlias = Callable[[Expr], frozenset[int]]
"""The signs that a formula in the parameters can have, wherever they may be (a superset)."""

MAX_LEAVES = 60


KINDS = ("sup", "inf", "lipschitz", "continuity", "limit", "E")
"""The numbers that are computed of a function that has further free names."""
MAX_SMOOTHNESS = 8
"""Derivatives compared at a breakpoint before giving up."""


def value(f: Functional, body: Expr, signs_of: SignsOf) -> Real:
    """One of KINDS for body as a function of one variable: a number in terms of its other names. Raises Undecided."""
    assert f.variable is not None
    question = _Question(body, f.variable, signs_of)
    try:
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
                end = f.at.sign
                return exact(question.fold(tree, lambda parts: question.limit(parts[-1 if end > 0 else 0], end)))
            case kind:
                raise Undecided(f"{kind} of a function with parameters, at {f.at}")
    except normal_form.TooComplex as reason:
        raise Undecided(f"{f.text}: {reason}") from None


class _Question:
    """One function with parameters: its pieces by cases, and bounds on them."""

    def __init__(self, body: Expr, variable: str, signs_of: SignsOf) -> None:
        self.body, self.variable, self.signs_of = body, variable, signs_of
        self.x = ex.name(variable)
        self.leaves = 0

    # --- cutting the line

    def tree(self, low: End, high: End, known: Mapping[Expr, int]) -> Tree:
        """The pieces between two ends, by cases. Raises Undecided."""
        spend()
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise Undecided("the pieces of a function with parameters: too many cases")
        try:
            return (Interval(low, high, Resolver(known).visit(self.body), known),)
        except Undefined:
            return None
        except UnknownSign as question:
            key = question.key
        if self.variable not in ex.free_names(key):
            return self.by_sign(key, known, lambda sign: self.tree(low, high, {**known, key: sign}))
        if not ex.free_names(key) - {self.variable}:
            signs = chart(key, self.variable)
            cuts = [zero.exact for zero in signs.zeros if zero.recognise() and zero.exact is not None]
            if len(cuts) < len(signs.zeros):
                raise Undecided("a breakpoint without an exact form in a function with parameters")
            return self.cut(cuts, signs.signs, low, high, key, known)
        slope = calculus.differentiate(key, self.variable)
        if self.variable in ex.free_names(slope):
            raise Undecided(f"where {to_text(key)} is 0 depends on {', '.join(sorted(ex.free_names(key)))}")

        def affine(sign: int) -> Tree:
            start = calculus.substitute(key, {self.variable: ex.ZERO})
            if sign == 0:  # the key is the same everywhere
                known_flat = {**known, slope: 0}
                return self.by_sign(start, known_flat, lambda same: self.tree(low, high, {**known_flat, key: same}))
            at = normal_form.simplest(start / -slope)
            return self.cut([at], (-sign, sign), low, high, key, known)

        return affine(self._sign(slope, known)) if not ex.free_names(slope) else self.by_sign(slope, known, affine)

    def _sign(self, e: Expr, known: Mapping[Expr, int]) -> int:
        if (sign := self._known_sign(e, known)) is None:
            raise Undecided(f"the sign of {to_text(e)}")
        return sign

    def by_sign(self, e: Expr, known: Mapping[Expr, int], then: Callable[[int], Tree]) -> Tree:
        """The branch of a known sign, or all three."""
        sign = self._known_sign(e, known)
        return Branch(e, (then(1), then(0), then(-1))) if sign is None else then(sign)

    def cut(
        self, cuts: list[Expr], signs: tuple[int, ...], low: End, high: End, key: Expr, known: Mapping[Expr, int]
    ) -> Tree:
        """(low, high) cut at increasing points, the key having the given sign on each part."""
        if not cuts:
            return self.tree(low, high, {**known, key: signs[0]})
        at, rest = cuts[0], cuts[1:]

        def beside_low(sign: int) -> Tree:
            if sign <= 0:  # the first point is not above the lower end
                return self.cut(rest, signs[1:], low, high, key, known)
            return self.compare(high, at, known, beside_high)

        def beside_high(sign: int) -> Tree:
            if sign <= 0:
                return self.tree(low, high, {**known, key: signs[0]})
            left = self.tree(low, at, {**known, key: signs[0]})
            return joined(left, self.cut(rest, signs[1:], at, high, key, known))

        return self.compare(at, low, known, beside_low)

    def compare(self, a: End, b: End, known: Mapping[Expr, int], then: Callable[[int], Tree]) -> Tree:
        """The cases by the sign of a - b."""
        if isinstance(a, int):
            return then(a)
        if isinstance(b, int):
            return then(-b)
        return self.by_sign(a - b, known, then)

    def fold(self, tree: Tree, leaf: Callable[[tuple[Interval, ...]], Expr]) -> Expr:
        """The formula of a tree; where the function is undefined, so is it."""
        if tree is None:
            raise Undecided("a function that is undefined for all parameters")
        if not isinstance(tree, Branch):
            return leaf(tree)
        undefined = Expr("mul", ex.ZERO, ex.power(tree.key - tree.key, -1))
        up, zero, down = (undefined if case is None else self.fold(case, leaf) for case in tree.cases)
        return ex.switch("if", ">", tree.key, up, ex.switch("if", "==", tree.key, zero, down))

    # --- bounds

    def extremum(self, parts: tuple[Interval, ...], sense: int) -> Expr:
        """The sup (1) or inf (-1) over all parts and the points between them."""
        bounds = [self.bound(part, part.formula, sense) for part in parts]
        # A derivative that exists between two parts is a one-sided limit of either, already counted.
        if not (self.body.op == "derivative" and self.body.args[2] is self.x):
            for left in parts[:-1]:
                if _has_derivative(self.body):
                    raise Undecided("a derivative next to other terms, in a function with parameters")
                bounds.append(calculus.substitute(self.body, self._meeting(left)[0]))
                if not bounds[-1].total:
                    raise Undecided("the value at a breakpoint of a function with parameters")
        return _largest(bounds, sense)

    def steepest(self, parts: tuple[Interval, ...]) -> Expr:
        """sup abs(f'), for an f proved to be continuous where its parts meet."""
        for left, right in pairwise(parts):
            at, place = self._meeting(left)
            sides = [calculus.substitute(part.formula, at) for part in (left, right)]
            defined = all(self._defined(side, left.known) for side in sides)
            if not defined or not normal_form.is_zero(sides[0] - sides[1]):
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
            closed_mean(part.formula, self.variable, low, high) if self._defined(part.formula, part.known) else None
            for part, (low, high) in zip(parts, ends, strict=True)
        ]
        if None in means:
            raise Undecided(f"the mean of {to_text(self.body)} has no closed form for every value of its parameters")
        return ex.add(*(mean for mean in means if mean is not None))

    def limit(self, part: Interval, end: int) -> Expr:
        """The limit at an infinity of the piece that reaches it: that of c G(x) + d, if need be with x stretched."""
        for e, side in self._ways(part, end):
            form = self._separate(e)
            if form is None or not form[1].total or not all(self._defined(f, part.known) for f in (form[0], form[2])):
                continue
            c, g, d = form
            return d if c is ex.ZERO else c * _exact(one_sided_limit(g, self.variable, _real(side), 0)) + d
        raise Undecided(f"the limit of {to_text(part.formula)} for every value of its parameters")

    def _ways(self, part: Interval, end: int) -> Iterator[tuple[Expr, int]]:
        """The formula, then stretched by each parameter of known sign, and the infinity that its variable tends to."""
        yield part.formula, end
        for p in sorted(ex.free_names(part.formula) - {self.variable}):
            if sign := self._known_sign(ex.name(p), part.known):
                yield from ((e, end * sign) for e in self._stretched(part.formula, p))

    def _stretched(self, e: Expr, p: str) -> Iterator[Expr]:
        """A formula with x = t/p or x = t p."""
        for x in (self.x / ex.name(p), self.x * ex.name(p)):
            with suppress(normal_form.TooComplex):
                yield normal_form.canonical(calculus.substitute(e, {self.variable: x}))

    def smoothness(self, parts: tuple[Interval, ...]) -> Expr:
        """The number of derivatives that agree wherever two parts meet; -1 where the function jumps."""
        if len(parts) == 1:
            raise Undecided("a function that is smooth for some parameters and has breakpoints for others")
        orders = [self._smoothness_at(left, right, 0, {}) for left, right in pairwise(parts)]
        return _largest(orders, -1)

    def _meeting(self, left: Interval) -> tuple[dict[str, Expr], str]:
        """The point where a part ends and another begins, as a substitution and for readers."""
        assert isinstance(left.high, Expr)
        return {self.variable: left.high}, f"{self.variable} = {to_text(left.high)}"

    def _smoothness_at(self, left: Interval, right: Interval, order: int, fixed: Mapping[str, Expr]) -> Expr:
        at, place = self._meeting(left)
        if order > MAX_SMOOTHNESS:
            raise Undecided(f"continuity: {order - 1} derivatives agree at {place}{self._case(left.known, fixed)}")
        sides = [calculus.substitute(calculus.substitute(part.formula, at), fixed) for part in (left, right)]
        if not all(self._defined(side, left.known) for side in sides):
            raise Undecided(f"whether the function is defined at {place}")
        if order == 0:
            self._require_value(left, sides[0])
        gap = normal_form.canonical(sides[0] - sides[1])
        next_left, next_right = (
            replace(part, formula=calculus.differentiate(part.formula, self.variable)) for part in (left, right)
        )
        signs = self._signs(gap, left.known)
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
        at, place = self._meeting(left)
        signs = {key: s for key, s in left.known.items() if self.variable not in ex.free_names(key)}
        value = calculus.substitute(self.body, at)
        while True:
            try:
                smooth = Resolver(signs).visit(value)
                break
            except UnknownSign as question:
                signs[question.key] = self._sign(question.key, signs)
            except Undefined:
                raise Undecided(f"the value at {place}") from None
        if not (self._defined(smooth, left.known) and normal_form.is_zero(smooth - limit)):
            raise Undecided(f"the value at {place}")

    def bound(self, part: Interval, e: Expr, sense: int) -> Expr:
        """The sup or inf of a smooth formula on an interval. Raises Undecided."""
        if self.variable not in ex.free_names(e):
            return e
        if (bound := self._separated(part, e, sense)) is not None:
            return bound
        parameters = sorted(ex.free_names(e) - {self.variable})
        ends = (part.low, part.high)
        for p in parameters if all(isinstance(end, int) or end is ex.ZERO for end in ends) else ():
            sign = self._known_sign(ex.name(p), part.known)
            if sign is None:
                return self._by_sign_of_name(part, e, sense, p)
            low, high = (end * sign if isinstance(end, int) else end for end in (ends if sign > 0 else ends[::-1]))
            for changed in self._stretched(e, p) if sign else ():
                bound = self._separated(Interval(low, high, changed, part.known), changed, sense)
                if bound is not None:
                    return bound
        raise Undecided(f"the bounds of {to_text(e)} for every {', '.join(parameters)}")

    def _by_sign_of_name(self, part: Interval, e: Expr, sense: int, p: str) -> Expr:
        """The three cases of a parameter that may have any sign."""
        if not e.total:
            raise Undecided(f"the bounds of {to_text(e)}, which may be undefined where {p} is 0")
        name = ex.name(p)
        up, down = (self.bound(replace(part, known={**part.known, name: s}), e, sense) for s in (1, -1))
        zero = self.bound(part, calculus.substitute(e, {p: ex.ZERO}), sense)
        return ex.switch("if", ">", name, up, ex.switch("if", "==", name, zero, down))

    def _known_sign(self, e: Expr, known: Mapping[Expr, int]) -> int | None:
        signs = self._signs(e, known)
        return next(iter(signs)) if len(signs) == 1 else None

    def _signs(self, e: Expr, known: Mapping[Expr, int]) -> frozenset[int]:
        """The signs a formula in the parameters can have under the assumptions (a superset)."""
        flip, key = primitive(e)
        return frozenset((flip * known[key],)) if key in known else self.signs_of(e)

    def _separated(self, part: Interval, e: Expr, sense: int) -> Expr | None:
        """The bound of c G(x) + d, where e has this form."""
        form = None
        with suppress(normal_form.TooComplex):
            form = self._separate(e)
        if form is None or not (self._defined(form[0], part.known) and self._defined(form[2], part.known)):
            return None
        c, g, d = form
        if not g.total:
            return None
        if any(ex.free_names(end) for end in (part.low, part.high) if isinstance(end, Expr)):
            return self._at_ends(part, e, c, g, d, sense)
        shape = decided_landscape(g, self.variable, interval(_real(part.low), _real(part.high), closed=False))
        top, bottom = shape.sup.value, shape.inf.value
        if c is ex.ZERO:
            return d
        sign = self._known_sign(c, part.known)
        if sign is not None:
            chosen = top if sign * sense > 0 else bottom
            return d if sign == 0 else c * _exact(chosen) + d
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
            elif (sign := self._known_sign(c, part.known)) is None or sign * limit.infinite == sense:
                return None  # an infinite end does not count where it lies on the other side
        return _largest(values, sense) if all(v.total for v in values) else None

    def _separate(self, e: Expr) -> tuple[Expr, Expr, Expr] | None:
        """(c, G, d) with e = c G(x) + d, proved by normal form."""
        slope = calculus.differentiate(e, self.variable)
        ones = dict.fromkeys(ex.free_names(e) - {self.variable}, ex.ONE)
        g = calculus.substitute(e, ones)
        if normal_form.is_zero(slope):
            return ex.ZERO, ex.ZERO, normal_form.canonical(calculus.substitute(e, {self.variable: ex.ZERO}))
        c = normal_form.canonical(slope / calculus.substitute(slope, ones))
        d = normal_form.canonical(e - c * g)
        if self.variable in ex.free_names(c) | ex.free_names(d):
            return None
        return c, g, d

    def _defined(self, e: Expr, known: Mapping[Expr, int]) -> bool:
        """Whether a formula in the parameters is defined under the assumptions."""
        if e.total:
            return True
        if e.op == "pow" and e.args[1].value is not None:
            base, whole = e.args[0], e.args[1].value.q == 1
            sign = self._known_sign(base, known)
            return self._defined(base, known) and (sign == 1 or (sign == -1 and whole))
        return e.op in ("add", "mul", "exp") and all(self._defined(child, known) for child in e.args)


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


def _real(end: End) -> Real:
    return exact(end) if isinstance(end, Expr) else PLUS_INFINITY if end > 0 else MINUS_INFINITY

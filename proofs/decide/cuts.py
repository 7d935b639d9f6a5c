"""A function of one variable with parameters, cut into pieces by cases.

The line is cut where a case distinction falls; a cut may itself depend on the parameters, and where a sign depends
on them alone all its cases are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from ..budget import Undecided, spend
from ..cases.sign_rules import normal_key, product_signs, sign_of_number
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.pieces import Resolver, UnknownSign, primitive
from ..functions.zeros import chart
from ..language.syntax import Formula, Relation
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined, constant_sign
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, exact

Known: TypeAlias = Mapping[Expr, int]
"""Signs that are assumed of expressions."""
End: TypeAlias = "Expr | int"
"""A finite end as a formula in the parameters, or the sign of an infinity."""
SIGNS = (1, 0, -1)
UNDEFINED = Expr("mul", ex.ZERO, ex.power(ex.ZERO, -1))
"""A formula without a value."""

MAX_LEAVES = 60
SIMPLE_VALUES = (1, 2, 3)
"""Values of the parameters for which a function may stand for all the others."""


@dataclass(frozen=True)
class Interval:
    """One smooth formula on an open interval, under assumptions on the parameters."""

    low: End
    high: End
    formula: Expr
    known: Known


@dataclass(frozen=True)
class Branch:
    """Three cases by the sign of a formula in the parameters."""

    key: Expr
    cases: tuple[Tree, Tree, Tree]
    """For the signs 1, 0 and -1."""

    def map(self, f: Callable[[Tree, int], Tree]) -> Branch:
        """The branch with each case changed, of which the sign is told too."""
        up, zero, down = self.cases
        return Branch(self.key, (f(up, 1), f(zero, 0), f(down, -1)))


Tree: TypeAlias = "Branch | tuple[Interval, ...] | None"
"""None: the function is undefined for these parameters."""


@dataclass(frozen=True)
class Premises:
    """The statement's condition, as it bears on the parameters of a function."""

    signs_of: Callable[[Expr], frozenset[int]]
    """The signs that a formula in the parameters can have where the condition holds (a superset)."""
    always: Callable[[Relation, Known, tuple[Formula, ...]], bool]
    """Whether a relation to 0 is proved where it is defined, by the condition and by signs and formulas assumed."""


class Cuts:
    """One function with parameters: its pieces by cases."""

    def __init__(self, body: Expr, variable: str, premises: Premises) -> None:
        self.body, self.variable, self.premises = body, variable, premises
        self.x = ex.name(variable)
        self.leaves = 0
        self.cases = 1
        """Cases by the signs of parameters that were kept: with one alone, what holds in it holds for all."""
        self.holes = False
        """Whether pieces are kept on which the function is undefined."""

    def always(self, e: Expr, op: str, known: Known, *assumed: Formula) -> bool:
        """Whether `e op 0` is proved wherever e is defined, the condition holds and what is assumed."""
        return self.premises.always(Relation(op, e, ex.ZERO, ""), known, assumed)

    def tree(self, low: End, high: End, known: Known) -> Tree:
        """The pieces between two ends, by cases. Raises Undecided."""
        spend()
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise Undecided("the pieces of a function with parameters: too many cases")
        try:
            formula = Resolver(known).visit(self.body)
            zeros = {e.args[0]: ex.ZERO for e, sign in known.items() if e.op == "name" and not sign}
            return (Interval(low, high, without_zero_products(calculus.substitute(formula, zeros)), known),)
        except Undefined:
            return (Interval(low, high, UNDEFINED, known),) if self.holes else None
        except UnknownSign as question:
            key = question.key
        if key.positive and self.defined(key, known):
            return self.tree(low, high, {**known, key: 1})
        if self.variable not in ex.free_names(key):
            return self.by_sign(key, known, lambda _, signs: self.tree(low, high, signs))
        if not ex.free_names(key) - {self.variable}:
            chart_of_key = chart(key, self.variable)
            cuts = [zero.exact for zero in chart_of_key.zeros if zero.recognise() and zero.exact is not None]
            if len(cuts) < len(chart_of_key.zeros):
                raise Undecided("a breakpoint without an exact form in a function with parameters")
            return self.cut(cuts, chart_of_key.signs, low, high, key, known)
        if key.op == "pow" and primitive(key.args[0]) in [(s, e) for e, s in known.items() if s]:
            return self.tree(low, high, {**known, key: 1})  # a power of what is positive
        slope = calculus.differentiate(key, self.variable)
        if self.variable in ex.free_names(slope):
            return self._curved(low, high, key, known)

        def affine(sign: int, known: Known) -> Tree:
            start = calculus.substitute(key, {self.variable: ex.ZERO})
            if sign == 0:  # the key is the same everywhere
                return self.by_sign(start, known, lambda same, signs: self.tree(low, high, {**signs, key: same}))
            at = normal_form.simplest(start / -slope)
            return self.cut([at], (-sign, sign), low, high, key, known)

        return self.by_sign(slope, known, affine)

    def _curved(self, low: End, high: End, key: Expr, known: Known) -> Tree:
        """The pieces where the sign of an expression is asked for that is no line in x: one sign for all x."""
        for op, sign in ((">", 1), ("<", -1)):
            if self.always(key, op, known):
                return self.tree(low, high, {**known, key: sign})
        for p in sorted(ex.free_names(key) - {self.variable}):
            if self.known_sign(ex.name(p), known) is None:
                return self.by_sign(ex.name(p), known, lambda _, signs: self.tree(low, high, signs))
        raise Undecided(f"where {to_text(key)} is 0 depends on {', '.join(sorted(ex.free_names(key)))}")

    def sign(self, e: Expr, known: Known) -> int:
        """The sign of a formula in the parameters. Raises Undecided."""
        if (sign := self.known_sign(e, known)) is None:
            raise Undecided(f"the sign of {to_text(e)}")
        return sign

    def by_sign(self, e: Expr, known: Known, then: Callable[[int, Known], Tree]) -> Tree:
        """The branch of a known sign, or one for each sign, which it then knows; a sign that cannot be has any."""
        possible = [sign for sign in SIGNS if sign in self.signs(e, known)]
        if not possible:
            raise Undecided("nothing satisfies the condition")
        if not ex.free_names(e):
            return then(possible[0], known)
        cases = {sign: then(sign, _with(known, e, sign)) for sign in possible}
        if len(cases) == 1:
            return cases[possible[0]]
        self.cases = max(self.cases, len(cases))
        up, zero, down = (cases.get(sign, cases[possible[0]]) for sign in SIGNS)
        return Branch(e, (up, zero, down))

    def cut(self, cuts: list[Expr], signs: tuple[int, ...], low: End, high: End, key: Expr, known: Known) -> Tree:
        """(low, high) cut at increasing points, the key having the given sign on each part."""
        if not cuts:
            return self.tree(low, high, {**known, key: signs[0]})
        at, rest = cuts[0], cuts[1:]

        def beside_low(sign: int, known: Known) -> Tree:
            if sign <= 0:  # the first point is not above the lower end
                return self.cut(rest, signs[1:], low, high, key, known)
            return self.compare(high, at, known, beside_high)

        def beside_high(sign: int, known: Known) -> Tree:
            if sign <= 0:
                return self.tree(low, high, {**known, key: signs[0]})
            left = self.tree(low, at, {**known, key: signs[0]})
            return self.joined(left, self.cut(rest, signs[1:], at, high, key, known), at, known)

        return self.compare(at, low, known, beside_low)

    def joined(self, left: Tree, right: Tree, at: Expr, known: Known) -> Tree:
        """Two neighbouring parts of the line, each with its own cases, and the point between them."""
        if isinstance(left, Branch):
            key = left.key
            return left.map(
                lambda case, sign: self.joined(case, _assuming(right, key, sign), at, _with(known, key, sign))
            )
        if isinstance(right, Branch):
            key = right.key
            return right.map(lambda case, sign: self.joined(left, case, at, _with(known, key, sign)))
        if left is None and right is None:
            self._require_no_value(at, known)
            return None
        if left is None or right is None:
            raise Undecided("a function with parameters that is undefined on a part of the line")
        return (*left, *right)

    def _require_no_value(self, at: Expr, known: Known) -> None:
        """That a function which is undefined on both sides of a point is undefined there too. Raises Undecided."""
        signs = {key: sign for key, sign in known.items() if self.variable not in ex.free_names(key)}
        try:
            Resolver(signs).visit(calculus.substitute(self.body, {self.variable: at}))
        except Undefined:
            return
        except UnknownSign:
            pass
        raise Undecided(f"a function with parameters that may be defined at {self.variable} = {to_text(at)} alone")

    def compare(self, a: End, b: End, known: Known, then: Callable[[int, Known], Tree]) -> Tree:
        """The cases by the sign of a - b."""
        if isinstance(a, int):
            return then(a, known)
        if isinstance(b, int):
            return then(-b, known)
        return self.by_sign(a - b, known, then)

    def fold(self, tree: Tree, leaf: Callable[[tuple[Interval, ...]], Expr]) -> Expr:
        """The formula of a tree; where the function is undefined, so is it."""
        if tree is None:
            raise Undecided("a function that is undefined for all parameters")
        if not isinstance(tree, Branch):
            return leaf(tree)
        up, zero, down = (UNDEFINED if case is None else self.fold(case, leaf) for case in tree.cases)
        return ex.switch("if", ">", tree.key, up, ex.switch("if", "==", tree.key, zero, down))

    # --- the parts

    def meeting(self, left: Interval) -> tuple[dict[str, Expr], str]:
        """The point where a part ends and another begins, as a substitution and for readers."""
        assert isinstance(left.high, Expr)
        return {self.variable: left.high}, f"{self.variable} = {to_text(left.high)}"

    def value_at_meeting(self, left: Interval) -> Expr:
        """The value where a part ends and another begins. Raises Undecided."""
        at, place = self.meeting(left)
        signs = {key: s for key, s in left.known.items() if self.variable not in ex.free_names(key)}
        value = calculus.substitute(self.body, at)
        while True:
            try:
                smooth = Resolver(signs).visit(value)
                break
            except UnknownSign as question:
                if value.total and self.known_sign(question.key, signs) is None:
                    return value  # with its case distinctions
                signs[question.key] = self.sign(question.key, signs)
            except Undefined:
                raise Undecided(f"the value at {place}") from None
        if not self.defined(smooth, left.known):
            raise Undecided(f"the value at {place}")
        return smooth

    def known_sign(self, e: Expr, known: Known) -> int | None:
        signs = self.signs(e, known)
        return next(iter(signs)) if len(signs) == 1 else None

    def signs(self, e: Expr, known: Known) -> frozenset[int]:
        """The signs a formula in the parameters can have under the assumptions (a superset), also by its factors."""
        signs = self._signs_of_factor(e, known)
        if len(signs) <= 1:
            return signs
        try:
            number, upper, lower = normal_form.numerator_factors(e)
        except normal_form.TooComplex:
            return signs
        product = sign_of_number(number)
        for base, power in upper:
            product = product_signs(product, self._signs_of_factor(base, known), power)
        for base, power in lower:
            product = product_signs(product, self._signs_of_factor(base, known) - {0}, power)
        return signs & product

    def is_zero(self, e: Expr, known: Known) -> bool:
        """Whether a formula in the parameters is proved to be 0 under the assumptions, wherever it is defined."""
        return (not e.switching and normal_form.is_zero(e)) or self.signs(e, known) <= {0}

    def _signs_of_factor(self, e: Expr, known: Known) -> frozenset[int]:
        for flip, key in (primitive(e), normal_key(e)):
            if key in known:
                return frozenset((flip * known[key],))
            if not ex.free_names(key):
                return frozenset((flip * constant_sign(key),))
        return self.premises.signs_of(e)

    def stretched(self, e: Expr, p: str, sign: int) -> Iterator[Expr]:
        """A formula with x = t/p or x = t p, and for a positive p with x = t sqrt(p) or x = t/sqrt(p) too.

        There p is written as exp(l), so that roots of its powers simplify.
        """
        size = ex.name(f"{p}#log")
        for x in (self.x / ex.name(p), self.x * ex.name(p)):
            with suppress(normal_form.TooComplex):
                yield normal_form.canonical(calculus.substitute(e, {self.variable: x}))
        for half in (size / 2, -size / 2) if sign > 0 else ():
            with suppress(normal_form.TooComplex):
                changed = calculus.substitute(e, {self.variable: self.x * ex.exp(half), p: ex.exp(size)})
                simple = normal_form.canonical(changed)
                yield normal_form.canonical(calculus.substitute(simple, {size.args[0]: ex.function("log", ex.name(p))}))

    def separate(self, e: Expr) -> tuple[Expr, Expr, Expr] | None:
        """(c, G, d) with e = c G(x) + d, proved by normal form."""
        slope = calculus.differentiate(e, self.variable)
        if normal_form.is_zero(slope):
            return ex.ZERO, ex.ZERO, normal_form.canonical(calculus.substitute(e, {self.variable: ex.ZERO}))
        parameters = ex.free_names(e) - {self.variable}
        for value in SIMPLE_VALUES:
            numbers = dict.fromkeys(parameters, ex.rational(value))
            if not normal_form.is_zero(calculus.substitute(slope, numbers)):
                break
        else:
            return None
        g = calculus.substitute(e, numbers)
        c = normal_form.canonical(slope / calculus.substitute(slope, numbers))
        d = normal_form.canonical(e - c * g)
        if self.variable in ex.free_names(c) | ex.free_names(d):
            return None
        return c, g, d

    def defined(self, e: Expr, known: Known) -> bool:
        """Whether a formula in the parameters is defined under the assumptions."""
        if e.total:
            return True
        if e.op == "name" or not all(self.defined(child, known) for child in ex.children(e)):
            return False
        if (condition := calculus.domain_condition(e)) is None:
            return not e.switching
        u, allowed, _ = condition
        return u.positive or self.signs(u, known) <= frozenset(allowed)


def real_end(end: End) -> Real:
    """An end of a piece that depends on no parameter, as a number."""
    return exact(end) if isinstance(end, Expr) else PLUS_INFINITY if end > 0 else MINUS_INFINITY


def without_zero_products(e: Expr) -> Expr:
    """An expression that is defined where it is asked for, with 0 for products with 0."""
    if e.op == "mul" and ex.ZERO in e.args:
        return ex.ZERO
    return calculus.rebuild(e, without_zero_products) if ex.children(e) else e


def _with(known: Known, e: Expr, sign: int) -> Known:
    """The signs known, with that of an expression and of its normal form."""
    return {**known, **{key: sign * flip for flip, key in (primitive(e), normal_key(e))}}


def _assuming(tree: Tree, key: Expr, sign: int) -> Tree:
    """The cases that are left where the sign of a key is known."""
    if not isinstance(tree, Branch):
        return tree
    (flip, same), (other_flip, other) = normal_key(key), normal_key(tree.key)
    if same is other:
        return _assuming(tree.cases[SIGNS.index(sign * flip * other_flip)], key, sign)
    return tree.map(lambda case, _: _assuming(case, key, sign))

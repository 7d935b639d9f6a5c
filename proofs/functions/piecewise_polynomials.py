"""Piecewise polynomials: what is made of polynomials over the rationals by arithmetic and case distinctions.

Such a function is kept as its rational breakpoints in order, its values there and a polynomial on each gap. Sums of any
number of pieces are added in one sweep, so that what is asked of them costs little more than sorting them. Where a case
distinction changes at an irrational point, or a division occurs, there is no such form.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

from flint import fmpq, fmpq_poly, fmpz_poly

from ..budget import spend
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..normal_forms.polynomials import ONE, expression, fraction, irreducible_factors, isolated

MANY = 6
"""Breakpoints from which on a form is written in order."""
MAX_MARKS = 20_000
MAX_DEGREE = 40
MAX_BITS = 4_000


class NoForm(Exception):
    """An expression is no piecewise polynomial with rational breakpoints, or too large a one."""


@dataclass(frozen=True)
class PiecewisePolynomial:
    """marks increasing; at[i] is the value at marks[i], None where there is none; gaps[i] holds before marks[i].

    At each mark something changes: the same function always has the same form.
    """

    marks: tuple[fmpq, ...]
    at: tuple[fmpq | None, ...]
    gaps: tuple[fmpq_poly, ...]

    def formula(self, gap: int, variable: str) -> Expr:
        """The polynomial on a gap as an expression."""
        return expression(self.gaps[gap], variable)

    def value(self, x: fmpq) -> fmpq | None:
        """The value at a rational; None where there is none."""
        i = bisect_left(self.marks, x)
        return self.at[i] if i < len(self.marks) and self.marks[i] == x else self.gaps[i](x)

    @property
    def parity(self) -> int | None:
        """1 for even, -1 for odd, None for neither: two functions are equal only where their forms are."""
        flip = fmpq_poly([0, -1])
        marks = tuple(-mark for mark in reversed(self.marks))
        for sign in (1, -1):
            gaps = tuple(sign * p(flip) for p in reversed(self.gaps))
            at = tuple(None if value is None else sign * value for value in reversed(self.at))
            if (marks, at, gaps) == (self.marks, self.at, self.gaps):
                return sign
        return None

    @cached_property
    def at_marks(self) -> tuple[tuple[fmpq, fmpq | None, fmpq], ...]:
        """At each mark the limit from the left, the value, and the limit from the right."""
        return tuple(
            (self.gaps[i](mark), value, self.gaps[i + 1](mark))
            for i, (mark, value) in enumerate(zip(self.marks, self.at, strict=True))
        )


@lru_cache(maxsize=1 << 9)
def piecewise_polynomial(e: Expr, variable: str) -> PiecewisePolynomial | None:
    """The form of an expression; None where it has none."""
    if not _may_have(e):
        return None
    try:
        return _Reading(variable).form(e)
    except NoForm:
        return None


@lru_cache(maxsize=1 << 9)
def in_order(e: Expr, variable: str) -> Expr:
    """The same function, its piecewise polynomials of many pieces written as cases that are found by halving.

    A sum of n of them beside something else is one form, and no longer n case distinctions on each of n pieces.
    """
    if not e.switching:
        return e
    if (form := piecewise_polynomial(e, variable)) is not None:
        return e if len(form.marks) < MANY or None in form.at else _cases(form, variable, 0, len(form.marks))
    if e.op == "add":
        if len(parts := _with_form(e, variable)) > 1:
            others = [in_order(t, variable) for t in e.args if t not in parts]
            return ex.add(in_order(ex.add(*parts), variable), *others)
    return calculus.rebuild(e, lambda child: in_order(child, variable))


@lru_cache(maxsize=1 << 9)
def outside(e: Expr, variable: str) -> tuple[Expr, Mapping[str, PiecewisePolynomial]]:
    """An expression with a name for each largest part that is a piecewise polynomial, and the forms by these names.

    What a derivative is taken of stays as it is. No name of a statement is spelled as these are.
    """
    forms: dict[str, PiecewisePolynomial] = {}
    names: dict[Expr, Expr] = {}

    def visit(part: Expr) -> Expr:
        if not part.switching:
            return part
        if (form := piecewise_polynomial(part, variable)) is not None:
            if part not in names:
                names[part] = ex.name(f"piecewise#{len(names)}")
                forms[names[part].args[0]] = form
            return names[part]
        if part.op == "derivative":
            return part
        if part.op == "add" and 1 < len(terms := _with_form(part, variable)) < len(part.args):
            return ex.add(*(visit(t) for t in (ex.add(*terms), *(t for t in part.args if t not in terms))))
        return calculus.rebuild(part, visit)

    return visit(e), forms


def around(e: Expr, variable: str) -> tuple[Expr, str, PiecewisePolynomial] | None:
    """The smooth expression that an expression is of one piecewise polynomial with many pieces, its name and form.

    None where it is no such one. The pieces follow from the form, and no case is asked for.
    """
    smooth, forms = outside(e, variable)
    if smooth.switching or len(forms) != 1:
        return None
    ((name, form),) = forms.items()
    return (smooth, name, form) if len(form.marks) >= MANY else None


def between_marks(e: Expr, variable: str, most: int) -> list[fmpq]:
    """Rationals between neighbouring marks of the piecewise polynomials in an expression, spread, no more than `most`.

    There a table is off by the most, and at its entries, which simple numbers often are, by nothing.
    """
    longest = max((form.marks for form in outside(e, variable)[1].values()), key=len, default=())
    gaps = [*pairwise(longest)]
    return [(gaps[i][0] + gaps[i][1]) / 2 for i in range(0, len(gaps), max(1, -(-len(gaps) // most)))]


def _with_form(e: Expr, variable: str) -> list[Expr]:
    """The terms of a sum that are piecewise polynomials of more than one piece."""
    return [t for t in e.args if t.switching and piecewise_polynomial(t, variable) is not None]


def _cases(form: PiecewisePolynomial, variable: str, first: int, end: int) -> Expr:
    """The form on its gaps from one to another."""
    if first == end:
        return form.formula(first, variable)
    middle = (first + end) // 2
    below, above = _cases(form, variable, first, middle), _cases(form, variable, middle + 1, end)
    mark, value = form.marks[middle], form.at[middle]
    distance = ex.name(variable) - mark
    if value == form.gaps[middle + 1](mark):
        return ex.switch("if", "<", distance, below, above)
    assert value is not None
    return ex.switch("if", "<", distance, below, ex.switch("if", "==", distance, ex.rational(value), above))


@lru_cache(maxsize=1 << 15)
def _may_have(e: Expr) -> bool:
    """Whether the operations in an expression are those of piecewise polynomials: a quick no."""
    has = e.op in ("rational", "name", "add", "mul", "pow", "derivative") or (e.op in ex.SWITCHES and e.op != "floor")
    return has and all(map(_may_have, ex.children(e)))


class _Reading:
    """The forms of an expression's parts, each found once."""

    def __init__(self, variable: str) -> None:
        self.variable = variable
        self.forms: dict[Expr, PiecewisePolynomial] = {}

    def form(self, e: Expr) -> PiecewisePolynomial:
        if e not in self.forms:
            spend(0.05)
            self.forms[e] = self._form(e)
        return self.forms[e]

    def _part(self, e: Expr) -> PiecewisePolynomial:
        """The form of a part of a larger expression: that of a table is found once for all that it is in."""
        if e.op != "if":
            return self.form(e)
        if (form := piecewise_polynomial(e, self.variable)) is None:
            raise NoForm
        return form

    def _form(self, e: Expr) -> PiecewisePolynomial:
        match e.op:
            case _ if not e.switching:
                quotient = fraction(e, self.variable)
                if quotient is None or quotient[1] != ONE:
                    raise NoForm
                return _moderate(PiecewisePolynomial((), (), quotient[:1]))
            case "add":
                return _sum([self._part(a) for a in e.args])
            case "mul":
                first, *others = (self._part(a) for a in e.args)
                for other in others:
                    first = _pointwise(lambda a, b: a * b, first, other)
                return first
            case "pow":
                exponent = e.args[1].value
                if exponent is None or exponent.q != 1 or not 0 < exponent <= MAX_DEGREE:
                    raise NoForm
                base = self._part(e.args[0])
                if (max(p.degree() for p in base.gaps)) * int(exponent.p) > MAX_DEGREE:
                    raise NoForm
                return _mapped(lambda a: a ** int(exponent.p), base)
            case "derivative":
                body, bound, at = e.args
                if bound != self.variable or at is not ex.name(bound):
                    raise NoForm
                return _derivative(self._part(body))
            case op if op in ex.SWITCHES and op != "floor":
                return self._choice(e)
            case _:
                raise NoForm

    def _choice(self, e: Expr) -> PiecewisePolynomial:
        match e.op:
            case "abs":
                u = self._part(e.args[0])
                return _chosen(u, u, u, lambda sign, x, _: sign * x)
            case "sign":
                u = self._part(e.args[0])
                return _chosen(u, u, u, lambda sign, x, _: 0 * x + sign)
            case "max" | "min":
                a, b = map(self._part, e.args)
                first = 1 if e.op == "max" else -1
                difference = _sum([a, _mapped(lambda x: -x, b)])
                return _chosen(difference, a, b, lambda sign, x, y: x if sign == first else y)
            case _:
                relation, u, *branches = e.args
                a, b = map(self.form, branches)
                condition = self.form(u)
                if not condition.marks and condition.gaps[0].degree() == 1:
                    return _joined(condition.gaps[0], relation, a, b)
                return _chosen(condition, a, b, lambda sign, x, y: x if ex.holds(relation, sign) else y)


def _moderate(f: PiecewisePolynomial) -> PiecewisePolynomial:
    spend(0.002 * len(f.gaps))
    if len(f.marks) > MAX_MARKS or any(p.degree() > MAX_DEGREE for p in f.gaps):
        raise NoForm
    if any(p.numer().height_bits() + int(p.denom()).bit_length() > MAX_BITS for p in f.gaps):
        raise NoForm
    return f


def _tidy(f: PiecewisePolynomial) -> PiecewisePolynomial:
    """The same function without the marks at which nothing changes. Raises NoForm where it is too large."""
    _moderate(f)
    kept = [
        i
        for i, mark in enumerate(f.marks)
        if f.gaps[i] != f.gaps[i + 1] or f.at[i] is None or f.gaps[i](mark) != f.at[i]
    ]
    if len(kept) == len(f.marks):
        return f
    gaps = (f.gaps[0], *(f.gaps[i + 1] for i in kept))
    return PiecewisePolynomial(tuple(f.marks[i] for i in kept), tuple(f.at[i] for i in kept), gaps)


def _sum(parts: Sequence[PiecewisePolynomial]) -> PiecewisePolynomial:
    """The sum, by what changes at each mark: of the polynomial, and of the value against its limit from the left."""
    total = fmpq_poly([0])
    for part in parts:
        total += part.gaps[0]
    changes = sorted(
        ((mark, part, i) for part in parts for i, mark in enumerate(part.marks)), key=lambda change: change[0]
    )
    marks: list[fmpq] = []
    at: list[fmpq | None] = []
    gaps = [total]
    for mark, part, i in changes:
        left, right = part.gaps[i], part.gaps[i + 1]
        if not marks or marks[-1] != mark:
            marks.append(mark)
            at.append(total(mark))
            gaps.append(total)
        total += right - left
        gaps[-1] = total
        before, value = at[-1], part.at[i]
        at[-1] = None if before is None or value is None else before + value - left(mark)
    return _tidy(PiecewisePolynomial(tuple(marks), tuple(at), tuple(gaps)))


def _refined(f: PiecewisePolynomial, marks: Sequence[fmpq]) -> PiecewisePolynomial:
    """The same function with more marks; all of its own are among them."""
    at: list[fmpq | None] = []
    gaps = [f.gaps[0]]
    position = 0
    for mark in marks:
        if position < len(f.marks) and f.marks[position] == mark:
            at.append(f.at[position])
            position += 1
        else:
            at.append(f.gaps[position](mark))
        gaps.append(f.gaps[position])
    return PiecewisePolynomial(tuple(marks), tuple(at), tuple(gaps))


def _together(*functions: PiecewisePolynomial) -> list[PiecewisePolynomial]:
    """The functions with common marks."""
    marks = sorted(mark for f in functions for mark in f.marks)
    distinct = [mark for i, mark in enumerate(marks) if not i or marks[i - 1] != mark]
    return [_refined(f, distinct) for f in functions]


def _mapped(operation: Callable[[Any], Any], f: PiecewisePolynomial) -> PiecewisePolynomial:
    """An operation that is the same for values and polynomials."""
    at = tuple(None if value is None else operation(value) for value in f.at)
    return _tidy(PiecewisePolynomial(f.marks, at, tuple(map(operation, f.gaps))))


def _pointwise(
    operation: Callable[[Any, Any], Any], f: PiecewisePolynomial, g: PiecewisePolynomial
) -> PiecewisePolynomial:
    """An operation of two that is the same for values and polynomials."""
    f, g = _together(f, g)
    at = tuple(None if a is None or b is None else operation(a, b) for a, b in zip(f.at, g.at, strict=True))
    return _tidy(PiecewisePolynomial(f.marks, at, tuple(map(operation, f.gaps, g.gaps))))


def _derivative(f: PiecewisePolynomial) -> PiecewisePolynomial:
    """The derivative: at a mark it exists where both sides meet the value with one slope."""
    slopes = tuple(p.derivative() for p in f.gaps)
    at = [
        slopes[i](mark) if left == value == right and slopes[i](mark) == slopes[i + 1](mark) else None
        for i, (mark, (left, value, right)) in enumerate(zip(f.marks, f.at_marks, strict=True))
    ]
    return _tidy(PiecewisePolynomial(f.marks, tuple(at), slopes))


def _cut_at_zeros(f: PiecewisePolynomial) -> PiecewisePolynomial:
    """The same function, its zeros among its marks: inside a gap it has one sign."""
    zeros: list[fmpq] = []
    for i, p in enumerate(f.gaps):
        low = f.marks[i - 1] if i else None
        high = f.marks[i] if i < len(f.marks) else None
        zeros += _zeros_between(p, low, high)
    return _refined(f, sorted([*f.marks, *zeros]))


def _zeros_between(p: fmpq_poly, low: fmpq | None, high: fmpq | None) -> list[fmpq]:
    """The zeros of a polynomial on an open interval, if all are rational; those of the zero polynomial need no mark."""
    zeros: list[fmpq] = []
    if p.degree() == 1:
        zeros.append(-p[0] / p[1])
    elif p.degree() > 1:
        for factor, _ in irreducible_factors(p):
            if factor.degree() == 1:
                zeros.append(fmpq(-factor[0], factor[1]))
            elif any(_is_between(factor, *ends, low, high) for ends in isolated(tuple(map(int, factor.coeffs())))):
                raise NoForm
    return [x for x in zeros if (low is None or low < x) and (high is None or x < high)]


def _is_between(f: fmpz_poly, a: fmpq, b: fmpq, low: fmpq | None, high: fmpq | None) -> bool:
    """Whether the one zero of an irreducible polynomial in (a, b), no rational, lies in (low, high)."""
    rising = f(b) > 0
    while True:
        if (low is not None and b <= low) or (high is not None and a >= high):
            return False
        if (low is None or low <= a) and (high is None or b <= high):
            return True
        spend(0.01)
        middle = (a + b) / 2
        a, b = (a, middle) if (f(middle) > 0) == rising else (middle, b)


def _chosen(
    u: PiecewisePolynomial, a: PiecewisePolynomial, b: PiecewisePolynomial, choose: Callable[[int, Any, Any], Any]
) -> PiecewisePolynomial:
    """The function that is one of two by the sign of u; undefined where u or the chosen one is."""
    u, a, b = _together(_cut_at_zeros(u), a, b)
    places = [_inside(low, high) for low, high in pairwise((None, *u.marks, None))]
    signs = [_sign(p(x)) for p, x in zip(u.gaps, places, strict=True)]
    gaps = tuple(map(choose, signs, a.gaps, b.gaps))
    at = [None if v is None else choose(_sign(v), x, y) for v, x, y in zip(u.at, a.at, b.at, strict=True)]
    return _tidy(PiecewisePolynomial(u.marks, tuple(at), gaps))


def _joined(p: fmpq_poly, relation: str, a: PiecewisePolynomial, b: PiecewisePolynomial) -> PiecewisePolynomial:
    """The function that is a where `p relation 0` for an affine p, else b: one on either side of the zero of p.

    Both sides are taken as they are, so that the cases of a table cost little more than their number.
    """
    mark, rising = -p[0] / p[1], _sign(p[1])
    left, middle, right = (a if ex.holds(relation, sign) else b for sign in (-rising, 0, rising))
    value = middle.value(mark)
    end, start = bisect_left(left.marks, mark), bisect_right(right.marks, mark)
    before, after = left.gaps[: end + 1], right.gaps[start:]
    spend(0.0001 * (len(before) + len(after)))
    if before[-1] == after[0] and value == before[-1](mark):
        return PiecewisePolynomial(
            left.marks[:end] + right.marks[start:], left.at[:end] + right.at[start:], before + after[1:]
        )
    return PiecewisePolynomial(
        (*left.marks[:end], mark, *right.marks[start:]), (*left.at[:end], value, *right.at[start:]), before + after
    )


def _inside(low: fmpq | None, high: fmpq | None) -> fmpq:
    """A number between two ends."""
    if low is None:
        return fmpq(0) if high is None else high - 1
    return low + 1 if high is None else (low + high) / 2


def _sign(x: fmpq) -> int:
    return (x > 0) - (x < 0)

"""Evaluation of the re-checker's formulas: Taylor jets at points, on cells and on tails, limits, and exact algebra."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb
from typing import Any, Generic, TypeVar

import sympy as sp
from mpmath import libmp as lib

from .intervals import (
    BITS,
    Jet,
    Num,
    Unclear,
    Undefined,
    Value,
    compare,
    convolve,
    either,
    exact_fn,
    jet,
    number,
    pi,
    spend,
)
from .reader import Bad, Node, holds, replaced
from .tail_models import UNIT, Model, Tail, Y, times

TERMS = 7
"""Coefficients of the Taylor form on a cell."""
T = TypeVar("T", Num, Model)


class Place(Generic[T]):
    """Where expressions are evaluated: one name's jet, and how a case distinction finds its sign."""

    def __init__(self, name: str, at: T) -> None:
        self.name, self.at = name, at
        self.jets: dict[Node, Jet] = {}
        self.signs: dict[Node, int] = {}
        self.inners: dict[tuple[str, Node], Place[T]] = {}

    def lift(self, c: Num) -> Any:
        """A constant as a value at the place."""
        return c

    def inner(self, name: str, at: T) -> Place[T]:
        """The place of a derivative's own variable."""
        return self if name == self.name and at is self.at else type(self)(name, at)

    def jet(self, e: Node, n: int) -> Jet:
        """Taylor coefficients 0 to n - 1 in the name. Raises Unclear or Undefined."""
        if len(self.jets.get(e, ())) < n:
            spend(n)
            self.jets[e] = self._jet(e, n)
        return self.jets[e][:n]

    def value(self, e: Node) -> T:
        return self.jet(e, 1)[0]

    def _jet(self, e: Node, n: int) -> Jet:
        rest = [0] * (n - 1)
        match e.op:
            case "num":
                return [self.lift(number(e.args[0])), *rest]
            case "const":
                return [self.lift(e.args[0]), *rest]
            case "pi":
                return [self.lift(pi()), *rest]
            case "name" if e.args[0] == self.name:
                return [self.at, self.lift(number(1)), *rest][:n]
            case "name":
                raise Bad(f"a free name: {e.args[0][:40]}")
            case "add":
                return [a + b if a and b else (b or a) for a, b in zip(*(self.jet(a, n) for a in e.args), strict=True)]
            case "mul":
                u, v = (self.jet(a, n) for a in e.args)
                return [convolve(u, v, k) for k in range(n)]
            case "if":
                relation, u, a, b = e.args
                return self.jet(a if holds(relation, self.sign(u)) else b, n)
            case "D":
                return self._derivative(e, n)
            case "pow":
                return jet("pow", self.jet(e.args[0], n), e.args[1])
            case op:
                return jet(op, self.jet(e.args[0], n))

    def _derivative(self, e: Node, n: int) -> Jet:
        body, bound, at = e.args
        if body.names - {bound}:
            raise Unclear("a derivative of a function of several names")
        if not at.names:
            return [self.lift(derivative_at(body, bound, closed(at))), *[0] * (n - 1)]
        arg = self.jet(at, n)
        inner = self.inners.setdefault((bound, at), self.inner(bound, arg[0]))
        slope = inner.jet(body, n + 1)
        slope = [c * k if k > 1 and c else c for k, c in enumerate(slope)][1:]
        if at.op == "name":
            return [slope[0] or self.lift(number(0)), *slope[1:]]
        steps, result = [0, *arg[1:]], [slope[-1], *[0] * (n - 1)]
        for c in reversed(slope[:-1]):  # the jet of f'(u(x)) by Horner
            result = [0, *(convolve([0, *steps[1:]], result, k) for k in range(1, n))]
            result[0] = c
        return [result[0] or self.lift(number(0)), *result[1:]]

    def sign(self, u: Node) -> int:
        """The sign of u throughout the place; a cell's ends do not count."""
        if u not in self.signs:
            self.signs[u] = self._sign(u)
        return self.signs[u]

    def _sign(self, u: Node) -> int:
        sign = self.value(u).sign()
        if sign is None:
            raise Unclear("the sign of a case distinction")
        return sign


class Point(Place[Num]):
    """One exact number; a derivative there exists where both sides agree."""

    def _derivative(self, e: Node, n: int) -> Jet:
        body, bound, at = e.args
        if n > 1 or body.names - {bound}:
            raise Unclear("derivatives at a point beyond the first")
        return [derivative_at(body, bound, self.value(at))]


class Cell(Place[Num]):
    """A closed interval, by plain intervals and Taylor forms around its middle.

    `ends` says which of its ends (low, high) are ends of the open interval under study and do not count.
    """

    def __init__(self, name: str, at: Num, ends: tuple[bool, bool] = (False, False)) -> None:
        super().__init__(name, at.inexact())
        self.ends, self.jumps = ends, False
        (low, high), self.thin = at.ball, None
        middle = lib.mpf_shift(lib.mpf_add(low, high, BITS), -1)
        if lib.mpf_lt(low, middle) and lib.mpf_lt(middle, high):
            self.thin = Cell(name, Num(None, (middle, middle)))

    def inner(self, name: str, at: Num) -> Place[Num]:
        if name == self.name and at is self.at:
            return self
        return Cell(name, at, self.ends if at is self.at else (False, False))

    def _jet(self, e: Node, n: int) -> Jet:
        if e.op == "if" and n == 1:
            try:
                return super()._jet(e, n)
            except Unclear:
                return [self._one_of(*e.args[1:])]
        return super()._jet(e, n)

    def _one_of(self, u: Node, a: Node, b: Node) -> Num:
        """The value of a case distinction whose sign changes in the cell: that of either branch."""
        self.value(u)  # defined on the cell
        if not (u is a - b or (u is a and b is -a)):  # max, min and abs have no jump
            self.jumps = True
        try:
            return either(self.value(a), self.value(b))
        except Undefined:
            raise Unclear("a branch that may be undefined") from None

    def form(self, e: Node, order: int) -> Num:
        """An enclosure of the order-th Taylor coefficient on the cell, from the jets on the cell and at its middle."""
        if self.thin is None:
            return self.jet(e, order + 1)[order] or number(0)
        rest, exact = self.jet(e, TERMS)[-1], self.thin.jet(e, TERMS)[:-1]
        offset, total = self.at - self.thin.at, number(0).inexact()
        for k, c in enumerate([*exact, rest][order:]):
            if c:
                total = total + c * comb(k + order, order) * offset.fn("pow", Fraction(k))
        return total

    def sign_of(self, e: Node, order: int = 0) -> int | None:
        """The sign of a derivative on the whole closed cell, or None."""
        plain = self.jet(e, order + 1)[order] or number(0)
        sign = plain.sign()
        return self.form(e, order).sign() if sign is None else sign

    def _sign(self, u: Node) -> int:
        sign = self.sign_of(u)
        if sign is None:  # where it is monotone and vanishes at most at an end that does not count
            low, high = (lib.mpf_sign(end) for end in self.value(u).ball)
            slope = self.sign_of(u, 1)
            if slope and low >= 0 and self.ends[0 if slope > 0 else 1]:
                return 1
            if slope and high <= 0 and self.ends[1 if slope > 0 else 0]:
                return -1
            raise Unclear("the sign of a case distinction")
        return sign


class End(Place[Model]):
    """A tail: y >= start with the name equal to y, -y, p + 1/y or p - 1/y."""

    def lift(self, c: Num) -> Model:
        return self.at.tail.model(UNIT, c)


def tail_end(name: str, at: Value, side: int, start: Fraction, terms: int) -> End:
    """The tail at an infinity, or beside an exact point: side is 1 to its right."""
    tail = Tail(start, terms)
    if isinstance(at, str):
        return End(name, tail.model(Y, number(1 if at == "oo" else -1)))
    return End(name, Model(tail, [*tail.model(UNIT, at).terms, (times(UNIT, Y, -1), number(side))]))


def limit(e: Node, name: str, at: Value, side: int) -> Value:
    """The one-sided limit: exact, "oo" or "-oo". Raises Unclear."""
    reason: Exception = Unclear("a limit")
    for start, terms in ((2, 4), (8, 4), (64, 6), (1024, 8)):
        try:
            return tail_end(name, at, side, Fraction(start), terms).value(e).limit()
        except (Unclear, Undefined) as error:
            reason = error
    raise reason


def closed(e: Node) -> Num:
    """The value of an expression without names."""
    return Point("", number(0)).value(e)


def derivative_at(body: Node, name: str, at: Num) -> Num:
    """The derivative at an exact point: the function is continuous there and the slopes on both sides agree."""
    slope = Node("D", body, name, Node("name", name))
    values: list[Value] = [limit(body, name, at, -1), Point(name, at).value(body), limit(body, name, at, 1)]
    left, right = limit(slope, name, at, -1), limit(slope, name, at, 1)
    if isinstance(left, str) or isinstance(right, str) or any(isinstance(v, str) for v in values):
        raise Undefined("an infinite derivative")
    for a, b in ((values[0], values[1]), (values[1], values[2]), (left, right)):
        if compare(a, b):
            raise Undefined("a derivative at a kink or jump")
    return left


# --- exact algebra


def algebraic(e: Node, choose: Callable[[Node], int]) -> sp.Expr:
    """The expression in SymPy, its case distinctions settled by `choose`, which gives the sign of their arguments."""
    spend(10)
    if not e.names:
        exact = closed(e).exact
        if exact is None:
            raise Unclear("a number without an exact form in an identity")
        return exact
    match e.op:
        case "name":
            return sp.Symbol(e.args[0], real=True)
        case "if":
            relation, u, a, b = e.args
            return algebraic(a if holds(relation, choose(u)) else b, choose)
        case "D":
            body, bound, at = e.args

            def inside(u: Node) -> int:
                sign = choose(replaced(u, bound, at))
                if sign == 0 and bound in u.names:
                    raise Unclear("a derivative where its case distinction is 0")
                return sign

            symbol = sp.Symbol(bound, real=True)
            return sp.diff(algebraic(body, inside), symbol).subs(symbol, algebraic(at, choose))
        case "add" | "mul":
            return (sp.Add if e.op == "add" else sp.Mul)(*(algebraic(a, choose) for a in e.args))
        case op:
            return exact_fn(op, algebraic(e.args[0], choose), e.args[1] if op == "pow" else Fraction(1))

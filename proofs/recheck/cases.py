"""Statements in several names, re-checked: cases by the signs of factors, settled by SymPy's algebra.

Every relation becomes one rational expression over exponentials and the like; SymPy factors it, and its sign is that of
its factors: positive by shape, assumed in the case at hand, or the next signs to split by. The signs that a factor in
one name can have are a fact with its own argument on the line. An expression that is affine in a name between two
bounds has the sign that it has at both.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from .domain import Domain
from .evaluation import algebraic, closed
from .functionals import sign_on_part
from .intervals import Unclear, is_zero
from .reader import Node, tree

MAX_CASES = 300
SAMPLES = (0, 1, -1, 2, -2, Fraction(1, 2), 8)


class _Split(Exception):
    """The sign of this factor is needed to go on."""

    def __init__(self, key: sp.Expr) -> None:
        self.key = key


class Cases:
    """One part of a statement, in several names."""

    def __init__(self, check: Domain, part: Any) -> None:
        self.check, self.part = check, part
        self.assumed: dict[sp.Expr, int] = {}
        """The signs of factors in the case at hand."""

    def run(self) -> None:
        """Raises Unclear where some case stays open."""
        stack: list[dict[sp.Expr, int]] = [{}]
        count = 0
        while stack:
            self.assumed = stack.pop()
            count += 1
            if count > MAX_CASES:
                raise Unclear(f"more than {MAX_CASES} cases")
            try:
                self._settle()
            except _Split as question:
                stack += [{**self.assumed, question.key: sign} for sign in self._signs_of(question.key)]

    def _settle(self) -> None:
        if any(self._bounds(symbol) is None for symbol in {s for key in self.assumed for s in key.free_symbols}):
            return  # the assumptions contradict one another
        if self.check.where is not None and self.check.truth(self.check.where, self.sign) is not True:
            return
        if self.check.truth(self.part, self.sign) is False:
            relations = ", ".join(f"{key} {'<=>'[sign + 1]} 0" for key, sign in self.assumed.items())
            raise Unclear(f"the case {relations}".replace(" = ", " == "))

    def sign(self, key: str, e: Node) -> int:
        """The sign of an expression in the case at hand."""
        return self._sign(algebraic(e, lambda u: self.sign("", u)))

    def _sign(self, e: sp.Expr) -> int:
        e = self._in_case(e)
        if e.has(sp.zoo, sp.nan, sp.oo, -sp.oo):
            raise Unclear("a division by 0 in a case")
        if is_zero(e):
            return 0
        total = 1
        for side in sp.fraction(sp.together(e)):
            coefficient, factors = sp.factor_list(side)
            total *= self._factor(sp.sympify(coefficient))
            for factor, power in factors:
                total *= self._factor(factor) ** power
        return total

    def _in_case(self, e: sp.Expr) -> sp.Expr:
        """The expression with the case written into it: names of known sign, and names fixed by an equation."""
        for key, sign in self.assumed.items():
            if sign == 0:
                for symbol in sorted(key.free_symbols & e.free_symbols, key=str):
                    slope = sp.diff(key, symbol)
                    if isinstance(slope, sp.Rational) and slope:
                        e = e.subs(symbol, sp.expand(-(key - slope * symbol) / slope))
                        break
        sizes = {s: sp.Symbol(s.name, positive=True) for s in e.free_symbols if s.is_positive is None}
        moved = {s: size * self.assumed[s] for s, size in sizes.items() if self.assumed.get(s)}
        e = e.subs(moved).replace(_is_root, lambda root: sp.factor(root.args[0]) ** root.args[1])
        return e.subs({sizes[s]: s * self.assumed[s] for s in moved})

    def _factor(self, f: sp.Expr) -> int:
        if not f.free_symbols:
            sign = closed(self.check.reader.read(tree(sp.sstr(f).replace("E", "e")))).sign()
            if sign is None:
                raise Unclear(f"the sign of {f}")
            return sign
        if _positive(f):
            return 1
        flip, key = _primitive(f)
        if key in self.assumed:
            return flip * self.assumed[key]
        if isinstance(key, sp.Pow) and isinstance(key.exp, sp.Rational):
            # a root has the sign of its base where it is defined
            return abs(self._sign(key.base))
        if len(f.free_symbols) > 1:
            for symbol in sorted(f.free_symbols, key=str):
                low, high = self._bounds(symbol) or (None, None)
                if low is not None and high is not None and is_zero(sp.diff(f, symbol, 2)):
                    signs = {self._sign(f.subs(symbol, bound)) for bound in (low, high)}
                    if signs != {1, -1}:
                        return max(signs, key=abs)
        raise _Split(key)

    def _bounds(self, symbol: sp.Symbol) -> tuple[sp.Rational | None, sp.Rational | None] | None:
        """The open interval that linear assumptions leave to a name; None where they contradict one another."""
        low: sp.Rational | None = None
        high: sp.Rational | None = None
        fixed: sp.Rational | None = None
        for key, sign in self.assumed.items():
            if key.free_symbols == {symbol} and isinstance(slope := sp.diff(key, symbol), sp.Rational):
                bound = sp.expand(-(key - slope * symbol) / slope)
                if not isinstance(bound, sp.Rational):
                    continue
                direction = sign * (1 if slope > 0 else -1)
                if direction > 0:
                    low = bound if low is None else max(low, bound)
                elif direction < 0:
                    high = bound if high is None else min(high, bound)
                elif fixed is not None and fixed != bound:
                    return None
                else:
                    fixed = bound
        if fixed is not None:
            inside = (low is None or low < fixed) and (high is None or fixed < high)
            return (fixed, fixed) if inside else None
        return None if low is not None and high is not None and low >= high else (low, high)

    def _signs_of(self, factor: sp.Expr) -> set[int]:
        """The signs a factor can have: for one in a single name, those that the certificate shows on the line."""
        if len(factor.free_symbols) > 1:
            return {1, 0, -1}
        name = next(iter(factor.free_symbols)).name
        text = sp.sstr(factor).replace("#", "__").replace("Abs(", "abs(")
        e = self.check.reader.read(tree(text), {name.replace("#", "__"): Node("name", name)})
        if name in self.check.products:
            parts = self.check.products[name]
            return {sign_on_part(name, p, w, text, e) for p in parts for w in ("inside", "low", "high") if p.has(w)}
        key = f"line of {text} | {name}"
        if key not in self.check.cache:
            with self.check.about(f"line of {text}"):
                gaps, marks = self.check.cut(key, name, tree(text))
                signs = {self.check.sign(gap, text, e) for gap in gaps}
                signs |= {self.check.at_mark(mark, text, e) for mark in marks}
            self.check.cache[key] = signs - {None}
        return self.check.cache[key]


def _is_root(e: sp.Expr) -> bool:
    """A power with an exponent that is a rational and not whole."""
    return isinstance(e, sp.Pow) and isinstance(e.exp, sp.Rational) and e.exp.q != 1


def _primitive(f: sp.Expr) -> tuple[int, sp.Expr]:
    """(sign, key) with f a positive multiple of sign * key, so that x, -x and 3 x share one key."""
    coefficient = sp.expand(f).as_ordered_terms()[0].as_coeff_Mul()[0]
    return (1 if coefficient > 0 else -1), sp.expand(f / coefficient)


def _positive(e: sp.Expr) -> bool:
    """Visibly above 0: exponentials, and sums, products and powers of what is."""
    if isinstance(e, sp.Rational):
        return bool(e > 0)
    if isinstance(e, sp.Add):
        return all(map(_nonnegative, e.args)) and any(map(_positive, e.args))
    if isinstance(e, sp.Mul):
        return all(map(_positive, e.args))
    return isinstance(e, sp.exp) or e == sp.pi or (isinstance(e, sp.Pow) and _positive(e.base))


def _nonnegative(e: sp.Expr) -> bool:
    if isinstance(e, sp.Mul):
        return all(map(_nonnegative, e.args))
    return _positive(e) or (isinstance(e, sp.Pow) and isinstance(e.exp, sp.Integer) and int(e.exp) % 2 == 0)

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
from .formulas import Node, algebraic, closed, tree
from .functionals import sign_on_part
from .intervals import Unclear, is_zero

MAX_CASES = 300
SAMPLES = (0, 1, -1, 2, -2, Fraction(1, 2), 8)


class _Split(Exception):
    """The sign of this factor is needed to go on."""

    def __init__(self, key: Any) -> None:
        self.key = key


class Cases:
    """One part of a statement, in several names."""

    def __init__(self, check: Domain, part: Any) -> None:
        self.check, self.part = check, part
        self.known: dict[Any, int] = {}

    def run(self) -> None:
        """Raises Unclear where some case stays open."""
        stack: list[dict[Any, int]] = [{}]
        count = 0
        while stack:
            self.known = stack.pop()
            count += 1
            if count > MAX_CASES:
                raise Unclear(f"more than {MAX_CASES} cases")
            try:
                self._settle()
            except _Split as question:
                stack += [{**self.known, question.key: sign} for sign in self._signs_of(question.key)]

    def _settle(self) -> None:
        if any(self._bounds(symbol) is None for symbol in {s for key in self.known for s in key.free_symbols}):
            return  # the assumptions contradict one another
        if self.check.where is not None and self.check.truth(self.check.where, self.sign) is not True:
            return
        if self.check.truth(self.part, self.sign) is False:
            assumed = ", ".join(f"{key} {'<=>'[sign + 1]} 0" for key, sign in self.known.items())
            raise Unclear(f"the case {assumed}".replace(" = ", " == "))

    def sign(self, key: str, e: Node) -> int:
        """The sign of an expression in the case at hand."""
        return self._sign(algebraic(e, lambda u: self.sign("", u)))

    def _sign(self, e: Any) -> int:
        e = self._assumed(e)
        if e.has(sp.zoo, sp.nan, sp.oo, -sp.oo):
            raise Unclear("a division by 0 in a case")
        if is_zero(e):
            return 0
        upper, lower = sp.fraction(sp.together(e))
        total = 1
        for side in (upper, lower):
            found: Any = sp.factor_list(side)
            total *= self._factor(sp.sympify(found[0]))
            for factor, power in found[1]:
                total *= self._factor(factor) ** power
        return total

    def _assumed(self, e: Any) -> Any:
        """The expression with the case written into it: names of known sign, and names fixed by an equation."""
        for key, sign in self.known.items():
            if sign == 0:
                for symbol in sorted(key.free_symbols & e.free_symbols, key=str):
                    slope = sp.diff(key, symbol)
                    if isinstance(slope, sp.Rational) and slope:
                        e = e.subs(symbol, sp.expand(-(key - slope * symbol) / slope))
                        break
        sizes = {s: sp.Symbol(s.name, positive=True) for s in e.free_symbols if s.is_positive is None}
        moved = {s: size * self.known[s] for s, size in sizes.items() if self.known.get(s)}
        e = e.subs(moved)
        e = e.replace(
            lambda t: t.is_Pow and t.exp.is_Rational and t.exp.q != 1, lambda t: sp.factor(t.base) ** t.exp
        )
        return e.subs({sizes[s]: s * self.known[s] for s in moved})

    def _factor(self, f: Any) -> int:
        if not f.free_symbols:
            sign = closed(self.check.reader.read(tree(sp.sstr(f).replace("E", "e")))).sign()
            if sign is None:
                raise Unclear(f"the sign of {f}")
            return sign
        if _positive(f):
            return 1
        flip, key = _primitive(f)
        if key in self.known:
            return flip * self.known[key]
        if key.is_Pow and key.exp.is_Rational:  # a root has the sign of its base where it is defined
            return abs(self._sign(key.base))
        if len(f.free_symbols) > 1:
            for symbol in sorted(f.free_symbols, key=str):
                bounds = self._bounds(symbol)
                if bounds and None not in bounds and is_zero(sp.diff(f, symbol, 2)):
                    signs = {self._sign(f.subs(symbol, bound)) for bound in bounds}
                    if signs != {1, -1}:
                        return max(signs, key=abs)
        raise _Split(key)

    def _bounds(self, symbol: Any) -> tuple[Any, Any] | None:
        """The open interval that linear assumptions leave to a name; None where they contradict one another."""
        low = high = fixed = None
        for key, sign in self.known.items():
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

    def _signs_of(self, key: Any) -> set[int]:
        """The signs a factor can have: for one in a single name, those that the certificate shows on the line."""
        if len(key.free_symbols) > 1:
            return {1, 0, -1}
        (symbol,) = key.free_symbols
        name = symbol.name
        text = sp.sstr(key).replace("#", "__").replace("Abs(", "abs(")
        e = self.check.reader.read(tree(text), {name.replace("#", "__"): Node("name", name)})
        if name in self.check.products:
            parts = self.check.products[name]
            return {sign_on_part(e, name, p, w) for p in parts for w in ("inside", "low", "high") if p.has(w)}
        if name not in self.check.cache.get("line of " + text, {}):
            before, self.check.at = self.check.at, f"line of {text}"
            gaps, marks = self.check.cut(f"line of {text} | {name}", name, tree(text))
            signs = {self.check.sign(gap, text, e, name, ends) for gap, ends in gaps}
            signs |= {self.check.at_mark(e, name, mark) for mark in marks}
            self.check.cache["line of " + text] = {name: signs - {None}}
            self.check.at = before
        return self.check.cache["line of " + text][name]


def _primitive(f: Any) -> tuple[int, Any]:
    """(sign, key) with f a positive multiple of sign * key, so that x, -x and 3 x share one key."""
    coefficient = sp.expand(f).as_ordered_terms()[0].as_coeff_Mul()[0]
    return (1 if coefficient > 0 else -1), sp.expand(f / coefficient)


def _positive(e: Any) -> bool:
    """Visibly above 0: exponentials, and sums, products and powers of what is."""
    if e.is_Rational:
        return bool(e > 0)
    if e.is_Add:
        return all(is_nonnegative(t) for t in e.args) and any(_positive(t) for t in e.args)
    if e.is_Mul:
        return all(map(_positive, e.args))
    return isinstance(e, sp.exp) or e == sp.pi or (e.is_Pow and _positive(e.base))


def is_nonnegative(e: Any) -> bool:
    if e.is_Mul:
        return all(map(is_nonnegative, e.args))
    return _positive(e) or (e.is_Pow and e.exp.is_Integer and e.exp % 2 == 0)

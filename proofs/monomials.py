"""Monomials y^k (log y)^l exp(q): the scale on which tails are measured, and which of two grows faster."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar, TypeAlias

from flint import arb, fmpq

from . import expressions as ex
from . import identities
from .expressions import Expr
from .reals import constant_sign

Coefficient: TypeAlias = "Expr | arb"


class Monomial:
    """y^k (log y)^l exp(sum of coefficient * monomial), the exponent's monomials growing, largest first.

    Interned like expressions: equal monomials are the same object.
    """

    __slots__ = ("k", "l", "q")
    _interned: ClassVar[dict[tuple[object, ...], Monomial]] = {}

    k: fmpq
    l: fmpq  # noqa: E741
    q: tuple[tuple[Expr, Monomial], ...]

    def __new__(cls, k: fmpq, l: fmpq, q: tuple[tuple[Expr, Monomial], ...] = ()) -> Monomial:  # noqa: E741
        key = (int(k.p), int(k.q), int(l.p), int(l.q), q)
        found = cls._interned.get(key)
        if found is not None:
            return found
        node = object.__new__(cls)
        node.k, node.l, node.q = k, l, q
        return cls._interned.setdefault(key, node)

    def __str__(self) -> str:
        parts = []
        if self.k:
            parts.append("y" if self.k == 1 else f"y^({self.k})")
        if self.l:
            parts.append("log(y)" if self.l == 1 else f"log(y)^({self.l})")
        if self.q:
            parts.append("exp(" + " + ".join(f"{ex.text(c)}*{m}" for c, m in self.q) + ")")
        return "*".join(parts) or "1"


UNIT = Monomial(fmpq(0), fmpq(0))
Y = Monomial(fmpq(1), fmpq(0))
LOG_Y = Monomial(fmpq(0), fmpq(1))

Model: TypeAlias = "list[tuple[Monomial, Coefficient]]"
"""Terms, the largest monomial first."""


@lru_cache(maxsize=1 << 16)
def times(a: Monomial, b: Monomial) -> Monomial:
    if not b.q:
        return Monomial(a.k + b.k, a.l + b.l, a.q)
    return Monomial(a.k + b.k, a.l + b.l, sum_exponents(a.q, b.q))


@lru_cache(maxsize=1 << 16)
def inverse(m: Monomial) -> Monomial:
    return power_of(m, fmpq(-1))


def power_of(m: Monomial, a: fmpq) -> Monomial:
    return Monomial(m.k * a, m.l * a, tuple((constant(c * a), n) for c, n in m.q))


@lru_cache(maxsize=1 << 14)
def sum_exponents(
    a: tuple[tuple[Expr, Monomial], ...], b: tuple[tuple[Expr, Monomial], ...]
) -> tuple[tuple[Expr, Monomial], ...]:
    collected: dict[Monomial, Expr] = {}
    for c, m in (*a, *b):
        collected[m] = constant(collected.get(m, ex.ZERO) + c)
    kept = by_dominance([(m, c) for m, c in collected.items() if c is not ex.ZERO])
    return tuple((c, m) for m, c in kept if isinstance(c, Expr))


def constant(e: Expr) -> Expr:
    """A closed expression in normal form, so that what is 0 looks 0."""
    if e.value is not None:
        return e
    try:
        return identities.canonical(e)
    except identities.TooComplex:
        return e


@lru_cache(maxsize=1 << 14)
def growth(m: Monomial) -> int:
    """1 if m tends to oo, -1 if it tends to 0, 0 if it is 1."""
    if m.q:
        return constant_sign(m.q[0][0])
    if m.k:
        return 1 if m.k > 0 else -1
    return (m.l > 0) - (m.l < 0)


@lru_cache(maxsize=1 << 16)
def larger(a: Monomial, b: Monomial) -> int:
    return growth(times(a, inverse(b)))


def by_dominance(terms: list[tuple[Monomial, Coefficient]]) -> list[tuple[Monomial, Coefficient]]:
    """Insertion by dominance, the largest first; terms arrive nearly sorted and are few."""
    result: list[tuple[Monomial, Coefficient]] = []
    for term in terms:
        position = len(result)
        while position and larger(term[0], result[position - 1][0]) > 0:
            position -= 1
        result.insert(position, term)
    return result

"""Monomials y^k (log y)^l exp(q): the scale on which tails are measured, and which of two grows faster.

The order is decided, never guessed. A coefficient in an exponent is rational, or its enclosure excludes 0, or it is
proved to be 0 and its term is dropped: :func:`reals.constant_sign` proves that for what
:mod:`normal_forms.normal_form` reduces to 0 and for what :mod:`normal_forms.constants` decides (algebraic numbers,
logarithms and arcs of algebraic numbers). With any other constant the work ends Undecided. So growth 0 means the unit
monomial; and since two monomials are compared by the growth of their quotient, terms of equal growth are the same
function and become one term (:func:`by_dominance`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import ClassVar, TypeAlias

from flint import arb, fmpq

from ..budget import Undecided, exhausted
from ..enclosures.balls import NAN
from ..enclosures.jets import program
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import shorten, to_text
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined, constant_sign, require_defined

Coefficient: TypeAlias = "Expr | arb"

class Monomial:
    """y^k (log y)^l exp(sum of coefficient * monomial).

    In normal form (:func:`monomial`) the exponent's monomials grow and are in order, the largest first, no two of them
    of equal growth, and its coefficients are proved not to be 0. A power of y stands in the exponent, as a multiple of
    log y, only where it is not seen to be rational, and then k is 0. Interned like expressions: monomials that look
    equal are the same object.
    """

    __slots__ = ("k", "l", "q")
    _interned: ClassVar[dict[tuple[object, ...], Monomial]] = {}

    k: fmpq
    l: fmpq  # noqa: E741
    q: Exponent

    def __new__(cls, k: fmpq, l: fmpq, q: Exponent = ()) -> Monomial:  # noqa: E741
        key = (int(k.p), int(k.q), int(l.p), int(l.q), q)
        interned = cls._interned.get(key)
        if interned is not None:
            return interned
        node = object.__new__(cls)
        node.k, node.l, node.q = k, l, q
        return cls._interned.setdefault(key, node)

    def __str__(self) -> str:
        parts: list[str] = []
        if self.k:
            parts.append("y" if self.k == 1 else f"y^({self.k})")
        if self.l:
            parts.append("log(y)" if self.l == 1 else f"log(y)^({self.l})")
        if self.q:
            parts.append("exp(" + " + ".join(f"{to_text(c)}*{m}" for c, m in self.q) + ")")
        return "*".join(parts) or "1"


Exponent: TypeAlias = "tuple[tuple[Expr, Monomial], ...]"

UNIT = Monomial(fmpq(0), fmpq(0))
Y = Monomial(fmpq(1), fmpq(0))
LOG_Y = Monomial(fmpq(0), fmpq(1))

Model: TypeAlias = "list[tuple[Monomial, Coefficient]]"
"""Terms, the largest monomial first."""


@lru_cache(maxsize=1 << 16)
def times(a: Monomial, b: Monomial) -> Monomial:
    """The product."""
    return monomial(a.k + b.k, a.l + b.l, [(n, c) for c, n in (*a.q, *b.q)])


@lru_cache(maxsize=1 << 16)
def inverse(m: Monomial) -> Monomial:
    """The reciprocal."""
    return power_of(m, fmpq(-1))


def power_of(m: Monomial, a: fmpq) -> Monomial:
    """The power with a rational exponent."""
    return monomial(m.k * a, m.l * a, [(n, c * a) for c, n in m.q])


def monomial(k: fmpq, l: fmpq, terms: list[tuple[Monomial, Expr]]) -> Monomial:  # noqa: E741
    """y^k (log y)^l exp(sum of the terms), which all grow, in normal form. Raises Undecided."""
    if not terms:
        return Monomial(k, l)
    if k and any(n is LOG_Y for n, _ in terms):
        terms, k = [*terms, (LOG_Y, ex.rational(k))], fmpq(0)
    q: list[tuple[Expr, Monomial]] = []
    for n, c in by_dominance(terms):
        assert isinstance(c, Expr)
        decided_sign(c)
        if n is LOG_Y and c.value is not None:
            k = c.value
        else:
            q.append((c, n))
    return Monomial(k, l, tuple(q))


@lru_cache(maxsize=1 << 14)
def constant(e: Expr) -> Expr:
    """A constant in normal form: what is proved to be 0 looks 0. Raises Undecided where it has no value."""
    if e.value is not None:
        return e
    try:
        normal = normal_form.canonical(e)
    except normal_form.TooComplex:
        normal = e
    if ex.free_names(e):
        return normal
    try:
        require_defined(e)
    except Undefined as reason:
        raise Undecided(str(reason)) from None
    return ex.ZERO if _sign(normal) == 0 else normal


@lru_cache(maxsize=1 << 14)
def _sign(e: Expr) -> int | None:
    """The sign of a constant, or None where it is not decided."""
    try:
        return constant_sign(e)
    except Undecided:
        if exhausted():
            raise
        return None


def decided_sign(e: Expr) -> int:
    """The sign of a constant that is not 0. Raises Undecided."""
    sign = _sign(e)
    if not sign:
        raise Undecided(f"whether {shorten(to_text(e))} is 0")
    return sign


@lru_cache(maxsize=1 << 14)
def growth(m: Monomial) -> int:
    """1 if m tends to oo, -1 if it tends to 0, 0 if it is the unit monomial."""
    # exp(-sqrt(log y)) falls more slowly than a power of y rises.
    if m.q and not (m.k and larger(LOG_Y, m.q[0][1]) > 0):
        return decided_sign(m.q[0][0])
    if m.k:
        return 1 if m.k > 0 else -1
    return (m.l > 0) - (m.l < 0)


@lru_cache(maxsize=1 << 16)
def larger(a: Monomial, b: Monomial) -> int:
    """1 if a grows faster than b, -1 if b does, 0 if they are the same function."""
    return growth(times(a, inverse(b)))


def by_dominance(terms: Iterable[tuple[Monomial, Coefficient]]) -> list[tuple[Monomial, Coefficient]]:
    """Terms in order, the largest first, those of equal growth added up; what is proved to be 0 is left out.

    By insertion: terms arrive nearly sorted and are few.
    """
    together: dict[Monomial, Coefficient] = {}
    for m, c in terms:
        together[m] = _sum(together[m], c) if m in together else _normal(c)
    result: list[tuple[Monomial, Coefficient]] = []
    for m, c in together.items():
        if c is ex.ZERO:
            continue
        position, order = len(result), -1
        while position and (order := larger(m, result[position - 1][0])) > 0:
            position -= 1
        if position and order == 0:
            other, d = result[position - 1]
            result[position - 1] = other, _sum(c, d)
        else:
            result.insert(position, (m, c))
    return [(m, c) for m, c in result if c is not ex.ZERO]


def _normal(c: Coefficient) -> Coefficient:
    return constant(c) if isinstance(c, Expr) else c


def _sum(c: Coefficient, d: Coefficient) -> Coefficient:
    return constant(c + d) if isinstance(c, Expr) and isinstance(d, Expr) else ball(c) + ball(d)


def ball(c: Coefficient) -> arb:
    """The values of a coefficient at the precision in force."""
    if isinstance(c, arb):
        return c
    if c.value is not None:
        return arb(c.value)
    value = program(c).run({})
    return value if isinstance(value, arb) else NAN

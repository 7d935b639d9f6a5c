"""Relations between constants: whole multiples of logarithms of algebraic numbers, or of arcs and pi, that sum to 0.

LLL guesses a relation from digits; exact algebra proves it. A sum of multiples of logarithms is 0 if the product of
the powers of their arguments is 1. A sum of multiples of arc tangents is a multiple of pi if the product of the powers
of 1 + i a is real, and an enclosure says which. By a proved relation one constant is written in terms of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from flint import arb, fmpq, fmpz_mat

from . import algebraic
from . import expressions as ex
from .evaluate import enclose, precision
from .expressions import Expr

MAX_CONSTANTS = 8
MAX_MULTIPLE = 100
BITS = 320
"""Digits from which a relation is guessed: eight multiples up to 100 agree by chance in some 60 of them."""


def independent(e: Expr) -> Expr:
    """The expression without the logarithms and arcs that are proved to depend on others in it."""
    for family in ("log", "atan"):
        while True:
            members = [node for node in _members(e) if node.op == family]
            if family == "atan" and members:
                members.insert(0, ex.PI)
            relation = _relation(tuple(members)) if 2 <= len(members) <= MAX_CONSTANTS else None
            if relation is None:
                break
            *others, (multiple, dependent) = [(n, node) for n, node in zip(relation, members, strict=True) if n]
            e = _replaced(e, dependent, ex.add(*(fmpq(-n, multiple) * node for n, node in others)))
    return e


@lru_cache(maxsize=1 << 14)
def _members(e: Expr) -> tuple[Expr, ...]:
    """Logarithms and arc tangents of algebraic numbers in an expression, the shortest first."""
    members = {node for child in ex.children(e) for node in _members(child)}
    if e.op in ("log", "atan") and algebraic.is_algebraic(e.args[0]):
        members.add(e)
    return tuple(sorted(members, key=lambda node: (node.size, ex.text(node))))


@lru_cache(maxsize=1 << 12)
def _relation(members: tuple[Expr, ...]) -> tuple[int, ...] | None:
    """Whole multiples, not all 0, with which the constants are proved to sum to 0; None where none is found."""
    values = [enclose(node, prec=BITS) for node in members]
    if not all(value.is_finite() for value in values):
        return None
    with precision(BITS):
        scaled = [int((value.mid() * arb(2) ** (BITS - 32)).floor().mid().fmpz()) for value in values]
    n = len(members)
    reduced = fmpz_mat([[int(i == j) for j in range(n)] + [scaled[i]] for i in range(n)]).lll()
    multiples = tuple(int(reduced[0, j]) for j in range(n))
    if max(map(abs, multiples)) > MAX_MULTIPLE:
        return None
    proved = _arcs_cancel if members[-1].op == "atan" else _logarithms_cancel
    return multiples if proved(multiples, members) else None


def _logarithms_cancel(multiples: Sequence[int], members: Sequence[Expr]) -> bool:
    powers = [ex.power(node.args[0], n) for n, node in zip(multiples, members, strict=True)]
    positive = all(algebraic.sign(node.args[0]) == 1 for node in members)
    return positive and algebraic.is_zero(ex.mul(*powers) - 1)


def _arcs_cancel(multiples: Sequence[int], members: Sequence[Expr]) -> bool:
    real, imaginary = ex.ONE, ex.ZERO
    for n, node in zip(multiples[1:], members[1:], strict=True):
        for _ in range(abs(n)):
            slope = node.args[0] if n > 0 else -node.args[0]
            real, imaginary = real - imaginary * slope, imaginary + real * slope
    if not algebraic.is_zero(imaginary):
        return False
    total = enclose(ex.add(*(n * node for n, node in zip(multiples, members, strict=True))), prec=BITS)
    return bool(abs(total) < 1)  # a multiple of pi


def _replaced(e: Expr, old: Expr, new: Expr) -> Expr:
    cache = {old: new}

    def visit(node: Expr) -> Expr:
        if node not in cache:
            cache[node] = ex.rebuild(node, visit)
        return cache[node]

    return visit(e)

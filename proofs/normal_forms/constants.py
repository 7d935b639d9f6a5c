"""Relations between constants: whole multiples of roots, of logarithms or of arcs and pi that sum to 0, proved.

Roots are algebraic numbers, and logarithms and arc tangents are those of algebraic numbers. LLL guesses a relation from
digits; exact algebra proves it. A sum of multiples of roots is an algebraic number itself. A sum of multiples of
logarithms is 0 if the product of the powers of their arguments is 1. A sum of multiples of arc tangents is a multiple
of pi if the product of the powers of 1 + i a is real, and an enclosure says which. By a proved relation one constant is
written in terms of the others. Other constants are left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from flint import arb, fmpq, fmpz_mat

from ..enclosures.balls import precision
from ..enclosures.jets import enclose
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from . import algebraic

MAX_CONSTANTS = 8
MAX_MULTIPLE = 100
BITS = 320
"""Digits from which a relation is guessed: eight multiples up to 100 agree by chance in some 60 of them."""


def independent(e: Expr) -> Expr:
    """The expression without the roots, logarithms and arcs that are proved to depend on others in it."""
    for family in (_roots, _logarithms, _arcs):
        while relation := _relation(members := family(_members(e))):
            *others, (multiple, dependent) = [(n, node) for n, node in zip(relation, members, strict=True) if n]
            e = _replaced(e, dependent, ex.add(*(fmpq(-n, multiple) * node for n, node in others)))
    return e


def nested(e: Expr) -> bool:
    """Whether there are algebraic numbers in it of which the normal form may not know that they sum to 0."""
    return bool(_roots(_members(e)))


@lru_cache(maxsize=1 << 14)
def _members(e: Expr) -> tuple[Expr, ...]:
    """Roots and sines that are algebraic, logarithms and arc tangents of algebraic numbers, the shortest first."""
    members = {node for child in ex.children(e) for node in _members(child)}
    if e.op in ("log", "atan"):
        members |= {e} if algebraic.is_algebraic(e.args[0]) else set()
    elif e.op in ("sin", "cos") or (e.op == "pow" and e.args[1].value is not None and e.args[1].value.q != 1):
        members |= {e} if algebraic.is_algebraic(e) else set()
    return tuple(sorted(members, key=lambda node: (node.size, to_text(node))))


def _roots(members: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """1 and the roots, unless all are roots of rationals: those the normal form reduces to independent ones."""
    roots = [node for node in members if node.op not in ("log", "atan")]
    return (ex.ONE, *roots) if any(node.op != "pow" or node.args[0].value is None for node in roots) else ()


def _logarithms(members: tuple[Expr, ...]) -> tuple[Expr, ...]:
    return tuple(node for node in members if node.op == "log")


def _arcs(members: tuple[Expr, ...]) -> tuple[Expr, ...]:
    return (ex.PI, *(node for node in members if node.op == "atan"))


@lru_cache(maxsize=1 << 12)
def _relation(members: tuple[Expr, ...]) -> tuple[int, ...]:
    """Whole multiples, not all 0, with which the constants are proved to sum to 0; empty where none is found."""
    if not 2 <= len(members) <= MAX_CONSTANTS:
        return ()
    values = [enclose(node, prec=BITS) for node in members]
    if not all(value.is_finite() for value in values):
        return ()
    with precision(BITS):
        scaled = [int((value.mid() * arb(2) ** (BITS - 32)).floor().mid().fmpz()) for value in values]
    n = len(members)
    reduced = fmpz_mat([[int(i == j) for j in range(n)] + [scaled[i]] for i in range(n)]).lll()
    multiples = tuple(int(reduced[0, j]) for j in range(n))
    if max(map(abs, multiples)) > MAX_MULTIPLE:
        return ()
    proof = {"log": _logarithms_cancel, "atan": _arcs_cancel}.get(members[-1].op, _roots_cancel)
    return multiples if proof(multiples, members) else ()


def _roots_cancel(multiples: Sequence[int], members: Sequence[Expr]) -> bool:
    return algebraic.is_zero(ex.add(*(n * node for n, node in zip(multiples, members, strict=True))))


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
            cache[node] = calculus.rebuild(node, visit)
        return cache[node]

    return visit(e)

"""Algebraic numbers: the sign of an expression in rationals, roots and sines of rational multiples of pi, decided.

Such a number is a quotient a/b of algebraic integers of one number field. The expression bounds the degree of the
field (each root of degree k multiplies it by k at most) and the size of every conjugate of a and of b, as u and l. The
norm of a is a whole number, so that a number other than 0 has a size of at least 1/(u^(degree - 1) l); an enclosure
below that bound is a proof of 0. (Burnikel, Funke, Mehlhorn, Schirra, Schmitt: A separation bound for real algebraic
expressions, 2001.)
"""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import Any

from flint import arb, fmpq

from ..budget import spend
from ..enclosures.balls import doublings, known_sign
from ..enclosures.jets import enclose
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import power_node

START_BITS = 64
CAP_BITS = 1 << 15


def is_zero(e: Expr) -> bool:
    """Whether a closed expression is proved to be an algebraic number that is 0."""
    return is_algebraic(e) and sign(e) == 0


@lru_cache(maxsize=1 << 14)
def is_algebraic(e: Expr) -> bool:
    """Whether an expression is built from rationals by arithmetic, roots and sines of rational multiples of pi."""
    match e.op:
        case "rational":
            return True
        case "add" | "mul":
            return all(map(is_algebraic, e.args))
        case "pow":
            return e.args[1].value is not None and is_algebraic(e.args[0])
        case "sin" | "cos":
            return _turns(e) is not None
        case _:
            return False


@lru_cache(maxsize=1 << 14)
def sign(e: Expr) -> int | None:
    """The sign of an algebraic number, or None where it is undefined or the bound is beyond the work allowed."""
    roots = {node for node in _generators(e) if node.op == "pow"}
    if any(sign(node.args[0]) not in (0, 1) for node in roots):
        return None
    separation = _separation(e)
    for bits in doublings(START_BITS, min(CAP_BITS, 4 * separation + START_BITS)):
        spend(1 + bits // 1024)
        value = enclose(e, prec=bits)
        if (visible := known_sign(value)) is not None:
            return visible
        if bits > separation and abs(value) < arb(2) ** -separation:
            return 0
    return None


def _separation(e: Expr) -> int:
    """A number s such that the value is 0 or at least 2^-s in size."""
    upper, lower = _sizes(e)
    return (_degree(e) - 1) * upper + lower


def _degree(e: Expr) -> int:
    """A bound of the degree of the field: the product over the different roots and sines."""
    return prod(2 * int(_turns(node).q) if node.op != "pow" else int(node.args[1].value.q) for node in _generators(e))


@lru_cache(maxsize=1 << 14)
def _generators(e: Expr) -> frozenset[Expr]:
    """The roots and sines in an expression, each once."""
    below = frozenset[Expr]().union(*map(_generators, ex.children(e)))
    if e.op == "pow" and e.args[1].value.q != 1:
        return below | {power_node(e.args[0], fmpq(1, e.args[1].value.q))}
    return below | {e} if e.op in ("sin", "cos") else below


@lru_cache(maxsize=1 << 14)
def _sizes(e: Expr) -> tuple[int, int]:
    """Bits of u and of l: bounds of every conjugate of the numerator and of the denominator, both above 0."""
    match e.op:
        case "rational":
            return max(abs(int(e.args[0].p)) - 1, 0).bit_length(), (int(e.args[0].q) - 1).bit_length()
        case "add":
            pairs = [_sizes(a) for a in e.args]
            below = sum(lower for _, lower in pairs)
            return max(upper + below - lower for upper, lower in pairs) + len(pairs).bit_length(), below
        case "mul":
            pairs = [_sizes(a) for a in e.args]
            return sum(upper for upper, _ in pairs), sum(lower for _, lower in pairs)
        case "pow":
            return _power_sizes(*_sizes(e.args[0]), e.args[1].value)
        case _:  # 2 cos(r pi) is an algebraic integer, a sum of two roots of unity
            return 1, 1


def _power_sizes(upper: int, lower: int, exponent: Any) -> tuple[int, int]:
    """(a/b)^(1/k) is (a b^(k-1))^(1/k)/b, and also a/(a^(k-1) b)^(1/k) or 0/1."""
    k, p = int(exponent.q), int(exponent.p)
    if upper >= lower:
        upper = -(-(upper + (k - 1) * lower) // k)
    else:
        lower = -(-((k - 1) * upper + lower) // k)
    return (p * upper, p * lower) if p > 0 else (-p * lower, -p * upper)


def _turns(e: Expr) -> Any:
    """r of sin(r pi) or cos(r pi), or None."""
    r, rest = ex.split_coefficient(e.args[0])
    return r if rest is ex.PI else None

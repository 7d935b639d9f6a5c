"""Smooth expressions in x: their derivatives, and exact values of those made of sums, products, powers and roots.

What ball arithmetic cannot decide, a tie or a zero, rational arithmetic decides.
"""

from __future__ import annotations

from functools import lru_cache

from flint import fmpq

from ..proofs import expressions as ex
from ..proofs.expressions import Expr
from ..proofs.pieces import split
from ..proofs.reals import exact

LARGEST_EXPONENT = 64
"""Powers beyond this are left to balls: their exact values grow without bound."""


def formula_inside(expr: Expr, x: fmpq) -> Expr | None:
    """The smooth formula of an expression in x that holds inside a piece; None at a breakpoint or where undefined."""
    pieces = split(expr, "x")
    place = pieces.locate(exact(x))
    return pieces.pieces[place].expr if place >= 0 else None


@lru_cache(maxsize=4096)
def nth_derivative(expr: Expr, order: int) -> Expr:
    """The derivative in x of a smooth expression."""
    for _ in range(order):
        expr = ex.differentiate(expr, "x")
    return expr


@lru_cache(maxsize=4096)
def is_rational_function(expr: Expr) -> bool:
    """Whether an expression is made of names, rationals, sums, products and whole powers alone."""
    match expr.op:
        case "rational" | "name":
            return True
        case "add" | "mul":
            return all(map(is_rational_function, expr.args))
        case "pow":
            exponent = expr.args[1].value
            whole = exponent is not None and exponent.q == 1 and abs(exponent) <= LARGEST_EXPONENT
            return whole and is_rational_function(expr.args[0])
        case _:
            return False


@lru_cache(maxsize=4096)
def _is_algebraic_function(expr: Expr) -> bool:
    """Whether an expression is made of names, rationals, sums, products and small rational powers alone."""
    match expr.op:
        case "rational" | "name":
            return True
        case "add" | "mul":
            return all(map(_is_algebraic_function, expr.args))
        case "pow":
            exponent = expr.args[1].value
            small = exponent is not None and max(abs(exponent.p), exponent.q) <= LARGEST_EXPONENT
            return small and _is_algebraic_function(expr.args[0])
        case _:
            return False


def rational_power(base: fmpq, exponent: fmpq) -> fmpq | None:
    """base**exponent where that is rational; None where it is not, or not real. Raises ZeroDivisionError at a pole."""
    n = int(exponent.q)
    if n > 1:
        if base < 0:
            return None
        roots = base.p.root(n), base.q.root(n)
        if roots[0] ** n != base.p or roots[1] ** n != base.q:
            return None
        base = fmpq(*roots)
    return base ** int(exponent.p)


def rational_value(expr: Expr, x: fmpq) -> fmpq | None:
    """The value at a rational of a function made of sums, products and powers, where every root in it is rational.

    None for any other function, at a pole and where a root is irrational or not real.
    """
    if not _is_algebraic_function(expr):
        return None
    values: dict[Expr, fmpq] = {ex.name("x"): x}

    def visit(e: Expr) -> fmpq:
        if e not in values:
            match e.op:
                case "rational":
                    values[e] = e.args[0]
                case "add":
                    values[e] = sum(map(visit, e.args), fmpq(0))
                case "mul":
                    product = fmpq(1)
                    for factor in e.args:
                        product *= visit(factor)
                    values[e] = product
                case _:
                    power = rational_power(visit(e.args[0]), e.args[1].args[0])
                    if power is None:
                        raise _Irrational
                    values[e] = power
        return values[e]

    try:
        return visit(expr)
    except (ZeroDivisionError, _Irrational):
        return None


class _Irrational(Exception):
    """A root of a rational is no rational."""

"""Smooth expressions in x: their derivatives, and exact values of the rational ones.

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


def rational_value(expr: Expr, x: fmpq) -> fmpq | None:
    """The value of a rational function of x at a rational, or None for any other function or at a pole."""
    if not is_rational_function(expr):
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
                    values[e] = visit(e.args[0]) ** int(e.args[1].args[0].p)
        return values[e]

    try:
        return visit(expr)
    except ZeroDivisionError:
        return None

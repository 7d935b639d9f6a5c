"""Smooth expressions in x: their derivatives, and exact values of those made of sums, products, powers and roots.

Ties and zeros, which ball arithmetic cannot decide, are decided in rational arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from flint import fmpq

from ...proofs.expressions import calculus
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import split
from ...proofs.reals.reals import exact

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
        expr = calculus.differentiate(expr, "x")
    return _factored(expr) if order else expr


def _factored(expr: Expr) -> Expr:
    """A sum whose terms share powers, with those in front: 1/sqrt(x^2 + 1) - x^2/(x^2 + 1)^(3/2) is a power alone.

    Quotient and product rule make such sums; their terms cancel in balls and floats alike. The same function, also
    where it is undefined: a base that may vanish or be negative keeps a negative whole power in front.
    """
    if expr.op != "add":
        return expr
    terms = [_powers(t) for t in expr.args]
    shared = {base: min(t[base] for t in terms) for base in terms[0] if all(base in t for t in terms)}
    shared = {base: e for base, e in shared.items() if base.positive or (e < 0 and _whole(t[base] for t in terms))}
    left = [{base: e - shared.get(base, fmpq(0)) for base, e in t.items()} for t in terms]
    rest = ex.add(*(ex.mul(*(ex.power(base, e) for base, e in t.items() if e)) for t in left))
    alike = all(len({t[base] for t in terms}) == 1 for base in shared)
    simpler = shared and (alike or rest.op != "add" or len(rest.args) < len(terms))
    return ex.mul(*(ex.power(base, e) for base, e in shared.items()), rest) if simpler else expr


def _powers(term: Expr) -> dict[Expr, fmpq]:
    """The factors of a term as powers of different bases; none where one base occurs twice, as in x/x."""
    powers: dict[Expr, fmpq] = {}
    for factor in term.args if term.op == "mul" else (term,):
        exponent = factor.args[1].value if factor.op == "pow" and factor.args[0].op != "rational" else None
        base, exponent = (factor, fmpq(1)) if exponent is None else (factor.args[0], exponent)
        if base in powers:
            return {}
        powers[base] = exponent
    return powers


def _whole(exponents: Iterable[fmpq]) -> bool:
    return all(e.q == 1 for e in exponents)


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

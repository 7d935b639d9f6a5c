"""Operations on expressions: substitution, derivatives, and where an operation is defined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from flint import fmpq

from .expr import (
    FUNCTIONS,
    ONE,
    PI,
    SWITCHES,
    UNSETTLED,
    ZERO,
    Expr,
    add,
    children,
    exp,
    free_names,
    function,
    log,
    mul,
    name,
    power,
    switch,
)


def domain_condition(e: Expr) -> tuple[Expr, tuple[int, ...], str] | None:
    """An expression, the signs it may have where the outermost operation of e is defined, and what else it would be.

    None where that operation is defined for all arguments. The one place that says where operations are defined.
    """
    match e.op:
        case "log":
            return e.args[0], (1,), "the logarithm of a number that is not positive"
        case "tan":
            return function("cos", e.args[0]), (1, -1), "the tangent of a pole"
        case "pow":
            base, exponent = e.args[0], e.args[1].value
            if exponent is not None and exponent.q == 1:
                return None if exponent >= 0 else (base, (1, -1), "a division by 0")
            if exponent is not None and exponent > 0:
                return base, (1, 0), "a root of a negative number"
            return base, (1,), "a power of a number that is not positive"
        case _:
            return None


def rebuild(e: Expr, convert: Callable[[Expr], Expr]) -> Expr:
    """The same operation on converted children, through the tidying constructors."""
    match e.op:
        case "rational" | "name" | "pi":
            return e
        case "add":
            return add(*map(convert, e.args))
        case "mul":
            return mul(*map(convert, e.args))
        case "pow":
            base, exponent = convert(e.args[0]), convert(e.args[1])
            if exponent.value is not None and e.args[1].value is None and not base.positive and _varies(e.args[1]):
                # x**x is undefined at -1, as a power whose exponent varies is wherever its base is not positive.
                return exp(mul(exponent, log(base)))
            return power(base, exponent)
        case "if":
            return switch("if", e.args[0], *map(convert, e.args[1:]))
        case "derivative":
            return Expr("derivative", convert(e.args[0]), e.args[1], convert(e.args[2]))
        case op if op in SWITCHES:
            return switch(op, *map(convert, e.args))
        case op:
            return function(op, convert(e.args[0]))


def _varies(exponent: Expr) -> bool:
    return any(not identifier.endswith(UNSETTLED) for identifier in free_names(exponent))


def substitute(e: Expr, values: Mapping[str, Expr]) -> Expr:
    """Replace free names, all at once."""
    cache: dict[Expr, Expr] = {}

    def visit(node: Expr) -> Expr:
        if node.op == "name":
            return values.get(node.args[0], node)
        if node not in cache:
            if node.op == "derivative":
                cache[node] = _substitute_under_derivative(node, values, visit)
            else:
                cache[node] = rebuild(node, visit)
        return cache[node]

    return visit(e) if free_names(e) & values.keys() else e


def _substitute_under_derivative(node: Expr, values: Mapping[str, Expr], visit: Callable[[Expr], Expr]) -> Expr:
    body, bound, at = node.args
    inner = {k: v for k, v in values.items() if k != bound and k in free_names(body)}
    if any(bound in free_names(v) for v in inner.values()):
        fresh = bound
        while any(fresh in free_names(v) for v in (body, *inner.values())):
            fresh += "_"
        body, bound = substitute(body, {bound: name(fresh)}), fresh
    return Expr("derivative", substitute(body, inner), bound, visit(at))


def substitute_node(e: Expr, old: Expr, new: Expr) -> Expr:
    """The expression with one subexpression replaced by another."""
    return new if e is old else rebuild(e, lambda child: substitute_node(child, old, new)) if children(e) else e


def derivative(body: Expr, variable: str, at: Expr | None = None, order: int = 1) -> Expr:
    """The derivative of body in variable, of the given order, at a point (the variable itself by default)."""
    for _ in range(order - 1):
        body = derivative(body, variable)
    if order == 0:
        return body if at is None else substitute(body, {variable: at})
    return Expr("derivative", body, variable, name(variable) if at is None else at)


@lru_cache(maxsize=1 << 16)
def differentiate(e: Expr, variable: str) -> Expr:
    """The derivative of an expression without case distinctions."""
    if variable not in free_names(e):
        return ZERO
    match e.op:
        case "name":
            return ONE
        case "add":
            return add(*(differentiate(a, variable) for a in e.args))
        case "mul":
            terms = []
            for i, factor in enumerate(e.args):
                slope = differentiate(factor, variable)
                if slope is not ZERO:
                    terms.append(mul(*e.args[:i], slope, *e.args[i + 1 :]))
            return add(*terms)
        case "pow":
            base, exponent = e.args
            if exponent.op == "rational":
                slope = mul(exponent, power(base, exponent - 1), differentiate(base, variable))
                return slope
            rate = differentiate(exponent, variable) * log(base)
            return mul(e, add(rate, mul(exponent, differentiate(base, variable), power(base, -1))))
        case op if op in FUNCTIONS:
            u = e.args[0]
            return mul(_slope(op, u, e), differentiate(u, variable))
        case op:
            raise ValueError(f"differentiate: {op!r} is a case distinction; resolve it on a piece first")


def _slope(op: str, u: Expr, e: Expr) -> Expr:
    match op:
        case "exp":
            return e
        case "log":
            return power(u, -1)
        case "erf" | "erfc":
            return mul(2 if op == "erf" else -2, power(PI, fmpq(-1, 2)), exp(mul(-1, u, u)))
        case "sin":
            return function("cos", u)
        case "cos":
            return mul(-1, function("sin", u))
        case "tan":
            return add(1, power(e, 2))
        case "atan":
            return power(add(1, power(u, 2)), -1)
        case "sinh":
            return function("cosh", u)
        case "cosh":
            return function("sinh", u)
        case "tanh":
            # 4/(e^u + e^-u)^2 keeps its accuracy where 1 - tanh^2 cancels.
            return power(function("cosh", u), -2)
        case _:
            raise ValueError(f"no derivative rule for {op!r}")

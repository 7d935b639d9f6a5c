"""Antiderivatives: a function written as a sum of c G'(x) with c free of x, proved by normal form.

The fundamental theorem needs a G that is smooth wherever it is used: who calls asks that of it. G is guessed from the
derivatives that a function is written with, and from its factors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from flint import fmpq

from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from . import normal_form
from .polynomials import expression, fraction

Part = tuple[Expr, Expr]
"""c and G of c G'(x)."""


def antiderivative(e: Expr, variable: str, guesses: Sequence[Expr] = ()) -> list[Part] | None:
    """A smooth expression as a sum of c G'(x), each c free of the variable; None where none is found.

    c G' and the expression are proved equal wherever both are defined.
    """
    if (whole := _part(e, variable, [*guesses, *_guesses(e, variable)])) is not None:
        return [whole]
    parts: list[Part] = []
    for term in ex.terms(e):
        if (part := _part(term, variable, [*guesses, *_guesses(term, variable)])) is None:
            return None
        parts.append(part)
    return parts


def primitives_of_derivatives(e: Expr) -> list[Expr]:
    """The functions of which derivatives are taken in an expression, at the points where they are."""
    primitives = [primitive for child in ex.children(e) for primitive in primitives_of_derivatives(child)]
    if e.op == "derivative":
        body, bound, at = e.args
        primitives.append(calculus.substitute(_written_out(body), {bound: at}))
    return [primitive for primitive in primitives if not primitive.switching]


def _written_out(e: Expr) -> Expr:
    """The expression with the derivatives of smooth functions taken."""
    if not e.switching:
        return e
    if e.op != "derivative":
        return calculus.rebuild(e, _written_out)
    body, (bound, at) = _written_out(e.args[0]), e.args[1:]
    return e if body.switching else calculus.substitute(calculus.differentiate(body, bound), {bound: at})


def _part(e: Expr, variable: str, guesses: Sequence[Expr]) -> Part | None:
    for g in guesses:
        with suppress(normal_form.TooComplex):
            rate = calculus.differentiate(g, variable)
            if normal_form.is_zero(rate):
                continue
            c = normal_form.canonical(e / rate)
            if variable not in ex.free_names(c) and normal_form.equal(c * rate, e):
                return c, g
    return None


def _guesses(e: Expr, variable: str) -> Iterator[Expr]:
    """Functions whose derivatives may be multiples of a product."""
    if variable not in ex.free_names(e):
        yield ex.name(variable)
        return
    if (quotient := fraction(e, variable)) is not None and quotient[1].degree() == 0:
        yield expression((quotient[0] / quotient[1][0]).integral(), variable)
        return
    for factor in ex.factors(e):
        if variable in ex.free_names(factor):
            yield from _primitives(factor)


def _primitives(factor: Expr) -> Iterator[Expr]:
    """Primitives of one factor in what it is a function of: of exp(u), say, where it stands beside u'."""
    base, power = ex.split_power(factor)
    if power == 1 and base.op in ex.FUNCTIONS:
        primitive = _primitive(base.op, base.args[0])
        if primitive is not None:
            yield primitive
        return
    if base.op == "cosh" and power == -2:
        yield ex.function("tanh", base.args[0])
    if power != -1:
        yield ex.power(base, ex.rational(power + 1))
        return
    yield ex.function("log", base)
    for term in ex.terms(base):  # 1/(1 + exp(-u)) is exp(u)/(exp(u) + 1)
        if term.op == "exp":
            yield ex.function("log", ex.add(*(other * ex.exp(-term.args[0]) for other in ex.terms(base))))


def _primitive(op: str, u: Expr) -> Expr | None:
    """An antiderivative of a function in its argument; None where none is smooth on the whole line."""
    match op:
        case "exp":
            return ex.exp(u)
        case "sin":
            return -ex.function("cos", u)
        case "cos":
            return ex.function("sin", u)
        case "sinh" | "cosh":
            return ex.function("cosh" if op == "sinh" else "sinh", u)
        case "tanh":
            return ex.log(ex.function("cosh", u))
        case "atan":
            return u * ex.function("atan", u) - ex.log(1 + u * u) * fmpq(1, 2)
        case "erf":
            return u * ex.function("erf", u) + ex.exp(-u * u) / ex.sqrt(ex.PI)
        case _:
            return None

"""Inverse functions: what is made of invertible steps is solved for its variable, step by step.

Each step is one-to-one where it is defined, and its inverse is defined on its values and nowhere else. So is then the
whole: it has a value at y exactly where some x has the value y, and that x is the only one.
"""

from __future__ import annotations

from flint import fmpq

from . import expr as ex
from .expr import Expr


def inverse(e: Expr, variable: str, y: Expr) -> Expr | None:
    """The x at which a function is y; None where the variable occurs twice or a step is not one of those known."""
    while e is not ex.name(variable):
        moving = [child for child in ex.children(e) if variable in ex.free_names(child)]
        if len(moving) != 1 or (solved := _step(e, moving[0], y)) is None:
            return None
        e, y = moving[0], solved
    return y


def _step(e: Expr, u: Expr, y: Expr) -> Expr | None:
    """The u at which one operation is y."""
    rest = [child for child in ex.children(e) if child is not u]
    if not all(c.total and not ex.free_names(c) for c in rest):
        return None
    match e.op:
        case "add":
            return y - ex.add(*rest)
        case "mul":
            return y / ex.mul(*rest)
        case "pow" if u is e.args[0]:
            return None if e.args[1].value is None else _root(y, e.args[1].value)
        case "pow":
            base = e.args[0].value
            return None if base is None or base <= 0 or base == 1 else ex.log(y) / ex.log(e.args[0])
        case "exp":
            return ex.log(y)
        case "log":
            return ex.exp(y)
        case "tanh":
            return ex.log((1 + y) / (1 - y)) / 2
        case "sinh":
            return ex.switch("sign", y) * ex.log(ex.switch("abs", y) + ex.sqrt(1 + y * y))
        case _:
            return None


def _root(y: Expr, exponent: fmpq) -> Expr | None:
    """The u with u**exponent = y: of an odd power for all reals, of a root where y is not negative."""
    inverted = 1 / exponent
    if exponent.q != 1 and inverted.q != 1:
        return y**inverted
    if exponent.q != 1:  # a root is not negative, and a whole power of y has values there: a power of sqrt(y) has none
        return ex.power(ex.power(y, fmpq(1 if inverted > 0 else -1, 2)), 2 * abs(inverted))
    if exponent.p % 2 == 0:
        return None
    if inverted.q == 1:
        return y**inverted
    return ex.switch("if", ">=", y, y**inverted, -((-y) ** inverted))

"""A smooth expression in float64 array operations with running error bounds.

Three identities are applied on the way, exp(u) - 1, log(1 + u) and log(1 + exp(u)): they keep digits that the written
form throws away. They only make the bounds smaller: whether a result can be used is decided by its bound, never by
trust in a rewriting. Whatever else cancels or overflows is left to the polynomials of :mod:`taylor_blocks`, which are
as good and hardly slower.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, reduce
from typing import TypeAlias

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import ONE, Expr
from . import running_error
from .running_error import Bounded

Visit: TypeAlias = Callable[[Expr], Bounded]

_FUNCTIONS: dict[str, Callable[[Bounded], Bounded]] = {name: getattr(running_error, name) for name in ex.FUNCTIONS}


def evaluate(expr: Expr, inputs: Mapping[str, NDArray[np.float64]]) -> Bounded:
    """Values of a smooth expression at float64 arrays of one shape, with a bound on each error.

    Shared subexpressions are evaluated once. Raises KeyError for a name without an input.
    """
    values: dict[Expr, Bounded] = {ex.name(name): running_error.inputs(value) for name, value in inputs.items()}

    def visit(e: Expr) -> Bounded:
        if e not in values:
            values[e] = _value(e, visit)
        return values[e]

    with np.errstate(all="ignore"):
        result = visit(expr)
    shape = np.broadcast_shapes(*(np.shape(v) for v in inputs.values()))
    return Bounded(np.broadcast_to(result.value, shape), np.broadcast_to(result.error, shape))


def _value(e: Expr, visit: Visit) -> Bounded:
    match e.op:
        case "rational":
            return running_error.constant(e.args[0])
        case "pi":
            return Bounded(np.float64(np.pi), np.float64(running_error.U * np.pi))
        case "add":
            return reduce(operator.add, _terms(e, visit))
        case "mul":
            return reduce(operator.mul, map(visit, e.args))
        case "pow":
            base, exponent = e.args
            if exponent.value is None:
                return running_error.exp(visit(exponent * ex.log(base)))
            return running_error.power(visit(base), exponent.value)
        case "log":
            return _log(e.args[0], visit)
        case op:
            return _FUNCTIONS[op](visit(e.args[0]))


def _terms(e: Expr, visit: Visit) -> Iterator[Bounded]:
    """The terms of a sum with the rational k; where c exp(u) would cancel against k, c (exp(u) - 1) and then k + c."""
    k = next((term.value for term in e.args if term.value is not None), fmpq(0))
    for term in e.args:
        c, core = ex.split_coefficient(term)
        if term.value is not None:
            continue
        if core.op == "exp" and c * k < 0:
            k += c
            grown = running_error.expm1(visit(core.args[0]))
            yield grown if c == 1 else running_error.constant(c) * grown
        else:
            yield visit(term)
    if k:
        yield running_error.constant(k)


def _log(argument: Expr, visit: Visit) -> Bounded:
    rest = _less_one(argument)
    if rest is None:
        return running_error.log(visit(argument))
    return running_error.softplus(visit(rest.args[0])) if rest.op == "exp" else running_error.log1p(visit(rest))


@lru_cache(maxsize=4096)
def _less_one(e: Expr) -> Expr | None:
    """u for 1 + u."""
    return ex.add(*(term for term in e.args if term is not ONE)) if e.op == "add" and ONE in e.args else None

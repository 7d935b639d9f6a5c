"""A smooth expression compiled to float64 array operations with running error bounds.

Three identities are applied on the way, exp(u) - 1, log(1 + u) and log(1 + exp(u)): they keep digits that the written
form throws away. They only make the bounds smaller: whether a result can be used is decided by its bound, never by
trust in a rewriting. Whatever else cancels or overflows is left to the polynomials of :mod:`taylor_blocks`, which are
as good and hardly slower.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import ONE, Expr
from . import running_error
from .running_error import Bounded

Step: TypeAlias = Callable[[Callable[[Expr], Bounded]], Bounded]

_FUNCTIONS: dict[str, Callable[[Bounded], Bounded]] = {name: getattr(running_error, name) for name in ex.FUNCTIONS}


def evaluate(expr: Expr, inputs: Mapping[str, NDArray[np.float64]]) -> Bounded:
    """Values of a smooth expression at float64 arrays of one shape, with a bound on each error.

    Shared subexpressions are evaluated once. Raises KeyError for a name without an input.
    """
    values: dict[Expr, Bounded] = {ex.name(name): running_error.inputs(value) for name, value in inputs.items()}

    def visit(e: Expr) -> Bounded:
        if e not in values:
            values[e] = _step(e)(visit)
        return values[e]

    with np.errstate(all="ignore"):
        result = visit(expr)
    shape = np.broadcast_shapes(*(np.shape(v) for v in inputs.values()))
    return Bounded(np.broadcast_to(result.value, shape), np.broadcast_to(result.error, shape))


@lru_cache(maxsize=1 << 14)
def _step(e: Expr) -> Step:
    match e.op:
        case "rational":
            return _always(running_error.constant(e.args[0]))
        case "pi":
            return _always(Bounded(np.float64(np.pi), np.float64(running_error.U * np.pi)))
        case "add":
            return _sum_step(e)
        case "mul":
            return _product(e.args)
        case "pow":
            return _power_step(*e.args)
        case "log":
            return _log_step(e.args[0])
        case op:
            function = _FUNCTIONS[op]
            argument = e.args[0]
            return lambda visit: function(visit(argument))


def _always(result: Bounded) -> Step:
    return lambda visit: result


def _sum(terms: list[Step]) -> Step:
    def run(visit: Callable[[Expr], Bounded]) -> Bounded:
        total = terms[0](visit)
        for term in terms[1:]:
            total = total + term(visit)
        return total

    return run


def _scaled(coefficient: fmpq, step: Step) -> Step:
    if coefficient == 1:
        return step
    factor = running_error.constant(coefficient)
    return lambda visit: factor * step(visit)


def _visiting(e: Expr) -> Step:
    return lambda visit: visit(e)


def _sum_step(e: Expr) -> Step:
    """A sum, its rational term k absorbed by a term that would cancel against it."""
    k = next((t.args[0] for t in e.args if t.op == "rational"), fmpq(0))
    rest = [t for t in e.args if t.op != "rational"]
    steps: list[Step] = []
    for term in rest:
        coefficient, core = _split_coefficient(term)
        absorbed = _absorbing(coefficient, core, k) if k else None
        if absorbed is None:
            steps.append(_visiting(term))
        else:
            step, k = absorbed
            steps.append(step)
    if k:
        steps.append(_always(running_error.constant(k)))
    return _sum(steps)


def _absorbing(c: fmpq, core: Expr, k: fmpq) -> tuple[Step, fmpq] | None:
    """The step for c (exp(u) - 1), and the rational that is left of c exp(u) + k."""
    if core.op != "exp" or not c * k < 0:
        return None
    u = core.args[0]
    return _scaled(c, lambda visit: running_error.expm1(visit(u))), k + c


def _split_coefficient(term: Expr) -> tuple[fmpq, Expr]:
    if term.op == "mul" and term.args[0].op == "rational" and len(term.args) == 2:
        return term.args[0].args[0], term.args[1]
    return fmpq(1), term


def _one_plus_exp(e: Expr) -> Expr | None:
    """u for 1 + exp(u)."""
    if e.op == "add" and len(e.args) == 2 and ONE in e.args:
        other = e.args[0] if e.args[1] is ONE else e.args[1]
        return other.args[0] if other.op == "exp" else None
    return None


def _power_step(base: Expr, exponent: Expr) -> Step:
    n = exponent.value
    if n is None:
        product = exponent * ex.log(base)
        return lambda visit: running_error.exp(visit(product))
    return lambda visit: running_error.power(visit(base), n)


def _log_step(argument: Expr) -> Step:
    u = _one_plus_exp(argument)
    if u is not None:
        return lambda visit: running_error.softplus(visit(u))
    if argument.op == "add" and ONE in argument.args:
        rest = ex.add(*(t for t in argument.args if t is not ONE))
        return lambda visit: running_error.log1p(visit(rest))
    return lambda visit: running_error.log(visit(argument))


def _product(factors: tuple[Expr, ...]) -> Step:
    def run(visit: Callable[[Expr], Bounded]) -> Bounded:
        product = visit(factors[0])
        for factor in factors[1:]:
            product = product * visit(factor)
        return product

    return run

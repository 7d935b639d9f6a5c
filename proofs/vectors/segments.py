"""A function at two vectors: its difference there, bounded through its derivatives on the segment between them.

For f with continuous derivatives on the whole space, f(v) - f(w) = M (v - w), where M is the mean of the Jacobian on
the segment. What holds of the Jacobian at every vector and survives a mean therefore holds of M:

- norm(f(v) - f(w)) <= c norm(v - w) where the spectral norm is at most c;
- for f with one value, f(v) - f(w) <= c norm(v - w) where the gradient's norm is at most c,
  f(v) - f(w) <= c max(abs(v - w)) where the absolute values of the gradient have a sum of at most c, and
  f(v) - f(w) <= c max(v - w) where the gradient is not below 0 and has the sum c.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq

from ..budget import Undecided
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..normal_forms import normal_form
from . import naming
from .algebra import Vectors, component, is_vector
from .normal_form import Sums


@dataclass(frozen=True)
class Change:
    """f(v) - f(w): the function in its vector v, a vector or a number."""

    function: Expr
    vector: str
    other: str


@dataclass(frozen=True)
class Comparison:
    """A change compared with a multiple of a distance: "norm", "max abs" or "max" of v - w."""

    change: Change
    distance: str
    factor: Expr


def comparison(sums: Sums, upper: Expr, bound: Expr) -> Comparison | None:
    """`upper <= bound` as the change of a function and a multiple of a distance, or None. Raises Undecided."""
    change = _change(sums, upper)
    distance = None if change is None else _distance(sums, bound, change)
    if change is None or distance is None:
        return None
    kind, factor = distance
    if kind == "max" and upper.op == "abs":
        return None
    return Comparison(change, kind, factor)


def _change(sums: Sums, upper: Expr) -> Change | None:
    """A norm of a difference of two vectors, or a difference of two numbers, perhaps in size."""
    if (squares := _under_root(sums.vectors, upper)) is not None:
        return _difference(sums, squares) if is_vector(squares) else None
    return _difference(sums, upper.args[0] if upper.op == "abs" else upper)


def _under_root(vectors: Vectors, e: Expr) -> Expr | None:
    """The vector of which an expression is the norm, or None."""
    if e.op != "pow" or e.args[1].value != fmpq(1, 2) or e.args[0].op != "name":
        return None
    aggregate = vectors.aggregates.get(e.args[0].args[0])
    body = None if aggregate is None or aggregate.kind != "sum" else aggregate.body
    return body.args[0] if isinstance(body, Expr) and body.op == "pow" and body.args[1].value == 2 else None


def _difference(sums: Sums, e: Expr) -> Change | None:
    """e as f(v) - f(w), or None."""
    parts: dict[str, Expr] = {}
    for term in ex.terms(e):
        names = {naming.vector_of(name) for name in sums.vectors.names(term) if naming.is_row(name)}
        if len(names) != 1:
            return None
        (vector,) = names
        parts[vector] = parts.get(vector, ex.ZERO) + term
    if len(parts) != 2:
        return None
    (vector, f), (other, g) = sorted(parts.items())
    moved = sums.vectors.substitute(f, {naming.row(vector): component(other)})
    return Change(f, vector, other) if normal_form.is_zero(sums.normal(moved + g)) else None


def _distance(sums: Sums, bound: Expr, change: Change) -> tuple[str, Expr] | None:
    """The kind of distance of the two vectors and its factor in a bound, or None."""
    vectors, gap = sums.vectors, component(change.vector) - component(change.other)
    for i, factor in enumerate(ex.factors(bound)):
        kind, body = "norm", _under_root(vectors, factor)
        aggregate = vectors.aggregates.get(factor.args[0]) if factor.op == "name" else None
        if aggregate is not None and aggregate.kind == "max" and isinstance(aggregate.body, Expr):
            size = aggregate.body.op == "abs"
            kind, body = ("max abs", aggregate.body.args[0]) if size else ("max", aggregate.body)
        rest = ex.mul(*ex.factors(bound)[:i], *ex.factors(bound)[i + 1 :])
        if body is None or any("[" in name for name in vectors.names(rest)):
            continue
        signs = (1,) if kind == "max" else (1, -1)
        try:
            if any(normal_form.is_zero(sums.normal(body - sign * gap)) for sign in signs):
                return kind, rest
        except Undecided:
            continue
    return None

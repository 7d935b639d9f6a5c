"""Numbered components, such as v[0] and v[1], as generic ones: the i-th, and the k-th that is another.

Sums, norms and extremes do not change when all vectors are permuted alike. What is proved for a generic component, or
for every two different ones, of all vectors is proved for those with these numbers.
"""

from __future__ import annotations

from ..budget import Undecided
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..language.syntax import Relation
from .algebra import Aggregate, Matrix, Vectors, at_column, is_vector
from .words import EntryRelation


def least_dimension(vectors: Vectors) -> int:
    """The number of components that vectors have at least in which all numbered ones exist."""
    return 1 + max((aggregate.index for aggregate in vectors.aggregates.values() if aggregate.kind == "at"), default=0)


def numbers_in(vectors: Vectors, r: Relation) -> tuple[int, ...]:
    """The numbers of components in a relation, in order, those inside sums too."""
    return tuple(sorted({i for side in (r.lhs, r.rhs) if isinstance(side, Expr) for i in _within(vectors, side)}))


def general(vectors: Vectors, r: Relation, numbers: tuple[int, ...]) -> Relation:
    """A relation with the generic component for the first number and another for the second.

    Raises Undecided for other numbers, for numbered components beside generic ones, and for those inside a sum.
    """
    lhs, rhs = r.lhs, r.rhs
    assert isinstance(lhs, Expr) and isinstance(rhs, Expr)
    if len(numbers) > 2 or is_vector(lhs) or is_vector(rhs) or isinstance(r, EntryRelation):
        raise Undecided(f"{r.text}: more than two components at once")
    values: dict[str, Expr] = {}
    for name, aggregate in _aggregates(vectors, lhs + rhs).items():
        if _within(vectors, aggregate.body):
            raise Undecided(f"{r.text}: a component inside a sum")
        if aggregate.kind == "at" and isinstance(aggregate.body, Expr):
            if aggregate.index not in numbers:
                raise Undecided(f"{r.text}: more than two components at once")
            first = (aggregate.index,) == numbers[:1]
            values[name] = aggregate.body if first else at_column(aggregate.body)
    kind = EntryRelation if len(numbers) > 1 else Relation
    left, right = (calculus.substitute(side, values) for side in (lhs, rhs))
    return kind(r.op, left, right, r.text, r.left_text, r.right_text)


def _aggregates(vectors: Vectors, e: Expr) -> dict[str, Aggregate]:
    return {name: vectors.aggregates[name] for name in sorted(ex.free_names(e) & vectors.aggregates.keys())}


def _within(vectors: Vectors, body: Expr | Matrix) -> set[int]:
    """The numbers of components in an expression or a matrix, those inside sums too."""
    parts = [body] if isinstance(body, Expr) else [body.diagonal, *(side for term in body.terms for side in term)]
    aggregates = [a for part in parts for a in _aggregates(vectors, part).values()]
    numbers = {a.index for a in aggregates if a.kind == "at"}
    return numbers.union(*(_within(vectors, a.body) for a in aggregates))

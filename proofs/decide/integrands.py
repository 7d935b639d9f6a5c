"""Means with parameters and without a closed form, compared through what they are means of.

E(e) <= c where e <= c for every z, and E(e) < c where besides e < c for all z > 1, an event of positive probability.
A bound on the other side makes the mean exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..language.syntax import Connective, Formula, Functional, Relation, Statement

OPPOSITE = {"<": ">=", "<=": ">=", ">": "<=", ">=": "<="}
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
BOUNDS = (0, 1)
"""Sizes of the other bound that are tried, with its sign."""


def comparison(statement: Statement) -> tuple[Functional, Relation] | None:
    """The mean that an inequality compares, on its left, and the same inequality with the integrand in its place."""
    relation = statement.formula
    if not isinstance(relation, Relation) or relation.op not in OPPOSITE:
        return None
    sides = (relation.lhs, relation.rhs, relation.op), (relation.rhs, relation.lhs, TURNED[relation.op])
    for side, other, op in sides:
        if not isinstance(side, Expr) or not isinstance(other, Expr) or side.op != "name":
            continue
        f = statement.functionals.get(side.args[0])
        if f is not None and f.kind == "E" and not _is_free(f.variable, statement, other):
            return f, Relation(op, f.body, other, relation.text)
    return None


def _is_free(variable: str | None, statement: Statement, other: Expr) -> bool:
    """Whether the name of a mean's variable is also a free name, on the other side or inside another number there."""
    others = [g.body for g in statement.functionals.values() if g.variable != variable]
    factors = [factor for factor, _, bound in statement.products.values() if bound != variable]
    return any(variable in ex.free_names(e) for e in (other, *others, *factors))


def premises(statement: Statement, f: Functional, relation: Relation) -> Iterator[list[Statement]]:
    """Lists of statements, each of which together imply the comparison."""
    assert f.variable is not None and isinstance(relation.lhs, Expr)
    rest = {key: value for key, value in statement.functionals.items() if value is not f}
    weak = replace(relation, op=relation.op[0] + "=")
    inner = [replace(statement, formula=weak, functionals=rest)]
    if relation.op in ("<", ">"):
        event: Formula = Relation(">", ex.name(f.variable), ex.ONE, f"{f.variable} > 1")
        where = event if statement.where is None else Connective("and", (statement.where, event))
        inner.append(replace(statement, formula=relation, functionals=rest, where=where))
    op = OPPOSITE[relation.op]
    for size in BOUNDS:
        bound = Relation(op, relation.lhs, ex.rational(-size if op == ">=" else size), f"{f.text} exists")
        yield [replace(statement, formula=bound, functionals=rest), *inner]


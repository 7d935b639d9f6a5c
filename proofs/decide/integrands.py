"""Means with parameters and without a closed form, compared through what they are means of.

E(e) <= c where e <= c for every z, and E(e) < c where besides e < c for all z > 1, an event of positive probability.
A bound on the other side makes the mean exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..budget import Undecided
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.pieces import Resolver, UnknownSign
from ..language.syntax import Connective, Formula, Functional, Relation, Statement
from ..normal_forms.signs import Undefined

OPPOSITE = {"<": ">=", "<=": ">=", ">": "<=", ">=": "<="}
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
BOUNDS = (0, 1)
"""Sizes of the other bound that are tried, with its sign."""


def comparison(statement: Statement) -> tuple[Functional, Relation] | None:
    """The mean that an inequality compares, on its left, and the same inequality with the integrand in its place.

    The integrand is a function of a name that stands nowhere else: the mean's own may be a free name, or that of
    another mean, a number or a product. None for an integrand that is not proved to be defined everywhere.
    """
    for f, other, op in means(statement):
        if f.variable is not None and _is_defined(f.body):
            body = calculus.substitute(f.body, {f.variable: ex.name(_own(f))})
            return f, Relation(op, body, other, statement.text)
    return None


def sides(statement: Statement) -> Iterator[tuple[Expr, Expr, str]]:
    """An inequality read in both directions: a side, the other one and the relation between them; of another statement
    nothing."""
    match statement.formula:
        case Relation(op=op, lhs=Expr() as lhs, rhs=Expr() as rhs) if op in OPPOSITE:
            yield from ((lhs, rhs, op), (rhs, lhs, TURNED[op]))
        case _:
            return


def means(statement: Statement, kinds: tuple[str, ...] = ("E",)) -> Iterator[tuple[Functional, Expr, str]]:
    """The sides of an inequality that are means of these kinds, each with the other side and the relation."""
    for side, other, op in sides(statement):
        f = statement.functionals.get(side.args[0]) if side.op == "name" else None
        if f is not None and f.kind in kinds:
            yield f, other, op


def premises(statement: Statement, f: Functional, relation: Relation) -> Iterator[list[Statement]]:
    """Lists of statements, each of which together imply the comparison."""
    assert isinstance(relation.lhs, Expr)
    rest = {key: value for key, value in statement.functionals.items() if value is not f}
    weak = replace(relation, op=relation.op[0] + "=")
    inner = [replace(statement, formula=weak, functionals=rest)]
    if relation.op in ("<", ">"):
        event: Formula = Relation(">", ex.name(_own(f)), ex.ONE, f"{f.variable} > 1")
        where = event if statement.where is None else Connective("and", (statement.where, event))
        inner.append(replace(statement, formula=relation, functionals=rest, where=where))
    op = OPPOSITE[relation.op]
    for size in BOUNDS:
        bound = Relation(op, relation.lhs, ex.rational(-size if op == ">=" else size), f"{f.text} exists")
        yield [replace(statement, formula=bound, functionals=rest), *inner]


def _own(f: Functional) -> str:
    """A name for the mean's variable that no statement can hold."""
    return f"{f.variable}#"


def _is_defined(e: Expr) -> bool:
    """Whether an expression is proved to have a value at all points: where a term has none, there is no mean."""
    if e.total:
        return True
    try:
        return Resolver({}).visit(e).total
    except (UnknownSign, Undefined, Undecided):
        return False

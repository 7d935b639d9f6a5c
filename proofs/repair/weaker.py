"""Statements that an undecided one implies: candidates to be proved, and what its reader may try."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..cases.answers import Answer
from ..decide.integrands import TURNED
from ..language.syntax import Functional, Predicate, Relation, SetFunctional, Statement, conjuncts, relations
from ..vectors.reader import VectorStatement
from .trees import parse, unparsed
from .wording import Candidate, Refuted, both, source

NEAR = 10
"""The size up to which names are looked at."""
COMPONENTS = (2, 3)
"""Numbers of components that are tried of a statement about vectors of any number."""
ANYWHERE = {"E", "E2", "limit", "integral", "odd", "even"}
"""Words that take no condition on their variable."""
_OVER_A_VARIABLE = (SetFunctional, Predicate, Functional)


def candidates(statement: Statement | VectorStatement) -> Iterator[Candidate]:
    """Each part, the same on a part of the domain, each side of an equation or an absolute value."""
    where = statement.where_text
    parts = [source(part) for part in conjuncts(statement.formula)]
    if len(parts) > 1:
        yield from ((part, where) for part in parts)
    if isinstance(statement, VectorStatement):
        yield from ((statement.text, both(where, f"n == {n}")) for n in COMPONENTS if statement.dimension is None)
    elif names := ranging(statement):
        nearby = [f"abs({name}) <= {NEAR}" for name in names]
        away = [f"abs({name}) >= 1/{NEAR}" for name in names]
        rest = [[*nearby, *away], away]  # a condition may already say that they are not far out
        for part in (nearby, *(rest if where is None else rest[::-1])):
            yield statement.text, both(where, " and ".join(part))
    if isinstance(statement.formula, Relation):
        yield from ((text, where) for text in _sides(statement.formula))


def _sides(r: Relation) -> Iterator[str]:
    """The two inequalities of an equation, and of a bound on an absolute value."""
    if r.op == "==":
        yield from (f"{r.left_text} {op} {r.right_text}" for op in ("<=", ">=") if r.left_text)
    for size, op, bound in ((r.left_text, r.op, r.right_text), (r.right_text, TURNED.get(r.op, r.op), r.left_text)):
        match parse(size) if size and op in ("<", "<=") else None:
            case ast.Call(func=ast.Name(id="abs"), args=[inside]):
                yield f"{unparsed(inside)} {op} {bound}"
                yield f"-({unparsed(inside)}) {op} {bound}"
            case _:
                pass


def ranging(statement: Statement) -> list[str]:
    """The names that a condition may confine: free ones, and those over which properties and numbers range."""
    names = set(Refuted(statement, Answer(False)).names)
    leaves = relations(statement.formula)
    sides = [side for leaf in leaves for side in ((leaf.lhs, leaf.rhs) if isinstance(leaf, Relation) else (leaf,))]
    ranged = [side for side in (*sides, *statement.functionals.values()) if isinstance(side, _OVER_A_VARIABLE)]
    names |= {each.variable for each in ranged if each.variable and each.kind not in ANYWHERE}
    return sorted(names - statement.products.keys())


def advice(statement: Statement | VectorStatement, proved: Candidate | None) -> str | None:
    """Questions that may be decided instead, in a line; None where nothing comes to mind."""
    narrowed = proved is not None and proved[1] != statement.where_text
    if isinstance(statement, VectorStatement):
        return None if statement.dimension or narrowed else 'a number of components, such as --where "n == 2"'
    names = ranging(statement)
    condition = " and ".join(f"1 <= {name} <= 2" for name in names)
    part = f'a part of the domain, such as --where "{condition}"'
    part = "a smaller part of the domain" if statement.where_text else part
    ways = [part] if names and not narrowed else []
    ways += [f"a number in place of {' or '.join(names)}"] if len(names) > 1 else []
    if any(isinstance(leaf, Relation) and leaf.op == "==" for leaf in relations(statement.formula)):
        ways.append("one side alone: <= or >= in place of ==")
    return "; ".join(ways) or None

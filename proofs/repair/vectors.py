"""How a refuted statement about vectors can be repaired: candidates, nearest first, to be proved by their reader."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..expressions.expr import Expr
from ..language.syntax import Connective, Formula, Relation
from ..vectors.reader import VectorStatement
from ..verdicts import Counterexample
from .constants import with_simple_constants
from .trees import parse, substituted, unparsed
from .wording import Candidate, both, sides, source

SIMPLE_VALUES = (0, 1)
FACTORS = (2, 4, 10)
EIGENVALUES = ("-1/2", "-1")


def candidates(statement: VectorStatement, blame: Counterexample | None) -> Iterator[Candidate]:
    """Simple constants, a weaker relation, another number of components or value; at last the counterexample."""
    formula, where = statement.formula, statement.where_text
    if (near := with_simple_constants(statement.text, parameters=True)) is not None:
        yield near, where
    if isinstance(formula, Connective) and formula.op == "and":
        for i in range(len(formula.parts)):
            yield " and ".join(source(part) for k, part in enumerate(formula.parts) if k != i), where
    if isinstance(formula, Relation) and formula.left_text:
        yield from _for_relation(formula, statement, blame)
    if (matrix := _semidefinite(formula)) is not None:
        for least in EIGENVALUES:
            yield f"smallest_eigenvalue({matrix}) >= {least}", where
        yield f"symmetric({matrix})", where
    yield from _at_the_counterexample(statement, blame)


def _for_relation(r: Relation, statement: VectorStatement, blame: Counterexample | None) -> Iterator[Candidate]:
    (left, right), where = sides(r), statement.where_text
    if r.op in ("<", ">"):
        yield r.text, both(where, "n >= 2")
        yield f"{left} {r.op}= {right}", where
    for name in statement.scalars:
        for value in (1, 0):
            yield r.text, both(where, f"{name} == {value}")
    bound = r.rhs.value if isinstance(r.rhs, Expr) else None
    if r.op == "==" and bound is not None:
        for value in SIMPLE_VALUES:
            yield f"{left} == {value}", where
    elif bound is not None:
        if blame is not None:  # the value there may be the extreme one
            yield f"{left} {r.op[0]}= {blame.lhs.partition(' = ')[0]}", where
        for factor in FACTORS:
            yield f"{left} {r.op} {bound * factor}", where
    for op in ("<", ">", "<=", ">="):
        if op[0] != r.op[0]:
            yield f"{left} {op} {right}", where


def _semidefinite(formula: Formula) -> str | None:
    """The matrix of positive_semidefinite(M)."""
    match parse(source(formula)):
        case ast.Call(func=ast.Name(id="positive_semidefinite"), args=[matrix]):
            return unparsed(matrix)
        case _:
            return None


def _at_the_counterexample(statement: VectorStatement, blame: Counterexample | None) -> Iterator[Candidate]:
    """The opposite, with the vectors written out."""
    at = {} if blame is None else blame.at
    values = {name: parse(f"[{x[1:-1]}]" if x.startswith("(") else x) for name, x in at.items()}
    yield f"not ({unparsed(substituted(parse(source(statement.formula)), values))})", None

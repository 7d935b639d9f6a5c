"""A statement about vectors at a fixed number of components, and the search for a vector at which it fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from math import prod
from typing import TypeAlias

from flint import fmpq

from ..budget import Undecided, budget
from ..cases import points
from ..decide.explanations import shown_side
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.pieces import Undefined
from ..language.syntax import Connective, Formula, Relation, Statement, relations
from ..reals.reals import compare, exact
from ..verdicts import Counterexample
from .algebra import is_vector
from .reader import VectorStatement
from .words import EntryRelation

POINT_STEPS = 3_000
MAX_POINTS = 200
"""Points tried for each number of components."""
MAX_SIZE = 20_000
"""Nodes of one side of a relation, written out."""
MAX_COMBINATIONS = 20_000
"""Points among which the simplest are tried."""
Vector: TypeAlias = "tuple[int | fmpq, ...]"

SAMPLES: Mapping[int, tuple[Vector, ...]] = {
    1: ((0,), (1,), (-1,), (2,), (fmpq(1, 2),)),
    2: ((0, 0), (0, 1), (1, -1), (2, 1), (-8, 8), (1, 1), (0, fmpq(1, 4))),
    3: ((0, 0, 0), (0, 1, 2), (1, 0, 0), (3, 0, -2), (-1, 0, 1), (0, 0, 10)),
    4: ((0, 0, 0, 0), (1, 0, 0, 0), (3, 1, 0, -2)),
    10: ((0,) * 10, (1,) + (0,) * 9),
}
"""Vectors tried in search of a counterexample, by their number of components."""


def at_dimension(statement: VectorStatement, n: int) -> Statement:
    """The statement for vectors of n components, as one about real numbers."""
    values = {v: [ex.name(f"{v}[{i}]") for i in range(n)] for v in statement.names}
    done: dict[str, Expr] = {}

    def written(formula: Formula) -> Formula:
        if isinstance(formula, Connective):
            return Connective(formula.op, tuple(map(written, formula.parts)))
        assert isinstance(formula, Relation)
        parts = []
        for i, k in _indices(formula, n):
            sides = [statement.vectors.expand(real(s), n, values, i, k, done) for s in (formula.lhs, formula.rhs)]
            if max(side.size for side in sides) > MAX_SIZE:
                raise Undecided(f"the statement for {n} components is too large to write out")
            parts.append(replace(formula, lhs=sides[0], rhs=sides[1]))
        return parts[0] if len(parts) == 1 else Connective("and", tuple(parts))

    where = None if statement.where is None else written(statement.where)
    return Statement(statement.text, written(statement.formula), {}, where, statement.where_text)


def _indices(r: Relation, n: int) -> list[tuple[int, int]]:
    """The components, or entries, for which a relation is to hold."""
    if isinstance(r, EntryRelation):
        return [(i, k) for i in range(n) for k in range(n) if i != k]
    if is_vector(real(r.lhs)) or is_vector(real(r.rhs)):
        return [(i, i) for i in range(n)]
    return [(0, 0)]


def sides_of(formula: Formula) -> list[Expr]:
    return [real(s) for leaf in relations(formula) if isinstance(leaf, Relation) for s in (leaf.lhs, leaf.rhs)]


def real(side: object) -> Expr:
    assert isinstance(side, Expr)
    return side


class Search:
    """The statement at a few vectors: a counterexample if one fails, and whether any point was in the domain."""

    def __init__(self, statement: VectorStatement) -> None:
        self.statement = statement
        self.met = False
        self.counterexample: Counterexample | None = None
        for n in SAMPLES:
            try:
                self._at(n)
            except (Undecided, IndexError):
                continue
            if self.counterexample is not None:
                return

    def _at(self, n: int) -> None:
        if n == 1 and any(isinstance(leaf, EntryRelation) for leaf in relations(self.statement.formula)):
            return  # there are no two different indices
        fixed = at_dimension(self.statement, n)
        tree = points.translate(fixed.formula, atom)
        where = tree_of(fixed.where)
        for vectors, scalars in islice(self._points(n), MAX_POINTS):
            point = {f"{v}[{i}]": fmpq(x) for v, values in vectors.items() for i, x in enumerate(values)} | scalars
            try:
                with budget(POINT_STEPS):
                    if not points.evaluate(where, point):
                        continue
                    holds = points.evaluate(tree, point)
            except (Undecided, Undefined):
                continue
            self.met = True
            if not holds:
                self.counterexample = self._blame(fixed.formula, point, n, vectors, scalars)
                return
            if not (vectors or scalars):
                return

    def _points(self, n: int) -> Iterator[tuple[dict[str, Vector], dict[str, fmpq]]]:
        """Combinations of sample vectors and numbers, the simplest first."""
        s = self.statement
        numbers = [fmpq(x) for x in (1, 2, 0, -1, fmpq(1, 2), -2, 3, fmpq(1, 100), 10)]
        choices: Sequence[Sequence[object]] = [SAMPLES[n]] * len(s.names) + [numbers] * len(s.scalars)
        while prod(map(len, choices)) > MAX_COMBINATIONS:
            longest = max(map(len, choices))
            choices = [c[:-1] if len(c) == longest else c for c in choices]
        for choice in sorted(product(*(range(len(c)) for c in choices)), key=sum):
            chosen = [values[i] for values, i in zip(choices, choice, strict=True)]
            yield (
                dict(zip(s.names, chosen, strict=False)),  # type: ignore[arg-type]
                dict(zip(s.scalars, chosen[len(s.names) :], strict=True)),  # type: ignore[arg-type]
            )

    def _blame(
        self, formula: Formula, point: Mapping[str, fmpq], n: int,
        vectors: Mapping[str, Vector], scalars: Mapping[str, fmpq],
    ) -> Counterexample:  # fmt: skip
        at = {"n": str(n)} | {v: f"({', '.join(map(str, values))})" for v, values in vectors.items()}
        at |= {name: str(x) for name, x in scalars.items()}
        numbers = {name: exact(x) for name, x in point.items()}
        for leaf in relations(formula):
            assert isinstance(leaf, Relation)
            sides = [points.value(real(side), numbers) for side in (leaf.lhs, leaf.rhs)]
            if not ex.holds(leaf.op, compare(*sides)):
                return Counterexample(at, shown_side(sides[0], sides[1]), shown_side(sides[1], sides[0]))
        return Counterexample(at, "false", "true")


def atom(leaf: object) -> points.Atom:
    assert isinstance(leaf, Relation)
    return real(leaf.lhs) - real(leaf.rhs), leaf.op


def tree_of(where: Formula | None) -> points.Tree:
    return True if where is None else points.translate(where, atom)

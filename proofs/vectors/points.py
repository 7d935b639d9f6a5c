"""A statement about vectors at a fixed number of components, and the search for a vector at which it fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice, product
from math import prod
from typing import TypeAlias

from flint import fmpq

from ..budget import Undecided, budget
from ..cases import points
from ..cases.answers import Answer, Point
from ..decide.explanations import shown_side
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..language.syntax import TRUE, Connective, Formula, Leaf, Relation, Statement, fold, relations
from ..normal_forms.signs import Undefined
from ..reals.reals import compare, exact
from ..verdicts import Counterexample, Evidence
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
Vector: TypeAlias = "tuple[fmpq, ...]"


def _vectors(*samples: tuple[int | fmpq, ...]) -> tuple[Vector, ...]:
    return tuple(tuple(map(fmpq, sample)) for sample in samples)


SAMPLES: Mapping[int, tuple[Vector, ...]] = {
    1: _vectors((0,), (1,), (-1,), (2,), (fmpq(1, 2),)),
    2: _vectors((0, 0), (0, 1), (1, -1), (2, 1), (-8, 8), (1, 1), (0, fmpq(1, 4)), (fmpq(1, 8), fmpq(-1, 8))),
    3: _vectors((0, 0, 0), (0, 1, 2), (1, 0, 0), (3, 0, -2), (-1, 0, 1), (0, 0, 10), (1, 2, 0)),
    4: _vectors((0, 0, 0, 0), (1, 0, 0, 0), (3, 1, 0, -2)),
    10: _vectors((0,) * 10, (1,) + (0,) * 9),
}
"""Vectors tried in search of a counterexample, by their number of components."""
(NUMBERS,) = _vectors((1, 2, 0, -1, fmpq(1, 2), -2, 3, fmpq(1, 100), 10))
"""Numbers tried beside them."""


def at_dimension(statement: VectorStatement, n: int) -> Statement:
    """The statement for vectors of n components, as one about real numbers."""
    values = {v: [ex.name(f"{v}[{i}]") for i in range(n)] for v in statement.names}
    done: dict[str, Expr] = {}

    def components(leaf: Leaf) -> Formula:
        assert isinstance(leaf, Relation)
        parts: list[Formula] = []
        for i, k in _indices(leaf, n):
            sides = [statement.vectors.expand(real(s), n, values, i, k, done) for s in (leaf.lhs, leaf.rhs)]
            if max(side.size for side in sides) > MAX_SIZE:
                raise Undecided(f"the statement for {n} components is too large to write out")
            parts.append(replace(leaf, lhs=sides[0], rhs=sides[1]))
        return parts[0] if len(parts) == 1 else Connective("and", tuple(parts))

    where = None if statement.where is None else fold(statement.where, components, Connective)
    formula = fold(statement.formula, components, Connective)
    return Statement(statement.text, formula, {}, where, statement.where_text)


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


def failure(statement: VectorStatement) -> Answer | None:
    """The answer for a statement that fails at one of a few vectors. Raises Undecided where none is in the domain."""
    met = False
    for n in SAMPLES:
        if n == 1 and any(isinstance(leaf, EntryRelation) for leaf in relations(statement.formula)):
            continue  # there are no two different indices
        with suppress(Undecided, IndexError):
            fixed = at_dimension(statement, n)
            formula, where = to_zero(fixed.formula), to_zero(fixed.where)
            for vectors, scalars in islice(_points(statement, n), MAX_POINTS):
                point = {f"{v}[{i}]": x for v, values in vectors.items() for i, x in enumerate(values)} | scalars
                try:
                    with budget(POINT_STEPS):
                        if not points.evaluate(where, point):
                            continue
                        holds = points.evaluate(formula, point)
                except (Undecided, Undefined):
                    continue
                met = True
                if not holds:
                    return _failure(fixed.formula, point, {"n": fmpq(n)} | vectors | scalars)
                if not (vectors or scalars):
                    break
    if not met:
        raise Undecided("no vector was found that satisfies the condition with every term defined")
    return None


def _points(statement: VectorStatement, n: int) -> Iterator[tuple[dict[str, Vector], dict[str, fmpq]]]:
    """Combinations of sample vectors and numbers, the simplest first."""
    names, scalars = statement.names, statement.scalars
    vectors: list[Sequence[Vector]] = [SAMPLES[n]] * len(names)
    numbers: list[Sequence[fmpq]] = [NUMBERS] * len(scalars)
    while prod(map(len, (*vectors, *numbers))) > MAX_COMBINATIONS:
        longest = max(map(len, (*vectors, *numbers)))
        vectors = [values[:-1] if len(values) == longest else values for values in vectors]
        numbers = [values[:-1] if len(values) == longest else values for values in numbers]
    for choice in sorted(product(*(range(len(values)) for values in (*vectors, *numbers))), key=sum):
        yield (
            {name: values[i] for name, values, i in zip(names, vectors, choice, strict=False)},
            {name: values[i] for name, values, i in zip(scalars, numbers, choice[len(names) :], strict=True)},
        )


def _failure(formula: Formula, point: Mapping[str, fmpq], at: Point) -> Answer:
    """The answer for a formula that fails at a point; `at` names its vectors as a whole."""
    shown = {name: f"({', '.join(map(str, x))})" if isinstance(x, tuple) else str(x) for name, x in at.items()}
    numbers = {name: exact(x) for name, x in point.items()}
    notes = (f"tried vectors of {', '.join(map(str, SAMPLES))} components until one failed",)
    for leaf in relations(formula):
        assert isinstance(leaf, Relation)
        left, right = (points.value(real(side), numbers) for side in (leaf.lhs, leaf.rhs))
        if not ex.holds(leaf.op, compare(left, right)):
            blame = Counterexample(shown, shown_side(left, right), shown_side(right, left))
            return Answer(False, notes, blame, Evidence.EXACT, at, left)
    return Answer(False, notes, Counterexample(shown, "false", "true"), Evidence.EXACT, at)


def to_zero(formula: Formula | None) -> Formula:
    """The formula with every relation as one to 0."""
    return TRUE if formula is None else fold(formula, _relation_to_zero, Connective)


def _relation_to_zero(leaf: Leaf) -> Formula:
    assert isinstance(leaf, Relation)
    return points.to_zero(real(leaf.lhs) - real(leaf.rhs), leaf.op, leaf.text)

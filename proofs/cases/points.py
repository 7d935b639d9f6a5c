"""Questions in several free names, their truth at a point, and the search for a point at which they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import combinations, islice, product
from typing import TypeAlias

from flint import fmpq

from ..budget import Undecided, budget, exhausted, spend
from ..enclosures.balls import known_sign
from ..enclosures.jets import enclose
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.pieces import formula_at, value_at
from ..functions.sign_charts import Line, constant, merge, sample, sign_line
from ..language.syntax import Connective, Formula, Leaf
from ..normal_forms.signs import Undefined
from ..reals.reals import Real, exact, sign_of

Atom: TypeAlias = "bool | tuple[Expr, str]"
"""A truth already known, or (difference, relation to 0)."""
Tree: TypeAlias = "bool | tuple[Expr, str] | tuple[str, tuple[Tree, ...]]"

SAMPLES = (0, 1, -1, 2, -2, fmpq(1, 2), 3, fmpq(1, 4), 8, fmpq(-1, 2), -8, -3, 10, -10, fmpq(1, 100), 100)
"""Values tried for each name in search of a counterexample."""
MAX_SAMPLES = 5_000
FIRST_SAMPLES = 40
"""Points tried before anything is proved: many false statements fail at the first."""
LINE_VALUES = (1, 2, 0, -1)
"""Values of the other names while one name runs over the whole line."""
LINE_STEPS = 4_000


@dataclass(frozen=True)
class Question:
    """A formula and its condition over names, with regions that single names are confined to."""

    formula: Tree
    where: Tree
    names: tuple[str, ...]
    regions: Mapping[str, Line[bool]] = field(default_factory=dict)
    counts: frozenset[str] = frozenset()
    """Names that stand for whole numbers from 1. Proofs treat them as real, counterexamples must not."""


def translate(formula: Formula, atom: Callable[[Leaf], Atom]) -> Tree:
    """The formula with each leaf replaced by its atom."""
    if isinstance(formula, Connective):
        return (formula.op, tuple(translate(part, atom) for part in formula.parts))
    return atom(formula)


def show(point: Mapping[str, fmpq]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in point.items())


def atoms(tree: Tree) -> Iterator[tuple[Expr, str]]:
    if isinstance(tree, bool):
        return
    if isinstance(tree[0], Expr):
        yield tree  # type: ignore[misc]
    else:
        for part in tree[1]:
            yield from atoms(part)  # type: ignore[arg-type]


def value(e: Expr, at: Mapping[str, Real]) -> Real:
    """The value of an expression, derivatives included, at exact values of its names (a root for one name at most)."""
    inexact = [name for name, x in at.items() if x.exact is None]
    closed = calculus.substitute(e, {name: x.exact for name, x in at.items() if x.exact is not None})
    if inexact:
        return value_at(closed, inexact[0], at[inexact[0]])
    return value_at(closed, "x", exact(0))


def search(
    question: Question, edges: Mapping[str, tuple[fmpq, ...]], most: int | None = None
) -> dict[str, fmpq] | None:
    """The first point tried at which the condition holds and the formula fails, by exact evaluation.

    One failing part refutes a conjunction, so each part is searched over its own names first.

    `edges` are values worth trying for a name: the ends of where it may lie. `most` bounds the points tried.
    """
    formula = question.formula
    parts: list[Tree] = [formula]
    if not isinstance(formula, bool) and formula[0] == "and":
        parts = [*formula[1], formula]  # type: ignore[list-item]
    for part in parts:
        needed = {n for e, _ in (*atoms(part), *atoms(question.where)) for n in ex.free_names(e)}
        names = tuple(n for n in question.names if n in needed)
        rest = {n: fmpq(1) for n in question.names if n not in needed}
        for point in islice(points(names, edges), most):
            point |= rest
            try:
                if inside(question, point) and evaluate(question.where, point) and not evaluate(part, point):
                    if not evaluate(formula, point):
                        return {name: point[name] for name in question.names}
            except (Undefined, Undecided):
                if exhausted():
                    raise
    return None


def search_lines(question: Question) -> dict[str, fmpq] | None:
    """A counterexample on a line: all names but one at simple values, the last one anywhere."""
    if question.counts or question.regions:
        return None
    for free in question.names:
        others = tuple(n for n in question.names if n != free)
        for fixed in _grid(others, dict.fromkeys(others, LINE_VALUES)):
            values = {name: ex.rational(value) for name, value in fixed.items()}
            try:
                with budget(LINE_STEPS):
                    line = merge([_truth_on_line(t, values, free) for t in (question.where, question.formula)])
                    at = _first_failure(line)
            except (Undecided, Undefined):
                if exhausted():
                    raise
                continue
            if at is not None and not evaluate(question.formula, point := {**fixed, free: at}):
                return {name: point[name] for name in question.names}
    return None


def _truth_on_line(tree: Tree, values: Mapping[str, Expr], free: str) -> Line[bool | None]:
    if isinstance(tree, bool):
        return constant(tree)
    if isinstance(tree[0], Expr):
        spend()
        return sign_line(calculus.substitute(tree[0], values), free).map(
            lambda s, op=str(tree[1]): None if s is None else ex.holds(op, s)
        )
    parts = merge([_truth_on_line(part, values, free) for part in tree[1]])  # type: ignore[arg-type]
    return parts.map(lambda truths, op=tree[0]: None if None in truths else _connected(str(op), truths))


def _connected(op: str, truths: Sequence[bool]) -> bool:
    return not truths[0] if op == "not" else all(truths) if op == "and" else any(truths)


def _first_failure(line: Line[tuple[bool | None, bool | None]]) -> fmpq | None:
    """A rational point where the condition holds and the formula fails."""
    for i, (inside, truth) in enumerate(line.at):
        if inside is True and truth is False and line.marks[i].rational is not None:
            return line.marks[i].rational
    for i, (inside, truth) in enumerate(line.gaps):
        if inside is True and truth is False:
            return sample(*line.ends(i)).rational
    return None


def points(names: tuple[str, ...], edges: Mapping[str, tuple[fmpq, ...]] | None = None) -> Iterator[dict[str, fmpq]]:
    """Combinations of simple values, the simplest first; then those with the given values tried too."""
    yield from _grid(names, dict.fromkeys(names, SAMPLES))
    if edges and any(edges.get(name) for name in names):
        yield from _grid(names, {name: (*edges.get(name, ()), *SAMPLES) for name in names})


def _grid(names: tuple[str, ...], values: Mapping[str, Sequence[int | fmpq]]) -> Iterator[dict[str, fmpq]]:
    count = min(len(SAMPLES), *map(len, values.values())) if values else 0
    for choice in islice(_choices(count, len(names)), MAX_SAMPLES):
        yield {name: fmpq(values[name][i]) for name, i in zip(names, choice, strict=True)}


def _choices(count: int, length: int) -> Iterator[tuple[int, ...]]:
    """Tuples of numbers below a count, small ones first; for many names those with a few numbers above 0."""
    reduced = count
    while reduced > 2 and reduced**length > MAX_SAMPLES:
        reduced -= 1
    if reduced**length <= MAX_SAMPLES:
        yield from sorted(product(range(reduced), repeat=length), key=sum)
        return
    yield from ((i,) * length for i in range(count))
    for moved in range(1, length):
        for places in combinations(range(length), moved):
            yield tuple(int(i in places) for i in range(length))


def inside(question: Question, point: Mapping[str, fmpq]) -> bool:
    if any(point[name].q != 1 or point[name] < 1 for name in question.counts):
        return False
    for name, region in question.regions.items():
        marks = merge([region, sign_line(ex.name(name) - ex.rational(point[name]), name)])
        if not any(inside for inside, sign in (*marks.gaps, *marks.at) if sign == 0):
            return False
    return True


def sign_at(e: Expr, point: Mapping[str, fmpq]) -> int:
    """The sign at a point: of an enclosure where 0 is outside, else exactly. Raises Undefined or Undecided."""
    spend(1 + e.size // 25)
    with suppress(Undefined, Undecided):
        sign = known_sign(enclose(formula_at(e, point), point))
        if sign:
            return sign
    return sign_of(value(e, {name: exact(x) for name, x in point.items()}))


def evaluate(tree: Tree, point: Mapping[str, fmpq]) -> bool:
    """The truth at a point, by exact evaluation. Raises Undefined where a term has no value, or Undecided."""
    if isinstance(tree, bool):
        return tree
    if isinstance(tree[0], Expr):
        return ex.holds(str(tree[1]), sign_at(tree[0], point))
    values = [evaluate(part, point) for part in tree[1]]  # type: ignore[arg-type]
    if tree[0] == "not":
        return not values[0]
    return all(values) if tree[0] == "and" else any(values)

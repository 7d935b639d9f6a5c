"""Questions in several free names, their truth at a point, and the search for a point at which they fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, combinations, islice, product

from flint import fmpq

from ..budget import Undecided, budget, exhausted, spend
from ..enclosures.balls import known_sign
from ..enclosures.jets import enclose
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.pieces import formula_at, value_at
from ..functions.piecewise_polynomials import between_marks
from ..functions.sign_charts import sign_line
from ..functions.step_functions import Line, merge, sample
from ..language.syntax import Connective, Formula, Leaf, Relation, fold, relations, where_defined
from ..normal_forms.signs import Undefined
from ..reals.reals import Real, exact, sign_of

SAMPLES = (0, 1, -1, 2, -2, fmpq(1, 2), 3, fmpq(1, 4), 8, fmpq(-1, 2), -8, -3, 10, -10, fmpq(1, 100), 100)
"""Values tried for each name in search of a counterexample."""
MAX_SAMPLES = 5_000
FIRST_SAMPLES = 40
"""Points tried before anything is proved, and as many at ends of the condition: many false statements fail there."""
SAMPLE_STEPS = 2_000
MORE_STEPS, FEW_NAMES = 1_900, 10
"""Steps spent on further points before a statement is split into cases, which may be many, in three to ten names."""
FAR, FAR_STEPS = (0, 30, -30, 10**6, -(10**6), 10**12, -(10**12)), 3_000
"""Values of which some reveal what fails at extreme ratios only, and the steps spent on their combinations."""
MOST_BETWEEN = 16
"""Values between the marks of a piecewise polynomial that are tried."""
LINE_VALUES = (1, 2, 0, -1)
"""Values of the other names while one name runs over the whole line."""
VALUES_OF_THE_OTHER = (*LINE_VALUES, 3, -2, -3)
"""The same where there is one other name."""
LINE_STEPS = 4_000


@dataclass(frozen=True)
class Question:
    """A formula and its condition, of relations to 0 over names, with regions that single names are confined to."""

    formula: Formula
    where: Formula
    names: tuple[str, ...]
    regions: Mapping[str, Line[bool]] = field(default_factory=dict[str, Line[bool]])
    counts: frozenset[str] = frozenset()
    """Names that stand for whole numbers from 1. Proofs treat them as real, counterexamples must not."""


def to_zero(difference: Expr, op: str, text: str = "") -> Relation:
    """A relation to 0."""
    return Relation(op, difference, ex.ZERO, text)


def compared(leaf: Leaf) -> tuple[Expr, str]:
    """The left side of a relation to 0, and the relation."""
    assert isinstance(leaf, Relation) and isinstance(leaf.lhs, Expr) and leaf.rhs is ex.ZERO
    return leaf.lhs, leaf.op


def show(point: Mapping[str, fmpq]) -> str:
    """A point for readers."""
    return ", ".join(f"{name} = {value}" for name, value in point.items())


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
    parts = formula.parts if isinstance(formula, Connective) and formula.op == "and" else ()
    for part in (*parts, formula):
        leaves = map(compared, (*relations(part), *relations(question.where)))
        needed = {name for difference, _ in leaves for name in ex.free_names(difference)}
        names = tuple(n for n in question.names if n in needed)
        rest = {n: fmpq(1) for n in question.names if n not in needed}
        for point in _tried(names, edges, most):
            point |= rest
            try:
                if in_domain(question, point) and not evaluate(part, point) and not evaluate(formula, point):
                    return {name: point[name] for name in question.names}
            except (Undefined, Undecided):
                if exhausted():
                    raise
    return None


def search_far(question: Question) -> dict[str, fmpq] | None:
    """A counterexample among far points, or None."""
    with budget(FAR_STEPS):
        for point in _grid(question.names, dict.fromkeys(question.names, FAR)):
            try:
                if in_domain(question, point) and not evaluate(question.formula, point):
                    return point
            except (Undefined, Undecided):
                if exhausted():
                    break
    return None


def failing_sample(formula: Formula, where: Formula, variable: str) -> fmpq | None:
    """A counterexample among a few simple values of the only name: cheaper than a chart, and nicer to read."""
    differences = (compared(leaf)[0] for leaf in relations(formula))
    between = (x for e in differences if e.switching for x in between_marks(e, variable, MOST_BETWEEN))
    for value in chain(SAMPLES, (1000, -1000), between):
        point = {variable: fmpq(value)}
        try:
            with budget(SAMPLE_STEPS):
                if evaluate(where, point) and not evaluate(formula, point):
                    return point[variable]
        except (Undecided, Undefined):
            continue
    return None


def search_lines(question: Question) -> dict[str, fmpq] | None:
    """A counterexample on a line: all names but one at simple values, the last one anywhere."""
    if question.counts or question.regions:
        return None
    for free in question.names:
        others = tuple(n for n in question.names if n != free)
        values_tried = LINE_VALUES if len(others) > 1 else VALUES_OF_THE_OTHER
        for fixed in _grid(others, dict.fromkeys(others, values_tried)):
            values = {name: ex.rational(value) for name, value in fixed.items()}
            try:
                with budget(LINE_STEPS):
                    line = merge([_truth_on_line(part, values, free) for part in (question.where, question.formula)])
                    at = _first_failure(line)
            except (Undecided, Undefined):
                if exhausted():
                    raise
                continue
            if at is not None and not evaluate(question.formula, point := {**fixed, free: at}):
                return {name: point[name] for name in question.names}
    return None


def _truth_on_line(formula: Formula, values: Mapping[str, Expr], free: str) -> Line[bool | None]:
    def leaf_line(leaf: Leaf) -> Line[bool | None]:
        difference, op = compared(leaf)
        spend()
        return truth_of(sign_line(calculus.substitute(difference, values), free), op)

    return fold(formula, leaf_line, connected)


def truth_of(signs: Line[int | None], op: str) -> Line[bool | None]:
    """Where a relation to 0 holds, from the signs of its left side; None where that is undefined."""
    return signs.map(lambda sign: None if sign is None else ex.holds(op, sign))


def connected(op: str, lines: Sequence[Line[bool | None]]) -> Line[bool | None]:
    """Truths along a line, connected; None where one is undefined."""
    return merge(lines).map(partial(where_defined, op))


def _first_failure(line: Line[tuple[bool | None, bool | None]]) -> fmpq | None:
    """A rational point where the condition holds and the formula fails."""
    for i, (inside, truth) in enumerate(line.at):
        if inside is True and truth is False and line.marks[i].rational is not None:
            return line.marks[i].rational
    for i, (inside, truth) in enumerate(line.gaps):
        if inside is True and truth is False:
            return sample(*line.ends(i)).rational
    return None


def _tried(
    names: tuple[str, ...], edges: Mapping[str, tuple[fmpq, ...]], most: int | None
) -> Iterator[dict[str, fmpq]]:
    """Points to try: all of them, or as many simple ones and then as many with the edges."""
    if most is None:
        yield from points(names, edges)
        return
    yield from islice(points(names), most)
    if any(edges.get(name) for name in names):
        yield from islice(_with_edges(names, edges), most)


def points(names: tuple[str, ...], edges: Mapping[str, tuple[fmpq, ...]] | None = None) -> Iterator[dict[str, fmpq]]:
    """Combinations of simple values, the simplest first; then those with the given values tried too."""
    yield from _grid(names, dict.fromkeys(names, SAMPLES))
    if edges and any(edges.get(name) for name in names):
        yield from _with_edges(names, edges)


def _with_edges(names: tuple[str, ...], edges: Mapping[str, tuple[fmpq, ...]]) -> Iterator[dict[str, fmpq]]:
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


def in_domain(question: Question, point: Mapping[str, fmpq]) -> bool:
    """Whether a point lies in the regions and satisfies the condition. Raises Undefined or Undecided."""
    if any(point[name].q != 1 or point[name] < 1 for name in question.counts):
        return False
    for name, region in question.regions.items():
        marks = merge([region, sign_line(ex.name(name) - ex.rational(point[name]), name)])
        if not any(inside for inside, sign in (*marks.gaps, *marks.at) if sign == 0):
            return False
    return evaluate(question.where, point)


def sign_at(e: Expr, point: Mapping[str, fmpq]) -> int:
    """The sign at a point: of an enclosure where 0 is outside, else exactly. Raises Undefined or Undecided."""
    spend()
    with suppress(Undefined, Undecided):
        formula = formula_at(e, point)
        spend(formula.size // 25)
        sign = known_sign(enclose(formula, point))
        if sign or (sign == 0 and formula.value is not None):
            return sign
    return sign_of(value(e, {name: exact(x) for name, x in point.items()}))


def evaluate(formula: Formula, point: Mapping[str, fmpq]) -> bool:
    """The truth at a point, by exact evaluation. Raises Undefined where a term has no value, or Undecided."""
    def holds(leaf: Leaf) -> bool | None:
        difference, op = compared(leaf)
        return ex.holds(op, sign_at(difference, point))

    truth = fold(formula, holds, where_defined)
    assert truth is not None  # what is not known was raised
    return truth

"""Statements about vectors, tried at a few vectors of one, two, three and five components."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from flint import fmpq

from ..catalogue.entries import known_functions
from ..catalogue.vector_entries import vector_activations
from ..enclosures.balls import precision
from ..language.signatures import signature
from ..language.source import syntax_tree
from ..vectors.reader import vector_names
from ..vectors.words import DEFAULT
from ..verdicts import Counterexample
from ..vocabulary.words import WORDS
from .as_written import FUNCTIONS, Writing, entry_named
from .components import VECTOR_WORDS, Components
from .interpretation import Interpretation
from .points import OFFSETS, SIMPLE, draws

SIZES, LARGE = (2, 3, 1, 5), 20
"""Numbers of components, and one at which only what has no matrix is tried, which grows with its square."""
POINTS, DRAWS = 12, 120
"""Points that the condition allows, for each number of components, and the most that are drawn to find them."""
BITS = 160
MATRIX_WORDS = {"J", "lipschitz", "convex", "concave"}

Point: TypeAlias = dict[str, "fmpq | tuple[fmpq, ...]"]


def contradiction(text: str, where: str | None, functions: Mapping[str, str] | None) -> Counterexample | None:
    """A vector that contradicts a statement, or None. Raises NotExamined or Exhausted."""
    tree = syntax_tree(text, "statement")
    condition = None if where is None else syntax_tree(where, "where")
    trees = [tree] if condition is None else [tree, condition]
    used = vector_names(trees, known_functions())
    vectors = sorted({*used, DEFAULT})
    literals = {len(node.elts) for each in trees for node in ast.walk(each) if isinstance(node, ast.List)}
    scalars = sorted(_free(trees, functions) - {*vectors})
    random = draws(text)
    sizes = SIZES if any(map(_is_costly, trees)) else (*SIZES, LARGE)
    for size in (literals or sizes) if len(literals) < 2 else ():
        components = Components(Writing(functions), vectors, scalars, size)
        try:
            statement = components.read(tree)
            meaning = Interpretation(None if condition is None else components.read(condition), (), careful=False)
        except IndexError:  # a vector of this size has no such component
            continue
        met = 0
        for point in _points(vectors, scalars, size, random):
            place = components.place(point)
            with precision(BITS):
                if not meaning.is_inside(place):
                    continue
                met += 1
                if meaning.quiet(statement, place) is False:
                    at = {name: _shown(x) for name, x in point.items() if name in {*(used or {DEFAULT}), *scalars}}
                    return Counterexample({"n": str(size), **at}, *meaning.sides(statement, place))
            if met == (POINTS if size != LARGE else 4) or not (vectors or scalars):
                break
    return None


def _is_costly(tree: ast.AST) -> bool:
    """Whether matrices, or functions as a whole, stand in a statement."""
    return any(isinstance(node, ast.Name) and node.id in MATRIX_WORDS for node in ast.walk(tree))


def _shown(value: fmpq | tuple[fmpq, ...]) -> str:
    return f"({', '.join(map(str, value))})" if isinstance(value, tuple) else str(value)


def _free(trees: list[ast.expr], functions: Mapping[str, str] | None) -> set[str]:
    own = {signature(text).name for text in functions or ()}
    words = WORDS.keys() | FUNCTIONS | own | {*vector_activations()} | VECTOR_WORDS | {"n"}
    names = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return {name for name in names - words if entry_named(name) is None}


def _points(vectors: list[str], scalars: list[str], size: int, random: Iterator[int]) -> Iterator[Point]:
    near = [*SIMPLE, fmpq(1, 3), fmpq(1, 8), fmpq(1, 100)]
    near += [*(-x for x in near if x), fmpq(10), fmpq(-30), fmpq(1000)]
    for k in range(DRAWS):
        point: Point = {}
        for name in vectors:
            match k if k < 4 else 4 + next(random) % 4:
                case 0:
                    parts = [fmpq(0)] * size
                case 1:
                    parts = [fmpq(i) for i in range(size)]
                case 2:
                    parts = [fmpq(1 - i, 2) for i in range(size)]
                case 3:
                    parts = [fmpq((-1) ** i * 8) for i in range(size)]
                case 4:
                    value = near[next(random) % len(near)]
                    parts = [value + OFFSETS[0] * i for i in range(size)]
                case 5:
                    parts = [near[next(random) % len(near)] for _ in range(size)]
                case _:
                    parts = [fmpq(next(random) % 401 - 200, 1 + next(random) % 60) for _ in range(size)]
            point[name] = tuple(parts)
        for i, name in enumerate(scalars):
            point[name] = near[(k + i) % len(near)] if k < 4 else near[next(random) % len(near)]
        yield point

"""Reading statements about vectors of n components: the statement language with sums, softmax and Jacobians.

`n` is the number of components. Arithmetic and functions of one real act component by component; a comparison of
vectors holds when it holds for each component. A vector written out (`[a, b]`) fixes n.

A vector is a name used as one: the argument of a vector function (`softmax(v)`, `sum(w)`, `max(v)`), or `v` and `w`
where an argument leaves open which of its names is meant (`softmax(v + c)`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from ..catalogue.entries import known_functions
from ..catalogue.vector_entries import vector_activations
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..language.reading import names_typed, require_named, with_functions
from ..language.signatures import names as function_names
from ..language.source import syntax_tree
from ..language.syntax import Connective, DefinedFunction, Formula, Relation, StatementError, relations
from ..language.tables import outside_tables
from ..vocabulary.words import WORDS as REAL_WORDS
from .algebra import Vectors, component, is_vector
from .words import DEFAULT, NUMBERS, VectorWords, is_vector_word


@dataclass(frozen=True)
class VectorStatement:
    """A statement about vectors, read."""

    text: str
    where_text: str | None
    formula: Formula
    where: Formula | None
    vectors: Vectors
    names: tuple[str, ...]
    """The vectors that are free."""
    scalars: tuple[str, ...]
    dimension: int | None
    """The number of components, where vectors written out fix it."""
    whole_space: tuple[Expr, ...] = ()
    """Functions that must be defined for every vector, because their derivatives are to tell everything."""


def parse_vector_statement(
    text: str, where: str | None = None, functions: Mapping[str, str] | None = None
) -> VectorStatement:
    """Read a statement about vectors. Raises StatementError with one line."""
    for name in sorted(function_names(functions)):
        if is_vector_word(name) or name in vector_activations():
            raise StatementError(f"function {name!r}: the name is taken in statements about vectors")
    callable_functions = with_functions(known_functions(), functions, REAL_WORDS)
    tree = syntax_tree(text, "statement")
    condition = None if where is None else syntax_tree(where, "where")
    names = vector_names([tree] if condition is None else [tree, condition], callable_functions)
    words = VectorWords()
    reader = words.reader(callable_functions, {name: component(name) for name in names})
    body = reader.formula(tree)
    domain = None if condition is None else reader.formula(condition)
    if domain and where is not None:
        about = _plain_names(body, words.vectors) | names_typed(tree, reader)
        require_named(where, _plain_names(domain, words.vectors), about | {"n"})
    if words.whole_space and domain and any(is_vector(side) for side in _sides(domain)):
        raise StatementError(f"where {where!r}: convexity and lipschitz are decided for all vectors")
    if words.whole_space and any(c.op != "and" for c in _connectives(body)):
        raise StatementError(f"{text!r}: convex, concave and lipschitz of vectors stand alone or are joined by and")
    if reader.held.functionals or reader.held.products:
        word = next(iter([*reader.held.functionals, *reader.held.products])).partition("#")[0]
        raise StatementError(f"{text!r}: {word} is not read beside vectors")
    used = sorted(_names(body, words.vectors) | (_names(domain, words.vectors) if domain else set()))
    sizes = {len(components) for components in words.vectors.literals.values()}
    last = max((a.index for a in words.vectors.aggregates.values() if a.kind == "at"), default=0)
    if sizes and last >= min(sizes):
        raise StatementError(f"{text!r}: the components are numbered from 0 to {min(sizes) - 1}")
    if len(sizes) > 1:
        raise StatementError(f"{text!r}: vectors written out, of {' and '.join(map(str, sorted(sizes)))} components")
    for components in words.vectors.literals.values():
        used += sorted(set[str]().union(*map(ex.free_names, components)) - set(used))
    free = tuple(name.removesuffix("[i]") for name in used if name.endswith("[i]"))
    return VectorStatement(
        text, where, body, domain, words.vectors, tuple(v for v in free if "#" not in v),
        tuple(name for name in used if "[" not in name and name != "n"),
        sizes.pop() if sizes else None, tuple(words.whole_space),
    )  # fmt: skip


def _connectives(formula: Formula) -> Iterator[Connective]:
    if isinstance(formula, Connective):
        yield formula
        for part in formula.parts:
            yield from _connectives(part)


def _names(formula: Formula, vectors: Vectors) -> set[str]:
    return {name.replace("[k]", "[i]") for side in _sides(formula) for name in vectors.names(side)}


def _plain_names(formula: Formula, vectors: Vectors) -> set[str]:
    """The names of vectors and numbers, also those inside vectors written out."""
    names = _names(formula, vectors)
    for literal in names & {f"{name}[i]" for name in vectors.literals} | names & vectors.literals.keys():
        names |= set[str]().union(*map(ex.free_names, vectors.literals[literal.removesuffix("[i]")]))
    return {name.partition("[")[0] for name in names if "#" not in name}


def _sides(formula: Formula) -> list[Expr]:
    sides = [side for leaf in relations(formula) if isinstance(leaf, Relation) for side in (leaf.lhs, leaf.rhs)]
    return [side for side in sides if isinstance(side, Expr)]


# --- which statements are about vectors, and which of their names are vectors


def is_about_vectors(text: str, where: str | None = None, functions: Mapping[str, str] | None = None) -> bool:
    """Whether a statement mentions a vector function, a vector word or a vector written out."""
    own = function_names(functions)
    for part in (text, where):
        with suppress(StatementError):
            nodes = outside_tables(syntax_tree(part, "statement")) if part is not None else ()
            if any(_marks_vectors(node, own) for node in nodes):
                return True
    return False


def _marks_vectors(node: ast.AST, own: set[str]) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name), args=args) if name not in own:
            return is_vector_word(name) or (name in ("max", "min") and len(args) == 1)
        case ast.Name(id=name) if name not in own:
            return name in vector_activations()
        case _:
            return isinstance(node, ast.List) or _is_component(node)


def _is_component(node: ast.AST) -> bool:
    """Whether syntax is that of one component or matrix entry, such as v[0]."""
    match node:
        case ast.Subscript(slice=ast.Constant(value=int()) | ast.Tuple()):
            return True
        case _:
            return False


def vector_names(trees: list[ast.expr], functions: Mapping[str, DefinedFunction]) -> set[str]:
    """The names that a statement uses as vectors."""
    arguments = [node for tree in trees for node in _vector_arguments(tree)]
    names = {node.id for node in arguments if isinstance(node, ast.Name) and _is_free(node.id, functions)}
    for argument in arguments:
        nodes = [*outside_tables(argument)]
        if any(isinstance(n, ast.List) for n in nodes):
            continue
        free = {n.id for n in nodes if isinstance(n, ast.Name) and _is_free(n.id, functions)}
        if not free & names and len(free) > 0:
            names |= free if len(free) == 1 else free & {"v", "w"}
    nodes = [node for tree in trees for node in outside_tables(tree)]
    written_out = any(isinstance(node, ast.List) for node in nodes)
    if not names and not written_out and any(isinstance(node, ast.Name) and node.id == DEFAULT for node in nodes):
        names = {DEFAULT}
    return names


def _vector_arguments(tree: ast.AST) -> Iterator[ast.expr]:
    """Where the statement needs a vector."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=args):
                if name in vector_activations() or name == "outer":
                    yield from args
                elif name in NUMBERS:
                    yield from NUMBERS[name].vectors(args)
            case ast.Subscript(value=value, slice=ast.Constant()):
                yield value
            case ast.Call(func=ast.Call(func=ast.Name(id="J")), args=args):
                yield from args
            case _:
                pass


def _is_free(name: str, functions: Mapping[str, DefinedFunction]) -> bool:
    taken = name == "n" or name in functions or name in REAL_WORDS
    return not (taken or is_vector_word(name) or name in vector_activations())

"""Which statements are about vectors, and which of their names are vectors.

A vector is a name used as one: the argument of a vector function (`softmax(v)`, `sum(w)`, `max(v)`), or `v` and `w`
where an argument leaves open which of its names is meant (`softmax(v + c)`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress

from ..catalogue.vector_entries import vector_activations
from ..language.reader import RESERVED, DefinedFunction
from ..language.signatures import names as function_names
from ..language.source import syntax_tree
from ..language.syntax import StatementError

SUMS = {"sum", "mean", "norm"}
MATRIX_WORDS = {"row_sums", "column_sums", "trace", "diag", "off_diagonal", "spectral_norm", "smallest_eigenvalue",
                "transpose"}  # fmt: skip
WORDS = SUMS | MATRIX_WORDS | {"dot", "J", "symmetric", "positive_semidefinite"}
"""The words that only statements about vectors use, next to the names of the vector activations."""
DEFAULT = "v"
"""The vector that a function's name stands for: `J(logsumexp) == softmax` is read in v."""


def is_about_vectors(text: str, where: str | None = None, functions: Mapping[str, str] | None = None) -> bool:
    """Whether a statement mentions a vector function, a vector word or a vector written out."""
    own = function_names(functions)
    for part in (text, where):
        with suppress(StatementError):
            if part is not None and any(_marks_vectors(node, own) for node in ast.walk(syntax_tree(part, "statement"))):
                return True
    return False


def _marks_vectors(node: ast.AST, own: set[str]) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name), args=args) if name not in own:
            return name in WORDS or (name in ("max", "min") and len(args) == 1)
        case ast.Name(id=name) if name not in own:
            return name in vector_activations()
        case ast.List():
            return True
    return False


def vector_names(trees: list[ast.expr], known: Mapping[str, DefinedFunction]) -> set[str]:
    """The names that a statement uses as vectors."""
    arguments = [node for tree in trees for node in _vector_arguments(tree)]
    found = {node.id for node in arguments if isinstance(node, ast.Name) and _is_free(node.id, known)}
    for argument in arguments:
        nodes = [*ast.walk(argument)]
        if any(isinstance(n, ast.List) for n in nodes):
            continue
        free = {n.id for n in nodes if isinstance(n, ast.Name) and _is_free(n.id, known)}
        if not free & found and len(free) > 0:
            found |= free if len(free) == 1 else free & {"v", "w"}
    nodes = [node for tree in trees for node in ast.walk(tree)]
    written_out = any(isinstance(node, ast.List) for node in nodes)
    if not found and not written_out and any(isinstance(node, ast.Name) and node.id == DEFAULT for node in nodes):
        found = {DEFAULT}
    return found


def _vector_arguments(tree: ast.AST) -> Iterator[ast.expr]:
    """Where the statement needs a vector."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=args):
                if name in vector_activations() or name in SUMS or (name in ("max", "min") and len(args) == 1):
                    yield from args
                elif name == "dot" and args:
                    yield args[-1]
                elif name == "J" and len(args) == 2:
                    yield args[1]
            case ast.Call(func=ast.Call(func=ast.Name(id="J")), args=args):
                yield from args


def _is_free(name: str, known: Mapping[str, DefinedFunction]) -> bool:
    return name not in known and name not in RESERVED | WORDS | {"n"} and name not in vector_activations()

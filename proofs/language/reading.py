"""Texts to statements, formulas and functions: what is read, in which names, with which vocabulary."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Mapping

from ..expressions import expr as ex
from ..expressions.expr import Expr
from .reader import Reader, Vocabulary, Words
from .signatures import signature
from .source import formula_tree, syntax_tree
from .syntax import DefinedFunction, Leaf, Relation, SetValue, Statement, StatementError, relations
from .tables import outside_tables


def read_statement(
    text: str, where: str | None, functions: Mapping[str, DefinedFunction], words: Words, *, part: bool = False
) -> Statement:
    """Read a statement that may call the known functions, with an optional domain. Raises StatementError.

    A condition names only what the statement names; where the text is a part of a statement, that was asked before.
    """
    try:
        return _read_statement(text, where, Reader(functions, Vocabulary(words)), part)
    except RecursionError:
        raise StatementError("the statement is nested too deeply once its functions are written out") from None


def _read_statement(text: str, where: str | None, reader: Reader, part: bool) -> Statement:
    tree = syntax_tree(text, "statement")
    formula = reader.formula(tree)
    held = reader.held
    condition = None
    if where is not None:
        about = held.names_of(formula) | names_typed(tree, reader)
        condition = reader.formula(syntax_tree(where, "where"))
        if not part:
            require_named(where, held.names_of(condition), about)
        if any(
            not isinstance(r, Relation) or isinstance(r.lhs, SetValue) or isinstance(r.rhs, SetValue)
            for r in relations(condition)
        ):
            raise StatementError(f"where {where!r}: expected relations between numbers, such as 'x > 0'")
        if any(_numbers_in(r) & held.functionals.keys() for r in relations(condition)):
            raise StatementError(
                f"where {where!r}: expected a condition on the free names, without sup, E or roundings"
            )
    return Statement(text, formula, held.functionals, condition, where, held.products, held.product_texts)


def _numbers_in(leaf: Leaf) -> frozenset[str]:
    """The free names and placeholders of a relation's sides."""
    sides = (leaf.lhs, leaf.rhs) if isinstance(leaf, Relation) else ()
    return frozenset[str]().union(*(ex.free_names(side) for side in sides if isinstance(side, Expr)))


def read_expression(text: str, functions: Mapping[str, DefinedFunction], words: Words) -> Expr:
    """Read one real expression, such as a catalogue formula. Raises StatementError."""
    reader = Reader(functions, Vocabulary(words))
    expr = reader.expression(formula_tree(text))
    if reader.held.functionals or reader.held.products:
        raise StatementError(f"formula {text!r}: sup, E, roundings and product are not allowed in a formula")
    return expr


def with_functions(
    functions: Mapping[str, DefinedFunction], definitions: Mapping[str, str] | None, words: Words
) -> dict[str, DefinedFunction]:
    """The functions and those a ledger defines (signature -> formula), each in terms of those before it."""
    result = dict(functions)
    for text, formula in (definitions or {}).items():
        function = _define(text, formula, result, words)
        result[function.name] = function
    return result


def _define(text: str, formula: str, functions: Mapping[str, DefinedFunction], words: Words) -> DefinedFunction:
    declared = signature(text)
    name, own = declared.name, {*declared.inputs, *declared.parameters}
    if name in words or (name in functions and not functions[name].redefinable):
        raise StatementError(f"function {name!r}: the name is taken")
    if taken := sorted(own & words.keys()):
        raise StatementError(f"function {name!r}: {taken[0]!r} is a word of the language, not an input or parameter")
    try:
        body = read_expression(formula, {n: f for n, f in functions.items() if n not in own}, words)
        defaults = {parameter: read_expression(value, {}, words) for parameter, value in declared.parameters.items()}
    except StatementError as error:
        raise StatementError(f"function {name!r}: {error}") from None
    if free := sorted(ex.free_names(body) - own):
        names = ", ".join([*declared.inputs, *declared.parameters])
        raise StatementError(
            f"function {name!r}: expected a formula in {names} alone, found {free[0]!r}; a parameter is declared "
            f'as in "{name}({names}, {free[0]}=1)"'
        )
    if open_ := [parameter for parameter, value in defaults.items() if ex.free_names(value)]:
        raise StatementError(f"function {name!r}: expected a number as the default of {open_[0]!r}")
    return DefinedFunction(name, declared.inputs, defaults, body)


def names_typed(tree: ast.expr, reader: Reader) -> set[str]:
    """The names that stand in a statement, whether or not anything depends on them: x in x - x == 0."""
    typed = {node.id for node in outside_tables(tree) if isinstance(node, ast.Name)}
    return {name for name in typed if name not in reader.functions and reader.vocabulary.get(name) is None}


def require_named(where: str, names: set[str], about: set[str]) -> None:
    """That a condition names only what the statement does: a mistyped name would restrict nothing."""
    for name in sorted(names - about):
        near = difflib.get_close_matches(name, sorted(about), 1)
        hint = f"did you mean {near[0]!r}?" if near else f"its names: {', '.join(sorted(about)) or 'none'}"
        raise StatementError(f"where {where!r}: the statement does not name {name!r}; {hint}")

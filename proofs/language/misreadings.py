"""Errors of what is nearly the language: what is not in it, and how it is written here."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from ..expressions.printing import to_text
from . import spelling
from .source import quoted, source_text
from .syntax import DefinedFunction, StatementError

_SYNTAX: dict[type[ast.AST], str] = {
    ast.Attribute: "a dot after a name", ast.Subscript: "an index", ast.ListComp: "a comprehension", ast.List: "a list",
    ast.Lambda: "lambda", ast.Tuple: "a tuple", ast.Compare: "a comparison inside a number",
    ast.BoolOp: "and, or inside a number",
}  # fmt: skip
"""Python's syntax that the language has not, in words."""


def foreign(node: ast.expr, part: ast.expr | None = None) -> StatementError:
    """The error of syntax that the language has not, of a node or a part of it, and how it is written, if known."""
    syntax = _SYNTAX.get(type(part or node), "this operator" if isinstance(node, ast.BinOp) else "this")
    said = spelling.hint(source_text(node)) or f"{syntax} is not in the statement language"
    if isinstance(dotted := part or node, ast.Attribute):
        said += f"; a name stands alone: {dotted.attr}"
    return StatementError(f"{quoted(node)}: {said}")


def example(f: DefinedFunction) -> str:
    """A call of a function with its parameters: elu(x, alpha=1)."""
    parameters = (f"{name}={to_text(value)}" for name, value in f.defaults.items())
    return f"{f.name}({', '.join([*f.inputs, *parameters])})"


def refuse_number(function: ast.expr, functions: Mapping[str, DefinedFunction]) -> None:
    """leaky_relu(0.2)(x) is not the function with this parameter, but the number leaky_relu(0.2), called."""
    match function:
        case ast.Call(func=ast.Name(id=name), args=[*_, ast.Constant()]) if name in functions:
            f = functions[name]
            named = f"; parameters have names: {example(f)}" if f.defaults else ""
            raise StatementError(f"{quoted(function)} is a number and no function{named}")
        case _:
            pass

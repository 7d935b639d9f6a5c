"""Statements as Python syntax trees whose nodes remember the text they were read from.

A repair exchanges nodes; what it leaves alone is printed as it was typed, digit by digit, and what it makes is printed
with the parentheses that the operations around it need.
"""

from __future__ import annotations

import ast

_SOURCE = "gradproof_repair_source"

_SYMBOLS: dict[type[ast.AST], str] = {
    ast.Add: " + ", ast.Sub: " - ", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.USub: "-", ast.UAdd: "+",
    ast.Not: "not ", ast.And: " and ", ast.Or: " or ", ast.Lt: " < ", ast.LtE: " <= ", ast.Gt: " > ", ast.GtE: " >= ",
    ast.Eq: " == ", ast.NotEq: " != ",
}  # fmt: skip
OR, AND, NOT, SUM, QUOTIENT, PRODUCT, POWER, ATOM = range(1, 9)
"""How tightly an operation binds; a quotient less than a product, for readers: (1/3)*x."""


def parse(text: str) -> ast.expr:
    """The tree of a part of a statement that was read before."""
    flat = " ".join(text.split())
    tree = ast.parse(flat, mode="eval").body
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.keyword):
            setattr(node, _SOURCE, flat[node.col_offset : node.end_col_offset])
    return tree


def unparsed(node: ast.expr, least: int = 0) -> str:
    """A node as text, in parentheses where it binds less tightly than asked for."""
    shown = getattr(node, _SOURCE, None) or _printed(node)
    return shown if _binding(node) >= least else f"({shown})"


def _binding(node: ast.expr) -> int:
    match node:
        case ast.IfExp():
            return 0
        case ast.BoolOp(op=op):
            return OR if isinstance(op, ast.Or) else AND
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return NOT
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            return SUM
        case ast.BinOp(op=ast.Div()):
            return QUOTIENT
        case ast.BinOp(op=ast.Mult()) | ast.UnaryOp():
            return PRODUCT
        case ast.BinOp():
            return POWER
        case _:
            return ATOM


def _printed(node: ast.expr) -> str:
    """A node that was made here, of parts that may have been read."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            tight = {SUM: (SUM, QUOTIENT), POWER: (ATOM, POWER)}.get(_binding(node), (PRODUCT, POWER))
            closed = ATOM if isinstance(right, ast.UnaryOp) else tight[1]
            return f"{unparsed(left, tight[0])}{_SYMBOLS[type(op)]}{unparsed(right, closed)}"
        case ast.UnaryOp(op=op, operand=operand):
            return _SYMBOLS[type(op)] + unparsed(operand, ATOM if isinstance(op, ast.Not) else POWER)
        case ast.BoolOp(op=op, values=values):
            return _SYMBOLS[type(op)].join(unparsed(value, _binding(node)) for value in values)
        case ast.Compare(left=left, ops=ops, comparators=others):
            links = [f"{_SYMBOLS[type(op)]}{unparsed(other, SUM)}" for op, other in zip(ops, others, strict=True)]
            return unparsed(left, SUM) + "".join(links)
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            return f"{unparsed(body, OR)} if {unparsed(test, OR)} else {unparsed(otherwise)}"
        case ast.Call(func=func, args=args, keywords=keywords):
            options = [f"{keyword.arg}={unparsed(keyword.value)}" for keyword in keywords]
            return f"{unparsed(func, ATOM)}({', '.join([*map(unparsed, args), *options])})"
        case ast.List(elts=parts) | ast.Set(elts=parts):
            inner = ", ".join(map(unparsed, parts))
            return f"[{inner}]" if isinstance(node, ast.List) else f"{{{inner}}}"
        case ast.Subscript(value=value, slice=index):
            return f"{unparsed(value, ATOM)}[{unparsed(index)}]"
        case _:
            return ast.unparse(node)


class Rewriter(ast.NodeTransformer):
    """A transformer after which a node with changed operands no longer stands for the text it was read from."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        before = [*ast.iter_child_nodes(node)]
        super().generic_visit(node)
        for old, new in zip(before, ast.iter_child_nodes(node), strict=True):
            if isinstance(new, ast.expr | ast.keyword) and (new is not old or not hasattr(new, _SOURCE)):
                vars(node).pop(_SOURCE, None)
        return node


class _Substitution(Rewriter):
    """Names replaced by trees."""

    def __init__(self, values: dict[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.values.get(node.id, node)


def substituted(tree: ast.expr, values: dict[str, ast.expr]) -> ast.expr:
    """A tree with names replaced."""
    return _Substitution(values).visit(tree)

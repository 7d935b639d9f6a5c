"""A statement with its constants replaced by simple ones nearby: 1 for 1 + 1e-15, 0 for 1e-16, 1/3 for 0.3333333.

A constant that misses a simple number by less than a millionth is often meant to be that number. A statement
proposed here is proved or dropped by its reader, :mod:`search`.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from fractions import Fraction

from ..language.syntax import StatementError

LARGEST_DENOMINATOR = 12
NEARBY = Fraction(1, 10**6)
"""Relative to the simple number, or absolute below 1."""


def with_simple_constants(text: str, *, parameters: bool) -> str | None:
    """The statement with simpler constants, those of keyword parameters only where asked; None if it has none."""
    flat = " ".join(text.split())
    simpler = _Writer(flat, parameters).write(ast.parse(flat, mode="eval").body)
    return simpler if simpler != flat else None


class _Writer:
    """Writes a tree as the text it was read from, but for the constants that change."""

    def __init__(self, text: str, parameters: bool) -> None:
        self.text = text
        self.parameters = parameters

    def write(self, node: ast.expr) -> str:
        """The node's text with simpler constants."""
        if (value := self._constant(node)) is not None:
            return self._source(node) if _simple(value) in (None, value) else str(_simple(value))
        match node:
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right) if self._vanishes(right):
                return self._instead(left)
            case ast.BinOp(left=left, op=ast.Mult() | ast.Div(), right=right) if self._becomes(right, 1):
                return self._instead(left)
            case ast.BinOp(left=left, op=ast.Mult(), right=right) if self._becomes(left, 1):
                return self._instead(right)
        return self._with_children(node)

    def _instead(self, node: ast.expr) -> str:
        """A child in the place of its parent, with its parentheses."""
        inner, (start, end) = self.write(node), self._extent(node)
        return self._closed(inner) if self.text[start - 1 : start] == "(" and self.text[end : end + 1] == ")" else inner

    def _closed(self, text: str) -> str:
        return text if text.isalnum() else f"({text})"

    def _with_children(self, node: ast.expr) -> str:
        """The text of the node with its children's texts put in place."""
        written, position = "", node.col_offset
        for child in sorted(self._children(node), key=lambda c: c.col_offset):
            inner, (start, end) = self.write(child), self._extent(child)
            if isinstance(node, ast.BinOp) and inner != self._source(child):
                if self.text[start - 1] == "(" and self.text[end : end + 1] == ")":
                    start, end, inner = start - 1, end + 1, self._closed(inner)
                elif "/" in inner and isinstance(node.op, ast.Mult | ast.Div | ast.Pow):
                    inner = self._closed(inner)
            written += self.text[position:start] + inner
            position = end
        return written + self.text[position : self._extent(node)[1]]

    def _children(self, node: ast.expr) -> list[ast.expr]:
        children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        if isinstance(node, ast.Call):
            children = [*node.args, *(k.value for k in node.keywords if self.parameters)]
        return children

    def _extent(self, node: ast.expr) -> tuple[int, int]:
        assert node.end_col_offset is not None
        return node.col_offset, node.end_col_offset

    def _source(self, node: ast.expr) -> str:
        return self.text[node.col_offset : node.end_col_offset]

    def _becomes(self, node: ast.expr, wanted: int) -> bool:
        value = self._constant(node)
        return value is not None and value != wanted and _simple(value) == wanted

    def _vanishes(self, node: ast.expr) -> bool:
        match node:
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self._vanishes(left) or self._vanishes(right)
            case ast.BinOp(left=left, op=ast.Div()):
                return self._vanishes(left)
            case _:
                return self._becomes(node, 0)

    def _constant(self, node: ast.expr) -> Fraction | None:
        """The value of a rational constant."""
        match node:
            case ast.Constant(value=int() | float()):
                with suppress(ValueError, StatementError):
                    return Fraction(self._source(node))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self._constant(operand)
                return None if value is None else -value
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op, right=right):
                a, b = self._constant(left), self._constant(right)
                if a is None or b is None:
                    return None
                match op:
                    case ast.Add():
                        return a + b
                    case ast.Sub():
                        return a - b
                    case ast.Mult():
                        return a * b
                    case _:
                        return a / b if b else None
        return None


def _simple(value: Fraction) -> Fraction | None:
    near = value.limit_denominator(LARGEST_DENOMINATOR)
    return near if abs(value - near) <= NEARBY * max(abs(near), 1) else None

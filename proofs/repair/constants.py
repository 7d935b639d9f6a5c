"""A statement with its constants replaced by simple ones nearby: 1 for 1 + 1e-15, 0 for 1e-16, 1/3 for 0.3333333.

A constant that misses a simple number by less than a millionth is often meant to be that number. A statement
proposed here is proved or dropped by its reader, :mod:`search`.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from fractions import Fraction

from .trees import Rewriter, parse, unparsed

LARGEST_DENOMINATOR = 12
NEARBY = Fraction(1, 10**6)
"""Relative to the simple number, or absolute below 1."""


def with_simple_constants(text: str, *, parameters: bool) -> str | None:
    """The statement with simpler constants, those of keyword parameters only where asked; None if it has none."""
    flat = " ".join(text.split())
    simpler = unparsed(_Simpler(parameters).visit(parse(flat)))
    return simpler if simpler != flat else None


class _Simpler(Rewriter):
    """Exchanges constants, and leaves out a term that vanishes and a factor 1."""

    def __init__(self, parameters: bool) -> None:
        self.parameters = parameters

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and (value := _constant(node)) is not None:
            return node if _simple(value) in (None, value) else parse(str(_simple(value)))
        match node:
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right) if _vanishes(right):
                return self.visit(left)
            case ast.BinOp(left=left, op=ast.Mult() | ast.Div(), right=right) if _becomes(right, 1):
                return self.visit(left)
            case ast.BinOp(left=left, op=ast.Mult(), right=right) if _becomes(left, 1):
                return self.visit(right)
            case ast.keyword() if not self.parameters:
                return node
            case _:
                return self.generic_visit(node)


def _becomes(node: ast.expr, simple: int) -> bool:
    value = _constant(node)
    return value is not None and value != simple and _simple(value) == simple


def _vanishes(node: ast.expr) -> bool:
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _vanishes(left) or _vanishes(right)
        case ast.BinOp(left=left, op=ast.Div()):
            return _vanishes(left)
        case _:
            return _becomes(node, 0)


def _constant(node: ast.expr) -> Fraction | None:
    """The value of a rational constant."""
    match node:
        case ast.Constant(value=int() | float()):
            with suppress(ValueError):
                return Fraction(unparsed(node))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = _constant(operand)
            return None if value is None else -value
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op, right=right):
            a, b = _constant(left), _constant(right)
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
        case _:
            pass
    return None


def _simple(value: Fraction) -> Fraction | None:
    near = value.limit_denominator(LARGEST_DENOMINATOR)
    return near if abs(value - near) <= NEARBY * max(abs(near), 1) else None

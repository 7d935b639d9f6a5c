"""Choices between expressions by a formula, and how deep expressions are nested."""

from __future__ import annotations

import ast
from functools import lru_cache

from ..expressions import expr as ex
from ..expressions.expr import Expr
from .source import quoted
from .syntax import Connective, Formula, Relation, StatementError


def choice(test: Formula, a: Expr, b: Expr, node: ast.expr) -> Expr:
    """The expression that is a where a formula holds, and b elsewhere. Raises StatementError."""
    match test:
        case Relation(op=op, lhs=Expr() as lhs, rhs=Expr() as rhs):
            return ex.switch("if", op, lhs - rhs, a, b)
        case Connective(op="and", parts=parts):
            for part in reversed(parts):
                a = choice(part, a, b, node)
            return a
        case Connective(op="or", parts=parts):
            for part in reversed(parts):
                b = choice(part, a, b, node)
            return b
        case Connective(op="not", parts=(part,)):
            return choice(part, b, a, node)
        case _:
            raise StatementError(f"{quoted(node)}: a condition compares numbers")


@lru_cache(maxsize=1 << 14)
def height(e: Expr) -> int:
    """How many functions stand inside one another."""
    inner = max((height(c) for c in ex.children(e)), default=0)
    return inner + (e.op in ex.FUNCTIONS or e.op in ex.SWITCHES)

"""Choices between expressions by a formula, and how deep expressions are nested."""

from __future__ import annotations

import ast
from functools import lru_cache

from ..expressions import expr as ex
from ..expressions.expr import Expr
from .source import quoted
from .syntax import Connective, Formula, Relation, StatementError, relations


def choice(test: Formula, a: Expr, b: Expr, node: ast.expr) -> Expr:
    """The expression that is a where a formula holds, and b elsewhere. Raises StatementError."""
    leaves = relations(test)
    if not all(isinstance(r, Relation) and isinstance(r.lhs, Expr) and isinstance(r.rhs, Expr) for r in leaves):
        raise StatementError(f"{quoted(node)}: a condition compares numbers")
    return switched(test, a, b)


def switched(test: Formula, a: Expr, b: Expr) -> Expr:
    """The expression that is a where a formula of relations between expressions holds, and b elsewhere."""
    match test:
        case Connective(op="and", parts=parts):
            for part in reversed(parts):
                a = switched(part, a, b)
            return a
        case Connective(op="or", parts=parts):
            for part in reversed(parts):
                b = switched(part, a, b)
            return b
        case Connective(parts=(part,)):
            return switched(part, b, a)
        case Relation(op=op, lhs=Expr() as lhs, rhs=Expr() as rhs):
            return ex.switch("if", op, lhs - rhs, a, b)
        case _:
            raise AssertionError(test)


@lru_cache(maxsize=1 << 14)
def height(e: Expr, counted: tuple[str, ...] = ex.FUNCTIONS) -> int:
    """How many of these operations stand inside one another."""
    return max((height(c, counted) for c in ex.children(e)), default=0) + (e.op in counted)

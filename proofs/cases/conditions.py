"""Conditions on names: relations to 0, connected by and and or, without what is certain."""

from __future__ import annotations

from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..language.syntax import FALSE, TRUE, Connective, Formula, Relation

OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def negation(condition: Formula) -> Formula:
    """The opposite, without a not."""
    match condition:
        case Relation(op=op, lhs=Expr() as lhs):
            return Relation(OPPOSITE[op], lhs, ex.ZERO, "")
        case Connective(op=op, parts=parts):
            return Connective("or" if op == "and" else "and", tuple(map(negation, parts)))
        case _:
            raise AssertionError(condition)


def all_of(conditions: list[Formula]) -> Formula:
    """The conjunction, without what is true."""
    rest = list(dict.fromkeys(c for c in conditions if c != TRUE))
    return FALSE if FALSE in rest else rest[0] if len(rest) == 1 else Connective("and", tuple(rest))


def any_of(conditions: list[Formula]) -> Formula:
    """The disjunction, without what is false."""
    rest = list(dict.fromkeys(c for c in conditions if c != FALSE))
    return TRUE if TRUE in rest else rest[0] if len(rest) == 1 else Connective("or", tuple(rest))

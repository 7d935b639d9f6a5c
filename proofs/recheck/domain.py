"""The statement of a certificate, on the domain that its condition leaves: the truth of formulas where signs are known.

A formula is a tree of relations between numbers, of sets and of properties. Numbers, sets and properties of whole
functions are for the re-checker, whose they are; a condition has none of them.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .definitions import NUMBERS, PROPERTIES, SETS, refusal
from .evaluation import closed
from .intervals import Unclear, Value, compare
from .reader import NO_NAMES, RELATIONS, Bad, Node, Reader, holds, replaced, text_of, tree
from .signs import FactSource, Gap, Mark, SignOf, Signs, Wrong


@dataclass(frozen=True)
class Part:
    """An interval of values, or one value; `at` is the mark where it is taken, `on` the gap of a constant piece.

    On a gap with a `direction` the function runs from one end to the other.
    """

    low: Value
    high: Value
    low_closed: bool = True
    high_closed: bool = True
    at: Mark | None = None
    on: Gap | None = None
    direction: int = 0

    @property
    def start(self) -> Value:
        return self.high if self.direction < 0 else self.low

    @property
    def end(self) -> Value:
        return self.low if self.direction < 0 else self.high

    @property
    def is_point(self) -> bool:
        return self.low is self.high

    def has(self, which: str) -> bool:
        """Whether there are values inside, at the low end, at the high end (one value is its own low end)."""
        if which == "inside":
            return not self.is_point
        return self.low_closed if which == "low" else self.high_closed and not self.is_point


def is_set(e: Any) -> bool:
    if isinstance(e, ast.Call) and isinstance(e.func, ast.Name):
        return e.func.id in SETS - {"reals"}
    return isinstance(e, ast.Set) or (isinstance(e, ast.Name) and e.id == "reals")


class Domain(Signs, ABC):
    """One certificate: its statement, its condition, and the numbers and signs that its facts give."""

    def __init__(self, certificate: dict[str, Any], source: FactSource) -> None:
        super().__init__(source, Reader(certificate["functions"], self.special))
        self.statement = tree(certificate["statement"])
        self.where = tree(certificate["where"]) if certificate["where"] is not None else None
        self.cache: dict[Any, Any] = {}
        self.sides: dict[Any, Node | str] = {}
        self.products: dict[str, list[Part]] = {}
        trees = [formula for formula in (self.statement, self.where) if formula is not None]
        if reason := refusal(certificate["functions"], trees):
            raise Wrong(reason)
        self.confined = self._condition(self.where) if self.where is not None else NO_NAMES
        """The names that the condition restricts."""
        self.reader.seen.clear()

    def _condition(self, where: Any) -> frozenset[str]:
        """The free names of the condition, which relates numbers in them and nothing else. Raises Bad."""
        words = {node.id for node in ast.walk(where) if isinstance(node, ast.Name)}
        if words & (NUMBERS | PROPERTIES | SETS | {"oo"}) or not (names := self.names(where)):
            raise Bad(f"not a condition on names: {where.text[:80]!r}")
        return names

    def truth_at(self, formula: Any, point: Mapping[str, Node]) -> bool | None:
        """Whether a formula holds at a point, None where a sign stays open. Raises Undefined where a term is."""

        def sign(key: str, e: Node) -> int | None:
            for name, value in point.items():
                e = replaced(e, name, value)
            return closed(e).sign()

        return self.truth(formula, sign, strict=True)

    def names(self, part: Any) -> frozenset[str]:
        """The free names of the relations between numbers in a formula."""
        match part:
            case ast.BoolOp(values=inner):
                return NO_NAMES.union(*map(self.names, inner))
            case ast.UnaryOp(operand=inner):
                return self.names(inner)
            case ast.Compare(left=left, comparators=rest) if not any(map(is_set, (left, *rest))):
                sides = [self.value(side) for side in (left, *rest)]
                return NO_NAMES.union(*(side.names for side in sides if isinstance(side, Node)))
            case _:
                return NO_NAMES

    def value(self, e: Any) -> Node | str:
        """A side of a relation: an expression or an infinity."""
        if e not in self.sides:
            self.sides[e] = self.reader.extended(e)
        return self.sides[e]

    def truth(self, e: Any, sign: SignOf, strict: bool = False) -> bool | None:
        """Whether a formula holds where the signs are taken; None where a term is undefined.

        Parts that no longer matter are not looked at, unless `strict` asks whether all terms are defined.
        """
        match e:
            case ast.BoolOp(op=op, values=values):
                decisive, truths = isinstance(op, ast.Or), set[bool | None]()
                for value in values:
                    truths.add(self.truth(value, sign, strict))
                    if decisive in truths and not strict:
                        return decisive
                if {None, decisive} <= truths:
                    raise Unclear("a condition that is only partly defined")
                return None if None in truths else decisive if decisive in truths else not decisive
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                truth = self.truth(operand, sign, strict)
                return None if truth is None else not truth
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                sides = [left, *comparators]
                links = [self.relation(a, RELATIONS.get(type(op), ""), b, sign, strict)
                         for a, op, b in zip(sides, ops, comparators, strict=False)]  # fmt: skip
                return None if None in links else all(links)
            case ast.Call(func=ast.Name(id=kind)):
                return self.property(kind, e)
            case _:
                raise Bad(f"not a statement: {text_of(e)[:80]!r}")

    def relation(self, a: Any, op: str, b: Any, sign: SignOf, strict: bool = False) -> bool | None:
        """Whether a relation between two numbers or sets holds where the signs are taken."""
        if is_set(a) or is_set(b):
            if op not in ("==", "!="):
                raise Bad(f"sets are compared with == and != only: {a.text[:40]!r}")
            return self.same_set(a, b) == (op == "==")
        left, right = self.value(a), self.value(b)
        if isinstance(left, str) or isinstance(right, str):
            values = [side if isinstance(side, str) else closed(side) for side in (left, right)]
            return holds(op, compare(*values))
        if left is right and not strict:
            return holds(op, 0)  # equal wherever it is defined, and elsewhere not in the domain
        order = sign(f"{a.text} - ({b.text})", left - right)
        return None if order is None else holds(op, order)

    @abstractmethod
    def special(self, e: Any) -> Node | str | None:
        """The value of a call that is neither elementary nor defined; None where it has none."""

    @abstractmethod
    def same_set(self, a: Any, b: Any) -> bool:
        """Whether two sets are equal."""

    @abstractmethod
    def property(self, kind: str, e: Any) -> bool:
        """Whether a function has a property."""

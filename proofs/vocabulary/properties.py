"""Properties: words for something true or false of a whole function, or of numbers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ..budget import Undecided
from ..cases.answers import Answer
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.landscape import Landscape, decided_landscape
from ..functions.step_functions import Line
from ..language.reader import Reader, Truth
from ..language.source import source_text
from ..language.syntax import Predicate, Relation
from ..reals.reals import Real


@dataclass(frozen=True)
class Question:
    """A property that a statement asks for, and where."""

    predicate: Predicate
    body: Expr
    """The property's function, with numbers filled in."""
    region: Line[bool] | None
    """Where the condition holds; None without one on the function's variable."""
    number: Callable[[object], Real]
    """A side without free names as a number."""

    @property
    def text(self) -> str:
        """The property as it is written."""
        return self.predicate.text

    @property
    def variable(self) -> str:
        """The one name that the function depends on. Raises Undecided where it depends on others."""
        variable = self.predicate.variable
        assert variable is not None
        if extra := ex.free_names(self.body) - {variable}:
            raise Undecided(f"{self.text} depends on {', '.join(sorted(extra))}")
        return variable

    def landscape(self) -> Landscape:
        """Rises, falls and extrema of the function where the condition holds. Raises Undecided."""
        return decided_landscape(self.body, self.variable, self.region)


Suggestion: TypeAlias = tuple[str, str | None]
"""A statement that may be true, and its condition."""


@dataclass(frozen=True)
class Refutation:
    """A property that is false, with the texts that statements near it are made of."""

    question: Question
    function: str
    """The function as it is written."""
    others: tuple[str, ...]
    """The other arguments as they are written."""
    where: str | None
    at: Mapping[str, str]
    """The counterexample, where it is a point."""
    filled: Callable[[Expr], Expr]
    """An expression with the numbers in it filled in."""
    inside: Callable[[Relation], Line[bool]]
    """Where a relation and the condition hold."""

    def instead(self, word: str) -> Suggestion:
        """Another property of the same function."""
        return f"{word}({self.function})", self.where


class Wording(Protocol):
    """Numbers, terms and conditions as text; the repairs have it."""

    def has_exact_form(self, x: Real) -> bool: ...
    def written(self, x: Real) -> str: ...
    def valued(self, text: str, value: Real) -> str: ...
    def operand(self, text: str) -> str: ...
    def difference(self, left: str, right: str) -> str: ...
    def at_point(self, function: str, variable: str, value: str) -> str: ...
    def between(self, variable: str, low: Real, high: Real) -> str | None: ...
    def condition(self, line: Line[bool], variable: str) -> str | None: ...
    def both(self, first: str | None, second: str | None) -> str | None: ...


def _no_repair(_refutation: Refutation, _say: Wording) -> Iterator[Suggestion]:
    """The general repairs alone."""
    return iter(())


@dataclass(frozen=True)
class Property(Truth):
    """A word for a property: how it is decided, and what may be true where it is false, nearest first."""

    decide: Callable[[Question], Answer]
    """Raises Undecided or Undefined."""
    repair: Callable[[Refutation, Wording], Iterator[Suggestion]] = _no_repair


def property_of_function(
    name: str,
    decide: Callable[[Question], Answer],
    repair: Callable[[Refutation, Wording], Iterator[Suggestion]] = _no_repair,
) -> Property:
    """A word for a property of one function."""

    def read(reader: Reader, node: ast.Call) -> Predicate:
        body = reader.argument(node, name)
        return Predicate(name, body, source_text(node), reader.variable(body, node))

    return Property(name, read, decide, repair)

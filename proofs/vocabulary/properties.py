"""Properties: words for something true or false of a whole function, or of numbers."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from ..budget import Undecided
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.landscape import Landscape, decided_landscape
from ..functions.sign_charts import Line
from ..language.reader import Reader, Truth
from ..language.source import source_text
from ..language.syntax import Predicate
from ..reals.reals import Real
from ..verdicts import Counterexample


@dataclass(frozen=True)
class Answer:
    """The truth of a property, with a counterexample where it is false."""

    truth: bool
    notes: tuple[str, ...] = ()
    counterexample: Counterexample | None = None


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


@dataclass(frozen=True)
class Property(Truth):
    """A word for a property, with how it is decided: the answer, or Undecided or Undefined is raised."""

    decide: Callable[[Question], Answer]


def property_of_function(name: str, decide: Callable[[Question], Answer]) -> Property:
    """A word for a property of one function."""

    def read(reader: Reader, node: ast.Call) -> Predicate:
        body = reader.argument(node, name)
        return Predicate(name, body, source_text(node), reader.variable(body, node))

    return Property(name, read, decide)

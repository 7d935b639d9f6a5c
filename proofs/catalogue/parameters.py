"""Parameters of activations: their defaults, their exact values, and what a formula needs of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import TypeAlias

from flint import fmpq

from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..language.reading import read_expression
from ..vocabulary.words import WORDS

ParameterValue: TypeAlias = "str | int | float | Fraction | fmpq | Expr"


@dataclass(frozen=True)
class Parameter:
    """A parameter: its default in the statement language (empty: it has none, and a value must be given), and the
    relation that the formula needs it to have."""

    name: str
    default: str
    constraint: str | None = None

    def exact(self, value: ParameterValue) -> Expr:
        """The exact value: of a float its own, of text that of the expression. Raises ValueError, TypeError."""
        if isinstance(value, Expr):
            return value
        if isinstance(value, str):
            number = read_expression(value, {}, WORDS)
            if free := sorted(ex.free_names(number)):
                raise ValueError(f"{self.name}={value!r}: expected a number, found the free name {free[0]!r}")
            return number
        if isinstance(value, float):
            if not isfinite(value):
                raise ValueError(f"{self.name}={value!r}: expected a finite number")
            value = Fraction(value)
        if isinstance(value, int | Fraction | fmpq):  # pyright: ignore[reportUnnecessaryIsInstance]  # users need no type checker
            return ex.rational(value)
        raise TypeError(f"{self.name}={value!r}: expected a number, or one as text")

    def violation(self, values: Mapping[str, Expr]) -> str | None:
        """The constraint and the value that breaks it, where that is decided exactly; free parameters pass."""
        if self.constraint is None:
            return None
        left, relation, right = self.constraint.split()
        difference = values[left] - (values[right] if right in values else ex.rational(Fraction(right)))
        if difference.value is None or ex.holds(relation, (difference.value > 0) - (difference.value < 0)):
            return None
        return f"expected {self.constraint}, got {self.name}={to_text(values[left])}"

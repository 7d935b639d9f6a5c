"""Text to statements and expressions in the catalogue's names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..language.reading import read_expression, read_statement, with_functions
from ..language.syntax import Statement
from ..vocabulary.words import WORDS
from .elementary import NAMED_FORMULAS
from .entries import Activation, UnknownActivation, activation, known_functions
from .parameters import Parameter


def parse_statement(
    text: str, where: str | None = None, functions: Mapping[str, str] | None = None, *, part: bool = False
) -> Statement:
    """Read a statement, with an optional domain and further functions of x. Raises StatementError with one line.

    With `part` the text is a part of a statement, and its condition may name more than it does.
    """
    return read_statement(text, where, with_functions(known_functions(), functions, WORDS), WORDS, part=part)


def parse_expression(text: str) -> Expr:
    """Read one real expression, such as a formula in x. Raises StatementError with one line."""
    return read_expression(text, known_functions(), WORDS)


def parse_number(text: str) -> Expr:
    """Read an expression that calls no activation, such as a parameter's value. Raises StatementError."""
    return read_expression(text, {}, WORDS)


def definition(function: str | Activation) -> Activation:
    """The activation of that name or alias, an elementary function by its usual name (`expm1`), or the function that
    a formula in x defines; other names in a formula are parameters without a default.

    Raises UnknownActivation for a name that is not known, StatementError for what is no formula.
    """
    if isinstance(function, Activation):
        return function
    if not isinstance(function, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # users need no type checker
        return activation(function)  # raises
    return _defined(function)


@lru_cache(maxsize=1024)
def _defined(function: str) -> Activation:
    try:
        return activation(function)
    except UnknownActivation:
        if function in NAMED_FORMULAS:
            return Activation(function, NAMED_FORMULAS[function], "", "an elementary function")
        if function.isidentifier() and function != "x":
            raise
    names = sorted(ex.free_names(parse_expression(function)) - {"x"})
    return Activation(function, function, "", "a formula", parameters=tuple(Parameter(name, "") for name in names))

"""Signatures of the functions that a ledger defines: `mine`, or `"mine(x, beta=1)"` with inputs and parameters.

Names without a default are inputs, in order; names with one are parameters, given by keyword when the function is
called, as for the functions of the catalogue. A bare name is a function of x.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .syntax import StatementError

MAX_LENGTH = 400
_NAME = r"[A-Za-z][A-Za-z0-9_]{0,60}"


@dataclass(frozen=True)
class Signature:
    """A function's name, its inputs in order, and the texts of its parameters' defaults."""

    name: str
    inputs: tuple[str, ...] = ("x",)
    defaults: Mapping[str, str] | None = None

    @property
    def parameters(self) -> Mapping[str, str]:
        """The parameters with their defaults."""
        return self.defaults or {}


def names(functions: Iterable[str] | None) -> set[str]:
    """The names that signatures define; what cannot be read counts as the name it is."""
    return {text.partition("(")[0].strip() for text in functions or ()}


def signature(text: str) -> Signature:
    """Read a signature. Raises StatementError with one line."""
    if re.fullmatch(_NAME, text):
        return Signature(text)
    shown = repr(text if len(text) <= 80 else text[:77] + "...")
    expected = f"function {shown}: expected a name, or a name with inputs and parameters, such as mine(x, beta=1)"
    if len(text) > MAX_LENGTH or not text.isascii() or "(" not in text:
        raise StatementError(expected)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise StatementError(expected) from None
    match tree:
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            inputs = tuple(a.id for a in args if isinstance(a, ast.Name))
            defaults = {k.arg: ast.get_source_segment(text.strip(), k.value) or "" for k in keywords if k.arg}
            every = [name, *inputs, *defaults]
            whole = len(inputs) == len(args) > 0 and len(defaults) == len(keywords)
            if whole and all(re.fullmatch(_NAME, each) for each in every) and len(set(every)) == len(every):
                return Signature(name, inputs, defaults)
        case _:
            pass
    raise StatementError(expected)

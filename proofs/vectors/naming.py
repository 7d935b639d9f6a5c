"""The names in expressions about vectors that stand for components, and for logarithms of positive numbers.

A vector's generic component is ``v[i]``; ``v[k]`` is that at the second index of a matrix entry.
"""

from __future__ import annotations

from ..expressions import expr as ex
from ..expressions.expr import Expr

_ROW, _COLUMN, _LOG = "[i]", "[k]", "log "


def row(vector: str) -> str:
    """The name of a vector's generic component."""
    return vector + _ROW


def column(vector: str) -> str:
    """The name of a vector's component at the second index."""
    return vector + _COLUMN


def at_column(row: str) -> str:
    """The name of the same vector's component at the second index."""
    return column(vector_of(row))


def vector_of(name: str) -> str:
    """The vector of which a name is a component."""
    return name.removesuffix(_ROW).removesuffix(_COLUMN)


def is_row(name: str) -> bool:
    """Whether a name is that of a generic component."""
    return name.endswith(_ROW)


def is_column(name: str) -> bool:
    """Whether a name is that of a component at the second index."""
    return name.endswith(_COLUMN)


def rows(e: Expr) -> list[str]:
    """The generic components in an expression."""
    return sorted(filter(is_row, ex.free_names(e)))


def without_index(text: str) -> str:
    """A text with vectors in the place of their generic components."""
    return text.replace(_ROW, "")


def log(name: str) -> str:
    """The name of the logarithm of a positive number."""
    return _LOG + name


def under_log(name: str) -> str | None:
    """The positive number of which a name is the logarithm."""
    return name.removeprefix(_LOG) if name.startswith(_LOG) else None

"""The columns of a table by their names: which one is x, and which hold values of which order."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_X = "x xs input inputs in arg argument z t point points"
_VALUES = (
    "value values y ys f f(x) y(x) fx expected expectedvalue expectedoutput output outputs out result results "
    "reference ref target desired activation activations",
    "dy df f' f'(x) y' y'(x) dydx dy/dx dfdx df/dx df(x) derivative derivatives deriv gradient gradients grad slope d1 "
    "prime fprime fprime(x) fderivative fgrad dvalue expectedderivative",
    "d2y d2f f'' f''(x) y'' d2y/dx2 d2ydx2 d2f/dx2 d2 secondderivative fsecondderivative ddy ddf",
)
X, ORDER, SIDE = frozenset(_X.split()), frozenset(("order", "derivativeorder")), frozenset(("side",))
VALUES = tuple(frozenset(names.split()) for names in _VALUES)
"""Names of the columns of values, of each order. Blanks, underscores and capitals make no difference, and an
activation's own name (`sigmoid(x)`, `sigmoid_prime`) stands for f."""


class ColumnError(ValueError):
    """Columns that are not understood; the message names them."""


@dataclass(frozen=True)
class Columns:
    """The places of the columns."""

    x: int
    values: tuple[tuple[int, int | None], ...]
    """(place, order) of each column of values; None: the order is in another column, or the one asked for."""
    count: int
    """All columns, those that are not read too."""
    order: int | None = None
    side: int | None = None


def named(names: Sequence[str], activation_names: Iterable[str]) -> Columns:
    """The columns with these names. Raises ColumnError."""
    plain = [_plain(name, activation_names) for name in names]
    x = _only([i for i, name in enumerate(plain) if name in X], names)
    values: list[tuple[int, int | None]] = []
    for order, known in enumerate(VALUES):
        place = _only([i for i, name in enumerate(plain) if name in known], names)
        if place is not None:
            values.append((place, order or None))
    if x is None or not values:
        raise ColumnError(_missing(names, "x" if x is None else "values"))
    order = next((i for i, name in enumerate(plain) if name in ORDER), None)
    side = next((i for i, name in enumerate(plain) if name in SIDE), None)
    return Columns(x, tuple(values), len(names), order, side)


def unnamed(count: int) -> Columns:
    """The columns of a table without a header. Raises ColumnError where they could mean several things."""
    if count != 2:
        raise ColumnError(
            f"{count} column{'s' * (count != 1)} and no header; expected x and value, "
            "or a header that names them (x, value, order; x, f, f')"
        )
    return Columns(0, ((1, None),), 2)


def _plain(name: str, activation_names: Iterable[str]) -> str:
    """A name without blanks, underscores, quotes and capitals; the activation's name is f."""
    text = name.strip().lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("\N{PRIME}", "'")
    for own in sorted(activation_names, key=len, reverse=True):
        text = re.sub(rf"(?<![a-z]){re.escape(own)}(?![a-z0-9])|(?<=\bd){re.escape(own)}\b", "f", text)
    return re.sub(r'[\s_"`*]', "", text)


def _only(places: Sequence[int], names: Sequence[str]) -> int | None:
    if len(places) > 1:
        listed = " and ".join(repr(names[i]) for i in places)
        raise ColumnError(f"columns {listed} mean the same; expected one of them")
    return places[0] if places else None


def _missing(names: Sequence[str], what: str) -> str:
    """Why a column was not found, with a name that is near."""
    values = VALUES[0] | VALUES[1] | VALUES[2]
    near = {name: difflib.get_close_matches(name, X if what == "x" else values, 1) for name in names[:20]}
    hints = [f"{name!r} as {match[0]!r}" for name, match in near.items() if match and name not in X | values]
    listed = ", ".join(repr(name[:40]) for name in names[:12])
    hint = f"; perhaps {hints[0]}" if hints else ""
    return f"no column of {what} among {listed}; expected x, value (or f', f''), and perhaps order{hint}"

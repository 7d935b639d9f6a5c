"""Integrals over bounded intervals: exact where an antiderivative is found, else enclosed.

An interval is carried to [0, 1]. Pieces are integrated one by one; that an antiderivative is one is proved by its
derivative, and that it is continuous from one end to the other by where it is defined: then the fundamental theorem
says what the integral is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flint import arb

from ..budget import Undecided
from ..enclosures.balls import precision
from ..enclosures.jets import program, series
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.pieces import Piece, split, value_at
from ..normal_forms import normal_form
from ..normal_forms.antiderivatives import antiderivative, primitives_of_derivatives
from ..normal_forms.signs import Undefined
from ..reals.reals import Real, exact
from .taylor_integral import MAX_BITS, taylor_integral


def integral(e: Expr, variable: str) -> Real:
    """The integral from 0 to 1 of a piecewise smooth function. Raises Undefined or Undecided."""
    pieces = split(e, variable, exact(0), exact(1)).pieces
    if any(piece.expr is None for piece in pieces):
        raise Undefined("the integral of what has no value on a part of the interval")
    guesses = primitives_of_derivatives(e)
    parts = [_exact(piece, variable, guesses) for piece in pieces]
    if None not in parts:
        return exact(normal_form.simplest(ex.add(*(part for part in parts if part is not None))))
    numeric = Integral(pieces, variable)
    numeric(64)
    return Real(refine=numeric)


def _exact(piece: Piece, variable: str, guesses: Sequence[Expr]) -> Expr | None:
    """The integral of a piece by an antiderivative; None where its ends have no exact form, or none is known."""
    assert piece.expr is not None
    low, high = piece.low.exact, piece.high.exact
    if low is None or high is None or (parts := antiderivative(piece.expr, variable, guesses)) is None:
        return None
    total = ex.ZERO
    for c, g in parts:
        if not (c.total and _is_continuous(g, variable, piece) and _is_continuous(piece.expr, variable, piece)):
            return None
        at_low, at_high = (calculus.substitute(g, {variable: end}) for end in (low, high))
        total = total + c * (at_high - at_low)
    return total


def _is_continuous(e: Expr, variable: str, piece: Piece) -> bool:
    """Whether a formula without cases is proved to have values on a piece and at its ends: there it is continuous, as
    its operations are wherever they are defined."""
    if e.switching:
        return False
    if e.total:
        return True
    try:
        inside = [part.expr for part in split(e, variable, piece.low, piece.high).pieces]
        for end in (piece.low, piece.high):
            value_at(e, variable, end)
    except (Undefined, Undecided):
        return False
    return len(inside) == 1 and inside[0] is not None


@dataclass(frozen=True)
class Integral:
    """Encloses the sum of the integrals of pieces."""

    pieces: tuple[Piece, ...]
    variable: str

    def __call__(self, bits: int) -> arb:
        """An enclosure with an error near 2^-bits, or 2^-MAX_BITS: equality is never decided by digits."""
        bits = min(bits, MAX_BITS)
        length = 16 + bits // 6
        total = arb(0)
        with precision(bits + 32, length + 1):
            for piece in self.pieces:
                assert piece.expr is not None
                coefficients = partial(series, program(piece.expr), self.variable)
                ends = piece.low.ball(bits + 32), piece.high.ball(bits + 32)
                total += taylor_integral(coefficients, *ends, length, arb(2) ** (-bits - 8))
            if not total.is_finite():
                raise Undecided("the integral of what may not be bounded")
            return total

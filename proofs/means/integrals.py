"""Integrals over bounded intervals: exact for polynomials and simple functions of affine arguments, else enclosed.

An interval is carried to [0, 1]. Pieces are integrated one by one; that an antiderivative is one is proved by its
derivative, and it is smooth on the whole line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flint import arb

from ..budget import Undecided
from ..enclosures.balls import precision
from ..enclosures.jets import program, series
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.pieces import Piece, split
from ..normal_forms import normal_form
from ..normal_forms.polynomials import expression, fraction
from ..normal_forms.signs import Undefined, constant_sign
from ..reals.reals import Real, exact
from .taylor_integral import MAX_BITS, taylor_integral


def integral(e: Expr, variable: str) -> Real:
    """The integral from 0 to 1 of a piecewise smooth function. Raises Undefined or Undecided."""
    pieces = split(e, variable, exact(0), exact(1)).pieces
    if any(piece.expr is None for piece in pieces):
        raise Undefined("the integral of what has no value on a part of the interval")
    parts = [_exact(piece, variable) for piece in pieces]
    if None not in parts:
        return exact(normal_form.simplest(ex.add(*(part for part in parts if part is not None))))
    numeric = Integral(pieces, variable)
    numeric(64)
    return Real(refine=numeric)


def _exact(piece: Piece, variable: str) -> Expr | None:
    """The integral of a piece by an antiderivative; None where its ends have no exact form, or none is known."""
    assert piece.expr is not None
    low, high = piece.low.exact, piece.high.exact
    if low is None or high is None:
        return None
    total = ex.ZERO
    for term in ex.terms(piece.expr):
        antiderivative = _antiderivative(term, variable)
        if antiderivative is None or not normal_form.equal(calculus.differentiate(antiderivative, variable), term):
            return None
        at_low, at_high = (calculus.substitute(antiderivative, {variable: end}) for end in (low, high))
        total = total + at_high - at_low
    return total


def _antiderivative(term: Expr, variable: str) -> Expr | None:
    """A candidate that is defined and smooth on the whole line."""
    x = ex.name(variable)
    if variable not in ex.free_names(term):
        return term * x if term.total else None
    if (quotient := fraction(term, variable)) is not None and quotient[1].degree() == 0:
        return expression((quotient[0] / quotient[1][0]).integral(), variable)
    constants = [factor for factor in ex.factors(term) if variable not in ex.free_names(factor)]
    moving = [factor for factor in ex.factors(term) if variable in ex.free_names(factor)]
    if len(moving) != 1 or not all(c.total for c in constants) or moving[0].op not in ex.FUNCTIONS:
        return None
    u = moving[0].args[0]
    slope = calculus.differentiate(u, variable)
    primitive = _primitive(moving[0].op, u)
    if primitive is None or variable in ex.free_names(slope) or not u.total or not constant_sign(slope):
        return None
    return ex.mul(*constants, primitive, ex.power(slope, -1))


def _primitive(op: str, u: Expr) -> Expr | None:
    """An antiderivative of a function in its argument; None where none is smooth on the whole line."""
    match op:
        case "exp":
            return ex.exp(u)
        case "sin":
            return -ex.function("cos", u)
        case "cos":
            return ex.function("sin", u)
        case "sinh" | "cosh":
            return ex.function("cosh" if op == "sinh" else "sinh", u)
        case "tanh":
            return ex.log(ex.function("cosh", u))
        case "atan":
            return u * ex.function("atan", u) - ex.log(1 + u * u) / 2
        case "erf":
            return u * ex.function("erf", u) + ex.exp(-u * u) / ex.sqrt(ex.PI)
        case _:
            return None


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

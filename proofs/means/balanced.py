"""Expressions written so that balls far out stay narrow: 1/(1 + exp(-x)) as exp(x)/(exp(x) + 1) for x < 0.

A power of a sum with a growing exponential in it is taken apart into the power of the exponential and that of a sum
that stays near a constant. Both are the same function; only their enclosures over wide balls differ.
"""

from __future__ import annotations

from flint import fmpq

from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.pieces import Piece
from ..reals.reals import Real, compare, exact


def halves(piece: Piece, variable: str) -> list[Piece]:
    """A piece cut at 0, each half balanced for its side."""
    assert piece.expr is not None
    zero = exact(0)
    parts = [(piece.low, zero, -1), (zero, piece.high, 1)] if _holds_zero(piece) else [(piece.low, piece.high, 0)]
    return [Piece(low, high, balanced(piece.expr, variable, side or _side(piece))) for low, high, side in parts]


def _holds_zero(piece: Piece) -> bool:
    return _below(piece.low, exact(0)) and _below(exact(0), piece.high)


def _below(a: Real, b: Real) -> bool:
    return a.infinite < 0 or b.infinite > 0 or (not a.infinite and not b.infinite and compare(a, b) < 0)


def _side(piece: Piece) -> int:
    return 1 if _below(exact(-1), piece.low) and not _below(piece.low, exact(0)) else -1


def balanced(e: Expr, variable: str, side: int) -> Expr:
    """An expression equal to e wherever e is smooth, for x of one sign."""

    x = ex.name(variable)

    def visit(node: Expr) -> Expr:
        node = calculus.rebuild(node, visit)
        if node.op == "mul":
            return _merged(*ex.factors(node))
        if node.op != "pow" or node.args[0].op != "add" or not _is_whole(node.args[1]):
            return node
        terms = ex.terms(node.args[0])
        rate = max(_rate(term, x) * side for term in terms)
        if rate <= 0:
            return node
        growth = x * (rate * side)
        tamed = ex.add(*(_merged(*ex.factors(term), ex.exp(-growth)) for term in terms))
        return ex.exp(growth * node.args[1]) * ex.power(tamed, node.args[1])

    return visit(e)


def _is_whole(exponent: Expr) -> bool:
    return exponent.value is not None and exponent.value.q == 1


def _rate(term: Expr, x: Expr) -> fmpq:
    """The sum of all k of factors exp(k x)."""
    slopes = [ex.split_coefficient(factor.args[0]) for factor in ex.factors(term) if factor.op == "exp"]
    return sum((k for k, rest in slopes if rest is x), fmpq(0))


def _merged(*factors: Expr) -> Expr:
    """A product with one exponential for all of its exponentials."""
    exponents = [factor.args[0] for factor in factors if factor.op == "exp"]
    return ex.mul(*(factor for factor in factors if factor.op != "exp"), ex.exp(ex.add(*exponents)))

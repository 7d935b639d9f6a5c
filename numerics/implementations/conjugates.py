"""The conjugate of a sum with a square root: p + q sqrt(S) = (p^2 - q^2 S) / (p - q sqrt(S)).

Where p and q sqrt(S) have opposite signs the left side cancels; the right side does not, once its numerator has
been multiplied out exactly. p, q and S are rational functions of x.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq, fmpq_poly

from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ..oracle.smooth_formulas import is_algebraic


@dataclass(frozen=True)
class Quotient:
    """A rational function of x in lowest terms."""

    top: fmpq_poly
    bottom: fmpq_poly

    def __add__(self, other: Quotient) -> Quotient:
        return _reduced(self.top * other.bottom + other.top * self.bottom, self.bottom * other.bottom)

    def __mul__(self, other: Quotient) -> Quotient:
        return _reduced(self.top * other.top, self.bottom * other.bottom)

    def __pow__(self, n: int) -> Quotient:
        return Quotient(self.top**n, self.bottom**n) if n >= 0 else _reduced(self.bottom**-n, self.top**-n)

    def expr(self) -> Expr:
        """The quotient as an expression."""
        return ex.mul(_polynomial_expr(self.top), ex.power(_polynomial_expr(self.bottom), -1))


def _reduced(top: fmpq_poly, bottom: fmpq_poly) -> Quotient:
    common = top.gcd(bottom)
    return Quotient(top // common, bottom // common)


def _polynomial_expr(polynomial: fmpq_poly) -> Expr:
    x = ex.name("x")
    return ex.add(*(ex.mul(c, ex.power(x, k)) for k, c in enumerate(polynomial.coeffs()) if c))


def quotient(expr: Expr) -> Quotient:
    """A rational function of x, multiplied out. Raises ZeroDivisionError for a division by the zero function."""
    match expr.op:
        case "name":
            return Quotient(fmpq_poly([0, 1]), fmpq_poly([1]))
        case "rational":
            return Quotient(fmpq_poly([expr.args[0]]), fmpq_poly([1]))
        case "add":
            total = Quotient(fmpq_poly([0]), fmpq_poly([1]))
            for term in expr.args:
                total = total + quotient(term)
            return total
        case "mul":
            product = Quotient(fmpq_poly([1]), fmpq_poly([1]))
            for factor in expr.args:
                product = product * quotient(factor)
            return product
        case _:
            return quotient(expr.args[0]) ** int(expr.args[1].args[0].p)


def conjugate(expr: Expr) -> tuple[Expr, Expr, Expr] | None:
    """For a sum p + r with r = q S^(k/2) and odd k: the expressions (p^2 - r^2, p, r), else None."""
    if expr.op != "add" or ex.free_names(expr) != {"x"}:
        return None
    rooted = [t for t in expr.args if not is_algebraic(t, 1)]
    if len(rooted) != 1:
        return None
    factors = rooted[0].args if rooted[0].op == "mul" else (rooted[0],)
    roots = [f for f in factors if not is_algebraic(f, 1)]
    if len(roots) != 1 or not _is_square_root(roots[0]):
        return None
    p = ex.add(*(t for t in expr.args if t is not rooted[0]))
    q = ex.mul(*(f for f in factors if f is not roots[0]))
    base, exponent = roots[0].args
    squared = quotient(base) ** int(exponent.value.p)
    minus = Quotient(fmpq_poly([-1]), fmpq_poly([1]))
    numerator = quotient(p) ** 2 + minus * quotient(q) ** 2 * squared
    return numerator.expr(), p, rooted[0]


def _is_square_root(e: Expr) -> bool:
    if e.op != "pow" or e.args[1].value is None:
        return False
    exponent: fmpq = e.args[1].value
    return exponent.q == 2 and abs(exponent) < 8 and is_algebraic(e.args[0], 1)

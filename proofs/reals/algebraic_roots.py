"""Zeros of polynomials over the rationals as certified numbers: exact where a root writes them, else isolated.

A number is known by its irreducible polynomial and its place among the real zeros, so that two are equal only where
both agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from flint import arb, fmpq, fmpq_poly, fmpz_poly

from ..enclosures.balls import doublings, exact_rational, excludes_zero, precision
from ..enclosures.jets import enclose
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..normal_forms import algebraic, normal_form
from ..normal_forms.polynomials import Coefficients, irreducible_factors, isolated


@dataclass(frozen=True, slots=True)
class PolynomialRoot:
    """Encloses one real zero of an irreducible polynomial of degree 2 or more, by its place among them."""

    coefficients: Coefficients
    index: int

    def __call__(self, bits: int) -> arb:
        return _refined(self.coefficients, self.index, bits)


@lru_cache(maxsize=1 << 12)
def _refined(coefficients: Coefficients, index: int, bits: int) -> arb:
    """Interval Newton, with bisection by the exact sign in the middle where it does not contract."""
    f = fmpz_poly(list(coefficients))
    slope = f.derivative()
    low, high = isolated(coefficients)[index]
    rising = f(high) > 0
    work = bits + f.height_bits() + 2 * f.degree() + 32
    with precision(work):
        while True:
            whole = arb(low).union(arb(high))
            if whole.rel_accuracy_bits() >= bits or high - low < fmpq(2) ** (-2 * bits):
                return whole
            middle = (low + high) / 2
            steepness = slope(whole)
            if excludes_zero(steepness):
                step = arb(middle) - f(arb(middle)) / steepness
                width = high - low
                low, high = max(low, exact_rational(step.lower())), min(high, exact_rational(step.upper()))
                if high - low < width / 2:
                    continue
                middle = (low + high) / 2
            if (f(middle) > 0) == rising:  # never 0 at a rational
                high = middle
            else:
                low = middle


def zeros_of_factor(f: fmpz_poly) -> tuple[Expr | PolynomialRoot, ...]:
    """All real zeros of an irreducible polynomial, increasing."""
    coefficients = tuple(map(int, f.coeffs()))
    if f.degree() == 1:
        return (ex.rational(fmpq(-coefficients[0], coefficients[1])),)
    intervals = isolated(coefficients)
    if f.degree() == 2:
        c, b, a = coefficients
        root = ex.sqrt(ex.rational(b * b - 4 * a * c))
        return tuple(normal_form.simplest((side * root - b) * fmpq(1, 2 * a)) for side in (-1, 1) if intervals)
    if not any(coefficients[1:-1]):  # a x^n + c
        size = ex.power(ex.rational(fmpq(abs(coefficients[0]), coefficients[-1])), fmpq(1, f.degree()))
        return tuple(normal_form.simplest(size if high > 0 else -size) for _, high in intervals)
    return tuple(PolynomialRoot(coefficients, i) for i in range(len(intervals)))


def is_zero(root: PolynomialRoot, x: Expr) -> bool:
    """Whether a closed expression is proved to be that zero."""
    if not algebraic.is_algebraic(x):
        return False
    low, high = isolated(root.coefficients)[root.index]
    value = ex.add(*(c * x**k for k, c in enumerate(root.coefficients) if c))
    ball = enclose(x, prec=256)
    return bool(ball > arb(low)) and bool(ball < arb(high)) and algebraic.sign(value) == 0


def zero_near(p: fmpq_poly, number: Callable[[int], arb]) -> Expr | PolynomialRoot | None:
    """A number that is a zero of a polynomial as the one zero that its enclosures do not exclude."""
    zeros = [zero for f, _ in irreducible_factors(p) for zero in zeros_of_factor(f)]
    for bits in doublings(64, 1024):
        ball = number(bits)
        zeros = [zero for zero in zeros if ball.overlaps(_ball(zero, bits))]
        if len(zeros) == 1:
            return zeros[0]
    return None


def _ball(zero: Expr | PolynomialRoot, bits: int) -> arb:
    return zero(bits) if isinstance(zero, PolynomialRoot) else enclose(zero, prec=bits)

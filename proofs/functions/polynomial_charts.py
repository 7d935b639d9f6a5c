"""Sign charts of polynomials and rational functions over the rationals: exact, by their irreducible factors.

Between two zeros of numerator and denominator the sign is one, and it changes at a zero of odd multiplicity alone;
beyond the last it is that of the first coefficients.
"""

from __future__ import annotations

from functools import lru_cache

from flint import arb, fmpq_poly, fmpz_poly

from ..expressions.expr import Expr
from ..normal_forms.polynomials import expression, fraction, irreducible_factors, isolated
from ..reals.algebraic_roots import zeros_of_factor
from ..reals.reals import Real, compare

Zero = tuple[Real, int]
"""A real zero and its multiplicity."""


def zeros_and_signs(e: Expr, variable: str, low: Real, high: Real) -> tuple[list[Real], list[int]] | None:
    """The zeros inside an open interval, increasing, and the signs between them.

    None where the expression is no quotient of polynomials over the rationals, or undefined somewhere inside.
    """
    if (quotient := fraction(e, variable)) is None:
        return None
    top, bottom = quotient
    if not top:
        return ([], [0]) if not _inside(_zeros(_key(bottom), variable), low, high) else None
    poles = _zeros(_key(bottom), variable)
    if _inside(poles, low, high):
        return None
    zeros = _zeros(_key(top), variable)
    inside = _inside(zeros, low, high)
    beyond = sum(k for group in (zeros, poles) for x, k in group if compare(x, high) >= 0)
    sign = 1 if (top[top.degree()] > 0) == (bottom[bottom.degree()] > 0) else -1
    signs = [sign * (-1) ** beyond]
    for _, multiplicity in reversed(inside):
        signs.append(signs[-1] * (-1) ** multiplicity)
    return [x for x, _ in inside], signs[::-1]


def _inside(zeros: tuple[Zero, ...], low: Real, high: Real) -> list[Zero]:
    return [(x, k) for x, k in zeros if compare(low, x) < 0 < compare(high, x)]


def _key(p: fmpq_poly) -> tuple[int, ...]:
    return tuple(map(int, p.numer().coeffs()))


@lru_cache(maxsize=1 << 10)
def _zeros(coefficients: tuple[int, ...], variable: str) -> tuple[Zero, ...]:
    """All real zeros of a polynomial that is not 0, increasing."""
    result: list[Zero] = []
    for factor, multiplicity in irreducible_factors(fmpq_poly(fmpz_poly(list(coefficients)))):
        result = _merged(result, [(x, multiplicity) for x in _reals(factor, variable)])
    return tuple(result)


def _reals(f: fmpz_poly, variable: str) -> list[Real]:
    coefficients = tuple(map(int, f.coeffs()))
    reals: list[Real] = []
    for i, zero in enumerate(zeros_of_factor(f)):
        if isinstance(zero, Expr):
            reals.append(Real(exact=zero))
        else:
            low, high = isolated(coefficients)[i]
            reals.append(Real(refine=zero, vanishes=expression(f, variable), bracket=(arb(low), arb(high))))
    return reals


def _merged(first: list[Zero], second: list[Zero]) -> list[Zero]:
    """Two increasing lists as one; no number is in both, since no two irreducible factors share a zero."""
    result: list[Zero] = []
    first, second = first[::-1], second[::-1]
    while first and second:
        result.append(first.pop() if compare(first[-1][0], second[-1][0]) < 0 else second.pop())
    return result + first[::-1] + second[::-1]

"""Polynomials over the rationals in one variable: an expression as a quotient of two, and all their real zeros.

Everything is exact. A polynomial is a product of irreducible factors (FLINT), so that each zero belongs to one factor,
with one multiplicity. The zeros of a factor are isolated by Descartes' rule of signs: on (0, oo) a polynomial has as
many zeros as its coefficients have sign changes, less an even number, so that 0 changes show no zero and 1 shows one;
a Moebius map carries any interval there (Collins and Akritas, 1976).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

from flint import fmpq, fmpq_mat, fmpq_poly, fmpz_poly

from ..budget import spend
from ..expressions import expr as ex
from ..expressions.expr import Expr

MAX_DEGREE = 256
MAX_BITS = 4_000
"""Bits of a coefficient."""
MAX_MATRIX = 32
"""The degree of a number whose powers are written as a matrix, to find the polynomial that another one is a zero of."""

Fraction = tuple[fmpq_poly, fmpq_poly]
"""A numerator and a denominator, not cancelled: every division leaves its divisor in the denominator."""
Coefficients = tuple[int, ...]
"""A polynomial with whole coefficients, the constant first: in this form it may be kept and compared."""
X, ONE = fmpq_poly([0, 1]), fmpq_poly([1])
X_PLUS_1 = fmpz_poly([1, 1])


@lru_cache(maxsize=1 << 12)
def fraction(e: Expr, variable: str) -> Fraction | None:
    """An expression as a quotient of polynomials; None where it is none, or of a degree or coefficients too large.

    The expression is defined exactly where the denominator is not 0, which is never the zero polynomial.
    """
    result: Fraction | None = None
    match e.op:
        case "rational":
            result = fmpq_poly([e.args[0]]), ONE
        case "name":
            result = (X, ONE) if e.args[0] == variable else None
        case "add":
            result = _combined(e.args, variable, _sum)
        case "mul":
            result = _combined(e.args, variable, _product)
        case "pow":
            result = _power(e.args[0], e.args[1].value, variable)
        case _:
            pass
    return result if result is not None and all(map(_moderate, result)) else None


def _moderate(p: fmpq_poly) -> bool:
    return p.degree() <= MAX_DEGREE and p.numer().height_bits() + int(p.denom()).bit_length() <= MAX_BITS


def _sum(p: Fraction, q: Fraction) -> Fraction:
    return (p[0] + q[0], p[1]) if p[1] == q[1] else (p[0] * q[1] + q[0] * p[1], p[1] * q[1])


def _product(p: Fraction, q: Fraction) -> Fraction:
    return p[0] * q[0], p[1] * q[1]


def _combined(
    parts: Sequence[Expr], variable: str, combine: Callable[[Fraction, Fraction], Fraction]
) -> Fraction | None:
    first, *others = parts
    result = fraction(first, variable)
    for part in others:
        operand = fraction(part, variable)
        if result is None or operand is None or not all(map(_moderate, result)):
            return None
        result = combine(result, operand)
    return result


def _power(base: Expr, exponent: fmpq | None, variable: str) -> Fraction | None:
    if exponent is None or exponent.q != 1 or (quotient := fraction(base, variable)) is None:
        return None
    top, bottom = quotient
    count = abs(int(exponent.p))
    if count * max(top.degree(), bottom.degree(), 1) > MAX_DEGREE or (exponent < 0 and not top):
        return None
    if exponent > 0:
        return top**count, bottom**count
    return bottom ** (count + 1), top**count * bottom  # undefined also where the base is


def expression(p: fmpz_poly | fmpq_poly, variable: str) -> Expr:
    """The polynomial written out."""
    x = ex.name(variable)
    return ex.add(*(ex.rational(fmpq(c)) * x**k for k, c in enumerate(p.coeffs()) if c))


def irreducible_factors(p: fmpq_poly) -> list[tuple[fmpz_poly, int]]:
    """The irreducible factors of a polynomial that is not 0, first coefficients above 0, with their multiplicities."""
    spend(1 + p.degree() ** 2 // 200)
    return [(f if f.leading_coefficient() > 0 else -f, int(k)) for f, k in p.numer().factor()[1]]


# --- isolation


@lru_cache(maxsize=1 << 10)
def isolated(coefficients: Coefficients) -> tuple[tuple[fmpq, fmpq], ...]:
    """Disjoint open intervals, increasing, that hold one zero each of an irreducible polynomial of degree 2 or more.

    Together they hold all real zeros; no end is one, since such a polynomial has no rational zero.
    """
    f = fmpz_poly(list(coefficients))
    mirrored = fmpz_poly([-c if k % 2 else c for k, c in enumerate(coefficients)])
    below = [(-b, -a) for a, b in reversed(_positive_zeros(mirrored))]
    return (*below, *_positive_zeros(f))


def _positive_zeros(f: fmpz_poly) -> list[tuple[fmpq, fmpq]]:
    """Intervals of the positive zeros: (0, bound) is bisected until each part shows 0 or 1 sign changes."""
    top = _bound(f)
    degree = f.degree()
    shifts = [top * k if top >= 0 else -top * (degree - k) for k in range(degree + 1)]
    scaled = fmpz_poly([int(c) << shift for c, shift in zip(f.coeffs(), shifts, strict=True)])
    intervals: list[tuple[fmpq, fmpq]] = []
    unit = fmpq(2) ** top
    stack = [(scaled, fmpq(0), unit)]
    while stack:
        part, low, width = stack.pop()
        spend(0.02 + degree * part.height_bits() / 200_000)
        changes = _sign_changes(fmpz_poly(part.coeffs()[::-1])(X_PLUS_1))
        if changes == 1:
            intervals.append((low, low + width))
        elif changes:
            left = fmpz_poly([int(c) << (degree - k) for k, c in enumerate(part.coeffs())])
            half = width / 2
            stack += [(left(X_PLUS_1), low + half, half), (left, low, half)]
    return intervals


def _bound(f: fmpz_poly) -> int:
    """An exponent b with every zero below 2^b in size: |a_(n-k)/a_n| <= 2^(k(b - 1)) for all k (Fujiwara)."""
    *lower, first = (abs(int(c)) for c in f.coeffs())
    degree = len(lower)
    lengths = [(k, c.bit_length() - first.bit_length() + 1) for k, c in enumerate(lower) if c]
    return 1 + max((-(-length // (degree - k)) for k, length in lengths), default=0)


def _sign_changes(f: fmpz_poly) -> int:
    signs = [c > 0 for c in f.coeffs() if c]
    return sum(a != b for a, b in pairwise(signs))


# --- values at zeros


def constant_modulo(e: Expr, vanishing: Expr, variable: str) -> fmpq | None:
    """The rational that e is wherever `vanishing` is 0, by division with remainder; None where there is none such.

    For e = a/b, c is that number if the polynomial vanishing divides a - c b and has no zero in common with b.
    """
    divisor, value = fraction(vanishing, variable), fraction(e, variable)
    if divisor is None or value is None or divisor[0].degree() < 1:
        return None
    q, (top, bottom) = divisor[0], value
    if bottom.gcd(q).degree() > 0:
        return None
    top, bottom = top % q, bottom % q
    c = top[bottom.degree()] / bottom[bottom.degree()]
    return c if top == bottom * fmpq_poly([c]) else None


@lru_cache(maxsize=1 << 8)
def polynomial_of_value(e: Expr, vanishing: Expr, variable: str) -> fmpq_poly | None:
    """A polynomial that is 0 at the value of e at any zero of `vanishing`; None where it is not found.

    It is the characteristic polynomial of the multiplication by e modulo `vanishing` (Cayley and Hamilton).
    """
    divisor, value = fraction(vanishing, variable), fraction(e, variable)
    if divisor is None or value is None or not 1 <= divisor[0].degree() <= MAX_MATRIX:
        return None
    q, (top, bottom) = divisor[0], value
    common, inverse, _ = bottom.xgcd(q)
    if common.degree() > 0:
        return None
    degree = q.degree()
    spend(degree**2)
    power = top * inverse / common[0] % q
    rows: list[fmpq] = []
    for _ in range(degree):
        rows += [power[k] for k in range(degree)]
        power = power * X % q
    return fmpq_mat(degree, degree, rows).charpoly()

"""E[f(u) g(v)] in closed form for two standard normals of correlation c: the arc-cosine kernels and their kin.

f and g are sums of terms x^k exp(-g x^2) times at most one of erf(b x) and sign(x), on both sides of 0: relu is
(x + x sign(x))/2. By Stein's identity E[u F] = p E[dF/du] + r E[dF/dv], with p and q the variances of u and v and r
their covariance, powers fall until only Sheppard's formula is left (Cho and Saul 2009; Williams 1997):
E[erf(a u) erf(b v)] = 2/pi asin(2 a b r/sqrt((1 + 2 a^2 p) (1 + 2 b^2 q))), of which signs are the limits. The
derivative of erf narrows the normal variables, that of a sign puts one of them at 0. Powers times exp(a u + b v) have
moments of shifted variables. Every formula holds for c in [-1, 1], ends included, and for all values of further names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import comb, factorial

from flint import fmpq

from ..budget import Undecided
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.pieces import Resolver, UnknownSign, split
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined, constant_sign
from .gaussian_moments import closed_form, gaussian_terms

SIGN = "sign"
Bend = Expr | str | None
"""b of erf(b x), SIGN of sign(x), or neither."""


@dataclass(frozen=True)
class Factor:
    """coefficient * x^k * exp(a x - g x^2) * the bend."""

    coefficient: Expr
    k: int
    a: Expr
    g: Expr
    bend: Bend


@dataclass(frozen=True)
class _Moment:
    """E[u^j v^k bend(u) bend(v)] for normals of variances p and q and covariance r."""

    j: int
    k: int
    left: Bend
    right: Bend
    p: Expr
    q: Expr
    r: Expr

    def swapped(self) -> _Moment:
        return _Moment(self.k, self.j, self.right, self.left, self.q, self.p, self.r)

    def value(self) -> Expr:
        """The moment."""
        if (self.j + self.k + (self.left is not None) + (self.right is not None)) % 2:
            return ex.ZERO
        if self.j == 0 and self.k == 0:
            return self._bends()
        if self.j == 0:
            return self.swapped().value()
        lower = replace(self, j=self.j - 1)
        total = self.p * lower.slope()
        if self.r is not ex.ZERO:
            total = total + self.r * lower.swapped().slope()
        return total

    def slope(self) -> Expr:
        """The mean of the derivative by u."""
        total = self.j * replace(self, j=self.j - 1).value() if self.j else ex.ZERO
        if isinstance(self.left, Expr):
            weight, narrow = replace(self, left=None).narrowed(self.left * self.left)
            total = total + 2 * self.left * ex.power(ex.PI, fmpq(-1, 2)) * weight * narrow.value()
        elif self.left == SIGN and self.j == 0:
            total = total + ex.sqrt(2 / (ex.PI * self.p)) * self._at_zero()
        return total

    def narrowed(self, g: Expr) -> tuple[Expr, _Moment]:
        """The moment with a further factor exp(-g u^2), g >= 0, as a multiple of one of narrower variables."""
        if g is ex.ZERO:
            return ex.ONE, self
        spread = 1 + 2 * g * self.p
        p, r = self.p / spread, self.r / spread
        return ex.power(spread, fmpq(-1, 2)), replace(self, p=p, r=r, q=self.q - 2 * g * self.r * r)

    def _at_zero(self) -> Expr:
        """E[v^k bend(v)] where u = 0, which leaves v the variance q - r^2/p: of that, which may be 0, no negative
        power."""
        variance = self.q - self.r * self.r / self.p
        if self.right == SIGN:  # and k is odd
            return _absolute_moment(self.k) * ex.power(variance, fmpq(self.k, 2))
        return _Moment(self.k, 0, self.right, None, variance, ex.ONE, ex.ZERO).value()

    def _bends(self) -> Expr:
        """Sheppard's formula, with its limits for signs."""
        if self.left is None or self.right is None:
            return ex.ONE if self.left is self.right else ex.ZERO
        sine = self.r
        for bend, variance in ((self.left, self.p), (self.right, self.q)):
            if isinstance(bend, Expr):
                sine = sine * ex.sqrt(2) * bend * ex.power(1 + 2 * bend * bend * variance, fmpq(-1, 2))
            elif variance is not ex.ONE:
                sine = sine * ex.power(variance, fmpq(-1, 2))
        return 2 / ex.PI * ex.arcsine(normal_form.simplest(sine))


def _absolute_moment(k: int) -> Expr:
    """E abs(z)^k of a standard normal for odd k: 2^(k/2) ((k - 1)/2)!/sqrt(pi)."""
    half = (k - 1) // 2
    return 2**half * factorial(half) * ex.sqrt(2 / ex.PI)


def closed_product(f: Expr, u: str, g: Expr, v: str, c: Expr) -> Expr | None:
    """E[f(u) g(v)], for every value of further names too; None where it has none of these forms. Raises Undecided."""
    try:
        if f is ex.ONE or g is ex.ONE:
            return _alone(*((g, v) if f is ex.ONE else (f, u)))
        left, right = _factors(f, u), _factors(g, v)
        if left is None or right is None:
            return None
        means = [_mean(a, b, c) for a in left for b in right]
    except normal_form.TooComplex:
        return None
    if None in means:
        return None
    means = [mean for mean in means if mean is not None]
    return normal_form.simplest(ex.add(*means)) if not ex.free_names(c) else ex.add(*means)


def _alone(f: Expr, variable: str) -> Expr | None:
    """The mean of a function of one of the variables."""
    return ex.ONE if f is ex.ONE else closed_form(f, variable) if ex.free_names(f) <= {variable} else None


def _mean(a: Factor, b: Factor, c: Expr) -> Expr | None:
    """The mean of a factor of u times one of v: a moment of variables narrowed by both exponentials."""
    if a.a is not ex.ZERO or b.a is not ex.ZERO:
        return _shifted_mean(a, b, c)
    weight, moment = _Moment(a.k, b.k, a.bend, b.bend, ex.ONE, ex.ONE, c).narrowed(a.g)
    other, moment = moment.swapped().narrowed(b.g)
    return a.coefficient * b.coefficient * weight * other * moment.value()


def _shifted_mean(a: Factor, b: Factor, c: Expr) -> Expr | None:
    """E[u^j v^k exp(a u + b v)] = exp((a^2 + b^2)/2 + a b c) E[(u + a + b c)^j (v + b + a c)^k], by completing the
    square; None where more than powers stands beside the exponentials."""
    if any(factor.g is not ex.ZERO or factor.bend is not None for factor in (a, b)):
        return None
    weight = ex.exp((a.a * a.a + b.a * b.a) * fmpq(1, 2) + a.a * b.a * c)
    shift, other = a.a + b.a * c, b.a + a.a * c
    total = ex.ZERO
    for j in range(a.k + 1):
        for k in range(b.k + 1):
            moment = _Moment(j, k, None, None, ex.ONE, ex.ONE, c).value()
            total = total + comb(a.k, j) * comb(b.k, k) * shift ** (a.k - j) * other ** (b.k - k) * moment
    return a.coefficient * b.coefficient * weight * total


def _factors(f: Expr, variable: str) -> list[Factor] | None:
    """A function as a sum of factors, its two sides of 0 joined by a sign; None where it is none."""
    sides = _sides(f, variable)
    if sides is None:
        return None
    if sides[0] is sides[1]:
        return _smooth(sides[0], variable, None)
    even = _smooth((sides[1] + sides[0]) * fmpq(1, 2), variable, None)
    odd = _smooth((sides[1] - sides[0]) * fmpq(1, 2), variable, SIGN)
    return None if even is None or odd is None else [*even, *odd]


def _sides(f: Expr, variable: str) -> tuple[Expr, Expr] | None:
    """The formulas of a function left and right of 0, where it has one on either side."""
    if ex.free_names(f) <= {variable}:
        cut = split(f, variable)
        left, right = cut.pieces[0].expr, cut.pieces[-1].expr
        at_zero = all(at.exact is ex.ZERO for at in cut.breakpoints)
        return None if left is None or right is None or not at_zero else (left, right)
    x = ex.name(variable)
    try:
        left, right = (Resolver({x: side}).visit(f) for side in (-1, 1))
    except (UnknownSign, Undefined):
        return None
    return (left, right) if left.total and right.total else None


def _smooth(f: Expr, variable: str, bend: str | None) -> list[Factor] | None:
    terms, factors = gaussian_terms(f, variable), list[Factor]()
    if terms is None:
        return None
    for term in terms:
        if term.wave is not None:
            return None
        if len(term.erfs) + (bend is not None) > 1 or not _is_not_negative(term.g):
            return None
        factors.append(Factor(term.coefficient, term.k, term.a, term.g, term.erfs[0] if term.erfs else bend))
    return factors


def _is_not_negative(g: Expr) -> bool:
    if g is ex.ZERO:
        return True
    try:
        return not ex.free_names(g) and constant_sign(g) >= 0
    except Undecided:
        return False

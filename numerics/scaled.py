"""Smooth expressions where plain ball arithmetic gives up: beyond a ball's exponents, and next to an exact number.

exp(1e300) is no ball, but 1/(1 + exp(1e300)) is a harmless number; and x - tanh(x) at x = 2**24 is so close to
the rational x - 1 that no affordable precision tells them apart. Here a value is c + m * exp(s), with a rational c
and balls m and s: growth cancels in s before anything is exponentiated, rationals cancel in c exactly, and the
sign of m says on which side of c the value lies. Only the oracle and its blocks call this, as their last resort.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flint import arb, fmpq

from ..proofs import expressions as ex
from ..proofs.evaluate import excludes_zero, known_sign, precision
from ..proofs.expressions import Expr


@dataclass(frozen=True, slots=True)
class Scaled:
    """The real m * exp(s). A mantissa of exactly 0 is the number 0, whatever the scale."""

    m: arb
    s: arb

    def ball(self) -> arb:
        """The number as one ball; not finite where it has none."""
        return self.m if self.s.is_zero() or self.m.is_zero() else self.m * self.s.exp()

    def __add__(self, other: Scaled) -> Scaled:
        if self.m.is_zero():
            return other
        if other.m.is_zero():
            return self
        if not (self.s.is_exact() and other.s.is_exact()):  # a scale above both keeps the exponentials below 1
            top = self.s.max(other.s).upper()
            return Scaled(self.m * (self.s - top).exp() + other.m * (other.s - top).exp(), top)
        large, small = (self, other) if self.s >= other.s else (other, self)
        return Scaled(large.m + small.m * (small.s - large.s).exp(), large.s)

    def __mul__(self, other: Scaled) -> Scaled:
        return Scaled(self.m * other.m, self.s + other.s)

    def power(self, exponent: fmpq) -> Scaled:
        """A rational power; NaN where it is not known to be defined."""
        n = int(exponent.p)
        if exponent.q == 1:
            size = _whole_power(self.m, abs(n))
            return Scaled(size if n > 0 else 1 / size, self.s * n)
        if not self.m > 0:
            return self if self.m.is_zero() and n > 0 else _plain(arb("nan"))
        return Scaled(self.m ** arb(exponent), self.s * arb(exponent))


def _whole_power(m: arb, n: int) -> arb:
    """m**n, by the ends of the ball where it is monotone: repeated products of a wide ball lose its sign."""
    return m**n if m.is_exact() or not excludes_zero(m) else (m.lower() ** n).union(m.upper() ** n)


def _plain(value: arb | fmpq | int) -> Scaled:
    return Scaled(arb(value), arb(0))


@dataclass(frozen=True, slots=True)
class Parted:
    """The real c + rest."""

    c: fmpq
    rest: Scaled

    def total(self) -> Scaled:
        """Both parts in one."""
        return _plain(self.c) + self.rest

    def __add__(self, other: Parted) -> Parted:
        return Parted(self.c + other.c, self.rest + other.rest)

    def __mul__(self, other: Parted) -> Parted:
        mixed = _plain(self.c) * other.rest + _plain(other.c) * self.rest
        return Parted(self.c * other.c, mixed + self.rest * other.rest)

    def reciprocal(self) -> Parted:
        """1 / (c + r) = 1/c - r / (c (c + r)), as long as r is the smaller part."""
        if not 2 * abs(self.rest.ball()) < abs(arb(self.c)):
            return _inexact(self.total().power(fmpq(-1)))
        return Parted(1 / self.c, _plain(-1 / self.c) * self.rest * self.total().power(fmpq(-1)))


def _exact(c: fmpq | int) -> Parted:
    return Parted(fmpq(c), _plain(0))


def _inexact(rest: Scaled) -> Parted:
    return Parted(fmpq(0), rest)


def parts(expr: Expr, x: arb | fmpq, variable: str) -> Parted:
    """The value of a smooth expression of one variable, at a rational or on a ball, at the precision in force."""
    at = _exact(x) if isinstance(x, fmpq) else _inexact(_plain(x))
    values: dict[Expr, Parted] = {ex.name(variable): at}

    def visit(e: Expr) -> Parted:
        if e not in values:
            values[e] = _value(e, visit)
        return values[e]

    return visit(expr)


def scaled_enclosure(expr: Expr, x: arb | fmpq, variable: str, bits: int) -> arb:
    """A ball around the values of a smooth expression of one variable; not finite if even this is not enough."""
    with precision(bits):
        return parts(expr, x, variable).total().ball()


def scaled_sign(expr: Expr, x: arb | fmpq, variable: str, bits: int) -> int | None:
    """The sign of all values, however small they are; None where it is not known."""
    with precision(bits):
        return known_sign(parts(expr, x, variable).total().m)


def beside_exact(expr: Expr, x: fmpq, variable: str, bits: int) -> arb | None:
    """For a value closer to a dyadic rational c than the precision resolves: a ball on its side of c, c excluded."""
    with precision(bits):
        found = parts(expr, x, variable)
        width = arb(2) ** (100 - bits)
        if found.c.q & (found.c.q - 1) or not excludes_zero(found.rest.m) or not abs(found.rest.ball()) < width:
            return None
        middle = arb(found.c) + (width if found.rest.m > 0 else -width)
        return arb(middle, width * (1 - arb(2) ** -20))


def _value(e: Expr, visit: Callable[[Expr], Parted]) -> Parted:
    match e.op:
        case "rational":
            return _exact(e.args[0])
        case "pi":
            return _inexact(_plain(arb.pi()))
        case "add":
            total = _exact(0)
            for term in e.args:
                total = total + visit(term)
            return total
        case "mul":
            product = _exact(1)
            for factor in e.args:
                product = product * visit(factor)
            return product
        case "pow":
            return _power(visit(e.args[0]), e.args[1].value)
        case "exp":
            return _exp(visit(e.args[0]))
        case "log":
            return _log(visit(e.args[0]))
        case op if op in _SATURATING:
            return _SATURATING[op](visit(e.args[0]).total().ball())
        case op:
            return _inexact(_plain(getattr(visit(e.args[0]).total().ball(), op)()))


def _power(base: Parted, exponent: fmpq | None) -> Parted:
    if exponent is None:
        return _inexact(_plain(arb("nan")))
    if exponent.q != 1 or abs(exponent) > 64 or not base.c:
        return _inexact(base.total().power(exponent))
    result = _exact(1)
    for _ in range(abs(int(exponent.p))):
        result = result * base
    return result if exponent > 0 else result.reciprocal()


def _exp(u: Parted) -> Parted:
    small = u.rest.ball()
    if not u.c and abs(small) < 1:
        return Parted(fmpq(1), _plain(small.expm1()))
    return _inexact(Scaled(arb(1), u.total().ball()))


def _log(u: Parted) -> Parted:
    if u.c == 1 and abs(small := u.rest.ball()) < 0.5:
        return _inexact(_plain(small.log1p()))
    if u.rest.s > 0 and u.rest.s.is_exact() and u.rest.m == 1:  # log(c + exp(s)) = s + log1p(c exp(-s))
        return Parted(u.rest.s.fmpq(), _plain((u.c * (-u.rest.s).exp()).log1p()))
    total = u.total()
    return _inexact(_plain(total.m.log() + total.s))


def _tanh(u: arb) -> Parted:
    if not abs(u) > 1:
        return _inexact(_plain(u.tanh()))
    sign, decay = (1 if u > 0 else -1), -2 * abs(u)
    return Parted(fmpq(sign), Scaled(-2 * sign / (1 + decay.exp()), decay))


def _erfc_tail(u: arb) -> Scaled:
    """erfc(u) for u > 1, from exp(-u^2) / (u sqrt(pi)) times [1 - 1/(2 u^2), 1] where u is large (NIST 7.8.2)."""
    if u < 1000:
        return _plain(u.erfc())
    return Scaled((1 - (1 / (2 * u * u)).union(arb(0))) / (u * arb.pi().sqrt()), -u * u)


def _erfc(u: arb) -> Parted:
    if u > 1:
        return _inexact(_erfc_tail(u))
    if u < -1:
        return Parted(fmpq(2), _plain(-1) * _erfc_tail(-u))
    return _inexact(_plain(u.erfc()))


def _erf(u: arb) -> Parted:
    if not abs(u) > 1:
        return _inexact(_plain(u.erf()))
    sign = 1 if u > 0 else -1
    return Parted(fmpq(sign), _plain(-sign) * _erfc_tail(abs(u)))


def _cosh(u: arb) -> Parted:
    if not excludes_zero(u):
        return _inexact(_plain(u.cosh()))
    return _inexact(Scaled((1 + (-2 * abs(u)).exp()) / 2, abs(u)))


def _sinh(u: arb) -> Parted:
    if not excludes_zero(u):
        return _inexact(_plain(u.sinh()))
    return _inexact(Scaled((1 - (-2 * abs(u)).exp()) / (2 if u > 0 else -2), abs(u)))


_SATURATING: dict[str, Callable[[arb], Parted]] = {
    "tanh": _tanh, "erf": _erf, "erfc": _erfc, "cosh": _cosh, "sinh": _sinh
}  # fmt: skip

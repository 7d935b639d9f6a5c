"""Smooth expressions where plain ball arithmetic gives up: beyond a ball's exponents, and next to an exact number.

exp(1e300) is no ball, but 1/(1 + exp(1e300)) is a harmless number; and x - tanh(x) at x = 2**24 is so close to
the rational x - 1 that no affordable precision tells them apart. Here a value is c * exp(t) + m * exp(s), with
rationals c and t and balls m and s: growth cancels in t and s before anything is exponentiated, what is exact cancels
exactly, and the sign of m says on which side of c * exp(t) the value lies. Only the oracle and its blocks call this,
as their last resort.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flint import arb, fmpq

from ...proofs.enclosures.balls import excludes_zero, known_sign, precision
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from .smooth_formulas import LARGEST_EXPONENT, rational_power

_ZERO = fmpq(0)
LITTLE = 128
"""Bits that mostly show the sign of what is left beside an exact part."""


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
        if not (self.s >= other.s or other.s >= self.s):  # a scale above both keeps the exponentials below 1
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
    """The real c * exp(t) + rest. Where c is 0, so is t."""

    c: fmpq
    rest: Scaled
    t: fmpq = _ZERO

    @property
    def lead(self) -> Scaled:
        """The exact part."""
        return Scaled(arb(self.c), arb(self.t))

    def total(self) -> Scaled:
        """Both parts in one."""
        return self.lead + self.rest

    def without_growth(self) -> Parted:
        """The same with a rational as its exact part."""
        return _inexact(self.total()) if self.t else self

    def ratio(self) -> Scaled:
        """The rest divided by the exact part; NaN where that is 0."""
        return self.rest * self.lead.power(fmpq(-1)) if self.c else _plain(arb("nan"))

    def __add__(self, other: Parted) -> Parted:
        rest = self.rest + other.rest
        if self.t == other.t or not (self.c and other.c):
            c = self.c + other.c
            return Parted(c, rest, (self.t if self.c else other.t) if c else _ZERO)
        large, small = (self, other) if _log_size(self) >= _log_size(other) else (other, self)
        return Parted(large.c, rest + small.lead, large.t)

    def __mul__(self, other: Parted) -> Parted:
        if not (self.c and other.c):
            return _inexact(self.total() * other.total())
        mixed = self.lead * other.rest + other.lead * self.rest
        return Parted(self.c * other.c, mixed + self.rest * other.rest, self.t + other.t)

    def reciprocal(self) -> Parted:
        """1 / (a + r) = 1/a - (r/a) / (a + r), as long as r is the smaller part."""
        ratio = self.ratio()
        if not abs(ratio.ball()) < 0.5:
            return _inexact(self.total().power(fmpq(-1)))
        return Parted(1 / self.c, _plain(-1) * ratio * self.total().power(fmpq(-1)), -self.t)

    def power(self, exponent: fmpq) -> Parted:
        """A rational power: (a + r)**p = a**p (1 + r/a)**p, where a**p is exact and r the smaller part."""
        if not self.c or max(abs(exponent.p), exponent.q) > LARGEST_EXPONENT:
            return _inexact(self.total().power(exponent))
        if exponent.q == 1:
            result = _exact(1)
            for _ in range(abs(int(exponent.p))):
                result = result * self
            return result if exponent > 0 else result.reciprocal()
        ratio, c = self.ratio(), rational_power(self.c, exponent)
        if c is None or not abs(ratio.ball()) < 0.5:
            return _inexact(self.total().power(exponent))
        p = arb(exponent)
        growth = _near_zero(ratio, lambda r: (p * r.log1p()).expm1(), lambda r: p * (1 + r) ** (p - 1))
        exact = Parted(c, _plain(0), self.t * exponent)
        return Parted(c, exact.lead * growth, exact.t)


def _log_size(u: Parted) -> arb:
    return arb(abs(u.c)).log() + arb(u.t)


def _near_zero(r: Scaled, f: Callable[[arb], arb], slope: Callable[[arb], arb]) -> Scaled:
    """f(r), where f(0) = 0; by the mean value theorem where r is so small that no ball shows its sign."""
    small = r.ball()
    if excludes_zero(small) or not excludes_zero(r.m):
        return _plain(f(small))
    return r * _plain(slope(small.union(arb(0))))


def _exact(c: fmpq | int) -> Parted:
    return Parted(fmpq(c), _plain(0))


def _inexact(rest: Scaled) -> Parted:
    return Parted(_ZERO, rest)


def parts(expr: Expr, x: arb | fmpq, variable: str) -> Parted:
    """The value of a smooth expression of one variable, at a rational or on a ball, at the precision in force.

    Its exact part is a rational: t is 0.
    """
    at = _exact(x) if isinstance(x, fmpq) else _inexact(_plain(x))
    values: dict[Expr, Parted] = {ex.name(variable): at}

    def visit(e: Expr) -> Parted:
        if e not in values:
            values[e] = _value(e, visit)
        return values[e]

    return visit(expr).without_growth()


def scaled_enclosure(expr: Expr, x: arb | fmpq, variable: str, bits: int) -> arb:
    """A ball around the values of a smooth expression of one variable; not finite if even this is not enough."""
    with precision(bits):
        return parts(expr, x, variable).total().ball()


def scaled_sign(expr: Expr, x: arb | fmpq, variable: str, bits: int) -> int | None:
    """The sign of all values, however small they are; None where it is not known."""
    with precision(bits):
        return known_sign(parts(expr, x, variable).total().m)


def log_size(expr: Expr, x: arb | fmpq, variable: str, bits: int) -> arb:
    """A ball around the logarithms of the sizes of all values, which need be no ball's; NaN where 0 may be one."""
    with precision(bits):
        total = parts(expr, x, variable).total()
        return abs(total.m).log() + total.s if excludes_zero(total.m) else arb("nan")


def beside_exact(expr: Expr, x: fmpq, variable: str, bits: int) -> arb | None:
    """For a value closer to a dyadic rational c, not 0, than this precision shows: its :func:`stand_in`, or None."""
    for enough in (LITTLE, bits):
        with precision(enough):
            parted = parts(expr, x, variable)
            if not parted.c:
                return None
            if excludes_zero(parted.rest.m):
                near = bool(abs(parted.rest.ball()) < _reach(parted.c, bits))
                return stand_in(parted.c, 1 if parted.rest.m > 0 else -1, bits) if near else None
    return None


def stand_in(c: fmpq, side: int, bits: int) -> arb | None:
    """A ball on one side of c, c excluded, for a real on that side that is too close to c for any ball.

    It does not contain that real, but compares like it with every float and every midpoint of two, at 1300 bits or
    more: near c these are multiples of 2**-1075, or of 2**-54 times the power of two below abs(c), and so is c itself
    here up to a finer grid, all of them much coarser than the ball is wide. None where c is not on that grid.
    """
    width = _reach(c, bits)
    if c.q & (c.q - 1) or not c.q * width < arb(2) ** -100:
        return None
    with precision(3 * bits):
        return arb(arb(c) + side * width, width * (1 - arb(2) ** -20))


def _reach(c: fmpq, bits: int) -> arb:
    """2**(100 - bits) times the power of two below abs(c), if that is more than 1."""
    return arb(2) ** (100 - bits + max(int(abs(c).floor()).bit_length() - 1, 0))


def near_zero(value: arb, bits: int) -> bool:
    """Whether a value that is not 0 may have a :func:`stand_in` beside 0."""
    return bool(abs(value) < _reach(_ZERO, bits))


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
        case "tanh" if e.args[0].op == "log":
            return _tanh_of_log(visit(e.args[0].args[0]))
        case op if op in _SATURATING:
            return _SATURATING[op](visit(e.args[0]).total().ball())
        case op:
            return _inexact(_plain(getattr(visit(e.args[0]).total().ball(), op)()))


def _power(base: Parted, exponent: fmpq | None) -> Parted:
    return _inexact(_plain(arb("nan"))) if exponent is None else base.power(exponent)


def _exp(u: Parted) -> Parted:
    """exp(c + r) = exp(c) + exp(c) expm1(r), for small r: wide ones would come in twice."""
    u = u.without_growth()
    small = u.rest.ball()
    if not abs(small) < (arb(2) ** -10 if u.c else 1):
        return _inexact(Scaled(arb(1), u.total().ball()))
    growth = _near_zero(u.rest, lambda r: r.expm1(), lambda r: r.exp())
    return Parted(fmpq(1), Scaled(arb(1), arb(u.c)) * growth, u.c)


def _log(u: Parted) -> Parted:
    """log(c exp(t) + r) = t + log(c) + log1p(r / (c exp(t))), for the smaller part r."""
    ratio = u.ratio()
    if u.c > 0 and abs(ratio.ball()) < 0.5:
        growth = _near_zero(ratio, lambda r: r.log1p(), lambda r: 1 / (1 + r))
        return Parted(u.t, _plain(arb(u.c).log()) + growth)
    total = u.total()
    return _inexact(_plain(total.m.log() + total.s))


def _tanh_of_log(w: Parted) -> Parted:
    """tanh(log(w)) = 1 - 2 / (w^2 + 1) for w > 0: next to a rational where w is, and next to 1 where w is large."""
    if not w.total().m > 0:
        return _inexact(_plain(arb("nan")))
    square = w.power(fmpq(2))
    return _exact(1) + _exact(-2) * (square + _exact(1)).power(fmpq(-1))


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

"""Expectations over a standard normal in closed form.

On an interval: sums of ``c z^k exp(a z)``, by completing the square. On the whole line also
``c z^k exp(-g z^2) erf(b z)`` with up to two error functions, by Stein's identity E[z F(z)] = E[F'(z)] and
Sheppard's formula for E[erf(a z) erf(b z)]; and cosines and sines, from E[exp(i r z)] = exp(-r^2/2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from flint import fmpq

from ..budget import Undecided
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..normal_forms import normal_form
from ..normal_forms.signs import constant_sign
from ..reals.reals import Real
from .pieces import split

MAX_DEGREE = 24


def density(z: Expr) -> Expr:
    """The standard normal density."""
    return ex.exp(z * z * fmpq(-1, 2)) / ex.sqrt(2 * ex.PI)


@dataclass(frozen=True)
class Term:
    """coefficient * z^k * exp(a z - g z^2) * product of erf(b z) * cos or sin of a linear function."""

    coefficient: Expr = ex.ONE
    k: int = 0
    a: Expr = ex.ZERO
    g: Expr = ex.ZERO
    erfs: tuple[Expr, ...] = ()
    wave: Expr | None = None


def closed_form(e: Expr, variable: str) -> Expr | None:
    """E[e] for an integrable e, or None where it has none of these forms. Raises Undecided."""
    total = ex.ZERO
    for piece in split(e, variable).pieces:
        low, high = (end if end.infinite else end.exact for end in (piece.low, piece.high))
        if not all(isinstance(end, (Expr, Real)) for end in (low, high)) or piece.expr is None:
            return None
        try:
            terms = gaussian_terms(piece.expr, variable)
            whole_line = isinstance(low, Real) and isinstance(high, Real)
            values = None if terms is None else [_mean(t, low, high, whole_line, variable) for t in terms]
        except normal_form.TooComplex:
            return None
        if values is None or None in values:
            return None
        total = ex.add(total, *(value for value in values if value is not None))
    return total


End: TypeAlias = "Expr | Real | None"
"""The end of an interval: exact, or an infinity."""


def _mean(t: Term, low: End, high: End, whole_line: bool, variable: str) -> Expr | None:
    if not t.erfs and t.g is ex.ZERO and t.wave is None:
        return t.coefficient * _integral(t.k, t.a, low, high)
    if not whole_line or t.a is not ex.ZERO:
        return None
    if t.wave is not None:
        return None if t.k or t.erfs or t.g is not ex.ZERO else t.coefficient * _wave_mean(t.wave, variable)
    value = _erf_moment(t.k, t.g, t.erfs)
    return None if value is None else t.coefficient * value


def gaussian_terms(e: Expr, variable: str) -> list[Term] | None:
    """The function as a sum of terms, or None where it is not one."""
    normal = normal_form.canonical(e)
    result: list[Term] = []
    for summand in ex.terms(normal):
        found: list[Term] | None = [Term()]
        for factor in ex.factors(summand):
            found = _times(found, factor, variable)
            if found is None:
                return None
        result += found
    return result if all(t.k <= MAX_DEGREE for t in result) else None


def _times(terms: list[Term], factor: Expr, variable: str) -> list[Term] | None:
    """Terms times one factor of a normal form."""
    z = ex.name(variable)
    if variable not in ex.free_names(factor):
        return [replace(t, coefficient=t.coefficient * factor) for t in terms]
    base, n = factor, 1
    if factor.op == "pow" and _is_whole(factor.args[1]):
        base, n = factor.args[0], int(factor.args[1].args[0].p)
    if base is z:
        return [replace(t, k=t.k + n) for t in terms]
    if base.op == "exp" and n == 1:
        exponent = base.args[0]
        square = calculus.differentiate(calculus.differentiate(exponent, variable), variable) * fmpq(1, 2)
        rate = calculus.substitute(calculus.differentiate(exponent, variable), {variable: ex.ZERO})
        if variable in ex.free_names(square) or exponent.switching or not exponent.total:
            return None
        scale = ex.exp(calculus.substitute(exponent, {variable: ex.ZERO}))
        return [replace(t, coefficient=t.coefficient * scale, a=t.a + rate, g=t.g - square) for t in terms]
    if base.op == "erf" and (b := _rate(base.args[0], z)) is not None:
        raised = [replace(t, erfs=(*t.erfs, *[b] * n)) for t in terms]
        return raised if all(len(t.erfs) <= 2 for t in raised) else None
    if base.op in ("sin", "cos") and all(t.wave is None for t in terms) and n <= 2:
        if variable in ex.free_names(calculus.differentiate(base.args[0], variable)):
            return None
        if n == 1:
            return [replace(t, wave=base) for t in terms]
        # sin(u)^2 = (1 - cos(2u))/2, cos(u)^2 = (1 + cos(2u))/2
        sign = 1 if base.op == "cos" else -1
        doubled = ex.function("cos", 2 * base.args[0])
        return [
            changed
            for t in terms
            for changed in (
                replace(t, coefficient=t.coefficient * fmpq(1, 2)),
                replace(t, coefficient=t.coefficient * fmpq(sign, 2), wave=doubled),
            )
        ]
    return None


def _rate(u: Expr, z: Expr) -> Expr | None:
    """b where u is b z."""
    b = calculus.differentiate(u, z.args[0])
    return b if not ex.free_names(b) and normal_form.is_zero(u - b * z) else None


def _wave_mean(wave: Expr, variable: str) -> Expr:
    """E[cos(r z + p)] = exp(-r^2/2) cos(p), and the same for the sine."""
    r = calculus.differentiate(wave.args[0], variable)
    phase = calculus.substitute(wave.args[0], {variable: ex.ZERO})
    return ex.exp(r * r * fmpq(-1, 2)) * ex.function(wave.op, phase)


def _erf_moment(k: int, g: Expr, erfs: tuple[Expr, ...]) -> Expr | None:
    """E[z^k exp(-g z^2) prod erf(b_i z)] for at most two error functions; None where it diverges or is not known."""
    if g is not ex.ZERO:
        # exp(-g z^2) narrows the density to the variance s^2 = 1/(1 + 2 g), if the mean exists: also for odd functions.
        try:
            if constant_sign(1 + 2 * g) != 1:
                return None
        except Undecided:
            return None
        s = ex.power(1 + 2 * g, fmpq(-1, 2))
        inner = _erf_moment(k, ex.ZERO, tuple(b * s for b in erfs))
        return None if inner is None else s ** (k + 1) * inner
    if (k + len(erfs)) % 2:
        return ex.ZERO
    if k == 0:
        if not erfs:
            return ex.ONE
        a, b = erfs
        bend = 2 * a * b / ex.sqrt(1 + 2 * a * a + 2 * b * b)
        return 2 / ex.PI * ex.function("atan", normal_form.simplest(bend))
    parts = [(ex.rational(k - 1), _erf_moment(k - 2, g, erfs))] if k >= 2 else []
    for i, b in enumerate(erfs):
        parts.append((2 * b / ex.sqrt(ex.PI), _erf_moment(k - 1, b * b, erfs[:i] + erfs[i + 1 :])))
    known = [weight * value for weight, value in parts if value is not None]
    return ex.add(*known) if len(known) == len(parts) else None


def _is_whole(e: Expr) -> bool:
    return e.value is not None and e.value.q == 1 and e.value > 0


def _integral(k: int, a: Expr, low: End, high: End) -> Expr:
    """The integral of z^k exp(a z) times the density: exp(a^2/2) times moments of t + a on the shifted interval."""
    shifted = [end - a if isinstance(end, Expr) else end for end in (low, high)]
    moments = _moments(k, *shifted)
    total = ex.ZERO
    binomial = 1
    for j in range(k, -1, -1):
        total = total + binomial * a ** (k - j) * moments[j]
        binomial = binomial * j // (k - j + 1)
    return ex.exp(a * a * fmpq(1, 2)) * total


def _moments(k: int, low: End, high: End) -> list[Expr]:
    """Truncated moments of the standard normal, by m_j = (j-1) m_(j-2) + low^(j-1) phi(low) - high^(j-1) phi(high)."""
    result: list[Expr] = []
    for j in range(k + 1):
        if j == 0:
            result.append(_cdf(high, ex.ONE) - _cdf(low, ex.ZERO))
            continue
        moment = _edge(low, j - 1) - _edge(high, j - 1)
        result.append(moment + (j - 1) * result[j - 2] if j >= 2 else moment)
    return result


def _cdf(end: End, at_infinity: Expr) -> Expr:
    return ex.normal_cdf(end) if isinstance(end, Expr) else at_infinity


def _edge(end: End, power: int) -> Expr:
    return end**power * density(end) if isinstance(end, Expr) else ex.ZERO

"""Expectations over a standard normal in closed form.

On an interval: sums of ``c z^k exp(a z)``, by completing the square. On the whole line also
``c z^k exp(-g z^2) erf(b z)`` with up to two error functions, by Stein's identity E[z F(z)] = E[F'(z)] and
Sheppard's formula for E[erf(a z) erf(b z)]; and ``c z^k exp(a z)`` times cosines and sines of linear functions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import comb
from typing import TypeAlias

from flint import fmpq

from ..budget import Undecided
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.pieces import split
from ..normal_forms import normal_form
from ..normal_forms.signs import constant_sign

MAX_DEGREE = 24
MAX_WAVES = 6
"""The highest power of a sine or cosine: the terms double with each factor."""


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


Bound: TypeAlias = "Expr | None"
"""The end of an interval, None for an infinity."""


def closed_form(e: Expr, variable: str) -> Expr | None:
    """E[e] for an integrable e, or None where it has none of these forms. Raises Undecided."""
    total = ex.ZERO
    for piece in split(e, variable).pieces:
        if piece.expr is None or any(end.exact is None and not end.infinite for end in (piece.low, piece.high)):
            return None
        mean = closed_mean(piece.expr, variable, piece.low.exact, piece.high.exact)
        if mean is None:
            return None
        total = total + mean
    return total


def closed_mean(e: Expr, variable: str, low: Bound, high: Bound) -> Expr | None:
    """The integral of a smooth expression times the density between two ends, None for an infinite one; other names
    in it stand for any real numbers. None where it has none of these forms."""
    try:
        terms = gaussian_terms(e, variable)
        means = [_mean(t, low, high, variable) for t in terms or ()]
    except normal_form.TooComplex:
        return None
    if terms is None or None in means:
        return None
    return ex.add(*(mean for mean in means if mean is not None))


def _mean(t: Term, low: Bound, high: Bound, variable: str) -> Expr | None:
    """The integral of a term times the density, None where it has none of the forms."""
    if not t.erfs and t.g is ex.ZERO and t.wave is None:
        return t.coefficient * _integral(t.k, t.a, low, high)
    if low is not None or high is not None:
        return None
    if t.wave is not None:
        return None if t.erfs or t.g is not ex.ZERO else t.coefficient * _wave_moment(t.k, t.a, t.wave, variable)
    if t.a is not ex.ZERO:
        return None
    moment = _erf_moment(t.k, t.g, t.erfs)
    return None if moment is None else t.coefficient * moment


def gaussian_terms(e: Expr, variable: str) -> list[Term] | None:
    """The function as a sum of terms, or None where it is not one."""
    normal = normal_form.canonical(e)
    result: list[Term] = []
    for summand in ex.terms(normal):
        terms: list[Term] | None = [Term()]
        for factor in ex.factors(summand):
            terms = _times(terms, factor, variable)
            if terms is None:
                return None
        result += terms
    return result if all(t.k <= MAX_DEGREE for t in result) else None


def _times(terms: list[Term], factor: Expr, variable: str) -> list[Term] | None:
    """Terms times one factor of a normal form."""
    z = ex.name(variable)
    if variable not in ex.free_names(factor):
        return [replace(t, coefficient=t.coefficient * factor) for t in terms]
    base, exponent = ex.split_power(factor)
    if exponent.q != 1 or exponent < 1:
        return None
    n = int(exponent.p)
    if base is z:
        return [replace(t, k=t.k + n) for t in terms]
    if base.op == "exp" and n == 1:
        u = base.args[0]
        slope = calculus.differentiate(u, variable)
        square = calculus.differentiate(slope, variable) * fmpq(1, 2)
        if variable in ex.free_names(square) or u.switching or not u.total:
            return None
        rate, constant = (calculus.substitute(f, {variable: ex.ZERO}) for f in (slope, u))
        scale = ex.exp(constant)
        return [replace(t, coefficient=t.coefficient * scale, a=t.a + rate, g=t.g - square) for t in terms]
    if base.op == "erf" and (b := _rate(base.args[0], z)) is not None:
        raised = [replace(t, erfs=(*t.erfs, *[b] * n)) for t in terms]
        return raised if all(len(t.erfs) <= 2 for t in raised) else None
    if base.op in ("sin", "cos") and n <= MAX_WAVES:
        if variable in ex.free_names(calculus.differentiate(base.args[0], variable)):
            return None
        for _ in range(n):
            terms = [product for t in terms for product in _times_wave(t, base)]
        return terms
    return None


def _times_wave(t: Term, wave: Expr) -> list[Term]:
    """A term times a sine or cosine, as a sum of terms with one.

    cos a cos b = (cos(a - b) + cos(a + b))/2, sin a sin b = (cos(a - b) - cos(a + b))/2 and
    sin a cos b = (sin(a + b) + sin(a - b))/2.
    """
    if t.wave is None:
        return [replace(t, wave=wave)]
    a, b = t.wave.args[0], wave.args[0]
    if t.wave.op == wave.op:
        op, parts = "cos", ((1, a - b), (1 if wave.op == "cos" else -1, a + b))
    else:
        op, parts = "sin", ((1, a + b), (1, a - b if t.wave.op == "sin" else b - a))
    result: list[Term] = []
    for sign, argument in parts:
        product = ex.function(op, normal_form.canonical(argument))
        coefficient = t.coefficient * fmpq(sign, 2)
        if product.value is None:
            result.append(replace(t, coefficient=coefficient, wave=product))
        else:  # cos(0) or sin(0)
            result.append(replace(t, coefficient=coefficient * product, wave=None))
    return result


def _rate(u: Expr, z: Expr) -> Expr | None:
    """b where u is b z."""
    b = calculus.differentiate(u, z.args[0])
    return b if z.args[0] not in ex.free_names(b) and normal_form.is_zero(u - b * z) else None


def _wave_moment(k: int, a: Expr, wave: Expr, variable: str) -> Expr:
    """E[z^k exp(a z) cos(r z + p)], and the same for the sine.

    For k = 0 the real part of E[exp((a + i r) z + i p)] = exp((a + i r)^2/2 + i p); above, by E[z F(z)] = E[F'(z)].
    """
    r = calculus.differentiate(wave.args[0], variable)
    phase = calculus.substitute(wave.args[0], {variable: ex.ZERO})
    scale = ex.exp((a * a - r * r) * fmpq(1, 2))
    moments = [{op: scale * ex.function(op, a * r + phase) for op in ("sin", "cos")}]
    for j in range(k):
        last = moments[j]
        rise = {"sin": r * last["cos"], "cos": -1 * r * last["sin"]}
        before = moments[j - 1] if j else {"sin": ex.ZERO, "cos": ex.ZERO}
        moments.append({op: a * last[op] + rise[op] + j * before[op] for op in ("sin", "cos")})
    return moments[k][wave.op]


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
    terms = [weight * value for weight, value in parts if value is not None]
    return ex.add(*terms) if len(terms) == len(parts) else None


def _integral(k: int, a: Expr, low: Bound, high: Bound) -> Expr:
    """The integral of z^k exp(a z) times the density: exp(a^2/2) times moments of t + a on the shifted interval."""
    moments = _moments(k, *(None if end is None else end - a for end in (low, high)))
    total = ex.ZERO
    for j in range(k, -1, -1):
        total = total + comb(k, j) * a ** (k - j) * moments[j]
    return ex.exp(a * a * fmpq(1, 2)) * total


def _moments(k: int, low: Bound, high: Bound) -> list[Expr]:
    """Truncated moments of the standard normal, by m_j = (j-1) m_(j-2) + low^(j-1) phi(low) - high^(j-1) phi(high)."""
    above, below = (default if end is None else ex.normal_cdf(end) for end, default in ((high, ex.ONE), (low, ex.ZERO)))
    result = [above - below]
    for j in range(1, k + 1):
        moment = _edge(low, j - 1) - _edge(high, j - 1)
        result.append(moment + (j - 1) * result[j - 2] if j >= 2 else moment)
    return result


def _edge(end: Bound, power: int) -> Expr:
    return ex.ZERO if end is None else end**power * density(end)

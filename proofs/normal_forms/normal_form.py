"""Identities: a normal form for expressions, exact and sound, in which equal things usually look equal.

An expression is written as a quotient of polynomials over *kernels*: names, pi, roots, and functions of
arguments already in normal form. Exponentials are split over a common basis (``exp(a + b) = exp(a) exp(b)``),
hyperbolic functions become exponentials, odd functions lose their sign, logarithms of positive products split,
and powers of roots reduce. If the numerator is the zero polynomial, the expression is 0 wherever it is defined;
that is the only conclusion ever drawn. Two different normal forms prove nothing. Constants that differ in normal form
and yet depend on one another are found by :mod:`constants` and :mod:`algebraic`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import lcm

from flint import fmpq, fmpq_mpoly

from ..enclosures.balls import excludes_zero
from ..enclosures.jets import enclose
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from . import algebraic, constants
from .quotients import MAX_SIZE, Ring, TooComplex, content_of, factored

MAX_PRIME_BITS = 64


def is_zero(e: Expr) -> bool:
    """Whether the expression is proved to be 0 wherever it is defined."""
    if e is ex.ZERO:
        return True
    try:
        normal = canonical(e)
        return normal is ex.ZERO or _logarithms_cancel(normal) or _constants_cancel(normal)
    except TooComplex:
        return False


def _logarithms_cancel(normal: Expr) -> bool:
    """Whether a sum of whole multiples of logarithms is 0 because the product of their arguments' powers is 1."""
    terms = [ex.split_coefficient(term) for term in ex.terms(normal)]
    if len(terms) < 2 or any(rest.op != "log" for _, rest in terms):
        return False
    scale = lcm(*(int(c.q) for c, _ in terms))
    powers = [ex.power(rest.args[0], ex.rational(c * scale)) for c, rest in terms]
    return canonical(ex.mul(*powers) - 1) is ex.ZERO


@lru_cache(maxsize=1 << 12)
def _constants_cancel(normal: Expr) -> bool:
    """Whether a normal form is 0 by relations between its constants.

    Logarithms and arcs that depend on others are eliminated; then, as a polynomial in what is not algebraic, all its
    coefficients must be the algebraic number 0.
    """
    if not ex.free_names(normal) and not normal.switching and excludes_zero(enclose(normal)):
        return False
    written = constants.independent(normal)
    if written is normal and not constants.nested(normal):
        return False
    ring, (top, _) = _fraction(written)
    groups: dict[tuple[int, ...], list[Expr]] = {}
    algebraic_kernels = [algebraic.is_algebraic(kernel) for kernel in ring.roots]
    for exponents, c in top.to_dict().items():
        outside = tuple(0 if inside else int(k) for k, inside in zip(exponents, algebraic_kernels, strict=False))
        inside = tuple(int(k) - o for k, o in zip(exponents, outside, strict=False))
        groups.setdefault(outside, []).append(ex.mul(ex.rational(c), *ring.monomial(inside)))
    return all(algebraic.is_zero(ex.add(*terms)) for terms in groups.values())


def equal(a: Expr, b: Expr) -> bool:
    """Whether two expressions are proved equal wherever both are defined."""
    return a is b or is_zero(a - b)


def simplest(e: Expr) -> Expr:
    """The normal form where it is found and not longer, else the expression itself."""
    try:
        normal = canonical(e)
    except TooComplex:
        return e
    return normal if len(to_text(normal)) <= len(to_text(e)) + 8 else e


@lru_cache(maxsize=1 << 14)
def canonical(e: Expr) -> Expr:
    """The normal form. Raises TooComplex."""
    if e.op in ("rational", "name", "pi"):
        return e
    if e.size > MAX_SIZE:
        raise TooComplex("expression too large")
    ring, (top, bottom) = _fraction(e)
    return ring.quotient(top, bottom)


def reduced(e: Expr) -> Expr:
    """The normal form, without constants that are proved to depend on others in it. Raises TooComplex."""
    normal = canonical(e)
    independent = constants.independent(normal)
    return normal if independent is normal else canonical(independent)


def numerator_factors(e: Expr) -> tuple[fmpq, list[tuple[Expr, int]], list[tuple[Expr, int]]]:
    """The normal form as constant * product of factors / product of factors. Raises TooComplex."""
    ring, (top, bottom) = _fraction(e)
    constant, upper = factored(top)
    bottom_constant, lower = factored(bottom)
    return (
        constant / bottom_constant,
        [(ring.expression(f), int(k)) for f, k in upper],
        [(ring.expression(f), int(k)) for f, k in lower],
    )


# --- rewriting single functions --------------------------------------------------------------------------------


def _leading_sign(e: Expr) -> int:
    """The sign of the first rational coefficient; fixed by the normal form, so f(-u) and f(u) agree on it."""
    first = e.args[0] if e.op == "add" else e
    factor = first.args[0] if first.op == "mul" else first
    return -1 if factor.value is not None and factor.value < 0 else 1


def _rewrite(op: str, u: Expr) -> Expr:
    """A function of a canonical argument in terms of exp, log, erf, atan, sin and cos."""
    if u is ex.ZERO:
        return ex.function(op, u)
    match op:
        case "exp":
            return _split_exponential(u)
        case "log":
            return _split_logarithm(u)
        case "tanh":
            square = _split_exponential(canonical(2 * u))
            return (square - 1) / (square + 1)
        case "sinh" | "cosh":
            up = _split_exponential(u)
            return (up + (1 if op == "cosh" else -1) / up) / 2
        case "tan":
            return _rewrite("sin", u) / _rewrite("cos", u)
        case "erfc":
            return 1 - _rewrite("erf", u)
        case "sin" | "cos" if (shifted := _without_quarter_turns(op, u)) is not None:
            return shifted
        case "atan" if u in _ARCS:
            return _ARCS[u] * ex.PI
        case "erf" | "atan" | "sin" | "cos":
            if _leading_sign(u) < 0:
                return (1 if op == "cos" else -1) * Expr(op, canonical(-u))
            return Expr(op, u)
        case _:
            raise TooComplex(op)


_SQUARED_SINES = {fmpq(0): 0, fmpq(1, 6): fmpq(1, 4), fmpq(1, 4): fmpq(1, 2), fmpq(1, 3): fmpq(3, 4), fmpq(1, 2): 1}
"""sin(r pi)^2 by r, where it is a rational."""

_ARCS = {ex.ONE: fmpq(1, 4), ex.sqrt(3): fmpq(1, 3), ex.sqrt(3) * fmpq(1, 3): fmpq(1, 6)}
"""atan(u) over pi, for a canonical u."""


_BY_QUARTERS = (("sin", 1), ("cos", 1), ("sin", -1), ("cos", -1))
"""sin(t + k pi/2) as a function of t and a sign, by k."""


def _without_quarter_turns(op: str, u: Expr) -> Expr | None:
    """sin or cos of r pi + rest with 0 <= r < 1/2, or its value; None where the argument has this form already."""
    turns = fmpq(0)
    rest: list[Expr] = []
    for term in ex.terms(u):
        coefficient, factor = ex.split_coefficient(term)
        if factor is ex.PI:
            turns = coefficient
        else:
            rest.append(term)
    if not rest and (known := _known_sine(turns if op == "sin" else turns + fmpq(1, 2))) is not None:
        return known
    quarters = int((2 * turns).p // (2 * turns).q)
    if not quarters:
        return None
    shifted = canonical(ex.add((turns - fmpq(quarters, 2)) * ex.PI, *rest))
    function, sign = _BY_QUARTERS[(quarters + (op == "cos")) % 4]  # cos(t) = sin(t + pi/2)
    return sign * _rewrite(function, shifted)


def _known_sine(turns: fmpq) -> Expr | None:
    """sin(r pi), where its square is rational."""
    whole = turns.p // turns.q
    sign, part = -1 if whole % 2 else 1, turns - whole
    if (square := _SQUARED_SINES.get(min(part, 1 - part))) is None:
        return None
    if (root := ex.sqrt(ex.rational(square))).value is not None:
        return root * sign
    # A product, also where the sign is 1: a power of it is then taken factor by factor.
    return Expr("mul", ex.rational(sign), _prepare_power(ex.rational(square), fmpq(1, 2)))


def _split_exponential(u: Expr) -> Expr:
    """exp of a canonical sum, with exp(c log v) written as v^c."""
    powers: list[Expr] = []
    rest: list[Expr] = []
    for term in ex.terms(u):
        coefficient, factor = ex.split_coefficient(term)
        if factor.op == "log":
            powers.append(_prepare_power(factor.args[0], coefficient))
        else:
            rest.append(term)
    if rest:
        powers.append(ex.exp(ex.add(*rest)))
    return Expr("mul", *powers) if len(powers) > 1 else powers[0]


def _split_logarithm(u: Expr) -> Expr:
    """The logarithm of a product of positive factors as a sum."""
    parts: list[Expr] = []
    inside: list[Expr] = []
    sign = 1
    for factor in _factors_of_fraction(u):
        base, exponent = ex.split_power(factor)
        if base.op == "exp":
            parts.append(exponent * base.args[0])
        elif base.op == "rational":
            if base.args[0] < 0:
                sign = -sign
            parts.extend(exponent * k * Expr("log", ex.rational(p)) for p, k in _prime_powers(abs(base.args[0])))
        elif base.positive:
            parts.append(exponent * Expr("log", base))
        else:
            inside.append(factor)
    if inside:
        parts.append(Expr("log", ex.mul(sign, *inside)))
    elif sign < 0:
        raise TooComplex("logarithm of a negative constant")
    return ex.add(*parts)


def _factors_of_fraction(u: Expr) -> Iterable[Expr]:
    """A canonical quotient as factors, with common monomials of a sum taken out."""
    ring, (top, bottom) = _fraction(u)
    for polynomial, sign in ((top, 1), (bottom, -1)):
        content = content_of(polynomial)
        yield ex.power(ex.rational(content), sign)
        monomial, rest = ring.split_monomial(polynomial / content)
        yield from (ex.power(f, sign) for f in monomial)
        if rest is not ex.ONE:
            yield ex.power(rest, sign)


def _prime_powers(value: fmpq) -> list[tuple[int, int]]:
    """The factorisation of a positive rational; refuses numbers too large to factor in passing."""
    if value.p.bit_length() > MAX_PRIME_BITS or value.q.bit_length() > MAX_PRIME_BITS:
        raise TooComplex("large constant under a root or logarithm")
    result = [(int(p), int(k)) for p, k in value.p.factor()]
    return result + [(int(p), -int(k)) for p, k in value.q.factor()]


def _prepare_power(base: Expr, r: fmpq) -> Expr:
    """A rational power of a canonical base, roots of positive products split."""
    if r.q == 1:
        return _prepare(base) if r == 1 else Expr("pow", _prepare(base), ex.rational(r))
    if base is ex.ZERO:
        raise TooComplex("root of zero")
    factors: list[Expr] = []
    inside: list[Expr] = []
    for factor in _factors_of_fraction(base):
        inner, k = ex.split_power(factor)
        if inner.op == "rational" and inner.args[0] > 0:
            factors += [Expr("pow", ex.rational(p), ex.rational(k * m * r)) for p, m in _prime_powers(inner.args[0])]
        elif inner.positive:
            factors.append(Expr("pow", inner, ex.rational(k * r)))
        else:
            inside.append(factor)
    if inside:
        factors.append(Expr("pow", canonical(ex.mul(*inside)), ex.rational(r)))
    return Expr("mul", *factors) if len(factors) != 1 else factors[0]


def _prepare(e: Expr) -> Expr:
    """Sums, products and powers of kernels, every kernel's argument in normal form."""
    match e.op:
        case "rational" | "name" | "pi":
            return e
        case "add" | "mul":
            return Expr(e.op, *map(_prepare, e.args))
        case "pow":
            exponent = e.args[1].value
            if exponent is None:
                return _prepare(ex.exp(e.args[1] * ex.log(e.args[0])))
            inner, root = ex.split_power(e.args[0])
            if exponent.q == 1 and root.q != 1:  # a power of a root, equal to one root where that is defined
                return _prepare_power(canonical(inner), root * exponent)
            if exponent.q == 1:
                return Expr("pow", _prepare(e.args[0]), e.args[1])
            return _prepare_power(canonical(e.args[0]), exponent)
        case "derivative":
            return e
        case "abs":
            u = canonical(e.args[0])
            return ex.switch("abs", canonical(-u) if _leading_sign(u) < 0 else u)
        case op if op in ex.SWITCHES:
            return calculus.rebuild(e, canonical)
        case op:
            return _rewrite(op, canonical(e.args[0]))


def _fraction(e: Expr) -> tuple[Ring, tuple[fmpq_mpoly, fmpq_mpoly]]:
    prepared = _prepare(e)
    ring = Ring(prepared)
    return ring, ring.fraction(prepared)

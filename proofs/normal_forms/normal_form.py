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
from functools import cache, lru_cache, partial
from math import comb, gcd, lcm, prod
from typing import Any

from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from ..budget import spend
from ..enclosures.balls import excludes_zero
from ..enclosures.jets import enclose
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from . import algebraic, constants

MAX_TERMS = 2000
MAX_BITS = 400_000
"""All coefficients of a polynomial together."""
MAX_PRODUCTS = 1_000_000
"""Pairs of terms in a product."""
MAX_FACTORED_TERMS = 400
MAX_FACTORING = 10_000
"""Steps that the factors of one polynomial may take."""
MAX_SIZE = 4000
MAX_POWER = 40
MAX_DEGREE = 1000
MAX_PRIME_BITS = 64


class TooComplex(Exception):
    """The normal form would be too large; nothing is known."""


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
    terms = [ex.split_coefficient(term) for term in _terms(normal)]
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
    return ring.expression_of(top, bottom)


def reduced(e: Expr) -> Expr:
    """The normal form, without constants that are proved to depend on others in it. Raises TooComplex."""
    normal = canonical(e)
    independent = constants.independent(normal)
    return normal if independent is normal else canonical(independent)


def numerator_factors(e: Expr) -> tuple[fmpq, list[tuple[Expr, int]], list[tuple[Expr, int]]]:
    """The normal form as constant * product of factors / product of factors. Raises TooComplex."""
    ring, (top, bottom) = _fraction(e)
    constant, upper = _factored(top)
    bottom_constant, lower = _factored(bottom)
    return (
        constant / bottom_constant,
        [(ring.expression(f), int(k)) for f, k in upper],
        [(ring.expression(f), int(k)) for f, k in lower],
    )


def _factored(polynomial: fmpq_mpoly) -> tuple[fmpq, list[tuple[fmpq_mpoly, Any]]]:
    """A polynomial factored over the rationals, where that is quick. Raises TooComplex."""
    degree = max(map(int, polynomial.degrees()), default=0)
    work = degree**2 // 100 + len(polynomial) + degree * _bits(polynomial) // 240
    if len(polynomial) > MAX_FACTORED_TERMS or work > MAX_FACTORING:
        raise TooComplex("polynomial too large to factor")
    spend(1 + work / 10)
    return polynomial.factor()


def _bits(polynomial: fmpq_mpoly) -> int:
    """The size of all coefficients together."""
    return sum(int(c.p.height_bits()) + int(c.q.height_bits()) for c in polynomial.coeffs())


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
        case "sin" | "cos" if (shifted := _without_half_turns(op, u)) is not None:
            return shifted
        case "atan" if u in _ARCS:
            return _ARCS[u] * ex.PI
        case "erf" | "atan" | "sin" | "cos":
            if _leading_sign(u) < 0:
                return (1 if op == "cos" else -1) * Expr(op, canonical(-u))
            return Expr(op, u)
        case _:
            raise TooComplex(op)


_SINES = {fmpq(0): "0", fmpq(1, 6): "1/2", fmpq(1, 4): "sqrt(1/2)", fmpq(1, 3): "sqrt(3/4)", fmpq(1, 2): "1"}
"""sin(r pi) by r, where it is a rational or a square root."""


_ARCS = {ex.ONE: fmpq(1, 4), ex.sqrt(3): fmpq(1, 3), ex.sqrt(3) * fmpq(1, 3): fmpq(1, 6)}
"""atan(u) over pi, for a canonical u."""


def _without_half_turns(op: str, u: Expr) -> Expr | None:
    """sin or cos of r pi + rest with 0 <= r < 1, or its value; None where the argument has this form already."""
    turns, rest = fmpq(0), []
    for term in _terms(u):
        coefficient, factor = ex.split_coefficient(term)
        if factor is ex.PI:
            turns = coefficient
        else:
            rest.append(term)
    whole = turns.p // turns.q
    part = turns - whole
    sign = -1 if whole % 2 else 1
    if not rest:
        quarter = part if op == "sin" else part + fmpq(1, 2)  # cos(t) = sin(t + pi/2), now in [0, 3/2)
        if quarter >= 1:
            sign, quarter = -sign, quarter - 1
        value = _SINES.get(min(quarter, 1 - quarter))
        if value is not None:
            inner = value.removeprefix("sqrt(").removesuffix(")")
            known = ex.rational(inner)
            # A product, also where the sign is 1: a power of it is then taken factor by factor.
            return known * sign if inner == value else Expr("mul", ex.rational(sign), _prepare_power(known, fmpq(1, 2)))
    if not whole:
        return None
    shifted = canonical(ex.add(part * ex.PI, *rest))
    return sign * _rewrite(op, shifted)


def _terms(u: Expr) -> tuple[Expr, ...]:
    return u.args if u.op == "add" else (u,)


def _split_exponential(u: Expr) -> Expr:
    """exp of a canonical sum, with exp(c log v) written as v^c."""
    powers: list[Expr] = []
    rest: list[Expr] = []
    for term in _terms(u):
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
        content = _content(polynomial)
        yield ex.power(ex.rational(content), sign)
        monomial, rest = ring.split_monomial(polynomial / content)
        yield from (ex.power(f, sign) for f in monomial)
        if rest is not ex.ONE:
            yield ex.power(rest, sign)


def _content(polynomial: fmpq_mpoly) -> fmpq:
    """The rational that leaves coprime whole coefficients, the leading one positive."""
    coefficients = list(polynomial.to_dict().values())
    if not coefficients:
        return fmpq(1)
    scale = lcm(*(int(c.q) for c in coefficients))
    size = fmpq(gcd(*(int((c * scale).p) for c in coefficients)), scale)
    return size if polynomial.leading_coefficient() > 0 else -size


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


# --- quotients of polynomials in kernels ------------------------------------------------------------------------


class _Ring:
    """Polynomials over the kernels of one expression, and the relations between them."""

    def __init__(self, e: Expr) -> None:
        roots: dict[Expr, Any] = {}
        self._rates: dict[Expr, list[fmpq]] = {}
        self._kernels: dict[tuple[Expr, int], Expr] = {}
        self._collect(e, fmpq(1), roots, set())
        for kernel, rates in self._rates.items():
            # exp(100 x) and exp(150 x) are powers of exp(50 x): the largest common rate keeps degrees low.
            roots[kernel] = fmpq(lcm(*(int(r.q) for r in rates)), gcd(*(int(r.p) for r in rates)))
        if sum(kernel.size for kernel in roots) > MAX_SIZE:
            raise TooComplex("kernels too large")
        # cos(u)^2 = 1 - sin(u)^2 is the one relation that is not a root's.
        for base in [b for b in roots if b.op == "cos"]:
            roots.setdefault(Expr("sin", base.args[0]), 1)
        self.roots = {b: roots[b] for b in sorted(roots, key=to_text)}
        names = tuple(f"k{i}" for i in range(len(self.roots))) or ("k0",)
        self.context = fmpq_mpoly_ctx.get(names, "lex")
        self.generators = dict(zip(self.roots, self.context.gens(), strict=False))
        self.one = self.context.constant(1)
        # A root's base may contain shorter roots, never longer ones: each relation is reduced by those before it.
        self.relations: list[tuple[int, int, fmpq_mpoly, fmpq_mpoly]] = []
        for base in sorted(self.roots, key=lambda b: len(to_text(b))):
            value = self._relation(base, self.roots[base])
            if value is not None:
                degree = 2 * self.roots[base] if base.op == "cos" else self.roots[base]
                self.relations.append((list(self.roots).index(base), degree, *value))

    def _collect(self, e: Expr, exponent: fmpq, roots: dict[Expr, int], seen: set[Any]) -> None:
        """Find each kernel and the common denominator of its exponents."""
        if (e, exponent) in seen:
            return
        seen.add((e, exponent))
        match e.op:
            case "rational" if exponent.q == 1:
                return
            case "exp":
                for term in _terms(e.args[0]):
                    coefficient, rest = ex.split_coefficient(term)
                    self._rates.setdefault(Expr("exp", rest), []).append(coefficient * exponent)
            case "add" | "mul" if exponent.q == 1:
                for a in e.args:
                    self._collect(a, fmpq(1), roots, seen)
            case "pow" if e.args[1].op == "rational":
                self._collect(e.args[0], e.args[1].args[0] * exponent, roots, seen)
            case _:
                roots[e] = lcm(roots.get(e, 1), int(exponent.q))
                if e.op == "add":
                    self._collect(e, fmpq(1), roots, seen)

    def fraction(self, e: Expr) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        match e.op:
            case "rational":
                return self.context.constant(e.args[0]), self.one
            case "add":
                return self._sum([self.fraction(a) for a in e.args])
            case "mul":
                top, bottom = self.one, self.one
                for a in e.args:
                    p, q = self.fraction(a)
                    top, bottom = self._product(top, p), self._product(bottom, q)
                return self.reduced(top, bottom)
            case "pow" if e.args[1].op == "rational":
                return self._power(e.args[0], e.args[1].args[0])
            case _:
                return self._power(e, fmpq(1))

    def _sum(self, parts: list[tuple[fmpq_mpoly, fmpq_mpoly]]) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        while len(parts) > 1:
            (a, b), (c, d) = parts.pop(0), parts.pop(0)
            if b == d:
                parts.append((a + c, b))
            else:
                common = b.gcd(d)
                left, right = d / common, b / common
                parts.append((self._checked(self._product(a, left) + self._product(c, right)), self._product(b, left)))
        return self.reduced(*parts[0])

    def _checked(self, polynomial: fmpq_mpoly) -> fmpq_mpoly:
        bits = _bits(polynomial) if len(polynomial) <= MAX_TERMS else MAX_BITS
        spend(0.2 + len(polynomial) / 50 + bits / 20_000)
        if bits >= MAX_BITS:
            raise TooComplex("polynomial too large")
        return polynomial

    def _product(self, a: fmpq_mpoly, b: fmpq_mpoly) -> fmpq_mpoly:
        if a == self.one or b == self.one:
            return b if a == self.one else a
        if len(a) * len(b) > MAX_PRODUCTS:
            raise TooComplex("product too large")
        spend(len(a) * len(b) / 2_000)
        return self._checked(a * b)

    def _raised(self, a: fmpq_mpoly, n: int) -> fmpq_mpoly:
        """a^n, its size foreseen."""
        if n <= 1 or not a:
            return a if n else self.one
        terms = min(comb(n + len(a) - 1, n), prod(n * int(d) + 1 for d in a.degrees()))
        if terms > MAX_TERMS or n * _bits(a) * terms > MAX_BITS * len(a):
            raise TooComplex("power too large")
        return self._checked(a**n)

    def _power(self, base: Expr, exponent: fmpq) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        if base.op == "exp" and (base.args[0].op == "add" or ex.split_coefficient(base.args[0])[1] is not base.args[0]):
            top, bottom = self.one, self.one
            for term in _terms(base.args[0]):
                coefficient, rest = ex.split_coefficient(term)
                p, q = self._power(Expr("exp", rest), coefficient * exponent)
                top, bottom = self._product(top, p), self._product(bottom, q)
            return self.reduced(top, bottom)
        if base in self.generators and (base.op != "add" or exponent.q != 1):
            k = exponent * self.roots[base]
            if k.q != 1:
                raise TooComplex("exponent")
            if abs(k) > MAX_DEGREE:
                raise TooComplex("power too large")
            monomial = self.generators[base] ** abs(int(k.p))
            return self.reduced(*((monomial, self.one) if k > 0 else (self.one, monomial)))
        if exponent.q != 1 or abs(exponent) > MAX_POWER:
            raise TooComplex("power too large")
        top, bottom = self.fraction(base)
        if exponent < 0:
            if not top:
                raise TooComplex("division by zero")
            top, bottom = bottom, top
        n = abs(int(exponent.p))
        return self.reduced(self._raised(top, n), self._raised(bottom, n))

    def reduced(self, top: fmpq_mpoly, bottom: fmpq_mpoly) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        """Apply the relations, cancel common factors, make the denominator's leading coefficient 1."""
        top, extra_top = self._reduce(top)
        bottom, extra_bottom = self._reduce(bottom)
        top, bottom = self._product(top, extra_bottom), self._product(bottom, extra_top)
        if not bottom:
            raise TooComplex("division by zero")
        if not top:
            return top, self.one
        common = top.gcd(bottom)
        if common != self.one:
            top, bottom = top / common, bottom / common
        top, bottom = self._rationalised(top, bottom)
        leading = bottom.leading_coefficient()
        return top / leading, bottom / leading

    def _rationalised(self, top: fmpq_mpoly, bottom: fmpq_mpoly) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        """1/sqrt(2) as sqrt(2)/2, so that a number has one form: common root factors leave the denominator."""
        for index, degree, value, divisor in self.relations:
            if len(value) != 1 or value.total_degree() or divisor != self.one:
                continue
            common = min(int(m[index]) for m in bottom.monoms())
            if common:
                generator = self.context.gens()[index]
                power = generator**common
                top, extra = self._reduce(self._product(top, generator ** (degree - common)))
                bottom = self._product(self._product(bottom / power, value), extra)
        return top, bottom

    def _reduce(self, polynomial: fmpq_mpoly) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        """The polynomial with root^degree replaced by its base, as polynomial / denominator."""
        denominator = self.one
        for index, degree, top, bottom in reversed(self.relations):
            highest = max((int(m[index]) for m in polynomial.monoms()), default=0) // degree
            if highest < 1:
                continue
            result = self.context.constant(0)
            powers, rests = (cache(partial(self._raised, base)) for base in (top, bottom))
            for exponents, coefficient in polynomial.to_dict().items():
                whole, rest = divmod(int(exponents[index]), degree)
                kept = tuple(rest if i == index else int(k) for i, k in enumerate(exponents))
                term = self.context.from_dict({kept: coefficient})
                result += self._product(self._product(term, powers(whole)), rests(highest - whole))
            polynomial, denominator = self._checked(result), self._product(denominator, rests(highest))
        return polynomial, denominator

    def _relation(self, base: Expr, degree: int) -> tuple[fmpq_mpoly, fmpq_mpoly] | None:
        if base.op == "cos":
            sine = Expr("sin", base.args[0])
            return self.one - self.generators[sine] ** (2 * self.roots[sine]), self.one
        if degree == 1:
            return None
        if base.op == "rational":
            return self.context.constant(base.args[0]), self.one
        if base.op == "add":
            return self.fraction(base)
        return None

    def _kernel(self, base: Expr, k: int) -> Expr:
        """A power of a kernel as an expression; the terms of a polynomial ask for few of them, many times."""
        if (base, k) not in self._kernels:
            self._kernels[base, k] = self._written(base, k)
        return self._kernels[base, k]

    def _written(self, base: Expr, k: int) -> Expr:
        exponent = k / fmpq(self.roots[base])
        if base.op == "exp":
            return ex.exp(exponent * base.args[0])
        return ex.power(base, ex.rational(exponent))

    def monomial(self, exponents: tuple[Any, ...]) -> list[Expr]:
        return [self._kernel(b, int(k)) for b, k in zip(self.roots, exponents, strict=False) if k]

    def split_monomial(self, polynomial: fmpq_mpoly) -> tuple[list[Expr], Expr]:
        """The common monomial of all terms as kernels, and the remaining polynomial as an expression."""
        monomials = [tuple(int(k) for k in m) for m in polynomial.monoms()]
        common = tuple(min(column) for column in zip(*monomials, strict=True))
        rest = polynomial / self.context.from_dict({common: 1})
        return self.monomial(common), self.expression(rest)

    def expression(self, polynomial: fmpq_mpoly) -> Expr:
        return ex.add(*(ex.mul(ex.rational(c), *self.monomial(m)) for m, c in polynomial.to_dict().items()))

    def expression_of(self, top: fmpq_mpoly, bottom: fmpq_mpoly) -> Expr:
        if len(bottom) == 1:
            ((divisor, c),) = bottom.to_dict().items()
            terms = []
            for exponents, coefficient in top.to_dict().items():
                quotient = tuple(int(a) - int(b) for a, b in zip(exponents, divisor, strict=True))
                terms.append(ex.mul(ex.rational(coefficient / c), *self.monomial(quotient)))
            return ex.add(*terms)
        return ex.mul(self.expression(top), ex.power(self.expression(bottom), -1))


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


def _fraction(e: Expr) -> tuple[_Ring, tuple[fmpq_mpoly, fmpq_mpoly]]:
    prepared = _prepare(e)
    ring = _Ring(prepared)
    return ring, ring.fraction(prepared)

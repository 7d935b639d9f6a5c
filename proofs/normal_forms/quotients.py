"""Quotients of polynomials over the kernels of one expression, with the relations between them.

A kernel is what polynomials take for a variable: a name, pi, a root, or a function of an argument in normal form. Roots
and cosines are reduced by their relations; what would grow too large is refused.
"""

from __future__ import annotations

from functools import cache, partial
from math import comb, gcd, lcm, prod
from typing import Any

from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from ..budget import spend
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text

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


class TooComplex(Exception):
    """The normal form would be too large; nothing is known."""


def _bits(polynomial: fmpq_mpoly) -> int:
    """The size of all coefficients together."""
    return sum(int(c.p.height_bits()) + int(c.q.height_bits()) for c in polynomial.coeffs())


def content_of(polynomial: fmpq_mpoly) -> fmpq:
    """The rational that leaves coprime whole coefficients, the leading one positive."""
    coefficients = list(polynomial.to_dict().values())
    if not coefficients:
        return fmpq(1)
    scale = lcm(*(int(c.q) for c in coefficients))
    size = fmpq(gcd(*(int((c * scale).p) for c in coefficients)), scale)
    return size if polynomial.leading_coefficient() > 0 else -size


def factored(polynomial: fmpq_mpoly) -> tuple[fmpq, list[tuple[fmpq_mpoly, Any]]]:
    """A polynomial factored over the rationals, where that is quick. Raises TooComplex."""
    degree = max(map(int, polynomial.degrees()), default=0)
    work = degree**2 // 100 + len(polynomial) + degree * _bits(polynomial) // 240
    if len(polynomial) > MAX_FACTORED_TERMS or work > MAX_FACTORING:
        raise TooComplex("polynomial too large to factor")
    spend(1 + work / 10)
    return polynomial.factor()


class Ring:
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
                for term in ex.terms(e.args[0]):
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
        """Numerator and denominator of a sum, product or power of kernels. Raises TooComplex."""
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
            for term in ex.terms(base.args[0]):
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
        """The powers of kernels that a monomial is the product of."""
        return [self._kernel(b, int(k)) for b, k in zip(self.roots, exponents, strict=False) if k]

    def split_monomial(self, polynomial: fmpq_mpoly) -> tuple[list[Expr], Expr]:
        """The common monomial of all terms as kernels, and the remaining polynomial as an expression."""
        monomials = [tuple(int(k) for k in m) for m in polynomial.monoms()]
        common = tuple(min(column) for column in zip(*monomials, strict=True))
        rest = polynomial / self.context.from_dict({common: 1})
        return self.monomial(common), self.expression(rest)

    def expression(self, polynomial: fmpq_mpoly) -> Expr:
        """The sum that a polynomial is."""
        return ex.add(*(ex.mul(ex.rational(c), *self.monomial(m)) for m, c in polynomial.to_dict().items()))

    def quotient(self, top: fmpq_mpoly, bottom: fmpq_mpoly) -> Expr:
        """The quotient of two polynomials; over one term, a sum of quotients."""
        if len(bottom) == 1:
            ((divisor, c),) = bottom.to_dict().items()
            terms: list[Expr] = []
            for exponents, coefficient in top.to_dict().items():
                quotient = tuple(int(a) - int(b) for a, b in zip(exponents, divisor, strict=True))
                terms.append(ex.mul(ex.rational(coefficient / c), *self.monomial(quotient)))
            return ex.add(*terms)
        return ex.mul(self.expression(top), ex.power(self.expression(bottom), -1))

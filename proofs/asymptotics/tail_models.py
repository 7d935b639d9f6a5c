"""The behaviour of a function on a whole tail: models in monomials, with rigorous remainders.

On ``y >= R`` a function is enclosed by a finite sum of ``C * M(y)`` with monomials ``M = y^k (log y)^l exp(q)``,
where q is itself a finite sum of growing monomials with exact coefficients; which of two grows faster is decided or the
work ends undecided (:mod:`monomials`). A coefficient C is an exact constant
(an :class:`Expr`) or a ball: "some function of y with values in this ball". Models are closed under arithmetic and
the elementary functions; because leading coefficients are exact, what cancels in the limit cancels here, and the
sign of what is left decides strictness (tanh < 1 everywhere, not only in the limit).

The same code serves the two infinities (x = y, x = -y) and the sides of a finite point (x = r + 1/y, x = r - 1/y).
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial

from flint import arb, ctx, fmpq

from ..budget import Undecided, spend
from ..enclosures.balls import known_sign, precision
from ..enclosures.jets import program, series
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from .monomials import (
    LOG_Y,
    UNIT,
    Coefficient,
    Model,
    Monomial,
    ball,
    by_dominance,
    constant,
    decided_sign,
    growth,
    inverse,
    monomial,
    power_of,
    times,
)
from .tail_values import TailValues


class Tail:
    """Models on y >= start with a number of exact terms. Create inside balls.precision."""

    def __init__(self, start: fmpq, terms: int) -> None:
        self.start = start
        self.terms = terms
        self.values = TailValues(start)

    def _collect(self, terms: Model, limit: int | None) -> Model:
        spend()
        ordered = by_dominance(terms)
        return ordered if limit is None else self._truncate(ordered, limit)

    def _truncate(self, model: Model, limit: int) -> Model:
        """Keep the leading terms; the others become part of one ball."""
        if len(model) <= limit + 1:
            return model
        m, c = model[limit]
        total = ball(c)
        for other, d in model[limit + 1 :]:
            total += ball(d) * self.values.range_from(times(other, inverse(m)), self.start)
        return [*model[:limit], (m, total)]

    def add(self, *models: Model) -> Model:
        return self._collect([t for model in models for t in model], self.terms)

    def mul(self, a: Model, b: Model) -> Model:
        terms: Model = []
        for m, c in a:
            for n, d in b:
                product = c * d if isinstance(c, Expr) and isinstance(d, Expr) else ball(c) * ball(d)
                terms.append((times(m, n), product))
        return self._collect(terms, self.terms)

    def lead(self, model: Model) -> tuple[Coefficient, Monomial, Model]:
        """f = C M (1 + eps). Raises Undecided where the leading coefficient may be 0."""
        if not model:
            raise Undecided("a part of it is identically 0 there")
        m, c = model[0]
        leading_sign(c)
        reciprocal = inverse(m)
        rest: Model = []
        for n, d in model[1:]:
            quotient = d / c if isinstance(c, Expr) and isinstance(d, Expr) else ball(d) / ball(c)
            rest.append((times(n, reciprocal), quotient))
        return c, m, self._collect(rest, None)

    def compose(self, eps: Model, coefficients: list[Coefficient], remainder: arb) -> Model:
        """sum_j coefficients[j] eps^j + remainder eps^len, by Horner."""
        result: Model = [(UNIT, remainder)]
        for c in reversed(coefficients):
            result = self.add(self.mul(result, eps), [(UNIT, c)] if c is not ex.ZERO else [])
        return result

    def power(self, f: Model, a: fmpq) -> Model:
        if a.q == 1 and 0 < a <= 8:
            result = f
            for _ in range(int(a.p) - 1):
                result = self.mul(result, f)
            return result
        c, m, eps = self.lead(f)
        if a.q != 1 and not ball(c) > 0:
            raise Undecided("a root of what is negative there")
        if isinstance(c, Expr):
            scale: Coefficient = constant(ex.power(c, ex.rational(a)))
        else:
            scale = c ** int(a.p) if a.q == 1 else (arb(a) * c.log()).exp()
        return self.mul([(power_of(m, a), scale)], self._binomial(eps, a))

    def _binomial(self, eps: Model, a: fmpq) -> Model:
        """(1 + eps)^a."""
        if not eps:
            return [(UNIT, ex.ONE)]
        base = 1 + self.values.range_of(eps)
        if not base > 0:
            raise Undecided("the leading term under a power is not proved to outweigh the others")
        n = self.terms
        coefficients: list[Coefficient] = []
        binomial = fmpq(1)
        for j in range(n):
            coefficients.append(ex.rational(binomial))
            binomial = binomial * (a - j) / (j + 1)
        remainder = arb(binomial) * (arb(a - n) * base.log()).exp()
        return self.compose(eps, coefficients, remainder)

    def exp(self, f: Model) -> Model:
        exponents: list[tuple[Monomial, Expr]] = []
        scale: Coefficient = ex.ONE
        eps: Model = []
        for m, c in f:
            if m is UNIT:
                scale = constant(ex.exp(c)) if isinstance(c, Expr) else c.exp()
            elif growth(m) < 0:
                eps.append((m, c))
            elif not isinstance(c, Expr):
                raise Undecided("the growth of an exponent is known by enclosures alone")
            else:
                exponents.append((m, c))
        result: Model = [(monomial(fmpq(0), fmpq(0), exponents), scale)]
        if not eps:
            return result
        bound = self.values.range_of(eps).exp()
        coefficients: list[Coefficient] = [ex.rational(fmpq(1, factorial(j))) for j in range(self.terms)]
        return self.mul(result, self.compose(eps, coefficients, bound / arb(factorial(self.terms))))

    def log(self, f: Model) -> Model:
        c, m, eps = self.lead(f)
        if not ball(c) > 0:
            raise Undecided("a logarithm of what is negative there")
        if m.l:
            raise Undecided("a logarithm of a logarithm, whose growth is not compared")
        terms: Model = [(n, d) for d, n in m.q]
        if m.k:
            if self.start <= 1:
                raise Undecided("a logarithm is negative up to 1")
            terms.append((LOG_Y, ex.rational(m.k)))
        if c is not ex.ONE:
            terms.append((UNIT, ex.log(c) if isinstance(c, Expr) else c.log()))
        result = self._collect(terms, self.terms)
        if not eps:
            return result
        base = 1 + self.values.range_of(eps)
        if not base > 0:
            raise Undecided("the leading term under a logarithm is not proved to outweigh the others")
        n = self.terms
        coefficients: list[Coefficient] = [ex.ZERO]
        coefficients += [ex.rational(fmpq(1 if j % 2 else -1, j)) for j in range(1, n)]
        # A power by repeated products would lose the sign of a wide base.
        remainder = arb(fmpq(1 if n % 2 else -1, n)) * (-n * base.log()).exp()
        return self.add(result, self.compose(eps, coefficients, remainder))

    def analytic(self, op: str, f: Model) -> Model:
        """erf, erfc, atan, sin or cos of a model with a finite limit, by Taylor at the exact limit."""
        limit = ex.ZERO
        eps: Model = []
        for m, c in f:
            if m is UNIT:
                if not isinstance(c, Expr):
                    raise Undecided(f"the limit inside {op} is known by enclosures alone")
                limit = c
            else:
                eps.append((m, c))
        n = self.terms
        t = ex.name("t")
        node = ex.function(op, t)
        coefficients: list[Coefficient] = []
        for j in range(n):
            coefficients.append(constant(calculus.substitute(node, {"t": limit}) * fmpq(1, factorial(j))))
            node = calculus.differentiate(node, "t")
        if not eps:
            return [(UNIT, coefficients[0])] if coefficients[0] is not ex.ZERO else []
        around = ball(limit) + self.values.range_of(eps)
        with precision(ctx.prec, n + 2):
            remainder = series(program(ex.function(op, t)), "t", around, n + 1)[n]
        return self.compose(eps, coefficients, remainder)

    def _direction(self, f: Model) -> int:
        """1, -1 or 0 as f tends to oo, -oo or a finite limit."""
        return 0 if not f or growth(f[0][0]) <= 0 else leading_sign(f[0][1])

    def erfc(self, f: Model) -> Model:
        direction = self._direction(f)
        if direction == 0:
            return self.analytic("erfc", f)
        if direction < 0:
            return self.add([(UNIT, ex.rational(2))], _scaled(self.erfc(_scaled(f, -1)), -1))
        # erfc(g) = exp(-g^2) / (g sqrt pi) (sum_{j<N} (-1)^j (2j-1)!! / (2 g^2)^j + theta term_N), 0 <= theta <= 1,
        # for g > 0: the expansion is enveloping (DLMF 7.12.1).
        _, _, eps = self.lead(f)
        if not 1 + self.values.range_of(eps) > 0:
            raise Undecided("whether the argument of erfc is positive there")
        inverse = self.power(self.mul(f, f), fmpq(-1))
        coefficients: list[Coefficient] = []
        term = fmpq(1)
        for j in range(self.terms):
            coefficients.append(ex.rational(term))
            term = -term * (2 * j + 1) / 2
        envelope = arb(0).union(arb(term))
        total = self.compose(inverse, coefficients, envelope)
        outer = self.mul(self.exp(_scaled(self.mul(f, f), -1)), self.power(f, fmpq(-1)))
        return self.mul(self.mul(outer, [(UNIT, ex.power(ex.PI, fmpq(-1, 2)))]), total)

    def erf(self, f: Model) -> Model:
        direction = self._direction(f)
        if direction == 0:
            return self.analytic("erf", f)
        tail = self.erfc(_scaled(f, direction))
        return self.add([(UNIT, ex.rational(direction))], _scaled(tail, -direction))

    def atan(self, f: Model) -> Model:
        direction = self._direction(f)
        if direction == 0:
            return self.analytic("atan", f)
        inverse = self.analytic("atan", self.power(f, fmpq(-1)))
        return self.add([(UNIT, direction * ex.PI / 2)], _scaled(inverse, -1))

    def tanh(self, f: Model) -> Model:
        raised = self.add(self.exp(_scaled(f, 2)), [(UNIT, ex.ONE)])
        return self.add([(UNIT, ex.ONE)], _scaled(self.power(raised, fmpq(-1)), -2))

    def oscillating(self, op: str, f: Model) -> Model:
        if self._direction(f) == 0:
            return self.analytic(op, f)
        return [(UNIT, arb(0, 1))]

    def _size(self, f: Model) -> Model:
        """abs(f), also where f keeps changing its sign but does not grow."""
        sign = self.values.sign(f)
        if sign is not None:
            return _scaled(f, sign)
        if any(growth(m) > 0 for m, _ in f):
            raise Undecided("the size of a part that grows and keeps no one sign")
        return [(UNIT, abs(self.values.range_of(f)))]

    def model(self, e: Expr, variable: str, x: Model) -> Model:
        """The model of a smooth expression, x being the model of its variable."""
        cache: dict[Expr, Model] = {}

        def visit(node: Expr) -> Model:
            if node not in cache:
                cache[node] = build(node)
            return cache[node]

        def build(node: Expr) -> Model:
            if variable not in ex.free_names(node) and not node.switching:
                value = constant(node)
                return [(UNIT, value)] if value is not ex.ZERO else []
            match node.op:
                case "name":
                    return x
                case "add":
                    return self.add(*map(visit, node.args))
                case "mul":
                    result = visit(node.args[0])
                    for factor in node.args[1:]:
                        result = self.mul(result, visit(factor))
                    return result
                case "pow":
                    if node.args[1].value is None:
                        return self.exp(self.mul(visit(node.args[1]), self.log(visit(node.args[0]))))
                    return self.power(visit(node.args[0]), node.args[1].value)
                case "sinh" | "cosh":
                    u = visit(node.args[0])
                    down = _scaled(self.exp(_scaled(u, -1)), 1 if node.op == "cosh" else -1)
                    return _scaled(self.add(self.exp(u), down), fmpq(1, 2))
                case "sin" | "cos":
                    return self.oscillating(node.op, visit(node.args[0]))
                case "tan":
                    u = visit(node.args[0])
                    return self.mul(self.oscillating("sin", u), self.power(self.oscillating("cos", u), fmpq(-1)))
                case "abs":
                    return self._size(visit(node.args[0]))
                case "max" | "min":
                    u, v = map(visit, node.args)
                    gap = self._size(self.add(u, _scaled(v, -1)))
                    return _scaled(self.add(u, v, _scaled(gap, 1 if node.op == "max" else -1)), fmpq(1, 2))
                case "sign" | "if" | "floor" | "derivative":
                    raise Undecided(f"{node.op} of what oscillates")
                case op:
                    rule: Callable[[Model], Model] = getattr(self, op)
                    return rule(visit(node.args[0]))

        return visit(e)

def leading_sign(c: Coefficient) -> int:
    """The sign of a coefficient that is not 0. Raises Undecided."""
    if isinstance(c, Expr):
        return decided_sign(c)
    sign = known_sign(c)
    if not sign:
        raise Undecided("whether its leading term is 0")
    return sign


def _scaled(model: Model, factor: fmpq | int) -> Model:
    return [(m, c * factor if isinstance(c, Expr) else c * arb(factor)) for m, c in model]

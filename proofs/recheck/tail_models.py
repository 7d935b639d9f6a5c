"""Models of functions on a tail y >= R: short sums of monomials, the last coefficient an interval.

A monomial is ``y^k (log y)^l exp(q(y))``, and the interval takes in everything smaller. ``x = y``, ``x = -y``,
``x = p + 1/y`` and ``p - 1/y`` make every end of an interval a tail. Two monomials of equal growth are the same
function and become one term: constants in exponents are equal when SymPy says that their difference is 0, they differ
when intervals tell them apart, and the rest is :class:`Unclear`.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cmp_to_key
from typing import NamedTuple

from .intervals import Jet, Num, Unclear, Value, between, either, jet, number, pi


class Mono(NamedTuple):
    """y^power (log y)^log exp(sum of c * monomial), the exponent's terms in order of growth."""

    power: Fraction = Fraction(0)
    log: Fraction = Fraction(0)
    exponent: tuple[tuple[Num, Mono], ...] = ()


Term = tuple[Mono, Num]
"""A monomial and its coefficient."""
UNIT, Y, LOG_Y = Mono(), Mono(Fraction(1)), Mono(log=Fraction(1))


def growth(m: Mono) -> int:
    """1, 0 or -1 as a monomial tends to oo, is 1 or tends to 0. Exponentials outweigh powers: see Model.exp."""
    if not m.exponent:
        first = m.power or m.log
        return (first > 0) - (first < 0)
    sign = m.exponent[0][0].sign()
    if not sign:
        raise Unclear("the sign of an exponent")
    return sign


def times(m: Mono, n: Mono, power: int = 1) -> Mono:
    """m * n^power."""
    exponent = merged([*((part, c) for c, part in m.exponent), *((part, c * power) for c, part in n.exponent)])
    return Mono(m.power + power * n.power, m.log + power * n.log, tuple((c, part) for part, c in exponent))


def merged(terms: Iterable[Term]) -> list[Term]:
    """Terms in order of growth, the largest first, without two of equal growth and without what is exactly 0."""
    sums: dict[Mono, Num] = {}
    for m, c in terms:
        sums[m] = sums[m] + c if m in sums else c
    result: list[Term] = []
    for m in sorted(sums, key=_ORDER, reverse=True) if len(sums) > 1 else sums:
        c = sums[m]
        # The quotient of two is 1 when its exponent cancels, in whatever way the two are written.
        if result and m.exponent and times(result[-1][0], m, -1) == UNIT:
            m, first = result.pop()
            c = first + c
        if c.exact is None or c.sign() != 0:
            result.append((m, c))
    return result


def _compare_growth(m: Mono, n: Mono) -> int:
    return growth(times(m, n, -1))


_ORDER = cmp_to_key(_compare_growth)


class Tail:
    """y >= start, with a number of terms kept apart."""

    def __init__(self, start: Fraction, terms: int) -> None:
        self.start, self.terms = start, terms
        self.ranges: dict[Mono, Num] = {}

    def value(self, m: Mono) -> Num:
        """A monomial at the start of the tail."""
        exponent = number(0)
        for c, n in m.exponent:
            exponent = exponent + c.inexact() * self.value(n)
        y = number(self.start).inexact()
        logarithm = y.fn("log").fn("pow", m.log) if m.log else number(1)
        return y.fn("pow", m.power) * logarithm * exponent.inexact().fn("exp")

    def range(self, m: Mono) -> Num:
        """All values of a monomial that is proved to decrease from the start on."""
        if m == UNIT:
            return number(1)
        if m not in self.ranges:
            plain = not m.exponent and m.log <= 0
            if (m.log and self.start <= 1) or not (m.power <= 0 if plain else self.rate(m).sign() == -1):
                raise Unclear("a monomial that does not decrease from the start of the tail on")
            self.ranges[m] = between(number(0), self.value(m))
        return self.ranges[m]

    def rate(self, m: Mono) -> Model:
        """y (log m)', whose sign says whether m decreases."""
        total = self.model(UNIT, number(m.power)) + self.model(Mono(log=Fraction(-1)), number(m.log))
        for c, n in m.exponent:
            total = total + self.rate(n) * self.model(n, c)
        return total

    def model(self, m: Mono, c: Num) -> Model:
        """c m; no terms where c is 0."""
        return Model(self, [(m, c)] if c else [])

    def collect(self, terms: list[Term]) -> Model:
        """A model of a sum; what is beyond the number of terms goes into one interval."""
        kept = merged(terms)
        if len(kept) > self.terms + 1:
            m, c = kept[self.terms]
            for n, d in kept[self.terms + 1 :]:
                c = c + d * self.range(times(n, m, -1)).inexact()
            kept = [*kept[: self.terms], (m, c.inexact())]
        return Model(self, kept)


class Model:
    """A function on a tail: it lies in the sum of its terms for every y >= start; no terms: it is 0 there."""

    __slots__ = ("tail", "terms")

    def __init__(self, tail: Tail, terms: list[Term]) -> None:
        self.tail, self.terms = tail, terms

    def __bool__(self) -> bool:
        return bool(self.terms)

    def _as_model(self, other: Model | Num | Fraction | int) -> Model:
        return other if isinstance(other, Model) else self.tail.model(UNIT, number(other))

    def __add__(self, other: Model | Num | Fraction | int) -> Model:
        return self.tail.collect([*self.terms, *self._as_model(other).terms])

    __radd__ = __add__

    def __mul__(self, other: Model | Num | Fraction | int) -> Model:
        other = self._as_model(other)
        return self.tail.collect([(times(m, n), c * d) for m, c in self.terms for n, d in other.terms])

    __rmul__ = __mul__

    def lead(self) -> tuple[Mono, Num, Model]:
        """M, c, eps with the function equal to c M (1 + eps)."""
        if not self.terms or not self.terms[0][1].sign():
            raise Unclear("the leading term of a tail")
        (m, c), rest = self.terms[0], self.terms[1:]
        inverse = c.fn("pow", Fraction(-1))
        return m, c, Model(self.tail, [(times(n, m, -1), d * inverse) for n, d in rest])

    def sign(self) -> int:
        """The sign on the whole tail. Raises Unclear."""
        if not self.terms:
            return 0
        m, total = self.terms[0]
        for n, d in self.terms[1:]:
            total = total.inexact() + d * self.tail.range(times(n, m, -1))
        sign = total.inexact().sign()
        if sign is None:
            raise Unclear("the sign of the leading term, the smaller ones being added")
        return sign

    def spread(self) -> Num:
        """An interval around all values of a vanishing function, and 0."""
        total = number(0).inexact()
        for m, c in self.terms:
            total = total + c * self.tail.range(m)
        return either(total, number(0))

    def limit(self) -> Value:
        """The limit: exact, or "oo" or "-oo"."""
        if not self.terms or growth(self.terms[0][0]) < 0:
            return number(0)
        m, c = self.terms[0]
        sign = c.sign()
        if growth(m) > 0 and sign:
            return "oo" if sign > 0 else "-oo"
        if m != UNIT or c.exact is None:
            raise Unclear("a limit")
        return c

    def compose(self, coefficients: Jet) -> Model:
        """A polynomial of this vanishing model; the last coefficient is the remainder's interval."""
        result = Model(self.tail, [])
        for c in reversed(coefficients):
            result = result * self + c
        return result

    def analytic(self, op: str, at: Num, a: Fraction = Fraction(1)) -> Model:
        """op(at + self) for a vanishing self, by Taylor at an exact point."""
        n = self.tail.terms
        if at.exact is None:
            return self._as_model((at + self.spread()).fn(op, a))
        exact = jet(op, [at, number(1), *[0] * (n - 2)], a)
        if not self:
            return self._as_model(exact[0])
        wide = jet(op, [(at + self.spread()).inexact(), number(1), *[0] * (n - 1)], a)
        return self.compose([*exact, wide[n]])

    def fn(self, op: str, a: Fraction = Fraction(1)) -> Model:
        """An elementary function of the model."""
        match op:
            case "pow":
                return self.pow(a)
            case "log":
                return self.log()
            case "exp":
                return self.exp()
            case _:
                growing, at, rest = self._parts()
                if not growing:
                    return rest.analytic(op, at)
                if op in ("sin", "cos"):
                    return self._as_model(between(number(-1), number(1)))
                direction = self.sign()
                if op == "atan":
                    return self.pow(Fraction(-1)).fn("atan") * -1 + pi() * Fraction(direction, 2)
                return self._erfc() if direction > 0 else (self * -1)._erfc() * -1 + 2

    def _parts(self) -> tuple[list[Term], Num, Model]:
        """The terms that grow, the constant, and what vanishes."""
        growths = [(growth(m), m, c) for m, c in self.terms]
        at = next((c for _, m, c in growths if m == UNIT), number(0))
        return [(m, c) for g, m, c in growths if g > 0], at, Model(self.tail, [(m, c) for g, m, c in growths if g < 0])

    def pow(self, a: Fraction) -> Model:
        """A power, by repeated multiplication where it is small and whole, else by the leading term."""
        if a.denominator == 1 and 0 < a <= 6:
            result = self
            for _ in range(int(a) - 1):
                result = result * self
            return result
        m, c, eps = self.lead()
        raised = Mono(m.power * a, m.log * a, tuple((d * a, n) for d, n in m.exponent))
        return eps.analytic("pow", number(1), a) * Model(self.tail, [(raised, c.fn("pow", a))])

    def log(self) -> Model:
        """The logarithm of the leading term, and that of 1 + eps."""
        m, c, eps = self.lead()
        rest = eps.analytic("log", number(1))
        if m.log or (m.power and self.tail.start <= 1):
            raise Unclear("the logarithm of a logarithm, or one that is not positive on the whole tail")
        exponent = Model(self.tail, [(n, d) for d, n in m.exponent])
        return rest + exponent + self.tail.model(LOG_Y, number(m.power)) + c.fn("log")

    def exp(self) -> Model:
        """The exponential; terms of the exponent that grow have to outweigh every power of y, or be c log y."""
        growing, at, rest = self._parts()
        if any(c.exact is None for _, c in growing):
            raise Unclear("an exponent that is known only as an interval")
        if any(m != LOG_Y and growth(times(m, LOG_Y, -1)) <= 0 for m, _ in growing):
            raise Unclear("an exponential that no power of the variable is smaller than")
        power = Fraction(0)
        for m, c in growing:
            if m == LOG_Y:
                if c.rational is None:
                    raise Unclear("y to an irrational power")
                power += c.rational
        grown = Mono(power, exponent=tuple((c, m) for m, c in growing if m != LOG_Y))
        return rest.analytic("exp", at) * Model(self.tail, [(grown, number(1))])

    def _erfc(self) -> Model:
        """exp(-g^2)/(g sqrt pi) (1 - 1/(2 g^2) + ...), enveloping for a g that tends to oo (DLMF 7.12.1)."""
        coefficients = [Fraction(1)]
        for j in range(1, self.tail.terms + 1):
            coefficients.append(coefficients[-1] * Fraction(1 - 2 * j, 2))
        *exact, last = map(number, coefficients)
        remainder = between(last, number(0)) if last.sign() == -1 else between(number(0), last)
        square = self * self
        outer = (square * -1).exp() * self.pow(Fraction(-1)) * pi().fn("pow", Fraction(-1, 2))
        return square.pow(Fraction(-1)).compose([*exact, remainder]) * outer

"""Expectations over a standard normal: exact closed forms where the pieces allow, certified enclosures always.

A function without a closed form in :mod:`gaussian_moments` is integrated by Taylor polynomials with a ball remainder,
cell by cell, between bounds beyond which the tail is dominated: abs(f(z)) <= exp(z^2/4) is proved there, and the rest
is at most erfc(T/2)/sqrt(2) on each side.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache, partial
from math import ceil, prod

from flint import arb, fmpq

from ..asymptotics.limits import End, tail_sign
from ..budget import Undecided, exhausted
from ..enclosures.balls import precision
from ..enclosures.jets import program, series
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.parity import structural_parity
from ..expressions.printing import to_text
from ..functions.landscape import decided_landscape
from ..functions.pieces import split
from ..normal_forms import normal_form
from ..normal_forms.signs import constant_sign
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, exact
from .gaussian_moments import closed_form, density
from .log_means import LogMean
from .taylor_integral import MAX_BITS, taylor_integral


@lru_cache(maxsize=1 << 9)
def expectation(e: Expr, variable: str = "z") -> Real:
    """E[e] for a standard normal variable, an infinity where it diverges to one; log(u) is -oo where u is 0 on an
    interval.

    Raises Undecided where it is undefined or not found by these means.
    """
    cut = split(e, variable)
    for piece in cut.pieces:
        if piece.expr is None:
            if e.op == "log" and LogMean.of_logarithm(e.args[0], variable).vanishes:
                return MINUS_INFINITY
            raise Undecided(f"E({to_text(e)}): the function is undefined between {piece.low} and {piece.high}")
    closed = closed_form(e, variable)
    if closed is None and e.op == "log":
        return LogMean.of_logarithm(e.args[0], variable).mean(exact(1))
    if closed is None:
        # Creating the integral proves that e is integrable; without that its even part says nothing.
        try:
            numeric = _Integral(e, variable)
            closed = closed_form(_even_part(e, variable), variable)
            if closed is None:
                bounded = numeric.refine(64).is_finite()
                if not (bounded and structural_parity(e, variable) == -1):
                    return Real(refine=numeric.refine)
                closed = ex.ZERO
        except Undecided:
            if not exhausted() and (sign := _divergence(e, variable)):
                return PLUS_INFINITY if sign > 0 else MINUS_INFINITY
            raise
    return exact(normal_form.simplest(closed))


def gain(*factors: Expr, variable: str = "z") -> Real | None:
    """1/sqrt(E[f^2]) for a product f of functions of independent standard normals, each written in `variable`.

    The factor that keeps a second moment of 1; None for a function that is 0. Raises Undecided.
    """
    seconds = [expectation(f * f, variable) for f in factors]
    forms = [second.exact for second in seconds]
    if any(form is not None and constant_sign(form) == 0 for form in forms):
        return None
    if any(second.infinite for second in seconds):
        raise Undecided("the second moment is infinite")
    if None not in forms:
        return exact(normal_form.simplest(ex.power(ex.mul(*filter(None, forms)), fmpq(-1, 2))))

    def refine(bits: int) -> arb:
        balls = [second.ball(bits + 16) for second in seconds]
        with precision(bits + 32):
            return 1 / prod(balls, start=arb(1)).sqrt()

    return Real(refine=refine)


def _divergence(e: Expr, variable: str) -> int:
    """1 where the mean is proved to be oo, -1 where it is -oo, else 0.

    It is oo where e has a lower bound, so that its negative part has a finite mean, and on one tail stays above
    exp(z^2/2)/(100 abs(z)), which times the density is 1/abs(z) up to a factor and has no finite integral; or beside
    a point a above 1/(100 abs(z - a)), which has none either.
    """
    shape = decided_landscape(e, variable)
    z, pieces = ex.name(variable), split(e, variable).pieces
    least = ex.exp(z * z * fmpq(1, 2)) * fmpq(1, 100) / z
    ends = [(piece.expr, at, side) for piece in pieces for at, side in ((piece.low, 1), (piece.high, -1))]
    for sign, bound in ((1, shape.inf.value), (-1, shape.sup.value)):
        if bound.infinite:
            continue
        for formula, at, side in ends:
            if formula is None or (not at.infinite and at.exact is None):
                continue
            # Left of 0 the bound is least(z) < 0 with its sign changed.
            lower = least if at.exact is None else fmpq(-1, 100) / (z - at.exact)
            with suppress(Undecided):
                if tail_sign(sign * formula + side * lower, variable, End(at, side)).sign > 0:
                    return sign
    return 0


def _even_part(e: Expr, variable: str) -> Expr:
    """(e(z) + e(-z))/2, which has the same expectation and often a shorter form: that of the sigmoid is 1/2."""
    formula = split(e, variable).pieces[0].expr
    if formula is None or formula.switching or not formula.total or len(split(e, variable).pieces) > 1:
        return e
    whole = (formula + calculus.substitute(formula, {variable: -ex.name(variable)})) * fmpq(1, 2)
    return normal_form.simplest(whole)


# --- enclosures -----------------------------------------------------------------------------------------------


class _Integral:
    """The certified numerical integral of a piecewise smooth function times the density."""

    def __init__(self, e: Expr, variable: str) -> None:
        self.variable = variable
        self._enclosures: dict[int, arb] = {}
        self.pieces = split(e, variable).pieces
        weight = density(ex.name(variable))
        self.programs = [program(piece.expr * weight) for piece in self.pieces if piece.expr is not None]
        first, last = self.pieces[0].expr, self.pieces[-1].expr
        assert first is not None and last is not None
        self.start = max(self._dominated(first, -1), self._dominated(last, 1))

    def _dominated(self, e: Expr, side: int) -> fmpq:
        """Where abs(f(z)) <= exp(z^2/4) begins on one side, proved on the whole tail."""
        bound = ex.exp(ex.power(ex.name(self.variable), 2) * fmpq(1, 4))
        end = End(PLUS_INFINITY if side > 0 else MINUS_INFINITY, -side)
        start = fmpq(0)
        for sign in (1, -1):
            tail = tail_sign(bound + sign * e, self.variable, end)
            if tail.sign < 0:
                raise Undecided("the function grows too fast for a mean over a normal variable")
            start = max(start, tail.start)
        return start

    def refine(self, bits: int) -> arb:
        """An enclosure with an error near 2^-bits, or 2^-MAX_BITS: equality is never decided by digits."""
        bits = min(bits, MAX_BITS)
        if bits not in self._enclosures:
            self._enclosures[bits] = self._integrate(bits)
        return self._enclosures[bits]

    def _integrate(self, bits: int) -> arb:
        reach = max(fmpq(ceil(2 * (0.7 * bits) ** 0.5) + 2), self.start)
        for piece in self.pieces:
            for end in (piece.low, piece.high):
                if not end.infinite:
                    reach = max(reach, fmpq(ceil(abs(float(end)))) + 1)
        length = 16 + bits // 6
        with precision(bits + 32, length + 1):
            tail = (arb(reach) / 2).erfc() / arb(2).sqrt()
            total = (-tail).union(tail) * 2
            for piece, compiled in zip(self.pieces, self.programs, strict=True):
                low = arb(-reach) if piece.low.infinite else piece.low.ball(bits + 32)
                high = arb(reach) if piece.high.infinite else piece.high.ball(bits + 32)
                coefficients = partial(series, compiled, self.variable)
                total += taylor_integral(coefficients, low, high, length, arb(2) ** (-bits - 8))
            return total

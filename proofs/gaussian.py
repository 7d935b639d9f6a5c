"""Expectations over a standard normal: exact closed forms where the pieces allow, certified enclosures always.

A piece that is a sum of ``c z^k exp(a z)`` integrates in closed form by completing the square. Everything else is
integrated by Taylor polynomials with a ball remainder, cell by cell, between bounds beyond which the tail is
dominated: abs(f(z)) <= exp(z^2/4) is proved there, and the rest is at most erfc(T/2)/sqrt(2) on each side.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil

from flint import arb, fmpq

from . import expressions as ex
from . import identities
from .effort import Undecided
from .evaluate import precision, program, series
from .expressions import Expr
from .pieces import split
from .reals import MINUS_INFINITY, PLUS_INFINITY, Real, exact
from .tails import End, tail_sign

MAX_DEGREE = 24
MAX_BITS = 320
MAX_CELLS = 6_000


@lru_cache(maxsize=1 << 9)
def expectation(e: Expr, variable: str = "z") -> Real:
    """E[e] for a standard normal variable. Raises Undecided where it is undefined or not integrable by these means."""
    cut = split(e, variable)
    for piece in cut.pieces:
        if piece.expr is None:
            raise Undecided(f"E({ex.text(e)}): the function is undefined between {piece.low} and {piece.high}")
    closed = _closed_form(e, variable)
    if closed is None:
        # Creating the integral proves that e is integrable; without that its even part says nothing.
        numeric = _Integral(e, variable)
        closed = _closed_form(_even_part(e, variable), variable)
        if closed is None:
            numeric.refine(64)
            return Real(refine=numeric.refine)
    return exact(identities.simplest(closed))


def _even_part(e: Expr, variable: str) -> Expr:
    """(e(z) + e(-z))/2, which has the same expectation and often a shorter form: that of the sigmoid is 1/2."""
    whole = (e + ex.substitute(e, {variable: -ex.name(variable)})) * fmpq(1, 2)
    return identities.simplest(whole) if e.total and not e.switching else e


def density(z: Expr) -> Expr:
    """The standard normal density."""
    return ex.exp(z * z * fmpq(-1, 2)) / ex.sqrt(2 * ex.PI)


# --- closed forms ---------------------------------------------------------------------------------------------


def _closed_form(e: Expr, variable: str) -> Expr | None:
    total = ex.ZERO
    for piece in split(e, variable).pieces:
        low, high = (end if end.infinite else end.exact for end in (piece.low, piece.high))
        if not all(isinstance(end, (Expr, Real)) for end in (low, high)) or piece.expr is None:
            return None
        try:
            terms = _terms(piece.expr, variable)
        except identities.TooComplex:
            return None
        if terms is None:
            return None
        for coefficient, k, a, b in terms:
            if b is None:
                total = total + coefficient * _integral(k, a, low, high)
            elif a is ex.ZERO and isinstance(low, Real) and isinstance(high, Real):
                total = total + coefficient * _erf_moment(k, b)
            else:
                return None
    return total


def _terms(e: Expr, variable: str) -> list[tuple[Expr, int, Expr, Expr | None]] | None:
    """The function as a sum of c z^k exp(a z) or c z^k exp(a z) erf(b z), or None where it is not one."""
    normal = identities.canonical(e)
    z = ex.name(variable)
    result: list[tuple[Expr, int, Expr, Expr | None]] = []
    for term in normal.args if normal.op == "add" else (normal,):
        coefficient, k, a = ex.ONE, 0, ex.ZERO
        b: Expr | None = None
        for factor in term.args if term.op == "mul" else (term,):
            if variable not in ex.free_names(factor):
                coefficient = coefficient * factor
            elif factor is z:
                k += 1
            elif factor.op == "pow" and factor.args[0] is z and _is_whole(factor.args[1]):
                k += int(factor.args[1].args[0].p)
            elif factor.op == "exp" and variable not in ex.free_names(ex.differentiate(factor.args[0], variable)):
                rate = ex.differentiate(factor.args[0], variable)
                coefficient = coefficient * ex.exp(factor.args[0] - rate * z)
                a = a + rate
            elif factor.op == "erf" and b is None and (rate := _rate(factor.args[0], z)) is not None:
                b = rate
            else:
                return None
        if k > MAX_DEGREE:
            return None
        result.append((coefficient, k, a, b))
    return result


def _rate(u: Expr, z: Expr) -> Expr | None:
    """b where u is b z."""
    b = ex.differentiate(u, z.args[0])
    return b if not ex.free_names(b) and identities.is_zero(u - b * z) else None


def _erf_moment(k: int, b: Expr) -> Expr:
    """E[z^k erf(b z)] by Stein's identity E[z g(z)] = E[g'(z)]; 0 for even k."""
    if k % 2 == 0:
        return ex.ZERO
    # E[z^m exp(-b^2 z^2)] = (m-1)!! (1 + 2 b^2)^(-(m+1)/2) for even m
    shrunk = 1 + 2 * b * b
    total, double_factorial = ex.ZERO, 1
    for m in range(0, k, 2):
        moment = double_factorial * ex.power(shrunk, fmpq(-(m + 1), 2))
        total = m * total + 2 * b / ex.sqrt(ex.PI) * moment
        double_factorial *= m + 1
    return total


def _is_whole(e: Expr) -> bool:
    return e.value is not None and e.value.q == 1 and e.value > 0


def _integral(k: int, a: Expr, low: Expr | Real | None, high: Expr | Real | None) -> Expr:
    """The integral of z^k exp(a z) times the density: exp(a^2/2) times moments of t + a on the shifted interval."""
    shifted = [end - a if isinstance(end, Expr) else end for end in (low, high)]
    moments = _moments(k, *shifted)
    total = ex.ZERO
    binomial = 1
    for j in range(k, -1, -1):
        total = total + binomial * a ** (k - j) * moments[j]
        binomial = binomial * j // (k - j + 1)
    return ex.exp(a * a * fmpq(1, 2)) * total


def _moments(k: int, low: Expr | Real | None, high: Expr | Real | None) -> list[Expr]:
    """Truncated moments of the standard normal, by m_j = (j-1) m_(j-2) + low^(j-1) phi(low) - high^(j-1) phi(high)."""
    result: list[Expr] = []
    for j in range(k + 1):
        if j == 0:
            result.append(_cdf(high, ex.ONE) - _cdf(low, ex.ZERO))
            continue
        moment = _edge(low, j - 1) - _edge(high, j - 1)
        result.append(moment + (j - 1) * result[j - 2] if j >= 2 else moment)
    return result


def _cdf(end: Expr | Real | None, at_infinity: Expr) -> Expr:
    return ex.normal_cdf(end) if isinstance(end, Expr) else at_infinity


def _edge(end: Expr | Real | None, power: int) -> Expr:
    return end**power * density(end) if isinstance(end, Expr) else ex.ZERO


# --- enclosures -----------------------------------------------------------------------------------------------


class _Integral:
    """The certified numerical integral of a piecewise smooth function times the density."""

    def __init__(self, e: Expr, variable: str) -> None:
        self.variable = variable
        self._known: dict[int, arb] = {}
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
            found = tail_sign(bound + sign * e, self.variable, end)
            if found.sign < 0:
                raise Undecided("the expectation: the function grows too fast")
            start = max(start, found.start)
        return start

    def refine(self, bits: int) -> arb:
        """An enclosure with an error near 2^-bits, or 2^-MAX_BITS: equality is never decided by digits."""
        bits = min(bits, MAX_BITS)
        if bits not in self._known:
            self._known[bits] = self._integrate(bits)
        return self._known[bits]

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
                total += self._over(compiled, low, high, length, arb(2) ** (-bits - 8))
            return total

    def _over(self, compiled: object, low: arb, high: arb, length: int, tolerance: arb) -> arb:
        total = arb(0)
        cells = [(low, high)]
        steps = 0
        while cells:
            a, b = cells.pop()
            steps += 1
            if steps > MAX_CELLS:
                raise Undecided("the expectation: the integral needs more cells than are tried")
            middle = ((a + b) / 2).mid()
            offset = (a - middle).union(b - middle)
            remainder = series(compiled, self.variable, a.union(b), length + 1)[length]  # type: ignore[arg-type]
            spread = abs(offset).upper()
            error = abs(remainder) * spread ** (length + 1) * 2 / (length + 1)
            if not error < tolerance:
                cells += [(middle, b), (a, middle)]
                continue
            coefficients = series(compiled, self.variable, middle, length)  # type: ignore[arg-type]
            for sign, end in ((1, b - middle), (-1, a - middle)):
                value = arb(0)
                for k in range(length - 1, -1, -1):
                    value = (value + coefficients[k] / (k + 1)) * end
                total += sign * value
            bound = error.upper()
            total += (-bound).union(bound)
        return total

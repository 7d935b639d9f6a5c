"""Guesses at exact forms of a number known to many digits. Nothing here proves anything: callers verify.

Tried in turn: rationals, square and cube roots of rationals, rational multiples of pi, quadratic
irrationals, and logarithms of either.
Integer relations are found by LLL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flint import arb, fmpq, fmpz, fmpz_mat

from ..enclosures.balls import precision
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..normal_forms import normal_form

SMALL = 10**7
"""Largest denominator or relation coefficient that is worth verifying."""
BITS = 420
MAX_SHIFT = 4_000
"""Largest power of two beside the digits of a number that may be a simple rational."""


def candidates(x: arb) -> Iterator[Expr]:
    """Exact expressions that agree with a thin ball, the simplest first."""
    yield from map(normal_form.simplest, _guesses(x))


def _guesses(x: arb) -> Iterator[Expr]:
    side = 1 if x > 0 else -1
    if (value := _simple(lambda: x)) is not None:
        yield ex.rational(value)
        return
    for n in (2, 3):
        if (power := _simple(lambda n=n: abs(x) ** n)) is not None:
            yield side * ex.power(ex.rational(power), fmpq(1, n))
    if abs(x) > 0 and (logarithm := _simple(lambda: abs(x).log())) is not None:
        yield side * ex.exp(ex.rational(logarithm))
    if (turns := _simple(lambda: x / arb.pi())) is not None:
        yield turns * ex.PI
    yield from _quadratic(x)
    for scale in (1, 2):
        with precision(BITS):
            raised = (x * scale).exp()
        if (argument := _rational(raised)) is not None and argument > 0:
            yield ex.log(ex.rational(argument)) * fmpq(1, scale)
        elif abs(x) < 40:
            for inner in _quadratic(raised):
                yield ex.log(inner) * fmpq(1, scale)


def _simple(value: Callable[[], arb]) -> fmpq | None:
    """The simple rational that a number is, if it is one; its ball is computed at BITS."""
    with precision(BITS):
        return _rational(value())


def _rational(x: arb) -> fmpq | None:
    """The simplest rational in the ball, if it is strikingly simple."""
    if not x.is_finite():
        return None
    if x.contains(0) and abs(x) < arb(2) ** -200:
        return fmpq(0)
    value = x.mid()
    mantissa, exponent = (int(part) for part in value.man_exp())
    if abs(exponent) > MAX_SHIFT:  # of no simple rational, and too long to write out
        return None
    p, q = (mantissa << exponent, 1) if exponent >= 0 else (mantissa, 1 << -exponent)
    h, k, h0, k0 = 1, 0, 0, 1
    while q:
        whole, rest = divmod(p, q)
        h, h0 = whole * h + h0, h
        k, k0 = whole * k + k0, k
        if k > SMALL**3:
            return None
        if x.contains(fmpq(h, k)):
            return fmpq(h, k) if abs(h) * k < SMALL**3 else None
        p, q = q, rest
    return None


def _quadratic(x: arb) -> Iterator[Expr]:
    """(p + q sqrt d) / r from an integer relation between 1, x and x^2."""
    with precision(BITS):
        scale = arb(2) ** 200
        rows: list[list[fmpz]] = []
        for i, power in enumerate((arb(1), x, x * x)):
            scaled = (power * scale).mid().floor().unique_fmpz()
            if scaled is None:
                return
            rows.append([fmpz(int(i == j)) for j in range(3)] + [scaled])
        reduced = fmpz_mat(rows).lll()
        c, b, a = (int(reduced[0, j]) for j in range(3))
        if a == 0 or max(map(abs, (a, b, c))) > SMALL or abs(int(reduced[0, 3])) > SMALL**2:
            return
        discriminant = b * b - 4 * a * c
        if discriminant < 0:
            return
        root = ex.sqrt(ex.rational(discriminant))
        for sign in (1, -1):
            guess = (root * sign - b) * fmpq(1, 2 * a)
            if abs((arb(discriminant).sqrt() * sign - b) / (2 * a) - x) < arb(2) ** -150:
                yield guess

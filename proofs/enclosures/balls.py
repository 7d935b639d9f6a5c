"""Balls: FLINT's precision and series length, and the signs that a ball shows.

A ball that is not finite means "not known here", never a wrong number.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from flint import arb, ctx, fmpq, fmpz

from ..budget import Undecided

_lock = threading.RLock()


@contextmanager
def precision(bits: int, length: int = 2) -> Generator[None, None, None]:
    """Work at this precision and series length. FLINT's context is one per process, so threads take turns."""
    with _lock:
        saved = ctx.prec, ctx.cap
        ctx.prec, ctx.cap = bits, max(length, 2)
        try:
            yield
        finally:
            ctx.prec, ctx.cap = saved


def doublings(first: int, last: int) -> Iterator[int]:
    """The precisions first, 2 first, 4 first, ... up to last."""
    while first <= last:
        yield first
        first *= 2


NAN = arb("nan")


def known_sign(value: arb) -> int | None:
    """The sign of every number in the ball, or None where they differ (or nothing is known)."""
    if value > 0:
        return 1
    if value < 0:
        return -1
    if value.is_zero():
        return 0
    return None


def excludes_zero(value: arb) -> bool:
    """Whether 0 is proved not to be in the ball."""
    return bool(value > 0) or bool(value < 0)


def dyadic(x: arb) -> tuple[int, int]:
    """An exact ball as mantissa and exponent; `arb` of the pair is the ball again."""
    mantissa, exponent = x.man_exp()
    return int(mantissa), int(exponent)


MAX_EXPONENT = 1 << 18
"""Numbers beyond 2^+-this are compared as balls, but never written out as fractions."""


def exact_rational(x: arb) -> fmpq:
    """The dyadic rational an exact ball is."""
    mantissa, exponent = x.mid().man_exp()
    mantissa, e = int(mantissa), int(exponent)
    if mantissa and abs(e) > MAX_EXPONENT:
        raise Undecided(f"a number of the order 2^{e} is not written out")
    return fmpq(mantissa << e) if e >= 0 else fmpq(fmpz(mantissa), fmpz(1) << -e)

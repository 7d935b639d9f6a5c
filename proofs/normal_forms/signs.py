"""Signs of closed smooth expressions, and whether they are defined: by enclosures that separate, or 0 by identity."""

from __future__ import annotations

from functools import lru_cache

from ..budget import Undecided
from ..enclosures.balls import doublings, known_sign
from ..enclosures.jets import enclose
from ..enclosures.saturation import visible_sign, without_cancellation
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import shorten, to_text
from . import normal_form

START_BITS = 64
CAP_BITS = 4096


class Undefined(Exception):
    """The expression has no value here; the message says why."""


@lru_cache(maxsize=1 << 14)
def require_defined(e: Expr) -> None:
    """Go on where a closed smooth expression is proved to be defined. Raises Undefined or Undecided.

    Enclosures hold for values that exist: a root's is cut at 0, and the terms of 1/u - 1/u cancel. So the sign of each
    argument that decides whether its operation is defined is asked first, from the inside out.
    """
    if e.total:
        return
    for child in ex.children(e):
        require_defined(child)
    if (condition := calculus.domain_condition(e)) is not None:
        argument, allowed, otherwise = condition
        if constant_sign(argument) not in allowed:
            raise Undefined(f"{otherwise}: {shorten(to_text(e))}")


def constant_sign(e: Expr) -> int:
    """The sign of a closed smooth expression: by enclosure, or 0 by identity. Raises Undecided."""
    if e.value is not None:
        return (e.value > 0) - (e.value < 0)
    if names := ex.free_names(e):
        raise Undecided(f"the sign of {shorten(to_text(e))} depends on {', '.join(sorted(names))}")
    try:
        require_defined(e)
    except Undefined as reason:
        raise Undecided(str(reason)) from None
    for bits in doublings(START_BITS, CAP_BITS):
        if bits == 4 * START_BITS:
            e = without_cancellation(e)
            if e.total and (sign := visible_sign(e)):  # too small for any precision, but not 0
                return sign
        sign = known_sign(enclose(e, prec=bits))
        if sign is not None:
            return sign
        if bits == START_BITS and normal_form.is_zero(e):
            return 0
    raise Undecided(f"whether {shorten(to_text(e))} is 0 (its enclosures at {CAP_BITS} bits still contain 0)")

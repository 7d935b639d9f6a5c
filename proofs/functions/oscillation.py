"""Limits that do not exist: two sequences along which a function tends to different values.

Sines and cosines of affine functions of x repeat after a common period T, so along x = a + n T they are constants,
and what is left of the function has a limit that its tail model gives. Two offsets a with different limits prove
that the function has none: sin(x) tends to 0 along 2 pi n and to 1 along pi/2 + 2 pi n.
"""

from __future__ import annotations

from flint import fmpq

from ..budget import Undecided
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare
from .periods import period
from .pieces import one_sided_limit, split

OFFSETS = 8


def two_limits(body: Expr, variable: str, at: Expr | None, side: int) -> tuple[Real, Real] | None:
    """Two different limits along sequences to a point from one side, or (at None) to an infinity; else None.

    Raises nothing: None where no two are proved to differ.
    """
    if at is not None:  # x = at + 1/t, t to an infinity
        body = calculus.substitute(body, {variable: at + 1 / ex.name(variable)})
    waves: list[Expr] = []
    arguments: list[Expr] = []
    body = _with_tidy_waves(body, variable, waves, arguments)
    length = period(variable, *waves) if waves else None
    if length is None or _has_derivative(body) or not all(_exists(u, variable, side) for u in arguments):
        return None
    limits: list[Real] = []
    for k in range(OFFSETS):
        offset = length * fmpq(k, OFFSETS)
        try:
            along = _at_offset(body, variable, offset)
            limit = one_sided_limit(along, variable, PLUS_INFINITY if side > 0 else MINUS_INFINITY, 0)
            different = next((other for other in limits if compare(limit, other) != 0), None)
        except (Undecided, Undefined):
            continue
        if different is not None:
            return different, limit
        limits.append(limit)
    return None


def _has_derivative(e: Expr) -> bool:
    return e.op == "derivative" or (e.switching and any(map(_has_derivative, ex.children(e))))


def _is_wave(e: Expr, variable: str) -> bool:
    return e.op in ("sin", "cos") and variable in ex.free_names(e) and not e.switching


def _exists(e: Expr, variable: str, side: int) -> bool:
    """Whether an expression is proved to be defined far out: a normal form may be defined where it is not."""
    if e.total:
        return True
    try:
        return split(e, variable).pieces[-1 if side > 0 else 0].expr is not None
    except (Undecided, Undefined):
        return False


def _with_tidy_waves(e: Expr, variable: str, waves: list[Expr], arguments: list[Expr]) -> Expr:
    """The function with its sines and cosines of normal forms, which are noted, and so are the arguments they had."""
    if variable not in ex.free_names(e) or e.op == "derivative":
        return e
    if not _is_wave(e, variable):
        return calculus.rebuild(e, lambda child: _with_tidy_waves(child, variable, waves, arguments))
    arguments.append(e.args[0])
    try:
        wave = ex.function(e.op, normal_form.canonical(e.args[0]))
    except normal_form.TooComplex:
        wave = e
    waves.append(wave)
    return wave


def _at_offset(e: Expr, variable: str, offset: Expr) -> Expr:
    """The function along offset + n * period: its sines and cosines are constants."""
    if _is_wave(e, variable):
        return calculus.substitute(e, {variable: offset})
    return calculus.rebuild(e, lambda child: _at_offset(child, variable, offset)) if ex.children(e) else e

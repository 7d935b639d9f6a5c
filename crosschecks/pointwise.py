"""Statements and expressions at one rational point, by ball arithmetic alone: what the proofs are tested with.

At a point every case distinction is decided by a sign, so nothing of the engine's search (pieces, tails, roots) is
needed or used. What cannot be decided at a point is None, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from flint import arb, fmpq

from ..proofs import expressions as ex
from ..proofs.evaluate import enclose, known_sign
from ..proofs.expressions import Expr
from ..proofs.syntax import Connective, Formula, Relation

Point: TypeAlias = Mapping[str, fmpq]

_BITS = (128, 512, 2048)


class _Unknown(Exception):
    """Undefined at the point, or a case distinction that balls do not decide."""


def value_at(expr: Expr, point: Point, bits: int = 256) -> arb | None:
    """A ball around the value of an expression, or None where it has none or none is found."""
    try:
        ball = enclose(_resolved(expr, point, inside=False), point, bits)
    except _Unknown:
        return None
    return ball if ball.is_finite() else None


def holds_at(formula: Formula, point: Point) -> bool | None:
    """Whether a formula holds at a point: None if it is undefined there, undecided, or not about points."""
    if isinstance(formula, Relation):
        return _relation_at(formula, point)
    if not isinstance(formula, Connective):
        return None
    parts = [holds_at(part, point) for part in formula.parts]
    if formula.op == "not":
        return None if parts[0] is None else not parts[0]
    decisive = formula.op == "or"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def sides_at(relation: Relation, point: Point) -> tuple[str, str]:
    """Both sides of a relation as text, with as many digits as it takes to tell them apart."""
    assert isinstance(relation.lhs, Expr)
    assert isinstance(relation.rhs, Expr)
    shown = [(_text(relation.lhs, point, digits), _text(relation.rhs, point, digits)) for digits in (30, 120, 480)]
    return next((sides for sides in shown if sides[0] != sides[1]), shown[0])


def margin_at(relation: Relation, point: Point) -> float | None:
    """How near the sides of an inequality are to failing it: negative while it holds, relative to their size."""
    if not (isinstance(relation.lhs, Expr) and isinstance(relation.rhs, Expr)) or relation.op in ("==", "!="):
        return None
    left, right = value_at(relation.lhs, point), value_at(relation.rhs, point)
    if left is None or right is None:
        return None
    gap = (left - right if relation.op in ("<", "<=") else right - left) / (1 + abs(left) + abs(right))
    return float(gap.mid()) if gap.is_finite() else None


def _text(side: Expr, point: Point, digits: int) -> str:
    value = value_at(side, point, 4 * digits + 64)
    if value is None:
        return "undefined"
    text = value.str(digits, radius=False)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _relation_at(relation: Relation, point: Point) -> bool | None:
    if not (isinstance(relation.lhs, Expr) and isinstance(relation.rhs, Expr)):
        return None
    for bits in _BITS:
        sides = [value_at(side, point, bits) for side in (relation.lhs, relation.rhs)]
        if sides[0] is None or sides[1] is None:
            return None
        sign = known_sign(sides[0] - sides[1])
        if sign is not None:
            return ex.holds(relation.op, sign)
    return None


def _resolved(e: Expr, point: Point, *, inside: bool) -> Expr:
    """The smooth expression that e is at (and, if `inside` a derivative, around) the point."""
    if not e.switching:
        return e
    match e.op:
        case "derivative":
            return _derivative(e, point)
        case "abs":
            u = _resolved(e.args[0], point, inside=inside)
            return u if _sign(u, point, inside=inside) >= 0 else -u
        case "sign":
            return ex.rational(_sign(_resolved(e.args[0], point, inside=inside), point, inside=inside))
        case "max" | "min":
            u, v = (_resolved(a, point, inside=inside) for a in e.args)
            return u if (_sign(u - v, point, inside=inside) >= 0) == (e.op == "max") else v
        case "if":
            sign = _sign(_resolved(e.args[1], point, inside=inside), point, inside=inside)
            return _resolved(e.args[2] if ex.holds(e.args[0], sign) else e.args[3], point, inside=inside)
        case _:
            return ex.rebuild(e, lambda child: _resolved(child, point, inside=inside))


def _sign(u: Expr, point: Point, *, inside: bool) -> int:
    """The sign at the point. Inside a derivative a zero is a seam between pieces, and nothing is known there."""
    for bits in _BITS:
        sign = known_sign(enclose(u, point, bits))
        if sign == 0 and inside and ex.free_names(u):
            raise _Unknown
        if sign is not None:
            return sign
    raise _Unknown


def _derivative(e: Expr, point: Point) -> Expr:
    body, variable, where = e.args
    at = ex.substitute(where, {name: ex.rational(value) for name, value in point.items()}).value
    if at is None:
        raise _Unknown
    place = {**point, variable: at}
    around = _resolved(body, place, inside=True)
    if not enclose(around, place, _BITS[0]).is_finite():  # the logarithm's derivative is defined where it is not
        raise _Unknown
    slope = ex.differentiate(around, variable)
    return ex.substitute(slope, {variable: where})

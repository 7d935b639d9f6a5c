"""identity_near and asymptotic: a function near one point."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..budget import Undecided
from ..cases.answers import Answer
from ..expressions import calculus
from ..expressions import expr as ex
from ..functions.pieces import one_sided_derivative, one_sided_limit, value_at
from ..language.reader import Reader, table
from ..language.source import source_text
from ..language.syntax import Infinity, Predicate
from ..normal_forms.signs import Undefined
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, exact
from ..verdicts import Counterexample
from .properties import Property, Question, Refutation, Suggestion, Wording
from .values import closed_real, digits


def _read_identity(reader: Reader, node: ast.Call) -> Predicate:
    reader.arguments(node, "identity_near", 2)
    body, at = map(reader.expression, node.args)
    return Predicate("identity_near", body, source_text(node), reader.variable(body, node), at)


def _identity_near(q: Question) -> Answer:
    """Whether f(a) = a and f'(a) = 1; at a kink or jump f has no derivative there, and so not this one."""
    variable, body = q.variable, q.body
    if q.region is not None:
        raise Undecided(f"{q.text} speaks of one point, not of a condition on {variable}")
    assert q.predicate.other is not None
    at = closed_real(q.predicate.other)
    value = value_at(body, variable, at)
    if compare(value, at) != 0:
        note = f"f({at}) = {digits(value)}"
        return Answer(False, (note,), Counterexample({variable: str(at)}, f"f = {digits(value)}", str(at)))
    try:
        slope = value_at(calculus.derivative(body, variable), variable, at)
    except Undefined as reason:
        # Both sides have a formula, else this raises: then the two limits of f' differ, or f jumps, or f' is infinite.
        for side in (-1, 1):
            one_sided_derivative(body, variable, at, side)
        note = f"f({at}) = {digits(value)}, but {reason}"
        return Answer(False, (note,), Counterexample({variable: str(at)}, str(reason), "f' = 1"))
    note = f"f({at}) = {digits(value)}, f'({at}) = {digits(slope)}"
    if compare(slope, exact(1)) != 0:
        return Answer(False, (note,), Counterexample({variable: str(at)}, f"f' = {digits(slope)}", "1"))
    return Answer(True, (note,))


def _read_asymptotic(reader: Reader, node: ast.Call) -> Predicate:
    options = reader.arguments(node, "asymptotic", 4, ("rate",))
    f, g = map(reader.expression, node.args[:2])
    variable = reader.bound_name(node.args[2], node)
    rate = reader.expression(options["rate"]) if "rate" in options else None
    at = reader.extended(node.args[3])
    shown = source_text(node.args[1])
    return Predicate("asymptotic", f, source_text(node), variable, g, other_text=shown, at=at, rate=rate)


def _ends(p: Predicate) -> list[tuple[Real, int]]:
    """The point of an asymptotic relation, and from which sides it is approached: an infinity from none (0)."""
    if isinstance(p.at, Infinity):
        return [(PLUS_INFINITY if p.at.sign > 0 else MINUS_INFINITY, 0)]
    assert p.at is not None
    return [(closed_real(p.at), side) for side in (-1, 1)]


def _asymptotic(q: Question) -> Answer:
    """Whether f/g tends to 1, and with a rate h whether (f - g)/(g h) stays finite: f/g - 1 = O(h)."""
    p, f = q.predicate, q.body
    g, variable, rate = p.other, p.variable, p.rate
    assert g is not None and variable is not None
    if q.region is not None:
        raise Undecided(f"{p.text} speaks of one point, not of a condition on {variable}")
    for part in (f, g) if rate is None else (f, g, rate):
        if extra := ex.free_names(part) - {variable}:
            raise Undecided(f"{p.text} depends on {', '.join(sorted(extra))}")
    notes: list[str] = []
    for at, side in _ends(p):
        quotient = one_sided_limit(f / g, variable, at, side)
        notes.append(f"{p.text}: the quotient tends to {digits(quotient)}")
        if quotient.infinite or compare(quotient, exact(1)) != 0:
            return Answer(False, tuple(notes), Counterexample({variable: str(at)}, digits(quotient), "1"))
        if rate is not None:
            scaled = one_sided_limit((f - g) / (g * rate), variable, at, side)
            notes.append(f"{p.text}: (f - g)/(g h) tends to {digits(scaled)}")
            if scaled.infinite:
                blame = Counterexample({variable: str(at)}, digits(scaled), "a finite limit")
                return Answer(False, tuple(notes), blame)
    return Answer(True, tuple(dict.fromkeys(notes)))


def _slope_and_value(r: Refutation, say: Wording) -> Iterator[Suggestion]:
    body, variable, point = r.question.body, r.question.variable, r.question.predicate.other
    assert point is not None
    at = closed_real(point)
    for shown, quantity in ((f"D({r.function})", calculus.derivative(body, variable)), (say.operand(r.function), body)):
        yield say.valued(f"{shown}({r.others[0]})", value_at(quantity, variable, at)), r.where


def _without_rate(r: Refutation, say: Wording) -> Iterator[Suggestion]:
    p = r.question.predicate
    assert p.other is not None
    g, name, at, *_ = r.others
    yield f"asymptotic({r.function}, {g}, {name}, {at})", r.where
    end, side = _ends(p)[-1]
    quotient = one_sided_limit(r.question.body / r.filled(p.other), name, end, side)
    yield say.valued(f"limit({say.operand(r.function)}/{say.operand(g)}, {name}, {at})", quotient), r.where


WORDS = table(
    Property("identity_near", _read_identity, _identity_near, _slope_and_value),
    Property("asymptotic", _read_asymptotic, _asymptotic, _without_rate),
)

"""How a refuted property, set or `exists` can be repaired: candidates, nearest first, to be proved by their reader."""

from __future__ import annotations

from collections.abc import Iterator

from ..functions.landscape import decided_landscape
from ..language.syntax import Predicate, Quantified, Relation, SetFunctional
from ..reals.sets import RealSet, union
from ..vocabulary.properties import Property, Question, Refutation
from ..vocabulary.words import WORDS, set_value
from . import wording
from .relations import bounded_side, with_bound
from .wording import (
    DIGITS,
    Candidate,
    Refuted,
    applied,
    arguments,
    directed,
    exactly,
    has_exact_form,
    opposite,
    sides,
    source,
    valued,
)


def for_predicate(p: Predicate, refuted: Refuted) -> Iterator[Candidate]:
    """A weaker property, the same on a smaller set, or the number that decides it: the word knows them."""
    word = WORDS[p.kind]
    assert isinstance(word, Property)
    function, *others = arguments(p.text)
    variable = p.variable or ""
    question = Question(p, refuted.filled(p.body), refuted.region(variable), lambda side: refuted.decision.number(side))
    refutation = Refutation(
        question, function, tuple(others), refuted.where, refuted.at, refuted.filled,
        lambda relation: refuted.inside(relation, variable),
    )  # fmt: skip
    yield from word.repair(refutation, wording)


def for_sets(r: Relation, refuted: Refuted) -> Iterator[Candidate]:
    """The set as it is; where its members have no exact form, what is known of them."""
    left, right = sides(r)
    where = refuted.where
    if r.op == "!=":
        yield f"{left} == {right}", where
    side, text = (r.lhs, left) if isinstance(r.lhs, SetFunctional) else (r.rhs, right)
    assert isinstance(side, SetFunctional) and side.variable is not None
    members = _computed(side, side.variable, refuted)
    if (display := _display(members)) is not None:
        yield f"{text} == {display}", where
    inner = arguments(text)[0]
    if side.kind == "range" and len(members.parts) == 1:
        (part,) = members.parts
        yield f"{valued(f'inf({inner})', part.low)} and {valued(f'sup({inner})', part.high)}", where
    function = applied(inner if side.kind == "zeros" else f"D({inner})", side.variable)
    for place in [part.low for part in members.parts if part.is_point]:
        low, high = directed(place, False, DIGITS), directed(place, True, DIGITS)
        yield f"exists({side.variable}, {function} == 0 and {low} < {side.variable} < {high})", where
    if members.is_empty and side.kind in ("argmax", "argmin"):
        kind = "sup" if side.kind == "argmax" else "inf"
        yield f"forall({side.variable}, {applied(inner, side.variable)} != {kind}({inner}))", where
    if members.is_empty and side.kind == "zeros":
        yield f"forall({side.variable}, {function} != 0)", where


def _computed(s: SetFunctional, variable: str, refuted: Refuted) -> RealSet:
    if s.body.op == "name" and s.body.args[0] in refuted.statement.products:
        return union(refuted.decision.products[s.body.args[0]].parts)
    members, _ = set_value(s, refuted.filled(s.body), refuted.region(variable))
    return members


def _display(members: RealSet) -> str | None:
    """A set with exact ends, in the language."""
    if not all(has_exact_form(end) for part in members.parts for end in (part.low, part.high)):
        return None
    if members.parts and all(part.is_point for part in members.parts):
        return "{" + ", ".join(exactly(part.low) for part in members.parts) + "}"
    if len(members.parts) != 1:
        return None
    (part,) = members.parts
    if part.low.infinite and part.high.infinite:
        return "reals"
    ends = f"{exactly(part.low)}, {exactly(part.high)}"
    if not (part.low_closed or part.high_closed):
        return f"open_interval({ends})"
    left = "" if part.low_closed or part.low.infinite else ", left=open"
    return f"interval({ends}{left}{'' if part.high_closed or part.high.infinite else ', right=open'})"


def for_existence(q: Quantified, refuted: Refuted) -> Iterator[Candidate]:
    """exists(x, f(x) > c) with the largest c there is, else that there is none."""
    r = q.body
    variable = q.names[0]
    if isinstance(r, Relation) and len(q.names) == 1 and refuted.names_of(r) == frozenset(q.names):
        body, upper = bounded_side(r, variable)
        shape = decided_landscape(refuted.filled(body), variable, refuted.region(variable))
        op = "==" if r.op == "==" else r.op[0] + "="
        for extremum in (shape.inf, shape.sup) if r.op == "==" else (shape.inf if upper else shape.sup,):
            if extremum.attained and has_exact_form(extremum.value):
                yield f"exists({variable}, {with_bound(r, variable, op, extremum.value, upper)})", refuted.where
    yield source(opposite(q)), refuted.where

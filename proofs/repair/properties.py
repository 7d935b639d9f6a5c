"""How a refuted property, set or `exists` can be repaired: candidates, nearest first, to be proved by their reader."""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue.parse import parse_expression
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.landscape import decided_landscape
from ..functions.pieces import one_sided_limit, split, value_at
from ..functions.regularity import continuity, continuity_json
from ..language.syntax import Predicate, Quantified, Relation, SetFunctional
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real
from ..reals.sets import RealSet, union
from ..vocabulary.values import closed_real
from ..vocabulary.words import set_value
from .relations import bounded_side, with_bound
from .wording import (
    DIGITS,
    MAX_PARTS,
    Candidate,
    Refuted,
    applied,
    arguments,
    at_point,
    between,
    both,
    condition,
    difference,
    directed,
    exactly,
    has_exact_form,
    operand,
    opposite,
    sides,
    source,
    valued,
    written,
)


def for_predicate(p: Predicate, refuted: Refuted) -> Iterator[Candidate]:
    """A weaker property, the same on a smaller set, or the number that decides it."""
    where, variable = refuted.where, p.variable
    inner, *others = arguments(p.text)
    if p.kind == "approx":
        assert p.digits is not None
        value = refuted.decision.number(p.body)
        yield f"approx({inner}, {value.decimal(p.digits)}, digits={p.digits})", where
        return
    assert variable is not None
    body = refuted.filled(p.body)
    region = refuted.region(variable)
    match p.kind:
        case "increasing" | "decreasing" | "monotone":
            yield from _runs(p, body, inner, refuted)
        case "convex" | "concave":
            yield from _bends(p, body, refuted)
            yield f"{'concave' if p.kind == 'convex' else 'convex'}({inner})", where
        case "odd" | "even":
            yield f"{'even' if p.kind == 'odd' else 'odd'}({inner})", where
            middle = value_at(body, variable, closed_real(ex.ZERO))
            if p.kind == "odd" and has_exact_form(middle):
                yield f"odd({difference(inner, written(middle))})", where
            if (at := refuted.at.get(variable)) is not None:
                size = at.removeprefix("-")
                left, right = (at_point(inner, variable, value) for value in (f"-{size}", size))
                yield f"{left} != {'-' if p.kind == 'odd' else ''}{right}", None
        case "smooth" | "differentiable":
            yield f"continuity({inner}) == {continuity_json(continuity(body, variable))}", where
            kinks = [point for point in split(body, variable).breakpoints if has_exact_form(point)]
            yield p.text, both(where, " and ".join(f"{variable} != {written(x)}" for x in kinks[:MAX_PARTS]))
        case "bounded":
            shape = decided_landscape(body, variable, region)
            ends = [valued(f"inf({inner})", shape.inf.value), valued(f"sup({inner})", shape.sup.value)]
            yield " and ".join(ends), where
        case "positive":
            line = refuted.inside(Relation(">", body, ex.ZERO, ""), variable)
            if (positive := condition(line, variable)) is not None:
                yield p.text, positive
            yield valued(f"inf({inner})", decided_landscape(body, variable, region).inf.value), where
        case "identity_near":
            assert p.other is not None
            at = closed_real(p.other)
            for shown, quantity in ((f"D({inner})", calculus.derivative(body, variable)), (operand(inner), body)):
                yield valued(f"{shown}({others[0]})", value_at(quantity, variable, at)), where
        case "asymptotic":
            assert p.other is not None
            g, name, at, *_ = others
            yield f"asymptotic({inner}, {g}, {name}, {at})", where
            end = PLUS_INFINITY if at == "oo" else MINUS_INFINITY if at == "-oo" else closed_real(parse_expression(at))
            quotient = one_sided_limit(body / refuted.filled(p.other), variable, end, 0 if end.infinite else 1)
            yield valued(f"limit({operand(inner)}/{operand(g)}, {name}, {at})", quotient), where
        case _:
            return


def _runs(p: Predicate, body: Expr, inner: str, refuted: Refuted) -> Iterator[Candidate]:
    """Monotone in the weak sense, or in the strict one on the longest stretch."""
    assert p.variable is not None
    shape = decided_landscape(body, p.variable, refuted.region(p.variable))
    weak = {"increasing": {0, 1}, "decreasing": {0, -1}}.get(p.kind, set[int]())
    if {run.direction for run in shape.runs} <= weak:
        yield f"monotone({inner})", refuted.where
    wanted = ("increasing", "decreasing") if p.kind == "monotone" else (p.kind,)
    stretches = [(run.low, run.high) for run in shape.monotone if run.direction in wanted]
    for low, high in sorted(stretches, key=_by_length):
        yield p.text, between(p.variable, low, high) or refuted.where
    yield f"{'decreasing' if p.kind == 'increasing' else 'increasing'}({inner})", refuted.where


def _bends(p: Predicate, body: Expr, refuted: Refuted) -> Iterator[Candidate]:
    """Convex or concave on the longest stretch where the second derivative has the right sign."""
    assert p.variable is not None
    second = Relation(">=" if p.kind == "convex" else "<=", calculus.derivative(body, p.variable, order=2), ex.ZERO, "")
    line = refuted.inside(second, p.variable)
    stretches: list[tuple[Real, Real]] = []
    start = MINUS_INFINITY
    for i, good in enumerate(line.gaps):
        low, high = line.ends(i)
        start = start if good and i and line.gaps[i - 1] else low
        if good:
            stretches += [(start, high), (low, high)]
    for low, high in sorted(dict.fromkeys(stretches), key=_by_length):
        yield p.text, between(p.variable, low, high) or refuted.where


def _by_length(ends: tuple[Real, Real]) -> tuple[float, bool]:
    """The longest first; of two that are unbounded, the one that reaches oo."""
    low, high = ends
    unbounded = low.infinite or high.infinite
    return (-float("inf") if unbounded else float(low) - float(high)), not high.infinite


def for_sets(r: Relation, refuted: Refuted) -> Iterator[Candidate]:
    """The set as it is; where its members have no exact form, what is known of them."""
    left, right = sides(r)
    where = refuted.where
    if r.op == "!=":
        yield f"{left} == {right}", where
    side, text = (r.lhs, left) if isinstance(r.lhs, SetFunctional) else (r.rhs, right)
    assert isinstance(side, SetFunctional) and side.variable is not None
    found = _computed(side, side.variable, refuted)
    if (display := _display(found)) is not None:
        yield f"{text} == {display}", where
    inner = arguments(text)[0]
    if side.kind == "range" and len(found.parts) == 1:
        yield f"{valued(f'inf({inner})', found.parts[0].low)} and {valued(f'sup({inner})', found.parts[0].high)}", where
    function = applied(inner if side.kind == "zeros" else f"D({inner})", side.variable)
    for member in [part.low for part in found.parts if part.is_point]:
        low, high = directed(member, False, DIGITS), directed(member, True, DIGITS)
        yield f"exists({side.variable}, {function} == 0 and {low} < {side.variable} < {high})", where
    if found.is_empty and side.kind in ("argmax", "argmin"):
        kind = "sup" if side.kind == "argmax" else "inf"
        yield f"forall({side.variable}, {applied(inner, side.variable)} != {kind}({inner}))", where
    if found.is_empty and side.kind == "zeros":
        yield f"forall({side.variable}, {function} != 0)", where


def _computed(s: SetFunctional, variable: str, refuted: Refuted) -> RealSet:
    if s.body.op == "name" and s.body.args[0] in refuted.statement.products:
        return union(refuted.decision.products[s.body.args[0]].parts)
    found, _ = set_value(s, refuted.filled(s.body), refuted.region(variable))
    return found


def _display(found: RealSet) -> str | None:
    """A set with exact ends, in the language."""
    if not all(has_exact_form(end) for part in found.parts for end in (part.low, part.high)):
        return None
    if found.parts and all(part.is_point for part in found.parts):
        return "{" + ", ".join(exactly(part.low) for part in found.parts) + "}"
    if len(found.parts) != 1:
        return None
    (part,) = found.parts
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

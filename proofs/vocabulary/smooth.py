"""smooth and differentiable: derivatives that agree where two pieces meet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from ..budget import Undecided
from ..cases.answers import Answer
from ..expressions import calculus
from ..expressions.expr import Expr
from ..functions.pieces import side_formula, value_at
from ..functions.regularity import continuity, continuity_json, is_inside
from ..functions.sign_charts import sign_line, split_within
from ..functions.step_functions import Line, indicator, merge
from ..language.reader import table
from ..normal_forms.signs import Undefined
from ..reals.reals import Real, exact
from ..verdicts import Counterexample
from .properties import Question, Refutation, Suggestion, Wording, property_of_function

MOST_KINKS = 6
"""Points that a condition may leave out."""


def _smooth(q: Question) -> Answer:
    variable, body, region = q.variable, q.body, q.region
    if not body.total and not _is_defined_somewhere(body, variable):
        raise Undecided(f"{q.text}: the function is undefined everywhere")
    if region is not None:
        cut = split_within(body, variable, region)
        defined = Line(cut.breakpoints, (True,) * len(cut.breakpoints), tuple(p.expr is not None for p in cut.pieces))
        inside = merge([defined, region])
        if not any(map(all, (*inside.gaps, *inside.at))):
            raise Undecided(f"{q.text}: the domain is empty")
        # On an open region only the breakpoints inside it count.
        points = [at for b in cut.breakpoints for at in merge([indicator(b), region]).at]
        if not any(map(all, points)):
            return Answer(True, (f"{q.text}: one smooth formula around every point of the domain",))
    order = continuity(body, variable, region)
    note = f"continuity of {q.text.partition('(')[2][:-1]}: {'oo' if order == float('inf') else int(order)}"
    if q.predicate.kind == "smooth" and order == float("inf"):
        return Answer(True, (note,))
    if q.predicate.kind == "smooth":
        return Answer(False, (note,), _not_smooth(q, order))
    for point in _breakpoints(q):
        try:
            value_at(body, variable, point)
        except Undefined:
            if order < 0 and _between_pieces(body, variable, point):
                return Answer(False, (note,), Counterexample({variable: str(point)}, "undefined", "a derivative"))
            continue
        try:
            value_at(calculus.derivative(body, variable), variable, point)
        except Undefined as reason:
            blame = Counterexample({variable: str(point)}, str(reason), "a derivative")
            return Answer(False, (note,), blame)
    return Answer(True, (note,))


def _is_defined_somewhere(body: Expr, variable: str) -> bool:
    """Whether a function has a value: at 0 or 1, which is cheap to see, or elsewhere. Raises Undecided."""
    for x in (0, 1):
        with suppress(Undecided, Undefined):
            value_at(body, variable, exact(x))
            return True
    line = sign_line(body, variable)
    return any(sign is not None for sign in (*line.gaps, *line.at))


def _between_pieces(body: Expr, variable: str, point: Real) -> bool:
    """Whether the function is defined on both sides of a point."""
    try:
        for side in (-1, 1):
            side_formula(body, variable, point, side)
    except Undefined:
        return False
    return True


def _breakpoints(q: Question) -> list[Real]:
    """The breakpoints inside the domain. Raises Undecided where one is an end of it."""
    points = split_within(q.body, q.variable, q.region).breakpoints
    return [point for point in points if q.region is None or is_inside(q.region, point)]


def _not_smooth(q: Question, order: float) -> Counterexample:
    points = ", ".join(map(str, _breakpoints(q)))
    return Counterexample({q.variable: points}, f"order {int(order) + 1} does not match", "every order matches")


def _repair(r: Refutation, say: Wording) -> Iterator[Suggestion]:
    body, variable, region = r.question.body, r.question.variable, r.question.region
    yield f"continuity({r.function}) == {continuity_json(continuity(body, variable, region))}", r.where
    kinks = [point for point in _breakpoints(r.question) if say.has_exact_form(point)]
    elsewhere = " and ".join(f"{variable} != {say.written(x)}" for x in kinks[:MOST_KINKS])
    yield r.question.text, say.both(r.where, elsewhere)


WORDS = table(*(property_of_function(name, _smooth, _repair) for name in ("smooth", "differentiable")))

"""odd and even: a function at x and at -x."""

from __future__ import annotations

from collections.abc import Iterator

from ..budget import Undecided
from ..cases.answers import Answer
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.parity import structural_parity
from ..functions.pieces import split, value_at
from ..functions.sign_charts import sign_line
from ..functions.step_functions import Line, merge, sample
from ..language.reader import table
from ..normal_forms.signs import Undefined
from ..reals.reals import Real, exact
from ..verdicts import Counterexample
from .properties import Question, Refutation, Suggestion, Wording, property_of_function
from .values import digits, negated


def _parity(q: Question) -> Answer:
    variable, body, odd = q.variable, q.body, q.predicate.kind == "odd"
    if q.region is not None:
        raise Undecided(f"{q.text} is decided on the function's whole domain, without a condition on {variable}")
    if body.total and structural_parity(body, variable) == (-1 if odd else 1):
        return Answer(True, (f"{q.text}: made of odd and even parts",))
    flipped = calculus.substitute(body, {variable: -ex.name(variable)})
    line = sign_line(body + flipped if odd else body - flipped, variable)
    for i, sign in enumerate(line.gaps):
        if sign:
            return _broken(q, sample(*line.ends(i)))
    for i, sign in enumerate(line.at):
        if sign:
            return _broken(q, line.marks[i])
    if all(sign is None for sign in (*line.gaps, *line.at)):
        raise Undecided(f"{q.text}: nowhere are both f(x) and f(-x) defined")
    if not body.total:
        _require_symmetric_domain(q, flipped)
    return Answer(True, (f"{q.text}: f(-{variable}) is {'-' if odd else ''}f({variable}), by normal form",))


def _require_symmetric_domain(q: Question, flipped: Expr) -> None:
    """That f is defined at -x wherever it is defined at x. Raises Undecided."""
    defined = merge([_domain(e, q.variable) for e in (q.body, flipped)])
    if any(left != right for left, right in (*defined.gaps, *defined.at)):
        raise Undecided(f"{q.text}: f(x) is defined where f(-x) is not")


def _domain(e: Expr, variable: str) -> Line[bool]:
    """Where an expression has a value."""
    cut = split(e, variable)
    at = tuple(_has_value(e, variable, place) for place in cut.breakpoints)
    return Line(cut.breakpoints, at, tuple(piece.expr is not None for piece in cut.pieces))


def _has_value(e: Expr, variable: str, at: Real) -> bool:
    try:
        value_at(e, variable, at)
    except Undefined:
        return False
    return True


def _broken(q: Question, at: Real) -> Answer:
    variable = q.variable
    value = value_at(q.body, variable, at)
    other = value_at(calculus.substitute(q.body, {variable: -ex.name(variable)}), variable, at)
    mirrored = negated(at)
    note = f"{q.text}: f({at}) = {digits(value)}, f({mirrored}) = {digits(other)}"
    right = f"-f({at}) = {digits(negated(value))}" if q.predicate.kind == "odd" else f"f({at}) = {digits(value)}"
    return Answer(False, (note,), Counterexample({variable: str(at)}, f"f({mirrored}) = {digits(other)}", right))


def _repair(r: Refutation, say: Wording) -> Iterator[Suggestion]:
    variable, odd = r.question.variable, r.question.predicate.kind == "odd"
    yield r.instead("even" if odd else "odd")
    middle = value_at(r.question.body, variable, exact(0))
    if odd and say.has_exact_form(middle):
        yield f"odd({say.difference(r.function, say.written(middle))})", r.where
    if (at := r.at.get(variable)) is not None:
        size = at.removeprefix("-")
        left, right = (say.at_point(r.function, variable, value) for value in (f"-{size}", size))
        yield f"{left} != {'-' if odd else ''}{right}", None


WORDS = table(*(property_of_function(name, _parity, _repair) for name in ("odd", "even")))

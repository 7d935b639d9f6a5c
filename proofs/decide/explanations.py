"""The sentences under a verdict: the extremum that settles a relation, its tails, and a counterexample's two sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction

from ..budget import Undecided, budget
from ..cases import points
from ..cases.answers import Answer
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.landscape import decided_landscape, differ_at
from ..functions.pieces import split
from ..functions.step_functions import Line
from ..functions.zeros import chart
from ..language.syntax import Formula, Relation, Statement, relations
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..reals.reals import Real, compare
from ..verdicts import Counterexample, Evidence
from ..vocabulary.values import describe_extremum
from .products import product_of
from .resolution import Resolution


def refuted(
    resolution: Resolution, formula: Formula, at: Mapping[str, Real], notes: tuple[str, ...], evidence: Evidence
) -> Answer:
    """The answer for a formula that fails at a point, with both sides of the first relation that fails there."""
    shown = {product_text(resolution.statement, name): str(x) for name, x in at.items()}
    point = {name: x.rational for name, x in at.items() if x.rational is not None}
    for leaf in relations(formula):
        if not isinstance(leaf, Relation) or not isinstance(leaf.lhs, Expr) or not isinstance(leaf.rhs, Expr):
            continue
        try:
            left, right = (points.value(resolution.substitute(side), at) for side in (leaf.lhs, leaf.rhs))
            if not ex.holds(leaf.op, compare(left, right)):
                blame = Counterexample(shown, shown_side(left, right), shown_side(right, left))
                return Answer(False, notes, blame, evidence, point, left)
        except (Undecided, Undefined):
            continue
    return Answer(False, notes, Counterexample(shown, "false", "true"), evidence, point)


def product_text(statement: Statement, name: str) -> str:
    """A name for readers: a product's placeholder as its text, with its share of the largest one told apart."""
    placeholder, is_share = product_of(name)
    text = statement.product_texts.get(placeholder, name)
    return f"{text} / its supremum" if is_share else text


STEPS = 750
"""Steps that an explanation may take, a tenth of a second: no share of the verdict's cost, which depends on caches."""


def explain(resolution: Resolution, formula: Formula, variable: str, region: Line[bool]) -> tuple[str, ...]:
    """For each relation between a function and a number: the extremum that settles it, and what settles the tails.

    A note that is not found within its steps is left out.
    """
    notes: list[str] = []
    with suppress(Undecided, Undefined), budget(STEPS):
        notes.extend(_notes(resolution, formula, variable, region))
    return tuple(notes)


def _notes(resolution: Resolution, formula: Formula, variable: str, region: Line[bool]) -> Iterator[str]:
    shares = [product.variable for product in resolution.products.values()]
    inside = None if resolution.statement.where is None and variable not in shares else region
    for leaf in relations(formula):
        if not isinstance(leaf, Relation) or not isinstance(leaf.lhs, Expr) or not isinstance(leaf.rhs, Expr):
            continue
        if not leaf.left_text:  # a condition that nobody wrote
            continue
        difference = resolution.difference(leaf)
        if not differ_at(difference, variable) and normal_form.is_zero(difference):
            yield f"{leaf.text}: both sides have the same normal form"
            continue
        with suppress(Undecided, Undefined):
            yield _extremum_note(resolution, leaf, variable, inside)
        with suppress(Undecided, Undefined):
            yield from _tail_notes(difference, variable)


def _extremum_note(resolution: Resolution, leaf: Relation, variable: str, inside: Line[bool] | None) -> str:
    assert isinstance(leaf.lhs, Expr) and isinstance(leaf.rhs, Expr)
    lhs, rhs = resolution.substitute(leaf.lhs), resolution.substitute(leaf.rhs)
    upper = leaf.op in ("<", "<=", "==", "!=")
    if variable not in ex.free_names(rhs):
        body, text = lhs, leaf.left_text
    elif variable not in ex.free_names(lhs):
        body, text, upper = rhs, leaf.right_text, not upper
    else:
        body, text = lhs - rhs, f"({leaf.left_text}) - ({leaf.right_text})"
    kind = "sup" if upper else "inf"
    shape = decided_landscape(body, variable, inside)
    return describe_extremum(f"{kind} of {text}", shape, kind)


def shown_side(x: Real, other: Real) -> str:
    """A value with enough digits to be told from the other side."""
    if x.infinite or (x.rational is not None and len(str(x.rational)) <= 40):
        return str(x)
    shown = 30
    same = x.exact is not None and other.exact is not None and normal_form.is_zero(x.exact - other.exact)
    told = same or other.infinite
    while shown < 300 and not told and Fraction(x.decimal(shown)) == Fraction(other.decimal(shown)):
        shown *= 2
    short = x.exact is not None and len(to_text(x.exact)) <= 60
    return f"{to_text(x.exact)} = {x.decimal(shown)}" if short and x.exact is not None else x.decimal(shown)


def _tail_notes(difference: Expr, variable: str) -> list[str]:
    cut = split(difference, variable)
    ends = (cut.pieces[0], cut.pieces[-1])
    charts = [chart(piece.expr, variable, piece.low, piece.high) for piece in ends if piece.expr is not None]
    notes = [note for zeros in charts for note in zeros.notes if "y >=" in note]
    return list(dict.fromkeys(f"tail, {note.replace(': ', ': left - right = ', 1)}" for note in notes))


def is_identity(resolution: Resolution, leaf: Relation, variable: str) -> bool:
    """Whether the normal form of a difference is 0 on every piece."""
    if not isinstance(leaf.lhs, Expr) or not isinstance(leaf.rhs, Expr):
        return False
    difference = resolution.difference(leaf)
    if differ_at(difference, variable):
        return False
    try:
        cut = split(difference, variable)
    except Undecided:
        return False
    return all(piece.expr is None or normal_form.is_zero(piece.expr) for piece in cut.pieces)

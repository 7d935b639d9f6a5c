"""The sentences under a verdict: the extremum that settles a relation, its tails, and a counterexample's two sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction

from ..budget import Undecided, budget
from ..cases import points
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.landscape import decided_landscape
from ..functions.pieces import Undefined, split
from ..functions.sign_charts import Line
from ..functions.zeros import chart
from ..language.syntax import Formula, Relation, relations
from ..normal_forms import normal_form
from ..reals.reals import Real, compare
from ..verdicts import Counterexample
from ..vocabulary.values import describe_extremum
from .resolution import Resolution


def counterexample(given: Resolution, formula: Formula, at: Mapping[str, Real]) -> Counterexample:
    """The point, and both sides of the first relation that fails there."""
    shown = {_name_for_readers(given, name): str(x) for name, x in at.items()}
    for leaf in relations(formula):
        if not isinstance(leaf, Relation) or not isinstance(leaf.lhs, Expr) or not isinstance(leaf.rhs, Expr):
            continue
        try:
            sides = [points.value(given.substitute(side), at) for side in (leaf.lhs, leaf.rhs)]
            if not ex.holds(leaf.op, compare(*sides)):
                return Counterexample(shown, shown_side(sides[0], sides[1]), shown_side(sides[1], sides[0]))
        except (Undecided, Undefined):
            continue
    return Counterexample(shown, "false", "true")


def _name_for_readers(given: Resolution, name: str) -> str:
    """A placeholder as the text it stands for; with ~ it is the product's share of the largest one."""
    text = given.statement.product_texts.get(name.rstrip("~"), name)
    return f"{text} / its supremum" if name.endswith("~") else text


STEPS = 750
"""Steps that an explanation may take, a tenth of a second: no share of the verdict's cost, which depends on caches."""


def explain(given: Resolution, formula: Formula, variable: str, region: Line[bool]) -> None:
    """For each relation between a function and a number: the extremum that settles it, and what settles the tails.

    A note that is not found within its steps is left out.
    """
    with suppress(Undecided, Undefined), budget(STEPS):
        for note in _notes(given, formula, variable, region):
            given.notes.append(note)


def _notes(given: Resolution, formula: Formula, variable: str, region: Line[bool]) -> Iterator[str]:
    confined = given.statement.where is not None or any(p.variable == variable for p in given.products.values())
    inside = region if confined else None
    for leaf in relations(formula):
        if not isinstance(leaf, Relation) or not isinstance(leaf.lhs, Expr) or not isinstance(leaf.rhs, Expr):
            continue
        difference = given.difference(leaf)
        if normal_form.is_zero(difference):
            yield f"{leaf.text}: both sides have the same normal form"
            continue
        with suppress(Undecided, Undefined):
            yield _extremum_note(given, leaf, variable, inside)
        with suppress(Undecided, Undefined):
            yield from _tail_notes(difference, variable)


def _extremum_note(given: Resolution, leaf: Relation, variable: str, inside: Line[bool] | None) -> str:
    assert isinstance(leaf.lhs, Expr) and isinstance(leaf.rhs, Expr)
    lhs, rhs = given.substitute(leaf.lhs), given.substitute(leaf.rhs)
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
    while shown < 300 and not other.infinite and Fraction(x.decimal(shown)) == Fraction(other.decimal(shown)):
        shown *= 2
    short = x.exact is not None and len(to_text(x.exact)) <= 60
    return f"{to_text(x.exact)} = {x.decimal(shown)}" if short and x.exact is not None else x.decimal(shown)


def _tail_notes(difference: Expr, variable: str) -> list[str]:
    cut = split(difference, variable)
    notes = []
    for piece in (cut.pieces[0], cut.pieces[-1]):
        if piece.expr is not None:
            found = chart(piece.expr, variable, piece.low, piece.high)
            notes += [f"tail, {n.replace(': ', ': left - right = ', 1)}" for n in found.notes if "y >=" in n]
    return list(dict.fromkeys(notes))


def is_identity(given: Resolution, leaf: Relation, variable: str) -> bool:
    if not isinstance(leaf.lhs, Expr) or not isinstance(leaf.rhs, Expr):
        return False
    try:
        cut = split(given.difference(leaf), variable)
    except Undecided:
        return False
    return all(piece.expr is None or normal_form.is_zero(piece.expr) for piece in cut.pieces)

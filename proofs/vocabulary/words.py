"""All words of the language by their names, and how each is decided."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress

from ..budget import Undecided
from ..cases.answers import Answer
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.step_functions import Line
from ..language.reader import Word
from ..language.syntax import Functional, Infinity, SetFunctional, SetValue
from ..language.words import CORE
from ..normal_forms.signs import Undefined
from ..reals.reals import Real
from ..verdicts import Counterexample
from . import near, numbers, parity, rounded, sets, shapes, smooth
from .numbers import Computed, Found
from .properties import Property, Question
from .sets import ComputedSet, Members

FAMILIES = (numbers, sets, shapes, parity, smooth, near, rounded)
WORDS: dict[str, Word] = {**CORE, **{name: word for family in FAMILIES for name, word in family.WORDS.items()}}


def functional(f: Functional, body: Expr, region: Line[bool] | None) -> Found:
    """The number of a functional, its body with numbers filled in. Raises Undecided or Undefined."""
    if f.variable is not None and f.second is None:
        _require_one_variable(f, body)
    with naming(f.text):
        match WORDS[f.kind]:
            case Computed(value=value):
                return value(f, body, region)
            case _:
                return _only_member(f, body, region)


@contextmanager
def naming(text: str) -> Generator[None, None, None]:
    """Puts the word that the question is about, as it is written, before the reason why it is undecided."""
    try:
        yield
    except Undecided as reason:
        raise reason if text in str(reason) else Undecided(f"{text}: {reason}") from None


def beyond(f: Functional, body: Expr, region: Line[bool] | None, bound: Real) -> Counterexample | None:
    """Points that show a number of a function to be above a finite bound; None where none were found."""
    word = WORDS[f.kind]
    if not isinstance(word, Computed) or f.variable is None or bound.infinite:
        return None
    with suppress(Undecided, Undefined):
        return word.beyond(body, f.variable, region, bound)
    return None


def _only_member(f: Functional, body: Expr, region: Line[bool] | None) -> Found:
    """A set of one equals its number. Raises Undefined for any other."""
    assert not isinstance(f.at, Infinity)
    members, notes = set_value(SetFunctional(f.kind, f.body, f.text, f.variable, f.at), body, region)
    only = members.single()
    if only is None:
        raise Undefined(f"{f.text} = {members} is not a set of one, and so no number")
    only.recognise()  # what is calculated with it may need its exact form
    return Found(only, notes)


def set_value(s: SetValue, body: Expr | None, region: Line[bool] | None) -> Members:
    """A set and the sentences that say how it was found; body is a SetFunctional's, with numbers filled in."""
    if not isinstance(s, SetFunctional):
        return sets.displayed(s), ()
    assert body is not None
    _require_one_variable(s, body)
    word = WORDS[s.kind]
    assert isinstance(word, ComputedSet)
    with naming(s.text):
        return word.members(s, body, region)


def decide_property(question: Question) -> Answer:
    """The truth of a property. Raises Undecided or Undefined."""
    word = WORDS[question.predicate.kind]
    assert isinstance(word, Property)
    with naming(question.text):
        return word.decide(question)


def is_exact(kind: str) -> bool:
    """Whether a number of this kind may stand in an exact proof."""
    word = WORDS[kind]
    assert isinstance(word, Computed | ComputedSet)
    return word.exact


def _require_one_variable(f: Functional | SetFunctional, body: Expr) -> None:
    if extra := ex.free_names(body) - {f.variable}:
        raise Undecided(f"{f.text} depends on {', '.join(sorted(extra))}")

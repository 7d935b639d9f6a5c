"""The truth of a statement, or of a part of it: one frozen value for every way of deciding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from flint import fmpq

from ..language.syntax import kleene
from ..reals.reals import Real
from ..verdicts import Counterexample, Evidence, NoTruthValue

Point: TypeAlias = Mapping[str, "fmpq | tuple[fmpq, ...]"]
"""Rational values of names; of a vector its components."""


@dataclass(frozen=True)
class Answer(NoTruthValue):
    """A truth, the sentences that show it, and where it is false a counterexample; undecided questions raise."""

    truth: bool
    notes: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    evidence: Evidence | None = None
    point: Point = field(default_factory=dict[str, "fmpq | tuple[fmpq, ...]"])
    """The counterexample's names that have rational values."""
    left: Real | None = None
    """The left side's value there, where it is known."""

    def after(self, *notes: str) -> Answer:
        """The same, after other sentences."""
        return replace(self, notes=(*notes, *self.notes))


def connected(op: str, answers: Sequence[Answer]) -> Answer:
    """and, or, not of answers about closed parts; the first counterexample of a false part is the whole's."""
    truth = kleene(op, [answer.truth for answer in answers])
    assert truth is not None
    notes = tuple(note for answer in answers for note in answer.notes)
    for answer in answers:
        if answer.counterexample is not None and (op == "not" or not answer.truth):
            return replace(answer, truth=truth, notes=notes)
    return Answer(truth, notes, Counterexample({}, "true", "false") if op == "not" else None)

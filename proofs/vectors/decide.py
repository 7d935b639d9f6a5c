"""Deciding statements about vectors, for every number n of components and all real vectors at once.

A statement is refuted by a vector of a few whole numbers (:mod:`points`), at which both sides are evaluated,
else it is proved for every n (:mod:`prover`). With vectors written out it is a statement about real numbers,
component by component.
"""

from __future__ import annotations

from ..budget import Undecided, budget
from ..decide.decision import Decision, Outcome
from ..verdicts import Evidence, Verdict
from .points import SAMPLES, Search, at_dimension
from .prover import Prover
from .reader import VectorStatement

PROOF_STEPS = 60_000
"""Steps spent on the proof for every n."""


def decided(s: VectorStatement) -> Outcome:
    """A statement about vectors, proved or refuted. Raises Undecided or Undefined."""
    if s.dimension is not None:
        return _written_out(s, s.dimension)
    search = Search(s)
    if search.counterexample is not None:
        tried = (f"tried vectors of {', '.join(map(str, SAMPLES))} components until one failed",)
        return Outcome(Verdict.REFUTED, Evidence.EXACT, tried, search.counterexample)
    if not search.met:
        raise Undecided("no vector was found that satisfies the condition with every term defined")
    prover = Prover(s)
    with budget(PROOF_STEPS):
        prover.require_whole_space()
        evidence = Evidence.EXACT if prover.prove(s.formula) else Evidence.ENCLOSURE
    return Outcome(Verdict.PROVED, evidence, tuple(dict.fromkeys(prover.notes)))


def _written_out(s: VectorStatement, n: int) -> Outcome:
    """A statement with vectors of n components written out."""
    outcome = Decision(at_dimension(s, n)).run()
    notes = tuple(dict.fromkeys((f"n = {n}, component by component", *outcome.explanation)))
    return Outcome(outcome.verdict, outcome.evidence, notes, outcome.counterexample)

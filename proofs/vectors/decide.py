"""Deciding statements about vectors, for every number n of components and all real vectors at once.

A statement is refuted by a vector of a few whole numbers (:mod:`points`), at which both sides are evaluated,
else it is proved for every n (:mod:`prover`). With vectors written out it is a statement about real numbers,
component by component.
"""

from __future__ import annotations

from ..budget import budget
from ..cases.answers import Answer
from ..decide.decision import Decision
from .points import at_dimension, failure
from .prover import Prover
from .reader import VectorStatement

PROOF_STEPS = 60_000
"""Steps spent on the proof for every n."""


def decided(s: VectorStatement) -> Answer:
    """A statement about vectors, proved or refuted. Raises Undecided or Undefined."""
    if s.dimension is not None:
        answer = Decision(at_dimension(s, s.dimension)).run()
        return answer.after(f"n = {s.dimension}, component by component")
    if (refuted := failure(s)) is not None:
        return refuted
    prover = Prover(s)
    with budget(PROOF_STEPS):
        prover.require_whole_space()
        return prover.prove(s.formula)

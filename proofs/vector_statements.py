"""Deciding statements about vectors, for every number n of components and all real vectors at once.

A statement is refuted by a vector of a few whole numbers (:mod:`vector_points`), at which both sides are evaluated,
else it is proved for every n (:mod:`vector_prover`). With vectors written out it is a statement about real numbers,
component by component.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from .effort import UNBOUNDED, Undecided, budget
from .nearest import FAILURES, SUGGESTION_STEPS
from .pieces import Undefined
from .refutations import Candidate
from .vector_language import VectorStatement, parse_vector_statement
from .vector_points import SAMPLES, Search, at_dimension
from .vector_prover import Prover
from .vector_repairs import candidates
from .verdicts import Evidence, Result, Verdict

PROOF_STEPS = 60_000
"""Steps spent on the proof for every n."""


def decide_vectors(
    text: str, where: str | None, functions: Mapping[str, str] | None, suggest: bool
) -> tuple[Result, Candidate | None]:
    """What the search finds of one statement about vectors, and the nearest true one where it is asked for.

    Raises StatementError for text that is not in the language.
    """
    result, near = Result(text, where, Verdict.UNDECIDED, explanation=("reading the statement takes too long",)), None
    with suppress(Undecided), budget(UNBOUNDED):  # one deadline for all of it
        statement = parse_vector_statement(text, where, functions)
        with budget():
            result = _result(statement)
        if suggest and result.verdict is Verdict.REFUTED:
            with budget(SUGGESTION_STEPS):
                near = _nearest(statement, result, functions)
    return result, near


def _result(s: VectorStatement) -> Result:
    try:
        return _decided(s)
    except (Undecided, Undefined) as reason:
        sentence = str(reason)
    except RecursionError:
        sentence = "nested too deeply for the prover"
    except MemoryError:
        sentence = "the question takes more memory than there is"
    return Result(s.text, s.where_text, Verdict.UNDECIDED, explanation=(sentence,))


def _decided(s: VectorStatement) -> Result:
    """Raises Undecided or Undefined."""
    if s.dimension is not None:
        return _written_out(s, s.dimension)
    search = Search(s)
    if search.counterexample is not None:
        tried = (f"tried vectors of {', '.join(map(str, SAMPLES))} components until one failed",)
        return Result(s.text, s.where_text, Verdict.REFUTED, Evidence.EXACT, tried, search.counterexample)
    if not search.met:
        raise Undecided("no vector was found that satisfies the condition with every term defined")
    prover = Prover(s)
    with budget(PROOF_STEPS):
        prover.require_whole_space()
        evidence = Evidence.EXACT if prover.prove(s.formula) else Evidence.ENCLOSURE
    return Result(s.text, s.where_text, Verdict.PROVED, evidence, tuple(dict.fromkeys(prover.notes)))


def _written_out(s: VectorStatement, n: int) -> Result:
    """A statement with vectors of n components written out."""
    from .statements import Decision

    outcome = Decision(at_dimension(s, n)).run()
    notes = tuple(dict.fromkeys((f"n = {n}, component by component", *outcome.explanation)))
    return Result(s.text, s.where_text, outcome.verdict, outcome.evidence, notes, outcome.counterexample)


def _nearest(
    statement: VectorStatement, result: Result, functions: Mapping[str, str] | None
) -> Candidate | None:
    """A true statement close to a refuted one, kept only if it is proved."""
    with suppress(FAILURES):
        for text, where in candidates(statement, result.counterexample):
            with suppress(FAILURES):
                if decide_vectors(text, where, functions, suggest=False)[0].verdict is Verdict.PROVED:
                    return text, where
    return None

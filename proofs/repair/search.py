"""The nearest true statement to a refuted one: repaired part by part, and kept only if it is proved.

A conjunction keeps its true parts and repairs the false ones; what stands under `not`, `exists` and `forall` is
repaired there. How a single relation is repaired is in :mod:`relations`, how a property or a set in
:mod:`properties`. Where nothing closer is found, the opposite is stated at the counterexample.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from ..budget import budget, remaining
from ..cases.answers import Answer
from ..catalogue.parse import parse_statement
from ..language.syntax import Connective, Formula, Predicate, Quantified, Relation, SetValue, Statement, StatementError
from ..vectors.reader import VectorStatement
from ..verdicts import Result, Verdict
from . import vectors, weaker
from .constants import with_simple_constants
from .properties import for_existence, for_predicate, for_sets
from .relations import for_relation, narrowed, where_it_holds
from .wording import Candidate, Refuted, both, opposite, source

SUGGESTION_STEPS = 20_000
"""Steps for a suggestion, some two seconds."""
REPAIR_SHARE = 0.8
"""Of the steps for a suggestion; the rest is left for the last resort."""
SEARCH_STEPS = 12_000
"""Steps for finding or proving one candidate: one that is hard must leave something for the next."""
WEAKER_STEPS = 3_000
"""Steps for a statement that an undecided one implies: where nothing is easier, that is seen soon."""
FAILURES = Exception
"""The exceptions that a repair may run into: all, since a suggestion that cannot be made must not lose the verdict."""


def suggest(
    statement: Statement | VectorStatement,
    functions: Mapping[str, str] | None,
    decide: Callable[..., Result],
    answer: Answer,
) -> Candidate | None:
    """A true statement close to the one that the answer refutes, and its condition."""
    search = _Search(functions, decide)
    if isinstance(statement, VectorStatement):
        with suppress(FAILURES):
            return search.first(vectors.candidates(statement, answer))
        return None
    candidate = search.nearest(statement, answer)
    with suppress(StatementError):
        if candidate is not None:
            parse_statement(*candidate, functions)  # its condition must not name what only another part named
            return candidate
    return None


def weaken(
    statement: Statement | VectorStatement, functions: Mapping[str, str] | None, decide: Callable[..., Result]
) -> Candidate | None:
    """A true statement that an undecided one implies, and its condition."""
    with suppress(FAILURES), budget(WEAKER_STEPS):
        candidate = _Search(functions, decide).first(weaker.candidates(statement))
        if candidate is not None:
            if isinstance(statement, Statement):
                parse_statement(*candidate, functions)  # its condition must not name what only another part named
            return candidate
    return None


class _Search:
    """Tries candidates in order until one is proved."""

    def __init__(self, functions: Mapping[str, str] | None, decide: Callable[..., Result]) -> None:
        self.functions = functions
        self.decide = decide

    def nearest(self, statement: Statement, answer: Answer) -> Candidate | None:
        """The first candidate that is proved, else the opposite where the statement fails."""
        with budget(REPAIR_SHARE * remaining()):
            simpler = [_simpler(statement, parameters=parameters) for parameters in (False, True)]
            repairs = self._repairs(statement, answer)
            match statement.formula:
                case Relation(op="=="):
                    ways = [*simpler, repairs]
                case Relation():  # the tight bound says more
                    ways = [repairs, *simpler]
                case _:  # a property of the very function says more than one of a simpler function
                    ways = [simpler[0], repairs, simpler[1]]
            candidate = next(filter(None, map(self.first, ways)), None)
        return candidate or self.first(_at_the_counterexample(statement, answer))

    def _verdict(self, text: str, where: str | None) -> Verdict:
        with budget(SEARCH_STEPS), suppress(FAILURES):
            return self.decide(text, where=where, functions=self.functions).verdict
        return Verdict.UNDECIDED

    def first(self, candidates: Iterator[Candidate]) -> Candidate | None:
        """The first that is proved. A search that fails ends quietly."""
        seen: set[Candidate] = set()
        with suppress(FAILURES):
            for candidate in candidates:
                if candidate not in seen and self._verdict(*candidate) is Verdict.PROVED:
                    return candidate
                seen.add(candidate)
        return None

    def _repairs(self, statement: Statement, answer: Answer) -> Iterator[Candidate]:
        refuted = Refuted(statement, answer)
        match statement.formula:
            case Connective(op="and", parts=parts):
                yield from self._conjunction(statement, parts)
                yield from _each([where_it_holds(refuted), _in_several_names(refuted)])
            case Connective(op="or", parts=parts):
                yield from _each([where_it_holds(refuted), _in_several_names(refuted)])
                for part in parts:
                    yield from self._repairs(_with(statement, part), answer)
            case Connective(op="not", parts=(inner,)):
                yield source(inner), statement.where_text
                if isinstance(inner, Connective | Relation):
                    yield from self._repairs(_with(statement, opposite(inner)), answer)
            case Quantified(kind="forall") as q:
                for text, where in self._repairs(_with(statement, q.body), answer):
                    unless = "" if where in (None, statement.where_text) else f"not ({where}) or "
                    yield f"forall({', '.join(q.names)}, {unless}{text})", statement.where_text
            case Quantified() as q:
                yield from _each([for_existence(q, refuted)])
            case Predicate() as p:
                yield from _each([where_it_holds(refuted), _in_several_names(refuted), for_predicate(p, refuted)])
            case Relation(lhs=lhs, rhs=rhs) as r if isinstance(lhs, SetValue) or isinstance(rhs, SetValue):
                yield from _each([where_it_holds(refuted), _in_several_names(refuted), for_sets(r, refuted)])
            case Relation() as r:
                yield from _each(for_relation(r, refuted))
            case _:
                return

    def _conjunction(self, statement: Statement, parts: tuple[Formula, ...]) -> Iterator[Candidate]:
        """True parts as they are, false ones repaired; first without, then with a narrower condition."""
        where = statement.where_text
        verdicts = [(source(part), self._verdict(source(part), where)) for part in parts]
        complete: list[Candidate] = []
        partial: list[Candidate] = []
        for narrower in (False, True):
            texts: list[str] = []
            condition = where
            for part, (text, verdict) in zip(parts, verdicts, strict=True):
                if verdict is Verdict.PROVED:
                    texts.append(text)
                if verdict is not Verdict.REFUTED:
                    continue
                repairs = self._repairs(_with(statement, part), Answer(False))
                near = self.first(c for c in repairs if narrower or c[1] == where)
                if near is not None:
                    texts.append(near[0])
                    condition = condition if near[1] in (condition, None) else both(condition, near[1])
            (complete if len(texts) == len(parts) else partial).append((" and ".join(texts), condition))
        yield from complete
        yield from (candidate for candidate in partial if candidate[0])


def _in_several_names(refuted: Refuted) -> Iterator[Candidate]:
    if len(refuted.names) > 1:
        yield from narrowed(refuted)


def _each(ways: Iterable[Iterator[Candidate]]) -> Iterator[Candidate]:
    """All candidates, each found within a budget; a way of repairing that fails ends quietly."""
    for way in ways:
        with suppress(FAILURES):
            while True:
                with budget(SEARCH_STEPS):
                    candidate = next(way, None)
                if candidate is None:
                    break
                yield candidate


def _simpler(statement: Statement, *, parameters: bool) -> Iterator[Candidate]:
    """The same with simple constants, in the condition too."""
    text, where = statement.text, statement.where_text
    near = with_simple_constants(text, parameters=parameters)
    around = None if where is None else with_simple_constants(where, parameters=parameters)
    if near is not None or around is not None:
        yield near or text, around or where


def _with(statement: Statement, formula: Formula) -> Statement:
    return replace(statement, formula=formula, text=source(formula))


def _at_the_counterexample(statement: Statement, answer: Answer) -> Iterator[Candidate]:
    """The opposite: of a closed statement as a whole, of one with free names where it fails."""
    contrary = source(opposite(statement.formula))
    names = Refuted(statement, answer).names
    at = {} if answer.counterexample is None else answer.counterexample.at
    names = names or frozenset(re.findall(r"[A-Za-z]\w*", statement.text))
    at = {name: value for name, value in at.items() if name in names}
    if at and all(re.fullmatch(r"[A-Za-z]\w*", name) for name in at):
        yield contrary, " and ".join(f"{name} == {value}" for name, value in at.items())
    yield contrary, statement.where_text

"""The door: a statement is read, decided, repaired where it is false, and cross-examined where it is proved."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from .budget import UNBOUNDED, Undecided, budget
from .cases.answers import Answer
from .catalogue.parse import parse_statement
from .cross_examination.examine import cross_examined
from .decide.decision import Decision
from .language.syntax import Statement
from .normal_forms.signs import Undefined
from .repair import search, weaker
from .repair.wording import Candidate
from .vectors.decide import decided
from .vectors.reader import VectorStatement, is_about_vectors, parse_vector_statement
from .verdicts import Result, Verdict


def prove(
    text: str, *, where: str | None = None, functions: Mapping[str, str] | None = None, suggest: bool = True
) -> Result:
    """Decide one statement in the statement language, on the domain given by `where`.

    `functions` defines further functions of x by formulas. With `suggest`, a refutation carries the nearest true
    statement that was found and proved. A proof that the cross-examination contradicts is `unsound`.
    Raises StatementError for text that is not in the language.
    """
    started = time.perf_counter()
    result, near = decide(text, where=where, functions=functions, suggest=suggest)
    if near is not None:
        result = replace(result, nearest=near[0] if near[1] is None else f"{near[0]} where {near[1]}")
    result = cross_examined(result, near, functions)
    return replace(result, seconds=time.perf_counter() - started)


def decide(
    text: str, *, where: str | None = None, functions: Mapping[str, str] | None = None, suggest: bool = False
) -> tuple[Result, Candidate | None]:
    """The result of the search alone, not cross-examined, and the nearest true statement where one is asked for."""
    return _searched(text, where, functions, suggest)


def _decide_part(text: str, *, where: str | None, functions: Mapping[str, str] | None) -> Result:
    """Decide a part of a statement, whose condition may name more than the part does."""
    return _searched(text, where, functions, False, part=True)[0]


def _searched(
    text: str, where: str | None, functions: Mapping[str, str] | None, suggest: bool, *, part: bool = False
) -> tuple[Result, Candidate | None]:
    answer: Answer | Undecided | Undefined = Undecided("reading the statement takes too long")
    near = advice = None
    with suppress(Undecided), budget(UNBOUNDED):  # one deadline for all of it
        statement = _read(text, where, functions, part)
        with budget():
            answer = _answer(statement)
        if suggest and isinstance(answer, Answer) and not answer.truth:
            with budget(search.SUGGESTION_STEPS):
                near = search.suggest(statement, functions, _decide_part, answer)
        if suggest and isinstance(answer, Undecided):
            near = search.weaken(statement, functions, _decide_part)
            advice = weaker.advice(statement, near)
    if not isinstance(answer, Answer):
        reason = f"{'not decided' if isinstance(answer, Undecided) else 'without a value'}: {answer}"
        explanation = (reason, *([f"to try: {advice}"] if advice else []))
        return Result(text, where, Verdict.UNDECIDED, explanation=explanation), near
    verdict = Verdict.PROVED if answer.truth else Verdict.REFUTED
    explanation = tuple(dict.fromkeys(answer.notes))
    return Result(text, where, verdict, answer.evidence, explanation, answer.counterexample), near


def _read(
    text: str, where: str | None, functions: Mapping[str, str] | None, part: bool
) -> Statement | VectorStatement:
    """Raises StatementError."""
    if is_about_vectors(text, where, functions):
        return parse_vector_statement(text, where, functions)
    return parse_statement(text, where, functions, part=part)


def _answer(statement: Statement | VectorStatement) -> Answer | Undecided | Undefined:
    """The answer, or why there is none."""
    try:
        return decided(statement) if isinstance(statement, VectorStatement) else Decision(statement).run()
    except (Undecided, Undefined) as reason:
        return reason
    except RecursionError:
        return Undecided("the expression is nested too deeply for the prover")
    except MemoryError:
        return Undecided("the question takes more memory than there is")

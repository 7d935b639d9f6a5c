"""Every proof is cross-examined: an evaluation that shares nothing with the search tries to contradict it.

The statement is read again as it was written (:mod:`as_written`) and tried (:mod:`witness`): at some hundred points,
with limits far out, suprema by sampling, means by enclosures, sets at their members. A proof that is contradicted is a
bug in gradproof and becomes `unsound`, loudly, with both sides. Nothing here can turn anything into `proved`; what
cannot be examined is left as it is. The same statement is always tried at the same points, with bounded work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from math import log2
from typing import TypeAlias

from flint import arb, fmpq

from ..enclosures.balls import precision
from ..vectors.reader import is_about_vectors
from ..verdicts import Counterexample, Result, Verdict
from . import vectors
from .as_written import PROPERTIES, Node, NotExamined, Symbol, Writing
from .curves import BITS
from .interpretation import NUMBERS, SETS, WORK, Interpretation, relations
from .points import mirrored, several
from .witness import Exhausted, Place, Undefined, Unknown, Witness

POINTS = 110
SHARPER = ((480, 16), (2000, 3))
"""Precisions at which points are tried again that are not decided at first, and how many."""
OPEN_NUMBERS, UNKNOWN_NUMBERS = 4, 16
"""Points at which numbers of whole functions are estimated that depend on a free name: of those that tell something,
and of all."""

FAR, STEEP = 64, 16
"""Numbers of whole functions are not estimated for parameters beyond two to the first power, and properties are not
tried for parameters beyond the second number: exp(16) is a slope of 9 million."""
TINIEST = 2.0**-60
"""Added to numbers whose size is compared: 0 is far from 1."""

Candidate: TypeAlias = "tuple[str, str | None]"
"""A statement and its condition."""

_FORMULAS = {"relation", "and", "or", "not", "approx", "asymptotic", "identity_near", *PROPERTIES}


def cross_examined(
    result: Result, nearest: Candidate | None = None, functions: Mapping[str, str] | None = None
) -> Result:
    """The result; with the verdict `unsound` where what was proved, the statement or its nearest, is contradicted.

    Every proof leaves the engine through here.
    """
    if result.verdict is Verdict.PROVED:
        name, candidate = "this", (result.statement, result.where)
    elif nearest is not None:
        name, candidate = f"its nearest statement {result.nearest!r}", nearest
    else:
        return result
    counterexample = contradiction(*candidate, functions)
    if counterexample is None:
        return result
    at = ", ".join(f"{name} = {value}" for name, value in counterexample.at.items())
    line = (
        f"a bug in gradproof: {name} was proved, and an evaluation of the statement as written "
        f"contradicts it{f' at {at}' if at else ''}: {counterexample.lhs} against {counterexample.rhs}"
    )
    explanation = (line, *result.explanation)
    return replace(result, verdict=Verdict.UNSOUND, counterexample=counterexample, explanation=explanation)


def contradiction(
    text: str, where: str | None = None, functions: Mapping[str, str] | None = None
) -> Counterexample | None:
    """A point, or a number, that contradicts a statement; None where there is none or none is found."""
    try:
        if is_about_vectors(text, where, functions):
            return vectors.contradiction(text, where, functions)
        counterexample = Examination(text, where, functions).contradiction()
        if counterexample is not None:  # more work before the alarm is raised
            counterexample = Examination(text, where, functions, careful=True).contradiction()
        return counterexample
    except (NotExamined, Exhausted, RecursionError, MemoryError):
        return None
    except Exception:  # an examiner that stumbles has no opinion; it must not lose the proof
        return None


class Examination:
    """One statement on the stand. Raises NotExamined for what has no meaning here."""

    def __init__(
        self, text: str, where: str | None, functions: Mapping[str, str] | None, *, careful: bool = False
    ) -> None:
        writing = Writing(functions)
        self.text = text
        self.formula = writing.read(text)
        condition = None if where is None else writing.read(where)
        names = self.formula.free | (condition.free if condition is not None else frozenset[Symbol]())
        self.names = tuple(sorted(n for n in names if isinstance(n, str)))
        self.counts, self.condition = writing.counts, condition
        self.meaning = Interpretation(condition, writing.numbers(), careful=careful)

    def contradiction(self) -> Counterexample | None:
        """A point, or a number, that contradicts the statement. Raises Exhausted."""
        parts = _conjuncts(self.formula)
        for part in parts:
            if not part.free:
                for bits in (BITS,) if part.of_functions else (BITS, *dict(SHARPER)):
                    with precision(bits):
                        counterexample = self._closed_contradiction(part)
                    if counterexample is not None:
                        return counterexample
        open_parts = [part for part in parts if part.free]
        for part in open_parts:
            for term, alone in _closed_terms(part):
                if not self._has_value(term, alone):
                    return _without_value(term)
        return self._pointwise(open_parts) if open_parts else None

    def _has_value(self, term: Node, alone: bool) -> bool:
        """False where a closed term is certainly undefined, or is an infinity that something is calculated with."""
        with precision(BITS):
            try:
                number = self.meaning.number(term, {})
            except Undefined:
                return False
            except Unknown:
                return True
        ends = (number.low, number.high)
        return alone or any(end is None or end.is_finite() for end in ends)

    def holds_at(self, point: Mapping[str, fmpq]) -> bool | None:
        """Whether the statement holds at a point: None if it is not in the domain, or undecided there."""
        for bits in (BITS, *dict(SHARPER)):
            with precision(bits):
                truth = self._all([self.formula], point) if self.meaning.is_inside(point) else None
                if truth is not None:
                    return truth
        return None

    def margin_at(self, point: Mapping[str, fmpq]) -> float | None:
        """How near an inequality is to failing: negative while it holds, relative to the size of its sides."""
        margins: list[float] = []
        for leaf in relations(self.formula):
            if leaf.op == "relation" and leaf.extra not in ("==", "!="):
                with precision(BITS), suppress(Undefined, Unknown):
                    left, right = (self.meaning.witness.ball(side, point) for side in leaf.args)
                    gap = (left - right if leaf.extra in ("<", "<=") else right - left) / (1 + abs(left) + abs(right))
                    margins.append(float(gap.mid()))
        return max(margins, default=None)

    def blame_at(self, point: Mapping[str, fmpq]) -> Counterexample:
        """The point at which the statement fails, with both sides of a relation that does."""
        with precision(SHARPER[-1][0]):
            return self._blame(self.formula, point, point)

    def _closed_contradiction(self, part: Node) -> Counterexample | None:
        with suppress(Unknown):
            try:
                if self.meaning.truth(part, {}) is False:
                    return self._blame(part, {}, {})
            except Undefined:
                return _without_value(part)
        return None

    # --- pointwise statements

    def _pointwise(self, parts: list[Node]) -> Counterexample | None:
        of_functions = any(p.of_functions for p in parts)
        sharper = dict(SHARPER)
        tried = told = 0
        costly = of_functions and any(_depends(p) for p in parts)
        whole = any(node.op in PROPERTIES and node.free for p in parts for node in _walk(p, down=_is_logical))
        for point in _near_and_far(self._points()) if costly else self._points():
            if costly and (told >= OPEN_NUMBERS or tried >= UNKNOWN_NUMBERS):
                break
            if (costly and any(_remoteness(x) > FAR for x in point.values())) or (
                whole and any(abs(x) > STEEP for x in point.values())
            ):
                continue  # samples do not see pieces so far out, nor that slopes so steep are no jumps
            for bits in (BITS, *sharper):
                if bits != BITS:
                    if not self.meaning.blurred or not sharper[bits]:
                        break
                    sharper[bits] -= 1
                with precision(bits):
                    self.meaning.blurred = False
                    place = dict(point)
                    if not self.meaning.is_inside(place):
                        if self.meaning.blurred:
                            continue
                        break
                    tried += bits == BITS
                    truth = self._all(parts, place)
                    if truth is False:
                        false = next(p for p in parts if self.meaning.quiet(p, place) is False)
                        return self._blame(false, place, point)
                    if truth is True:
                        told += 1
                        break
        return None

    def _points(self) -> Iterable[dict[str, fmpq]]:
        if not self.names:
            return [{}]
        if len(self.names) == 1 and not self.counts:
            return [{self.names[0]: x} for x in self.meaning.moderate_first]
        points = several(self.names, self.meaning.written, self.text, POINTS)
        points = points if self.condition is None or self.counts else mirrored(points)
        return (
            {n: fmpq(1 + abs(int(x.p)) % 12) if n in self.counts else x for n, x in point.items()} for point in points
        )

    def _all(self, parts: list[Node], place: Place) -> bool | None:
        """The conjunction at a point; None where a part is undefined there or nothing certain is known."""
        try:
            truths = [self.meaning.truth(p, place) for p in parts]
        except Undefined:
            self.meaning.blurred = False
            return None
        except Unknown:
            self.meaning.blurred = True
            return None
        return False if False in truths else None if None in truths else True

    # --- the contradiction

    def _blame(self, part: Node, place: Place, point: Mapping[str, fmpq]) -> Counterexample:
        at = {name: str(x) if len(str(x)) < 60 else arb(x).str(12) for name, x in point.items()}
        return Counterexample(at, *self.meaning.sides(part, place))


def _near_and_far(points: Iterable[dict[str, fmpq]]) -> Iterator[dict[str, fmpq]]:
    """Points in their order, between them those whose numbers are nearest to 1 in size."""
    listed = list(points)
    near = sorted(listed, key=lambda point: max((_remoteness(x) for x in point.values()), default=0.0))
    seen: set[int] = set()
    for point in chain.from_iterable(zip(listed, near, strict=True)):
        if id(point) not in seen:
            seen.add(id(point))
            yield point


def _remoteness(x: fmpq) -> float:
    return abs(log2(abs(float(x)) + TINIEST))


class WrittenTerm:
    """A real term as it is written, at points. Raises NotExamined for what has no meaning here."""

    def __init__(self, text: str) -> None:
        self.node = Writing().read_term(text)

    def at(self, point: Mapping[str, fmpq], bits: int = 256) -> arb | None:
        """A ball around the value, or None where it has none or none is found."""
        with precision(bits), suppress(Undefined, Unknown):
            value = Witness(WORK, _not_estimated).ball(self.node, point)
            return value if value.is_finite() else None
        return None


def _not_estimated(*question: object) -> arb:
    raise Unknown


def _without_value(part: Node) -> Counterexample:
    return Counterexample({}, f"{part.text}: undefined", "a statement of which every part has a value")


def _walk(node: Node, *, down: Callable[[Node], bool]) -> Iterator[Node]:
    """A node and what it consists of, each once: functions that call functions share nodes, as a tree they may be 2^n.

    Below a node only where it says so.
    """
    seen, nodes = {node}, [node]
    while nodes:
        node = nodes.pop()
        yield node
        if down(node):
            nodes += [a for a in reversed(node.args) if a not in seen]
            seen.update(node.args)


def _closed_terms(formula: Node) -> Iterator[tuple[Node, bool]]:
    """The largest terms free of names, but for those that a choice may leave out; and which may be infinite."""
    apart = {"forall", "exists", "choice", *NUMBERS}
    for node in _walk(formula, down=lambda node: bool(node.free) and node.op not in apart):
        if node.free and node.op not in apart:
            for term in node.args:
                if not term.free and term.exact is None and term.op not in (*SETS, *_FORMULAS):
                    yield term, node.op in ("relation", "interval")


def _is_logical(node: Node) -> bool:
    return node.op in ("and", "or", "not")


def _depends(formula: Node) -> bool:
    """Whether a number of a whole function in it depends on a free name."""
    nodes = _walk(formula, down=lambda node: node.of_functions and node.op not in NUMBERS)
    return any(node.op in NUMBERS and node.free for node in nodes)


def _conjuncts(formula: Node) -> list[Node]:
    if formula.op == "and":
        return [part for each in formula.args for part in _conjuncts(each)]
    return [formula]

"""Shapes of functions, read off their rises and falls: increasing, convex, bounded, positive and the like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from ..budget import Undecided
from ..cases.answers import Answer
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.printing import to_text
from ..functions.landscape import Landscape, Place, Run, decided_landscape
from ..functions.oscillation import extent
from ..functions.periods import steady_length
from ..functions.pieces import value_at
from ..functions.sign_charts import signs_within
from ..functions.step_functions import Line, constant, merge, sample
from ..language.reader import table
from ..language.syntax import Relation
from ..reals.reals import MINUS_INFINITY, Real, compare, exact, sign_of
from ..verdicts import Counterexample
from . import witnesses
from .properties import Question, Refutation, Suggestion, Wording, property_of_function
from .values import describe_extremum, digits

MOST_STRETCHES = 8
"""Stretches with one direction that are told; how many more there are is said too."""


def _in_order(shape: Landscape) -> list[Run | Place]:
    """Runs and places from left to right."""
    result: list[Run | Place] = []
    places = list(shape.places)
    for run in shape.runs:
        while places and (run.low.infinite == 0 and compare(places[0].at, run.low) <= 0):
            result.append(places.pop(0))
        result.append(run)
    return result + places


@dataclass(frozen=True)
class Step:
    """A rise or fall between two values, along a run or from one run or place to the next."""

    sign: int
    before: Real
    after: Real
    low: Real
    """Where the run begins, or the run or place before it ends."""
    high: Real
    along: bool
    """Whether it is a run."""

    def __str__(self) -> str:
        return f"({self.low}, {self.high})" if self.along else f"a step at {self.high}"


def _steps(shape: Landscape) -> list[Step]:
    """Every rise or fall, from left to right."""
    steps: list[Step] = []
    previous: Run | Place | None = None
    for item in _in_order(shape):
        if previous is not None:
            before, low = (previous.end, previous.high) if isinstance(previous, Run) else (previous.value, previous.at)
            after, high = (item.start, item.low) if isinstance(item, Run) else (item.value, item.at)
            order = compare(after, before)
            if order or (isinstance(previous, Place) and isinstance(item, Place)):
                steps.append(Step(order, before, after, low, high, along=False))
        if isinstance(item, Run):
            steps.append(Step(item.direction, item.start, item.end, item.low, item.high, along=True))
        previous = item
    return steps


def _shape(q: Question) -> tuple[Landscape, tuple[str, ...]]:
    """The landscape that shows where a function rises, and a note where it is that of an interval. Raises Undecided.

    Where f(x + L) = f(x) + c, the intervals [k L, (k + 2) L] cover the line and overlap: f rises on it if on one.
    """
    try:
        return q.landscape(), ()
    except Undecided:
        length = steady_length(q.variable, q.body) if q.region is None else None
        if length is None:
            raise
    whole = decided_landscape(q.body, q.variable, _window(exact(0), exact(2 * length)))
    return whole, (f"the same but for a constant after {to_text(length)}",)


def _monotone(q: Question) -> Answer:
    try:
        shape, notes = _shape(q)
        answer = _on(q, shape)
        return replace(answer, notes=(*answer.notes, *notes))
    except Undecided:
        if q.region is not None:
            raise
        # A function may oscillate for ever and still be seen to turn: a part of the line is enough for a refutation.
        answer = _on(q, decided_landscape(q.body, q.variable, _window(exact(-10), exact(10))))
        if answer.truth:
            raise
        return answer


def _window(low: Real, high: Real) -> Line[bool]:
    """The interval between two numbers, as a region."""
    return Line((low, high), (True, True), (False, True, False))


def _on(q: Question, shape: Landscape) -> Answer:
    if shape.is_empty:
        raise Undecided(f"{q.text}: the domain is empty")
    steps, kind = _steps(shape), q.predicate.kind
    signs = {step.sign for step in steps}
    directions = {"increasing": [{1}], "decreasing": [{-1}], "monotone": [{0, 1}, {0, -1}]}[kind]
    stretches = [f"{m.direction} on ({m.low}, {m.high})" for m in shape.monotone]
    more = len(stretches) - MOST_STRETCHES
    stretches = stretches[:MOST_STRETCHES] + ([f"and {more} more"] if more > 0 else [])
    note = f"{q.text}: {', '.join(stretches)}"
    if any(signs <= allowed for allowed in directions):
        return Answer(True, (note,))
    worst = next(
        step
        for step in steps
        if step.sign not in (directions[0] if kind != "monotone" else {1, 0} if signs - {1, 0} else {0})
    )
    if worst.along:
        middle = sample(worst.low, worst.high)
        left, right = sample(worst.low, middle), middle
        values = [value_at(shape.expr, shape.variable, x) for x in (left, right)]
        at = {f"{shape.variable}1": str(left), f"{shape.variable}2": str(right)}
        return Answer(False, (note,), Counterexample(at, digits(values[0]), digits(values[1])))
    curve = witnesses.Curve(shape.expr, shape.variable, shape.region)
    blame = witnesses.step(curve, worst.low, worst.high, worst.sign)
    return Answer(False, (note,), blame or Counterexample({}, f"{worst}: {digits(worst.before)}", digits(worst.after)))


def _convex(q: Question) -> Answer:
    """Convex on an interval: continuous, with a derivative that never falls, across kinks too."""
    variable, whole = q.variable, q.landscape()
    if whole.is_empty:
        raise Undecided(f"{q.text}: the domain is empty")
    _require_interval(q.text, whole)
    bend = 1 if q.predicate.kind == "convex" else -1
    curve = witnesses.Curve(q.body, variable, q.region)
    items = _in_order(whole)
    for before, place in pairwise(items):
        ends = (
            before.end if isinstance(before, Run) else before.value,
            place.start if isinstance(place, Run) else place.value,
        )
        if compare(*ends) != 0:
            if any(isinstance(end, Place) for end in (before, place) if end is items[0] or end is items[-1]):
                raise Undecided(f"{q.text}: a jump at an end of the domain")
            at = place.low if isinstance(place, Run) else place.at
            blame = witnesses.above_chord(curve, at, bend) or Counterexample({}, digits(ends[0]), digits(ends[1]))
            return Answer(False, (f"{q.text}: not continuous at {at}",), blame)
    slope = decided_landscape(calculus.derivative(q.body, variable), variable, q.region)
    for step in _steps(slope):
        if step.sign == -bend:
            note = f"{q.text}: the derivative {'falls' if bend > 0 else 'rises'} {'on' if step.along else 'in'} {step}"
            blame = witnesses.above_chord(curve, sample(step.low, step.high) if step.along else step.high, bend)
            ends = f"derivative {digits(step.before)}", f"then {digits(step.after)}"
            return Answer(False, (note,), blame or Counterexample({}, *ends))
    return Answer(True, (f"{q.text}: the derivative never {'falls' if bend > 0 else 'rises'}",))


def _require_interval(text: str, shape: Landscape) -> None:
    items = _in_order(shape)
    for before, after in pairwise(items):
        end = before.high if isinstance(before, Run) else before.at
        start = after.low if isinstance(after, Run) else after.at
        if compare(end, start) != 0 or (isinstance(before, Run) and isinstance(after, Run)):
            raise Undecided(f"{text}: the domain is not an interval")


def _bounded(q: Question) -> Answer:
    shape = extent(q.body, q.variable, q.region)
    notes = tuple(describe_extremum(f"{kind}", shape, kind) for kind in ("inf", "sup"))
    unbounded = shape.sup.value.infinite or shape.inf.value.infinite
    blame = Counterexample({}, f"inf = {shape.inf.value}", f"sup = {shape.sup.value}") if unbounded else None
    return Answer(not unbounded, (q.text + ":", *notes), blame)


def _positive(q: Question) -> Answer:
    shape = q.landscape()
    inf = shape.inf
    sign = -1 if inf.value.infinite else sign_of(inf.value)
    note = describe_extremum(f"inf of {q.text.partition('(')[2][:-1]}", shape, "inf")
    if sign > 0 or (sign == 0 and not inf.attained):
        return Answer(True, (note,))
    at = inf.at[0] if inf.at else None
    if at is None:
        signs = signs_within(shape.expr, shape.variable, shape.region)
        line = merge([signs, shape.region or constant(True)])
        index = next(i for i, (s, inside) in enumerate(line.gaps) if inside and s is not None and s <= 0)
        at = sample(*line.ends(index))
    blame = Counterexample({shape.variable: str(at)}, digits(value_at(shape.expr, shape.variable, at)), "0")
    return Answer(False, (note,), blame)


# --- repairs


def _on_stretches(r: Refutation, say: Wording, stretches: Iterable[tuple[Real, Real]]) -> Iterator[Suggestion]:
    """The same between two ends, the longest stretch first."""
    for low, high in sorted(dict.fromkeys(stretches), key=_by_length):
        yield r.question.text, say.between(r.question.variable, low, high) or r.where


def _by_length(ends: tuple[Real, Real]) -> tuple[float, bool]:
    """The longest first; of two that are unbounded, the one that reaches oo."""
    low, high = ends
    unbounded = low.infinite or high.infinite
    return (-float("inf") if unbounded else float(low) - float(high)), not high.infinite


def _runs(r: Refutation, say: Wording) -> Iterator[Suggestion]:
    """Monotone in the weak sense, or in the strict one on the longest stretch."""
    shape, kind = _shape(r.question)[0], r.question.predicate.kind
    weak = {"increasing": {0, 1}, "decreasing": {0, -1}}.get(kind, set[int]())
    if {run.direction for run in shape.runs} <= weak:
        yield r.instead("monotone")
    directions = ("increasing", "decreasing") if kind == "monotone" else (kind,)
    yield from _on_stretches(r, say, [(run.low, run.high) for run in shape.monotone if run.direction in directions])
    yield r.instead("decreasing" if kind == "increasing" else "increasing")


def _bends(r: Refutation, say: Wording) -> Iterator[Suggestion]:
    """Convex or concave on the longest stretch where the second derivative has the right sign."""
    q = r.question
    convex = q.predicate.kind == "convex"
    line = r.inside(Relation(">=" if convex else "<=", calculus.derivative(q.body, q.variable, order=2), ex.ZERO, ""))
    stretches: list[tuple[Real, Real]] = []
    start = MINUS_INFINITY
    for i, good in enumerate(line.gaps):
        low, high = line.ends(i)
        start = start if good and i and line.gaps[i - 1] else low
        if good:
            stretches += [(start, high), (low, high)]
    yield from _on_stretches(r, say, stretches)
    yield r.instead("concave" if convex else "convex")


def _bounds(r: Refutation, say: Wording) -> Iterator[Suggestion]:
    shape = r.question.landscape()
    ends = (say.valued(f"inf({r.function})", shape.inf.value), say.valued(f"sup({r.function})", shape.sup.value))
    yield " and ".join(ends), r.where


def _where_positive(r: Refutation, say: Wording) -> Iterator[Suggestion]:
    q = r.question
    if (positive := say.condition(r.inside(Relation(">", q.body, ex.ZERO, "")), q.variable)) is not None:
        yield q.text, positive
    yield say.valued(f"inf({r.function})", q.landscape().inf.value), r.where


WORDS = table(
    *(property_of_function(name, _monotone, _runs) for name in ("increasing", "decreasing", "monotone")),
    *(property_of_function(name, _convex, _bends) for name in ("convex", "concave")),
    property_of_function("bounded", _bounded, _bounds),
    property_of_function("positive", _positive, _where_positive),
)

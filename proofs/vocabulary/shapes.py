"""Shapes of functions, read off their rises and falls: increasing, convex, bounded, positive and the like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
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
from .properties import Question, Refutation, Suggestion, Wording, property_of_function
from .values import describe_extremum, digits


def _in_order(shape: Landscape) -> list[Run | Place]:
    """Runs and places from left to right."""
    result: list[Run | Place] = []
    places = list(shape.places)
    for run in shape.runs:
        while places and (run.low.infinite == 0 and compare(places[0].at, run.low) <= 0):
            result.append(places.pop(0))
        result.append(run)
    return result + places


def _steps(shape: Landscape) -> list[tuple[int, str, Real, Real]]:
    """Every rise or fall: its sign, where, and two values that show it."""
    steps: list[tuple[int, str, Real, Real]] = []
    previous: Run | Place | None = None
    for item in _in_order(shape):
        if previous is not None:
            before = previous.end if isinstance(previous, Run) else previous.value
            after = item.start if isinstance(item, Run) else item.value
            place = item.low if isinstance(item, Run) else item.at
            order = compare(after, before)
            if order:
                steps.append((order, f"a step at {place}", before, after))
            elif isinstance(previous, Place) and isinstance(item, Place):
                steps.append((0, f"equal values at {previous.at} and {item.at}", before, after))
        if isinstance(item, Run):
            steps.append((item.direction, f"({item.low}, {item.high})", item.start, item.end))
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
    signs = {sign for sign, *_ in steps}
    directions = {"increasing": [{1}], "decreasing": [{-1}], "monotone": [{0, 1}, {0, -1}]}[kind]
    stretches = ", ".join(f"{m.direction} on ({m.low}, {m.high})" for m in shape.monotone)
    note = f"{q.text}: {stretches}"
    if any(signs <= allowed for allowed in directions):
        return Answer(True, (note,))
    worst = next(
        step
        for step in steps
        if step[0] not in (directions[0] if kind != "monotone" else {1, 0} if signs - {1, 0} else {0})
    )
    run = next((r for r in shape.runs if r.direction == worst[0] and f"({r.low}, {r.high})" == worst[1]), None)
    if run is None:
        return Answer(False, (note,), Counterexample({}, f"{worst[1]}: {digits(worst[2])}", digits(worst[3])))
    middle = sample(run.low, run.high)
    left, right = sample(run.low, middle), middle
    values = [value_at(shape.expr, shape.variable, x) for x in (left, right)]
    at = {f"{shape.variable}1": str(left), f"{shape.variable}2": str(right)}
    return Answer(False, (note,), Counterexample(at, digits(values[0]), digits(values[1])))


def _convex(q: Question) -> Answer:
    """Convex on an interval: continuous, with a derivative that never falls, across kinks too."""
    variable, whole = q.variable, q.landscape()
    if whole.is_empty:
        raise Undecided(f"{q.text}: the domain is empty")
    _require_interval(q.text, whole)
    items = _in_order(whole)
    for before, place in pairwise(items):
        ends = (
            before.end if isinstance(before, Run) else before.value,
            place.start if isinstance(place, Run) else place.value,
        )
        if compare(*ends) != 0:
            if before is items[0] or place is items[-1]:
                raise Undecided(f"{q.text}: a jump at an end of the domain")
            return Answer(False, (f"{q.text}: not continuous",), Counterexample({}, digits(ends[0]), digits(ends[1])))
    slope = decided_landscape(calculus.derivative(q.body, variable), variable, q.region)
    bend = 1 if q.predicate.kind == "convex" else -1
    for sign, where, before, after in _steps(slope):
        if sign == -bend:
            note = f"{q.text}: the derivative {'falls' if bend > 0 else 'rises'} on {where}"
            return Answer(False, (note,), Counterexample({}, f"derivative {digits(before)}", f"then {digits(after)}"))
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
    blame = Counterexample({}, str(shape.inf.value), str(shape.sup.value)) if unbounded else None
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

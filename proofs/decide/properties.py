"""Properties of whole functions: increasing, convex, odd, bounded, smooth, approx and the like."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from flint import fmpq

from ..budget import Undecided
from ..enclosures.balls import exact_rational, precision
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.landscape import Landscape, Place, Run, decided_landscape
from ..functions.pieces import one_sided_derivative, one_sided_limit, side_formula, split, value_at
from ..functions.regularity import continuity
from ..functions.sign_charts import Line, constant, merge, sample, sign_line, signs_within, split_within
from ..language.syntax import Infinity, Predicate
from ..normal_forms.signs import Undefined
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, exact, sign_of
from ..verdicts import Counterexample
from .functionals import closed_real, describe_extremum, digits


@dataclass(frozen=True)
class Answer:
    """The truth of a property, with a counterexample where it is false."""

    truth: bool
    notes: tuple[str, ...] = ()
    counterexample: Counterexample | None = None


class Numbers(Protocol):
    """The decision in progress as approx needs it: a closed side as a number."""

    def number(self, side: object) -> Real: ...


def decide(p: Predicate, body: Expr, region: Line[bool] | None, numbers: Numbers) -> Answer:
    """Decide one predicate; body is its function with numbers filled in. Raises Undecided or Undefined."""
    if p.kind == "approx":
        return _approx(p, numbers)
    if p.kind == "asymptotic" and region is not None:
        raise Undecided(f"{p.text} speaks of one point, not of a condition on {p.variable}")
    if p.kind == "asymptotic":
        return _asymptotic(p, body)
    variable = p.variable
    assert variable is not None
    if extra := ex.free_names(body) - {variable}:
        raise Undecided(f"{p.text} depends on {', '.join(sorted(extra))}")
    match p.kind:
        case "increasing" | "decreasing" | "monotone" if region is None:
            return _monotone_on_line(p, body, variable)
        case "increasing" | "decreasing" | "monotone":
            return _monotone(p, decided_landscape(body, variable, region))
        case "convex" | "concave":
            return _convex(p, body, variable, region)
        case "odd" | "even":
            if region is not None:
                raise Undecided(
                    f"{p.text} is decided on the function's whole domain, without a condition on {variable}"
                )
            return _parity(p, body, variable)
        case "bounded":
            return _bounded(p, decided_landscape(body, variable, region))
        case "differentiable" | "smooth":
            return _smooth(p, body, variable, region)
        case "positive":
            return _positive(p, decided_landscape(body, variable, region))
        case "identity_near" if region is not None:
            raise Undecided(f"{p.text} speaks of one point, not of a condition on {variable}")
        case "identity_near":
            return _identity_near(p, body, variable)
        case kind:
            raise Undecided(f"no rule for {kind}")


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


def _monotone_on_line(p: Predicate, body: Expr, variable: str) -> Answer:
    try:
        return _monotone(p, decided_landscape(body, variable))
    except Undecided:
        # What oscillates for ever may still be seen to turn: a refutation needs no more than a part of the line.
        nearby = Line((exact(-10), exact(10)), (True, True), (False, True, False))
        answer = _monotone(p, decided_landscape(body, variable, nearby))
        if answer.truth:
            raise
        return answer


def _monotone(p: Predicate, shape: Landscape) -> Answer:
    if shape.is_empty:
        raise Undecided(f"{p.text}: the domain is empty")
    steps = _steps(shape)
    signs = {sign for sign, *_ in steps}
    wanted = {"increasing": [{1}], "decreasing": [{-1}], "monotone": [{0, 1}, {0, -1}]}[p.kind]
    found = ", ".join(f"{m.direction} on ({m.low}, {m.high})" for m in shape.monotone)
    note = f"{p.text}: {found}"
    if any(signs <= allowed for allowed in wanted):
        return Answer(True, (note,))
    worst = next(
        step
        for step in steps
        if step[0] not in (wanted[0] if p.kind != "monotone" else {1, 0} if signs - {1, 0} else {0})
    )
    run = next((r for r in shape.runs if r.direction == worst[0] and f"({r.low}, {r.high})" == worst[1]), None)
    if run is None:
        return Answer(False, (note,), Counterexample({}, f"{worst[1]}: {digits(worst[2])}", digits(worst[3])))
    middle = sample(run.low, run.high)
    left, right = sample(run.low, middle), middle
    values = [value_at(shape.expr, shape.variable, x) for x in (left, right)]
    at = {f"{shape.variable}1": str(left), f"{shape.variable}2": str(right)}
    return Answer(False, (note,), Counterexample(at, digits(values[0]), digits(values[1])))


def _convex(p: Predicate, body: Expr, variable: str, region: Line[bool] | None) -> Answer:
    """Convex on an interval: continuous, with a derivative that never falls, across kinks too."""
    whole = decided_landscape(body, variable, region)
    if whole.is_empty:
        raise Undecided(f"{p.text}: the domain is empty")
    _require_interval(p, whole)
    items = _in_order(whole)
    for before, place in pairwise(items):
        ends = (
            before.end if isinstance(before, Run) else before.value,
            place.start if isinstance(place, Run) else place.value,
        )
        if compare(*ends) != 0:
            if before is items[0] or place is items[-1]:
                raise Undecided(f"{p.text}: a jump at an end of the domain")
            return Answer(False, (f"{p.text}: not continuous",), Counterexample({}, digits(ends[0]), digits(ends[1])))
    slope = decided_landscape(calculus.derivative(body, variable), variable, region)
    wanted = 1 if p.kind == "convex" else -1
    for sign, where, before, after in _steps(slope):
        if sign == -wanted:
            note = f"{p.text}: the derivative {'falls' if wanted > 0 else 'rises'} on {where}"
            return Answer(False, (note,), Counterexample({}, f"derivative {digits(before)}", f"then {digits(after)}"))
    return Answer(True, (f"{p.text}: the derivative never {'falls' if wanted > 0 else 'rises'}",))


def _require_interval(p: Predicate, shape: Landscape) -> None:
    items = _in_order(shape)
    for before, after in pairwise(items):
        end = before.high if isinstance(before, Run) else before.at
        start = after.low if isinstance(after, Run) else after.at
        if compare(end, start) != 0 or (isinstance(before, Run) and isinstance(after, Run)):
            raise Undecided(f"{p.text}: the domain is not an interval")


def _parity(p: Predicate, body: Expr, variable: str) -> Answer:
    flipped = calculus.substitute(body, {variable: -ex.name(variable)})
    line = sign_line(body + flipped if p.kind == "odd" else body - flipped, variable)
    for i, sign in enumerate(line.gaps):
        if sign:
            at = sample(*line.ends(i))
            return _parity_broken(p, body, variable, at)
    for i, sign in enumerate(line.at):
        if sign:
            return _parity_broken(p, body, variable, line.marks[i])
    if all(sign is None for sign in (*line.gaps, *line.at)):
        raise Undecided(f"{p.text}: nowhere are both f(x) and f(-x) defined")
    if not body.total:
        _require_symmetric_domain(p, body, flipped, variable)
    return Answer(True, (f"{p.text}: f(-{variable}) is {'-' if p.kind == 'odd' else ''}f({variable}), by normal form",))


def _require_symmetric_domain(p: Predicate, body: Expr, flipped: Expr, variable: str) -> None:
    """That f is defined at -x wherever it is defined at x. Raises Undecided."""
    defined = merge([_domain(e, variable) for e in (body, flipped)])
    if any(here != opposite for here, opposite in (*defined.gaps, *defined.at)):
        raise Undecided(f"{p.text}: f(x) is defined where f(-x) is not")


def _domain(e: Expr, variable: str) -> Line[bool]:
    """Where an expression has a value."""
    cut = split(e, variable)
    at = tuple(_has_value(e, variable, place) for place in cut.breakpoints)
    return Line(cut.breakpoints, at, tuple(piece.expr is not None for piece in cut.pieces))


def _has_value(e: Expr, variable: str, at: Real) -> bool:
    try:
        value_at(e, variable, at)
    except Undefined:
        return False
    return True


def _parity_broken(p: Predicate, body: Expr, variable: str, at: Real) -> Answer:
    value = value_at(body, variable, at)
    other = value_at(calculus.substitute(body, {variable: -ex.name(variable)}), variable, at)
    note = f"{p.text}: f({at}) = {digits(value)}, f(-{at}) = {digits(other)}"
    return Answer(False, (note,), Counterexample({variable: str(at)}, digits(other), digits(value)))


def _bounded(p: Predicate, shape: Landscape) -> Answer:
    notes = tuple(describe_extremum(f"{kind}", shape, kind) for kind in ("inf", "sup"))
    unbounded = shape.sup.value.infinite or shape.inf.value.infinite
    blame = Counterexample({}, str(shape.inf.value), str(shape.sup.value)) if unbounded else None
    return Answer(not unbounded, (p.text + ":", *notes), blame)


def _smooth(p: Predicate, body: Expr, variable: str, region: Line[bool] | None) -> Answer:
    if not body.total and all(s is None for line in [sign_line(body, variable)] for s in (*line.gaps, *line.at)):
        raise Undecided(f"{p.text}: the function is undefined everywhere")
    if region is not None:
        # On an open region only the breakpoints inside it count.
        points = merge([region, sign_line(body, variable)])
        if not any(inside and sign is not None for inside, sign in (*points.gaps, *points.at)):
            raise Undecided(f"{p.text}: the domain is empty")
        kept = [m for m, (inside, _) in zip(points.marks, points.at, strict=True) if inside]
        if not any(compare(b, m) == 0 for b in split(body, variable).breakpoints for m in kept):
            return Answer(True, (f"{p.text}: one smooth formula around every point of the domain",))
        raise Undecided(f"{p.text}: a breakpoint inside the condition")
    order = continuity(body, variable)
    note = f"continuity of {p.text.partition('(')[2][:-1]}: {'oo' if order == float('inf') else int(order)}"
    if p.kind == "smooth":
        return Answer(
            order == float("inf"), (note,), None if order == float("inf") else _not_smooth(body, variable, order)
        )
    for point in split_within(body, variable, None).breakpoints:
        try:
            value_at(body, variable, point)
        except Undefined:
            if order < 0 and _between_pieces(body, variable, point):
                return Answer(False, (note,), Counterexample({variable: str(point)}, "undefined", "a derivative"))
            continue
        try:
            value_at(calculus.derivative(body, variable), variable, point)
        except Undefined as reason:
            blame = Counterexample({variable: str(point)}, str(reason), "a derivative")
            return Answer(False, (note,), blame)
    return Answer(True, (note,))


def _between_pieces(body: Expr, variable: str, point: Real) -> bool:
    """Whether the function is defined on both sides of a point."""
    try:
        return all(side_formula(body, variable, point, side) is not None for side in (-1, 1))
    except Undefined:
        return False


def _not_smooth(body: Expr, variable: str, order: float) -> Counterexample:
    points = ", ".join(map(str, split(body, variable).breakpoints))
    return Counterexample({variable: points}, f"order {int(order) + 1} does not match", "every order matches")


def _positive(p: Predicate, shape: Landscape) -> Answer:
    inf = shape.inf
    sign = -1 if inf.value.infinite else sign_of(inf.value)
    note = describe_extremum(f"inf of {p.text.partition('(')[2][:-1]}", shape, "inf")
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


def _identity_near(p: Predicate, body: Expr, variable: str) -> Answer:
    """Whether f(a) = a and f'(a) = 1; at a kink or jump f has no derivative there, and so not this one."""
    assert p.other is not None
    at = closed_real(p.other)
    value = value_at(body, variable, at)
    if compare(value, at) != 0:
        note = f"f({at}) = {digits(value)}"
        return Answer(False, (note,), Counterexample({variable: str(at)}, f"f = {digits(value)}", str(at)))
    try:
        slope = value_at(calculus.derivative(body, variable), variable, at)
    except Undefined as reason:
        # Both sides have a formula, else this raises: then the two limits of f' differ, or f jumps, or f' is infinite.
        for side in (-1, 1):
            one_sided_derivative(body, variable, at, side)
        note = f"f({at}) = {digits(value)}, but {reason}"
        return Answer(False, (note,), Counterexample({variable: str(at)}, str(reason), "f' = 1"))
    note = f"f({at}) = {digits(value)}, f'({at}) = {digits(slope)}"
    if compare(slope, exact(1)) != 0:
        return Answer(False, (note,), Counterexample({variable: str(at)}, f"f' = {digits(slope)}", "1"))
    return Answer(True, (note,))


def _approx(p: Predicate, numbers: Numbers) -> Answer:
    """Whether b is a rounded to n significant digits, ties either way: abs(a - b) <= half a unit in a's n-th digit."""
    assert p.other is not None and p.digits is not None
    a, b = numbers.number(p.body), numbers.number(p.other)
    if a.infinite:
        raise Undefined(f"{p.text}: the number is infinite")
    if b.rational is None:
        raise Undecided(f"{p.text}: the rounded value must be a number written out")
    value = a.rational
    if sign_of(a) == 0:
        truth, half = b.rational == 0, fmpq(0)
    else:
        half = _half_unit(a, p.digits)
        low, high = exact(b.rational - half), exact(b.rational + half)
        scaled = b.rational / (2 * half)
        on_grid = scaled.q == 1
        truth = on_grid and compare(a, low) >= 0 and compare(a, high) <= 0
    shown = digits(a) if value is None else str(value)
    note = f"{p.text}: {p.other_text} = {shown}; to {p.digits} digits {a.decimal(p.digits)}"
    return Answer(truth, (note,), None if truth else Counterexample({}, a.decimal(max(8, p.digits + 4)), str(b)))


def _asymptotic(p: Predicate, f: Expr) -> Answer:
    """Whether f/g tends to 1, and with a rate h whether (f - g)/(g h) stays finite: f/g - 1 = O(h)."""
    g, variable, rate = p.other, p.variable, p.rate
    assert g is not None and variable is not None
    for part in (f, g) if rate is None else (f, g, rate):
        if extra := ex.free_names(part) - {variable}:
            raise Undecided(f"{p.text} depends on {', '.join(sorted(extra))}")
    if isinstance(p.at, Infinity):
        ends = [(PLUS_INFINITY if p.at.sign > 0 else MINUS_INFINITY, 0)]
    else:
        assert p.at is not None
        ends = [(closed_real(p.at), side) for side in (-1, 1)]
    notes: list[str] = []
    for at, side in ends:
        quotient = one_sided_limit(f / g, variable, at, side)
        notes.append(f"{p.text}: the quotient tends to {digits(quotient)}")
        if quotient.infinite or compare(quotient, exact(1)) != 0:
            return Answer(False, tuple(notes), Counterexample({variable: str(at)}, digits(quotient), "1"))
        if rate is not None:
            scaled = one_sided_limit((f - g) / (g * rate), variable, at, side)
            notes.append(f"{p.text}: (f - g)/(g h) tends to {digits(scaled)}")
            if scaled.infinite:
                blame = Counterexample({variable: str(at)}, digits(scaled), "a finite limit")
                return Answer(False, tuple(notes), blame)
    return Answer(True, tuple(dict.fromkeys(notes)))


def _half_unit(a: Real, n: int) -> fmpq:
    """Half a unit in the n-th significant digit of a nonzero number."""
    if a.rational is not None:
        return fmpq(10) ** (_exponent(abs(a.rational)) - n + 1) / 2
    bits = 64
    while bits <= 4096:
        ball = a.ball(bits)
        with precision(2 * bits):  # abs rounds to the precision in force
            ball = abs(ball)
            low, high = (exact_rational(end) for end in (ball.lower(), ball.upper()))
        if low > 0 and (exponent := _exponent(low)) == _exponent(high):
            return fmpq(10) ** (exponent - n + 1) / 2
        bits *= 2
    raise Undecided("whether a number is a power of ten")


def _exponent(x: fmpq) -> int:
    exponent = len(str(x.p)) - len(str(x.q))
    while x < fmpq(10) ** exponent:
        exponent -= 1
    while x >= fmpq(10) ** (exponent + 1):
        exponent += 1
    return exponent

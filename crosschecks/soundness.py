"""The search for an exact counterexample to what the engine has proved. To find one means a bug in gradproof.

Proved results (a statement, the certified shape of an activation) are tested at rational points that Hypothesis draws,
as the cross-examination of every proof evaluates it. A single contradiction makes the verdict `unsound`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from flint import arb, fmpq
from hypothesis import target
from hypothesis.strategies import SearchStrategy

from ..proofs.cross_examination.as_written import NotExamined
from ..proofs.cross_examination.examine import Examination, WrittenTerm
from ..proofs.datasheets.function import Facts
from ..proofs.functions.landscape import Landscape
from ..proofs.reals.reals import Real
from ..proofs.vectors.reader import is_about_vectors
from ..proofs.verdicts import Counterexample, Result, Verdict
from .inputs import strategies
from .inputs.hypothesis_search import SEEK, drive

Point: TypeAlias = Mapping[str, fmpq]


@dataclass(frozen=True)
class Contradiction:
    """Something proved, and a point where it is false."""

    proved: str
    counterexample: Counterexample

    verdict = Verdict.UNSOUND

    def __str__(self) -> str:
        c = self.counterexample
        at = ", ".join(f"{name} = {value}" for name, value in c.at.items())
        return f"unsound: {self.proved} was proved, but at {at} the sides are {c.lhs} and {c.rhs}"


def examined(
    result: Result, functions: Mapping[str, str] | None = None, *, examples: int = 50, seed: int = 0
) -> Result:
    """The result as it is, or with the verdict `unsound` and the counterexample."""
    if result.verdict is not Verdict.PROVED:
        return result
    contradiction = contradict_statement(result.statement, result.where, functions, examples=examples, seed=seed)
    if contradiction is None:
        return result
    return replace(result, verdict=Verdict.UNSOUND, counterexample=contradiction.counterexample)


def contradict_statement(
    text: str,
    where: str | None = None,
    functions: Mapping[str, str] | None = None,
    *,
    examples: int = 50,
    seed: int = 0,
) -> Contradiction | None:
    """A point where a statement about points is false, if one is found.

    Statements about whole functions (sup, E, roundings, product) and about vectors are not tested: None.
    """
    if is_about_vectors(text, where, functions):
        return None
    try:
        examination = Examination(text, where, functions)
    except NotExamined:
        return None
    if examination.formula.of_functions or examination.counts:
        return None

    def false_at(point: Point) -> bool:
        margin = examination.margin_at(point)
        if margin is not None:
            target(margin)
        return examination.holds_at(point) is False

    point = _search(strategies.rational_points(list(examination.names)), false_at, examples, seed)
    return None if point is None else Contradiction(text, examination.blame_at(point))


def contradict_facts(facts: Facts, *, examples: int = 50, seed: int = 0) -> tuple[Contradiction, ...]:
    """Points that contradict an activation's certified bounds, monotone intervals, parity or Lipschitz constant."""
    return tuple(_contradictions(facts, examples, seed))


def _written(facts: Facts, order: int) -> WrittenTerm:
    """A derivative of the activation, from its name or formula as text."""
    parameters = "".join(f", {name}={value}" for name, value in facts.parameters.items())
    call = f"{facts.name}(x{parameters})" if facts.name != facts.formula else facts.formula
    return WrittenTerm(f"D({call}, x)" if order == 1 else f"D({call}, {order})")


def _contradictions(facts: Facts, examples: int, seed: int) -> Iterator[Contradiction]:
    for order in facts.orders:
        if order.landscape.undecided is not None or order.landscape.is_empty:
            continue
        function = _written(facts, order.order)
        name = facts.name + "'" * order.order
        for claim in _bounds(name, order.landscape):
            yield from _against(claim, function, order.landscape, examples, seed)
        yield from _turning_back(name, function, order.landscape, examples, seed)
    if facts.lipschitz is not None:
        slope = _written(facts, 1)
        steepest = _Claim(f"abs({facts.name}') <= {facts.lipschitz.bound(1, 20)}", facts.lipschitz, _above_in_size)
        yield from _against(steepest, slope, facts.orders[1].landscape, examples, seed)
    if facts.parity is not None:
        yield from _asymmetric(facts, examples, seed)


@dataclass(frozen=True)
class _Claim:
    text: str
    bound: Real
    violated: Callable[[arb, arb], bool]
    """Of a value and the bound, both balls."""


def _bounds(name: str, shape: Landscape) -> Iterator[_Claim]:
    for extremum, above in ((shape.inf, False), (shape.sup, True)):
        if extremum.value.is_infinite:
            continue
        relation = ("<=" if extremum.attained else "<") if above else (">=" if extremum.attained else ">")
        strict = not extremum.attained

        def violated(value: arb, bound: arb, above: bool = above, strict: bool = strict) -> bool:
            beyond = value > bound if above else value < bound
            return bool(beyond) or (strict and (value - bound).is_zero())

        yield _Claim(f"{name}(x) {relation} {extremum.value.bound(1 if above else -1, 20)}", extremum.value, violated)


def _against(
    claim: _Claim, function: WrittenTerm, shape: Landscape, examples: int, seed: int
) -> Iterator[Contradiction]:
    bound = claim.bound.ball(512)

    def false_at(point: Point) -> bool:
        value = function.at(point, 512)
        return value is not None and claim.violated(value, bound)

    point = _search(strategies.rational_points(["x"], _landmarks(shape)), false_at, examples, seed)
    if point is not None:
        value = function.at(point, 256)
        assert value is not None
        counterexample = Counterexample({"x": str(point["x"])}, value.str(30, radius=False), claim.bound.decimal(30))
        yield Contradiction(claim.text, counterexample)


def _turning_back(
    name: str, function: WrittenTerm, shape: Landscape, examples: int, seed: int
) -> Iterator[Contradiction]:
    for interval in shape.monotone:
        low, high = interval.low.ball(512), interval.high.ball(512)
        sign = {"increasing": 1, "decreasing": -1, "constant": 0}[interval.direction]

        def false_at(point: Point, low: arb = low, high: arb = high, sign: int = sign) -> bool:
            a, b = arb(min(point.values())), arb(max(point.values()))
            if not (a > low and b < high and a < b):
                return False
            values = [function.at({"x": x}, 512) for x in (min(point.values()), max(point.values()))]
            if values[0] is None or values[1] is None:
                return False
            rise = values[1] - values[0]
            return bool(rise < 0 if sign > 0 else rise > 0 if sign < 0 else not rise.contains(0))

        ends = (None if end.is_infinite else _near(end) for end in (interval.low, interval.high))
        point = _search(strategies.rational_pairs(*ends), false_at, examples, seed)
        if point is not None:
            values = [function.at({"x": point[k]}, 256) for k in ("x", "y")]
            lhs, rhs = ("" if v is None else v.str(30, radius=False) for v in values)
            text = f"{name} is {interval.direction} from {interval.low.bound(1, 10)} to {interval.high.bound(-1, 10)}"
            yield Contradiction(text, Counterexample({k: str(v) for k, v in point.items()}, lhs, rhs))


def _asymmetric(facts: Facts, examples: int, seed: int) -> Iterator[Contradiction]:
    sign = -1 if facts.parity == "odd" else 1
    function = _written(facts, 0)

    def sides(point: Point) -> tuple[arb | None, arb | None]:
        return function.at(point, 512), function.at({"x": -point["x"]}, 512)

    def false_at(point: Point) -> bool:
        here, mirrored = sides(point)
        return here is not None and mirrored is not None and not (here - sign * mirrored).contains(0)

    point = _search(strategies.rational_points(["x"]), false_at, examples, seed)
    if point is not None:
        lhs, rhs = ("" if v is None else v.str(30, radius=False) for v in sides(point))
        yield Contradiction(f"{facts.name} is {facts.parity}", Counterexample({"x": str(point["x"])}, lhs, rhs))


def _above_in_size(value: arb, bound: arb) -> bool:
    return bool(abs(value) > bound)


def _landmarks(shape: Landscape) -> tuple[fmpq, ...]:
    """Rationals next to the points that matter: that is where a bound a little wrong shows."""
    at = [x for extremum in (shape.inf, shape.sup) for x in extremum.at]
    at += [point.at for point in shape.places]
    at += [end for run in shape.monotone for end in (run.low, run.high)]
    return tuple(_near(real) for real in at if not real.is_infinite)


def _near(real: Real) -> fmpq:
    mantissa, exponent = real.ball(256).mid().man_exp()
    return fmpq(mantissa) * fmpq(2) ** int(exponent)


def _search(
    points: SearchStrategy[dict[str, fmpq]], false_at: Callable[[Point], bool], examples: int, seed: int
) -> Point | None:
    return drive(points, false_at, examples=examples, seed=seed, phases=SEEK)

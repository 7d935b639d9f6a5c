"""Looking for an exact counterexample to what the engine has proved. To find one means a bug in gradproof.

What is proved (a statement, the certified shape of an activation) is tested at rational points that Hypothesis draws,
by ball arithmetic at the point (pointwise.py). A single contradiction makes the verdict `unsound`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from flint import arb, fmpq
from hypothesis import target
from hypothesis.strategies import SearchStrategy

from ..proofs import expressions as ex
from ..proofs.expressions import Expr
from ..proofs.facts import Facts
from ..proofs.landscape import Landscape
from ..proofs.language import parse_statement
from ..proofs.reals import Real
from ..proofs.syntax import Connective, Formula, Relation
from ..proofs.vector_words import is_about_vectors
from ..proofs.verdicts import Counterexample, Result, Verdict
from . import strategies
from .drive import SEEK, drive
from .pointwise import Point, holds_at, margin_at, sides_at, value_at


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
    found = contradict_statement(result.statement, result.where, functions, examples=examples, seed=seed)
    if found is None:
        return result
    return replace(result, verdict=Verdict.UNSOUND, counterexample=found.counterexample)


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
    statement = parse_statement(text, where, functions)
    if statement.functionals or statement.products:
        return None
    names = sorted(_names(statement.formula) | (_names(statement.where) if statement.where else frozenset()))

    def false_at(point: Point) -> bool:
        if statement.where is not None and holds_at(statement.where, point) is not True:
            return False
        margins = [m for m in (margin_at(r, point) for r in relations) if m is not None]
        if margins:
            target(max(margins))
        return holds_at(statement.formula, point) is False

    relations = [leaf for leaf in _leaves(statement.formula) if isinstance(leaf, Relation)]
    point = _search(strategies.rational_points(names), false_at, examples, seed)
    if point is None:
        return None
    guilty = next((r for r in relations if holds_at(r, point) is False), relations[0])
    lhs, rhs = sides_at(guilty, point)
    return Contradiction(text, Counterexample({n: str(point[n]) for n in names}, lhs, rhs))


def contradict_facts(known: Facts, *, examples: int = 50, seed: int = 0) -> tuple[Contradiction, ...]:
    """Points that contradict an activation's certified bounds, monotone intervals, parity or Lipschitz constant."""
    return tuple(_contradictions(known, known.expr, examples, seed))


def _contradictions(known: Facts, expr: Expr, examples: int, seed: int) -> Iterator[Contradiction]:
    for order in known.orders:
        if order.landscape.undecided is not None or order.landscape.is_empty:
            continue
        function = ex.derivative(expr, "x", order=order.order)
        name = known.name + "'" * order.order
        for claim in _bounds(name, order.landscape):
            yield from _against(claim, function, order.landscape, examples, seed)
        yield from _turning_back(name, function, order.landscape, examples, seed)
    if known.lipschitz is not None:
        slope = ex.derivative(expr, "x")
        steepest = _Claim(f"abs({known.name}') <= {known.lipschitz.bound(1, 20)}", known.lipschitz, _above_in_size)
        yield from _against(steepest, slope, known.orders[1].landscape, examples, seed)
    if known.parity is not None:
        yield from _asymmetric(known, expr, examples, seed)


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


def _against(claim: _Claim, function: Expr, shape: Landscape, examples: int, seed: int) -> Iterator[Contradiction]:
    bound = claim.bound.ball(512)

    def false_at(point: Point) -> bool:
        value = value_at(function, point, 512)
        return value is not None and claim.violated(value, bound)

    point = _search(strategies.rational_points(["x"], _landmarks(shape)), false_at, examples, seed)
    if point is not None:
        value = value_at(function, point, 256)
        assert value is not None
        shown = Counterexample({"x": str(point["x"])}, value.str(30, radius=False), claim.bound.decimal(30))
        yield Contradiction(claim.text, shown)


def _turning_back(name: str, function: Expr, shape: Landscape, examples: int, seed: int) -> Iterator[Contradiction]:
    for interval in shape.monotone:
        low, high = interval.low.ball(512), interval.high.ball(512)
        sign = {"increasing": 1, "decreasing": -1, "constant": 0}[interval.direction]

        def false_at(point: Point, low: arb = low, high: arb = high, sign: int = sign) -> bool:
            a, b = arb(min(point.values())), arb(max(point.values()))
            if not (a > low and b < high and a < b):
                return False
            values = [value_at(function, {"x": x}, 512) for x in (min(point.values()), max(point.values()))]
            if values[0] is None or values[1] is None:
                return False
            rise = values[1] - values[0]
            return bool(rise < 0 if sign > 0 else rise > 0 if sign < 0 else not rise.contains(0))

        ends = (None if end.is_infinite else _near(end) for end in (interval.low, interval.high))
        point = _search(strategies.rational_pairs(*ends), false_at, examples, seed)
        if point is not None:
            values = [value_at(function, {"x": point[k]}, 256) for k in ("x", "y")]
            lhs, rhs = ("" if v is None else v.str(30, radius=False) for v in values)
            text = f"{name} is {interval.direction} from {interval.low.bound(1, 10)} to {interval.high.bound(-1, 10)}"
            yield Contradiction(text, Counterexample({k: str(v) for k, v in point.items()}, lhs, rhs))


def _asymmetric(known: Facts, expr: Expr, examples: int, seed: int) -> Iterator[Contradiction]:
    sign = -1 if known.parity == "odd" else 1

    def sides(point: Point) -> tuple[arb | None, arb | None]:
        return value_at(expr, point, 512), value_at(expr, {"x": -point["x"]}, 512)

    def false_at(point: Point) -> bool:
        here, mirrored = sides(point)
        return here is not None and mirrored is not None and not (here - sign * mirrored).contains(0)

    point = _search(strategies.rational_points(["x"]), false_at, examples, seed)
    if point is not None:
        lhs, rhs = ("" if v is None else v.str(30, radius=False) for v in sides(point))
        yield Contradiction(f"{known.name} is {known.parity}", Counterexample({"x": str(point["x"])}, lhs, rhs))


def _above_in_size(value: arb, bound: arb) -> bool:
    return bool(abs(value) > bound)


def _landmarks(shape: Landscape) -> tuple[fmpq, ...]:
    """Rationals next to the points that matter: that is where a bound a little wrong shows."""
    at = [x for extremum in (shape.inf, shape.sup) for x in extremum.at]
    at += [point.at for point in shape.critical]
    at += [end for run in shape.monotone for end in (run.low, run.high)]
    return tuple(_near(real) for real in at if not real.is_infinite)


def _near(real: Real) -> fmpq:
    mantissa, exponent = real.ball(256).mid().man_exp()
    return fmpq(mantissa) * fmpq(2) ** int(exponent)


def _search(
    points: SearchStrategy[dict[str, fmpq]], false_at: Callable[[Point], bool], examples: int, seed: int
) -> Point | None:
    return drive(points, false_at, examples=examples, seed=seed, phases=SEEK)


def _names(formula: Formula) -> frozenset[str]:
    sides = [side for leaf in _leaves(formula) if isinstance(leaf, Relation) for side in (leaf.lhs, leaf.rhs)]
    return frozenset().union(*(ex.free_names(side) for side in sides if isinstance(side, Expr)))


def _leaves(formula: Formula) -> Iterator[Formula]:
    if isinstance(formula, Connective):
        for part in formula.parts:
            yield from _leaves(part)
    else:
        yield formula

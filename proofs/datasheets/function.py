"""Everything certified about one function: what `gradproof describe` prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from ..budget import Undecided, budget
from ..catalogue.entries import Activation, catalogue
from ..catalogue.parameters import ParameterValue
from ..catalogue.parse import definition
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.landscape import Landscape, differ_at, landscape, proved_parity
from ..functions.pieces import Pieces, split
from ..functions.regularity import KinkFacts, continuity, continuity_json, kinks, lipschitz
from ..functions.sign_charts import sign_line
from ..functions.step_functions import merge
from ..language.syntax import StatementError
from ..means.expectations import gain
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..reals.reals import Real, exact
from ..reals.sets import Interval
from ..verdicts import plain

T = TypeVar("T")

STEPS = 60_000
"""Steps spent on each fact before it is left undecided."""


PARITIES = {1: "even", -1: "odd", 0: None}


@dataclass(frozen=True)
class OrderFacts:
    """One derivative: its formula on each piece, and its landscape."""

    order: int
    formula: str
    pieces: Pieces | None
    landscape: Landscape

    @property
    def sup(self) -> Real:
        """The supremum on the line. Raises Undecided where it was not found."""
        return self._decided.sup.value

    @property
    def inf(self) -> Real:
        """The infimum on the line. Raises Undecided where it was not found."""
        return self._decided.inf.value

    @property
    def _decided(self) -> Landscape:
        if self.landscape.undecided is not None:
            raise Undecided(self.landscape.undecided)
        return self.landscape

    def to_json(self) -> dict[str, Any]:
        """The document of one order in `describe --json`."""
        shape = self.landscape
        result: dict[str, Any] = {
            "order": self.order, "formula": self.formula, "pieces": _formulas(self.pieces),
            "undecided": shape.undecided,
        }  # fmt: skip
        if shape.undecided is None:
            inf, sup = shape.inf, shape.sup
            result |= {
                "range": {
                    "inf": inf.value, "sup": sup.value, "inf_attained": inf.attained, "sup_attained": sup.attained,
                    "set": str(shape.range),
                },
                "argmin": None if inf.among else [_where(place) for place in (*inf.at, *inf.on)],
                "argmax": None if sup.among else [_where(place) for place in (*sup.at, *sup.on)],
                "zeros": [_where(zero) for zero in shape.zeros],
                "monotone": [{"from": r.low, "to": r.high, "direction": r.direction} for r in shape.monotone],
                "period": None if shape.period is None else exact(shape.period),
                "limits": shape.limits,
            }  # fmt: skip
        return plain(result)


@dataclass(frozen=True)
class Facts:
    """A datasheet. A fact that could not be decided is None and listed in `undecided`."""

    name: str
    formula: str
    expr: Expr
    parameters: dict[str, str]
    orders: tuple[OrderFacts, ...]
    continuity: int | str | None
    lipschitz: Real | None
    parity: str | None
    """None also where both are refuted; where that was not decided, `undecided` says so."""
    kinks: tuple[KinkFacts, ...]
    gain: Real | None
    undecided: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The document that `describe --json` prints."""
        variant_of = next((entry.variant_of for entry in catalogue() if entry.name == self.name), None)
        fields = {name: value for name, value in vars(self).items() if name != "expr"}
        return plain({"schema": 1, **fields, "variant_of": variant_of})


def _where(place: Real | Interval) -> Any:
    if isinstance(place, Real):
        return place
    return {"from": place.low, "to": place.high, "closed": (place.low_closed, place.high_closed)}


def _formulas(cut: Pieces | None) -> list[dict[str, Any]]:
    pieces = () if cut is None else cut.pieces
    return [{"from": p.low, "to": p.high, "formula": None if p.expr is None else to_text(p.expr)} for p in pieces]


def facts(function: str | Activation | Expr, *, orders: int = 3, **parameters: ParameterValue) -> Facts:
    """The certified facts of an activation by name, or of a formula in x.

    Raises UnknownActivation, StatementError or ValueError for a name, formula or parameter that is not known.
    """
    name, formula, e, values = _resolve(function, parameters)
    if free := sorted(ex.free_names(e) - {"x"}):
        raise StatementError(f"{name}: expected a function of x alone, found {', '.join(free)}")
    notes: list[str] = []
    derivatives = tuple(_order_facts(e, order) for order in range(orders))
    notes += [f"order {o.order}: {o.landscape.undecided}" for o in derivatives if o.landscape.undecided]
    parity = _try(lambda: _parity(e, "x"), "parity", notes)
    return Facts(
        name, formula, e, {k: to_text(v) for k, v in values.items()}, derivatives,
        continuity=_try(lambda: continuity_json(continuity(e, "x")), "continuity", notes),
        lipschitz=_try(lambda: _with_digits(lipschitz(e, "x")), "Lipschitz constant", notes),
        parity=None if parity is None else PARITIES[parity],
        kinks=_try(lambda: kinks(e, "x"), "kinks", notes) or (),
        gain=_try(lambda: _with_digits(gain(e, variable="x")), "gain", notes),
        undecided=tuple(notes),
    )  # fmt: skip


def _resolve(
    function: str | Activation | Expr, parameters: dict[str, ParameterValue]
) -> tuple[str, str, Expr, dict[str, Expr]]:
    if isinstance(function, Expr):
        return to_text(function), to_text(function), function, {}
    entry = definition(function)
    if parameters and entry.name == entry.formula and not entry.parameters:
        raise StatementError("a formula takes no parameters; write their values into it")
    if len(entry.inputs) > 1:
        raise StatementError(f"{entry.name} has inputs {', '.join(entry.inputs)}; facts are of functions of one input")
    return entry.name, entry.formula, entry.expr(**parameters), entry.parameter_values(**parameters)


def _try(question: Callable[[], T], what: str, notes: list[str]) -> T | None:
    try:
        with budget(STEPS):
            return question()
    except (Undecided, Undefined) as reason:
        notes.append(f"{what}: {reason}")
        return None


def _order_facts(e: Expr, order: int) -> OrderFacts:
    whole = calculus.derivative(e, "x", order=order)
    with budget(STEPS):
        shape = _read(landscape(whole, "x"))
    try:
        with budget(STEPS):
            cut = split(whole, "x")
    except Undecided:
        return OrderFacts(order, to_text(whole), None, shape)
    if order == 0:
        return OrderFacts(order, to_text(whole), cut, shape)
    formulas = [(to_text(_shorter(piece.expr)), piece) for piece in cut.pieces if piece.expr is not None]
    if len({formula for formula, _ in formulas}) == 1:
        return OrderFacts(order, formulas[0][0], cut, shape)
    return OrderFacts(order, "; ".join(f"{formula} on ({p.low}, {p.high})" for formula, p in formulas), cut, shape)


def _with_digits(value: Real | None) -> Real | None:
    """A number that can be shown. Raises Undecided where its enclosures say nothing at any precision tried."""
    if value is not None:
        value.to_json()
    return value


def _read(shape: Landscape) -> Landscape:
    """The landscape with all that is read off it known, or undecided as a whole."""
    if shape.undecided is None:
        try:
            _ = shape.range, shape.zeros, shape.monotone
            for extremum in (shape.inf, shape.sup):
                _with_digits(extremum.value)
        except Undecided as reason:
            return Landscape(shape.expr, shape.variable, (), (), 0, str(reason))
    return shape


def _shorter(e: Expr) -> Expr:
    try:
        with budget(STEPS // 10):
            return normal_form.simplest(e) if e.size < 200 else e
    except Undecided:
        return e


# --- the facts one by one --------------------------------------------------------------------------------------


def _parity(e: Expr, variable: str) -> int:
    """1 for even, -1 for odd, 0 where both are refuted. Raises Undecided."""
    if (proved := proved_parity(e, variable)) is not None:
        return proved
    flipped = calculus.substitute(e, {variable: -ex.name(variable)})
    for sign in (1, -1):
        difference = e - sign * flipped
        if not (differ_at(difference, variable) or _has_a_sign(difference, variable)):
            if not _one_sided(e, flipped, variable):
                raise Undecided(f"{PARITIES[sign]} neither proved nor refuted")
    return 0


def _has_a_sign(e: Expr, variable: str) -> bool:
    """Whether the expression is proved to be positive or negative somewhere. Raises Undecided."""
    line = sign_line(e, variable)
    return any((*line.gaps, *line.at))


def _one_sided(e: Expr, flipped: Expr, variable: str) -> bool:
    """Whether the function is defined somewhere and not at the opposite point. Raises Undecided."""
    lines = [sign_line(f, variable).map(lambda sign: sign is not None) for f in (e, flipped)]
    domains = merge(lines)
    return any(defined != mirrored for defined, mirrored in (*domains.gaps, *domains.at))

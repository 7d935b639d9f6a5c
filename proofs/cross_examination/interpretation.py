"""The meaning of a statement at a point: the truth of formulas, the sets and the numbers of whole functions in them.

Points decide signs; what is said of a whole function is decided by estimates (:mod:`curves` and its neighbours).
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property, partial

from flint import arb, fmpq

from ..enclosures.balls import precision
from ..enclosures.formats import FORMATS
from . import functions
from .as_written import FUNCTIONALS, Node
from .curves import BITS, Curve, Estimate, estimate, hull, infinite
from .extrema import FINE_BITS, peak, pit
from .limits import limit, limit_of_number
from .means import mean, mean_of_two
from .points import beside, line, several
from .witness import Exhausted, Place, Undefined, Unknown, Witness, holds, sign

WORK = 40_000
"""Operations for one statement: some tens of milliseconds, where numbers of whole functions are estimated."""
CAREFUL = 50
"""Times as much work before an alarm is raised."""
INNER_POINTS = 24
"""Points for the names that a quantifier binds."""
NUMBERS = {*FUNCTIONALS, "product"}
SETS = {"display", "interval", *functions.SETS}


class Interpretation:
    """Truth and numbers, where a condition holds; the numbers written say where functions are tried."""

    def __init__(self, where: Node | None, written: tuple[fmpq, ...], *, careful: bool) -> None:
        self.where = where
        self.written = written
        self.careful = careful
        work = CAREFUL * WORK if careful else WORK
        self.witness = Witness(work, lambda node, place: self.estimated(node, place).ball())
        self.line = line(written)
        self.blurred = False
        """Whether something was not decided that more precision may decide."""
        self._closed: dict[Node, Estimate | Exception] = {}
        self._curves: dict[Node, Curve] = {}

    def places(self, node: Node, place: Place) -> list[fmpq]:
        """Where pieces of a function may meet, also at the values of its parameters."""
        few = [fmpq(0), *_numbers_of(node, place), *self.written][:12]
        quotients = [a / b for a in few[:5] for b in few[:5] if b]
        return list(dict.fromkeys([*few, *(-x for x in few), *quotients, *(-x for x in quotients)]))

    @cached_property
    def moderate_first(self) -> list[fmpq]:
        """The points of the line in another order: what is false is mostly false at moderate ones."""
        return sorted(self.line, key=lambda x: (abs(x) > 50, abs(x) < fmpq(1, 1000), x))

    def is_inside(self, place: Place) -> bool:
        """Whether the condition certainly holds at a point."""
        if self.where is None:
            return True
        try:
            return self.truth(self.where, place) is True
        except Undefined:
            return False
        except Unknown:
            self.blurred = True
            return False

    def quiet(self, part: Node, place: Place) -> bool | None:
        """The truth at a point; None also where a term has no value."""
        with suppress(Undefined, Unknown):
            return self.truth(part, place)
        return None

    # --- truth

    def truth(self, node: Node, place: Place) -> bool | None:
        """The truth at a point; None where it is not certain. Raises Undefined or Unknown where a term has no value."""
        match node.op:
            case "and" | "or":
                return self._connected(node, place)
            case "not":
                inner = self.truth(node.args[0], place)
                return None if inner is None else not inner
            case "relation":
                return self._relation(node, place)
            case "forall" | "exists":
                return self._quantified(node, place)
            case "implied":
                return False if self.truth(node.args[0], place) is False else None
            case "approx":
                return self._approx(node, place)
            case "asymptotic":
                return self._asymptotic(node, place)
            case _:
                curve, places = self.curve(node, place), self.places(node, place)
                return functions.holds_of(node, curve, self._at_of(node, place), places)

    def _connected(self, node: Node, place: Place) -> bool | None:
        truths: list[bool | None] = []
        for part in node.args:
            try:
                truths.append(self.truth(part, place))
            except Unknown:
                if part.free:
                    raise
                truths.append(None)
        decisive = node.op == "or"
        return decisive if decisive in truths else None if None in truths else not decisive

    def _relation(self, node: Node, place: Place) -> bool | None:
        lhs, rhs = node.args
        if lhs.op in SETS or rhs.op in SETS:
            return self._sets(node, place)
        if lhs.of_functions or rhs.of_functions or "oo" in (lhs.op, rhs.op):
            return compared(node.extra, self.number(lhs, place), self.number(rhs, place))
        left, right = self.witness.ball(lhs, place), self.witness.ball(rhs, place)
        difference = left - right
        if not difference.is_finite():
            raise Unknown
        order = sign(difference)
        if order is not None:
            return holds(node.extra, order)
        self.blurred |= bool(difference.rad() > (abs(left) + abs(right)).mid() * arb(2) ** -60) or node.extra != "=="
        if difference >= 0 and node.extra == "<":
            return False
        if difference <= 0 and node.extra == ">":
            return False
        return None

    def number(self, node: Node, place: Place) -> Estimate:
        """One side of a relation as an interval. Raises Undefined or Unknown."""
        if node.op == "oo":
            return infinite(node.extra)
        if node.op in NUMBERS:
            return self.estimated(node, place)
        return estimate(self.witness.ball(node, place))

    def _quantified(self, node: Node, place: Place) -> bool | None:
        (body,) = node.args
        names = [name for name, _ in node.extra]
        condition = frozenset[str]() if self.where is None else self.where.free
        confined = bool(condition & set(names))
        if confined and not condition <= set(names):
            raise Unknown
        if len(names) == 1:
            points = ({names[0]: x} for x in self.moderate_first)
        else:
            points = several(names, self.written, node.text, INNER_POINTS * len(names))
        wanted = node.op == "exists"
        for point in points:
            inner = {**place, **{symbol: point[name] for name, symbol in node.extra}}
            if confined and not self.is_inside(point):
                continue
            if self.quiet(body, inner) is wanted:
                return wanted
        return None

    def _approx(self, node: Node, place: Place) -> bool | None:
        """b is a rounded to n digits; abs(a - b) <= r abs(b)."""
        a, b, tolerance = (self.witness.ball(each, place) for each in node.args)
        if not a.is_finite() or not b.is_finite():
            raise Unknown
        if node.extra == "rel":
            return False if abs(a - b) > tolerance * abs(b) else None
        size = abs(a)
        if not size > 0:
            return None
        half = arb(10) ** ((size.log() / arb(10).log()).floor() - tolerance + 1) / 2
        return False if abs(a - b) > half * (1 + arb(2) ** -40) else None

    def _asymptotic(self, node: Node, place: Place) -> bool | None:
        """f/g tends to 1, and with a rate h, (f/g - 1)/h stays bounded."""
        end, quotient, *scaled = node.args
        for side, at in self._ends(end, place):
            with suppress(Unknown, Undefined):
                if limit(self._function(quotient, node, place), at, side).is_apart_from(estimate(arb(1))):
                    return False
            for excess in scaled:
                with suppress(Unknown, Undefined):
                    low = limit(self._function(excess, node, place), at, side).low
                    if low is not None and not low.is_finite():
                        return False
        return None

    def _ends(self, end: Node, place: Place) -> list[tuple[int, arb | fmpq | None]]:
        """The sides from which a point, or an infinity (None), is approached."""
        if end.op == "oo":
            return [(end.extra, None)]
        at = end.exact if end.exact is not None else self.witness.ball(end, place)
        return [(-1, at), (1, at)]

    def _function(self, body: Node, node: Node, place: Place) -> Curve:
        """A body as a function of the variable that a node binds, whatever the condition."""
        return Curve(self.witness, body, node.extra[1], place, careful=self.careful)

    # --- numbers and sets of functions

    def estimated(self, node: Node, place: Place) -> Estimate:
        """A number of a whole function. Raises Undefined or Unknown."""
        if node.free:
            return self._computed(node, place)
        if node not in self._closed:
            try:
                with precision(BITS):
                    self._closed[node] = self._computed(node, {})
            except (Undefined, Unknown) as reason:
                self._closed[node] = reason
        number = self._closed[node]
        if isinstance(number, Exception):
            raise number
        return number

    def _computed(self, node: Node, place: Place) -> Estimate:
        match node.op:
            case "rounding":
                return functions.rounded(self.witness.ball(node.args[0], place), FORMATS[node.extra])
            case "limit":
                return self._limit(node, place)
            case "at_least":
                return Estimate(self.witness.ball(node.args[0], place).lower(), None)
            case "at_most":
                return Estimate(None, self.witness.ball(node.args[0], place).upper())
            case "E":
                return mean(self._function(node.args[0], node, place))
            case "integral":
                return mean(self._function(node.args[0], node, place), weighted=False)
            case "inverse":
                at = self.witness.ball(node.args[1], place)
                return functions.solution(self._function(node.args[0], node, place), at)
            case "E2":
                return mean_of_two(self.witness, node, place, careful=self.careful)
            case "sup" | "inf" if node.args[0].op == "product":
                factors = node.args[0]
                count = self.number(factors.args[1], place)
                return functions.product_extrema(self.curve(factors, place), count)[node.op == "sup"]
            case "sup":
                return peak(self.curve(node, place))
            case "inf":
                return pit(self.curve(node, place))
            case "lipschitz":
                return functions.lipschitz(self.curve(node, place), self.places(node, place))
            case "continuity":
                return functions.continuity(self.curve(node, place), self.places(node, place))
            case "product":
                return functions.product(self.curve(node, place), self.number(node.args[1], place), place, node)
            case _:
                raise Unknown

    def _limit(self, node: Node, place: Place) -> Estimate:
        body, end = node.args
        if body.op in NUMBERS and body.free:
            at_place = partial(self._number_at, body, node.extra[1], place)
            return hull([limit_of_number(at_place, at, side) for side, at in self._ends(end, place)])
        curve = self._function(body, node, place)
        try:
            sides = [limit(curve, at, side) for side, at in self._ends(end, place)]
        except Undefined:
            raise Unknown from None
        if len(sides) == 2 and sides[0].is_apart_from(sides[1]):
            raise Undefined
        return hull(sides)

    def _number_at(self, node: Node, symbol: int, place: Place, x: fmpq) -> arb:
        return self.number(node, {**place, symbol: x}).ball()

    def curve(self, node: Node, place: Place) -> Curve:
        """The function that a functional, a set or a property is about, on the domain of the statement."""
        variable, symbol = node.extra
        body = node.args[0]
        closed = not body.free - {symbol}
        if closed and node in self._curves:
            return self._curves[node]
        points = self.line if closed else beside(self.places(node, place), self.line)
        curve = Curve(
            self.witness, body, symbol, {} if closed else place, points,
            lambda x: self._within(variable, x), self.careful,
        )  # fmt: skip
        if closed:
            self._curves[node] = curve
        return curve

    def _within(self, variable: str, x: fmpq | arb) -> bool | None:
        """Whether a point, or a whole cell, satisfies a condition on the variable; None where that is not certain.

        Raises Unknown for a condition on others too.
        """
        if self.where is None or variable not in self.where.free:
            return True
        if len(self.where.free) > 1:
            raise Unknown
        return self.quiet(self.where, {variable: x})

    def _at_of(self, node: Node, place: Place) -> arb | None:
        return self.witness.ball(node.args[1], place) if len(node.args) > 1 else None

    def _sets(self, node: Node, place: Place) -> bool | None:
        """Whether two sets are equal: False where they certainly differ, else None."""
        lhs, rhs = node.args
        if lhs.op in ("display", "interval"):
            lhs, rhs = rhs, lhs
        if node.extra not in ("==", "!=") or lhs.op not in functions.SETS or rhs.op in functions.SETS:
            return None
        if rhs.op == "interval":
            low, high = (self.number(end, place).ball() for end in rhs.args)
            claimed = functions.Claimed(low, high, rhs.extra, [] if low > high else None)
        else:
            with precision(FINE_BITS):
                members = [self.witness.ball(m, place) for m in (rhs.args if rhs.op == "display" else (rhs,))]
            claimed = functions.Claimed(arb(0), arb(0), (False, False), members)
        body = lhs.args[0]
        if lhs.op == "range" and body.op == "product":
            count = self.number(body.args[1], place)
            differs = functions.product_range_differs(self.curve(body, place), count, claimed)
        else:
            differs = functions.differs(lhs.op, self.curve(lhs, place), claimed, self._at_of(lhs, place))
        return None if not differs else node.extra == "!="


    # --- the contradiction

    def sides(self, formula: Node, place: Place) -> tuple[str, str]:
        """Both sides of the first relation in a formula that is false at a point, for the reader."""
        leaf = next((leaf for leaf in relations(formula) if self.quiet(leaf, place) is False), formula)
        if leaf.op != "relation":
            return f"{leaf.text}: false", "true"
        lhs, rhs = (self._shown(side, place) for side in leaf.args)
        return lhs, rhs

    def _shown(self, side: Node, place: Place) -> str:
        if side.op in SETS:
            return side.text
        with precision(400):
            try:
                return _quoted(self.number(side, place))
            except (Undefined, Unknown, Exhausted):
                return side.text


def _numbers_of(node: Node, place: Place) -> list[fmpq]:
    """The sizes of the parameters on which something said of a function depends."""
    return [abs(x) for x in (place.get(name) for name in sorted(node.free, key=str)) if isinstance(x, fmpq)]


def relations(formula: Node) -> list[Node]:
    """The relations, and the properties, that a formula connects."""
    if formula.op in ("and", "or", "not"):
        return [leaf for part in formula.args for leaf in relations(part)]
    return [formula]


def _quoted(number: Estimate) -> str:
    """An estimate to thirty digits."""
    low, high = (number.high if number.low is None else number.low), number.high
    if low is None:
        raise Unknown
    value = low if high is None or not (low.is_finite() and high.is_finite()) else low.union(high)
    digits = value.str(30, radius=False) if value.is_finite() else "oo" if value > 0 else "-oo"
    return f"at least {digits}" if high is None else f"at most {digits}" if number.low is None else digits


def compared(relation: str, a: Estimate, b: Estimate) -> bool | None:
    """A relation between two numbers known by intervals; None where the intervals do not decide."""
    match relation:
        case "<":
            return True if a.is_below(b) else False if b.is_at_most(a) else None
        case "<=":
            return True if a.is_at_most(b) else False if b.is_below(a) else None
        case ">" | ">=":
            return compared({">": "<", ">=": "<="}[relation], b, a)
        case _:
            equal = False if a.is_apart_from(b) else True if a.is_at_most(b) and b.is_at_most(a) else None
            return equal if relation == "==" or equal is None else not equal

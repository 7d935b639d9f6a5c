"""Every proof is cross-examined: an evaluation that shares nothing with the search tries to contradict it.

The statement is read again as it was written (:mod:`as_written`) and tried (:mod:`witness`): at some hundred points,
with limits far out, suprema by sampling, means by quadrature, sets at their members. A proof that is contradicted is a
bug in gradproof and becomes `unsound`, loudly, with both sides. Nothing here can turn anything into `proved`; what
cannot be examined is left as it is. The same statement is always tried at the same points, with bounded work.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TypeAlias

from flint import arb, fmpq

from ..enclosures.formats import FORMATS
from ..enclosures.jets import precision
from ..vectors.reader import is_about_vectors
from ..verdicts import Counterexample, Result, Verdict
from . import functions, vectors
from .as_written import PROPERTIES, Node, NotExamined, Writing
from .numbers import BITS, FINE_BITS, Curve, Estimate, estimate, far, hull, mean
from .points import line, several
from .witness import Exhausted, Place, Undefined, Unknown, Witness, holds, sign

WORK = 40_000
"""Operations for one statement: some tens of milliseconds, where numbers of whole functions are estimated."""
CAREFUL = 50
"""Times as much work before an alarm is raised."""
POINTS = 110
SHARPER = ((480, 16), (2000, 3))
"""Precisions at which points are tried again that are not decided at first, and how many."""
INNER_POINTS = 24
"""Points for the names that a quantifier binds."""
OPEN_NUMBERS = 4
"""Points at which numbers of whole functions are estimated that depend on a free name."""

Candidate: TypeAlias = "tuple[str, str | None]"
"""A statement and its condition."""

_FORMULAS = {"relation", "and", "or", "not", "approx", "asymptotic", "identity_near", *PROPERTIES}
_SETS = {"display", "interval", "range", "zeros", "argmax", "argmin", "subdifferential"}


def cross_examined(
    result: Result, nearest: Candidate | None = None, functions: Mapping[str, str] | None = None
) -> Result:
    """The result; with the verdict `unsound` where what it says was proved is contradicted, itself or its nearest.

    Every proof leaves the engine through here.
    """
    if result.verdict is Verdict.PROVED:
        claims: list[tuple[str, Candidate]] = [("this", (result.statement, result.where))]
    else:
        claims = [] if nearest is None else [(f"its nearest statement {result.nearest!r}", nearest)]
    for name, (text, where) in claims:
        found = contradiction(text, where, functions)
        if found is not None:
            at = ", ".join(f"{name} = {value}" for name, value in found.at.items())
            line = (
                f"a bug in gradproof: {name} was proved, and an evaluation of the statement as written "
                f"contradicts it{f' at {at}' if at else ''}: {found.lhs} against {found.rhs}"
            )
            explanation = (line, *result.explanation)
            return replace(result, verdict=Verdict.UNSOUND, counterexample=found, explanation=explanation)
    return result


def contradiction(
    text: str, where: str | None = None, functions: Mapping[str, str] | None = None
) -> Counterexample | None:
    """A point, or a number, that contradicts a statement; None where there is none or none is found."""
    try:
        if is_about_vectors(text, where, functions):
            return vectors.contradiction(text, where, functions)
        found = Examination(text, where, functions).contradiction()
        if found is not None:  # more work before the alarm is raised
            found = Examination(text, where, functions, careful=True).contradiction()
        return found
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
        self.where = None if where is None else writing.read(where)
        names = self.formula.free | (self.where.free if self.where is not None else frozenset())
        self.names = tuple(sorted(n for n in names if isinstance(n, str)))
        self.counts = writing.counts
        self.written = writing.numbers()
        self.careful = careful
        self.witness = Witness(CAREFUL * WORK if careful else WORK, self._estimated)
        self._closed: dict[Node, Estimate | Exception] = {}
        self._curves: dict[Node, Curve] = {}
        self._blurred = False
        self._line = line(self.written)

    def contradiction(self) -> Counterexample | None:
        for part in _conjuncts(self.formula):
            if not part.free:
                for bits in (BITS,) if part.of_functions else (BITS, *dict(SHARPER)):
                    with precision(bits):
                        found = self._closed_contradiction(part)
                    if found is not None:
                        return found
        open_parts = [p for p in _conjuncts(self.formula) if p.free]
        if not open_parts:
            return None
        for part in open_parts:
            for term, alone in _closed_terms(part):
                if not self._has_value(term, alone):
                    return _without_value(term)
        return self._pointwise(open_parts)

    def _has_value(self, term: Node, alone: bool) -> bool:
        """False where a closed term is certainly undefined, or is an infinity that something is calculated with."""
        with precision(BITS):
            try:
                found = self.number(term, {})
            except Undefined:
                return False
            except Unknown:
                return True
        return alone or found.low is None or found.high is None or bool(found.low.is_finite() or found.high.is_finite())

    def holds_at(self, point: Mapping[str, fmpq]) -> bool | None:
        """Whether the statement holds at a point: None if it is not in the domain, or undecided there."""
        for bits in (BITS, *dict(SHARPER)):
            with precision(bits):
                truth = self._all([self.formula], point) if self._inside(point) else None
                if truth is not None:
                    return truth
        return None

    def margin_at(self, point: Mapping[str, fmpq]) -> float | None:
        """How near an inequality is to failing: negative while it holds, relative to the size of its sides."""
        margins = []
        for leaf in _relations(self.formula):
            if leaf.op == "relation" and leaf.extra not in ("==", "!="):
                with precision(BITS), suppress(Undefined, Unknown):
                    left, right = (self.witness.ball(side, point) for side in leaf.args)
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
                if self.truth(part, {}) is False:
                    return self._blame(part, {}, {})
            except Undefined:
                return _without_value(part)
        return None

    # --- pointwise statements

    def _pointwise(self, parts: list[Node]) -> Counterexample | None:
        of_functions = any(p.of_functions for p in parts)
        sharper = dict(SHARPER)
        tried = 0
        for point in self._points():
            if of_functions and tried >= OPEN_NUMBERS and any(_depends(p) for p in parts):
                break
            for bits in (BITS, *sharper):
                if bits != BITS:
                    if not self._blurred or not sharper[bits]:
                        break
                    sharper[bits] -= 1
                with precision(bits):
                    self._blurred = False
                    place = dict(point)
                    if not self._inside(place):
                        if self._blurred:
                            continue
                        break
                    tried += bits == BITS
                    truth = self._all(parts, place)
                    if truth is False:
                        return self._blame(next(p for p in parts if self._quiet(p, place) is False), place, point)
                    if truth is True:
                        break
        return None

    def _points(self):
        written = self.written
        if not self.names:
            return [{}]
        if len(self.names) == 1 and not self.counts:
            (name,) = self.names
            return [{name: x} for x in _spread(self._line)]
        points = several(self.names, written, self.text, POINTS)
        if not self.counts:
            return points
        return (
            {n: fmpq(1 + abs(int(x.p)) % 12) if n in self.counts else x for n, x in point.items()} for point in points
        )

    def _inside(self, place: Place) -> bool:
        if self.where is None:
            return True
        try:
            return self.truth(self.where, place) is True
        except Undefined:
            return False
        except Unknown:
            self._blurred = True
            return False

    def _all(self, parts: list[Node], place: Place) -> bool | None:
        """The conjunction at a point; None where a part is undefined there or nothing certain is known."""
        try:
            truths = [self.truth(p, place) for p in parts]
        except Undefined:
            self._blurred = False
            return None
        except Unknown:
            self._blurred = True
            return None
        return False if False in truths else None if None in truths else True

    def _quiet(self, part: Node, place: Place) -> bool | None:
        try:
            return self.truth(part, place)
        except (Undefined, Unknown):
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
            case "approx":
                return self._approx(node, place)
            case "asymptotic":
                return self._asymptotic(node, place)
        return functions.holds_of(node, self.curve(node, place), self._at_of(node, place), self.places())

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
        if lhs.op in _SETS or rhs.op in _SETS:
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
        self._blurred |= bool(difference.rad() > (abs(left) + abs(right)).mid() * arb(2) ** -60) or node.extra != "=="
        if difference >= 0 and node.extra == "<":
            return False
        if difference <= 0 and node.extra == ">":
            return False
        return None

    def number(self, node: Node, place: Place) -> Estimate:
        """One side of a relation as an interval. Raises Undefined or Unknown."""
        if node.op == "oo":
            infinity = arb("inf") * node.extra
            return Estimate(infinity, infinity)
        if node.op in functions.NUMBERS:
            return self.estimated(node, place)
        return estimate(self.witness.ball(node, place))

    def _quantified(self, node: Node, place: Place) -> bool | None:
        (body,) = node.args
        names = [name for name, _ in node.extra]
        confined = self.where is not None and bool(self.where.free & set(names))
        if confined and not self.where.free <= set(names):  # type: ignore[union-attr]
            raise Unknown
        if len(names) == 1:
            points = ({names[0]: x} for x in _spread(self._line))
        else:
            points = several(names, self.written, node.text, INNER_POINTS * len(names))
        wanted = node.op == "exists"
        for point in points:
            inner = {**place, **{symbol: point[name] for name, symbol in node.extra}}
            if confined and not self._inside(point):
                continue
            if self._quiet(body, inner) is wanted:
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
        _, symbol = node.extra
        for side, at in self._ends(end, place):
            with suppress(Unknown, Undefined):
                if compared("==", far(self._plain(quotient, symbol, place), at, side), estimate(arb(1))) is False:
                    return False
            for each in scaled:
                with suppress(Unknown, Undefined):
                    low = far(self._plain(each, symbol, place), at, side).low
                    if low is not None and not low.is_finite():
                        return False
        return None

    def _ends(self, end: Node, place: Place) -> list[tuple[int, arb | fmpq | None]]:
        if end.op == "oo":
            return [(end.extra, None)]
        at = end.exact if end.exact is not None else self.witness.ball(end, place)
        return [(-1, at), (1, at)]

    def _plain(self, body: Node, symbol: int, place: Place) -> Curve:
        return Curve(self.witness, body, symbol, place, (), lambda x: True)

    # --- numbers and sets of functions

    def _estimated(self, witness: Witness, node: Node, place: Place) -> arb:
        return self.estimated(node, place).ball()

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
        found = self._closed[node]
        if isinstance(found, Exception):
            raise found
        return found

    def _computed(self, node: Node, place: Place) -> Estimate:
        match node.op:
            case "rounding":
                return functions.rounded(self.witness.ball(node.args[0], place), FORMATS[node.extra])
            case "limit":
                return self._limit(node, place)
            case "E":
                return mean(self._plain(node.args[0], node.extra[1], place))
            case "sup" | "inf" if node.args[0].op == "product":
                factors = node.args[0]
                return functions.of_product(node.op, self.curve(factors, place), self.number(factors.args[1], place))
            case "sup":
                return self.curve(node, place).peak()
            case "inf":
                return self.curve(node, place).pit()
            case "lipschitz":
                return functions.lipschitz(self.curve(node, place), self.places())
            case "continuity":
                return functions.continuity(self.curve(node, place), self.places())
            case "product":
                return functions.product(self.curve(node, place), self.number(node.args[1], place), place, node)
            case "argmax" | "argmin":
                raise Unknown
        raise Unknown

    def _limit(self, node: Node, place: Place) -> Estimate:
        body, end = node.args
        curve = self._plain(body, node.extra[1], place)
        sides = []
        for side, at in self._ends(end, place):
            try:
                sides.append(far(curve, at, side))
            except Undefined:
                raise Unknown from None
        if len(sides) == 2 and compared("==", *sides) is False:
            raise Undefined
        return hull(sides)

    def curve(self, node: Node, place: Place) -> Curve:
        """The function that a functional, a set or a property is about, on the domain of the statement."""
        variable, symbol = node.extra
        body = node.args[0]
        closed = not body.free - {symbol}
        found = self._curves.get(node) if closed else None
        if found is None:
            outer = {} if closed else place
            found = Curve(
                self.witness, body, symbol, outer, self._line, lambda x: self._within(variable, x),
                careful=(lambda cell: self._within(variable, cell)) if self.careful else None,
            )  # fmt: skip
            if closed:
                self._curves[node] = found
        return found

    def _within(self, variable: str, x: fmpq | arb) -> bool | None:
        """Whether a point, or a whole cell, satisfies a condition on the variable; None where that is not certain.

        Raises Unknown for a condition on others too.
        """
        if self.where is None or variable not in self.where.free:
            return True
        if len(self.where.free) > 1:
            raise Unknown
        return self._quiet(self.where, {variable: x})

    def places(self) -> list[fmpq]:
        """Where pieces may meet."""
        few = [fmpq(0), *self.written][:12]
        return list(dict.fromkeys([*few, *(-x for x in few), *(a / b for a in few[:5] for b in few[:5] if b)]))

    def _at_of(self, node: Node, place: Place) -> arb | None:
        return self.witness.ball(node.args[1], place) if len(node.args) > 1 else None

    def _sets(self, node: Node, place: Place) -> bool | None:
        """Whether two sets are equal: False where they certainly differ, else None."""
        if node.extra not in ("==", "!="):
            return None
        lhs, rhs = node.args
        if lhs.op in ("display", "interval"):
            lhs, rhs = rhs, lhs
        if lhs.op not in functions.SETS:
            return None
        if rhs.op == "interval":
            ends = [self.number(end, place) for end in rhs.args]
            if any(e.low is None or e.high is None for e in ends):
                return None
            claimed = functions.Claimed(ends[0].ball(), ends[1].ball(), rhs.extra, None)
        elif rhs.op in _SETS and rhs.op != "display":
            return None
        else:
            members = rhs.args if rhs.op == "display" else (rhs,)
            with precision(FINE_BITS):
                places = [self.witness.ball(m, place) for m in members]
            claimed = functions.Claimed(arb(0), arb(0), (False, False), places)
        body = lhs.args[0]
        if lhs.op == "range" and body.op == "product":
            count = self.number(body.args[1], place)
            differs = functions.product_range_differs(self.curve(body, place), count, claimed)
        else:
            differs = functions.differs(lhs.op, self.curve(lhs, place), claimed, self._at_of(lhs, place))
        return None if not differs else node.extra == "!="

    # --- the contradiction

    def _blame(self, part: Node, place: Place, point: Mapping[str, fmpq]) -> Counterexample:
        """The first relation that is false, with both sides."""
        at = {name: str(x) if len(str(x)) < 60 else arb(x).str(12) for name, x in point.items()}
        false = [leaf for leaf in _relations(part) if self._quiet(leaf, place) is False]
        if not false:
            return Counterexample(at, f"{part.text}: false", "true")
        leaf = false[0]
        if leaf.op != "relation":
            return Counterexample(at, f"{leaf.text}: false", "true")
        return Counterexample(at, *(self._shown(side, place) for side in leaf.args))

    def _shown(self, side: Node, place: Place) -> str:
        if side.op in _SETS:
            return side.text
        with precision(400):
            try:
                found = self.number(side, place)
                ends = [e for e in (found.low, found.high) if e is not None]
                value = ends[0].union(ends[-1]) if ends[0].is_finite() and ends[-1].is_finite() else ends[0]
                shown = value.str(30, radius=False) if value.is_finite() else "oo" if value > 0 else "-oo"
            except (Undefined, Unknown, Exhausted):
                return side.text
        if found.high is None:
            return f"at least {shown}"
        if found.low is None:
            return f"at most {shown}"
        return shown


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


def compared(relation: str, a: Estimate, b: Estimate) -> bool | None:
    """A relation between two numbers known by intervals; None where the intervals do not decide."""
    below = a.high is not None and b.low is not None
    above = a.low is not None and b.high is not None
    less, greater = below and bool(a.high < b.low), above and bool(a.low > b.high)  # type: ignore[operator]
    at_most, at_least = below and bool(a.high <= b.low), above and bool(a.low >= b.high)  # type: ignore[operator]
    match relation:
        case "<":
            return True if less else False if at_least else None
        case "<=":
            return True if at_most else False if greater else None
        case ">":
            return True if greater else False if at_most else None
        case ">=":
            return True if at_least else False if less else None
    equal = False if less or greater else True if at_most and at_least else None
    return equal if relation == "==" or equal is None else not equal


def _without_value(part: Node) -> Counterexample:
    return Counterexample({}, f"{part.text}: undefined", "a statement of which every part has a value")


def _closed_terms(node: Node) -> list[tuple[Node, bool]]:
    """The largest terms free of names, but for those that a choice may leave out; and which are whole sides."""
    terms: list[tuple[Node, bool]] = []
    seen = {node}  # functions that call functions share their nodes: as a tree they may be 2^n
    nodes = [node]
    while nodes:
        node = nodes.pop()
        if not node.free or node.op in ("forall", "exists", "choice", *functions.NUMBERS):
            continue
        terms += [
            (a, node.op == "relation")
            for a in node.args
            if not a.free and a.exact is None and a.op not in (*_SETS, *_FORMULAS)
        ]
        nodes += [a for a in reversed(node.args) if a not in seen]
        seen.update(node.args)
    return terms


def _conjuncts(formula: Node) -> list[Node]:
    if formula.op == "and":
        return [part for each in formula.args for part in _conjuncts(each)]
    return [formula]


def _relations(formula: Node) -> list[Node]:
    if formula.op in ("and", "or", "not"):
        return [leaf for part in formula.args for leaf in _relations(part)]
    return [formula]


def _depends(node: Node) -> bool:
    """Whether a number of a whole function in it depends on a free name."""
    seen, nodes = {node}, [node]
    while nodes:
        node = nodes.pop()
        if node.op in functions.NUMBERS:
            if node.free:
                return True
        elif node.of_functions:
            nodes += [a for a in node.args if a not in seen]
            seen.update(node.args)
    return False


def _spread(points: tuple[fmpq, ...]) -> list[fmpq]:
    """The points, those of moderate size first: what is false is mostly false there."""
    return sorted(points, key=lambda x: (abs(x) > 50, abs(x) < fmpq(1, 1000), x))

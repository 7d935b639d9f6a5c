"""The facts of a certificate, from the engine: marks, tails and cells that the re-checker's arithmetic settles.

The marks (breakpoints and zeros, exact or in brackets) are the engine's; the starts of tails are tried in turn, and
cells halved, until the re-checker settles each of them. What it does not settle is :class:`Unclear`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import comb
from typing import Any, TypeVar

from flint import arb, fmpq
from mpmath import libmp

from .catalogue.parse import parse_statement
from .decide.decision import Decision
from .enclosures.balls import exact_rational, precision
from .expressions import calculus
from .expressions import expr as ex
from .expressions.printing import to_text
from .functions.pieces import split
from .functions.sign_charts import sign_line
from .functions.step_functions import merge_marks
from .language.syntax import Relation
from .means import gaussian_moments
from .reals.reals import Real
from .recheck.evaluation import Cell, End, tail_end
from .recheck.intervals import Num, Unclear, Undefined, between, number
from .recheck.reader import RELATIONS, Node, key_of
from .recheck.shapes import slope_of
from .recheck.signs import Gap, Mark, Wrong, end_text, on_cell
from .recheck.statement import Recheck

SCHEDULE = ((1, 3), (2, 3), (2, 5), (4, 3), (4, 5), (8, 3), (8, 5), (16, 5), (32, 5), (64, 7), (1024, 7), (2**20, 7))
"""Starts of tails and numbers of terms, in the order in which they are tried."""
BRACKET = 10**38
"""Brackets of zeros are about 2 / BRACKET wide."""
MAX_CELLS, MAX_DEPTH = 4_000, 160
T = TypeVar("T")


class EngineFacts:
    """The source of facts for a re-check that is to become a certificate; the facts go into its data."""

    def __init__(self, data: dict[str, Any], functions: Mapping[str, str] | None) -> None:
        self.functions = functions
        self.facts: dict[str, Any] = data["facts"]
        self.check = Recheck(data, self)

    def fact(self, key: str, name: str, formula: Any) -> dict[str, Any]:
        """A cut of the name's line at all marks that a formula may need, which is the certificate's fact from now on.

        The key begins with a kind: "shape of", "pieces of", "parity of", "E of", "line of", or it is a relation.
        """
        if key not in self.facts:
            kind = key.partition(" of ")[0]
            marks = self._marks(kind, name, formula)
            roots = self._roots(kind, name, formula)
            ends = [-arb("inf"), *(m.ball(64) for m in marks), arb("inf")]
            rooms = [Fraction(float(min(b - a, c - b, key=float)) / 2 if len(marks) > 1 else 1)
                     for a, b, c in zip(ends, ends[1:], ends[2:], strict=False)]  # fmt: skip
            texts = [_mark(m, roots if kind == "shape" or m.rational is None else [], name, room)
                     for m, room in zip(marks, rooms, strict=True)]  # fmt: skip
            gaps: list[dict[str, Any]] = [{} for _ in range(len(marks) + 1)]
            self.facts[key] = {"variable": name, "marks": texts, "gaps": gaps}
            if kind == "E":
                self._antiderivatives(gaps, name, formula)
        return self.facts[key]

    def argument(self, gap: Gap, key: str, e: Node) -> dict[str, Any]:
        """Why e has its sign on a gap: an identity, or tails and cells between them."""
        if key not in gap.arguments:
            sign = _sign_inside(gap, e)
            if sign == 0:
                argument: dict[str, Any] = {"sign": 0, "cases": {}}
                self.check.identity(gap.cases(argument), e)
            else:
                left, start = self._tail(gap, e, 1, sign)
                right, stop = self._tail(gap, e, -1, sign)
                cells = _cells(key, e, gap.name, start, stop, sign, (left is None, right is None))
                argument = {"sign": sign, "left": left, "cells": cells, "right": right}
            gap.arguments[key] = argument
        return gap.arguments[key]

    # --- the engine's marks

    def _expr(self, text: str, name: str) -> ex.Expr:
        """lhs - rhs of a relation as the engine reads it, numbers computed."""
        where = self.check.where.text if self.check.where is not None else None
        decision = Decision(parse_statement(text, where, self.functions, part=True))
        decision.resolve()
        relation = decision.statement.formula
        assert isinstance(relation, Relation)
        difference = decision.difference(relation)
        if others := ex.free_names(difference) - {name}:
            raise Unclear(f"{text} depends on {min(others)}")
        return difference

    def _breakpoints(self, text: str, name: str) -> Sequence[Real]:
        return split(self._expr(f"{text} == 0", name), name).breakpoints

    def _sides(self, formula: Any) -> Iterator[tuple[Any, Node | str, Node | str]]:
        """Every relation of a formula with its two sides."""
        for leaf in relations(formula):
            yield leaf, self.check.value(leaf.left), self.check.value(leaf.comparators[0])

    def _roots(self, kind: str, name: str, formula: Any) -> list[Node]:
        """The expressions whose zeros may be marks."""
        read = self.check.reader.read
        if kind == "shape":
            return [slope_of(read(formula), name)]
        if kind in ("pieces", "parity", "E"):
            return []
        if kind == "line":
            return [read(formula, {name: Node("name", name)})]
        sides = [(a, b) for part in (formula, self.check.where) for _, a, b in self._sides(part)]
        return [a - b for a, b in sides if isinstance(a, Node) and isinstance(b, Node) and [*(a - b).names] == [name]]

    def _marks(self, kind: str, name: str, formula: Any) -> tuple[Real, ...]:
        """The breakpoints and zeros of a formula and of the condition, in order."""
        lists: list[Sequence[Real]] = []
        conditions = [] if kind == "line" else [self.check.where]
        if kind in ("shape", "pieces", "E", "line", "parity"):
            f = self._expr(f"({formula.text}) == 0", name)
            if kind == "shape":
                lists.append(sign_line(calculus.derivative(f, name), name).marks)
            lists.append(split(f, name).breakpoints)
            if kind == "parity":
                lists.append(split(calculus.substitute(f, {name: -ex.name(name)}), name).breakpoints)
            elif kind == "line":
                lists.append(sign_line(f, name).marks)
        else:
            conditions.append(formula)
        for condition in conditions:
            for leaf, a, b in self._sides(condition):
                if [*self.check.names(leaf)] == [name] and isinstance(a, Node) and isinstance(b, Node):
                    lists.append(sign_line(self._expr(leaf.text, name), name).marks)
                    lists += [self._breakpoints(f"({side.text})", name) for side in (leaf.left, leaf.comparators[0])]
        marks = merge_marks(lists)
        for mark in marks:
            mark.recognise()
        return marks

    def _antiderivatives(self, gaps: list[dict[str, Any]], name: str, formula: Any) -> None:
        """By completing the square, term by term; the re-checker differentiates them."""
        pieces = split(self._expr(f"({formula.text}) == 0", name), name).pieces
        for gap, piece in zip(gaps, pieces, strict=True):
            terms = None if piece.expr is None else gaussian_moments.gaussian_terms(piece.expr, name)
            if terms is None or any(t.erfs or t.wave or t.g is not ex.ZERO for t in terms):
                raise Unclear("an expectation without an elementary antiderivative")
            gap["cases"] = {}
            gap["antiderivative"] = to_text(ex.add(*(_primitive(t, ex.name(name)) for t in terms)))

    # --- tails and cells

    def _tail(self, gap: Gap, e: Node, side: int, sign: int | None) -> tuple[dict[str, Any] | None, Fraction]:
        """A tail where one is needed, and where the cells begin; side is 1 at the lower end of the gap."""
        end, other = (gap.low, gap.high) if side > 0 else (gap.high, gap.low)
        if end.bracket is not None:
            try:
                reach = self.check.reach(gap, None, e, side, sign)
                assert isinstance(reach, Num)
                return None, rough(reach)
            except (Wrong, Unclear):
                if not end.exact:
                    raise
        if isinstance(end.value, str):
            return _tail_from(e, gap.name, end, side, sign, Fraction(0))
        room = Fraction(0)
        if isinstance(other.value, Num):
            width = abs(float(rough(end.value) - rough(other.value)))
            room = Fraction(2 / width).limit_denominator(100) + 1 if width else Fraction(0)
        if end.is_rational:
            p = rough(end.value)
            for width in (Fraction(1), Fraction(1, 8), Fraction(1, 256)):
                a, b = sorted((p, p + side * width))
                if width * room <= 1 and _settled(lambda a=a, b=b: on_cell(
                    e, gap.name, number(a), number(b), sign, (side > 0, side < 0))
                ):  # fmt: skip
                    return None, p
        return _tail_from(e, gap.name, end, side, sign, room)


def _sign_inside(gap: Gap, e: Node) -> int | None:
    """The sign of e at the first of some points of a gap where it is not 0; None where it is undefined there."""
    for spot in spots(gap):
        try:
            sign = Cell(gap.name, number(spot)).sign_of(e)
        except Undefined:
            return None
        except Unclear:
            continue
        if sign:
            return sign
    return 0


def _tail_from(
    e: Node, name: str, end: Mark, side: int, sign: int | None, room: Fraction
) -> tuple[dict[str, Any], Fraction]:
    """The first tail of the schedule on which e has the sign, starting beyond `room`, and where the cells begin."""
    reason = "no start that was tried"
    for least, terms in SCHEDULE:
        start = Fraction(least)
        if start < room and start * 1000 <= room:
            continue
        start = max(start, room)
        try:
            place = tail_end(name, end.value, side, start, terms)
            settled = place.value(e).sign() if sign is not None else _undefined(place, e)
        except (Unclear, Undefined) as error:
            reason = str(error)
            continue
        if settled == sign:
            tail = {"start": str(start), "terms": terms}
            if isinstance(end.value, str):
                return tail, -side * start
            reach = rough(end.value + number(side / start))
            return tail, reach if end.is_rational else Fraction(round(reach * 2**30) - 2 * side, 2**30)
    raise Unclear(f"a tail of {key_of(e)[:60]} at {end_text(end.value)}: {reason}")


def _undefined(place: End, e: Node) -> None:
    """Returns where e is undefined. Raises Unclear elsewhere."""
    try:
        place.value(e)
    except Undefined:
        return
    raise Unclear("an expression that is defined")


def _cells(
    key: str, e: Node, name: str, start: Fraction, stop: Fraction, sign: int | None, open_: tuple[bool, bool]
) -> list[list[str]]:
    """Cells from start to stop, each with an enclosure of e, by halving; `open_` says which ends do not count."""
    stack, cells = [(start, stop, 0)] if start < stop else [], list[list[str]]()
    while stack:
        a, b, depth = stack.pop()
        outer = (open_[0] and a == start), (open_[1] and b == stop)
        enclosure = _settled(lambda a=a, b=b, o=outer: on_cell(e, name, number(a), number(b), sign, o))
        if enclosure is not None:
            low, high = (Fraction(*libmp.to_rational(end)) for end in enclosure.ball)
            cells.append([str(a), str(b), _short(low, -1), _short(high, 1)])
            continue
        if depth > MAX_DEPTH or len(cells) > MAX_CELLS:
            raise Unclear(f"the sign of {key} near {float(a):.6g}")
        middle = _between(a, b)
        stack += [(middle, b, depth + 1), (a, middle, depth + 1)]
    return cells


def _settled(attempt: Callable[[], T]) -> T | None:
    """The result of an attempt, or None where the re-checker does not settle it."""
    try:
        return attempt()
    except (Unclear, Undefined):
        return None


def relations(formula: Any) -> list[Any]:
    """Every relation between two sides in a formula, of chains each link."""
    match formula:
        case ast.BoolOp(values=values):
            return [leaf for value in values for leaf in relations(value)]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return relations(operand)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            return [_relation(*link) for link in zip([left, *comparators], ops, comparators, strict=False)]
        case _:
            return []


def _relation(a: Any, op: ast.cmpop, b: Any) -> Any:
    leaf: Any = ast.Compare(left=a, ops=[op], comparators=[b])
    leaf.text = f"({a.text}) {RELATIONS[type(op)]} ({b.text})"
    return leaf


def _primitive(term: gaussian_moments.Term, z: ex.Expr) -> ex.Expr:
    """An antiderivative of c z^k exp(a z) times the normal density: of moments of t = z - a, by recursion."""
    k, a = term.k, term.a
    t = z - a
    parts = [ex.normal_cdf(t), -gaussian_moments.density(t)]
    for j in range(2, k + 1):
        parts.append((j - 1) * parts[j - 2] - t ** (j - 1) * gaussian_moments.density(t))
    total = ex.add(*(comb(k, j) * a ** (k - j) * parts[j] for j in range(k + 1)))
    return term.coefficient * ex.exp(a * a * fmpq(1, 2)) * total


# --- numbers as text


def _mark(mark: Real, roots: Sequence[Node], name: str, room: Fraction) -> Any:
    """An exact form as text, with a bracket where one of the roots crosses 0; else a narrow bracket in decimals."""
    if mark.exact is not None:
        text, near = to_text(mark.exact), Fraction(float(mark))
        for width in (Fraction(1, 2**k) for k in (3, 5, 7, 10, 14, 20, 30)):
            low, high = (round((near + side * width) * 2**40) / Fraction(2**40) for side in (-1, 1))
            for e in roots if width < room else ():
                cell = Cell(name, between(number(low), number(high)))
                if _settled(lambda cell=cell, e=e: cell.sign_of(e, 1)):
                    signs = [Cell(name, number(x)).sign_of(e) for x in (low, high)]
                    if sorted(signs, key=str) == [-1, 1]:
                        return {"exact": text, "between": [str(low), str(high)]}
        return text
    with precision(320):
        ball = mark.ball(256)
        low, high = (exact_rational(end) * BRACKET for end in (ball.lower(), ball.upper()))
    return [_decimal(int(low.floor()) - 1), _decimal(int(high.ceil()) + 1)]


def _decimal(scaled: int) -> str:
    """scaled / BRACKET, exactly."""
    places = len(str(BRACKET)) - 1
    digits = str(abs(scaled)).rjust(places + 1, "0")
    return ("-" if scaled < 0 else "") + f"{digits[:-places]}.{digits[-places:]}"


def _short(x: Fraction, direction: int) -> str:
    """A decimal of 8 digits, rounded downwards (-1) or upwards (1)."""
    if not x:
        return "0"
    exponent = len(str(abs(x.numerator))) - len(str(x.denominator)) - 8
    scaled = x / Fraction(10) ** exponent
    whole = scaled.__floor__() if direction < 0 else scaled.__ceil__()
    return f"{whole}e{exponent}" if whole else "0"


def rough(x: Num) -> Fraction:
    """The exact rational, or one near."""
    return x.rational if x.rational is not None else Fraction(*libmp.to_rational(x.ball[0]))


def spots(gap: Gap) -> list[Fraction]:
    """Some rationals inside a gap."""
    edges = gap.low.edge(1), gap.high.edge(-1)
    a, b = (rough(edge) if isinstance(edge, Num) else None for edge in edges)
    if a is None:
        return [(b if b is not None else Fraction(0)) - Fraction(x) for x in ("2/3", "5/7", "3", "1/1000")]
    if b is None:
        return [a + Fraction(x) for x in ("2/3", "5/7", "3", "1/1000")]
    return [a + (b - a) * Fraction(x) for x in ("4/7", "1/3", "8/9", "1/100")]


def _between(a: Fraction, b: Fraction) -> Fraction:
    """A short number near the middle; nearer to 0 where the cell spans orders of magnitude."""
    if 0 < 4 * a < b or (a < 4 * b < 0):
        middle = 2 * a if a > 0 else 2 * b
    else:
        middle = (a + b) / 2
    unit = Fraction(2) ** (((b - a).numerator.bit_length() - (b - a).denominator.bit_length()) - 4)
    short = round(middle / unit) * unit
    return short if a < short < b else middle

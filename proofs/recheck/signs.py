"""Signs on gaps: the arguments a certificate gives for them, and what the re-checker's arithmetic makes of each."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Protocol, TypeAlias

from .evaluation import Cell, Point, algebraic, closed, tail_end
from .intervals import Num, Unclear, Undefined, Value, between, compare, is_zero, number
from .reader import Bad, Json, Node, Reader, fraction, holds, key_of, replaced, tree

MAX_CELLS = 20_000
SignOf: TypeAlias = Callable[[str, Node], int | None]
"""The sign that an expression, known to the certificate under a key, has somewhere; None where it is undefined."""


class Wrong(Exception):
    """A fact does not re-check; the message names the fact and the reason."""


class Refuted(Wrong):
    """A part of the statement is false by the re-checker's own arithmetic: at a mark, on a gap, or as it stands."""

    def __init__(self, part: Any, place: Mark | Gap | None = None) -> None:
        super().__init__(f"{part.text}: false" + (" somewhere on the line" if place else ""))
        self.part, self.place = part, place


class Mark:
    """A point between two gaps: an exact number, an infinity, a root in a bracket, or an exact root in a bracket."""

    def __init__(self, data: Json, name: str, reader: Reader) -> None:
        self.name = name
        self.bracket: tuple[Fraction, Fraction] | None = None
        self.values: dict[Node, Num] = {}
        exact: Any = data["exact"] if isinstance(data, dict) else data
        ends: Any = data["between"] if isinstance(data, dict) else data
        self.exact = isinstance(exact, str)
        if self.exact:
            self.value: Value = exact if exact in ("oo", "-oo") else closed(reader.read(tree(exact)))
        if not isinstance(ends, str):
            low, high = map(fraction, ends)
            self.bracket, self.span = (low, high), between(number(low), number(high))
            self.value = self.value if self.exact else self.span
            inside = not self.exact or compare(number(low), self.value) < 0 < compare(number(high), self.value)
            if not (low < high and inside):
                raise Bad("a bracket with its ends out of order")

    @property
    def point(self) -> Num:
        """The number, at a mark that is no infinity."""
        assert isinstance(self.value, Num)
        return self.value

    @property
    def is_rational(self) -> bool:
        return isinstance(self.value, Num) and self.value.rational is not None

    def edge(self, side: int) -> Value:
        """The end of the bracket on that side; without a bracket, the point."""
        return self.value if self.bracket is None else number(self.bracket[side > 0])


@dataclass(frozen=True)
class Gap:
    """An open gap between two marks of a name's line."""

    arguments: dict[str, Any]
    """One for the sign of each expression, under its key."""
    name: str
    low: Mark
    high: Mark

    def cases(self, argument: dict[str, Any]) -> Gap:
        """The gap with the arguments for the case distinctions inside one argument."""
        return Gap(argument.get("cases", {}), self.name, self.low, self.high)


class FactSource(Protocol):
    """Where facts come from: a certificate that states them, or an engine that finds them."""

    def fact(self, key: str, name: str, formula: Any) -> Json:
        """A cut of the name's line, for a formula: marks and gaps."""

    def argument(self, gap: Gap, key: str, e: Node) -> Json:
        """The argument for the sign of e on a gap."""


class Stated:
    """The facts that a certificate states."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts

    def fact(self, key: str, name: str, formula: Any) -> Json:
        return self.facts.get(key)

    def argument(self, gap: Gap, key: str, e: Node) -> Json:
        return gap.arguments.get(key)


class Signs:
    """Signs on gaps and at marks, from one source of facts."""

    def __init__(self, source: FactSource, reader: Reader) -> None:
        self.source, self.reader = source, reader
        self.roots: dict[Any, Node] = {}
        self.at = "the statement"

    @contextmanager
    def about(self, key: str) -> Generator[None]:
        """Inside, messages and brackets of zeros belong to the fact under this key."""
        before, self.at = self.at, key
        try:
            yield
        finally:
            self.at = before

    def cut(self, key: str, name: str, formula: Any) -> tuple[list[Gap], list[Mark]]:
        """The gaps and the marks of a fact, which must increase."""
        data = self.source.fact(key, name, formula)
        if not isinstance(data, dict):
            raise Wrong(f"{key}: the certificate has no such fact")
        gaps: Json = data.get("gaps")
        texts: Json = data.get("marks")
        if not isinstance(texts, list) or not isinstance(gaps, list) or len(gaps) != len(texts) + 1:
            raise Wrong(f"{key}: expected one gap more than marks")
        marks = [Mark(text, name, self.reader) for text in ("-oo", *texts, "oo")]
        for a, b in pairwise(marks):
            if compare(a.edge(1), b.edge(-1)) >= 0:
                raise Wrong(f"{key}: the marks do not increase")
        return [Gap(gap, name, *ends) for gap, ends in zip(gaps, pairwise(marks), strict=True)], marks[1:-1]

    def sign(self, gap: Gap, key: str, e: Node) -> int | None:
        """The sign of e on an open gap, None where it is undefined there, re-checked."""
        if e.op == "num":
            return closed(e).sign()
        argument = self.source.argument(gap, key, e)
        if not isinstance(argument, dict):
            raise Wrong(f"{self.at}: no argument for the sign of {key}")
        sign = argument.get("sign")
        if sign == 0:
            self.identity(gap.cases(argument), e)
        elif sign in (1, -1, None):
            self.cover(gap, argument, e, sign)
        else:
            raise Wrong(f"{self.at}: {key}: a sign is 1, 0, -1 or null")
        return sign

    def identity(self, cases: Gap, e: Node) -> None:
        """e is defined and 0 throughout the gap: by algebra, its cases settled by signs with arguments of their own."""
        if not is_zero(algebraic(e, lambda u: self._case(cases, u))):
            raise Wrong(f"{self.at}: not identically 0")
        self.defined(cases, e)

    def defined(self, gap: Gap, e: Node) -> None:
        """e is analytic on the gap: logarithms, roots and quotients are of numbers that have one, no case changes."""
        if not e.names:
            closed(e)
        elif e.op == "D":
            body, bound, at = e.args
            if at.op != "name":  # where the inner point stays, a case distinction must not be at its edge
                algebraic(e, lambda u: self._case(gap, u))
                self.defined(gap, at)
            self.defined(gap, replaced(body, bound, at))
        elif e.op == "if":
            relation, u, a, b = e.args
            self.defined(gap, a if holds(relation, self._case(gap, u)) else b)
        else:
            whole = e.op == "pow" and e.args[1].denominator == 1
            if (e.op == "log" or (e.op == "pow" and not (whole and e.args[1] > 0))) and not positive(e.args[0]):
                sign = self.sign(gap, key_of(e.args[0]), e.args[0])
                if sign not in ((1, -1) if whole else (1,)):
                    raise Unclear("an undefined point")
            for a in e.args:
                if isinstance(a, Node):
                    self.defined(gap, a)

    def _case(self, cases: Gap, u: Node) -> int:
        if u.names - {cases.name}:
            raise Unclear("a case distinction in another name")
        sign = self.sign(cases, key_of(u), u)
        if sign is None:
            raise Unclear("a case distinction that is undefined")
        return sign

    def cover(self, gap: Gap, argument: dict[str, Any], e: Node, sign: int | None) -> None:
        """Cells and tails have the sign and leave nothing out."""
        cells: Json = argument.get("cells", [])
        if not isinstance(cells, list) or len(cells) > MAX_CELLS:
            raise Wrong(f"{self.at}: at most {MAX_CELLS} cells are read")
        if any(len(cell) != 4 for cell in cells):
            raise Wrong(f"{self.at}: a cell has two ends and an enclosure")
        ends = [number(fraction(x)) for cell in cells for x in cell[:2]]
        left, right = argument.get("left"), argument.get("right")
        low, high = self.reach(gap, left, e, 1, sign), self.reach(gap, right, e, -1, sign)
        if not ends:
            if compare(low, high) < 0:
                raise Wrong(f"{self.at}: the two tails do not meet")
            return
        for a, b, mark, tail in ((ends[0], low, gap.low, left), (high, ends[-1], gap.high, right)):
            order = compare(a, b)  # a tail beside an irrational point may reach further than a rational cell
            loose = tail is not None and isinstance(mark.value, Num) and not mark.is_rational
            if order and not (loose and order < 0):
                raise Wrong(f"{self.at}: the cells do not begin or end where the tails do")
        for a, b in zip(ends[1:-1:2], ends[2::2], strict=True):
            if compare(a, b):
                raise Wrong(f"{self.at}: a gap or overlap between two cells")
        for i, (a, b, cell) in enumerate(zip(ends[::2], ends[1::2], cells, strict=True)):
            outer = (i == 0 and left is None), (i + 1 == len(cells) and right is None)
            place = f"{self.at}: the cell from {cell[0]} to {cell[1]}"
            if compare(a, b) >= 0 or (enclosure := on_cell(e, gap.name, a, b, sign, outer)) is None:
                raise Wrong(f"{place}: not shown to have the sign")
            stated = [number(fraction(x)) for x in cell[2:]]
            if not within(enclosure, *stated) or (enclosure.sign() and between(*stated).sign() != sign):
                raise Wrong(f"{place}: the enclosure is not as stated")

    def reach(self, gap: Gap, tail: Any, e: Node, side: int, sign: int | None) -> Value:
        """The point up to which the sign is settled from one end of the gap; side is 1 at the lower end."""
        end = gap.low if side > 0 else gap.high
        if tail is None:
            if isinstance(end.value, str):
                raise Wrong(f"{self.at}: no tail at {end.value}")
            if end.bracket is None:
                return end.value
            inside = self.in_bracket(end, e)
            if (inside or Cell(gap.name, number(end.bracket[side > 0])).sign_of(e)) != sign:
                raise Wrong(f"{self.at}: the sign in or beside a bracket")
            return end.edge(side)
        start, terms = fraction(tail.get("start")), tail.get("terms")
        if not end.exact or start <= 0 or not isinstance(terms, int) or terms not in range(2, 13):
            raise Wrong(f"{self.at}: a tail needs an exact end, a positive start and 2 to 12 terms")
        place = tail_end(gap.name, end.value, side, start, terms)
        if not settles(lambda: place.value(e).sign(), sign):
            raise Wrong(f"{self.at}: the sign on the tail from {start} at {end_text(end.value)}")
        return number(-side * start) if isinstance(end.value, str) else end.value + number(side / start)

    def at_mark(self, mark: Mark, key: str, e: Node) -> int | None:
        """The sign at a mark, None where e is undefined there."""
        if not mark.exact:
            return self.in_bracket(mark, e)
        try:
            sign = Point(mark.name, mark.point).value(e).sign()
        except Undefined:
            return None
        if sign is None:
            raise Wrong(f"{self.at}: whether the value at a mark is 0")
        return sign

    def in_bracket(self, mark: Mark, e: Node) -> int:
        """The sign of e on a whole bracket, or 0 where e is monotone and vanishes at the mark."""
        assert mark.bracket is not None
        cell = Cell(mark.name, mark.span)
        if (sign := cell.sign_of(e)) is not None:
            return sign
        sides = [Cell(mark.name, number(end)).sign_of(e) for end in mark.bracket]
        if not cell.sign_of(e, 1) or sorted(sides, key=str) != [-1, 1]:
            raise Wrong(f"{self.at}: the bracket {mark.bracket[0]} to {mark.bracket[1]} holds no simple zero")
        if mark.exact and Point(mark.name, mark.point).value(e).sign() != 0:
            raise Wrong(f"{self.at}: no zero at an exact mark")
        if not mark.exact and self.roots.setdefault((self.at, mark.bracket), e) is not e:
            raise Wrong(f"{self.at}: two expressions vanish in one bracket")
        return 0


def positive(e: Node) -> bool:
    """Visibly above 0 wherever it is defined."""
    match e.op:
        case "num":
            return e.args[0] > 0
        case "add":
            return any(map(positive, e.args)) and all(map(is_nonnegative, e.args))
        case "mul":
            return all(map(positive, e.args))
        case "pow":
            return positive(e.args[0])
        case op:
            return op in ("exp", "erfc", "pi")


def is_nonnegative(e: Node) -> bool:
    even = e.op == "pow" and e.args[1].denominator == 1 and e.args[1] % 2 == 0
    return even or positive(e) or (e.op in ("add", "mul") and all(map(is_nonnegative, e.args)))


def settles(sign_there: Callable[[], int | None], sign: int | None) -> bool:
    """Whether a sign is as stated; None: the expression is undefined throughout."""
    try:
        return sign_there() == sign and sign is not None
    except Undefined:
        return sign is None


def within(x: Num, low: Num, high: Num) -> bool:
    """Whether the interval of x lies between two rationals."""
    ends = [Num(None, (end, end)) for end in x.ball]
    return (ends[0] - low).sign() != -1 and (ends[1] - high).sign() != 1


def on_cell(
    e: Node, name: str, a: Num, b: Num, sign: int | None, outer: tuple[bool, bool] = (False, False)
) -> Num | None:
    """The enclosure of e on a closed cell where e is shown to have the sign, else None; `outer` ends do not count."""
    cell = Cell(name, between(a, b), outer)
    if sign is None:
        return number(0) if settles(lambda: cell.value(e).sign(), None) else None
    try:
        enclosure = cell.value(e)
        enclosure = cell.form(e, 0) if enclosure.sign() is None else enclosure
        shown_sign = enclosure.sign()
        if shown_sign is None and (slope := cell.sign_of(e, 1)):
            shown_sign = Cell(name, a if slope * sign > 0 else b).sign_of(e)  # least at that end
    except Undefined:
        return None
    return enclosure if shown_sign == sign else None


def end_text(end: Value) -> str:
    """An end of a tail, for messages."""
    return end if isinstance(end, str) else str(end.exact)

"""Signs on gaps: the arguments a certificate gives for them, and what the re-checker's arithmetic makes of each."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

from .formulas import (
    Bad,
    Cell,
    Node,
    Point,
    Reader,
    algebraic,
    closed,
    fraction,
    holds,
    replaced,
    shown,
    tail_end,
    tree,
)
from .intervals import Num, Unclear, Undefined, Value, between, compare, is_zero, number

MAX_CELLS = 20_000


class Wrong(Exception):
    """A fact does not re-check; the message names the fact and the reason."""


class Refuted(Wrong):
    """A part of the statement is false by the re-checker's own arithmetic: at a mark, on a gap, or as it stands."""

    def __init__(self, part: Any, place: Mark | Ends | None = None, name: str = "") -> None:
        super().__init__(f"{part.text}: false" + (" somewhere on the line" if place else ""))
        self.part, self.place, self.name = part, place, name


class Mark:
    """A point between two gaps: an exact number, an infinity, a root in a bracket, or an exact root in a bracket."""

    def __init__(self, data: Any, reader: Reader) -> None:
        self.bracket: tuple[Fraction, Fraction] | None = None
        self.values: dict[Node, Num] = {}
        exact, ends = (data["exact"], data["between"]) if isinstance(data, dict) else (data, data)
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
    def is_rational(self) -> bool:
        return isinstance(self.value, Num) and self.value.exact is not None and bool(self.value.exact.is_Rational)

    def edge(self, side: int) -> Value:
        """Where a bracket ends on that side; else the point."""
        return self.value if self.bracket is None else number(self.bracket[side > 0])


OUTSIDE = ("-oo", "oo")
Gap = dict[str, Any]
"""The arguments of a certificate on one open gap: one for the sign of each expression, under its text."""
Ends = tuple[Mark, Mark]


class Signs:
    """The facts of one certificate."""

    def __init__(self, facts: dict[str, Any], functions: dict[str, Any]) -> None:
        self.facts = facts
        self.reader = Reader(functions, self.special)
        self.roots: dict[Any, Node] = {}
        self.at = "the statement"

    def special(self, e: Any) -> Any:
        """The value of a call neither elementary nor defined, or None: overridden by the reader of statements."""
        return None

    def fact(self, key: str, *about: Any) -> dict[str, Any]:
        """The fact of the certificate under this key; `about` is what a writer needs to find it."""
        if not isinstance(found := self.facts.get(key), dict):
            raise Wrong(f"{key}: the certificate has no such fact")
        return found

    def proof(self, gap: Gap, key: str, e: Node, name: str, ends: Ends) -> dict[str, Any]:
        """The argument for the sign of e on a gap."""
        if not isinstance(found := gap.get(key), dict):
            raise Wrong(f"{self.at}: no argument for the sign of {key}")
        return found

    def cut(self, key: str, name: str, *about: Any) -> tuple[list[tuple[Gap, Ends]], list[Mark]]:
        """The gaps, each with its ends, and the marks of a fact, which must increase."""
        data = self.fact(key, name, *about)
        gaps, texts = data.get("gaps"), data.get("marks")
        if not isinstance(texts, list) or not isinstance(gaps, list) or len(gaps) != len(texts) + 1:
            raise Wrong(f"{key}: expected one gap more than marks")
        marks = [Mark(text, self.reader) for text in [OUTSIDE[0], *texts, OUTSIDE[1]]]
        for a, b in pairwise(marks):
            if compare(a.edge(1), b.edge(-1)) >= 0:
                raise Wrong(f"{key}: the marks do not increase")
        return [(gap, (marks[i], marks[i + 1])) for i, gap in enumerate(gaps)], marks[1:-1]

    def sign(self, gap: Gap, key: str, e: Node, name: str, ends: Ends) -> int | None:
        """The sign of e on an open gap, None where it is undefined there, re-checked."""
        if e.op == "num":
            return closed(e).sign()
        data = self.proof(gap, key, e, name, ends)
        sign = data.get("sign")
        if sign == 0:
            self.identity(data, e, name, ends)
        elif sign in (1, -1, None):
            self.cover(data, e, name, ends, sign)
        else:
            raise Wrong(f"{self.at}: {key}: a sign is 1, 0, -1 or null")
        return sign

    def identity(self, data: dict[str, Any], e: Node, name: str, ends: Ends) -> None:
        """e is defined and 0 throughout the gap: by algebra, its cases settled by signs with arguments of their own."""
        cases = data.get("cases", {})
        rest = algebraic(e, lambda u: self._case(cases, u, name, ends))
        if not is_zero(rest):
            raise Wrong(f"{self.at}: not identically 0")
        self.defined(cases, e, name, ends)

    def defined(self, gap: Gap, e: Node, name: str, ends: Ends) -> None:
        """e is analytic on the gap: logarithms, roots and quotients are of numbers that have one, no case changes."""
        if not e.names:
            closed(e)
        elif e.op == "D":
            body, bound, at = e.args
            if at.op != "name":  # where the inner point stays, a case distinction must not be at its edge
                algebraic(e, lambda u: self._case(gap, u, name, ends))
                self.defined(gap, at, name, ends)
            self.defined(gap, replaced(body, bound, at), name, ends)
        elif e.op == "if":
            relation, u, a, b = e.args
            self.defined(gap, a if holds(relation, self._case(gap, u, name, ends)) else b, name, ends)
        else:
            whole = e.op == "pow" and e.args[1].denominator == 1
            if (e.op == "log" or (e.op == "pow" and not (whole and e.args[1] > 0))) and not positive(e.args[0]):
                sign = self.sign(gap, shown(e.args[0]), e.args[0], name, ends)
                if sign not in ((1, -1) if whole else (1,)):
                    raise Unclear("an undefined point")
            for a in e.args:
                if isinstance(a, Node):
                    self.defined(gap, a, name, ends)

    def _case(self, cases: dict[str, Any], u: Node, name: str, ends: Ends) -> int:
        if u.names - {name}:
            raise Unclear("a case distinction in another name")
        sign = self.sign(cases, shown(u), u, name, ends)
        if sign is None:
            raise Unclear("a case distinction that is undefined")
        return sign

    def cover(self, data: dict[str, Any], e: Node, name: str, ends: Ends, sign: int | None) -> None:
        """Cells and tails have the sign and leave nothing out."""
        cells = data.get("cells", [])
        if not isinstance(cells, list) or len(cells) > MAX_CELLS:
            raise Wrong(f"{self.at}: at most {MAX_CELLS} cells are read")
        if any(len(cell) != 4 for cell in cells):
            raise Wrong(f"{self.at}: a cell has two ends and an enclosure")
        spots = [number(fraction(x)) for cell in cells for x in cell[:2]]
        low, high = (self.reach(data.get(("left", "right")[i]), e, name, ends[i], (1, -1)[i], sign) for i in (0, 1))
        if not spots:
            if compare(low, high) < 0:
                raise Wrong(f"{self.at}: the two tails do not meet")
            return
        for got, want, mark, tail in ((spots[0], low, ends[0], "left"), (high, spots[-1], ends[1], "right")):
            order = compare(got, want)  # a tail beside an irrational point may reach further than a rational cell
            loose = data.get(tail) is not None and isinstance(mark.value, Num) and not mark.is_rational
            if order and not (loose and order < 0):
                raise Wrong(f"{self.at}: the cells do not begin or end where the tails do")
        for a, b in zip(spots[1:-1:2], spots[2::2], strict=True):
            if compare(a, b):
                raise Wrong(f"{self.at}: a gap or overlap between two cells")
        for i in range(0, len(spots), 2):
            a, b = spots[i], spots[i + 1]
            outer = (i == 0 and data.get("left") is None), (i + 2 == len(spots) and data.get("right") is None)
            place = f"{self.at}: the cell from {cells[i // 2][0]} to {cells[i // 2][1]}"
            if compare(a, b) >= 0 or (found := on_cell(e, name, a, b, sign, outer)) is None:
                raise Wrong(f"{place}: not shown to have the sign")
            stated = [number(fraction(x)) for x in cells[i // 2][2:]]
            if not within(found, *stated) or (found.sign() and between(*stated).sign() != sign):
                raise Wrong(f"{place}: the enclosure is not as stated")

    def reach(self, tail: Any, e: Node, name: str, end: Mark, side: int, sign: int | None) -> Value:
        """How far from an end of the gap its sign is settled; side is 1 at the lower end."""
        if tail is None:
            if isinstance(end.value, str):
                raise Wrong(f"{self.at}: no tail at {end.value}")
            if end.bracket is None:
                return end.value
            inside = self.in_bracket(e, name, end)
            if (inside or Cell(name, number(end.bracket[side > 0])).sign_of(e)) != sign:
                raise Wrong(f"{self.at}: the sign in or beside a bracket")
            return end.edge(side)
        start, terms = fraction(tail.get("start")), tail.get("terms")
        if not end.exact or start <= 0 or not isinstance(terms, int) or terms not in range(2, 13):
            raise Wrong(f"{self.at}: a tail needs an exact end, a positive start and 2 to 12 terms")
        place = tail_end(name, end.value, side, start, terms)
        if not settles(lambda: place.value(e).sign(), sign):
            raise Wrong(f"{self.at}: the sign on the tail from {start} at {end_text(end.value)}")
        return number(-side * start) if isinstance(end.value, str) else end.value + number(side / start)

    def at_mark(self, e: Node, name: str, mark: Mark) -> int | None:
        """The sign at a mark, None where e is undefined there."""
        if not mark.exact:
            return self.in_bracket(e, name, mark)
        try:
            sign = Point(name, mark.value).value(e).sign()
        except Undefined:
            return None
        if sign is None:
            raise Wrong(f"{self.at}: whether the value at a mark is 0")
        return sign

    def in_bracket(self, e: Node, name: str, mark: Mark) -> int:
        """The sign of e on a whole bracket, or 0 where e is monotone and vanishes at the mark."""
        assert mark.bracket is not None
        cell = Cell(name, mark.span)
        if (sign := cell.sign_of(e)) is not None:
            return sign
        sides = [Cell(name, number(end)).sign_of(e) for end in mark.bracket]
        if not cell.sign_of(e, 1) or sorted(sides, key=str) != [-1, 1]:
            raise Wrong(f"{self.at}: the bracket {mark.bracket[0]} to {mark.bracket[1]} holds no simple zero")
        if mark.exact and Point(name, mark.value).value(e).sign() != 0:
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
    return e.op in ("exp", "erfc", "pi")


def is_nonnegative(e: Node) -> bool:
    even = e.op == "pow" and e.args[1].denominator == 1 and e.args[1] % 2 == 0
    return even or positive(e) or (e.op in ("add", "mul") and all(map(is_nonnegative, e.args)))


def settles(find: Callable[[], int | None], sign: int | None) -> bool:
    """Whether a sign is found as stated; None: the expression is undefined throughout."""
    try:
        return find() == sign and sign is not None
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
        found = cell.value(e)
        found = cell.form(e, 0) if found.sign() is None else found
        shown_sign = found.sign()
        if shown_sign is None and (slope := cell.sign_of(e, 1)):
            shown_sign = Cell(name, a if slope * sign > 0 else b).sign_of(e)  # least at that end
    except Undefined:
        return None
    return found if shown_sign == sign else None


def end_text(end: Value) -> str:
    """An end of a tail, for messages."""
    return end if isinstance(end, str) else str(end.exact)

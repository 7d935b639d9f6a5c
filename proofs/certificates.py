"""Writes proof certificates: what :mod:`recheck.statement` needs to confirm a proof without searching.

The writer is the re-checker itself, run with the search at hand. Where a fact is missing it takes the marks
(breakpoints and zeros, exact or in brackets) from the engine, and then tries tails and halves cells until the
re-checker's own arithmetic settles each of them. So what is written re-checks, or :class:`Unwritten` says what did not.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from importlib.metadata import version
from math import comb
from pathlib import Path
from typing import Any

from flint import arb, fmpq
from mpmath import libmp

from .budget import Undecided
from .catalogue.entries import catalogue
from .catalogue.parse import parse_statement
from .decide.decision import Decision
from .enclosures.balls import exact_rational, precision
from .expressions import calculus
from .expressions import expr as ex
from .expressions.printing import to_text
from .functions import gaussian_moments
from .functions.pieces import split
from .functions.sign_charts import merge_marks, sign_line
from .language.signatures import signature
from .ledger import Ledger
from .normal_forms.signs import Undefined as NotDefined
from .reals.reals import Real
from .recheck.formulas import RELATIONS, Bad, Cell, Node, closed, replaced, shown, tail_end
from .recheck.functionals import slope_of
from .recheck.intervals import Exhausted, Num, Unclear, Undefined, between, bounded, number
from .recheck.signs import Ends, Gap, Mark, Refuted, Wrong, end_text, on_cell
from .recheck.statement import Recheck, conjuncts, digest
from .verdicts import Counterexample, Evidence, Result, Verdict

SCHEDULE = ((1, 3), (2, 3), (2, 5), (4, 3), (4, 5), (8, 3), (8, 5), (16, 5), (32, 5), (64, 7), (1024, 7), (2**20, 7))
"""Starts of tails and numbers of terms, in the order in which they are tried."""
BRACKET = 10**38
"""Brackets of zeros are about 2 / BRACKET wide."""
MAX_CELLS, MAX_DEPTH = 4_000, 160
MAX_STEPS, MAX_SECONDS = 5_000_000, 40
"""The most that writing one certificate may cost: steps of the re-checker, and seconds of processor time."""


class Unwritten(Exception):
    """The re-checker does not settle the proof; the message says what."""


class Contradicted(Unwritten):
    """The re-checker's own arithmetic finds a statement false that the engine proved: a bug in one of the two."""

    def __init__(self, statement: str, counterexample: Counterexample) -> None:
        at = "".join(f" at {name} = {value}" for name, value in counterexample.at.items())
        sides = f"left {counterexample.lhs}, right {counterexample.rhs}"
        super().__init__(f"{statement}: proved, and false by the re-checker's arithmetic{at}: {sides}")
        self.counterexample = counterexample

    def unsound(self, result: Result) -> Result:
        """The result as what it is: a bug."""
        return replace(result, verdict=Verdict.UNSOUND, counterexample=self.counterexample)


class _Noted(dict[str, Any]):
    """Definitions that notice which of them are used."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        super().__init__(known)
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.used.add(name)
        return super().__getitem__(name)


def definitions(functions: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The catalogue's and a ledger's functions as a certificate states them."""
    known: dict[str, Any] = {}
    for entry in catalogue():
        data = {
            "inputs": list(entry.inputs), "parameters": {p.name: p.default for p in entry.parameters},
            "formula": entry.formula,
        }  # fmt: skip
        known |= dict.fromkeys((entry.name, *entry.aliases), data)
    for text, formula in (functions or {}).items():
        given = signature(text)
        known[given.name] = {"inputs": [*given.inputs], "parameters": {**given.parameters}, "formula": formula}
    return known


def certificate(result: Result, functions: Mapping[str, str] | None = None, claim: str | None = None) -> dict[str, Any]:
    """The certificate of a proved statement. Raises Unwritten, or Contradicted where it turns out to be false."""
    if not isinstance(result, Result):
        raise TypeError(f"expected the result of prove, got {result!r}")
    if result.verdict is not Verdict.PROVED:
        raise Unwritten(f"{result.statement}: {result.verdict}, not proved")
    noted = _Noted(definitions(functions))
    data: dict[str, Any] = {
        "schema": 1, "gradproof": version("gradproof"), "claim": claim, "statement": result.statement,
        "where": result.where, "verdict": result.verdict.value,
        "evidence": result.evidence.value if result.evidence else None, "functions": noted, "facts": {},
    }  # fmt: skip
    try:
        writer = _Writer(data, functions)
        with bounded(MAX_STEPS, MAX_SECONDS):
            writer.run()
    except Exhausted as reason:
        raise Unwritten(f"{result.statement}: {reason}") from None
    except Refuted as found:
        counterexample = None
        with suppress(Exhausted), bounded(MAX_STEPS, MAX_SECONDS):
            counterexample = writer.contradiction(found)
        if counterexample is not None:
            raise Contradicted(result.statement, counterexample) from None
        raise Unwritten(f"{result.statement}: {found}") from None
    except (Unclear, Undefined, Wrong, Bad, Undecided, NotDefined, RecursionError) as reason:
        raise Unwritten(f"{result.statement}: {reason}") from None
    data["functions"] = {name: noted[name] for name in sorted(noted.used)}
    data["digest"] = digest(data)
    return data


def write(folder: Path, name: str, data: Mapping[str, Any]) -> Path:
    """One certificate as a file of the folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name).strip('-')[:80] or 'statement'}.json"
    flat = json.dumps(data, indent=1)
    # a cell, a bracket, on one line
    flat = re.sub(r"\[[^\[\]{}]*\]", lambda m: " ".join(m[0].split()), flat)
    path.write_text(flat + "\n", "utf-8")
    return path


def write_proof(
    folder: Path, name: str, result: Result, functions: Mapping[str, str] | None = None, claim: str | None = None
) -> list[str]:
    """The certificate of a result that is a proof; a line that says why where it could not be written.

    Raises Contradicted where the statement turns out to be false.
    """
    if result.verdict is not Verdict.PROVED:
        return []
    try:
        write(folder, name, certificate(result, functions, claim))
    except Contradicted:
        raise
    except Unwritten as reason:
        return [f"no certificate for {reason}"]
    return []


def write_proofs(folder: Path, ledgers: Sequence[Ledger], entries: Sequence[dict[str, Any]]) -> list[str]:
    """Certificates of every claim that `verify --json` calls proved, and of what is nearest to a qualified one.

    An entry becomes unsound where the writer finds its statement false.
    """
    verdicts = {(entry["ledger"], entry["id"]): entry for entry in entries}
    failed: list[str] = []
    for ledger in ledgers:
        for claim in ledger.claims:
            entry = verdicts.get((ledger.title, claim.id), {})
            said = {"proved": (claim.statement, claim.where), "qualified": (claim.nearest, claim.nearest_where)}
            statement, where = said.get(entry.get("verdict", ""), (None, None))
            if statement is not None:
                result = Result(statement, where, Verdict.PROVED, Evidence(entry["evidence"]))
                try:
                    lines = write_proof(folder, claim.id, result, ledger.functions, claim.id)
                except Contradicted as found:
                    entry |= {"verdict": "unsound", "counterexample": found.counterexample.to_json()}
                    lines = [f"UNSOUND, a bug in gradproof: {found}"]
                failed += [f"{claim.id}: {line}" for line in lines]
    return failed


def _primitive(term: gaussian_moments.Term, z: ex.Expr) -> ex.Expr:
    """An antiderivative of c z^k exp(a z) times the normal density: of moments of t = z - a, by recursion."""
    k, a = term.k, term.a
    t = z - a
    parts = [ex.normal_cdf(t), -gaussian_moments.density(t)]
    for j in range(2, k + 1):
        parts.append((j - 1) * parts[j - 2] - t ** (j - 1) * gaussian_moments.density(t))
    total = ex.add(*(comb(k, j) * a ** (k - j) * parts[j] for j in range(k + 1)))
    return term.coefficient * ex.exp(a * a * fmpq(1, 2)) * total


class _Writer(Recheck):
    """The re-checker, supplied by the engine with what a certificate has to contain."""

    def __init__(self, data: dict[str, Any], functions: Mapping[str, str] | None) -> None:
        super().__init__(data)
        self.given = functions

    def fact(self, key: str, *about: Any) -> dict[str, Any]:
        if key not in self.facts:
            name, e = about
            kind = key.partition(" of ")[0]
            found = self._marks(kind, name, e)
            roots = [slope_of(self.reader.read(e), name)] if kind == "shape" else self._leaves(kind, name, e)
            ends = [-arb("inf"), *(m.ball(64) for m in found), arb("inf")]
            room = [Fraction(float(min(b - a, c - b, key=float)) / 2 if len(found) > 1 else 1)
                    for a, b, c in zip(ends, ends[1:], ends[2:], strict=False)]  # fmt: skip
            marks = [_mark(m, roots if kind == "shape" or m.rational is None else [], name, r)
                     for m, r in zip(found, room, strict=True)]  # fmt: skip
            self.facts[key] = {"variable": name, "marks": marks, "gaps": [{} for _ in range(len(marks) + 1)]}
            if key.startswith("E of "):
                self._antiderivatives(self.facts[key], name, e)
        return self.facts[key]

    def proof(self, gap: Gap, key: str, e: Node, name: str, ends: Ends) -> dict[str, Any]:
        if key not in gap:
            gap[key] = self._search(key, e, name, ends)
        return gap[key]

    def contradiction(self, found: Refuted) -> Counterexample | None:
        """Where a part of the statement is false, and both sides; None where one point does not show it.

        The engine leaves out points where another part is undefined, and takes whole numbers for the n of a product.
        """
        if self.products:
            return None
        place, sure = found.place, False
        if place is None:
            return Counterexample({}, *self._sides(found.part, {}))
        point = {found.name: Node("const", place.value if isinstance(place, Mark) else number(_spots(*place)[0]))}
        if isinstance(place, Mark) and not place.exact:  # a zero in a bracket
            sure = [*conjuncts(self.statement)] == [found.part]
        else:
            with suppress(Unclear, Undefined):
                for part in conjuncts(self.statement):
                    self.truth_at(part, point)
                sure = self.truth_at(found.part, point) is False
        at = {found.name: _digits(point[found.name], {})}
        return Counterexample(at, *self._sides(found.part, point)) if sure else None

    def _sides(self, part: Any, point: Mapping[str, Node]) -> tuple[str, str]:
        """Both sides of the first relation that does not hold at the point."""
        for leaf in _relations(part):
            with suppress(Unclear, Undefined, Bad):
                if self.truth_at(leaf, point) is not True:
                    return _digits(self.value(leaf.left), point), _digits(self.value(leaf.comparators[0]), point)
        return "false", "true"

    # --- what the engine knows

    def _expr(self, text: str, name: str) -> Any:
        """lhs - rhs of a relation as the engine reads it, numbers computed."""
        where = self.where.text if self.where is not None else None
        decision = Decision(parse_statement(text, where, self.given, part=True))
        decision.resolve()
        found = decision.difference(decision.statement.formula)  # type: ignore[arg-type]
        if others := ex.free_names(found) - {name}:
            raise Unclear(f"{text} depends on {min(others)}")
        return found

    def _leaves(self, kind: str, name: str, e: Any) -> list[Node]:
        """The expressions whose zeros may be marks."""
        if kind in ("line", "pieces", "parity", "E"):
            return [self.reader.read(e, {name: Node("name", name)})] if kind == "line" else []
        leaves = [leaf for formula in (e, self.where) if formula is not None for leaf in _relations(formula)]
        sides = [(self.value(leaf.left), self.value(leaf.comparators[0])) for leaf in leaves]
        return [a - b for a, b in sides if isinstance(a, Node) and isinstance(b, Node) and (a - b).names == {name}]

    def _marks(self, kind: str, name: str, e: Any) -> tuple[Real, ...]:
        lists: list[Sequence[Real]] = []
        conditions = [self.where] if self.where is not None and kind != "line" else []
        if kind in ("shape", "pieces", "E", "line", "parity"):
            f = self._expr(f"{e.text} == 0", name)
            if kind == "shape":
                lists.append(sign_line(calculus.derivative(f, name), name).marks)
            lists.append(split(f, name).breakpoints)
            if kind == "parity":
                lists.append(split(calculus.substitute(f, {name: -ex.name(name)}), name).breakpoints)
            if kind == "line":
                lists.append(sign_line(f, name).marks)
        else:
            conditions.append(e)
        for formula in conditions:
            for leaf in _relations(formula):
                sides = self.value(leaf.left), self.value(leaf.comparators[0])
                if self.names(leaf) == {name} and not any(isinstance(side, str) for side in sides):
                    lists.append(sign_line(self._expr(leaf.text, name), name).marks)
                    for side in (leaf.left, leaf.comparators[0]):
                        if isinstance(self.value(side), Node):
                            lists.append(split(self._expr(f"({side.text}) == 0", name), name).breakpoints)
        marks = merge_marks(lists)
        for mark in marks:
            mark.recognise()
        return marks

    def _antiderivatives(self, fact: dict[str, Any], name: str, e: Any) -> None:
        """By completing the square, term by term; the re-checker differentiates them."""
        f = self._expr(f"{e.text} == 0", name)
        for gap, piece in zip(fact["gaps"], split(f, name).pieces, strict=True):
            terms = None if piece.expr is None else gaussian_moments.gaussian_terms(piece.expr, name)
            if terms is None or any(t.erfs or t.wave or t.g is not ex.ZERO for t in terms):
                raise Unclear("an expectation without an elementary antiderivative")
            gap["cases"] = {}
            gap["antiderivative"] = to_text(ex.add(*(_primitive(t, ex.name(name)) for t in terms)))

    # --- what the re-checker is able to settle

    def _search(self, key: str, e: Node, name: str, ends: Ends) -> dict[str, Any]:
        sign: int | None = 0
        for spot in _spots(*ends):
            try:
                sign = Cell(name, number(spot)).sign_of(e)
            except Undefined:
                sign = None
                break
            except Unclear:
                continue
            if sign:
                break
            sign = 0
        if sign == 0:
            data: dict[str, Any] = {"sign": 0, "cases": {}}
            self.identity(data, e, name, ends)
            return data
        left, start = self._end(e, name, ends, 0, sign)
        right, stop = self._end(e, name, ends, 1, sign)
        cells = self._cells(key, e, name, start, stop, sign, (left is None, right is None))
        return {"sign": sign, "left": left, "cells": cells, "right": right}

    def _end(
        self, e: Node, name: str, ends: Ends, i: int, sign: int | None
    ) -> tuple[dict[str, Any] | None, Fraction]:
        """A tail where one is needed, and where the cells begin."""
        end, other, side = ends[i], ends[1 - i], (1, -1)[i]
        if end.bracket is not None:
            try:
                found = self.reach(None, e, name, end, side, sign)
                assert isinstance(found, Num)
                return None, _rough(found)
            except (Wrong, Unclear):
                if not end.exact:
                    raise
        room = Fraction(0)
        if isinstance(end.value, Num) and isinstance(other.value, Num):
            width = abs(float(_rough(end.value) - _rough(other.value)))
            room = Fraction(2 / width).limit_denominator(100) + 1 if width else Fraction(0)
        rational = isinstance(end.value, Num) and end.value.exact.is_Rational
        if rational:
            p = _rough(end.value)  # type: ignore[arg-type]
            for width in (Fraction(1), Fraction(1, 8), Fraction(1, 256)):
                if room and width * room > 1:
                    continue
                a, b = sorted((p, p + side * width))
                if _found(lambda a=a, b=b: on_cell(e, name, number(a), number(b), sign, (i == 0, i == 1))):
                    return None, p
        reason = "no start that was tried"
        for start, terms in SCHEDULE:
            start = Fraction(start)
            if start < room and start * 1000 > room:
                start = room
            elif start < room:
                continue
            try:
                place = tail_end(name, end.value, side, start, terms)
                found = place.value(e).sign() if sign is not None else _undefined(place, e)
            except (Unclear, Undefined) as error:
                reason = str(error)
                continue
            if found == sign:
                data = {"start": str(start), "terms": terms}
                if isinstance(end.value, str):
                    return data, -side * start
                reach = end.value + number(side / start)
                if rational:
                    return data, _rough(reach)
                inner = Fraction(round(_rough(reach) * 2**30) - 2 * side, 2**30)
                return data, inner
        raise Unclear(f"a tail of {shown(e)[:60]} at {end_text(end.value)}: {reason}")

    def _cells(
        self, key: str, e: Node, name: str, start: Fraction, stop: Fraction, sign: int | None, open_: tuple[bool, bool]
    ) -> list[list[str]]:
        if start >= stop:
            return []
        stack, cells = [(start, stop, 0)], []
        while stack:
            a, b, depth = stack.pop()
            outer = (open_[0] and a == start), (open_[1] and b == stop)
            if (found := _found(lambda a=a, b=b, o=outer: on_cell(e, name, number(a), number(b), sign, o))) is not None:
                low, high = (Fraction(*libmp.to_rational(end)) for end in found.ball)
                cells.append([str(a), str(b), _short(low, -1), _short(high, 1)])
                continue
            if depth > MAX_DEPTH or len(cells) > MAX_CELLS:
                raise Unclear(f"the sign of {key} near {float(a):.6g}")
            middle = _between(a, b)
            stack += [(middle, b, depth + 1), (a, middle, depth + 1)]
        return cells


def _digits(e: Node | str, point: Mapping[str, Node]) -> str:
    """A number at a point, in decimals."""
    if isinstance(e, str):
        return e
    for name, value in point.items():
        e = replaced(e, name, value)
    return str(libmp.to_str(closed(e).ball[0], 20))


def _undefined(place: Any, e: Node) -> int | None:
    try:
        place.value(e)
    except Undefined:
        return None
    raise Unclear("an expression that is defined")


def _found(attempt: Callable[[], Any]) -> Any:
    try:
        return attempt()
    except (Unclear, Undefined):
        return None


def _short(x: Fraction, direction: int) -> str:
    """A decimal of 8 digits, rounded downwards (-1) or upwards (1)."""
    if not x:
        return "0"
    exponent = len(str(abs(x.numerator))) - len(str(x.denominator)) - 8
    scaled = x / Fraction(10) ** exponent
    whole = scaled.__floor__() if direction < 0 else scaled.__ceil__()
    return f"{whole}e{exponent}" if whole else "0"


def _relations(formula: Any) -> list[Any]:
    match formula:
        case ast.BoolOp(values=values):
            return [leaf for value in values for leaf in _relations(value)]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _relations(operand)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [left, *comparators]
            leaves = []
            for a, op, b in zip(sides, ops, comparators, strict=False):
                leaf = ast.Compare(left=a, ops=[op], comparators=[b])
                leaf.text = f"({a.text}) {RELATIONS[type(op)]} ({b.text})"  # type: ignore[attr-defined]
                leaves.append(leaf)
            return leaves
    return []


def _mark(mark: Real, roots: Sequence[Node], name: str, room: Fraction) -> Any:
    """An exact form as text, with a bracket where one of the roots crosses 0; else a narrow bracket in decimals."""
    if mark.exact is not None:
        text, near = to_text(mark.exact), Fraction(float(mark))
        for width in (Fraction(1, 2**k) for k in (3, 5, 7, 10, 14, 20, 30)):
            low, high = (round((near + side * width) * 2**40) / Fraction(2**40) for side in (-1, 1))
            for e in roots if width < room else ():
                cell = Cell(name, between(number(low), number(high)))
                if _found(lambda cell=cell, e=e: cell.sign_of(e, 1)):
                    signs = [Cell(name, number(x)).sign_of(e) for x in (low, high)]
                    if sorted(signs, key=str) == [-1, 1]:
                        return {"exact": text, "between": [str(low), str(high)]}
        return text
    with precision(320):
        ball = mark.ball(256)
        low, high = (exact_rational(end) for end in (ball.lower(), ball.upper()))
    assert isinstance(ball, arb)
    scaled = [Fraction(int(x.p), int(x.q)) * BRACKET for x in (low, high)]
    return [_decimal(scaled[0].__floor__() - 1), _decimal(scaled[1].__ceil__() + 1)]


def _decimal(scaled: int) -> str:
    places = len(str(BRACKET)) - 1
    digits = str(abs(scaled)).rjust(places + 1, "0")
    return ("-" if scaled < 0 else "") + f"{digits[:-places]}.{digits[-places:]}"


def _rough(x: Num) -> Fraction:
    """The exact rational, or one near."""
    if x.exact is not None and x.exact.is_Rational:
        return Fraction(int(x.exact.p), int(x.exact.q))
    return Fraction(*libmp.to_rational(x.ball[0]))


def _spots(low: Mark, high: Mark) -> list[Fraction]:
    """Some rationals inside a gap."""
    edges = low.edge(1), high.edge(-1)
    a, b = (_rough(edge) if isinstance(edge, Num) else None for edge in edges)
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
    return round(middle / unit) * unit if a < round(middle / unit) * unit < b else middle



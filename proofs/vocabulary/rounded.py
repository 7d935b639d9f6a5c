"""approx: numbers rounded to digits."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flint import fmpq

from ..budget import Undecided
from ..cases.answers import Answer
from ..enclosures.balls import precision
from ..expressions import expr as ex
from ..language.reader import Reader, table
from ..language.source import MAX_DIGITS, quoted, source_text
from ..language.syntax import Formula, Predicate, Relation, StatementError
from ..normal_forms.signs import Undefined
from ..reals.reals import Real, compare, exact, exact_rational, sign_of
from ..verdicts import Counterexample
from .properties import Property, Question, Refutation, Suggestion, Wording
from .values import digits


def _read(reader: Reader, node: ast.Call) -> Formula:
    options = reader.arguments(node, "approx", 2, ("digits", "rel"))
    if len(options) != 1:
        raise StatementError(f"{quoted(node)}: expected exactly one of digits= and rel=")
    a, b = map(reader.expression, node.args)
    if "rel" in options:
        tolerance = reader.expression(options["rel"]) * ex.switch("abs", b)
        return Relation("<=", ex.switch("abs", a - b), tolerance, source_text(node))
    places = reader.expression(options["digits"]).value
    if places is None or places.q != 1 or not 1 <= places <= MAX_DIGITS:
        raise StatementError(f"{quoted(node)}: digits must be a whole number from 1 to {MAX_DIGITS}")
    return Predicate("approx", a, source_text(node), None, b, int(places.p), source_text(node.args[0]))


def _approx(q: Question) -> Answer:
    """Whether b is a rounded to n significant digits, ties either way: abs(a - b) <= half a unit in a's n-th digit."""
    p = q.predicate
    assert p.other is not None and p.digits is not None
    a, b = q.number(p.body), q.number(p.other)
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


def _rounded(r: Refutation, _say: Wording) -> Iterator[Suggestion]:
    p = r.question.predicate
    assert p.digits is not None
    yield f"approx({r.function}, {r.question.number(p.body).decimal(p.digits)}, digits={p.digits})", r.where


WORDS = table(Property("approx", _read, _approx, _rounded))

"""Tables: functions given by entries, constant beyond the first and the last, and in between by the kind of the table.

`linear` joins neighbours by straight lines, `step` keeps the value of the entry at or before x, `cubic` is the natural
cubic spline (second derivative 0 at both ends), with exact coefficients.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from flint import fmpq

from ..budget import spend
from ..expressions import expr as ex
from ..expressions.expr import Expr
from .source import number_from_source, quoted, source_text
from .syntax import StatementError

KINDS = ("linear", "step", "cubic")
MAX_ENTRIES = 5_000
MAX_KNOTS = 300
"""Entries of a spline: all of its coefficients depend on every entry."""
_TABLE = "gradproof_table"
MAX_POWER = 2_000
"""Powers of 2 beside a number."""


@dataclass(frozen=True, eq=False)
class Table:
    """The entries of a table, x increasing, and what lies between them."""

    kind: str
    xs: tuple[fmpq, ...]
    ys: tuple[fmpq, ...]

    @cached_property
    def function(self) -> Expr:
        """The function at x, its cases nested no deeper than they have to be."""
        spend(len(self.xs) / 10)
        x = ex.name("x")
        first, last = ((ex.rational(y),) for y in (self.ys[0], self.ys[-1]))
        inner = [_polynomial(coefficients, x) for coefficients in _coefficients(self)]
        return _cases(self.xs, [*first, *inner, *last], x)


def table_of(node: ast.Call) -> Table:
    """The table that a call writes, read once. Raises StatementError."""
    if not hasattr(node, _TABLE):
        setattr(node, _TABLE, _read(node))
    return getattr(node, _TABLE)


def _read(node: ast.Call) -> Table:
    match node:
        case ast.Call(args=[ast.List(elts=rows)], keywords=[]):
            kind = "linear"
        case ast.Call(args=[ast.List(elts=rows), ast.Name(id=kind)], keywords=[]) if kind in KINDS:
            pass
        case _:
            expected = "table([(x, y), ...]) or table([(x, y), ...], KIND) with linear, step or cubic"
            raise StatementError(f"{quoted(node)}: expected {expected}")
    most = MAX_KNOTS if kind == "cubic" else MAX_ENTRIES
    if not 2 <= len(rows) <= most:
        raise StatementError(f"{quoted(node)}: a {kind} table has from 2 to {most} entries, not {len(rows)}")
    xs: list[fmpq] = []
    ys: list[fmpq] = []
    for row in rows:
        entry = [_rational(value) for value in row.elts] if isinstance(row, ast.Tuple) else []
        if len(entry) != 2 or entry[0] is None or entry[1] is None:
            raise StatementError(f"{quoted(row)}: an entry of a table is a pair of rationals, such as (0.5, 1/3)")
        if xs and xs[-1] >= entry[0]:
            raise StatementError(f"{quoted(row)}: the x of a table increase from entry to entry")
        xs.append(entry[0])
        ys.append(entry[1])
    return Table(kind, tuple(xs), tuple(ys))


def _rational(node: ast.expr) -> fmpq | None:
    """A number written with digits, signs and the operations of fractions and of hexadecimal floats."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            number = number_from_source(source_text(node))
            return fmpq(number.numerator, number.denominator)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return None if (x := _rational(operand)) is None else -x
        case ast.BinOp(left=left, op=ast.Div() | ast.Mult() | ast.Pow() as op, right=right):
            a, b = _rational(left), _rational(right)
            if a is None or b is None:
                return None
            if isinstance(op, ast.Mult):
                return a * b
            if isinstance(op, ast.Div):
                return a / b if b else None
            return a ** int(b.p) if a == 2 and b.q == 1 and abs(b) < MAX_POWER else None
        case _:
            return None


def outside_tables(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a tree without the entries and kinds of tables, which are no vectors and no names."""
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        yield node
        is_table = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "table"
        nodes.extend([] if is_table else ast.iter_child_nodes(node))


def _cases(marks: Sequence[fmpq], formulas: Sequence[Expr], x: Expr) -> Expr:
    """The formula after the last mark at or before x."""
    if not marks:
        return formulas[0]
    middle = len(marks) // 2
    below = _cases(marks[:middle], formulas[: middle + 1], x)
    above = _cases(marks[middle + 1 :], formulas[middle + 1 :], x)
    return ex.switch("if", "<", x - marks[middle], below, above)


def _polynomial(coefficients: Sequence[fmpq], x: Expr) -> Expr:
    return ex.add(*(ex.rational(c) * ex.power(x, k) for k, c in enumerate(coefficients) if c or not k))


def _coefficients(table: Table) -> list[tuple[fmpq, ...]]:
    """The coefficients of the polynomial between each two neighbours, the constant first."""
    pairs = pairwise(zip(table.xs, table.ys, strict=True))
    match table.kind:
        case "step":
            return [(y,) for y in table.ys[:-1]]
        case "linear":
            slopes = [((d - b) / (c - a), a, b) for (a, b), (c, d) in pairs]
            return [(b - slope * a, slope) for slope, a, b in slopes]
        case _:
            bends = _second_derivatives(table.xs, table.ys)
            return [_cubic(*low, *high, *ends) for (low, high), ends in zip(pairs, pairwise(bends), strict=True)]


def _second_derivatives(xs: Sequence[fmpq], ys: Sequence[fmpq]) -> list[fmpq]:
    """Those of the natural spline at the entries: its slopes agree there, which is a tridiagonal system."""
    widths = [b - a for a, b in pairwise(xs)]
    slopes = [(d - c) / h for (c, d), h in zip(pairwise(ys), widths, strict=True)]
    factors, rests = [fmpq(0)], [fmpq(0)]  # M[i] = rests[i] - factors[i] M[i + 1]
    for i in range(1, len(xs) - 1):
        pivot = 2 * (widths[i - 1] + widths[i]) - widths[i - 1] * factors[-1]
        rests.append((6 * (slopes[i] - slopes[i - 1]) - widths[i - 1] * rests[-1]) / pivot)
        factors.append(widths[i] / pivot)
    bends = [fmpq(0)]
    for factor, rest in zip(reversed(factors), reversed(rests), strict=True):
        bends.append(rest - factor * bends[-1])
    return bends[::-1]


def _cubic(a: fmpq, ya: fmpq, b: fmpq, yb: fmpq, bend_a: fmpq, bend_b: fmpq) -> tuple[fmpq, ...]:
    """The cubic through (a, ya) and (b, yb) with these second derivatives there."""
    h = b - a
    third = (bend_b - bend_a) / (6 * h)
    second = bend_a / 2
    first = (yb - ya) / h - h * (2 * bend_a + bend_b) / 6
    # ya + first (x - a) + second (x - a)^2 + third (x - a)^3, expanded
    return (
        ya - a * (first - a * (second - a * third)),
        first - a * (2 * second - 3 * a * third),
        second - 3 * a * third,
        third,
    )

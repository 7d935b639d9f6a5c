"""Linear inequalities with rational coefficients: whether they can hold together, by Fourier-Motzkin elimination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from flint import fmpq

from ..budget import spend
from ..expressions import expr as ex
from ..expressions.expr import Expr

MAX_CONSTRAINTS = 200
MAX_PRODUCTS = 4_000
"""Inequalities before equal ones are dropped."""


@dataclass(frozen=True)
class Linear:
    """sum of coefficient * name + constant, above 0 where strict, else at least 0."""

    coefficients: tuple[tuple[str, fmpq], ...]
    constant: fmpq
    strict: bool = True


def form(e: Expr) -> tuple[dict[str, fmpq], fmpq] | None:
    """The coefficients and the constant of an affine expression, or None."""
    coefficients: dict[str, fmpq] = {}
    constant = fmpq(0)
    for term in e.args if e.op == "add" else (e,):
        factor, rest = ex.split_coefficient(term)
        if rest is ex.ONE:
            constant += factor
        elif rest.op == "name":
            coefficients[rest.args[0]] = coefficients.get(rest.args[0], fmpq(0)) + factor
        else:
            return None
    return coefficients, constant


def constraints(e: Expr, signs: Iterable[int]) -> list[Linear]:
    """The linear inequalities that hold where an affine expression has one of these signs; none if it is not affine."""
    affine = form(e)
    allowed = set(signs)
    if affine is None or allowed in ({-1, 1}, {-1, 0, 1}):
        return []
    coefficients, constant = affine
    up = Linear(tuple(coefficients.items()), constant, 0 not in allowed)
    down = Linear(tuple((n, -c) for n, c in coefficients.items()), -constant, 0 not in allowed)
    return [*([up] if -1 not in allowed else []), *([down] if 1 not in allowed else [])]


Row: TypeAlias = "tuple[Mapping[str, fmpq], fmpq, bool]"
"""The coefficients, the constant and the strictness of one inequality."""


def feasible(system: Iterable[Linear]) -> bool:
    """Whether real numbers satisfy all inequalities; True also where the elimination grows too large."""
    eliminated = _eliminate(system)
    return eliminated is None or eliminated[1]


def solution(system: Iterable[Linear]) -> dict[str, fmpq] | None:
    """Numbers that satisfy all inequalities, strictly where they can; None where none are found."""
    eliminated = _eliminate(system)
    if eliminated is None or not eliminated[1]:
        return None
    point: dict[str, fmpq] = {}
    for name, rows in reversed(eliminated[0]):
        low: fmpq | None = None
        high: fmpq | None = None
        for coefficients, constant, _ in rows:
            rest = sum((c * point.get(n, fmpq(0)) for n, c in coefficients.items() if n != name), constant)
            end = -rest / coefficients[name]
            if coefficients[name] > 0:
                low = end if low is None else max(low, end)
            else:
                high = end if high is None else min(high, end)
        point[name] = _between(low, high)
    return point


def _between(low: fmpq | None, high: fmpq | None) -> fmpq:
    """A number between two bounds, a whole one inside them where there is one."""
    if low is None:
        return fmpq(0) if high is None or high > 0 else -_between(-high, None)
    above = fmpq(low.p // low.q + 1)
    if high is None:
        return fmpq(0) if low < 0 else above
    return fmpq(0) if low < 0 < high else above if above < high else (low + high) / 2


def _eliminate(system: Iterable[Linear]) -> tuple[list[tuple[str, list[Row]]], bool] | None:
    """The names in the order of their elimination, each with the inequalities it was in, and whether all can hold.

    The name that leaves the fewest inequalities goes first. None where they grow too many.
    """
    rows = _distinct((dict(row.coefficients), row.constant, row.strict) for row in system)
    order: list[tuple[str, list[Row]]] = []
    while True:
        sides: dict[str, tuple[list[Row], list[Row]]] = {}
        for row in rows:
            for name, c in row[0].items():
                sides.setdefault(name, ([], []))[c < 0].append(row)
        spend(1 + len(rows) // 20)
        if not sides:
            return order, all(constant > 0 or (constant == 0 and not strict) for _, constant, strict in rows)
        growth = {n: len(low) * len(high) - len(low) - len(high) for n, (low, high) in sides.items()}
        name = min(sorted(growth), key=growth.__getitem__)
        below, above = sides[name]
        order.append((name, [*below, *above]))
        rows = [row for row in rows if name not in row[0]]
        if len(below) * len(above) > MAX_PRODUCTS:
            return None
        if below and above:
            spend(len(below) * len(above) // 10)
            rows = _distinct([*rows, *(_combined(low, high, name) for low in below for high in above)])
        if len(rows) > MAX_CONSTRAINTS:
            return None


def _distinct(rows: Iterable[Row]) -> list[Row]:
    """Of inequalities with proportional coefficients the one that says most."""
    tightest: dict[tuple[tuple[str, fmpq], ...], Row] = {}
    for row, constant, strict in rows:
        coefficients = {n: c for n, c in row.items() if c}
        scale = abs(coefficients[min(coefficients)]) if coefficients else fmpq(1)
        scaled: Row = {n: c / scale for n, c in coefficients.items()}, constant / scale, strict
        key = tuple(sorted(scaled[0].items()))
        other = tightest.get(key)
        if other is None or scaled[1] < other[1] or (scaled[1] == other[1] and strict):
            tightest[key] = scaled
    return list(tightest.values())


def _combined(
    low: Row, high: Row, name: str
) -> Row:
    """The sum of two inequalities, scaled by positive numbers so that the name drops out."""
    a, b = -high[0][name], low[0][name]
    names = (low[0].keys() | high[0].keys()) - {name}
    coefficients = {n: a * low[0].get(n, fmpq(0)) + b * high[0].get(n, fmpq(0)) for n in names}
    return {n: c for n, c in coefficients.items() if c}, a * low[1] + b * high[1], low[2] or high[2]

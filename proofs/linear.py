"""Linear inequalities with rational coefficients: whether they can hold together, by Fourier-Motzkin elimination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flint import fmpq

from . import expressions as ex
from .expressions import Expr

MAX_CONSTRAINTS = 200


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
        factor, rest = ex._coefficient(term)
        if rest is ex.ONE:
            constant += factor
        elif rest.op == "name":
            coefficients[rest.args[0]] = coefficients.get(rest.args[0], fmpq(0)) + factor
        else:
            return None
    return coefficients, constant


def constraints(e: Expr, signs: Iterable[int]) -> list[Linear]:
    """What is said by an affine expression having one of these signs."""
    known = form(e)
    allowed = set(signs)
    if known is None or allowed in ({-1, 1}, {-1, 0, 1}):
        return []
    coefficients, constant = known
    up = Linear(tuple(coefficients.items()), constant, 0 not in allowed)
    down = Linear(tuple((n, -c) for n, c in coefficients.items()), -constant, 0 not in allowed)
    return [*([up] if -1 not in allowed else []), *([down] if 1 not in allowed else [])]


def feasible(system: Iterable[Linear]) -> bool:
    """Whether real numbers satisfy all inequalities; True also where the elimination grows too large."""
    rows = [(dict(row.coefficients), row.constant, row.strict) for row in system]
    for name in sorted({n for coefficients, _, _ in rows for n in coefficients}):
        below = [row for row in rows if row[0].get(name, fmpq(0)) > 0]
        above = [row for row in rows if row[0].get(name, fmpq(0)) < 0]
        rows = [row for row in rows if not row[0].get(name, fmpq(0))]
        rows += [_combined(low, high, name) for low in below for high in above]
        if len(rows) > MAX_CONSTRAINTS:
            return True
    return all(constant > 0 or (constant == 0 and not strict) for _, constant, strict in rows)


def _combined(
    low: tuple[Mapping[str, fmpq], fmpq, bool], high: tuple[Mapping[str, fmpq], fmpq, bool], name: str
) -> tuple[dict[str, fmpq], fmpq, bool]:
    """The sum of two inequalities, scaled by positive numbers so that the name drops out."""
    a, b = -high[0][name], low[0][name]
    names = (low[0].keys() | high[0].keys()) - {name}
    coefficients = {n: a * low[0].get(n, fmpq(0)) + b * high[0].get(n, fmpq(0)) for n in names}
    return {n: c for n, c in coefficients.items() if c}, a * low[1] + b * high[1], low[2] or high[2]

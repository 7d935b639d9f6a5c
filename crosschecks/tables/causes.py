"""Wrong rows that have one cause: another activation's values, another order's, or the derivative of the output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from ...numerics.oracle.reference import oracle
from ...proofs.budget import Undecided
from ...proofs.catalogue.entries import Activation, catalogue
from ...proofs.expressions import calculus
from ...proofs.expressions.expr import Expr, free_names
from ..table_files.entries import Entry
from .judge import PRIMES, Judge

ENOUGH = 6
"""Digits that all wrong rows must have together, or a fit would be chance."""
LOOKED_AT = 1000
"""Wrong rows that a candidate is tried on."""


def cause(judge: Judge, entries: Sequence[Entry], own: Activation, expr: Expr) -> str | None:
    """A sentence on what explains all of these entries, wrong as they are; None where nothing known does.

    `own` is the activation that they should be of, `expr` its expression.
    """
    usable = [entry for entry in entries if entry.numerals is not None]
    digits = sum({entry.numerals[1].text: entry.numerals[1].digits for entry in usable if entry.numerals}.values())
    if len(usable) < len(entries) or digits < ENOUGH:
        return None
    names: list[str] = []
    for name, candidate, order in _candidates(own, expr, judge.function.order):
        try:
            other = replace(judge, function=oracle(candidate, order), max_ulp=None)
            if all(other.fits(entry) for entry in usable[:LOOKED_AT]):
                names.append(name)
        except (Undecided, ArithmeticError, ValueError):
            continue
    if not names:
        return None
    count = "the wrong row has" if len(entries) == 1 else f"all {len(entries)} wrong rows have"
    if len(usable) > LOOKED_AT:
        count = f"the first {LOOKED_AT} of {len(entries)} wrong rows have"
    return f"{count} the values of {' or '.join(islice(names, 3))}, not of {judge.name}"


def _candidates(own: Activation, expr: Expr, order: int) -> Iterator[tuple[str, Expr, int]]:
    """Functions that the values may be of, with their names: (name, expression, its order)."""
    for other in (0, 1, 2):
        if other != order:
            yield f"{own.name}{PRIMES[other]}", expr, other
    if order:
        slope = calculus.derivative(expr, "x", order=order)
        name = f"{own.name}{PRIMES[order]}({own.name}(x))"
        yield f"{name}, the derivative taken at the output", calculus.substitute(slope, {"x": expr}), 0
    for entry in catalogue():
        if entry.name != own.name and entry.inputs == ("x",):
            other_expr = entry.expr()
            if other_expr != expr and free_names(other_expr) <= {"x"}:
                yield f"{entry.name}{PRIMES[order]}", other_expr, order

"""Exact values for an issue report: to 20 digits, and as lines of mpmath that give the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath

from ...crosschecks.implementation import Implementation
from ...crosschecks.trials.references import exact_digits
from ...proofs.budget import Undecided
from ...proofs.catalogue.parse import definition
from ...proofs.expressions.printing import to_text

DIGITS, WORKING = 20, 60
"""Digits shown, and those that mpmath computes with."""
LONGEST = 110
"""Characters of a formula that a reader of a report still reads."""
NAMES = ("exp", "log", "erf", "erfc", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "sqrt", "sign", "pi")


@dataclass(frozen=True)
class Expected:
    """An exact value, and the formula in mpmath's words that has it; None where none is short."""

    digits: str
    formula: str | None


def expected(i: Implementation, point: tuple[float, ...], shown: str, stable: str | None = None) -> Expected:
    """The exact value of a function at a point; `shown` where it cannot be had. `stable` is a formula that may do."""
    names = definition(i.activation).inputs
    digits = exact_digits(i, point[0], DIGITS) if len(point) == 1 else None
    formula = _formula(i) or stable
    if formula is None:
        return Expected(digits or shown, None)
    with mpmath.workdps(WORKING):
        scope = {name: getattr(mpmath, name) for name in NAMES}
        try:
            value: Any = eval(formula, {"__builtins__": {"abs": abs, "max": max, "min": min}},
                              scope | dict(zip(names, map(mpmath.mpf, point), strict=True)))  # fmt: skip
            if digits is None:
                return Expected(mpmath.nstr(value, DIGITS), formula)
            near = abs(value - mpmath.mpf(digits)) <= abs(value) * mpmath.mpf(10) ** (1 - DIGITS)
        except (ArithmeticError, TypeError, ValueError, NameError):  # NumPy's words, or a piece that is not there
            near = False
    return Expected(digits or shown, formula if near else None)


def _formula(i: Implementation) -> str | None:
    """The function in Python, with names that mpmath has."""
    entry = definition(i.activation)
    if i.order:
        return None
    try:
        text = to_text(entry.expr(**dict(i.parameters)))
    except (Undecided, ValueError):
        return None
    return text if len(text) <= LONGEST else None


def names_in(formula: str) -> list[str]:
    """The names that a formula takes from mpmath."""
    import ast

    used = {node.id for node in ast.walk(ast.parse(formula)) if isinstance(node, ast.Name)}
    return [name for name in NAMES if name in used]

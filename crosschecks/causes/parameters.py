"""The parameter for which an activation has the results of an implementation, solved at one input that fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np

from ...proofs.catalogue.parse import definition
from .alternatives import Alternative, value_at
from .evidence import Evidence
from .formulas import parameter_values

STEPS = 40
"""Steps of the secant rule. A parameter that enters linearly takes two."""


def solved(evidence: Evidence) -> Iterator[Alternative]:
    """The asked activation with one parameter changed: the shortest decimals near the solution first."""
    i = evidence.implementation
    if len(definition(i.activation).inputs) > 1:
        return
    values, given = parameter_values(i), dict(i.parameters)
    order = definition(i.activation).parameters
    at = np.flatnonzero(evidence.wrong & np.isfinite(evidence.got) & (np.abs(evidence.x) < 64) & (evidence.x != 0))
    at = at[np.argsort(np.abs(np.abs(evidence.x[at]) - 1), kind="stable")]
    for parameter in order:
        for index in at[:2]:
            x, target = float(evidence.x[index]), float(evidence.got[index])
            number = _solution(i.activation, given, i.order, parameter.name, values[parameter.name], x, target)
            if number is None:
                continue
            for near in _simple(number, evidence.format.precision):
                if near == values[parameter.name]:
                    continue
                others = tuple((n, v) for n, v in i.parameters if n != parameter.name)
                changed = replace(i, parameters=(*others, (parameter.name, str(Fraction(repr(near))))))
                text = f"{parameter.name} is {near!r} instead of {given.get(parameter.name, parameter.default)}"
                yield Alternative("other-parameter", changed, text, text, f"--param {parameter.name}={near!r}")


def _solution(
    activation: str, given: dict[str, float], order: int, name: str, start: float, x: float, target: float
) -> float | None:
    """The value of a parameter for which the function has this value at x, by the secant rule; None: none is near."""

    def off(value: float) -> float:
        return value_at(activation, tuple((given | {name: value}).items()), order, x) - target

    before, now = start, start * 1.25 + (start == 0) * 0.25
    last, error = off(before), off(now)
    for _ in range(STEPS):
        if error == 0 or abs(now - before) <= 2.0**-50 * abs(now):
            return now
        if not np.isfinite(error) or error == last:
            return None
        step = error * (now - before) / (error - last)
        before, last, now = now, error, now - step
        if not abs(now) < 1e6:
            return None
        error = off(now)
    return None


def _simple(number: float, precision: int) -> Iterator[float]:
    """A number in one digit, in two, and so on, as long as that is near it, and last the number itself."""
    seen: set[float] = set()
    for digits in range(1, 8):
        near = float(f"{number:.{digits}g}")
        if abs(near - number) <= 2.0 ** -(precision - 6) * abs(number) and near not in seen:
            seen.add(near)
            yield near
    if number not in seen and precision >= 24:
        yield number

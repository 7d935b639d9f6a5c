"""Evaluation in ball arithmetic: values and Taylor jets of smooth expressions, rigorous at any precision.

An expression is compiled once to a list of steps over numbered slots; the same steps run on balls (``arb``) and
on Taylor polynomials with ball coefficients (``arb_series``). A result that is not finite means "not known here"
(a division by a ball around 0, say), never a wrong number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from flint import arb, arb_series, ctx, fmpq

from ..budget import spend
from ..expressions import expr as ex
from ..expressions.expr import Expr
from .balls import NAN, precision
from .operations import Element, operation


class Program:
    """A compiled smooth expression. ``run`` maps names to balls or series and returns a ball or series."""

    def __init__(self, expr: Expr) -> None:
        self.expr = expr
        self._steps: list[tuple[Callable[..., Any], tuple[int, ...], Any]] = []
        self._names: list[tuple[int, str]] = []
        self._constant_steps: list[tuple[Callable[..., Any], tuple[int, ...], Any, int]] = []
        self._constants: dict[int, list[Any]] = {}
        self._slots: dict[Expr, int] = {}
        self._order: list[int] = []
        self._result = self._compile(expr)
        self._size = len(self._slots)
        spend(self._size / 20)

    def _compile(self, e: Expr) -> int:
        if e in self._slots:
            return self._slots[e]
        if e.op == "name":
            slot = self._slots[e] = len(self._slots)
            self._names.append((slot, e.args[0]))
            return slot
        function, arguments, extra = operation(e)
        sources = tuple(map(self._compile, arguments))
        slot = self._slots[e] = len(self._slots)
        if ex.free_names(e):
            self._steps.append((function, sources, extra))
            self._order.append(slot)
        else:
            self._constant_steps.append((function, sources, extra, slot))
        return slot

    @property
    def cost(self) -> float:
        """Steps for one run on balls, at the precision in force."""
        return 0.1 + len(self._steps) * (1 + ctx.prec / 512) / 40

    def run(self, values: Mapping[str, Element]) -> Element:
        """Evaluate at the precision in force. Raises KeyError for a name without a value."""
        slots: Any = self._constants.get(ctx.prec)
        if slots is None:
            slots = [None] * self._size
            for operation, sources, extra, slot in self._constant_steps:
                slots[slot] = operation(extra, *(slots[s] for s in sources))
            if len(self._constants) > 8:
                self._constants.clear()
            self._constants[ctx.prec] = slots
        slots = slots.copy()
        for slot, identifier in self._names:
            slots[slot] = values[identifier]
        for (operation, sources, extra), slot in zip(self._steps, self._order, strict=True):
            slots[slot] = operation(extra, *[slots[s] for s in sources])
        return slots[self._result]


@lru_cache(maxsize=4096)
def program(expr: Expr) -> Program:
    """The compiled form of a smooth expression."""
    return Program(expr)


def enclose(expr: Expr, point: Mapping[str, arb | fmpq | int] | None = None, prec: int = 128) -> arb:
    """A ball that contains the value of a smooth expression at every point of the given balls."""
    with precision(prec):
        compiled = program(expr)
        spend(compiled.cost)
        value = compiled.run({k: arb(v) for k, v in (point or {}).items()})
        return value if isinstance(value, arb) else NAN


def jet(expr: Expr, variable: str, x: arb | fmpq | int, length: int, prec: int = 128) -> list[arb]:
    """The Taylor coefficients f(x), f'(x), f''(x)/2, ... as balls valid at every point of the ball x."""
    with precision(prec, length):
        return series(program(expr), variable, arb(x), length)


def series(compiled: Program, variable: str, x: arb, length: int, others: Mapping[str, arb] | None = None) -> list[arb]:
    """jet at the precision already in force, which must have been set with at least this length."""
    spend(0.2 + 2 * compiled.cost)
    values: dict[str, Element] = dict(others or {})
    values[variable] = arb_series([x, arb(1)])
    result = compiled.run(values)
    if not isinstance(result, arb_series):
        return [result] + [arb(0)] * (length - 1)
    known = result.prec
    return [result[k] if k < known else NAN for k in range(length)]

"""Functions that an implementation may compute instead: other parameters, another order, another activation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

import numpy as np
from flint import arb, fmpq

from ...numerics.floats.formats import as_float64, dtype_of, exact
from ...numerics.oracle.reference import oracle
from ...proofs.budget import Undecided
from ...proofs.catalogue.elementary import NAMED_FORMULAS
from ...proofs.catalogue.entries import catalogue
from ...proofs.catalogue.parse import definition
from ...proofs.enclosures.balls import precision
from ...proofs.expressions.printing import to_text
from ...proofs.functions.pieces import Kink, split
from ..implementation import Implementation
from .evidence import Evidence
from .formulas import parameter_values

PROBES = tuple(s * v for v in (0.125, 0.375, 0.75, 1.25, 2.5, 3.5, 6.0, 12.0) for s in (1, -1))
"""Inputs, in every format, at which functions are told apart."""
NEARLY = 11
"""How many of them must agree for another look: at the others results may be wrong for other reasons."""
PRIMES = ("", "'", "''")


@dataclass(frozen=True)
class Alternative:
    """Another function of the same inputs, and the sentence that names it."""

    kind: str
    implementation: Implementation
    title: str
    text: str
    remedy: str = ""
    """The option with which the implementation is tested as this function."""
    swapped: bool = False
    """It is called with its two inputs exchanged."""


def rounded_parameters(i: Implementation) -> Iterator[Alternative]:
    """The parameters rounded to float32."""
    values = parameter_values(i)
    short = {name: float(np.float32(value)) for name, value in values.items()}
    changed = [name for name, value in values.items() if short[name] != value]
    if changed:
        listed = ", ".join(f"{name} = {short[name]!r}" for name in changed)
        parameters = (*((n, v) for n, v in i.parameters if n not in changed), *((n, short[n]) for n in changed))
        title = "parameters are rounded to float32"
        yield Alternative("float32-parameter", replace(i, parameters=tuple(parameters)), title, f"{title}: {listed}")


class _Quotients(ast.NodeTransformer):
    """Divides by parameters that are rounded to float32."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self.short = {name: float(np.float32(value)) for name, value in values.items()}
        self.used: list[str] = []

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """A quotient by a parameter becomes one by a number."""
        self.generic_visit(node)
        if isinstance(node.op, ast.Div) and isinstance(node.right, ast.Name) and node.right.id in self.short:
            self.used.append(node.right.id)
            node.right = ast.parse(f"({Fraction(self.short[node.right.id])})", mode="eval").body
        return node


def rounded_divisors(i: Implementation) -> Iterator[Alternative]:
    """The parameters rounded to float32 where they divide, and nowhere else."""
    values = parameter_values(i)
    if not values:
        return
    change = _Quotients(values)
    formula = ast.unparse(change.visit(ast.parse(definition(i.activation).formula, mode="eval")))
    changed = [name for name in dict.fromkeys(change.used) if change.short[name] != values[name]]
    if changed:
        listed = ", ".join(f"{name} = {change.short[name]!r}" for name in changed)
        left = tuple((n, v) for n, v in values.items() if re.search(rf"\b{n}\b", formula))
        title = "parameters are rounded to float32 where they divide"
        yield Alternative(
            "float32-parameter", replace(i, activation=formula, parameters=left), title, f"{title}: {listed}"
        )


def exchanged(i: Implementation) -> Iterator[Alternative]:
    """The inputs of a gated function, exchanged."""
    names = definition(i.activation).inputs
    if len(names) == 2:
        a, b = names
        other = replace(i, variable=1 - i.variable) if i.order else i
        title = "the gates are exchanged"
        yield Alternative("gates-exchanged", other, title, f"{title}: this is f({b}, {a})", swapped=True)


def other_branches(i: Implementation) -> Iterator[Alternative]:
    """A function of two pieces with the formulas of the pieces exchanged."""
    entry = definition(i.activation)
    if len(entry.inputs) > 1:
        return
    try:
        cut = split(entry.expr(**dict(i.parameters)), "x")
    except (Undecided, ValueError):
        return
    if len(cut.pieces) != 2 or (at := cut.breakpoints[0].exact) is None:
        return
    left, right = (piece.expr for piece in cut.pieces)
    if left is None or right is None:
        return
    formula = f"{to_text(right)} if x < {to_text(at)} else {to_text(left)}"
    title = "the branches are exchanged"
    of = "" if not i.order else "the derivative of "
    other = replace(i, activation=formula, parameters=())
    yield Alternative("branches-exchanged", other, title, f"{title}: this is {of}{formula}")


def other_orders(i: Implementation) -> Iterator[Alternative]:
    """The function itself for its derivative, and the like."""
    if len(definition(i.activation).inputs) > 1:
        return
    for order in (0, 1, 2):
        if order != i.order:
            name, asked = i.activation + PRIMES[order], i.activation + PRIMES[i.order]
            text = f"the results are those of {name}, not of {asked}"
            remedy = f"--implements {order}" if i.through == "itself" else ""
            yield Alternative("other-order", replace(i, order=order, variable=0), text, text, remedy)


def other_activations(evidence: Evidence) -> Iterator[Alternative]:
    """The activations of the catalogue, and elementary functions, that have nearly the results at the PROBES."""
    i = evidence.implementation
    inputs = definition(i.activation).inputs
    x = np.array(PROBES).astype(dtype_of(evidence.format))
    got = evidence.at(x) if len(inputs) == 1 else None
    for entry in (*catalogue(), *map(definition, NAMED_FORMULAS)):
        if entry.name == i.activation or len(entry.inputs) != len(inputs):
            continue
        if got is not None and not _nearly(as_float64(got), signature(entry.name, i.order), evidence):
            continue
        defaults = ", ".join(f"{p.name} = {p.default}" for p in entry.parameters)
        formula, of = (f"({entry.formula})", "the derivative of ") if i.order else (entry.formula, "")
        prime = PRIMES[i.order]
        named = f"{entry.name}{prime}{f' with {defaults}' if defaults else ''}"
        text = f"the results are those of {of}{formula}, {named}, not of {i.activation}{prime}"
        title = f"the results are those of {entry.name}{prime}, not of {i.activation}{prime}"
        other = replace(i, activation=entry.name, parameters=())
        yield Alternative("other-function", other, title, text, f"--as {entry.name}")


def _nearly(got: np.ndarray, values: np.ndarray, evidence: Evidence) -> bool:
    """512 ULP apart at the most; in a short format, where that is anything, one part in 16, or what rounding may do."""
    precision = evidence.format.precision
    tolerance = min(2.0 ** (9 - precision), max(2.0**-4, 2.0 ** (2 - precision)))
    with np.errstate(all="ignore"):
        same = np.abs(got - values) <= tolerance * np.maximum(np.abs(values), 2.0**-10)
    return int((same | (np.isnan(got) & np.isnan(values))).sum()) >= NEARLY


@lru_cache(maxsize=1024)
def signature(activation: str, order: int) -> np.ndarray:
    """An activation's values at the PROBES; NaN where it has none."""
    return np.array([value_at(activation, (), order, x) for x in PROBES])


def value_at(activation: str, parameters: tuple[tuple[str, float | str], ...], order: int, x: float) -> float:
    """The value of an activation at one number, as float64; NaN where it has none."""
    try:
        real = oracle(definition(activation).expr(**dict(parameters)), order).at(exact(x))
    except (Undecided, ValueError):
        return np.nan
    if real is None or isinstance(real, Kink):
        return np.nan
    if isinstance(real, fmpq):
        return int(real.p) / int(real.q)
    with precision(128):
        return float(arb(real(128)).mid())

"""Lines of NumPy, evaluated in the arithmetic of a format: every constant, function and operation rounded to it."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import CodeType
from typing import Any, cast

import numpy as np
from flint import arb

from ...numerics.floats.formats import Floats, as_float64, dtype_of, format_of, rounded_from_float64, shifted
from ...proofs.catalogue.parse import definition
from ...proofs.enclosures.balls import precision
from ...proofs.enclosures.formats import FORMATS, Format
from ...proofs.enclosures.jets import program
from ..implementation import Implementation


def _by_element(function: Callable[[float], float]) -> Callable[[Floats], Floats]:
    """A function of Python's floats on arrays, rounded to the dtype."""

    def rounded(x: Floats) -> Floats:
        return np.array([function(v) for v in as_float64(np.atleast_1d(x)).tolist()]).astype(x.dtype)

    return rounded


def _sigmoid(x: Floats) -> Floats:
    small = np.exp(-np.abs(x))
    return np.where(x > 0, 1, small) / (1 + small)


FUNCTIONS: Mapping[str, Any] = {
    **{name: getattr(np, name) for name in (
        "exp", "expm1", "log", "log1p", "sqrt", "tanh", "sinh", "cosh", "sign", "where", "maximum", "minimum",
    )},
    "abs": np.abs,
    "sigmoid": _sigmoid,
    "erf": _by_element(math.erf),
    "erfc": _by_element(math.erfc),
}  # fmt: skip
"""The functions in formulas."""
_OF_CONSTANTS = {"sqrt": math.sqrt, "log": math.log, "pi": math.pi}
"""The names that constants are written with."""

ELEMENTARY = ("exp", "expm1", "log1p", "tanh", "sinh", "cosh", "erf", "erfc", "sigmoid")
"""The functions whose last digits differ between libraries, and whose values autograd keeps in the input's format."""


@dataclass(frozen=True)
class Arithmetic:
    """The formats in which a formula is computed, and in which the values of its functions are kept."""

    format: Format
    values: Format
    words: str = ""
    """The way of computing, in words; empty where all is in the format of the input."""


def arithmetics(fmt: Format) -> tuple[Arithmetic, ...]:
    """The ways in which an implementation of a format may compute."""
    if fmt.bits >= 32:
        return (Arithmetic(fmt, fmt),)
    wide = FORMATS["float32"]
    ways = (
        Arithmetic(wide, wide, ", computed in float32 and rounded,"),
        Arithmetic(wide, fmt, f", with the functions' values rounded to {fmt.name},"),
    )
    return (*ways, Arithmetic(fmt, fmt, f", every operation rounded to {fmt.name},")) if fmt.bits == 16 else ways


def evaluated(
    formula: str, x: Floats, parameters: Mapping[str, float], how: Arithmetic, *, nudged: bool = False
) -> Floats:
    """A formula's results for inputs of a format, computed in an arithmetic and rounded to that of the inputs; or, not
    rounded to it, those that it has where every elementary function is off by one place."""
    fmt, dtype = format_of(x), dtype_of(how.format)
    inside = as_float64(x).astype(dtype)
    functions = {name: _kept(FUNCTIONS[name], how.values, nudged) for name in ELEMENTARY}
    number = float if dtype.kind == "f" else dtype.type  # beside NumPy's own formats a float of Python's takes theirs
    values = {name: number(value) for name, value in parameters.items()}
    names = {**FUNCTIONS, **functions, "number": number, **values, "x": inside}
    with np.errstate(all="ignore"):
        result = np.broadcast_to(eval(_compiled(formula), {"__builtins__": {}}, names), inside.shape)
    wide = as_float64(result.astype(dtype))
    return wide if nudged else rounded_from_float64(wide, fmt)


def _kept(function: Callable[[Floats], Floats], fmt: Format, nudged: bool) -> Callable[[Floats], Floats]:
    """A function whose values are rounded to a format, and then one place further up."""

    def kept(x: Floats) -> Floats:
        if fmt.bits <= 16:
            short = rounded_from_float64(as_float64(function(as_float64(x).astype(np.float32))), fmt)
            return as_float64(shifted(short, 1) if nudged else short).astype(x.dtype)
        values = function(x)
        return np.nextafter(values, np.inf, dtype=values.dtype) if nudged else values

    return kept


class _Constants(ast.NodeTransformer):
    """Takes a constant part of a formula, but for whole numbers, as one number, so that it is rounded once."""

    def visit(self, node: ast.AST) -> ast.AST:
        """A constant part becomes a call of `number`."""
        if not isinstance(node, ast.expr) or isinstance(node, ast.Name):
            return self.generic_visit(node)
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        if not names <= _OF_CONSTANTS.keys():
            return self.generic_visit(node)
        value = eval(ast.unparse(node), {"__builtins__": {}}, dict(_OF_CONSTANTS))
        return node if isinstance(value, int) else ast.parse(f"number({value!r})", mode="eval").body


class _Values(ast.NodeTransformer):
    """Writes parameters as their values where these are short, without factors of 1 and differences of 0."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self.values = {name: value for name, value in values.items() if float(f"{value:.5g}") == value}

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A parameter becomes a number."""
        value = self.values.get(node.id)
        return node if value is None else ast.Constant(int(value) if value.is_integer() else value)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """A product with 1, a quotient by 1 and a difference of 0 become what they are."""
        self.generic_visit(node)
        left, right = (getattr(side, "value", None) for side in (node.left, node.right))
        match node.op:
            case ast.Mult() if left == 1:
                return node.right
            case (ast.Mult() | ast.Div()) if right == 1:
                return node.left
            case ast.Sub() if right == 0:
                return node.left
            case _:
                return node


def written(formula: str, values: Mapping[str, float]) -> str:
    """A formula with the values of its parameters in it; as it is where it has none, or is followed by words."""
    try:
        tree = ast.parse(formula, mode="eval")
    except SyntaxError:
        return formula
    if values.keys().isdisjoint(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)):
        return formula
    return re.sub(r" (\*\*|[*/]) ", r"\1", ast.unparse(_Values(values).visit(tree)))


@cache
def _compiled(formula: str) -> CodeType:
    return compile(ast.unparse(_Constants().visit(ast.parse(formula, mode="eval"))), formula, "eval")


def parameter_values(implementation: Implementation) -> dict[str, float]:
    """The activation's parameters as floats, defaults filled in."""
    values = definition(implementation.activation).parameter_values(**dict(implementation.parameters))
    with precision(128):
        return {name: float(cast("arb", program(value).run({})).mid()) for name, value in values.items()}

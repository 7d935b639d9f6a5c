"""Lines of NumPy, evaluated in the arithmetic of a format: every constant, function and operation rounded to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import CodeType
from typing import Any, cast

import numpy as np
from flint import arb

from ...numerics.floats.formats import Floats, as_float64, format_of, rounded_from_float64, shifted
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
        "exp", "expm1", "log", "log1p", "tanh", "sinh", "cosh", "sign", "where", "maximum", "minimum",
    )},
    "abs": np.abs,
    "sigmoid": _sigmoid,
    "erf": _by_element(math.erf),
    "erfc": _by_element(math.erfc),
    "pi": math.pi,
}  # fmt: skip
"""The names in formulas, besides `sqrt`, which takes constants too."""


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
    return (*ways, Arithmetic(fmt, fmt)) if fmt.name == "float16" else ways


def evaluated(
    formula: str, x: Floats, parameters: Mapping[str, float], how: Arithmetic, *, nudged: bool = False
) -> Floats:
    """A formula's results for inputs of a format, computed in an arithmetic and rounded to that of the inputs; or, not
    rounded to it, those that it has where every elementary function is off by one place."""
    fmt, inside = format_of(x), as_float64(x).astype(how.format.name)
    functions = {name: _kept(FUNCTIONS[name], how.values, nudged) for name in ELEMENTARY}
    names = {**FUNCTIONS, **functions, "sqrt": _sqrt, "log": _log, **parameters, "x": inside}
    with np.errstate(all="ignore"):
        result = np.broadcast_to(eval(_compiled(formula), {"__builtins__": {}}, names), inside.shape)
    wide = as_float64(result.astype(how.format.name))
    return wide if nudged else rounded_from_float64(wide, fmt)


def _kept(function: Callable[[Floats], Floats], fmt: Format, nudged: bool) -> Callable[[Floats], Floats]:
    """A function whose values are rounded to a format, and then one place further up."""

    def kept(x: Floats) -> Floats:
        values = function(x)
        if fmt.bits < 8 * values.dtype.itemsize:
            short = rounded_from_float64(as_float64(values), fmt)
            return as_float64(shifted(short, 1) if nudged else short).astype(values.dtype)
        return np.nextafter(values, np.inf, dtype=values.dtype) if nudged else values

    return kept


def _sqrt(x: Any) -> Any:
    return math.sqrt(x) if isinstance(x, int | float) else np.sqrt(x)


def _log(x: Any) -> Any:
    return math.log(x) if isinstance(x, int | float) else np.log(x)


@cache
def _compiled(formula: str) -> CodeType:
    return compile(formula, formula, "eval")


def parameter_values(implementation: Implementation) -> dict[str, float]:
    """The activation's parameters as floats, defaults filled in."""
    values = definition(implementation.activation).parameter_values(**dict(implementation.parameters))
    with precision(128):
        return {name: float(cast("arb", program(value).run({})).mid()) for name, value in values.items()}

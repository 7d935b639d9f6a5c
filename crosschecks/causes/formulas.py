"""Lines of NumPy, evaluated in the arithmetic of a format: every constant, function and operation rounded to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from types import CodeType
from typing import Any, cast

import numpy as np
from flint import arb

from ...numerics.floats.formats import Floats, as_float64, rounded_from_float64
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


FUNCTIONS: Mapping[str, Any] = {
    **{name: getattr(np, name) for name in (
        "exp", "expm1", "log", "log1p", "tanh", "sinh", "cosh", "sign", "where", "maximum", "minimum",
    )},
    "abs": np.abs,
    "erf": _by_element(math.erf),
    "erfc": _by_element(math.erfc),
    "pi": math.pi,
}  # fmt: skip
"""The names in formulas, besides `sqrt`, which takes constants too."""


def _sqrt(x: Any) -> Any:
    return math.sqrt(x) if isinstance(x, int | float) else np.sqrt(x)


def _nudged(function: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    """A function whose results are one place further up."""
    return lambda x: np.nextafter(function(x), np.inf, dtype=x.dtype)


_NUDGED = {name: _nudged(FUNCTIONS[name]) for name in ("exp", "expm1", "log1p", "tanh", "sinh", "cosh", "erf", "erfc")}
"""The functions of which libraries have different last digits."""


def evaluated(
    formula: str, x: Floats, parameters: Mapping[str, float], arithmetic: Format, fmt: Format, *, nudged: bool = False
) -> Floats:
    """A formula's results for inputs of a format, computed in another (float32, for formats of 16 bits) and rounded;
    or those that it has where every elementary function is off by one place."""
    if arithmetic.bits <= 16 and arithmetic.name != "float16":
        raise ValueError(f"arithmetic={arithmetic.name!r}: expected a format in which NumPy computes")
    inside = as_float64(x).astype(arithmetic.name)
    names = {**FUNCTIONS, **(_NUDGED if nudged else {}), "sqrt": _sqrt, "log": _log, **parameters, "x": inside}
    with np.errstate(all="ignore"):
        result = np.broadcast_to(eval(_compiled(formula), {"__builtins__": {}}, names), inside.shape)
    wide = as_float64(result.astype(arithmetic.name))
    return wide if nudged else rounded_from_float64(wide, fmt)


def _log(x: Any) -> Any:
    return math.log(x) if isinstance(x, int | float) else np.log(x)


@cache
def _compiled(formula: str) -> CodeType:
    return compile(formula, formula, "eval")


def arithmetics(fmt: Format) -> tuple[Format, ...]:
    """The formats in which an implementation of a format may compute."""
    if fmt.bits >= 32:
        return (fmt,)
    wide = FORMATS["float32"]
    return (wide, fmt) if fmt.name == "float16" else (wide,)


def parameter_values(implementation: Implementation) -> dict[str, float]:
    """The activation's parameters as floats, defaults filled in."""
    values = definition(implementation.activation).parameter_values(**dict(implementation.parameters))
    with precision(128):
        return {name: float(cast("arb", program(value).run({})).mid()) for name, value in values.items()}

"""A NumPy implementation of every activation and its derivatives, derived from the catalogue's expression.

Nothing is written per activation. For each smooth piece the expression is evaluated in float64 operations that
carry their own error bound (:mod:`evaluation`); where the bound says that digits were lost, a certified
polynomial for the block of floats around the input takes over (:mod:`taylor_blocks`), and where there is none, the
oracle. float64 results are kept inside the certified range; narrower formats are rounded once from float64.

Conventions: NaN gives NaN; an infinity gives the limit (NaN where there is none); at a kink the derivative is the
one-sided one nearer 0, which is what the deep-learning frameworks return for nearly all of these functions. A
function of several inputs is a product of functions of one each, and multiplies what those give.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from ...proofs.budget import Undecided
from ...proofs.catalogue.parameters import ParameterValue
from ...proofs.catalogue.parse import definition
from ...proofs.enclosures.formats import FORMATS, Format
from ...proofs.expressions import calculus
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.expressions.printing import to_text
from ...proofs.functions.landscape import Landscape, decided_landscape
from ...proofs.functions.pieces import split
from ..floats.formats import Floats, around, as_float64, format_of, rounded_from_float64, ulp_exponents
from ..oracle.reference import Target, exact_expression, float64_product, float64_value, oracle
from ..oracle.smooth_formulas import nth_derivative
from .evaluation import evaluate
from .taylor_blocks import Blocks

FLOAT64_TOLERANCE = 2.0
"""The largest error bound, in ULP, with which a formula's float64 result is used."""
FACTOR_TOLERANCE = 1.5
"""The same for each factor of a function of several inputs."""
NARROW_TOLERANCE = 2.0**-7
"""The same in ULP of a narrower format, before the one rounding to it."""
NARROW_FACTOR_TOLERANCE = 2.0**20
"""The same for each factor where the product is rounded to float32 or less, in ULP of float64."""
SEVERAL = 64
"""The most inputs whose values are all asked of the oracle; among more, those between equal results of a monotone
function are filled in."""
LONG = 128
"""The shortest run of inputs that is looked at in this way before polynomials are built."""
MOST_REMEMBERED = 1 << 16
"""How many of the oracle's values a function keeps: the same inputs come again and again in a test."""
FLOAT64 = FORMATS["float64"]


class FloatFunction:
    """The derivative of one order of an expression in x, on float64 arrays."""

    def __init__(self, expr: Expr, order: int) -> None:
        pieces = split(expr, "x")
        self.oracle = oracle(expr, order)
        self._pieces = [p.expr and (nth_derivative(p.expr, order), Blocks(p.expr, order)) for p in pieces.pieces]
        self._gaps = [around(b, FLOAT64) for b in pieces.breakpoints]
        self._function = calculus.derivative(expr, "x", order=order)
        self._remembered: dict[float, float] = {}

    def __call__(self, x: NDArray[np.float64], fmt: Format, tolerance: float) -> NDArray[np.float64]:
        """Values whose error is about `tolerance` ULP of the format at most, not yet rounded to the format."""
        flat = x.ravel()
        result = np.full(flat.shape, np.nan)
        special = np.isinf(flat)
        piece = np.zeros(flat.shape, np.int64)
        for below, above in self._gaps:
            piece += flat > below
            if below == above:
                special |= flat == below
        ordinary = np.isfinite(flat) & ~special
        for index, parts in enumerate(self._pieces):
            chosen = np.flatnonzero(ordinary & (piece == index))
            if parts and chosen.size:
                result[chosen] = self._on_piece(*parts, flat[chosen], fmt, tolerance)
        self._point_by_point(np.flatnonzero(special), flat, result, fmt)
        if fmt is FLOAT64:  # an error of an ULP could pass a bound here; a narrower format's rounding hides it
            result = np.clip(result, *self._range)
        return result.reshape(x.shape)

    @cached_property
    def _range(self) -> tuple[float, float]:
        """The infimum and supremum, correctly rounded: no correctly rounded value lies outside."""
        if self._shape is not None:
            with suppress(Undecided):
                return float(self._shape.inf.value), float(self._shape.sup.value)
        return -np.inf, np.inf

    @cached_property
    def _shape(self) -> Landscape | None:
        """Where it rises and falls, if that is decided."""
        try:
            return decided_landscape(self._function, "x")
        except Undecided:
            return None

    def _on_piece(
        self, formula: Expr, blocks: Blocks, x: NDArray[np.float64], fmt: Format, tolerance: float
    ) -> NDArray[np.float64]:
        computed = evaluate(formula, {"x": x})
        finite = np.isfinite(computed.value)
        values = np.where(finite, computed.value, 0.0)
        with np.errstate(over="ignore"):
            lost = ~finite | ~(computed.error <= np.ldexp(tolerance, ulp_exponents(values, fmt)))
        values[lost] = np.nan
        if fmt is not FLOAT64:  # all of a narrow format's inputs may come at once
            points, back = np.unique(x[lost], return_inverse=True)
            values[lost] = self._constant(points, fmt)[back]
        expanded = np.flatnonzero(np.isnan(values) & (x != 0))
        values[expanded] = blocks(x[expanded])
        self._point_by_point(np.flatnonzero(np.isnan(values)), x, values, fmt)
        return values

    def _point_by_point(
        self, where: NDArray[np.intp], x: NDArray[np.float64], result: NDArray[np.float64], fmt: Format
    ) -> None:
        points, back = np.unique(x[where], return_inverse=True)
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.clear()
        values = self._constant(points, fmt, 1)
        single = np.isnan(values)
        values[single] = [self._at(each) for each in points[single].tolist()]
        result[where] = values[back]

    def _constant(self, points: NDArray[np.float64], fmt: Format, shortest: int = LONG) -> NDArray[np.float64]:
        """Values that round to those of the format, for points in order; NaN where more than `shortest` in a row
        were not seen to have the same: what a monotone function has between two points that do."""
        values, at = np.full(points.shape, np.nan), points.tolist()
        for run in self._monotone(points) if len(points) > SEVERAL else ():
            pending = [(run.start, run.stop - 1)]
            while pending:
                first, last = pending.pop()
                ends = rounded_from_float64(np.array([self._at(at[first]), self._at(at[last])]), fmt)
                if ends[0].tobytes() == ends[1].tobytes():
                    values[first : last + 1] = self._at(at[first])
                elif last - first > shortest:
                    middle = (first + last) // 2
                    pending += [(first, middle), (middle + 1, last)]
        return values

    def _monotone(self, points: NDArray[np.float64]) -> list[slice]:
        """The parts of some points, in order, between which the function is proved to be monotone."""
        ends = [] if self._shape is None else [(float(r.low), float(r.high)) for r in self._shape.runs]
        parts = (slice(*np.searchsorted(points, (np.nextafter(low, np.inf), high))) for low, high in ends)
        return [part for part in parts if part.start < part.stop]

    def _at(self, x: float) -> float:
        """The oracle's value."""
        if x not in self._remembered:
            self._remembered[x] = float64_value(self.oracle, x)
        return self._remembered[x]


@lru_cache(maxsize=512)
def _function(expr: Expr, order: int) -> FloatFunction:
    return FloatFunction(expr, order)


@dataclass(frozen=True)
class Implementation:
    """One activation and order as a callable on arrays of any of the six formats; see :func:`implementation`."""

    inputs: tuple[str, ...]
    factors: tuple[tuple[str, FloatFunction], ...]

    def __call__(self, *arrays: Floats) -> Floats:
        """The values at arrays of one dtype and shape, one per input, in that dtype.

        Raises ValueError for a wrong number of arrays or a dtype that is none of the six.
        """
        if len(arrays) != len(self.inputs):
            raise ValueError(f"expected {len(self.inputs)} arrays ({', '.join(self.inputs)}), got {len(arrays)}")
        fmt = format_of(arrays[0])
        x = dict(zip(self.inputs, map(as_float64, arrays), strict=True))
        if len(self.factors) == 1:
            ((name, function),) = self.factors
            result = function(x[name], fmt, FLOAT64_TOLERANCE if fmt is FLOAT64 else NARROW_TOLERANCE)
        else:
            result = self._product(x, FACTOR_TOLERANCE if fmt is FLOAT64 else NARROW_FACTOR_TOLERANCE)
        return rounded_from_float64(result, fmt)

    def _product(self, x: Mapping[str, NDArray[np.float64]], tolerance: float) -> NDArray[np.float64]:
        factors = np.broadcast_arrays(*(function(x[name], FLOAT64, tolerance) for name, function in self.factors))
        inputs = np.broadcast_arrays(*(x[name] for name, _ in self.factors))
        with np.errstate(invalid="ignore", over="ignore", under="ignore"):
            result = np.prod(factors, axis=0)
            # A factor below the normal range has lost digits; they matter where the others make up for its size.
            faint = [np.abs(f) < 2.0**-1022 for f in factors]
            others = [np.prod(factors[:i] + factors[i + 1 :], axis=0) for i in range(len(factors))]
            lost = np.any([f & (np.abs(o) > 1) for f, o in zip(faint, others, strict=True)], axis=0)
        lost &= np.all([np.isfinite(a) for a in inputs], axis=0)
        for index in np.argwhere(lost):
            point = tuple(index)
            pairs = zip(self.factors, inputs, strict=True)
            result[point] = float64_product([(function.oracle, float(a[point])) for (_, function), a in pairs])
        return np.where(np.any([np.isnan(a) for a in inputs], axis=0), np.nan, result)


def implementation(
    target: Target,
    *,
    order: int = 0,
    variable: str | None = None,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> Implementation:
    """The implementation of an activation (order 0) or of its derivative in one input, the first by default.

    The conditioned error is below 4 ULP at orders 0 and 1 in every format. Raises UnknownActivation, and ValueError
    for an unknown parameter or input, or for a function of several inputs that is no product of functions of one
    input each.
    """
    expr = exact_expression(target, parameters)
    names = _input_names(target, expr)
    variable = names[0] if variable is None else variable
    if variable not in names:
        raise ValueError(f"variable={variable!r}: expected one of {', '.join(names)}")
    factors = factors_of(expr, names)
    return Implementation(
        names, tuple((name, _function(factor, order if name == variable else 0)) for name, factor in factors.items())
    )


def _input_names(target: Target, expr: Expr) -> tuple[str, ...]:
    if isinstance(target, Expr):
        return tuple(sorted(ex.free_names(expr))) or ("x",)
    return definition(target).inputs


def factors_of(expr: Expr, names: tuple[str, ...]) -> dict[str, Expr]:
    """The expression as a product of one function of x for each name. Raises ValueError for what is none."""
    x = ex.name("x")
    if len(names) == 1:
        return {names[0]: calculus.substitute(expr, {names[0]: x})}
    grouped = dict.fromkeys(names, ex.ONE)
    for factor in expr.args if expr.op == "mul" else (expr,):
        used = ex.free_names(factor)
        if len(used) > 1:
            raise ValueError(f"{to_text(expr)}: expected a product of functions of {' and of '.join(names)} alone")
        name = next(iter(used), names[0])
        grouped[name] = grouped[name] * calculus.substitute(factor, {name: x})
    return grouped

"""The effect of depth on a gradient: products of derivatives, and the depths at which they leave a format's range.

The factor of one layer is w f'(z), of a gate w times its derivative by one of its inputs. For any inputs the product
over n layers lies between certified bounds, and its size is at most (abs(w) sup abs(f'))**n. The depth at which that
first leaves a format's normal range, rounds to zero or overflows is found by search with exact rounding, ties included:
the exact product rounded once. Beside it stands the product as a backward pass forms it, rounded at every step
(:mod:`stepwise`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

from flint import arb

from ...proofs.budget import Undecided, budget
from ...proofs.catalogue.parameters import ParameterValue
from ...proofs.catalogue.parse import parse_number
from ...proofs.enclosures.balls import precision
from ...proofs.enclosures.formats import FORMATS, Format, Rounded, RoundingUndecided
from ...proofs.expressions import calculus
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.expressions.printing import to_text
from ...proofs.functions.landscape import decided_landscape
from ...proofs.functions.regularity import magnitude, steepest
from ...proofs.language.syntax import StatementError
from ...proofs.means.expectations import expectation
from ...proofs.normal_forms import normal_form
from ...proofs.normal_forms.signs import Undefined
from ...proofs.reals.reals import PLUS_INFINITY, Number, Real, as_real, compare, exact, extreme
from ..oracle.reference import Target, exact_expression, name_of, whole
from .gates import Slope, partial_slopes
from .loss_scaling import LossScale, loss_scale
from .stepwise import StepwiseDepth, stepwise_depth

LARGEST_EXACT = 1 << 14
"""Bits up to which a power of a rational is written out rather than enclosed."""


@dataclass(frozen=True)
class FormatDepth:
    """The first depths, in layers, at which a power rounded once leaves a format's range; None where it never does."""

    format: str
    leaves_normal: int | None
    """It rounds to less than the smallest normal float."""
    rounds_to_zero: int | None
    overflows: int | None
    stepwise: StepwiseDepth
    """The same where the factor and every product is rounded."""
    loss_scale: LossScale
    """The scale that keeps the latter normal over all layers."""

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "stepwise": self.stepwise.to_json(), "loss_scale": self.loss_scale.to_json()}


@dataclass(frozen=True)
class PartialDepth:
    """Gradient factors w df/dx of one input x of a gate through depth, as a DepthReport has them of all."""

    rate: Real
    lowest: Real
    highest: Real
    typical_rate: Real | None
    formats: tuple[FormatDepth, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "rate": self.rate.to_json(),
            "product": {"inf": self.lowest.to_json(), "sup": self.highest.to_json()},
            "typical_rate": None if self.typical_rate is None else self.typical_rate.to_json(),
            "formats": [f.to_json() for f in self.formats],
        }


@dataclass(frozen=True)
class DepthReport:
    """Gradient factors of one activation through depth, certified; of a gate, by whichever input."""

    activation: str
    formula: str
    weight: Real
    """The bound on abs(w)."""
    layers: int
    rate: Real
    """The largest factor of one layer in size: weight * sup abs(f')."""
    lowest: Real
    highest: Real
    """Bounds on the product over all layers, over all inputs and all w with abs(w) equal to weight and w > 0."""
    typical_rate: Real | None
    """E log abs(w f'(z)) for a standard normal z: what a layer adds to the logarithm of the product's size, typically.
    -oo where f' is 0 on an interval, None where it was not found or not asked for, and for a gate."""
    profile: tuple[Real, ...]
    """rate**n for n = 1, ..., layers; as JSON decimals that are no smaller."""
    formats: tuple[FormatDepth, ...]
    by_input: Mapping[str, PartialDepth]
    """The same by each input of a gate; empty for a function of one input."""

    def to_json(self) -> dict[str, Any]:
        return {
            "activation": self.activation,
            "formula": self.formula,
            "weight": self.weight.to_json(),
            "layers": self.layers,
            "rate": self.rate.to_json(),
            "typical_rate": None if self.typical_rate is None else self.typical_rate.to_json(),
            "product": {"inf": self.lowest.to_json(), "sup": self.highest.to_json()},
            "profile": [{"layers": n, "bound": bound.bound(1, 17)} for n, bound in enumerate(self.profile, 1)],
            "formats": [f.to_json() for f in self.formats],
            "by_input": {name: partial.to_json() for name, partial in self.by_input.items()},
        }


def depth_report(
    target: Target,
    *,
    layers: int = 20,
    weight: str | Number = "1",
    parameters: Mapping[str, ParameterValue] | None = None,
    typical: bool = True,
) -> DepthReport:
    """Products of derivatives over a number of layers, each with a weight of at most this size; `typical` asks for the
    typical rate, which takes a second.

    Raises ValueError for layers below 1, a weight that is no positive number or a function of several inputs that is
    no product of functions of one each, UnknownActivation, and Undecided where the range of the derivative was not
    found.
    """
    whole("layers", layers, 1)
    size = _number(weight)
    if size is None or size.is_infinite or not size.ball(128) > 0:
        raise ValueError(f"weight={weight!r}: expected a positive number")
    expr = exact_expression(target, parameters)
    inputs = tuple(sorted(ex.free_names(expr))) or ("x",)
    slopes: list[Slope] = []
    if len(inputs) == 1:
        rate = times(size, steepest(expr, *inputs))
        lowest, highest = product_range(expr, layers, size, *inputs)
    else:
        slopes = partial_slopes(expr, inputs)
        low, high = (reduce(partial(extreme, sense=sense), [slope.end(sense) for slope in slopes]) for sense in (-1, 1))
        rate = times(size, extreme(magnitude(low), magnitude(high), 1))
        lowest, highest = range_of_powers(times(size, low), times(size, high), layers)
    return DepthReport(
        activation=name_of(target),
        formula=to_text(expr),
        weight=size,
        layers=layers,
        rate=rate,
        lowest=lowest,
        highest=highest,
        typical_rate=typical_rate([calculus.derivative(expr, *inputs)], size, *inputs)
        if typical and len(inputs) == 1
        else None,
        profile=tuple(power(rate, n) for n in range(1, layers + 1)),
        formats=tuple(format_depth(rate, fmt, layers) for fmt in FORMATS.values()),
        by_input={slope.name: _by(slope, size, layers, typical=typical) for slope in slopes},
    )


def _by(slope: Slope, weight: Real, layers: int, *, typical: bool) -> PartialDepth:
    """The depth of one input of a gate."""
    rate = times(weight, extreme(magnitude(slope.low), magnitude(slope.high), 1))
    lowest, highest = range_of_powers(times(weight, slope.low), times(weight, slope.high), layers)
    return PartialDepth(
        rate, lowest, highest, typical_rate(slope.factors, weight) if typical else None,
        tuple(format_depth(rate, fmt, layers) for fmt in FORMATS.values()),
    )  # fmt: skip


def _number(weight: str | Number) -> Real | None:
    """A number as certified; None where it is none. Raises StatementError for text that cannot be read."""
    try:
        size = exact(parse_number(weight)) if isinstance(weight, str) else as_real(weight)
    except StatementError:
        raise
    except (TypeError, ValueError):
        return None
    return None if size.exact is not None and ex.free_names(size.exact) else size


def times(a: Real, b: Real) -> Real:
    """The product of two certified numbers, the second perhaps +oo."""
    if b.is_infinite:
        return b
    if a.exact is not None and b.exact is not None:
        return exact(a.exact * b.exact)
    return _enclosed(lambda bits: a.ball(bits) * b.ball(bits))


def power(base: Real, n: int) -> Real:
    """The n-th power of a certified number, n >= 1; exact where the base is."""
    if base.is_infinite:
        return PLUS_INFINITY if base.ball() > 0 or n % 2 == 0 else base
    if base.exact is not None:
        return exact(ex.power(base.exact, n))
    return _enclosed(lambda bits: base.ball(bits) ** n)


def _enclosed(ball: Callable[[int], arb]) -> Real:
    def refine(bits: int) -> arb:
        with precision(bits + 32):
            return ball(bits + 32)

    return Real(refine=refine)


def product_range(expr: Expr, layers: int, weight: Real, variable: str = "x") -> tuple[Real, Real]:
    """The infimum and supremum of the product of (w f'(z_i)) over layers, each z_i any real, w the weight.

    A product is linear in each factor, so its extremes are at k factors low and the rest high. Raises Undecided.
    """
    slope = decided_landscape(calculus.derivative(expr, variable), variable)
    return range_of_powers(times(weight, slope.inf.value), times(weight, slope.sup.value), layers)


def range_of_powers(low: Real, high: Real, layers: int) -> tuple[Real, Real]:
    """The infimum and supremum of a product of `layers` numbers between low and high, each near either end."""
    if low.is_infinite or high.is_infinite:
        return _unbounded(low, layers)
    corners = [_mixed(low, k, high, layers - k) for k in sorted({0, min(1, layers), layers - 1, layers})]
    smallest = largest = corners[0]
    for corner in corners[1:]:
        smallest, largest = extreme(corner, smallest, -1), extreme(corner, largest, 1)
    return smallest, largest


RATE_STEPS = 12_000
"""The work that a typical rate is worth: twice that of gelu. What is not found by then is left out."""


def typical_rate(factors: Sequence[Expr], weight: Real, variable: str = "x") -> Real | None:
    """E log abs(w g) for a product g of functions of independent standard normals, each written in the variable, and w
    the weight: perhaps -oo. None where it is not found."""
    try:
        with budget(RATE_STEPS):
            rates = [expectation(ex.log(ex.switch("abs", factor)), variable) for factor in factors]
            if any(rate.infinite for rate in rates):
                return next(rate for rate in rates if rate.infinite)
            forms = [rate.exact for rate in rates]
            if None not in forms and weight.exact is not None:
                return exact(normal_form.simplest(ex.add(ex.log(weight.exact), *filter(None, forms))))
            single = len(rates) == 1 and weight.exact is ex.ONE
            total = rates[0] if single else _enclosed(
                lambda bits: sum((rate.ball(bits) for rate in rates), weight.ball(bits).log())
            )  # fmt: skip
            total.to_json()  # its digits may be too many cells away
    except (Undecided, Undefined):
        return None
    return total


def _unbounded(low: Real, layers: int) -> tuple[Real, Real]:
    if not low.is_infinite and low.ball(128) >= 0:
        return power(low, layers), PLUS_INFINITY
    return Real(infinite=-1), PLUS_INFINITY


def _mixed(low: Real, k: int, high: Real, m: int) -> Real:
    if not k or not m:
        return power(low, k) if k else power(high, m)
    return times(power(low, k), power(high, m))


def format_depth(rate: Real, fmt: Format, layers: int = 1) -> FormatDepth:
    """The first n at which rate**n leaves the format's range, rounded once and at every step, for a rate >= 0; and the
    loss scale for a number of layers."""
    if rate.is_infinite:
        return FormatDepth(fmt.name, None, None, 1, StepwiseDepth(None, None, 1, None), LossScale(None, None))
    factor = rounded_power(rate, 1, fmt)
    stepwise, scale = stepwise_depth(factor, fmt), loss_scale(factor, fmt, layers)
    side = compare(rate, exact(1))
    if side > 0:
        overflows = _first(rate, fmt, lambda r: isinstance(r, str))
        return FormatDepth(fmt.name, None, None, overflows, stepwise, scale)
    if side == 0:
        return FormatDepth(fmt.name, None, None, None, stepwise, scale)
    return FormatDepth(
        fmt.name,
        leaves_normal=_first(rate, fmt, lambda r: not isinstance(r, str) and r < fmt.min_normal),
        rounds_to_zero=_first(rate, fmt, lambda r: r == 0),
        overflows=None,
        stepwise=stepwise,
        loss_scale=scale,
    )


def _first(rate: Real, fmt: Format, reached: Callable[[Rounded], bool]) -> int:
    """The smallest n >= 1 at which the rounded power has reached a state it never leaves: doubling, then bisection."""
    high = 1
    while not reached(rounded_power(rate, high, fmt)):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        if reached(rounded_power(rate, middle, fmt)):
            high = middle
        else:
            low = middle
    return high


def rounded_power(rate: Real, n: int, fmt: Format) -> Rounded:
    """rate**n rounded to the format: by rational arithmetic where that is small or a tie, else by enclosures."""
    value = rate.rational
    if value is not None and n * (value.p.bit_length() + value.q.bit_length()) <= LARGEST_EXACT:
        return fmt.round(value**n)

    def enclosure(bits: int) -> arb:
        with precision(bits + 64):
            return (n * rate.ball(bits + 64).log()).exp() if rate.ball(128) > 0 else rate.ball(bits) ** n

    try:
        return fmt.round(enclosure)
    except RoundingUndecided:
        tie = power(rate, n).rational  # sqrt(2)/4 is irrational, its square is not
        if tie is None:
            raise
        return fmt.round(tie)

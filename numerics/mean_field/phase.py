"""Wide networks at given (sigma_w, sigma_b): ordered, critical or chaotic, and over how many layers signals survive.

Sources: Poole et al. 2016, Exponential expressivity in deep neural networks through transient chaos; Schoenholz et
al. 2017, Deep information propagation; Hayou et al. 2019, On the impact of the activation function on deep neural
networks training. An input pair's correlation c goes to c* and its difference from it shrinks by exp(-1/xi_c) a
layer; the variance q goes to q* by exp(-1/xi_q). The mean squared gradient is multiplied by chi in each layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flint import arb, fmpq

from ...proofs.budget import Undecided
from ...proofs.catalogue.parameters import ParameterValue
from ...proofs.catalogue.parse import parse_number
from ...proofs.enclosures.balls import excludes_zero, precision
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.expressions.printing import to_text
from ...proofs.means.log_means import LogMean
from ...proofs.normal_forms import normal_form
from ...proofs.normal_forms.signs import Undefined, constant_sign
from ...proofs.reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, exact
from ...proofs.verdicts import plain
from ..oracle.reference import Target, exact_expression, name_of
from .correlation import CorrelationMap
from .length_map import GRID, FixedPoint, FixedPoints, LengthMap, X

T = TypeVar("T")
ORDERED, CRITICAL, CHAOTIC = "ordered", "critical", "chaotic"
NOTHING = dict.fromkeys(("q_star", "chi", "phase", "c_star", "xi_q", "xi_c", "typical_rate"))
VARIANCES = ("0", "1/100", "1/10", "1/4", "1/2", "1", "2", "5", "10")
"""Fixed points q* through which the critical line is drawn."""


@dataclass(frozen=True)
class CriticalPoint:
    """A point of the critical line: with these weights and biases q_star is a fixed point, and chi = 1 there."""

    sigma_w: Real
    sigma_b: Real
    q_star: Real

    def to_json(self) -> dict[str, Any]:
        return plain(vars(self))


@dataclass(frozen=True)
class MeanField:
    """The mean field of one activation, at given sigmas or along its critical line."""

    activation: str
    formula: str
    sigma_w: Real | None
    sigma_b: Real | None
    fixed_points: tuple[FixedPoint, ...]
    complete: bool
    """Whether it is proved that the length map has no other fixed points."""
    everywhere: bool
    """Whether every q is a fixed point."""
    q_star: Real | None
    """The stable fixed point, where there is one and only one; infinite where it is proved that q grows without end."""
    chi: Real | None
    phase: str | None
    c_star: Real | None
    xi_q: Real | None
    xi_c: Real | None
    """Depth scales in layers."""
    typical_rate: Real | None
    """E log abs(sigma_w f'(sqrt(q*) z)), by which the logarithm of the size of a product of derivatives through depth
    grows in a layer, typically; -oo where f' is 0 on an interval."""
    critical: tuple[CriticalPoint, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return plain(vars(self))


def mean_field(
    target: Target,
    sigma_w: str | int | fmpq | None = None,
    sigma_b: str | int | fmpq | None = None,
    *,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> MeanField:
    """The certified mean field of an activation by name or entry, of a formula in x, or of an expression.

    The sigmas are exact numbers or texts of such (`"sqrt(2)"`, `"1.5"`); weights have variance sigma_w^2/width, biases
    sigma_b^2. With neither, the critical line. Raises UnknownActivation, StatementError or ValueError for what is not
    known, for a sigma that is negative or a sigma_w of 0, and for a function of several inputs.
    """
    f = exact_expression(target, parameters)
    if not ex.free_names(f) <= {X}:
        raise ValueError(f"{name_of(target)}: expected a function of one input")
    if sigma_w is None and sigma_b is None:
        points, notes = _critical_line(f)
        return MeanField(
            name_of(target), to_text(f), None, None, (), False, False, **NOTHING, critical=points, notes=notes
        )  # fmt: skip
    weights, biases = _sigma("sigma_w", 1 if sigma_w is None else sigma_w), _sigma("sigma_b", sigma_b or 0)
    if compare(exact(weights), exact(0)) == 0:
        raise ValueError("sigma_w=0: expected a positive number")
    return _Point(f, weights, biases).result(name_of(target))


def _sigma(name: str, value: str | int | fmpq) -> Expr:
    sigma = parse_number(value) if isinstance(value, str) else ex.rational(value)
    if ex.free_names(sigma) or compare(exact(sigma), exact(0)) < 0:
        raise ValueError(f"{name}={value}: expected a number that is not negative")
    return normal_form.simplest(sigma)


class _Point:
    """One pair of sigmas; what is undecided is None, and `notes` says why."""

    def __init__(self, f: Expr, sigma_w: Expr, sigma_b: Expr) -> None:
        self.f = f
        self.sigma_w, self.sigma_b = sigma_w, sigma_b
        self.notes: list[str] = []

    def result(self, name: str) -> MeanField:
        numbers = {**NOTHING}
        points = FixedPoints((), False)
        mapping = self._known("the length map", lambda: LengthMap(self.f, self.sigma_w, self.sigma_b))
        if mapping is not None:
            points = self._known("fixed points", lambda: mapping.fixed_points) or points
            numbers |= self._numbers(mapping, points)
        return MeanField(
            name, to_text(self.f), exact(self.sigma_w), exact(self.sigma_b), points.points, points.complete,
            points.everywhere, critical=(), notes=tuple(self.notes), **numbers,
        )  # fmt: skip

    def _numbers(self, mapping: LengthMap, points: FixedPoints) -> dict[str, Any]:
        numbers: dict[str, Any] = {}
        stable = [point for point in points.points if point.stable]
        chosen = stable[0] if len(stable) == 1 else None
        self._say(points, len(stable))
        if chosen:
            numbers["q_star"] = chosen.q
            numbers["xi_q"] = self._known("xi_q", lambda: _scale(chosen.slope))
        elif points.complete and not points.everywhere and all(point.stable is False for point in points.points):
            grows = self._known("q*", lambda: compare(mapping.end_slope(PLUS_INFINITY), exact(1)) >= 0)
            numbers["q_star"] = PLUS_INFINITY if grows else None
        if chosen or (points.everywhere and mapping.is_homogeneous):
            q = chosen.q if chosen else exact(1)
            chi = numbers["chi"] = self._known("chi", lambda: _chi(mapping, q))
            numbers["typical_rate"] = self._known("the typical rate", lambda: _typical_rate(mapping, q))
            phase = numbers["phase"] = self._known("the phase", lambda: _phase(chi)) if chi else None
            if chi and phase:
                numbers |= self._correlations(mapping, q, chi, phase)
            if points.everywhere:
                numbers["xi_q"] = PLUS_INFINITY
        return numbers

    def _say(self, points: FixedPoints, stable: int) -> None:
        if points.everywhere:
            self.notes.append("every q is a fixed point")
        if not points.points and not points.complete:
            self.notes.append(f"no fixed point was found between 2^{GRID[0]} and 2^{GRID[-1]}")
        if not points.complete:
            self.notes.append("it is not proved that there are no other fixed points of the length map")
        if stable > 1:
            self.notes.append("more than one fixed point is stable: what follows depends on the input's length")

    def _correlations(self, mapping: LengthMap, q: Real, chi: Real, phase: str) -> dict[str, Any]:
        """c* and xi_c. Without biases a homogeneous f maps correlations in the same way at every q."""
        alike = mapping.is_homogeneous and mapping.biases is ex.ZERO
        if alike and mapping.slopes_at_zero[0] is mapping.slopes_at_zero[1]:
            self.notes.append("a linear function changes no correlation")
            return {}
        if alike:  # E f'^2 is E f^2/q, so the slope at c = 1 is 1
            return {"c_star": exact(1), "xi_c": PLUS_INFINITY}
        if q.exact is ex.ZERO:
            self.notes.append("inputs shrink to nothing, and where their correlation goes depends on them")
            return {}
        if phase != CHAOTIC:
            return {"c_star": exact(1), "xi_c": self._known("xi_c", lambda: _scale(chi))}
        correlations = CorrelationMap(mapping, q)
        c_star = self._known("c*", lambda: correlations.fixed_point)
        xi_c = self._known("xi_c", lambda: _scale(correlations.fixed_slope)) if c_star else None
        return {"c_star": c_star, "xi_c": xi_c}

    def _known(self, name: str, compute: Callable[[], T]) -> T | None:
        try:
            return compute()
        except (Undecided, Undefined) as reason:
            self.notes.append(f"{name}: {reason}")
            return None


def _chi(mapping: LengthMap, q: Real) -> Real:
    """sigma_w^2 E[f'(sqrt(q) z)^2]; at q = 0 its limit, from the slopes of f at 0 on both sides.

    Of an f that jumps it is neither the factor of a gradient nor the slope of the correlation map: Undecided.
    """
    mapping.require_continuous()
    if mapping.is_homogeneous or q.exact is ex.ZERO:
        return _times(mapping.weights, _slope_square_at_zero(mapping))

    def refine(bits: int) -> arb:
        with precision(2 * bits + 64):
            return mapping.weights_ball(bits) * mapping.mean_slope_square(q.ball, bits + 8)

    return Real(refine=refine)


def _typical_rate(mapping: LengthMap, q: Real) -> Real:
    """The mean of log abs(sigma_w f') at a variance q; for q -> 0 and for a homogeneous f it is that of the slopes of f
    at 0 on both sides."""
    mapping.require_continuous()
    if mapping.is_homogeneous or q.exact is ex.ZERO:
        left, right = mapping.slopes_at_zero
        if ex.ZERO in (left, right):
            return MINUS_INFINITY
        return exact(normal_form.simplest(ex.log(mapping.weights * ex.switch("abs", left * right)) * fmpq(1, 2)))
    rate = LogMean(mapping.derivative, X).mean(Real(refine=lambda bits: q.ball(bits).sqrt()))
    if rate.infinite:
        return rate

    def refine(bits: int) -> arb:
        with precision(2 * bits + 64):
            return mapping.weights_ball(bits).log() / 2 + rate.ball(bits + 8)

    return Real(refine=refine)


def _slope_square_at_zero(mapping: LengthMap) -> Expr:
    """E[f'(s z)^2] for s -> 0, and for every s where f is homogeneous."""
    left, right = mapping.slopes_at_zero
    return normal_form.simplest((left * left + right * right) * fmpq(1, 2))


def _times(a: Expr, b: Expr) -> Real:
    return exact(normal_form.simplest(a * b))


def _phase(chi: Real) -> str:
    return (CRITICAL, CHAOTIC, ORDERED)[compare(chi, exact(1))]


def _scale(factor: Real) -> Real:
    """-1/log(abs(factor)): the layers in which a difference shrinks to 1/e of itself, oo for a factor of size 1."""
    for one in (1, -1):
        if factor.exact is not None and compare(factor, exact(one)) == 0:
            return PLUS_INFINITY
    if factor.exact is ex.ZERO:
        return exact(0)
    if not excludes_zero(factor.ball(256)):
        raise Undecided("differences shrink faster than is seen")
    return Real(refine=lambda bits: -1 / abs(factor.ball(bits + 16)).log())


def _critical_line(f: Expr) -> tuple[tuple[CriticalPoint, ...], tuple[str, ...]]:
    """For each variance q the sigmas with chi = 1 at the fixed point q: 1/E[f'^2] and q - E[f^2]/E[f'^2], squared."""
    try:
        mapping = LengthMap(f, ex.ONE, ex.ZERO)
        mapping.require_continuous()
        if mapping.is_homogeneous:
            slope = _slope_square_at_zero(mapping)
            if slope is ex.ZERO:
                return (), ("chi is 0 everywhere",)
            point = CriticalPoint(exact(normal_form.simplest(ex.power(slope, fmpq(-1, 2)))), exact(0), exact(1))
            return (point,), ("the critical line is one point, at which every q is fixed",)
    except (Undecided, Undefined) as reason:
        return (), (str(reason),)
    points: list[CriticalPoint] = []
    notes: list[str] = []
    for text in VARIANCES:
        try:
            point = _critical_point(mapping, fmpq(*map(int, text.split("/"))))
        except (Undecided, Undefined) as reason:
            notes.append(f"q* = {text}: {reason}")
            continue
        if point is not None:
            points.append(point)
    if len(points) + len(notes) < len(VARIANCES):
        notes.append("variances that no bias makes critical are left out")
    return tuple(points), tuple(notes)


def _critical_point(mapping: LengthMap, q: fmpq) -> CriticalPoint | None:
    if q == 0:
        slope = _slope_square_at_zero(mapping)
        if compare(mapping.at_zero, exact(0)) or constant_sign(slope) == 0:
            return None
        return CriticalPoint(exact(normal_form.simplest(ex.power(slope, fmpq(-1, 2)))), exact(0), exact(0))

    def biases(bits: int) -> arb:
        with precision(2 * bits + 64):
            return arb(q) - mapping.at(q, bits)[0] / mapping.mean_slope_square(q, bits)

    if compare(Real(refine=biases), exact(0)) < 0:
        return None

    def sigma_w(bits: int) -> arb:
        with precision(2 * bits + 64):
            return mapping.mean_slope_square(q, bits).rsqrt()

    return CriticalPoint(Real(refine=sigma_w), Real(refine=lambda bits: biases(bits).sqrt()), exact(q))

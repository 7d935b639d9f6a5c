"""Wide networks at given (sigma_w, sigma_b): ordered, critical or chaotic, and over how many layers signals survive.

Sources: Poole et al. 2016, Exponential expressivity in deep neural networks through transient chaos; Schoenholz et
al. 2017, Deep information propagation; Hayou et al. 2019, On the impact of the activation function on deep neural
networks training. An input pair's correlation c goes to c* and its difference from it shrinks by exp(-1/xi_c) a
layer; the variance q goes to q* by exp(-1/xi_q). The mean squared gradient is multiplied by chi in each layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flint import arb, fmpq

from ...proofs.budget import Undecided
from ...proofs.catalogue.parameters import ParameterValue
from ...proofs.catalogue.parse import parse_number
from ...proofs.enclosures.balls import precision
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.expressions.printing import to_text
from ...proofs.functions.pieces import one_sided_derivative
from ...proofs.normal_forms import normal_form
from ...proofs.normal_forms.signs import constant_sign
from ...proofs.reals.reals import PLUS_INFINITY, Real, compare, exact
from ...proofs.verdicts import plain
from ..oracle.reference import Target, exact_expression, name_of
from .correlation import CorrelationMap
from .length_map import GRID, FixedPoint, LengthMap, X

ORDERED, CRITICAL, CHAOTIC = "ordered", "critical", "chaotic"
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
    q_star: Real | None
    """The stable fixed point, where there is one and only one; infinite where it is proved that q grows without end."""
    chi: Real | None
    phase: str | None
    c_star: Real | None
    xi_q: Real | None
    xi_c: Real | None
    """Depth scales in layers."""
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
        nothing = {"sigma_w": None, "sigma_b": None, "q_star": None, "chi": None, "phase": None}
        return MeanField(
            name_of(target), to_text(f), **nothing, fixed_points=(), complete=False, c_star=None, xi_q=None, xi_c=None,
            critical=points, notes=notes,
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
        self.sigmas = exact(sigma_w), exact(sigma_b)
        self.mapping = LengthMap(f, sigma_w, sigma_b)
        self.notes: list[str] = []

    def result(self, name: str) -> MeanField:
        points = self.mapping.fixed_points
        stable = [point for point in points.points if point.stable is not False]
        if not points.points and not points.complete:
            self.notes.append(f"no fixed point was found between 2^{GRID[0]} and 2^{GRID[-1]}")
        if not points.complete:
            self.notes.append("it is not proved that there are no other fixed points of the length map")
        chosen = stable[0] if len(stable) == 1 else None
        if len(stable) > 1:
            self.notes.append("more than one fixed point is stable: what follows depends on the input's length")
        grows = points.complete and not stable and compare(self.mapping.end_slope(PLUS_INFINITY), exact(1)) >= 0
        chi = self._known("chi", lambda: self._chi(chosen)) if chosen else None
        phase = self._known("the phase", lambda: _phase(chi)) if chi else None
        correlations = CorrelationMap(self.mapping, chosen.q) if chosen and phase == CHAOTIC else None
        c_star = exact(1) if phase in (ORDERED, CRITICAL) else None
        xi_c = _scale(chi) if chi and phase in (ORDERED, CRITICAL) else None
        if correlations:
            c_star = self._known("c*", lambda: correlations.fixed_point)
            xi_c = self._known("xi_c", lambda: _scale(correlations.fixed_slope)) if c_star else None
        return MeanField(
            name, to_text(self.mapping.f), *self.sigmas, points.points, points.complete,
            chosen.q if chosen else PLUS_INFINITY if grows else None, chi, phase, c_star,
            self._known("xi_q", lambda: _scale(chosen.slope)) if chosen else None, xi_c, (), tuple(self.notes),
        )  # fmt: skip

    def _known(self, name: str, compute: Any) -> Any:
        try:
            return compute()
        except Undecided as reason:
            self.notes.append(f"{name}: {reason}")
            return None

    def _chi(self, point: FixedPoint) -> Real:
        """sigma_w^2 E[f'(sqrt(q) z)^2]; at q = 0 its limit, from the slopes of f at 0 on both sides."""
        if self.mapping.is_homogeneous or point.q.exact is ex.ZERO:
            return _times(self.mapping.weights, _slope_square_at_zero(self.mapping.f))

        def refine(bits: int) -> arb:
            with precision(2 * bits + 64):
                return self.mapping.weights_ball(bits) * self.mapping.mean_slope_square(point.q.ball, bits + 8)

        return Real(refine=refine)


def _slope_square_at_zero(f: Expr) -> Expr:
    """E[f'(s z)^2] for s -> 0, and for every s where f is linear on both sides of 0 and continuous there."""
    left, right = (one_sided_derivative(f, X, exact(0), side).exact for side in (-1, 1))
    if left is None or right is None:
        raise Undecided("the slopes of f at 0 have no exact form")
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
    return Real(refine=lambda bits: -1 / abs(factor.ball(bits + 16)).log())


def _critical_line(f: Expr) -> tuple[tuple[CriticalPoint, ...], tuple[str, ...]]:
    """For each variance q the sigmas with chi = 1 at the fixed point q: 1/E[f'^2] and q - E[f^2]/E[f'^2], squared."""
    mapping = LengthMap(f, ex.ONE, ex.ZERO)
    if mapping.is_homogeneous and mapping.at_zero.exact is ex.ZERO:
        sigma_w = exact(normal_form.simplest(ex.power(_slope_square_at_zero(f), fmpq(-1, 2))))
        point = CriticalPoint(sigma_w, exact(0), exact(1))
        return (point,), ("the critical line is one point, at which every q is fixed",)
    points: list[CriticalPoint] = []
    notes: list[str] = []
    for text in VARIANCES:
        try:
            point = _critical_point(mapping, fmpq(*map(int, text.split("/"))))
        except Undecided as reason:
            notes.append(f"q* = {text}: {reason}")
            continue
        if point is not None:
            points.append(point)
    if len(points) + len(notes) < len(VARIANCES):
        notes.append("variances that no bias makes critical are left out")
    return tuple(points), tuple(notes)


def _critical_point(mapping: LengthMap, q: fmpq) -> CriticalPoint | None:
    if q == 0:
        slope = _slope_square_at_zero(mapping.f)
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

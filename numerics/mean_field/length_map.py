"""The length map q -> sigma_w^2 E[f(sqrt(q) z)^2] + sigma_b^2 and its fixed points (Poole et al. 2016).

q is the variance of the pre-activations of a layer of infinite width, with weights of variance sigma_w^2/width and
biases of variance sigma_b^2. How many fixed points there are is proved from one function of x > 0: with
u(q) = f(sqrt(q))^2 + f(-sqrt(q))^2 the map is the mean of sigma_w^2 u(q z^2)/2, so it is concave, convex or linear
where u is, whose derivative is W'(x)/(2 x) at x = sqrt(q) for W(x) = f(x)^2 + f(-x)^2. A strictly concave or convex
map meets the diagonal at two points at most, and its slopes at 0 and at infinity say at how many.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeAlias

from flint import arb, fmpq

from ...proofs.budget import Undecided, budget
from ...proofs.enclosures.balls import exact_rational, known_sign, precision
from ...proofs.expressions import calculus
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import one_sided_derivative, one_sided_limit, split
from ...proofs.functions.sign_charts import window_signs
from ...proofs.means.scaled_means import ScaledMeans
from ...proofs.normal_forms import normal_form
from ...proofs.normal_forms.signs import Undefined
from ...proofs.reals.reals import PLUS_INFINITY, Real, compare, exact
from ...proofs.verdicts import plain
from .fixed_point_count import brackets, far_end

X = "x"
LOWEST, HIGHEST = -40, 40
"""Fixed points are looked for between these powers of two."""
START = fmpq(19, 17)
"""Where a fixed point is looked for first: by 4 up and down from it no number is met that is one exactly."""
BEND_STEPS = 20_000
GRID = range(-20, 21)
"""Powers of two between which changes of sign are looked for, where it is not known how many there are."""
PRECISIONS = (40, 80, 200, 320)
"""Bits with which the map is computed: a few, as its cells are kept for each."""
MOST_DIGITS, GUARD = 256, 24
"""Bits of a fixed point that are found at most, and those more with which the map is computed for them."""
PARTS = (fmpq(1, 2), fmpq(3, 7), fmpq(5, 9), fmpq(2, 5), fmpq(0))
"""Where a bracket is cut if Newton's step was no help; the root itself may be at one of them."""
LOOK = PRECISIONS[0]
"""Bits of the signs that are looked at first."""


@dataclass(frozen=True)
class FixedPoint:
    """A fixed point of the length map, the map's slope there, and whether q beside it comes back to it."""

    q: Real
    slope: Real
    stable: bool | None
    """None where that is not proved."""

    def to_json(self) -> dict[str, Any]:
        return plain(vars(self))


@dataclass(frozen=True)
class FixedPoints:
    """The fixed points that were found, smallest first."""

    points: tuple[FixedPoint, ...]
    complete: bool
    """Whether it is proved that there are no others."""
    everywhere: bool = False
    """Whether every q is one: the map is the identity."""


Variance: TypeAlias = "Callable[[int], arb] | fmpq"
"""A variance, exact or by balls of any precision."""


class LengthMap:
    """The length map of an activation f, an expression in x, for exact sigma_w and sigma_b.

    Raises Undecided for an f that is undefined somewhere or not proved to stay below a power of x.
    """

    def __init__(self, f: Expr, sigma_w: Expr, sigma_b: Expr) -> None:
        self.f = f
        self.weights = normal_form.simplest(sigma_w * sigma_w)
        self.biases = normal_form.simplest(sigma_b * sigma_b)
        self.derivative = calculus.derivative(f, X, order=1)
        self.square = ScaledMeans(f * f)
        """The means of f^2."""

    @cached_property
    def slope_square(self) -> ScaledMeans:
        """The means of f'^2."""
        return ScaledMeans(ex.power(self.derivative, 2))

    def weights_ball(self, bits: int) -> arb:
        """sigma_w^2."""
        return exact(self.weights).ball(2 * bits + 64)

    def biases_ball(self, bits: int) -> arb:
        """sigma_b^2."""
        return exact(self.biases).ball(2 * bits + 64)

    def at(self, q: Variance, bits: int) -> tuple[arb, arb]:
        """The map and its slope at some q > 0, E[f^2 (z^2 - 1)]/(2 q) times sigma_w^2."""
        ball, bits = _ball(q, bits), _precision(bits)
        with precision(2 * bits + 64):
            mean, _, second = self.square.at(ball.sqrt(), 3, bits)
            weights = self.weights_ball(bits)
            return weights * mean + self.biases_ball(bits), weights * second / (arb(2).sqrt() * ball)

    def mean_slope_square(self, q: Variance, bits: int) -> arb:
        """E[f'(sqrt(q) z)^2] at some q > 0."""
        ball, bits = _ball(q, bits), _precision(bits)
        with precision(2 * bits + 64):
            return self.slope_square.at(ball.sqrt(), 1, bits)[0]

    @cached_property
    def is_homogeneous(self) -> bool:
        """Whether f is linear on both sides of 0 and 0 there, so that every mean of f'^2 is the same."""
        cut = split(self.derivative, X)
        constant = all(piece.expr is not None and not ex.free_names(piece.expr) for piece in cut.pieces)
        return constant and all(at.exact is ex.ZERO for at in cut.breakpoints) and {*self.sides_of_zero} == {ex.ZERO}

    @cached_property
    def slopes_at_zero(self) -> tuple[Expr, Expr]:
        """The limits of f' at 0 from both sides."""
        left, right = (one_sided_derivative(self.f, X, exact(0), side).exact for side in (-1, 1))
        if left is None or right is None:
            raise Undecided("the slopes of f at 0 have no exact form")
        return left, right

    def excess(self, q: fmpq, bits: int) -> arb:
        """The map minus q."""
        with precision(2 * bits + 64):
            return self.at(q, bits)[0] - arb(q)

    def sign(self, q: fmpq, first: int = LOOK) -> int:
        """The sign of the map minus q, tried with `first` bits and more. Raises Undecided where it is not seen."""
        for bits in PRECISIONS:
            if bits >= _precision(first) and (sign := known_sign(self.excess(q, bits))):
                return sign
        raise Undecided(f"whether the length map is above or below q at {q}")

    @cached_property
    def sides_of_zero(self) -> tuple[Expr, Expr]:
        """The limits of f at 0 from both sides."""
        left, right = (one_sided_limit(self.f, X, exact(0), side) for side in (-1, 1))
        if left.exact is None or right.exact is None:
            raise Undecided("the limits of f at 0 have no exact form")
        return left.exact, right.exact

    @cached_property
    def at_zero(self) -> Real:
        """The limit of the map for q -> 0."""
        left, right = self.sides_of_zero
        mean = (left * left + right * right) * fmpq(1, 2)
        return exact(normal_form.simplest(self.weights * mean + self.biases))

    def require_continuous(self) -> None:
        """Raises Undecided for an f that jumps or has a pole, or may: its derivative is not all of its slope."""
        for at in split(self.f, X).breakpoints:
            self._require_continuous(at)

    @cached_property
    def _both_sides(self) -> Expr:
        """W(x) = f(x)^2 + f(-x)^2."""
        mirrored = calculus.substitute(self.f, {X: -ex.name(X)})
        return self.f * self.f + mirrored * mirrored

    @cached_property
    def _slope_in_x(self) -> Expr:
        """The derivative of u, as a function of x = sqrt(q) > 0: W'(x)/(2 x)."""
        return calculus.derivative(self._both_sides, X, order=1) / (2 * ex.name(X))

    @cached_property
    def bend(self) -> int | None:
        """1 for a strictly convex map, -1 for a strictly concave one, 0 for a linear one, None where none is proved."""
        try:
            with budget(BEND_STEPS):
                signs = self._bends()
        except (Undecided, Undefined):
            return None
        return next(iter(signs)) if len(signs) == 1 else (signs - {0}).pop() if len(signs - {0}) == 1 else None

    def _bends(self) -> set[int]:
        """The signs of the derivative of W'/(2 x) between its kinks, and of its jumps there."""
        slope = self._slope_in_x
        cut = split(slope, X, exact(0), PLUS_INFINITY)
        signs: set[int] = set()
        for piece in cut.pieces:
            if piece.expr is None:
                raise Undecided("the slope of f^2 is undefined on an interval")
            line = window_signs(calculus.differentiate(piece.expr, X), X, piece.low, piece.high)
            inside = line.gaps if piece.low.infinite else line.gaps[1:] if piece.high.infinite else line.gaps[1:-1]
            if None in inside:
                raise Undecided("the slope of f^2 is undefined on an interval")
            signs |= {sign for sign in inside if sign is not None}
        for at in cut.breakpoints:
            for place in (at, _minus(at)):
                self._require_continuous(place)
            signs.add(compare(one_sided_limit(slope, X, at, 1), one_sided_limit(slope, X, at, -1)))
        return signs

    def _require_continuous(self, at: Real) -> None:
        left, right = (one_sided_limit(self.f, X, at, side) for side in (-1, 1))
        if left.infinite or right.infinite or compare(left, right):
            raise Undecided(f"f jumps at {at}")

    def end_slope(self, end: Real) -> Real:
        """The map's slope at q = 0 from the right, or its limit for q -> oo."""
        limit = one_sided_limit(self._slope_in_x, X, end, -1 if end.infinite else 1)
        if limit.infinite:
            return limit
        if limit.exact is None:
            return Real(refine=lambda bits: self.weights_ball(bits) * limit.ball(bits) / 2)
        return exact(normal_form.simplest(self.weights * limit.exact * fmpq(1, 2)))

    # --- fixed points ---------------------------------------------------------------------------------------

    @cached_property
    def fixed_points(self) -> FixedPoints:
        """All fixed points, where the map is concave, convex, linear or they are counted; else those that are found."""
        if self.bend == 0:
            return self._of_a_line()
        starts_at_zero = compare(self.at_zero, exact(0)) == 0
        found = [self._zero_point()] if starts_at_zero else []
        positive = self._positive(starts_at_zero)
        if positive is None:
            positive = self._counted()
        if positive is None:
            return FixedPoints((*found, *map(self._point, self._brackets())), False)
        return FixedPoints((*found, *map(self._point, positive)), True)

    def _of_a_line(self) -> FixedPoints:
        slope, start = self.end_slope(PLUS_INFINITY), self.at_zero
        assert slope.exact is not None and start.exact is not None
        steep, above = compare(slope, exact(1)), compare(start, exact(0))
        if steep == 0:
            return FixedPoints((), True, not above)
        if above and steep > 0:
            return FixedPoints((), True)
        q = exact(normal_form.simplest(start.exact / (1 - slope.exact))) if above else exact(0)
        return FixedPoints((FixedPoint(q, slope, steep < 0),), True)

    def _positive(self, starts_at_zero: bool) -> list[tuple[fmpq, fmpq]] | None:
        """Brackets of all positive fixed points of a bent map; None where their number is not proved."""
        if self.bend is None:
            return None
        last = compare(self.end_slope(PLUS_INFINITY), exact(1))
        first = compare(self.end_slope(exact(0)), exact(1)) if starts_at_zero else 1
        if self.bend < 0:
            # Strictly concave, not below 0 at 0: it meets the diagonal once where it starts above and ends below.
            most = 1 if first > 0 and last < 0 else 0
        elif starts_at_zero:
            most = 1 if first < 0 and last > 0 else 0
        else:
            # Strictly convex and above the diagonal at 0: without end below it, twice, once or never.
            most = 1 if last <= 0 else 2
        if most == 0:
            return []
        if most == 1:
            try:
                return [self._crossing(1 if starts_at_zero and self.bend > 0 else -1)]
            except Undecided:
                return None
        brackets = self._brackets()
        if len(brackets) == most:
            return brackets
        return [] if self._stays_above() else None

    def _counted(self) -> list[tuple[fmpq, fmpq]] | None:
        """Brackets of all fixed points of a map with biases, found box by box; None where that fails."""
        try:
            with budget(BEND_STEPS):
                if compare(biases := exact(self.biases), exact(0)) <= 0:
                    return None
                high = far_end(self._both_sides, X, exact(self.weights), biases)
                low = exact_rational(biases.ball(64).lower()) / 2
                return brackets(low, max(high, 2 * low), self.sign, self._excess_over)
        except (Undecided, Undefined):
            return None

    def _excess_over(self, low: fmpq, high: fmpq) -> tuple[arb, arb]:
        """The map minus q, and the slope of that, on a box, by the mean value theorem."""
        with precision(2 * LOOK + 64):
            box, middle = arb(low).union(arb(high)), (low + high) / 2
            slope = self.at(lambda _: box, LOOK)[1] - 1
            return self.excess(middle, LOOK) + slope * (box - arb(middle)), slope

    def _crossing(self, direction: int) -> tuple[fmpq, fmpq]:
        """A bracket of the only fixed point q > 0, where the map minus q falls (-1) or rises (1)."""
        q = START
        start = self.sign(q) * direction
        factor = fmpq(4) if start < 0 else fmpq(1, 4)
        while fmpq(2) ** LOWEST < q < fmpq(2) ** HIGHEST:
            before, q = q, q * factor
            if self.sign(q) * direction != start:
                return min(before, q), max(before, q)
        raise Undecided(f"the fixed point is not between 2^{LOWEST} and 2^{HIGHEST}")

    def _stays_above(self) -> bool:
        """Whether tangents prove that a convex map stays above the diagonal."""
        grid = [fmpq(2) ** k for k in GRID]
        low, high = fmpq(0), fmpq(2) ** GRID[-1]
        for q in grid:
            slope = known_sign(self.at(q, LOOK)[1] - 1)
            if slope == -1:
                low = max(low, q)
            elif slope == 1:
                high = min(high, q)
        for _ in range(LOOK):
            if low and self._tangents_meet_above(low, high):
                return True
            middle = (low + high) / 2
            slope = known_sign(self.at(middle, LOOK)[1] - 1)
            if not slope:
                return False
            low, high = (middle, high) if slope < 0 else (low, middle)
        return False

    def _tangents_meet_above(self, low: fmpq, high: fmpq) -> bool:
        (left, falling), (right, rising) = ((self.excess(q, LOOK), self.at(q, LOOK)[1] - 1) for q in (low, high))
        if not (falling < 0 and rising > 0):
            return False
        with precision(2 * LOOK):
            where = (right - left + falling * arb(low) - rising * arb(high)) / (falling - rising)
            return bool(left + falling * (where - arb(low)) > 0)

    def _brackets(self) -> list[tuple[fmpq, fmpq]]:
        """Neighbouring points of a grid between which the map minus q changes its sign."""
        signs: list[tuple[fmpq, int]] = []
        with suppress(Undecided):  # beyond a q where the mean needs too many cells, nothing is looked at
            for k in GRID:
                if sign := known_sign(self.excess(q := fmpq(2) ** k, LOOK)):
                    signs.append((q, sign))
        return [(a, b) for (a, before), (b, after) in pairwise(signs) if before != after]

    def _zero_point(self) -> FixedPoint:
        """q = 0; where the slope is 1, a strictly concave map comes back to it, and a strictly convex one does not."""
        slope = self.end_slope(exact(0))
        stable = _is_stable(slope)
        if stable is None and self.bend:
            stable = self.bend < 0
        return FixedPoint(exact(0), slope, stable)

    def _point(self, bracket: tuple[fmpq, fmpq]) -> FixedPoint:
        root = Root(self, *bracket)
        q = Real(refine=root.refine)
        slope = Real(refine=lambda bits: self.at(q.ball, bits)[1])
        return FixedPoint(q, slope, _is_stable(slope))


class Root:
    """A point where the length map crosses the diagonal, in a bracket that shrinks by Newton's steps."""

    def __init__(self, mapping: LengthMap, low: fmpq, high: fmpq) -> None:
        self.mapping = mapping
        self.low, self.high = low, high
        self.before = mapping.sign(low)

    def refine(self, bits: int) -> arb:
        """A ball of a width near 2^-bits around the root, for up to MOST_DIGITS bits."""
        bits = min(bits, MOST_DIGITS)
        while (width := self.high - self.low) > fmpq(2, 1 << bits):
            self._step(min(bits, max(8, 2 * _floor_log2(1 / width))))
            for part in PARTS:
                if self.high - self.low <= width * fmpq(2, 3):
                    break
                self._cut(self.low + (self.high - self.low) * part, bits)
            else:
                raise Undecided("a fixed point of the length map: signs beside it are not seen")
        with precision(2 * bits + 64):
            return arb(self.low).union(arb(self.high))

    def _step(self, digits: int) -> None:
        """One step of Newton's from the middle, and where the root is beside it within 2^-digits, that bracket."""
        guess = (self.low + self.high) / 2
        value, slope = self.mapping.at(guess, digits + GUARD)
        with precision(2 * digits + 64):
            step = (value - arb(guess)) / (slope - 1)
            if not step.is_finite():
                return
            target = _rounded(exact_rational((arb(guess) - step).mid()), digits + 2)
        for q in (target - fmpq(1, 1 << digits), target + fmpq(1, 1 << digits)):
            self._cut(q, digits + GUARD)

    def _cut(self, q: fmpq, bits: int) -> None:
        """The bracket cut at a point in it, where a sign is seen there, at first with this many bits."""
        if not self.low < q < self.high:
            return
        with suppress(Undecided):
            if self.mapping.sign(q, bits) == self.before:
                self.low = q
            else:
                self.high = q


def _floor_log2(q: fmpq) -> int:
    return int(q.p).bit_length() - int(q.q).bit_length() - 1


def _precision(bits: int) -> int:
    return next((each for each in PRECISIONS if each >= bits), PRECISIONS[-1])


def _ball(q: Variance, bits: int) -> arb:
    with precision(2 * bits + 64):
        return arb(q) if isinstance(q, fmpq) else q(bits + 16)


def _rounded(q: fmpq, bits: int) -> fmpq:
    return fmpq(int((q * (1 << bits)).floor()), 1 << bits)


def _is_stable(slope: Real) -> bool | None:
    """Slopes below -1 do not occur: sigma_w^2 E[f^2 (z^2 - 1)]/(2 q) >= -sigma_w^2 E f^2/(2 q) >= -1/2."""
    try:
        side = compare(slope, exact(1))
    except Undecided:
        return None
    return None if side == 0 else side < 0


def _minus(at: Real) -> Real:
    if at.exact is not None:
        return exact(-at.exact)
    return Real(refine=lambda bits: -at.ball(bits))

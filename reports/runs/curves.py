"""Points of f and f' for plotting, from certified evaluation: dense where the curve bends, broken where it jumps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from flint import fmpq

from ...proofs.budget import Undecided
from ...proofs.enclosures.jets import jet
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import Piece, split, value_at
from ...proofs.normal_forms.signs import Undefined

USUAL = 5.0
"""The window reaches at least so far to both sides, and further where landmarks are, but not beyond FARTHEST."""
FARTHEST = 40.0
LEAST_HEIGHT = 6.0
"""Values up to this size, or that of the window, are always in view."""
FIRST_STEPS, DEEPEST = 24, 5
"""Steps of a window at first, and how often one is halved where the curve bends."""
BEND = 1 / 1000
"""The largest distance of a curve from its chord, as a part of the picture's height."""
BITS, DIGITS = 64, 6
"""Bits of the evaluation, and significant digits of what is drawn."""


def curves(
    expr: Expr, facts: Mapping[str, Any] | None = None, *, variable: str = "x", places: Iterable[float] = ()
) -> dict[str, Any]:
    """`{"window", "orders": [{"order", "height", "pieces": [{"x": [...], "y": [...]}], "points"}]}`, orders 0 and 1.

    `facts` (a datasheet's document) name the landmarks to be in view; `places` are others. `points` are (x, f(x)) where
    pieces meet. Raises Undecided where it is not known what the pieces are.
    """
    parts = split(expr, variable)
    meetings = map(float, parts.breakpoints)
    window = _window(parts.pieces, [*places, *meetings, *(landmarks(facts) if facts else ())])
    drawn = [_Curve(piece, variable, window) for piece in parts.pieces if piece.expr is not None]
    shown = [curve for curve in drawn if curve.left < curve.right]
    orders = []
    for order in (0, 1):
        bounds = facts["orders"][order].get("range") if facts else None
        height = _height([y for curve in shown for _, y in curve.coarse(order)], window, bounds)
        runs = [curve.points(order, height[1] - height[0]) for curve in shown]
        points = _values(expr, variable, parts.breakpoints) if order == 0 else []
        orders.append({
            "order": order,
            "height": height,
            "pieces": [{"x": [_short(x) for x, _ in run], "y": [_short(y) for _, y in run]} for run in runs if run],
            "points": [point for point in points if window[0] <= point[0] <= window[1]],
        })  # fmt: skip
    return {"window": list(window), "orders": orders}


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def landmarks(facts: Mapping[str, Any]) -> list[float]:
    """Finite zeros and extrema of f, f' and f''."""
    places: list[Mapping[str, Any]] = []
    for order in facts["orders"]:
        if not order["undecided"]:
            places += [p for key in ("zeros", "argmin", "argmax") for p in order[key] or () if "decimal" in p]
    return [x for place in places if math.isfinite(x := float(place["decimal"]))]


def _window(pieces: Iterable[Piece], places: Iterable[float]) -> tuple[float, float]:
    """An interval with the landmarks in view, not much wider than the function's domain."""
    near = [1.25 * x for x in places if abs(x) <= FARTHEST]
    low, high = min([-USUAL, *near]), max([USUAL, *near])
    if not (defined := [piece for piece in pieces if piece.expr is not None]):
        raise Undecided("no place at which the expression is defined")
    low = max(low, float(min(float(piece.low) for piece in defined)))
    high = min(high, float(max(float(piece.high) for piece in defined)))
    return low, high


def _height(values: list[float], window: tuple[float, float], bounds: Mapping[str, Any] | None) -> tuple[float, float]:
    """The least and the largest value to show: a certified bound is in view, what runs away from it is cut off."""
    cap = max(LEAST_HEIGHT, *map(abs, window))
    inside = [y for y in values if abs(y) <= cap] or [0.0]
    ends = [float(bounds[end]["decimal"]) for end in ("inf", "sup")] if bounds else []
    shown = [*inside, *(y for y in ends if abs(y) <= cap)]
    return min(shown), max(shown)


def _values(expr: Expr, variable: str, breakpoints: Iterable[Any]) -> list[tuple[float, float]]:
    """(x, f(x)) at breakpoints; one without a value is left out."""
    points = []
    for at in breakpoints:
        try:
            points.append((float(at), float(value_at(expr, variable, at))))
        except (Undecided, Undefined):
            continue
    return points


class _Curve:
    """One piece within a window; at the ends of the piece its expression gives the one-sided limits."""

    def __init__(self, piece: Piece, variable: str, window: tuple[float, float]) -> None:
        self.left, self.right = max(window[0], float(piece.low)), min(window[1], float(piece.high))
        assert piece.expr is not None
        expr = piece.expr
        steps = max(4, round(FIRST_STEPS * (self.right - self.left) / (window[1] - window[0])))
        self._first = [self.left + (self.right - self.left) * k / steps for k in range(steps + 1)]

        @cache
        def values(x: float) -> tuple[float | None, float | None]:
            series = jet(expr, variable, fmpq(*x.as_integer_ratio()), 2, BITS)
            value, slope = (float(y.mid()) if y.is_finite() else None for y in (series[0], series[1]))
            return value, slope

        self._values = values

    def coarse(self, order: int) -> list[tuple[float, float]]:
        """Points at equal distances, where the function is finite."""
        return [(x, y) for x in self._first if (y := self._values(x)[order]) is not None]

    def points(self, order: int, height: float) -> list[tuple[float, float]]:
        """Points so close that the chords between them are the curve, to the eye."""
        kept = self._first[:1]
        for left, right in pairwise(self._first):
            kept += self._refined(left, right, order, BEND * (height or 1.0), DEEPEST)
        return [(x, y) for x in kept if (y := self._values(x)[order]) is not None]

    def _refined(self, left: float, right: float, order: int, bend: float, deepest: int) -> list[float]:
        """The points after `left`, up to `right`."""
        middle = (left + right) / 2
        a, b, c = (self._values(x)[order] for x in (left, middle, right))
        if deepest and (a is None or b is None or c is None or abs(a + c - 2 * b) > 2 * bend):
            parts = (left, middle), (middle, right)
            return [x for part in parts for x in self._refined(*part, order, bend, deepest - 1)]
        return [right]

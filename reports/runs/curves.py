"""Points of f and f' for plotting, from certified evaluation, broken where the function jumps."""

from __future__ import annotations

from typing import Any

from flint import fmpq

from ...proofs.enclosures.jets import jet
from ...proofs.expressions.expr import Expr
from ...proofs.functions.pieces import split

WINDOW = (-6, 6)
STEPS = 240
BITS = 64


def curves(expr: Expr, variable: str = "x") -> dict[str, Any]:
    """`{"window", "orders": [{"order", "pieces": [{"x": [...], "y": [...]}]}]}` for orders 0 and 1."""
    lo, hi = WINDOW
    orders: list[list[dict[str, list[float]]]] = [[], []]
    for piece in split(expr, variable).pieces:
        left, right = max(float(lo), float(piece.low)), min(float(hi), float(piece.high))
        if piece.expr is None or left >= right:
            continue
        steps = max(2, round(STEPS * (right - left) / (hi - lo)))
        points = [_point(left, right, k, steps) for k in range(steps + 1)]
        values = [jet(piece.expr, variable, x, 2, BITS) for x in points]
        for order, runs in enumerate(orders):
            kept = [
                (float(x), float(v[order].mid())) for x, v in zip(points, values, strict=True) if v[order].is_finite()
            ]
            if kept:
                runs.append({"x": [x for x, _ in kept], "y": [y for _, y in kept]})
    return {"window": [lo, hi], "orders": [{"order": k, "pieces": runs} for k, runs in enumerate(orders)]}


def _point(left: float, right: float, k: int, steps: int) -> fmpq:
    """Equally spaced; the ends are the piece's own, where its expression gives the one-sided value."""
    a, b = fmpq(*left.as_integer_ratio()), fmpq(*right.as_integer_ratio())
    return a + (b - a) * fmpq(k, steps)

"""The fixed points of a length map that is neither convex nor concave, counted: all of them, each in a bracket.

With W(x) = f(x)^2 + f(-x)^2 the map is E W(sqrt(q) z) sigma_w^2/2 + sigma_b^2. Where W(x) <= a x^2 + b for every x, it
is at most (sigma_w^2/2)(a q + b) + sigma_b^2, and a bound from below says the same from below: with the a to which
W/x^2 tends, the map minus q has one sign for all large q. With biases it is above 0 for q < sigma_b^2. Between those
ends the line is cut into boxes on each of which the map is proved not to meet the diagonal, or to be steeper or flatter
than it, so that the signs at its ends tell whether it meets it once or never.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from flint import arb, fmpq

from ...proofs.budget import Undecided
from ...proofs.enclosures.balls import exact_rational, known_sign, precision
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.functions.landscape import decided_landscape
from ...proofs.functions.pieces import one_sided_limit
from ...proofs.reals.reals import PLUS_INFINITY, Real, compare, exact

BITS = 128
MAX_BOXES = 300
CUTS = (fmpq(1, 2), fmpq(3, 7), fmpq(5, 9))
"""Where a box is cut; at one of them the map does not meet the diagonal."""

Bracket = tuple[fmpq, fmpq]


def far_end(w: Expr, variable: str, weights: Real, biases: Real) -> fmpq:
    """A q beyond which the map minus q has one sign. Raises Undecided."""
    x = ex.name(variable)
    growth = one_sided_limit(w / (x * x), variable, PLUS_INFINITY, 0)
    if growth.infinite or growth.exact is None:
        raise Undecided("the growth of f^2 at infinity")
    half = exact(weights.exact * growth.exact * fmpq(1, 2)) if weights.exact is not None else None
    side = 0 if half is None else compare(half, exact(1))
    if half is None or side == 0:
        raise Undecided("whether the length map rises above the diagonal at infinity")
    shape = decided_landscape(w - growth.exact * x * x, variable)
    offset = (shape.inf if side > 0 else shape.sup).value
    if offset.infinite:
        raise Undecided("the distance of f^2 from a square")
    with precision(BITS):
        start = weights.ball(BITS) * offset.ball(BITS) / 2 + biases.ball(BITS)
        end = (start / (1 - half.ball(BITS))).upper()
    return max(exact_rational(end), fmpq(0)) + 1


def brackets(
    low: fmpq, high: fmpq, sign: Callable[[fmpq], int], excess: Callable[[fmpq, fmpq], tuple[arb, arb]]
) -> list[Bracket]:
    """A bracket for every fixed point between two numbers at which the map minus q is not 0, in order.

    `sign` is that of the map minus q, `excess` encloses it and its slope on a box. Raises Undecided.
    """
    boxes, found = [(low, sign(low), high, sign(high))], list[Bracket]()
    for _ in range(MAX_BOXES):
        if not boxes:
            return found
        a, before, b, after = boxes.pop()
        value, slope = excess(a, b)
        if known_sign(value):
            continue
        if known_sign(slope):
            if before != after:
                found.append((a, b))
            continue
        cut, middle = _cut(a, b, sign)
        boxes += [(cut, middle, b, after), (a, before, cut, middle)]
    raise Undecided("the fixed points of the length map need more boxes than are tried")


def _cut(a: fmpq, b: fmpq, sign: Callable[[fmpq], int]) -> tuple[fmpq, int]:
    for part in CUTS:
        with suppress(Undecided):
            cut = a + (b - a) * part
            if seen := sign(cut):
                return cut, seen
    raise Undecided("signs beside a fixed point of the length map are not seen")

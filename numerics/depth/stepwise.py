"""A product of equal factors as a backward pass forms it: every multiplication is rounded to the format.

That differs from the exact product rounded once (:mod:`products`). The factor itself is a float of the format first,
and each step rounds: a product may stay at a float whose next product rounds back to it, and never vanish; or grow
faster than the power does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flint import fmpq

from ...proofs.enclosures.formats import Format, Rounded

MOST_LAYERS = 1 << 18
"""Followed one by one; only a factor within 0.003 of 1 takes longer to get anywhere."""


@dataclass(frozen=True)
class StepwiseDepth:
    """The first depths, in layers, at which the stepwise product leaves a format's range; None where it never does."""

    leaves_normal: int | None
    rounds_to_zero: int | None
    overflows: int | None
    stays_at: fmpq | None
    """The float that one more multiplication does not change, 0 included; None where there is none."""
    followed: int | None = None
    """The number of layers after which the product was left while still moving: a None above then means none of these
    layers. None where the product was followed to its end, and a None above means never."""

    @property
    def flushed_to_zero(self) -> int | None:
        """Where arithmetic that flushes results below the normal range to zero gives 0."""
        return self.leaves_normal

    def to_json(self) -> dict[str, Any]:
        stays_at = None if self.stays_at is None else binary(self.stays_at)
        return {**vars(self), "flushed_to_zero": self.flushed_to_zero, "stays_at": stays_at}


def stepwise_depth(factor: Rounded, fmt: Format, *, start: int = 0, most: int = MOST_LAYERS) -> StepwiseDepth:
    """The product factor * factor * ..., from 2^start on, for a float of the format >= 0, as `Format.round` gives it.

    Rounding is monotone and leaves floats alone: by a factor of at most 1 the product never grows, by one of at least 1
    it never falls. It therefore ends at a float that stays or overflows, and `never` is proved by reaching it.
    """
    if isinstance(factor, str):
        return StepwiseDepth(None, None, 1, None)
    lowest = fmt.emin - fmt.precision + 1  # the exponent of the smallest subnormal
    multiplier, raised = _binary(factor)
    digits, exponent, leaves_normal = 1, start, None  # the product is digits * 2**exponent
    for layer in range(1, most + 1):
        exact, scale = digits * multiplier, exponent + raised
        dropped = max(exact.bit_length() - fmt.precision, lowest - scale, 0)
        following, place = _nearest(exact, dropped), scale + dropped
        top = following.bit_length() + place
        if top > fmt.emax and following * fmpq(2) ** place > fmt.max_finite:
            return StepwiseDepth(leaves_normal, None, layer, None)
        if (not following or top <= fmt.emin) and leaves_normal is None:
            leaves_normal = layer
        if not following:
            return StepwiseDepth(leaves_normal, layer, None, fmpq(0))
        if _same(following, place, digits, exponent):
            return StepwiseDepth(leaves_normal, None, None, following * fmpq(2) ** place)
        digits, exponent = following, place
    return StepwiseDepth(leaves_normal, None, None, None, followed=most)


def _nearest(value: int, dropped: int) -> int:
    """value / 2**dropped to the nearest integer, ties to even."""
    if not dropped:
        return value
    kept, rest, half = value >> dropped, value & ((1 << dropped) - 1), 1 << (dropped - 1)
    return kept + (rest > half or (rest == half and kept & 1))


def _same(m: int, e: int, n: int, f: int) -> bool:
    """Whether m * 2**e = n * 2**f."""
    return m << (e - f) == n if e >= f else m == n << (f - e)


def _binary(value: fmpq) -> tuple[int, int]:
    """The integer m and the exponent e with value = m * 2**e, m odd or 0."""
    if not value:
        return 0, 0
    odd, exponent = int(value.p), 1 - int(value.q).bit_length()
    trailing = (odd & -odd).bit_length() - 1
    return odd >> trailing, exponent + trailing


def binary(value: fmpq) -> str:
    """A dyadic rational as text: 0, 1, 3 * 2^-149."""
    odd, power = _binary(value)
    if not power:
        return str(odd)
    return f"2^{power}" if odd == 1 else f"{odd} * 2^{power}"

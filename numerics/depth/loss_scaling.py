"""Loss scaling: the power of two that keeps a product of equal factors, rounded at every step, in the normal range.

Gradients that are multiplied by 2^k at the loss keep all of their digits as long as they are normal (Micikevicius et
al. 2018, Mixed precision training). PyTorch's GradScaler starts at 2^16 and doubles its scale after 2000 steps without
an overflow (torch.amp.GradScaler, init_scale and growth_interval).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...proofs.enclosures.formats import Format, Rounded
from .stepwise import stepwise_depth

FIRST_SCALE, GROWTH_INTERVAL = 16, 2000
"""The exponent of GradScaler's first scale, and the steps after which it doubles."""


@dataclass(frozen=True)
class LossScale:
    """The least scale, from 1 on, with which a product over some layers leaves the normal range nowhere."""

    exponent: int | None
    """k of the scale 2^k; None where the format has no such number, or a product overflows or is 0."""
    growth_steps: int | None
    """The training steps after which GradScaler's scale has grown to it."""

    def to_json(self) -> dict[str, Any]:
        return {**vars(self)}


def loss_scale(factor: Rounded, fmt: Format, layers: int) -> LossScale:
    """The scale for factor * factor * ..., a float of the format >= 0, over this many layers."""
    if isinstance(factor, str) or not factor:
        return LossScale(None, None)

    def stays_normal(exponent: int) -> bool:
        depths = stepwise_depth(factor, fmt, start=exponent, most=layers)
        return depths.leaves_normal is None and depths.overflows is None

    if stays_normal(0):
        return LossScale(0, 0)
    if factor >= 1 or not stays_normal(fmt.emax):
        return LossScale(None, None)
    low, high = 0, fmt.emax  # rounding is monotone: what a scale keeps normal, a larger one does
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if stays_normal(middle) else (middle, high)
    return LossScale(high, GROWTH_INTERVAL * max(high - FIRST_SCALE, 0))

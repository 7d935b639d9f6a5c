"""Loss scales against counting with exact rounding, in every format."""

from __future__ import annotations

import pytest
from flint import fmpq
from gradproof.numerics.depth.loss_scaling import loss_scale
from gradproof.numerics.depth.products import depth_report
from gradproof.proofs.enclosures.formats import FORMATS, Format

from ...thorough import few


def stays_normal(factor: fmpq, fmt: Format, layers: int, scale: fmpq) -> bool:
    """The definition, word by word: the scaled product, rounded after every multiplication."""
    product = fmt.round(scale)
    for _ in range(layers):
        if isinstance(product, str) or product < fmt.min_normal:
            return False
        product = fmt.round(product * factor)
    return not isinstance(product, str) and product >= fmt.min_normal


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("rate", ["1/4", "1/3", "6/7", "99/100", "1", "9/8", "3/2", "1/1000"])
@pytest.mark.parametrize("layers", few([1, 7, 40, 300], lambda layers: layers < 300))
def test_it_is_the_least_scale_that_works(rate: str, layers: int, fmt: Format) -> None:
    factor = fmt.round(fmpq(*map(int, rate.split("/"))))
    assert not isinstance(factor, str)
    scale = loss_scale(factor, fmt, layers)
    if scale.exponent is None:
        works = [k for k in range(fmt.emax + 1) if stays_normal(factor, fmt, layers, fmpq(2) ** k)]
        assert not works or not factor
        return
    assert stays_normal(factor, fmt, layers, fmpq(2) ** scale.exponent)
    assert not scale.exponent or not stays_normal(factor, fmt, layers, fmpq(2) ** (scale.exponent - 1))
    assert scale.growth_steps == 2000 * max(scale.exponent - 16, 0)


def test_ten_sigmoid_layers_in_float16() -> None:
    """4^-10 = 2^-20 is below float16's least normal number 2^-14: a scale of 2^6 lifts it."""
    row = next(row for row in depth_report("sigmoid", layers=10).formats if row.format == "float16")
    assert row.loss_scale.exponent == 6
    assert row.to_json()["loss_scale"] == {"exponent": 6, "growth_steps": 0}
    assert row.stepwise.flushed_to_zero == 8 and row.stepwise.rounds_to_zero == 13


def test_no_scale_of_float16_is_large_enough_for_a_hundred_sigmoid_layers() -> None:
    scales = {row.format: row.loss_scale.exponent for row in depth_report("sigmoid", layers=100).formats}
    assert scales["float16"] is None and scales["float32"] == 200 - 126 and scales["float64"] == 0

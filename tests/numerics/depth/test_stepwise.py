"""Products rounded at every step, against counting with exact rounding and with NumPy's own arithmetic."""

import numpy as np
import pytest
from flint import fmpq
from gradproof.numerics.depth.products import depth_report
from gradproof.numerics.depth.stepwise import StepwiseDepth, binary, stepwise_depth
from gradproof.numerics.floats.formats import dtype_of
from gradproof.numerics.floats.formats import exact as exact_value
from gradproof.proofs.enclosures.formats import FORMATS, Format

SMALL = [fmt for fmt in FORMATS.values() if fmt.bits <= 16]


def counted(factor: fmpq, fmt: Format, most: int) -> StepwiseDepth:
    """The definition, word by word: round after every multiplication."""
    product, leaves_normal = fmpq(1), None
    for layer in range(1, most + 1):
        following = fmt.round(product * factor)
        if isinstance(following, str):
            return StepwiseDepth(leaves_normal, None, layer, None)
        if following < fmt.min_normal and leaves_normal is None:
            leaves_normal = layer
        if following == 0:
            return StepwiseDepth(leaves_normal, layer, None, fmpq(0))
        if following == product:
            return StepwiseDepth(leaves_normal, None, None, product)
        product = following
    return StepwiseDepth(leaves_normal, None, None, None, followed=most)


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: fmt.name)
@pytest.mark.parametrize(
    "rate", ["1/4", "1/3", "6/7", "9/10", "99/100", "1", "9/8", "113/100", "3/2", "100", "1/100000"]
)
def test_it_is_what_counting_gives(rate: str, fmt: Format) -> None:
    factor = fmt.round(fmpq(*map(int, rate.split("/"))))
    expected = StepwiseDepth(None, None, 1, None) if isinstance(factor, str) else counted(factor, fmt, 3000)
    assert stepwise_depth(factor, fmt, most=3000) == expected


@pytest.mark.parametrize("fmt", SMALL, ids=lambda fmt: fmt.name)
def test_it_is_what_the_machine_s_arithmetic_gives(fmt: Format) -> None:
    dtype = dtype_of(fmt)
    for size in (0.3, 0.62, 0.78, 0.9, 1.2, 1.7):
        factor = np.asarray(size, dtype)
        product, steps = np.asarray(1, dtype), 0
        with np.errstate(over="ignore", under="ignore"):
            while True:
                following, steps = (product * factor).astype(dtype), steps + 1
                if not np.isfinite(following.astype(float)) or following == product or following == 0:
                    break
                product = following
        found = stepwise_depth(exact_value(factor), fmt)
        if not np.isfinite(following.astype(float)):
            assert found.overflows == steps
        elif following == 0:
            assert (found.rounds_to_zero, found.stays_at) == (steps, 0)
        else:
            assert (found.rounds_to_zero, found.stays_at) == (None, exact_value(following))


def test_gaussian_s_product_never_vanishes_in_float32_though_its_power_rounds_to_zero() -> None:
    depths = {row.format: row for row in depth_report("gaussian", typical=False).formats}
    assert depths["float32"].rounds_to_zero == 678
    steps = depths["float32"].stepwise
    assert (steps.rounds_to_zero, steps.stays_at) == (None, 3 * FORMATS["float32"].min_subnormal)
    assert steps.to_json()["stays_at"] == "3 * 2^-149"


def test_gelu_s_product_overflows_earlier_in_float8_than_its_power() -> None:
    depths = {row.format: row for row in depth_report("gelu", typical=False).formats}
    assert (depths["float8_e5m2"].overflows, depths["float8_e5m2"].stepwise.overflows) == (91, 48)
    assert (depths["bfloat16"].overflows, depths["bfloat16"].stepwise.overflows) == (732, 756)


@pytest.mark.thorough
def test_a_factor_that_rounds_to_one_changes_nothing() -> None:
    steps = depth_report("tanh", weight="0.9999").formats
    by_name = {row.format: row.stepwise for row in steps}
    assert by_name["bfloat16"] == StepwiseDepth(None, None, None, fmpq(1))
    assert by_name["float64"].rounds_to_zero is None
    assert by_name["float64"].followed is not None, "left undecided, not 'never'"


def test_dyadic_numbers_as_text() -> None:
    texts = {fmpq(0): "0", fmpq(1): "1", fmpq(6): "3 * 2^1", fmpq(3, 8): "3 * 2^-3", fmpq(1, 128): "2^-7", fmpq(5): "5"}
    assert {value: binary(value) for value in texts} == texts

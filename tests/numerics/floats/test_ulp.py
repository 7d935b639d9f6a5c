"""Errors in ULP by their definition, vectorised and exact."""

import math
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx, fmpq
from gradproof.numerics.floats.formats import as_float64, exact, shifted, to_float
from gradproof.numerics.floats.ulp import Reference, conditioned, ulp_errors, ulps
from gradproof.numerics.oracle.reference import reference
from gradproof.proofs.enclosures.formats import FORMATS, Enclosures, Format


def ulp_error(computed: Any, real: fmpq | Enclosures, fmt: Format) -> fmpq | float:
    """The error in ULP of one computed float, exactly where the real is rational, else as the nearest float64.

    Returns math.inf where one of the two is NaN or infinite and the other is not. Raises RoundingUndecided
    for enclosures of an exact tie.
    """
    nearest, got = to_float(fmt.round(real)), float(computed)
    if not (math.isfinite(nearest) and math.isfinite(got)):
        return fmpq(0) if nearest == got or (math.isnan(nearest) and math.isnan(got)) else math.inf
    value, ulp = exact(got), fmt.ulp(real)
    if not callable(real):
        return abs(value - real) / ulp
    return abs(float((value - real(256)) / ulp))


@pytest.mark.parametrize("name", FORMATS)
def test_both_versions_agree_at_every_distance(name: str, sample) -> None:
    x = sample(name, 12, seed=6)
    x = x[np.isfinite(as_float64(x))]
    truth = reference("softsign", x)
    for steps in (0, 1, -1, 3, -7):
        computed = shifted(truth.value, steps)
        fast = ulp_errors(computed, truth)
        for point, value, error in zip(x, computed, fast, strict=True):
            real = exact(point) / (1 + abs(exact(point)))
            wanted = ulp_error(value, real, FORMATS[name])
            assert isinstance(wanted, fmpq)
            assert error == pytest.approx(int(wanted.p) / int(wanted.q), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", FORMATS)
def test_a_correctly_rounded_result_is_at_most_half_an_ulp_off(name: str, sample) -> None:
    truth = reference("sigmoid", sample(name, 20, seed=7))
    assert ulp_errors(truth.value, truth).max() <= 0.5


def test_overflow_and_nan_by_the_definition() -> None:
    fmt, top = FORMATS["float16"], fmpq(65504)
    assert ulp_error(math.inf, top * 2, fmt) == 0
    assert ulp_error(-math.inf, top * 2, fmt) == math.inf
    assert ulp_error(65504.0, top * 2, fmt) == math.inf
    assert ulp_error(math.nan, fmpq(1), fmt) == math.inf
    assert ulp_error(65504.0, top + 8, fmt) == fmpq(1, 4)
    assert ulp_error(math.nan, fmpq(500), FORMATS["float8_e4m3fn"]) == 0


def test_the_vectorised_version_treats_special_values_the_same() -> None:
    truth = Reference(np.array([np.inf, np.inf, np.nan, 1.0, 0.0], np.float16), np.zeros(5), np.full(5, -10))
    errors = ulp_errors(np.array([np.inf, 65504, np.nan, np.nan, -0.0], np.float16), truth)
    assert errors.tolist() == [0, np.inf, 0, np.inf, 0]


def test_errors_of_the_whole_range_stay_finite() -> None:
    truth = Reference(np.array([1.7976931348623157e308, 5e-324]), np.zeros(2), np.array([971, -1074]))
    assert np.isfinite(ulp_errors(np.array([-1.7976931348623157e308, 1e308]), truth)).all()
    assert ulp_errors(np.array([1.7976931348623157e308, 1.5e-323]), truth).tolist() == [0, 2]


def test_an_enclosed_real_gives_its_nearest_error() -> None:
    def third(bits: int) -> arb:
        with ctx.workprec(bits):
            return arb(1) / 3

    error = ulp_error(0.5, third, FORMATS["float64"])
    assert error == pytest.approx((0.5 - 1 / 3) * 2**54, rel=1e-14)


def test_shapes_and_dtypes_must_match() -> None:
    truth = reference("relu", np.array([1, 2], np.float32))
    with pytest.raises(ValueError, match=r"expected float32 of shape \(2,\), got float64 of shape \(2,\)"):
        ulp_errors(np.array([1.0, 2.0]), truth)


def test_conditioning_divides_by_one_plus_kappa() -> None:
    errors, kappa = np.array([4.0, 4.0, 4.0, np.inf]), np.array([0.0, 3.0, np.inf, np.inf])
    assert conditioned(errors, kappa).tolist() == [4, 1, 0, np.inf]


def test_ulps_of_floats() -> None:
    assert ulps(np.array([1, 0, np.inf], np.float32)).tolist()[:2] == [2.0**-23, 2.0**-149]
    assert np.isnan(ulps(np.array([np.inf], np.float32))[0])

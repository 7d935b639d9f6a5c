"""Arrays in the six formats: bits, neighbours, conversions and text."""

import math

import numpy as np
import pytest
from flint import fmpq
from gradproof.numerics.floats.formats import (
    all_values,
    as_float64,
    dtype_of,
    exact,
    format_of,
    from_bits,
    from_hex,
    hex_text,
    rounded_from_float64,
    shifted,
    to_bits,
    to_float,
    ulp_exponents,
)
from gradproof.proofs.enclosures.formats import FORMATS

NARROW = ("float16", "bfloat16", "float8_e4m3fn", "float8_e5m2")


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_and_its_dtype_name_each_other(name: str) -> None:
    assert format_of(dtype_of(name)) is FORMATS[name]
    assert dtype_of(FORMATS[name]).itemsize * 8 == FORMATS[name].bits


def test_other_dtypes_are_refused() -> None:
    with pytest.raises(ValueError, match="dtype='int32': expected one of float64, float32"):
        format_of(np.zeros(3, np.int32))


@pytest.mark.parametrize("name", FORMATS)
def test_bits_and_values_are_inverse(name: str, sample) -> None:
    values = sample(name, 50, seed=1)
    assert np.array_equal(to_bits(from_bits(to_bits(values), name)), to_bits(values))


@pytest.mark.parametrize("name", NARROW)
def test_stepping_up_visits_every_value_in_order(name: str) -> None:
    every = as_float64(all_values(name))
    ordered = np.unique(every[np.isfinite(every)])
    x = rounded_from_float64(ordered, name)
    assert np.array_equal(as_float64(shifted(x, 1))[:-1], ordered[1:])
    assert np.array_equal(as_float64(shifted(x, -1))[1:], ordered[:-1])
    top = as_float64(shifted(x, 1))[-1]
    assert np.isnan(top) if FORMATS[name].overflow == "nan" else np.isinf(top)


def test_stepping_agrees_with_nextafter_and_stays_at_infinity() -> None:
    x = np.array([0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, 1.7976931348623157e308, np.inf, -np.inf])
    assert np.array_equal(shifted(x, 1)[:-3], np.nextafter(x[:-3], np.inf))
    assert shifted(x, 1)[-3:].tolist() == [np.inf, np.inf, np.finfo(float).min]
    assert np.array_equal(shifted(x, -1)[:-2], np.nextafter(x[:-2], -np.inf))
    assert shifted(x, -1)[-2:].tolist() == [np.finfo(float).max, -np.inf]
    assert shifted(np.array([1.0], np.float32), np.array([3]))[0] == np.float32(1 + 3 * 2.0**-23)


@pytest.mark.parametrize("name", FORMATS)
def test_rounding_an_array_is_the_exact_rounding(name: str, sample) -> None:
    fmt = FORMATS[name]
    x = as_float64(sample("float64", 100, seed=2))
    near = as_float64(sample(name, 100, seed=3))
    near = near[np.isfinite(near)]
    ties = near + np.ldexp(0.5, ulp_exponents(near, fmt)) if fmt.precision < 50 else near
    points = np.concatenate([x, near, ties, np.nextafter(ties, np.inf), np.nextafter(ties, -np.inf)])
    got = as_float64(rounded_from_float64(points, name))
    for point, value in zip(points, got, strict=True):
        if math.isfinite(point):
            wanted = to_float(fmt.round(exact(point)))
            assert value == wanted or (math.isnan(value) and math.isnan(wanted)), point


@pytest.mark.parametrize("name", FORMATS)
def test_ulp_exponents_are_those_of_the_exact_ulp(name: str, sample) -> None:
    fmt = FORMATS[name]
    values = as_float64(sample(name, 60, seed=4))
    values = values[np.isfinite(values)]
    for value, exponent in zip(values, ulp_exponents(values, fmt), strict=True):
        assert fmt.ulp(exact(value)) == fmpq(2) ** int(exponent)


@pytest.mark.parametrize("name", FORMATS)
def test_hex_text_keeps_every_bit(name: str, sample) -> None:
    for value in sample(name, 40, seed=5):
        again = from_hex(hex_text(value), name)
        assert again.dtype == value.dtype
        assert np.isnan(float(value)) or (float(again) == float(value) and np.signbit(again) == np.signbit(value))


def test_text_that_is_no_float_of_the_format_is_refused() -> None:
    with pytest.raises(ValueError, match=r"text='0x1\.08p\+0': no float8_e5m2 has this value"):
        from_hex("0x1.08p+0", "float8_e5m2")


def test_only_finite_floats_are_rationals() -> None:
    assert exact(np.float16(0.1)) == fmpq(819, 8192)
    with pytest.raises(ValueError, match="expected a finite float"):
        exact(np.inf)

"""The strategies draw what they say, shrink where they say, and reach every corner of a format."""

from __future__ import annotations

import numpy as np
import pytest
from gradproof.crosschecks.inputs import strategies
from gradproof.numerics.floats.formats import dtype_of, format_of, from_hex, hex_text, shifted
from gradproof.proofs.enclosures.formats import FORMATS
from hypothesis import find, given, settings
from hypothesis import strategies as st

from ...thorough import every, few


@pytest.mark.parametrize("name", few(FORMATS, lambda name: name == "float8_e4m3fn"))
@pytest.mark.parametrize(
    "corner",
    [
        lambda x, fmt: np.isnan(x),
        lambda x, fmt: x == 0 and np.signbit(x),
        lambda x, fmt: 0 < abs(x) < float(fmt.min_normal),
        lambda x, fmt: np.isfinite(x) and abs(x) > float(fmt.max_finite) / 2**8,
    ],
    ids=["nan", "-0", "subnormal", "huge"],
)
def test_floats_reach_every_corner(name, corner):
    many = settings(max_examples=20_000, database=None)
    found = find(strategies.floats(name), lambda x: bool(corner(float(x), FORMATS[name])), settings=many)
    assert found.dtype == dtype_of(name)


@pytest.mark.parametrize("name", few(FORMATS, every(6)))
def test_floats_shrink_to_zero_and_can_be_kept_finite(name):
    assert float(find(strategies.floats(name), lambda x: True)) == 0.0

    @given(strategies.floats(name, finite=True))
    def finite(x):
        assert np.isfinite(float(x))

    finite()


@pytest.mark.parametrize("name", FORMATS)
def test_near_stays_within_its_ulps(name):
    centres = np.array([1.0, -1.5]).astype(dtype_of(name))
    around = {float(shifted(centres[k : k + 1], step)[0]) for k in (0, 1) for step in range(-3, 4)}

    @given(strategies.near(centres, name, ulps=3))
    def close(x):
        assert float(x) in around

    close()
    assert float(find(strategies.near(centres, name), lambda x: True)) == 1.0


def test_near_needs_a_centre():
    with pytest.raises(ValueError, match="at least one"):
        strategies.near([], "float32")


def test_simpler_points_have_the_fewest_bits_that_do():
    same_every_time = settings(derandomize=True, database=None, max_examples=2000)
    points = [np.array([-5.43219, -7.1], np.float32)]
    (x,) = find(strategies.simpler_points(points, "float32"), lambda p: float(p[0]) <= -5.25, settings=same_every_time)
    assert float(x) == -5.25
    (x,) = find(strategies.simpler_points(points, "float32"), lambda p: float(p[0]) <= -6, settings=same_every_time)
    assert float(x) == -6.0


@pytest.mark.parametrize("name", few(FORMATS, every(3)))
def test_findings_are_replayed_to_the_bit(name):
    @given(strategies.floats(name))
    def same(x):
        again = from_hex(hex_text(x), FORMATS[name])
        assert again.dtype == x.dtype
        assert float(again) == float(x) or (np.isnan(float(x)) and np.isnan(float(again)))
        assert np.isnan(float(x)) or np.signbit(again) == np.signbit(x)

    same()


def test_replaying_what_no_float_of_the_format_is():
    with pytest.raises(ValueError, match="no float16"):
        from_hex("0x1.00001p+0", FORMATS["float16"])


@pytest.mark.thorough
@given(st.data())
def test_rational_points_have_the_names_asked_for(data):
    point = data.draw(strategies.rational_points(["a", "b"], []))
    assert sorted(point) == ["a", "b"]


def test_formats_are_known_by_their_dtype():
    assert {format_of(np.zeros(1, dtype_of(name))).name for name in FORMATS} == set(FORMATS)

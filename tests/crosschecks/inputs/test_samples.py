"""A sample always has what chance would miss."""

from __future__ import annotations

import numpy as np
import pytest
from gradproof.crosschecks.inputs import samples
from gradproof.numerics.floats.formats import shifted
from gradproof.numerics.floats.test_points import NEIGHBOURS, landmarks
from gradproof.proofs.datasheets.function import facts
from gradproof.proofs.enclosures.formats import FORMATS

FORMAT_NAMES = list(FORMATS)
LONG = [name for name in FORMATS if FORMATS[name].bits > 8]


def sample_of(name: str, around=(), seed: int = 0) -> np.ndarray:
    return samples.sample(FORMATS[name], around, np.random.default_rng(seed))


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_special_values_are_there(name):
    fmt, x = FORMATS[name], sample_of(name).astype(np.float64)
    assert np.isnan(x[-1])
    for value in (0.0, 1.0, fmt.min_subnormal, fmt.min_normal, fmt.min_normal - fmt.min_subnormal, fmt.max_finite):
        assert {float(value), -float(value)} <= set(x)
    assert {(v, s) for v, s in zip(x, np.signbit(x), strict=True) if v == 0} == {(0.0, True), (0.0, False)}
    assert (np.inf in x) == (-np.inf in x) == (fmt.overflow == "inf")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_each_float_is_there_once_and_in_order(name):
    x = sample_of(name).astype(np.float64)[:-1]
    keys = [(v, not s) for v, s in zip(x, np.signbit(x), strict=True)]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("name", LONG)
def test_every_binade_has_a_float_and_every_length_of_subnormal(name):
    fmt, x = FORMATS[name], np.abs(sample_of(name).astype(np.float64)[:-1])
    x = x[(x > 0) & np.isfinite(x)]
    met = {max(int(e) - 1, fmt.emin - fmt.precision + 1) for e in np.frexp(x)[1]}
    binades = range(fmt.emin - fmt.precision + 1, fmt.emax + 1)
    if name == "float64":  # beyond 2^64 every third, which third depends on the seed
        assert met >= set(range(-64, 65)) | set(range(fmt.emin - fmt.precision + 1, fmt.emin))
        assert all(met & set(binades[k : k + 3]) for k in range(len(binades) - 3))
    else:
        assert met == set(binades)


@pytest.mark.parametrize("name", LONG)
def test_neighbours_of_a_landmark_are_there(name):
    centre = np.array([1.4142135623730951]).astype(sample_of(name).dtype)
    x = set(sample_of(name, [1.4142135623730951]).astype(np.float64))
    for step in range(-NEIGHBOURS, NEIGHBOURS + 1):
        assert float(shifted(centre, step)[0]) in x


@pytest.mark.parametrize("name", ["float8_e4m3fn", "float8_e5m2"])
def test_eight_bits_are_sampled_in_full(name):
    finite = sum(np.isfinite(np.arange(256, dtype=np.uint8).view(sample_of(name).dtype).astype(np.float64)))
    assert np.isfinite(sample_of(name).astype(np.float64)).sum() == finite


def test_landmarks_are_kinks_zeros_extrema_and_inflection_points():
    gelu = landmarks(facts("gelu"))
    for x in (0.0, 2**0.5, -(2**0.5), -0.7517915246935645):
        assert np.isclose(gelu, x, rtol=1e-12, atol=0).any(), x
    assert {-3.0, 3.0} <= set(landmarks(facts("hard_sigmoid")))


def test_the_same_seed_draws_the_same_sample_and_another_another():
    assert sample_of("float32").tobytes() == sample_of("float32").tobytes()
    assert sample_of("float32").tobytes() != sample_of("float32", seed=1).tobytes()


def test_pairs_have_every_pair_of_zeros_and_infinities():
    a, b = samples.pairs(FORMATS["float32"], np.random.default_rng(0))
    met = set(zip(a.astype(float), b.astype(float), strict=True))
    assert {(0.0, 0.0), (np.inf, 0.0), (0.0, np.inf)} <= met
    assert len(a) == len(b) > 200

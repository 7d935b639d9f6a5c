"""The survey: very many inputs, the same for the same seed, and the most telling of them in the sample."""

from __future__ import annotations

import numpy as np
import pytest
from gradproof.crosschecks.checking.check import check
from gradproof.crosschecks.inputs.survey_inputs import (
    DENSE,
    FEW,
    MOST,
    OUTSIDE,
    WINDOWS,
    natural_binades,
    survey_inputs,
)
from gradproof.numerics.oracle.certified import certified
from gradproof.proofs.catalogue.parse import definition
from gradproof.proofs.enclosures.formats import FORMATS


def drawn(name, dtype, *, span=None, most=MOST, seed=0, thin=False):
    truth = certified(definition(name).expr())
    return survey_inputs(truth, FORMATS[dtype], np.random.default_rng(seed), span=span, most=most, thin=thin)


def numpy_sigmoid(x):
    with np.errstate(all="ignore"):
        return 1 / (1 + np.exp(-x))


def test_the_natural_domain_is_where_values_follow_no_power():
    binades = natural_binades(certified(definition("sigmoid").expr()))
    exponents = {exponent - 127 for sign, exponent in binades if sign == 0}
    assert min(exponents) in range(-30, -20)
    assert max(exponents) == 4, "up to 32: beyond 17 all is 1 in float32, and within it to 2^-26 up to 18"
    assert {exponent - 127 for sign, exponent in binades if sign == 1} >= exponents, "exp(x) on the left"


@pytest.mark.parametrize("name", ["sigmoid", "relu"])
def test_every_run_of_neighbours_has_an_input(name):
    bits = np.sort(drawn(name, "float32").view(np.uint32).astype(np.int64))
    inside = (bits >= 0x3F000000) & (bits < 0x40000000)  # 1/2 to 2
    assert np.diff(bits[inside]).max() < 2 * DENSE
    assert FEW <= len(bits) <= MOST + 8000
    beyond = bits[(bits >= 0x7E800000) & (bits < 0x7F000000)]
    assert len(beyond) == OUTSIDE, "where all is plain as well"


def test_float64_and_slow_implementations_get_fewer_and_short_formats_all():
    assert FEW <= len(drawn("sigmoid", "float64")) <= FEW + 2000
    assert FEW <= len(drawn("sigmoid", "float32", most=FEW)) <= FEW + 8000
    assert len(drawn("sigmoid", "bfloat16")) == 1 << 16
    assert np.array_equal(drawn("tanh", "float32", most=FEW, seed=3), drawn("tanh", "float32", most=FEW, seed=3))


def test_a_thin_survey_looks_at_each_sixteenth_of_a_binade():
    bits = drawn("sigmoid", "float32", most=1 << 19, thin=True).view(np.uint32)
    for first in (0x3F800000, 0xBE800000):
        inside = bits[(bits >= first) & (bits < first + (1 << 23))] - first
        assert np.unique(inside >> 19).tolist() == list(range(16))
        assert len(np.unique(inside >> 11)) == WINDOWS
    assert FEW <= len(drawn("sigmoid", "float64", thin=True)) <= FEW + 2000
    assert len(drawn("sigmoid", "float16", thin=True)) == 1 << 16


def test_the_inputs_do_not_hang_on_what_the_oracle_was_asked_before():
    truth = certified(definition("1/(1 + exp(-x/3))").expr())  # used by no other test
    survey_inputs(truth, FORMATS["float32"], np.random.default_rng(2), span=None, most=1 << 19, thin=True)
    x = survey_inputs(truth, FORMATS["float32"], np.random.default_rng(1), span=None, most=MOST)
    bits = x.view(np.uint32).astype(np.int64)
    assert np.diff(bits[(bits >= 0x3F000000) & (bits < 0x40000000)]).max() < 2 * DENSE


def test_a_range_is_taken_whole_where_it_is_small():
    x = drawn("sigmoid", "float32", span="1:1.001")
    assert (x.min(), len(x)) == (1.0, 1 + int(np.floor(0.001 * 2**23)))
    assert x.max() <= 1.001
    wide = drawn("sigmoid", "float32", span="-8:8")
    assert (wide.min() >= -8, wide.max() <= 8, len(wide) <= 1 << 23) == (True, True, True)


@pytest.mark.thorough
def test_a_window_of_128_wrong_inputs_is_found():
    def window(x):
        wrong = (x.view(np.uint32) >> 7) == (0x3F812345 >> 7)
        return np.where(wrong, numpy_sigmoid(x) * np.float32(1.00001), numpy_sigmoid(x))

    (result,) = check(window, as_="sigmoid", dtypes="float32", examples=1, span="0.5:2")
    assert result.verdict == "fail"
    assert result.findings[0].property == "accuracy"
    assert 1 <= result.findings[0].count <= 128
    assert 1.0088 < float(result.findings[0].x) < 1.0090


def test_a_mean_error_is_measured_and_truncation_noted():
    def truncated(x):
        exact = 1 / (1 + np.exp(-x.astype(np.float64)))
        nearest = exact.astype(np.float32)
        return np.where(nearest > exact, np.nextafter(nearest, np.float32(0)), nearest)

    (fair,) = check(numpy_sigmoid, as_="sigmoid", dtypes="float32", examples=1, span="0.5:0.51")
    (low,) = check(truncated, as_="sigmoid", dtypes="float32", examples=1, span="0.5:0.51")
    assert fair.mean_signed_ulp is not None
    assert abs(fair.mean_signed_ulp) < 0.1
    assert low.mean_signed_ulp == pytest.approx(-0.5, abs=0.02)
    assert (low.verdict, [n.property for n in low.notes]) == ("pass", ["bias"])


@pytest.mark.thorough
def test_flushed_subnormals_are_counted_over_all_of_a_short_format():
    def flushing(x):
        y = numpy_sigmoid(x.astype(np.float64)).astype(np.float16)
        return np.where(np.abs(y) < np.finfo(np.float16).tiny, np.float16(0), y)

    (result,) = check(flushing, as_="sigmoid", dtypes="float16", examples=1)
    assert (result.verdict, result.coverage, result.inputs) == ("pass", "exhaustive", 1 << 16)
    assert result.flushed_outputs > 100
    assert [n.property for n in result.notes] == ["flushed subnormals"]

"""The words for sets of inputs, against every float of the small formats."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from gradproof.crosschecks.inputs.bit_patterns import PatternsError, patterns
from gradproof.numerics.floats.formats import all_values, as_float64
from gradproof.proofs.enclosures.formats import FORMATS

SMALL = [FORMATS[name] for name in ("float16", "bfloat16", "float8_e4m3fn", "float8_e5m2")]


def chosen(spec, fmt):
    """The set, as the patterns in it."""
    found = patterns(spec, fmt)
    assert all(a + n < b for (a, n), (b, _) in pairwise(found.runs)), "disjoint, in order, not adjoining"
    inside = np.zeros(1 << fmt.bits, bool)
    for first, count in found.runs:
        inside[first : first + count] = True
    assert inside.sum() == found.inputs
    return inside


def written(number):
    """All decimal digits of a float."""
    return format(Decimal(number), "f") if np.isfinite(number) else str(number)


def values(fmt):
    return as_float64(all_values(fmt))


@pytest.mark.parametrize("fmt", SMALL, ids=lambda f: f.name)
def test_a_range_is_every_float_between(fmt):
    x, draw = values(fmt), Random(7)
    finite = x[np.isfinite(x)]
    ends = [0.0, 2.0**-160, float(finite.max()), 2.0 * float(finite.max()), np.inf]
    ends += [float(draw.choice(finite)) * draw.choice([1.0, 1.01]) for _ in range(20)]
    seen = 0
    for _ in range(60):
        low, high = sorted(draw.choice([1, -1]) * draw.choice(ends) for _ in range(2))
        expected = (x >= low) & (x <= high)
        seen += int(expected.sum())
        if expected.any():
            assert (chosen(f"{written(low)}:{written(high)}", fmt) == expected).all(), (low, high)
            if np.isfinite([low, high]).all():
                assert (chosen(f"{low.hex()}:{high.hex()}", fmt) == expected).all(), (low, high)
        else:
            with pytest.raises(PatternsError, match="lies between"):
                patterns(f"{written(low)}:{written(high)}", fmt)
    assert seen


def test_numbers_are_exact_as_written():
    at, above = 0.0999755859375, "0.09997558593750000000000000000001"
    assert patterns(f"{at}:0.1", FORMATS["float16"]).inputs == 1
    with pytest.raises(PatternsError, match="no float16 lies between"):
        patterns(f"{above}:0.1", FORMATS["float16"])


@pytest.mark.parametrize("fmt", SMALL, ids=lambda f: f.name)
def test_the_binades_with_the_subnormals_and_the_special_values_are_everything_once(fmt):
    words = ["subnormal", "special", *(f"binade:{e}" for e in range(fmt.emin, fmt.emax + 1))]
    sets = [chosen(sign + word, fmt) for word in words for sign in "+-"]
    assert (np.sum(sets, axis=0) == 1).all()
    assert chosen(",".join(words), fmt).all()
    assert chosen("all", fmt).all()
    assert (chosen("special", fmt) == ~np.isfinite(values(fmt))).all()
    assert (chosen("subnormal", fmt) == (np.abs(values(fmt)) < float(fmt.min_normal))).all()
    size = np.abs(values(fmt))
    assert (chosen("binade:-3", fmt) == ((size >= 2.0**-3) & (size < 2.0**-2))).all()
    assert (chosen("-binade:-3", fmt) == (chosen("binade:-3", fmt) & np.signbit(values(fmt)))).all()


@pytest.mark.parametrize("fmt", SMALL, ids=lambda f: f.name)
@pytest.mark.parametrize("each", [1, 5, 100, 1000, 10**9])
def test_a_sample_has_its_share_of_every_binade(fmt, each):
    size = 1 << (fmt.precision - 1)
    counts = chosen(f"sample:{each}", fmt).reshape(-1, size).sum(axis=1)
    assert (counts == min(each, size)).all()
    assert chosen(f"sample:{each}", fmt).reshape(-1, size)[:, 0].all(), "zeros, powers of two, infinities"


def test_a_sample_is_drawn_from_its_seed():
    fmt = FORMATS["float32"]
    assert patterns("sample:500", fmt) == patterns("sample:500", fmt)
    assert patterns("sample:500", fmt).runs == patterns("sample:500:0", fmt).runs
    assert patterns("sample:500:1", fmt).runs != patterns("sample:500:2", fmt).runs
    assert patterns("sample:500", fmt).inputs == 500 * 512


def test_sets_that_overlap_are_taken_together():
    fmt = FORMATS["float16"]
    expected = chosen("-1:2", fmt) | chosen("binade:0", fmt)
    assert (chosen("-1:2, binade:0", fmt) == expected).all()


def test_pieces_end_where_tiles_do():
    found = patterns("-1:2,special", FORMATS["float16"])
    pieces = list(found.pieces(512))
    assert all(first // 512 == (first + count - 1) // 512 for first, count in pieces)
    assert [p for first, count in pieces for p in range(first, first + count)] == [
        p for first, count in found.runs for p in range(first, first + count)
    ]


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("", "expected all, LOW:HIGH"),
        ("everything", "patterns='everything': expected all, LOW:HIGH"),
        ("1:", "expected numbers such as -1.5, 2e-3 or 0x1.8p+0, got ''"),
        ("nan:1", "got 'nan'"),
        ("1e99999999:inf", "got '1e99999999'"),
        ("2:1", "no float32 lies between 2 and 1"),
        ("binade:200", "expected a binade of float32, -126 to 127"),
        ("binade:x", "expected numbers"),
        ("sample:0", "expected one input or more"),
        ("-sample:5", "expected numbers"),
        ("1:2,", "patterns='': expected all"),
    ],
)
def test_what_names_no_set_is_refused(spec, says):
    with pytest.raises(PatternsError) as caught:
        patterns(spec, FORMATS["float32"])
    assert says in str(caught.value)


def test_a_set_that_nobody_can_go_through_is_refused():
    with pytest.raises(PatternsError, match=r"expected at most 2\*\*48 inputs, float64 has 18446744073709551616"):
        patterns("all", FORMATS["float64"])
    assert patterns("sample:10", FORMATS["float64"]).inputs == 10 * 4096

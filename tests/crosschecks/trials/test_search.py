"""The worst input is found where the errors around it are largest, to the float."""

from __future__ import annotations

import numpy as np
import pytest
from gradproof.crosschecks.checking.check import check
from gradproof.crosschecks.findings import Extent, Finding

from ...thorough import few


def softplus_above_20(x):
    with np.errstate(over="ignore"):
        return np.where(x > 20, x, np.log1p(np.exp(x)))


def tanh_worst_at_a_third(x):
    """Wrong around 1/3 alone, and the more the nearer."""
    near = np.maximum(1 - 64 * np.abs(x - 1 / 3), 0)
    return (np.tanh(x) * (1 + 1e-3 * near)).astype(x.dtype)


def mish_short_beyond_5(x):
    """A branch that begins too early, with errors of 7e-7 there, which fade."""
    n = np.exp(np.minimum(x, 20)) * (np.exp(np.minimum(x, 20)) + 2)
    right = np.where(x > 20, x, x * n / (n + 2))
    return np.where((x > 5) & (x < 11), x * (1 - 2 * np.exp(-2 * x)), right).astype(x.dtype)


def extent_of(finding: Finding) -> Extent:
    assert finding.details is not None and finding.details.extent is not None
    return finding.details.extent


def test_the_edge_of_a_wrong_branch_is_found_to_the_float():
    (result,) = check(mish_short_beyond_5, as_="mish", dtypes="float64", examples=2, survey=False)
    finding = next(f for f in result.findings if f.property == "accuracy")
    extent, first = extent_of(finding), float(np.nextafter(5.0, 6.0))
    assert isinstance(finding.x, float) and first <= finding.x < first + 1e-9
    assert (extent.low, extent.high) == (first, np.nextafter(11.0, 0))
    assert "5.0000000000000009 to 10.999999999999998" in finding.message
    for x in (5.0625, 5.000001):
        other = check(mish_short_beyond_5, as_="mish", dtypes="float64", at=x)[0].max_ulp
        assert other is not None and other < extent.error


def test_edges_lie_between_what_passes_and_what_fails():
    """From both sides, and of several regions, in which what was tested is all that is said."""

    def waves(x):
        return np.where((x >= -0.7) & (x < 0.3) | (x > 1.1) & (x <= 1.7), x + 1, x)

    (result,) = check(waves, as_="identity", dtypes="float64", span="-2:2", examples=2, survey=False)
    (finding,) = result.findings
    extent = extent_of(finding)
    assert (extent.low, extent.high) == (-0.7, 1.7)


@pytest.mark.parametrize(
    ("kernel", "as_", "dtype", "worst"),
    few(
        [
            (softplus_above_20, "softplus", "float64", np.nextafter(20.0, 21.0)),
            (tanh_worst_at_a_third, "tanh", "float32", 1 / 3),
        ],
        lambda _, as_, *__: as_ == "tanh",
    ),
)
def test_the_worst_input_is_found_to_the_float(kernel, as_, dtype, worst):
    (result,) = check(kernel, as_=as_, dtypes=[dtype], examples=2)
    (finding,) = [f for f in result.findings if f.property == "accuracy"]
    assert abs(float(finding.x) - worst) <= 2.0**-18 * (dtype == "float32")

"""The worst input is found where the errors around it are largest, to the float."""

from __future__ import annotations

import numpy as np
import pytest
from gradproof.crosschecks.checking.check import check

from ...thorough import few


def softplus_above_20(x):
    with np.errstate(over="ignore"):
        return np.where(x > 20, x, np.log1p(np.exp(x)))


def tanh_worst_at_a_third(x):
    """Wrong around 1/3 alone, and the more the nearer."""
    near = np.maximum(1 - 64 * np.abs(x - 1 / 3), 0)
    return (np.tanh(x) * (1 + 1e-3 * near)).astype(x.dtype)


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

"""Kernels with faults that people report are caught without being asked for anything; right ones raise no failure."""

from __future__ import annotations

import numpy as np
import pytest
from gradproof.crosschecks.checking.check import check

from ...thorough import few
from ..wrong_kernels import RIGHT, WRONG


def judged(activation, options, kernel):
    def quiet(x):
        with np.errstate(all="ignore"):
            return np.asarray(kernel(x)).astype(x.dtype)

    (result,) = check(quiet, as_=activation, dtypes="float32", examples=2, **options)
    return result


def test_there_are_enough_of_both():
    assert len({name for name, *_ in WRONG}) == len(WRONG) >= 75
    assert len({name for name, *_ in RIGHT}) == len(RIGHT) >= 30


@pytest.mark.parametrize(
    ("name", "activation", "options", "kernel"),
    few(WRONG, lambda name, *_: name in ("sigmoid in a window near 1", "leaky_relu with slope 0.2")),
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_a_wrong_kernel_fails(name, activation, options, kernel):
    result = judged(activation, options, kernel)
    assert result.verdict == "fail", str(result)
    assert result.findings


@pytest.mark.parametrize(
    ("name", "activation", "options", "kernel"),
    few(RIGHT, lambda name, *_: name == "relu by maximum"),
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_a_right_kernel_fails_nothing(name, activation, options, kernel):
    result = judged(activation, options, kernel)
    assert result.verdict == "pass", str(result)

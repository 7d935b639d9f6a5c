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


def verdicts(kernels, activation):
    """All kernels of an activation in one process, which keeps the oracle's polynomials for the next."""
    judgements = {name: judged(of, options, kernel) for name, of, options, kernel in kernels if of == activation}
    return {name: str(result) for name, result in judgements.items()}


@pytest.mark.parametrize("activation", few(sorted({of for _, of, *_ in WRONG}), lambda of: of.startswith("hard_")))
def test_wrong_kernels_fail(activation):
    missed = {name: text for name, text in verdicts(WRONG, activation).items() if not text.startswith("fail: ")}
    assert not missed


@pytest.mark.parametrize("activation", few(sorted({of for _, of, *_ in RIGHT}), lambda of: of == "relu"))
def test_right_kernels_fail_nothing(activation):
    blamed = {name: text for name, text in verdicts(RIGHT, activation).items() if not text.startswith("pass: ")}
    assert not blamed

"""Functions of one number, called for every number of an array."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from gradproof.crosschecks.checking.check import assert_conforms, check
from gradproof.crosschecks.targets.resolve import Request, resolve
from gradproof.crosschecks.workers.scalars import one_by_one, takes_numbers_only
from gradproof.crosschecks.workers.worker_process import Worker


def relu(x):
    return x if x > 0 else 0.0 if x == x else x


def sigmoid_that_overflows(x):
    return 1 / (1 + math.exp(-x))


def gate(a, b):
    return a * b if b > 0 else 0.0


@pytest.mark.parametrize("function", [math.erf, relu, sigmoid_that_overflows, gate, lambda x: float(np.sum(x))])
def test_functions_of_numbers_are_recognised(function):
    assert takes_numbers_only(function)


def refuses(x):
    raise ValueError("nothing today")


@pytest.mark.parametrize("function", [np.exp, np.sum, np.multiply, lambda x: np.where(x > 0, x, 0), refuses, dict])
def test_functions_of_arrays_are_not(function):
    assert not takes_numbers_only(function)


def test_every_number_is_given_as_pythons_own():
    seen = []

    def kept(x):
        seen.append(x)
        return x

    values = one_by_one(kept)(np.array([[1.5, -2.0]], np.float32))
    assert (values.dtype, values.shape, values.tolist()) == (np.float32, (1, 2), [[1.5, -2.0]])
    assert all(type(x) is float for x in seen)


def test_what_python_raises_is_the_infinity_or_nan_that_it_means():
    x = np.array([1000.0, -1000.0, 1.0])
    assert one_by_one(math.exp)(x).tolist() == [math.inf, 0.0, math.e]
    assert one_by_one(math.sinh)(x).tolist()[:2] == [math.inf, -math.inf]
    assert np.isnan(one_by_one(math.log)(-x)).tolist() == [True, False, True]
    assert np.isnan(one_by_one(math.log)(np.full(3, -1.0))).all()


def test_a_function_that_raises_for_every_number_is_wrong():
    with pytest.raises(ValueError, match="nothing today"):
        one_by_one(refuses)(np.ones(3))


@pytest.mark.thorough
def test_math_erf_passes_and_is_noted_to_take_one_number():
    (result,) = check("math:erf", examples=2, span="-3:3")
    assert (result.dtype, result.activation, result.verdict) == ("float64", "erf", "pass"), str(result)
    assert "called once per number" in " ".join(note.message for note in result.notes)


@pytest.mark.thorough
def test_a_wrong_one_fails():
    (result,) = check(sigmoid_that_overflows, as_="sigmoid", examples=2)
    assert result.verdict == "fail"
    assert_conforms(relu, "relu", dtype="float64", examples=2)


def silu_that_overflows(x):
    return x / (1 + math.exp(-x)) if abs(x) < 1e9 else math.inf


def softplus_that_overflows(x):
    return math.log(1 + math.exp(x))


@pytest.mark.parametrize(
    ("function", "as_", "at"),
    [(silu_that_overflows, "silu", -736), (sigmoid_that_overflows, "sigmoid", -1024.0),
     (softplus_that_overflows, "softplus", "709.79"), (lambda x: math.log(x) + 2 * x, "tanh", -1)],
)  # fmt: skip
def test_an_exception_is_reported_as_one(function, as_, at):
    with pytest.raises(AssertionError, match=r"got exception, expected .*raises (Overflow|Value)Error: ") as raised:
        assert_conforms(function, as_, dtype="float64", at=at)
    assert not re.search("infinite|returns|nan|got -?inf|bound", str(raised.value).lower())


def test_an_infinity_that_is_returned_is_one_and_so_is_a_right_one_that_is_raised():
    with pytest.raises(AssertionError, match=r"got inf, expected -?0; returns an infinity"):
        assert_conforms(silu_that_overflows, "silu", dtype="float64", at=-1e10)
    assert_conforms(math.exp, "exp(x)", dtype="float64", at=[1000.0, -1000.0])


def test_what_overflows_is_told_of_exceptions():
    (result,) = check(silu_that_overflows, as_="silu", dtypes="float64", span="-1000:-700", examples=2, survey=False)
    (finding,) = result.findings
    assert finding.cause is not None and "exp(-x) overflows from x = -709.7" in finding.cause
    assert finding.cause.endswith("on: it raises an exception")
    assert result.worst is not None and (result.worst.got, finding.got) == ("exception", "exception")


def test_the_note_on_numbers_names_no_input():
    (result,) = check(silu_that_overflows, "silu", dtype="float64", at=1.0)
    assert [(note.property, note.x_hex) for note in result.notes] == [("call", "")]
    assert "--at" not in result.notes[0].replay


@pytest.mark.thorough
def test_a_right_one_passes():
    assert_conforms(relu, "relu", dtype="float64", examples=2)


def test_the_arrays_may_be_said(monkeypatch):
    with Worker() as worker:
        (told,) = resolve(Request("numpy:tanh", array="scalar"), worker)
        (found,) = resolve(Request("math:tanh"), worker)
    assert (told.array, told.formats) == (found.array, found.formats) == ("scalar", ("float64",))

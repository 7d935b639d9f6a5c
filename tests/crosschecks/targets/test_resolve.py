"""A target as typed becomes implementations, or one clear line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gradproof.crosschecks.checking.check import check
from gradproof.crosschecks.targets.foreign import TargetError
from gradproof.crosschecks.targets.resolve import Request, resolve
from gradproof.crosschecks.workers.worker_process import Worker
from gradproof.numerics.vectors.definitions import row_functions
from gradproof.proofs.catalogue.entries import UnknownActivation, catalogue


@pytest.fixture(scope="module")
def worker():
    with pytest.MonkeyPatch.context() as patch, Worker() as it:
        patch.chdir(Path(__file__).parents[1])
        yield it


def test_a_callable_is_named_by_what_it_is_called(worker):
    (one,) = resolve(Request("planted:relu"), worker)
    assert (one.activation, one.order, one.array, one.function) == ("relu", 0, "numpy", "planted:relu")


@pytest.mark.parametrize(
    ("target", "activation"),
    [
        ("planted:raises_below_minus_2", None),
        ("planted:relu_derivative", "relu"),
        ("planted:scaled_relu", "relu"),
        ("numpy:tanh", "tanh"),
    ],
)
def test_names_are_read_word_by_word(worker, target, activation):
    if activation is None:
        with pytest.raises(TargetError, match="--as NAME"):
            resolve(Request(target), worker)
    else:
        assert resolve(Request(target), worker)[0].activation == activation


def test_as_wins_over_the_name(worker):
    assert resolve(Request("planted:relu", as_="hardswish"), worker)[0].activation == "hard_swish"


def test_a_parameter_the_callable_takes_is_passed_as_a_float(worker):
    (one,) = resolve(Request("planted:scaled_relu", as_="leaky_relu", parameters={"negative_slope": "0.1"}), worker)
    assert one.parameters == one.keywords == (("negative_slope", 0.1),)


def test_a_parameter_it_does_not_take_says_what_it_computes(worker):
    (one,) = resolve(Request("planted:relu", as_="leaky_relu", parameters={"negative_slope": "0.1"}), worker)
    assert one.parameters == (("negative_slope", "0.1"),)
    assert one.keywords == ()


def test_a_second_callable_computes_the_derivative(worker):
    value, slope = resolve(Request("planted:relu", derivative="planted:relu_derivative"), worker)
    assert (value.order, value.function) == (0, "planted:relu")
    assert (slope.order, slope.function) == (1, "planted:relu_derivative")


def test_a_callable_can_be_the_derivative_itself(worker):
    (one,) = resolve(Request("planted:relu_derivative", implements=1), worker)
    assert (one.order, one.through) == (1, "itself")


def test_the_numpy_pack_ships_the_whole_catalogue(worker):
    found = resolve(Request("numpy"), worker)
    rows = {function.name for function in row_functions().values()}
    assert {i.activation for i in found} == {entry.name for entry in catalogue()} | rows
    assert {i.order for i in found} == {0, 1}
    assert {(i.variable, i.order) for i in found if i.activation == "swiglu"} == {(0, 0), (0, 1), (1, 1)}


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (Request("cupy"), "expected module:callable, a file model.onnx, or one of the packs formulas, jax"),
        (Request("planted"), "expected module:callable"),
        (Request("planted:relu; import os"), "expected module:callable"),
        (Request("nowhere_to_be_found:relu"), "No module named 'nowhere_to_be_found'"),
        (Request("planted:nothing"), "no attribute 'nothing'"),
        (Request("planted:relu", orders=(1,)), "--derivative"),
        (Request("planted:relu", parameters={"alpha": "1"}), "no parameter 'alpha'"),
        (Request("planted:scaled_relu", as_="leaky_relu", parameters={"negative_slope": "soft"}), "expected a number"),
        (Request("numpy", as_="celu", parameters={"alpha": "0"}), "alpha != 0"),
    ],
)
def test_what_cannot_be_tested_is_said_in_one_line(worker, request_, says):
    with pytest.raises(TargetError) as error:
        resolve(request_, worker)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_activation_is_told_with_near_names(worker):
    with pytest.raises(UnknownActivation, match="gelu"):
        resolve(Request("planted:relu", as_="gellu"), worker)


def test_a_missing_name_is_said_with_those_that_are_there(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text("def relu(x): return x\ndef silu(x): return x\ndef _hidden(x): return x\n")
    monkeypatch.chdir(tmp_path)
    with Worker() as worker:
        with pytest.raises(TargetError, match=r"no attribute 'nope'; its functions are relu, silu$"):
            resolve(Request("mine:nope", "relu"), worker)
        with pytest.raises(TargetError, match=f"looked for in {tmp_path}"):
            resolve(Request("other:nope", "relu"), worker)
        with pytest.raises(TargetError, match=r"^--library 'libm\.so\.6:nosym' cannot be loaded: there is no symbol"):
            resolve(Request("library:libm.so.6:nosym"), worker)


def test_formats_without_a_float_in_the_range_are_left_out():
    results = check(np.abs, as_="relu", span="2.0001:2.0002", examples=2, array="numpy")
    assert {result.dtype for result in results} == {"float64", "float32"}
    with pytest.raises(ValueError, match=r"span='2\.0001:2\.0002': no float16 lies between"):
        check(np.abs, as_="relu", dtypes="float16", span="2.0001:2.0002")

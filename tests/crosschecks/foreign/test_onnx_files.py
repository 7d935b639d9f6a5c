"""ONNX files: models built here, of every shape that one input of numbers can have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gradproof.crosschecks.checking.check import check
from gradproof.crosschecks.sweeps.sweep import sweep
from gradproof.crosschecks.targets.foreign import TargetError
from gradproof.crosschecks.targets.resolve import Request, resolve
from gradproof.crosschecks.targets.versions import libraries
from gradproof.crosschecks.workers.worker_process import Worker

REASON = "is not installed: no ONNX file was tested"
onnx = pytest.importorskip("onnx", reason=f"onnx {REASON}")
pytest.importorskip("onnxruntime", reason=f"onnxruntime {REASON}")
helper, FLOAT, DOUBLE = onnx.helper, onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE
RELU = [("Relu", ["x"], ["y"])]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def model(
    name: str, nodes, shape, *, kind=FLOAT, inputs=("x",), outputs=("y",), result: str | None = "as the input"
) -> str:
    """A model in a file."""
    values = [helper.make_tensor_value_info(n, kind, shape) for n in inputs]
    of_outputs = shape if result == "as the input" else result
    results = [helper.make_tensor_value_info(n, kind, of_outputs) for n in outputs]
    graph = helper.make_graph([helper.make_node(*node) for node in nodes], "g", values, results)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    made.ir_version = 9
    onnx.save(made, name)
    return name


@pytest.mark.parametrize("shape", [["n"], None, [1, 8], ["batch", 8], ["batch", "n"], [2, "n", 3], [5]])
def test_every_shape_is_filled(shape):
    (result,) = check(model("relu.onnx", RELU, shape), dtypes="float32", examples=2, ignore=["kinks"])
    assert (result.activation, result.verdict) == ("relu", "pass"), str(result)
    assert result.inputs > 900


def test_the_format_is_the_models():
    (result,) = check(model("relu.onnx", RELU, ["n"], kind=DOUBLE), at=["0x1p0"])
    assert (result.dtype, result.verdict) == ("float64", "pass")


def test_a_wrong_model_fails():
    nodes = [("Sigmoid", ["x"], ["s"]), ("Mul", ["x", "s"], ["t"]), ("Abs", ["t"], ["y"])]
    (result,) = check(model("silu.onnx", nodes, [1, 8]), examples=2)
    assert "accuracy" in {f.property for f in result.findings}


def test_a_model_that_mixes_its_numbers_is_found():
    (result,) = check(model("sigmoid.onnx", [("Softmax", ["x"], ["y"])], ["batch", 8]), examples=2)
    assert any("depends on the other elements" in str(f) for f in result.findings), str(result)


def test_an_output_of_another_shape_is_a_finding():
    (result,) = check(model("relu.onnx", [("ReduceSum", ["x"], ["y"])], ["n"], result=None), at=["0x1p0"])
    assert {f.property for f in result.findings} == {"shape"}
    (result,) = check(model("relu.onnx", [("ReduceSum", ["x"], ["y"])], [2, 4], result=None), at=["0x1p0"])
    assert "expected an output of the input's shape (2, 4), got (1, 1)" in result.findings[0].message


def test_a_model_is_swept_and_its_digest_counts():
    name = model("relu.onnx", RELU, ["n"])
    assert sweep(name, fmt="float32", patterns="binade:0", workers=1).max_ulp == 0
    with Worker() as worker:
        (found,) = resolve(Request(name), worker)
        versions = libraries(found)
        assert set(versions) == {"gradproof", "numpy", "onnxruntime", "relu.onnx"}
        model("relu.onnx", RELU, ["m"])
        assert libraries(found)["relu.onnx"] != versions["relu.onnx"]


def test_what_cannot_be_run_is_one_line():
    Path("junk.onnx").write_bytes(b"junk")
    integers = onnx.TensorProto.INT32
    with Worker() as worker:
        for name, says in (
            ("nowhere.onnx", "nowhere.onnx: no such file"),
            ("junk.onnx", "junk.onnx"),
            (model("two.onnx", [("Mul", ["a", "b"], ["y"])], ["n"], inputs="ab"), "one input, this has 2 (a, b)"),
            (
                model("pair.onnx", [*RELU, ("Abs", ["x"], ["z"])], ["n"], outputs="yz"),
                "one output, this has 2 (y, z)",
            ),
            (model("ints.onnx", [("Abs", ["x"], ["y"])], ["n"], kind=integers), "the model takes tensor(int32)"),
        ):
            with pytest.raises(TargetError) as error:
                resolve(Request(name, as_="relu"), worker)
            assert says in str(error.value)
            assert "\n" not in str(error.value)


def test_without_the_runtime_it_is_said_how_to_get_it(monkeypatch):
    name = model("relu.onnx", RELU, ["n"])
    Path("onnxruntime.py").write_text("raise ModuleNotFoundError(\"No module named 'onnxruntime'\")\n")
    with Worker() as worker, pytest.raises(TargetError, match="an ONNX file needs onnxruntime: pip install"):
        resolve(Request(name), worker)


def test_the_last_batch_is_filled_up():
    from gradproof.crosschecks.foreign.onnx_files import call

    name = model("relu.onnx", RELU, [1, 8])
    x = np.arange(-10, 11, dtype=np.float32)
    assert call(x.reshape(3, 7), path=name).tolist() == np.maximum(x, 0).reshape(3, 7).tolist()

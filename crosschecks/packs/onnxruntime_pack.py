"""The operators of ONNX that are activations, run by ONNX Runtime. Values only, one thread of the CPU.

An operator's attributes are float32 whatever its input is, and so are the parameters that its reference is given.
Each is a model of one node, whose input has no shape, so one session serves arrays of every shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np

from ...numerics.floats.formats import Floats

onnx: Any = import_module("onnx")
helper: Any = import_module("onnx.helper")
onnxruntime: Any = import_module("onnxruntime")

_OLDEST_OPSET = 20
"""The operators of the table are all there from this one on, Swish from 24."""


@dataclass(frozen=True)
class Operator:
    """An ONNX operator that computes an activation."""

    name: str
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """The activation's parameters, each with the attributes that are set to it."""
    fixed: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Further attributes."""
    second: str | None = None
    """Its second input, where it has one: `axes`, the last alone; `scale`, a one for each number of a row."""


_HARD_SIGMOID = Operator("HardSigmoid", {"alpha": ("alpha",), "beta": ("beta",)})
_SELU = Operator("Selu", {"alpha": ("alpha",), "scale": ("gamma",)})

OPERATORS = {
    "identity": Operator("Identity"),
    "sigmoid": Operator("Sigmoid"),
    "tanh": Operator("Tanh"),
    "relu": Operator("Relu"),
    "leaky_relu": Operator("LeakyRelu", {"negative_slope": ("alpha",)}),
    "elu": Operator("Elu", {"alpha": ("alpha",)}),
    "selu": _SELU,
    "selu_onnx": _SELU,
    "celu": Operator("Celu", {"alpha": ("alpha",)}),
    "gelu": Operator("Gelu", fixed={"approximate": "none"}),
    "gelu_tanh": Operator("Gelu", fixed={"approximate": "tanh"}),
    "silu": Operator("Swish", fixed={"alpha": 1.0}),
    "swish": Operator("Swish", {"beta": ("alpha",)}),
    "softplus": Operator("Softplus"),
    "mish": Operator("Mish"),
    "softsign": Operator("Softsign"),
    "hard_sigmoid": _HARD_SIGMOID,
    "hard_sigmoid_onnx": _HARD_SIGMOID,
    "hard_swish": Operator("HardSwish"),
    "thresholded_relu": Operator("ThresholdedRelu", {"alpha": ("alpha",)}),
    "shrink": Operator("Shrink", {"lambd": ("lambd",), "bias": ("bias",)}),
    "hard_shrink": Operator("Shrink", {"lambd": ("lambd",)}, fixed={"bias": 0.0}),
    "soft_shrink": Operator("Shrink", {"lambd": ("lambd", "bias")}),
    "exponential": Operator("Exp"),
    "erf": Operator("Erf"),
    "arctan": Operator("Atan"),
    "sine": Operator("Sin"),
    "softmax": Operator("Softmax", fixed={"axis": -1}),
    "log_softmax": Operator("LogSoftmax", fixed={"axis": -1}),
    "logsumexp": Operator("ReduceLogSumExp", fixed={"keepdims": 0}, second="axes"),
    "layer_norm": Operator("LayerNormalization", {"eps": ("epsilon",)}, fixed={"axis": -1}, second="scale"),
    "rms_norm": Operator("RMSNormalization", {"eps": ("epsilon",)}, fixed={"axis": -1}, second="scale"),
}


def discover(wanted: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """The entry of each activation that is an operator, which `call` computes."""
    return {
        name: {
            "function": f"{__name__}:call",
            "keywords": {"activation": name},
            "needs": list(OPERATORS[name].parameters),
            "parameter_format": "float32",
        }
        for name in wanted
        if name in OPERATORS
    }


def call(x: Floats, *, activation: str, **parameters: float) -> Floats:
    """The operator's result. Raises what ONNX Runtime raises for a dtype that it has no kernel for."""
    return _session(activation, tuple(parameters.items()), x.dtype).run(None, {"x": x})[0]


@lru_cache(maxsize=256)
def _session(activation: str, parameters: tuple[tuple[str, float], ...], dtype: np.dtype) -> Any:
    """At the newest opset that the runtime has an implementation for: of Swish it has one at 24, none at 25."""
    operator = OPERATORS[activation]
    attributes = dict(operator.fixed)
    for name, value in parameters:
        attributes |= dict.fromkeys(operator.parameters[name], value)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    newest, refused = onnx.defs.onnx_opset_version(), None
    for opset in range(newest, _OLDEST_OPSET - 1, -1):
        model = _model(operator, attributes, dtype, opset).SerializeToString()
        try:
            return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime's own exceptions have no other base
            refused = error
    raise TypeError(f"{operator.name} of {dtype.name}: no opset from {_OLDEST_OPSET} to {newest}: {refused}")


def _model(operator: Operator, attributes: Mapping[str, Any], dtype: np.dtype, opset: int) -> Any:
    kind = helper.np_dtype_to_tensor_dtype(dtype)
    x, y = (helper.make_tensor_value_info(name, kind, None) for name in ("x", "y"))
    inputs = ["x"] if operator.second is None else ["x", "second"]
    nodes = [*_second(operator, kind), helper.make_node(operator.name, inputs, ["y"], **attributes)]
    graph = helper.make_graph(nodes, operator.name, [x], [y])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def _second(operator: Operator, kind: int) -> list[Any]:
    """The nodes that make an operator's second input."""
    match operator.second:
        case "axes":
            last = helper.make_tensor("last", onnx.TensorProto.INT64, [1], [-1])
            return [helper.make_node("Constant", [], ["second"], value=last)]
        case "scale":
            one = helper.make_tensor("one", kind, [1], [1.0])
            shape = helper.make_node("Shape", ["x"], ["shape"], start=-1)
            return [shape, helper.make_node("ConstantOfShape", ["shape"], ["second"], value=one)]
        case _:
            return []

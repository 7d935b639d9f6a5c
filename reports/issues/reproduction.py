"""A script that shows a wrong result without gradproof: in the framework's own words, run as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...crosschecks.findings import digits_of
from ...crosschecks.implementation import Implementation
from .expected import Expected, names_in

COPIES = 64
"""The length of the array that is called: vector lanes and a scalar tail may differ, and this is all lanes."""
_OF_PACKS = {
    "torch_pack:prelu": "torch.nn.functional.prelu(x, x.new_tensor([{weight}]))",
    "torch_pack:glu": "torch.nn.functional.glu(torch.stack([a, b]), dim=0)[0]",
    "jax_pack:glu": "jax.nn.glu(jnp.stack([a, b]), axis=0)[0]",
    "keras_pack:clipped_relu": "keras.activations.relu(x, max_value={max_val})",
    "keras_pack:threshold": "keras.activations.threshold(x, {threshold}, {value})",
    "keras_pack:glu": "keras.activations.glu(keras.ops.stack([a, b]), axis=0)[0]",
}
"""Calls that a pack makes in a function of its own."""


def script(i: Implementation, dtype: str, x_hex: str, names: tuple[str, ...], expected: Expected) -> str:
    """The script, which prints `observed` and `expected` on a line each."""
    points = dict(zip(names, x_hex.split(","), strict=True))
    imports, lines = _called(i, dtype, points)
    digits = digits_of(dtype)
    shown = [f'print(f"observed {{float(y[0]):.{digits}g}}")', *_expected_lines(points, expected)]
    if expected.formula is not None:
        imports = [*imports, f"from mpmath import {', '.join(['mp', 'mpf', *names_in(expected.formula)])}"]
    return "\n".join([*imports, "", *lines, *shown, ""])


def _expected_lines(points: Mapping[str, str], expected: Expected) -> list[str]:
    if expected.formula is None:
        return [f'print("expected {expected.digits}")']
    values = [f'{name} = mpf(float.fromhex("{_short(x)}"))' for name, x in points.items()]
    return ["", "mp.dps = 60", *values, f'print("expected", mp.nstr({expected.formula}, 20, strip_zeros=False))']


def _short(x_hex: str) -> str:
    """A hexadecimal float without zeros at its end."""
    mantissa, p, exponent = x_hex.partition("p")
    return mantissa.rstrip("0").rstrip(".") + p + exponent if "." in mantissa else x_hex


def _called(i: Implementation, dtype: str, points: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The imports, and the lines that compute the array y of results."""
    home, _, name = i.function.partition(":")
    keywords = dict(i.keywords)
    if name == "call":
        kind = home.rpartition(".")[2]
        if kind == "onnxruntime_pack":
            return _of_model(keywords, dtype, points)
        if kind == "c_symbols":
            return _of_library(keywords, dtype, points)
        if kind == "programs":
            return _of_program(keywords, dtype, points)
        if kind == "onnx_files":
            return _of_file(keywords, dtype, points)
    call, needed = _call(i, home, name, keywords, tuple(points))
    return {"torch": _in_torch, "jax": _in_jax}.get(i.array, _in_numpy)(i, dtype, points, call, needed)


def _call(
    i: Implementation, home: str, name: str, keywords: Mapping[str, Any], inputs: tuple[str, ...]
) -> tuple[str, str | None]:
    """The call as an expression in the inputs, and the import that it needs."""
    written = _OF_PACKS.get(f"{home.rpartition('.')[2]}:{name}")
    if written is not None:
        return written.format(**{"weight": 0.25, **keywords}), "import keras" if "keras" in written else None
    if home.endswith("transformers_pack"):
        return f'ACT2FN["{name}"](x)', "from transformers.activations import ACT2FN"
    arguments = ", ".join([*inputs, *(f"{k}={v!r}" for k, v in keywords.items())])
    if home.partition(".")[0] in ("torch", "jax", "scipy", "numpy", "keras"):
        needed = f"import {home}" if home not in ("torch.nn.functional", "torch", "numpy", "jax.nn") else None
        return f"{home}.{name}({arguments})", needed
    first = name.partition(".")[0]
    return f"{name}({arguments})", f"from {home} import {first}"


def _in_torch(
    i: Implementation, dtype: str, points: Mapping[str, str], call: str, needed: str | None
) -> tuple[list[str], list[str]]:
    lines = [
        f'{name} = torch.full(({COPIES},), float.fromhex("{_short(x)}"), dtype=torch.{dtype})'
        for name, x in points.items()
    ]
    if i.through == "autograd":
        leaf = list(points)[i.variable]
        lines += [f"{leaf}.requires_grad_()", f"{call}.sum().backward()", f"y = {leaf}.grad"]
    else:
        lines.append(f"y = {call}")
    return ["import torch", *([needed] if needed else [])], lines


def _in_jax(
    i: Implementation, dtype: str, points: Mapping[str, str], call: str, needed: str | None
) -> tuple[list[str], list[str]]:
    wide = ['jax.config.update("jax_enable_x64", True)'] if dtype == "float64" else []
    lines = [*wide, *_arrays(f"jnp.{dtype}", points, module="jnp")]
    names = ", ".join(points)
    if i.through == "autograd":
        function = f"lambda {names}: {call}.sum()"
        lines.append(f"y = jax.jit(jax.grad({function}, argnums={i.variable}))({names})")
    else:
        lines.append(f"y = jax.jit(lambda {names}: {call})({names})")
    return ["import jax", "import jax.numpy as jnp", *([needed] if needed else [])], lines


def _numpy_dtype(dtype: str) -> tuple[list[str], str]:
    if dtype in ("float16", "float32", "float64"):
        return ["import numpy as np"], f"np.{dtype}"
    return ["import ml_dtypes", "import numpy as np"], f"ml_dtypes.{dtype}"


def _arrays(dtype: str, points: Mapping[str, str], module: str = "np") -> list[str]:
    """The lines that make the inputs, in NumPy or a module with its words."""
    filled = f"{module}.full({COPIES}, float.fromhex"
    return [f'{name} = {filled}("{_short(x)}"), dtype={dtype})' for name, x in points.items()]


def _in_numpy(
    i: Implementation, dtype: str, points: Mapping[str, str], call: str, needed: str | None
) -> tuple[list[str], list[str]]:
    imports, kind = _numpy_dtype(dtype)
    if i.array == "scalar":
        (x,) = points.values()
        return [needed] if needed else [], [f'x = float.fromhex("{_short(x)}")', f"y = [{call}]"]
    return [*imports, *([needed] if needed else [])], [*_arrays(kind, points), f"y = {call}"]


def _of_model(
    keywords: Mapping[str, Any], dtype: str, points: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """A model of one node, as the pack builds it."""
    from ...crosschecks.packs.onnxruntime_pack import OPERATORS  # where it was under test, onnx is there

    operator = OPERATORS[keywords["activation"]]
    attributes = dict(operator.fixed)
    for name, names in operator.parameters.items():
        if name in keywords:
            attributes |= dict.fromkeys(names, keywords[name])
    imports, kind = _numpy_dtype(dtype)
    attribute_text = "".join(f", {name}={value!r}" for name, value in attributes.items())
    tensor = {"float32": "FLOAT", "float64": "DOUBLE", "float16": "FLOAT16", "bfloat16": "BFLOAT16"}[dtype]
    opset = 24 if operator.name == "Swish" else 20
    return (
        [*imports, "import onnxruntime", "from onnx import TensorProto, helper"],
        [
            f"ends = [helper.make_tensor_value_info(name, TensorProto.{tensor}, None) for name in (\"x\", \"y\")]",
            f'node = helper.make_node("{operator.name}", ["x"], ["y"]{attribute_text})',
            f'graph = helper.make_graph([node], "{operator.name}", ends[:1], ends[1:])',
            f'model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", {opset})], ir_version=10)',
            'session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])',
            *_arrays(kind, points),
            'y = session.run(None, {"x": x})[0]',
        ],
    )


def _of_file(keywords: Mapping[str, Any], dtype: str, points: Mapping[str, str]) -> tuple[list[str], list[str]]:
    imports, kind = _numpy_dtype(dtype)
    return [*imports, "import onnxruntime"], [
        f'session = onnxruntime.InferenceSession({keywords["path"]!r}, providers=["CPUExecutionProvider"])',
        *_arrays(kind, points),
        "y = session.run(None, {session.get_inputs()[0].name: x})[0]",
    ]


def _of_library(keywords: Mapping[str, Any], dtype: str, points: Mapping[str, str]) -> tuple[list[str], list[str]]:
    real = "c_double" if dtype == "float64" else "c_float"
    (x,) = points.values()
    path, built = keywords["path"], list[str]()
    if path.endswith((".c", ".cc", ".cpp")):
        built = [f'subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", "kernel.so", {path!r}, "-lm"], check=True)']
        path = "./kernel.so"
    lines = [*built, f"function = ctypes.CDLL({path!r})[{keywords['symbol']!r}]", f'x = float.fromhex("{_short(x)}")']
    if "*" in str(keywords.get("signature")):
        array = f"(ctypes.{real} * {COPIES})"
        call = [
            "function.argtypes, function.restype = None, None", f"inputs, y = {array}(*[x] * {COPIES}), {array}()",
            f"function(inputs, y, ctypes.c_size_t({COPIES}))",
        ]  # fmt: skip
    else:
        call = [f"function.argtypes, function.restype = [ctypes.{real}], ctypes.{real}", "y = [function(x)]"]
    return ["import ctypes", *(["import subprocess"] if built else [])], [*lines, *call]


def _of_program(keywords: Mapping[str, Any], dtype: str, points: Mapping[str, str]) -> tuple[list[str], list[str]]:
    imports, kind = _numpy_dtype(dtype)
    return [*imports, "import shlex", "import subprocess"], [
        *_arrays(kind, points),
        f"command = shlex.split({keywords['command']!r})",
        "answer = subprocess.run(command, input=x.tobytes(), capture_output=True, check=True)",
        f"y = np.frombuffer(answer.stdout, dtype={kind})",
    ]

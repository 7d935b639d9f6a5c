"""ONNX files with one input and one output of its shape, run by ONNX Runtime on one thread of the CPU.

Where the model's input has dimensions that are fixed, as [1, 8], the numbers come to it in batches of that shape, the
last one filled up with copies of the last number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ...numerics.floats.formats import Floats

_FORMATS = {"tensor(float)": "float32", "tensor(double)": "float64", "tensor(float16)": "float16"}


def described(request: dict[str, Any]) -> dict[str, Any]:
    """The format that a model takes, and whether it takes rows of any length.

    Raises ValueError for a model of another kind, what ONNX Runtime raises for a file that is none, and
    ModuleNotFoundError without it.
    """
    _, shape, fmt = _model(request["path"])
    return {"formats": [fmt], "of_any_rows": shape is None or (len(shape) == 2 and not any(shape))}


def call(x: Floats, *, path: str) -> Floats:
    """The model's results. Raises TypeError for another dtype than its input's, ValueError where a batch gives results
    of another shape."""
    session, shape, fmt = _model(path)
    if x.dtype.name != fmt:
        raise TypeError(f"the model takes {fmt}, not {x.dtype.name}")
    name = session.get_inputs()[0].name
    results: list[Floats] = []
    for batch in _batches(x, shape):
        (result,) = session.run(None, {name: batch})
        if batch is x:  # whatever came of it is judged
            return result
        if result.shape != batch.shape:
            raise ValueError(f"expected an output of the input's shape {batch.shape}, got {result.shape}")
        results.append(result)
    return np.concatenate([result.reshape(-1) for result in results])[: x.size].reshape(x.shape)


def _batches(x: Floats, shape: tuple[int | None, ...] | None) -> Iterator[Floats]:
    """All numbers at once where the shape leaves that open, else as many as it has room for."""
    if shape is None or (len(shape) == x.ndim and not any(shape)):
        yield x
        return
    size = math.prod(length or 1 for length in shape)
    count = -(-x.size // size)
    flat = np.concatenate([x.reshape(-1), np.repeat(x.reshape(-1)[-1:], count * size - x.size)])
    if None in shape:
        first = shape.index(None)
        yield flat.reshape([count if at == first else length or 1 for at, length in enumerate(shape)])
    else:
        for at in range(count):
            yield flat[at * size : (at + 1) * size].reshape([length or 1 for length in shape])


@lru_cache(maxsize=16)
def _model(path: str) -> tuple[Any, tuple[int | None, ...] | None, str]:
    """The session, the shape of its input (None: of a length that is open, or as a whole: of any), and its format."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file")
    try:
        runtime = import_module("onnxruntime")
    except ModuleNotFoundError:
        raise ModuleNotFoundError("an ONNX file needs onnxruntime: pip install onnxruntime") from None
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    inputs, outputs = session.get_inputs(), session.get_outputs()
    for kind, values in (("input", inputs), ("output", outputs)):
        if len(values) != 1:
            names = ", ".join(value.name for value in values)
            raise ValueError(f"expected a model with one {kind}, this has {len(values)} ({names})")
    if inputs[0].type not in _FORMATS:
        raise ValueError(f"expected an input of floats, the model takes {inputs[0].type}")
    # A model of any shape and one of no dimension have the same description: numbers are given to it in a row.
    shape = tuple(length if isinstance(length, int) and length > 0 else None for length in inputs[0].shape)
    return session, shape or None, _FORMATS[inputs[0].type]

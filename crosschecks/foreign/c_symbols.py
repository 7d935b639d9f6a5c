"""Symbols of C libraries, called through ctypes: one number at a time, or whole arrays.

A function of one number is called for a whole array by NumPy's own loop `PyUFunc_f_f`, which is part of NumPy's C API
and takes the function's address. So there is no call from Python for each number (a microsecond: an hour for all
float32s), no compiler that has to be there, and no machine code of ours.
"""

from __future__ import annotations

import ctypes
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ...numerics.floats.formats import Floats

SIGNATURES = {
    ("float", "float"): "float(float)",
    ("double", "double"): "double(double)",
    ("float", "*", "float", "*"): "void(const float*, float*, size_t)",
    ("double", "*", "double", "*"): "void(const double*, double*, size_t)",
}
"""The signatures that can be called, by the types of floats in them in their order."""
_SOURCES = (".c", ".cc", ".cpp")
_GUARD = 64
"""Numbers behind the end of an output, to see that the function left them alone."""

_LOOPS = {"float32": 6, "float64": 5}
"""The places of PyUFunc_f_f and PyUFunc_d_d in NumPy's table of C functions, which no version of NumPy changes:
__ufunc_api.h has them, and every extension module that was compiled with it relies on them."""
_Loop = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
_Array = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)


class WritesBeyondItsOutput(RuntimeError):
    """The function changed memory behind the numbers that it was to write."""


def signature(text: str) -> str:
    """The signature meant by a C declaration, with names in it or without. Raises ValueError for any other."""
    types = tuple(re.findall(r"\bfloat\b|\bdouble\b|\*", text))
    if types not in SIGNATURES:
        raise ValueError(f"signature={text!r}: expected one of {', '.join(map(repr, SIGNATURES.values()))}")
    return SIGNATURES[types]


def described(request: dict[str, Any]) -> dict[str, Any]:
    """The file that a symbol lies in, and the signatures it may have: the one that is asked for, else all.

    Raises OSError and AttributeError where it is not there, ValueError for a signature that cannot be called.
    """
    path, symbol = request["path"], request["symbol"]
    try:
        file = _file_of(_loaded(path)[symbol])
    except AttributeError:
        raise AttributeError(f"there is no symbol {symbol!r} in {path}") from None
    signatures = list(SIGNATURES.values())
    if request["signature"]:
        signatures = [signature(request["signature"])]
    return {"path": str(_source(path) or file or path), "signatures": signatures}


def call(x: Floats, *, path: str, symbol: str, signature: str) -> Floats:
    """The symbol's results. Raises TypeError for another dtype than the signature's."""
    dtype, function = _function(path, symbol, signature)
    if x.dtype != dtype:
        raise TypeError(f"{symbol} takes {dtype}, not {x.dtype}")
    x = np.ascontiguousarray(x)
    # What it does not write is NaN, not what happened to lie in the memory.
    results = np.full(x.size + _GUARD, np.nan, dtype)
    function(x.ctypes.data, results.ctypes.data, x.size)
    if not np.isnan(results[x.size :]).all():
        raise WritesBeyondItsOutput(f"{symbol} was given room for {x.size} numbers")
    return results[: x.size].reshape(x.shape)


@lru_cache(maxsize=64)
def _function(path: str, symbol: str, signature: str) -> tuple[np.dtype, Callable[[int, int, int], None]]:
    """The dtype, and a function of the addresses of inputs and results and of their number."""
    dtype = np.dtype(np.float64 if "double" in signature else np.float32)
    address = ctypes.cast(_loaded(path)[symbol], ctypes.c_void_p).value
    assert address is not None
    if "*" in signature:
        return dtype, _Array(address)
    loop, steps = _loop(dtype), (ctypes.c_ssize_t * 2)(dtype.itemsize, dtype.itemsize)

    def one_by_one(inputs: int, results: int, count: int) -> None:
        loop((ctypes.c_void_p * 2)(inputs, results), ctypes.byref(ctypes.c_ssize_t(count)), steps, address)

    return dtype, one_by_one


def _loop(dtype: np.dtype) -> Any:
    api: Any = import_module("numpy._core._multiarray_umath")  # where extension modules find it
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = ctypes.cast(pointer(api._UFUNC_API, None), ctypes.POINTER(ctypes.c_void_p))
    return _Loop(table[_LOOPS[dtype.name]])


@lru_cache(maxsize=16)
def _loaded(path: str) -> ctypes.CDLL:
    """The library: a file, one that the system finds by its name, or one that is compiled from a source first."""
    if (source := _source(path)) is not None:
        with TemporaryDirectory() as folder:
            return ctypes.CDLL(_compiled(source, Path(folder) / "compiled.so"))
    return ctypes.CDLL(os.path.abspath(path) if os.path.isfile(path) else path)


def _source(path: str) -> Path | None:
    return Path(path).absolute() if path.endswith(_SOURCES) else None


def _compiled(source: Path, library: Path) -> str:
    """Compiles with $CC, cc or gcc or clang, and $CFLAGS. Raises OSError with the compiler's first error."""
    compilers = [os.environ.get("CC", ""), *(("c++", "g++") if source.suffix != ".c" else ()), "cc", "gcc", "clang"]
    compiler = next((name for name in compilers if name and shutil.which(shlex.split(name)[0])), None)
    if not source.is_file():
        raise FileNotFoundError(f"{source}: no such file")
    if compiler is None:
        raise FileNotFoundError(f"{source.name}: there is no C compiler to compile it with; set CC, or name a library")
    flags = shlex.split(os.environ.get("CFLAGS", "-O2"))
    command: Sequence[str] = (
        *shlex.split(compiler), *flags, "-shared", "-fPIC", "-o", str(library), str(source), "-lm",
    )  # fmt: skip
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if run.returncode:
        lines = [line for line in run.stderr.splitlines() if "error" in line] or run.stderr.splitlines() or [""]
        raise OSError(f"{source.name} does not compile: {lines[0]}")
    return str(library)


class _Place(ctypes.Structure):
    """`Dl_info` of dlfcn.h."""

    _fields_ = (
        ("file", ctypes.c_char_p), ("base", ctypes.c_void_p), ("symbol", ctypes.c_char_p), ("address", ctypes.c_void_p),
    )  # fmt: skip


def _file_of(function: Any) -> str | None:
    """The file that a function was loaded from, where the system tells."""
    place = _Place()
    found = getattr(ctypes.CDLL(None), "dladdr", None) if os.name == "posix" else None
    if found is None or not found(ctypes.cast(function, ctypes.c_void_p), ctypes.byref(place)) or not place.file:
        return None
    return os.path.realpath(os.fsdecode(place.file))

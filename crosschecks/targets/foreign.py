"""Targets that are no Python, as text: `library:PATH:SYMBOL`, `command:PROG ARGS`, `model.onnx`.

The room :mod:`foreign` calls them, in the worker process; here are the names of what is there, and which signature a
symbol has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...numerics.floats.formats import as_float64
from ...numerics.oracle.reference import reference
from ...proofs.catalogue.entries import Activation
from ..implementation import Implementation
from ..workers.worker_process import Failed, Worker

LIBRARY, COMMAND = "library:", "command:"
_ROOM = f"{__name__.rpartition('.targets.')[0]}.foreign"
_PROBES = np.array([-2.6, -1.3, -0.7, -0.4, -0.15, 0.15, 0.4, 0.7, 0.9, 1.3, 2.6, 5.2])
_CLOSE, _MOST = 0.02, 0.75
"""A signature is taken for right where this share of the probes is close: a wrong kernel is still recognised by it."""


class TargetError(ValueError):
    """The error for a target that cannot be tested; the message is one clear line."""


@dataclass(frozen=True)
class Foreign:
    """A target that is no Python: the module that calls it, and its own name in there."""

    module: str
    keywords: Mapping[str, Any]
    speaks: str
    """The text that may name an activation."""

    @property
    def function(self) -> str:
        """The function under test, which takes `keywords`."""
        return f"{_ROOM}.{self.module}:call"

    @property
    def service(self) -> str:
        """The function that describes it."""
        return f"{_ROOM}.{self.module}:described"


def foreign(target: str, signature: str | None = None) -> Foreign | None:
    """The implementation that a target stands for; None for a callable of Python's. Raises TargetError."""
    if target.startswith(LIBRARY) and ":" in target.removeprefix(LIBRARY):
        path, _, symbol = target.removeprefix(LIBRARY).rpartition(":")
        if not (path and symbol.isidentifier()):
            raise TargetError(f"{as_given(target)}: expected PATH:SYMBOL of a C library, for example libm.so.6:tanhf")
        return Foreign("c_symbols", {"path": path, "symbol": symbol, "signature": signature}, symbol)
    if signature is not None:
        raise TargetError(f"target={target!r}, signature={signature!r}: symbols of C libraries alone have signatures")
    if target.startswith(COMMAND):
        return Foreign("programs", {"command": target.removeprefix(COMMAND)}, target.removeprefix(COMMAND))
    if target.endswith(".onnx"):
        return Foreign("onnx_files", {"path": target}, target.removesuffix(".onnx"))
    return None


def as_given(target: str) -> str:
    """A target as the command line has it: `--library libm.so.6:tanhf`, `target='math:erf'`."""
    for prefix, option in ((LIBRARY, "--library"), (COMMAND, "--command")):
        if target.startswith(prefix):
            return f"{option} {target.removeprefix(prefix)!r}"
    return f"target={target!r}"


def is_program(implementation: Implementation) -> bool:
    """Whether every call of an implementation starts a program."""
    return implementation.function == Foreign("programs", {}, "").function


def signature_of(
    symbol: Mapping[str, Any], signatures: list[str], entry: Activation, parameters: Mapping[str, Any], order: int,
    worker: Worker,
) -> str:  # fmt: skip
    """The signature with which a symbol computes what it should, of those it may have. Raises TargetError.

    A call with a wrong signature gives nonsense, and may write anywhere: it is made in a process of which nothing is
    asked afterwards. So that nonsense is never judged, one signature must give results near the truth, and no other:
    but for `tanhf` and its kind, whose first, by C's convention, is the one with float.
    """
    near: list[str] = []
    said = f"none of {', '.join(signatures)} gives anything near it"
    for signature in signatures:
        dtype = np.float64 if "double" in signature else np.float32
        x = _PROBES.astype(dtype)
        expected = as_float64(reference(entry, x, order=order, parameters=parameters).value)
        keywords = tuple({**symbol, "signature": signature}.items())
        implementation = Implementation("", entry.name, order, Foreign("c_symbols", {}, "").function, keywords=keywords)
        answer = worker.call(implementation, [x])
        worker.close()
        if isinstance(answer, Failed):
            said = f"called as {signature}, {answer.message}" if answer.how == "exception" else said
        elif _near(as_float64(answer.values), expected):
            near.append(signature)
            if symbol["symbol"].endswith("f") and signature == "float(float)":
                break
    if len(near) != 1:
        said = f"{' and '.join(near)} both fit" if near else said
        how = "give its signature, for example --signature 'float(float)'"
        raise TargetError(f"{symbol['symbol']} as {entry.name}: {said}; {how}")
    return near[0]


def _near(got: np.ndarray, expected: np.ndarray) -> bool:
    """Whether most of the results are near those expected, of which there are some."""
    judged = np.isfinite(expected)
    with np.errstate(invalid="ignore"):
        close = np.abs(got - expected) <= _CLOSE * (np.abs(expected) + np.median(np.abs(expected[judged])))
    return judged.sum() >= 3 and close[judged].mean() >= _MOST

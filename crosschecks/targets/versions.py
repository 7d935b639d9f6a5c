"""The versions of the code behind an implementation, on which its results depend besides itself."""

from __future__ import annotations

import hashlib
import shlex
import sys
from collections.abc import Mapping
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, version
from os import getcwd
from pathlib import Path
from shutil import which
from typing import Any

from ..implementation import Implementation


def libraries(implementation: Implementation) -> dict[str, str]:
    """The versions of gradproof and of the libraries an implementation comes from; the digests of the files it is: of
    a module that belongs to no library, a C library or source, a program and the scripts it is given, an ONNX file."""
    home = implementation.function.partition(":")[0].partition(".")[0]
    files = _files(dict(implementation.keywords)) if home == "gradproof" else {}
    runtime = {"onnxruntime"} if any(path.endswith(".onnx") for path in files.values()) else set[str]()
    names = sorted({"gradproof", home, implementation.array, *runtime} - {"scalar"})
    return {name: _version(name) for name in names} | {name: _digest_of(Path(path)) for name, path in files.items()}


def _files(keywords: Mapping[str, Any]) -> dict[str, str]:
    """The files that an implementation of the room :mod:`foreign` is, by the names that they are shown with."""
    if "path" in keywords:
        return {Path(keywords["path"]).name: keywords["path"]}
    program, *words = shlex.split(keywords.get("command", "")) or [""]
    return {word: word for word in words if Path(word).is_file()} | ({program: which(program) or ""} if program else {})


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return _digest(name)


def _digest(module: str) -> str:
    spec = PathFinder.find_spec(module, [getcwd(), *sys.path])
    return "unknown" if spec is None or spec.origin is None else _digest_of(Path(spec.origin))


def _digest_of(file: Path) -> str:
    return "sha256 " + hashlib.sha256(file.read_bytes()).hexdigest()[:16] if file.is_file() else "unknown"

"""The versions of the code behind an implementation, on which its results depend besides itself."""

from __future__ import annotations

import hashlib
import sys
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, version
from os import getcwd
from pathlib import Path

from ..implementation import Implementation


def libraries(implementation: Implementation) -> dict[str, str]:
    """The versions of gradproof and of the libraries an implementation comes from; of a module that belongs to no
    library, the digest of its file."""
    home = implementation.function.partition(":")[0].partition(".")[0]
    return {name: _version(name) for name in sorted({"gradproof", home, implementation.array})}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return _digest(name)


def _digest(module: str) -> str:
    spec = PathFinder.find_spec(module, [getcwd(), *sys.path])
    if spec is None or spec.origin is None or not Path(spec.origin).is_file():
        return "unknown"
    return "sha256 " + hashlib.sha256(Path(spec.origin).read_bytes()).hexdigest()[:16]

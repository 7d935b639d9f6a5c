"""The versions of gradproof and its libraries, and the platform, on which a result depends."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = (
    "sympy",
    "python-flint",
    "mpmath",
    "numpy",
    "ml_dtypes",
    "hypothesis",
    "torch",
    "jax",
    "onnxruntime",
    "scipy",
)


def versions() -> dict[str, str | None]:
    """Name to version, None where it is not installed."""
    versions: dict[str, str | None] = {"gradproof": _version("gradproof"), "python": platform.python_version()}
    return versions | {name: _version(name) for name in LIBRARIES}


def system() -> str:
    """The operating system and the processor's architecture."""
    return f"{platform.system()} {platform.machine()}"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
